//! What the alerts of a spec would have done over a time that has passed, by the samples that a server keeps.
//!
//! | file | what it does |
//! |---|---|
//! | `inline` | recording rules are replaced by their expressions, so that the answer does not depend on what was recorded |
//! | `moment` | what means something else in a query over a range than in a rule |
//! | `ask` | one expression over many evaluations, in pieces that a server answers |
//! | `machine` | pending, firing, resolved: as the server's rule manager decides |
//! | `labels` | the labels of an alert |
//! | `fetch` | Prometheus as the server that is asked |
//! | `test` | one alert from its expression to its figures |
//! | `figures` | how often, for how long, on which series |
//! | `instant` | times as people write them |
//! | `human`, `json` | reports |

mod ask;
mod fetch;
mod figures;
mod human;
mod inline;
pub mod instant;
mod json;
mod labels;
mod machine;
mod moment;
mod test;

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::model::Model;
use crate::spec::quantity::Duration;

pub use figures::{Figures, SeriesFigures, Spell};
pub use human::human;
pub use json::json;
pub use labels::Labels;

/// A server that answers questions about samples.
pub trait Fetch {
    /// The field `data` of the answer at a path of Prometheus' API.
    ///
    /// # Errors
    ///
    /// When there is no such answer.
    fn fetch(&self, path: &str, query: &[(&str, &str)]) -> Result<Json, Failure>;
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The server has something against this question, in its words; another one may be answered.
    Question(String),
    /// The server cannot be asked.
    Server {
        /// What happened.
        message: String,
        /// What to do.
        help: Option<String>,
    },
}

/// The time that is looked at, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its beginning.
    pub start: i64,
    /// Its end.
    pub end: i64,
}

/// What became of one alert rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was evaluated.
    Tested(Figures),
    /// It was evaluated and never pending, and none of the metrics that it reads has a sample.
    NoData,
    /// It is only planned.
    Planned,
    /// It cannot be evaluated, for this reason.
    Failed(String),
}

/// One alert rule with what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tested {
    /// The alert's name.
    pub name: String,
    /// Its level.
    pub level: Option<String>,
    /// Its pool.
    pub pool: Option<String>,
    /// The value of its label `severity`.
    pub severity: String,
    /// Whether it fires always, on purpose.
    pub heartbeat: bool,
    /// What became of it.
    pub outcome: Outcome,
    /// What was asked: the expression without recording rules.
    pub expr: String,
    /// Time between two evaluations, in milliseconds.
    pub step: i64,
    /// Metrics that it reads and that have no samples; looked for only where it was quiet.
    pub missing: Vec<String>,
    /// What else should be known of the figures.
    pub notes: Vec<String>,
}

impl Tested {
    /// The name with level and pool: `HighLatency critical inference`.
    pub fn title(&self) -> String {
        let parts = [Some(&self.name), self.level.as_ref(), self.pool.as_ref()];
        parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// The figures, when it was evaluated.
    pub fn figures(&self) -> Option<&Figures> {
        match &self.outcome {
            Outcome::Tested(figures) => Some(figures),
            _ => None,
        }
    }

    /// What sorts the noisiest first: heartbeats last, then times fired, time firing, times pending, what failed before what is quiet.
    fn noise(&self) -> (bool, usize, i64, usize, u8) {
        let (fired, firing, pending) =
            self.figures().map_or((0, 0, 0), |figures| (figures.fired, figures.firing, figures.pending_only));
        let rest = match &self.outcome {
            Outcome::Failed(_) => 3,
            Outcome::NoData => 2,
            Outcome::Tested(_) => 1,
            Outcome::Planned => 0,
        };
        (!self.heartbeat, fired, firing, pending, rest)
    }
}

/// All alerts of one version of a spec.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// What people call the version: `specs`, `main:specs`.
    pub name: String,
    /// Its alerts, the noisiest first.
    pub alerts: Vec<Tested>,
}

/// What a backtest found.
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    /// The time that was looked at.
    pub period: Period,
    /// The version that is compared with.
    pub base: Option<Side>,
    /// The version that was asked for.
    pub now: Side,
}

/// Evaluates alerts against a server; what two versions of a spec have in common is asked once.
pub struct Backtester<'a> {
    tester: test::Tester<'a>,
}

impl<'a> Backtester<'a> {
    /// Over this time, by what this server keeps.
    pub fn new(server: &'a dyn Fetch, period: Period) -> Self {
        Self { tester: test::Tester::new(server, period) }
    }

    /// Evaluates the alerts of a spec, or those of these names. `begins` is told each alert before it is asked.
    ///
    /// # Errors
    ///
    /// When the server cannot be asked.
    pub fn side(
        &mut self,
        name: impl Into<String>,
        model: &Model,
        only: &BTreeSet<String>,
        begins: &mut dyn FnMut(&str),
    ) -> Result<Side, Failure> {
        let inliner = inline::Inliner::new(&model.records, model.settings.evaluation_interval);
        let mut alerts = Vec::new();
        for alert in &model.alerts {
            if !only.is_empty() && !only.contains(&alert.name) {
                continue;
            }
            begins(&alert.name);
            alerts.push(self.tester.test(alert, model, &inliner)?);
        }
        alerts.sort_by(|a, b| b.noise().cmp(&a.noise()).then_with(|| a.title().cmp(&b.title())));
        Ok(Side { name: name.into(), alerts })
    }
}

/// A length of time as people read it.
fn length(millis: i64) -> String {
    Duration::from_millis(if millis >= 1000 { millis - millis % 1000 } else { millis }).to_string()
}

#[cfg(test)]
mod tests;
