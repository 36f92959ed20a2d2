//! What changes in meaning between two specs, not in bytes.
//!
//! Both are resolved, and things of one name are compared: what an alert needs to fire and who is told, what a metric is and who exposes it, which
//! expressions a panel shows. The order of things, the files that they stand in and the layout of expressions mean nothing. A metric that goes takes
//! with it every query of the new spec that still reads it; those are named.

mod alerts;
mod canonical;
mod change;
mod dashboards;
mod delivery;
pub mod git;
mod human;
mod json;
mod markdown;
mod metrics;
mod readers;
mod records;
pub mod revision;
mod series;
mod settings;
mod sources;

#[cfg(test)]
mod tests;

use crate::model::Model;
use crate::source::{Sources, Span};

pub use change::{Broken, Change, Detail, Effect, Place, Subject, Verb};
pub use human::human;
pub use json::json;
pub use markdown::markdown;
pub use series::Series;

/// One of the two specs.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The stack.
    pub model: &'a Model,
    /// All texts.
    pub sources: &'a Sources,
}

impl Side<'_> {
    fn place(&self, span: Span) -> Place {
        Place { file: self.sources.get(span.source).name.clone(), line: self.sources.position(span).line }
    }
}

/// What changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Diff {
    /// What is compared with: `main`, `specs at main`.
    pub old: String,
    /// What is compared.
    pub new: String,
    /// Each change, by what it is about and by name.
    pub changes: Vec<Change>,
    /// The most series that there may be, before and after.
    pub series: [Series; 2],
    /// What has to be known to trust the rest.
    pub notes: Vec<String>,
}

impl Diff {
    /// Whether nothing changes in meaning.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many queries of the new spec break.
    pub fn broken(&self) -> usize {
        self.changes.iter().map(|change| change.breaks.len()).sum()
    }

    /// The changes in a sentence: "2 alerts loosened, 1 metric removed; 3 queries break".
    pub fn summary(&self) -> String {
        let mut counts: std::collections::BTreeMap<(Subject, Verb), usize> = std::collections::BTreeMap::new();
        for change in &self.changes {
            *counts.entry((change.subject, change.verb)).or_default() += 1;
        }
        let parts: Vec<String> = counts
            .into_iter()
            .map(|((subject, verb), count)| {
                let noun = if count == 1 { subject.noun().to_owned() } else { subject.plural() };
                format!("{count} {noun} {}", verb.word())
            })
            .collect();
        let text = parts.join(", ");
        match self.broken() {
            0 => text,
            1 => format!("{text}; 1 query breaks"),
            broken => format!("{text}; {broken} queries break"),
        }
    }
}

/// Compares two specs; `names` says what people call them.
pub fn compare(old: &Side<'_>, new: &Side<'_>, names: [String; 2]) -> Diff {
    let readers = readers::Readers::of(new);
    let [before, after] = [series::Tally::of(old.model), series::Tally::of(new.model)];
    let mut changes = Vec::new();
    alerts::compare(old, new, &mut changes);
    metrics::compare(old, new, &readers, [&before, &after], &mut changes);
    records::compare(old, new, &readers, &mut changes);
    sources::compare(old, new, [&before, &after], &mut changes);
    dashboards::compare(old, new, &mut changes);
    delivery::compare(old, new, &mut changes);
    settings::compare(old, new, &mut changes);
    changes.sort_by(|a, b| (a.subject, &a.name).cmp(&(b.subject, &b.name)));
    let [old_name, new_name] = names;
    Diff { old: old_name, new: new_name, changes, series: [before.total, after.total], notes: Vec::new() }
}
