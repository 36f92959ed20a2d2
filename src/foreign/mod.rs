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

use crate::diagnostic::{self, Diagnostic};
use crate::lint::{self, LintSettings, Outside};
use crate::source::Sources;

pub use catalog::Known;
pub use collect::Collected;
pub use resolve::Foreign;

/// Infers and lints what was collected, against what is known of the series that exist.
pub fn check(mut collected: Collected, known: &Known, sources: &Sources, settings: &LintSettings) -> Vec<Diagnostic> {
    let mut earlier = std::mem::take(&mut collected.diagnostics);
    earlier.extend(known.diagnostics.iter().cloned());
    let catalog = known.join(&collected.configs);
    let foreign = resolve::resolve(&mut collected, catalog, sources, &mut earlier);
    let outside = Outside { earlier, comments: &collected.suppressions, disk: None };
    let mut found = lint::run_on(&foreign.subject(), sources, settings, outside);
    collected.settle(sources, &mut found);
    diagnostic::sort(&mut found);
    found
}

#[cfg(test)]
mod tests;
