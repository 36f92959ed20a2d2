//! What a server returns against what is inferred.

use std::collections::{BTreeMap, BTreeSet};

use optiinfra_gen::promql::ValueType;
use optiinfra_gen::promql::catalog::{Presence, Values};
use optiinfra_gen::promql::infer::{Condition, EventKind, Facts, Inference, Interval, SampleKind};
use serde_json::Value;

/// What a server answers to an expression.
pub(crate) enum Answer {
    /// It cannot be evaluated, as when series match many to many.
    Error(String),
    /// What it returns, with its type.
    Data(String, Value),
}

impl Answer {
    pub(crate) fn read(body: &str) -> Self {
        let mut answer: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"));
        if answer["status"] != "success" {
            return Self::Error(answer["error"].as_str().unwrap_or_default().to_owned());
        }
        let kind = answer["data"]["resultType"].as_str().unwrap_or_default().to_owned();
        Self::Data(kind, answer["data"]["result"].take())
    }

    /// How many series it holds; a scalar or a string counts as one.
    pub(crate) fn series(&self) -> usize {
        match self {
            Self::Error(_) => 0,
            Self::Data(kind, result) if matches!(kind.as_str(), "vector" | "matrix") => result.as_array().map_or(0, Vec::len),
            Self::Data(..) => 1,
        }
    }
}

/// All that the answer contradicts.
pub(crate) fn contradictions(inference: &Inference, answer: &Answer) -> Vec<String> {
    let facts = inference.facts();
    let Answer::Data(kind, result) = answer else { return Vec::new() };
    let mut found = Found { facts, all: Vec::new() };
    let expected = match facts.kind {
        Some(ValueType::Scalar) => "scalar",
        Some(ValueType::String) => "string",
        Some(ValueType::InstantVector) => "vector",
        Some(ValueType::RangeVector) => "matrix",
        None => kind,
    };
    if expected != kind {
        found.say(format!("it is a {kind}, not a {expected}"));
    }
    match kind.as_str() {
        "scalar" => found.value(&result[1]),
        "vector" | "matrix" => found.series(inference, result.as_array().map_or(&[], Vec::as_slice)),
        _ => {}
    }
    found.all
}

struct Found<'a> {
    facts: &'a Facts,
    all: Vec<String>,
}

impl Found<'_> {
    fn say(&mut self, what: String) {
        self.all.push(what);
    }

    fn series(&mut self, inference: &Inference, series: &[Value]) {
        let facts = self.facts;
        if !series.is_empty() {
            if let Some(reason) = &facts.empty {
                self.say(format!("{} series, but it is empty: {:?}", series.len(), reason.cause));
            }
            let at_root = |node: usize| node + 1 == inference.nodes.len();
            let impossible = inference
                .events
                .iter()
                .any(|event| at_root(event.node) && matches!(event.kind, EventKind::ManyToMany { proved: true, .. }));
            if impossible {
                self.say(format!("{} series of a match that was proved to be many to many", series.len()));
            }
        }
        if facts.bound.is_some_and(|bound| (series.len() as u64) > bound) {
            self.say(format!("{} series, at most {:?}", series.len(), facts.bound));
        }
        self.determined(series);
        let mut keys = BTreeSet::new();
        for one in series {
            self.labels(&one["metric"]);
            if let Some(unique) = facts.labels.unique() {
                let key: Vec<Option<&str>> = unique.iter().map(|name| one["metric"][&**name].as_str()).collect();
                if !keys.insert(key) {
                    self.say(format!("two series agree on {unique:?}"));
                }
            }
            if one["value"].is_array() {
                self.value(&one["value"][1]);
            }
            for sample in one["values"].as_array().into_iter().flatten() {
                self.value(&sample[1]);
            }
            let histogram = one["histogram"].is_array() || one["histograms"].is_array();
            let may_be_histogram = matches!(facts.samples, SampleKind::NativeHistogram | SampleKind::Mixed | SampleKind::Unknown);
            if histogram && !may_be_histogram {
                self.say(format!("a native histogram among samples of kind {}", facts.samples.name()));
            }
        }
    }

    /// Labels with a bound on the number of their values, and those that `job` and `instance` determine.
    fn determined(&mut self, series: &[Value]) {
        for fact in self.facts.labels.iter().filter(|fact| fact.presence != Presence::Absent) {
            let values: BTreeSet<&str> = series.iter().filter_map(|one| one["metric"][&*fact.name].as_str()).collect();
            if fact.max.is_some_and(|max| values.len() as u64 > max) {
                self.say(format!("{} has {} values, at most {:?}", fact.name, values.len(), fact.max));
            }
            let mut of_target = BTreeMap::new();
            for metric in series.iter().map(|one| &one["metric"]).filter(|_| fact.target) {
                let value = metric[&*fact.name].as_str();
                let first = of_target.entry((metric["job"].as_str(), metric["instance"].as_str())).or_insert(value);
                let whole = metric["job"].is_string() && metric["instance"].is_string();
                if whole && *first != value {
                    self.say(format!("one target has {}={first:?} and {value:?}", fact.name));
                }
            }
        }
    }

    fn labels(&mut self, metric: &Value) {
        for fact in self.facts.labels.iter() {
            let value = metric[&*fact.name].as_str();
            match (fact.presence, value) {
                (Presence::Present, None) => self.say(format!("{} lacks {}", metric, fact.name)),
                (Presence::Absent, Some(_)) => self.say(format!("{} has {}", metric, fact.name)),
                (Presence::Present | Presence::Perhaps, Some(value)) => {
                    let possible = match &fact.values {
                        Values::Any => true,
                        Values::Closed(list) => list.iter().any(|mine| **mine == *value),
                        Values::Pattern(pattern) => pattern.is_match(value) != Some(false),
                    };
                    if !possible {
                        self.say(format!("{}={value:?} is none of {:?}", fact.name, fact.values));
                    }
                }
                _ => {}
            }
        }
        if self.facts.labels.others() == Presence::Absent {
            let listed: BTreeSet<&str> = self.facts.labels.iter().map(|fact| &*fact.name).collect();
            for name in metric.as_object().into_iter().flat_map(|labels| labels.keys()) {
                if !listed.contains(name.as_str()) {
                    self.say(format!("{metric} has {name}, which is not listed"));
                }
            }
        }
    }

    fn value(&mut self, text: &Value) {
        let text = text.as_str().unwrap_or_default();
        let value: f64 = text.parse().unwrap_or_else(|_| panic!("no number: {text:?}"));
        let interval = self.facts.range.interval;
        if !holds(interval, value) {
            self.say(format!("{value} is not in {interval} ({:?} to {:?})", interval.lo, interval.hi));
        }
        let (samples, condition) = (self.facts.samples, self.facts.condition);
        let boolean = samples == SampleKind::Boolean || condition == Condition::Boolean;
        if boolean && value != 0.0 && value != 1.0 {
            self.say(format!("{value} is neither 0 nor 1"));
        }
        if samples == SampleKind::Info && value != 1.0 {
            self.say(format!("{value} of an info metric"));
        }
        if samples == SampleKind::NativeHistogram {
            self.say(format!("{value} among native histograms"));
        }
        let grows = matches!(samples, SampleKind::Counter | SampleKind::Buckets);
        if grows && value < 0.0 {
            self.say(format!("{value} of a {}", samples.name()));
        }
    }
}

/// Whether a value is in an interval, but for what floats lose in sums.
fn holds(interval: Interval, value: f64) -> bool {
    if value.is_nan() || interval.contains(value) {
        return interval.contains(value);
    }
    if value.is_infinite() || !interval.has_numbers() {
        return false;
    }
    let near =
        |end: f64, open: bool| !open && end.is_finite() && (end - value).abs() <= 1e-9 * end.abs().max(value.abs()).max(1e-9);
    near(interval.lo, interval.lo_open) || near(interval.hi, interval.hi_open) || (value > interval.lo && value < interval.hi)
}
