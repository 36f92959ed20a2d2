//! Rule files, configurations of Prometheus and dashboards that were written elsewhere: from the files straight to what is linted, without a spec.
//!
//! | step | what it does |
//! |---|---|
//! | [`detect`] | tells by what a document says what it is |
//! | [`collect`] | reads the documents of all files: [`rules`], [`prometheus`], [`dashboard`]s, within resources of Kubernetes too |
//! | [`catalog`] | joins what `--catalog` names: specs, packs, texts in the [`exposition`] format |
//! | [`resolve`] | infers recording rules in the order of their dependencies, then alerts and dashboards |
//! | `subject` | shows the result to lint rules |
//!
//! Nothing is concluded from what is not known: without a catalog a name that no recording rule makes may be anything.

pub mod catalog;
pub mod collect;
pub mod dashboard;
pub mod detect;
pub mod exposition;
pub mod prometheus;
pub mod resolve;
pub mod rule;
pub mod rules;

mod fields;
mod paths;
mod subject;

use rayon::prelude::*;

use crate::diagnostic::{self, Diagnostic};
use crate::lint::{self, AlertOutline, LintSettings, Outside, Suggested};
use crate::promql::SYNTAX_ERROR;
use crate::source::{Sources, Span};

pub use catalog::Known;
pub use collect::Collected;
pub use resolve::Foreign;

/// Infers and lints what was collected, against what is known of the series that exist.
pub fn check(mut collected: Collected, known: &Known, sources: &Sources, settings: &LintSettings) -> Vec<Diagnostic> {
    let mut earlier = std::mem::take(&mut collected.diagnostics);
    earlier.extend(known.diagnostics.iter().cloned());
    let catalog = known.join(&collected.configs);
    let foreign = resolve::resolve(&mut collected, catalog, sources, &mut earlier);
    let places = |found: &[Diagnostic]| -> Vec<Span> {
        found.iter().filter(|found| found.rule == SYNTAX_ERROR).filter_map(|found| found.span).collect()
    };
    let mut outlines = Vec::new();
    let mut found = Vec::new();
    let mut suggested = Suggested::default();
    resolve::alerts(&mut collected, &foreign.catalog, sources, |alerts, diagnostics| {
        let subject = foreign.alerts_alone(&alerts);
        found.extend(lint::of_alerts_alone(&subject, sources, settings, &mut suggested, places(&diagnostics)));
        outlines.par_extend(alerts.par_iter().filter_map(AlertOutline::of));
        earlier.extend(diagnostics);
    });
    let outside = Outside { earlier, comments: &collected.suppressions, disk: None, found };
    let mut found = lint::run_on(&foreign.subject(outlines), sources, settings, outside);
    collected.settle(sources, &mut found);
    diagnostic::sort(&mut found);
    found
}

#[cfg(test)]
mod tests;
