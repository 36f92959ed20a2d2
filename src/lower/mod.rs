//! Phase 4: from the [`crate::model::Model`] to the [`crate::plan`]: everything is decided here.

pub mod receivers;
pub mod routes;
pub mod rules;
pub mod scrape;
pub mod secrets;

use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::plan::Plan;
use crate::source::Sources;

/// Decides everything; what a server of the wanted version cannot do is reported.
pub fn lower(model: &Model, _sources: &Sources) -> (Plan, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut prometheus = scrape::lower(model);
    rules::lower(model, &mut prometheus);
    let alertmanager = routes::lower(model, &mut diagnostics);
    (Plan { prometheus, alertmanager }, diagnostics)
}
