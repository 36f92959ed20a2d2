//! Phase 2: from the [`crate::spec::Spec`] to the [`crate::model::Model`].

pub mod alerts;
pub mod catalog;
pub mod compose;
pub mod dashboards;
pub mod jobs;
pub mod nodes;
pub mod notify;
pub mod order;
pub mod pack;
pub mod queries;
pub mod records;
pub mod scenarios;
pub mod stack;

use std::sync::{Arc, OnceLock};

use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::promql::infer::{Context, Purpose};
use crate::source::Sources;
use crate::spec::Spec;

/// Binds names, fills in defaults, composes and infers every expression. What could not be resolved is reported and left out or unknown, so that
/// one error does not breed others.
pub fn resolve(spec: Arc<Spec>, shipped: Arc<Spec>, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Model {
    let settings = stack::resolve(&spec);
    let jobs = jobs::resolve(&jobs::Input { spec: &spec, shipped: &shipped, settings: &settings }, diagnostics);
    let mut catalog = catalog::resolve(&jobs, &settings, diagnostics);
    let context = |purpose| Context {
        purpose,
        evaluation_interval: Some(settings.evaluation_interval.as_secs_f64()),
        ..Context::default()
    };
    let queries = queries::Queries::parse(&spec, sources, diagnostics);
    let records = records::resolve(&spec, &queries, &mut catalog, &context(Purpose::Record), sources, diagnostics);
    let alerts = {
        let context = context(Purpose::Alert);
        let input =
            alerts::Input { spec: &spec, queries: &queries, catalog: &catalog, context: &context, settings: &settings, sources };
        alerts::resolve(&input, diagnostics)
    };
    let dashboards = {
        let context = context(Purpose::Panel);
        let input = dashboards::Input {
            spec: &spec,
            queries: &queries,
            catalog: &catalog,
            context: &context,
            settings: &settings,
            sources,
        };
        dashboards::resolve(&input, diagnostics)
    };
    let route = spec.notifications.as_ref().and_then(|notifications| notify::resolve(notifications, diagnostics));
    drop(queries);
    let scenarios = scenarios::resolve(&spec, &jobs, &catalog, &alerts, diagnostics);
    let templates = Vec::new();
    Model {
        spec,
        shipped,
        settings,
        jobs,
        catalog,
        records,
        alerts,
        dashboards,
        route,
        scenarios,
        templates,
        proofs: OnceLock::new(),
    }
}
