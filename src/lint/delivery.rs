//! Who may be told of an alert, as far as its labels are known before it fires.

use std::collections::BTreeMap;

use crate::lint::subject::Stack;
use crate::model::delivery::Route;
use crate::model::matcher::AlertMatcher;
use crate::model::rule::AlertRule;
use crate::promql::catalog::{Name, Presence};
use crate::promql::infer::Labels;

/// What is known of an alert's labels.
pub struct AlertLabels<'a> {
    /// Those whose value stands in the rule or the settings.
    fixed: BTreeMap<&'a str, &'a str>,
    /// Those whose value a template makes.
    made: Vec<&'a str>,
    /// Those of the expression.
    series: &'a Labels,
}

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Yes,
    No,
    Perhaps,
}

impl<'a> AlertLabels<'a> {
    /// The labels with which an alert reaches Alertmanager.
    pub fn of(rule: &'a AlertRule, stack: &'a Stack<'_>) -> Self {
        let mut fixed: BTreeMap<&str, &str> =
            stack.settings.external_labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut made = Vec::new();
        for (name, text) in &rule.labels {
            if text.value.contains("{{") {
                fixed.remove(name.as_str());
                made.push(name.as_str());
            } else {
                fixed.insert(name, text.as_str());
            }
        }
        fixed.insert("alertname", &rule.name);
        Self { fixed, made, series: &rule.expr.facts().labels }
    }

    fn verdict(&self, matcher: &AlertMatcher) -> Verdict {
        let label = matcher.label.as_str();
        let decided = |passes: bool| if passes { Verdict::Yes } else { Verdict::No };
        if self.made.contains(&label) {
            return Verdict::Perhaps;
        }
        if let Some(value) = self.fixed.get(label) {
            return decided(matcher.matches(value));
        }
        let fact = self.series.get(&Name::from(label));
        let without = matcher.matches("");
        match (fact.presence, fact.values.list()) {
            (Presence::Absent, _) => decided(without),
            (presence, Some(values)) if !values.is_empty() => {
                let mut outcomes: Vec<bool> = values.iter().map(|value| matcher.matches(value)).collect();
                if presence == Presence::Perhaps {
                    outcomes.push(without);
                }
                match (outcomes.iter().all(|passes| *passes), outcomes.iter().any(|passes| *passes)) {
                    (true, _) => Verdict::Yes,
                    (_, false) => Verdict::No,
                    _ => Verdict::Perhaps,
                }
            }
            _ => Verdict::Perhaps,
        }
    }

    /// Whether an alert with these labels may pass all of the matchers.
    pub fn may_match(&self, matchers: &[AlertMatcher]) -> bool {
        matchers.iter().all(|matcher| self.verdict(matcher) != Verdict::No)
    }

    /// The receivers that may be told, in the order of the routes. At least one of them is.
    pub fn receivers(&self, route: &'a Route) -> Vec<&'a Route> {
        let mut found = Vec::new();
        self.walk(route, &mut found);
        found
    }

    fn walk(&self, route: &'a Route, found: &mut Vec<&'a Route>) {
        let mut taken = false;
        for below in &route.routes {
            let verdicts: Vec<Verdict> = below.matchers.iter().map(|matcher| self.verdict(matcher)).collect();
            if verdicts.contains(&Verdict::No) {
                continue;
            }
            self.walk(below, found);
            if !verdicts.contains(&Verdict::Perhaps) {
                taken = true;
                if !below.resume {
                    break;
                }
            }
        }
        if !taken {
            found.push(route);
        }
    }
}
