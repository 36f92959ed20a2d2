//! Phase 4: from the [`crate::model::Model`] to the [`crate::plan`]: everything is decided here.

pub mod dashboards;
pub mod docs;
pub mod grafana_alerting;
pub mod healthchecks;
pub mod receivers;
pub mod routes;
pub mod rules;
pub mod scrape;
pub mod secrets;
pub mod unit_tests;
pub mod workloads;

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
    if !model.settings.grafana_alerting {
        unit_tests::lower(model, model.proofs(), &mut prometheus);
    }
    let alertmanager = routes::lower(model, &mut diagnostics);
    let (grafana, found) = dashboards::lower(model);
    diagnostics.extend(found);
    let none = Secrets::new();
    let needs = workloads::Servers {
        prometheus: &prometheus.secrets,
        alertmanager: alertmanager.as_ref().map_or(&none, |alertmanager| &alertmanager.secrets),
        grafana: &grafana.secrets,
        grafana_environment: &grafana.environment,
    };
    let (compose, found) = workloads::lower(model, &needs);
    diagnostics.extend(found);
    let docs = docs::lower(model);
    (Plan { prometheus, alertmanager, grafana, compose, docs }, diagnostics)
}
