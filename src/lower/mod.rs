//! Phase 4: from the [`crate::model::Model`] to the [`crate::plan`]: everything is decided here.

pub mod docs;
pub mod healthchecks;
pub mod receivers;
pub mod routes;
pub mod rules;
pub mod scrape;
pub mod secrets;
pub mod workloads;

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::plan::Plan;
use crate::plan::secret::Secrets;
use crate::source::Sources;

/// Decides everything; what a server of the wanted version cannot do is reported.
pub fn lower(model: &Model, _sources: &Sources) -> (Plan, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut prometheus = scrape::lower(model);
    rules::lower(model, &mut prometheus);
    let alertmanager = routes::lower(model, &mut diagnostics);
    let none = Secrets::new();
    let needs = workloads::Servers {
        prometheus: &prometheus.secrets,
        alertmanager: alertmanager.as_ref().map_or(&none, |alertmanager| &alertmanager.secrets),
        grafana: &none,
        grafana_environment: &BTreeMap::new(),
    };
    let (compose, found) = workloads::lower(model, &needs);
    diagnostics.extend(found);
    let docs = docs::lower(model);
    (Plan { prometheus, alertmanager, compose, docs }, diagnostics)
}
