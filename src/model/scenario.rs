//! States in which the simulated stack can be put, with every name bound.

use std::collections::BTreeMap;

use crate::model::item::Item;

/// A state of the simulated stack.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// The scenario in the spec.
    pub item: Item,
    /// What has happened.
    pub help: Option<String>,
    /// What it changes, in the order of the metrics' names and then of the jobs'.
    pub effects: Vec<Effect>,
    /// The labels, as Prometheus sees them, that select series and targets, with the values of each; all of them must fit.
    pub on: BTreeMap<String, Vec<String>>,
    /// It holds from the start.
    pub always: bool,
    /// The names of the alerts that fire while it holds.
    pub fires: Vec<String>,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// The metric has this value: a gauge shows it, a counter grows by it in a second, a histogram observes it.
    Set(String, f64),
    /// The metric is not exposed.
    Absent(String),
    /// The targets of the job do not answer.
    Down(String),
    /// Prometheus is not told of the targets of the job.
    Unlisted(String),
    /// The targets that the labels select start anew whenever so many seconds have passed.
    RestartEvery(f64),
}

impl Scenario {
    /// Whether it means a thing with these labels. A label that is not there has the empty value.
    pub fn selects<'l>(&self, label: impl Fn(&str) -> Option<&'l str>) -> bool {
        self.on.iter().all(|(name, values)| label(name).is_some_and(|found| values.iter().any(|value| value == found)))
    }
}
