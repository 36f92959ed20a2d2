//! Who is told of which alert: the routes as Alertmanager walks them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::matcher::AlertMatcher;
use crate::source::Span;

/// One route with everything that it inherits filled in.
#[derive(Debug, Clone)]
pub struct Route {
    /// Its name: the `id`, or its place such as `route.routes[1]`.
    pub id: String,
    /// Who is told.
    pub receiver: String,
    /// Which alerts.
    pub matchers: Vec<AlertMatcher>,
    /// Whether the routes after this one are asked too.
    pub resume: bool,
    /// Routes below.
    pub routes: Vec<Route>,
    /// Where it stands.
    pub span: Span,
}

impl Route {
    /// The receivers of an alert with these labels, in the order in which they are told, as Alertmanager decides: the first matching
    /// route below takes the alert, and those after it only where it says `continue`.
    pub fn receivers(&self, labels: &BTreeMap<String, String>) -> Vec<Arc<str>> {
        let mut found = Vec::new();
        self.walk(labels, &mut found);
        found
    }

    fn walk(&self, labels: &BTreeMap<String, String>, found: &mut Vec<Arc<str>>) -> bool {
        if !self.matchers.iter().all(|matcher| matcher.matches(labels.get(&matcher.label).map_or("", String::as_str))) {
            return false;
        }
        let mut taken = false;
        for route in &self.routes {
            if route.walk(labels, found) {
                taken = true;
                if !route.resume {
                    break;
                }
            }
        }
        if !taken && !found.iter().any(|receiver| **receiver == *self.receiver) {
            found.push(Arc::from(self.receiver.as_str()));
        }
        true
    }
}
