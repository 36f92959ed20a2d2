//! The stack, simulated: what every target of a spec would expose at a time.
//!
//! The value of a series is a function of the seed, the series, the time and the scenarios that held up to then; nothing is kept between two
//! questions. So a scrape, a sample of yesterday and a test agree, and a run can be repeated.
//!
//! | step | where |
//! |---|---|
//! | which series there are | `demand`, `sample`, `rows`, `layout` |
//! | how each moves | `behaviour`, `wave` |
//! | what has happened | `history` |
//! | a number for a time | `value` |
//! | text | `exposition`, `number`, `backfill` |
//! | ports | `server` |

pub mod backfill;
mod behaviour;
mod demand;
pub mod exposition;
pub mod history;
mod layout;
mod number;
pub mod prometheus;
mod rows;
mod sample;
#[cfg(feature = "cli")]
pub mod server;
#[cfg(test)]
mod tests;
mod value;
mod wave;

use std::collections::BTreeMap;

use crate::model::Model;
use crate::model::item::Item;
use crate::model::scenario::Scenario;
use crate::simulate::behaviour::Behaviour;
use crate::simulate::history::History;
use crate::spec::metric::MetricType;
use crate::spec::service::Language;

/// How a stack is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Decides all values.
    pub seed: u64,
    /// How many there are of each target of a service and of each GPU node.
    pub instances: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1, instances: 1 }
    }
}

/// A simulated stack.
#[derive(Debug)]
pub struct Simulation {
    /// Everything that Prometheus scrapes, in the order of the jobs.
    pub targets: Vec<Target>,
    /// The scenarios, in the order of their names.
    pub scenarios: Vec<Scenario>,
}

/// Something that Prometheus scrapes.
#[derive(Debug)]
pub struct Target {
    /// The job.
    pub job: String,
    /// The thing of the spec.
    pub item: Item,
    /// Its labels, `job` and `instance` included.
    pub labels: BTreeMap<String, String>,
    /// Who answers: the address in the spec, or that of the exporter that a probe goes through.
    pub address: String,
    /// The path of the metrics.
    pub path: String,
    /// What a probe asks: the module and the target.
    pub probe: Option<(String, String)>,
    honor_labels: bool,
    language: Option<Language>,
    created: bool,
    families: Vec<Family>,
    key: u64,
    /// Scenarios in which it does not answer.
    down: Vec<usize>,
    /// Scenarios in which Prometheus is not told of it.
    unlisted: Vec<usize>,
    /// Scenarios in which it starts anew, with the seconds between two starts.
    restarts: Vec<(usize, f64)>,
    /// What scenarios make the load of a thing, by the thing.
    loads: BTreeMap<u64, Vec<(usize, f64)>>,
}

/// A metric of a target.
#[derive(Debug)]
struct Family {
    name: String,
    help: String,
    kind: MetricType,
    bounds: Vec<f64>,
    quantiles: Vec<f64>,
    series: Vec<Series>,
}

/// A series of a metric, or the several of a histogram.
#[derive(Debug)]
struct Series {
    labels: Vec<(String, String)>,
    behaviour: Behaviour,
    /// What moves it.
    key: u64,
    /// What it is about, whose load it follows.
    about: u64,
    /// How much of the usual falls to it.
    weight: f64,
    /// The series of the family that it is the sum of.
    sum_of: Vec<usize>,
    /// What scenarios make of it: a value, or nothing at all.
    effects: Vec<(usize, Option<f64>)>,
}

impl Simulation {
    /// The stack of a model.
    pub fn new(model: &Model, options: Options) -> Self {
        Self { targets: layout::targets(model, options), scenarios: model.scenarios.clone() }
    }

    /// The place of a scenario in the list.
    pub fn scenario(&self, name: &str) -> Option<usize> {
        self.scenarios.iter().position(|scenario| scenario.name == name)
    }

    /// What has happened at the start: the scenarios that always hold.
    pub fn history(&self, at: f64) -> History {
        let mut history = History::default();
        for (place, _) in self.scenarios.iter().enumerate().filter(|(_, scenario)| scenario.always) {
            history.begin(place, at);
        }
        history
    }
}

impl Target {
    /// Whether it answers at a time.
    pub fn is_up(&self, history: &History, t: f64) -> bool {
        !history.any_holds(&self.down, t)
    }

    /// Whether Prometheus is told of it at a time.
    pub fn is_listed(&self, history: &History, t: f64) -> bool {
        !history.any_holds(&self.unlisted, t)
    }

    /// The value of the label `instance`.
    pub fn instance(&self) -> &str {
        self.labels.get("instance").map_or("", String::as_str)
    }

    /// How many series it has, buckets and sums counted one by one, `_created` left out.
    pub fn series(&self) -> usize {
        let each = |family: &Family| match family.kind {
            MetricType::Histogram | MetricType::NativeHistogram => family.bounds.len() + 3,
            MetricType::Summary => family.quantiles.len() + 2,
            _ => 1,
        };
        self.families.iter().map(|family| family.series.len() * each(family)).sum()
    }
}
