//! How the values of a series move, from what its metric says of itself.
//!
//! A metric's `typical` decides where there is one; else its type, its range, its unit and the words of its name do.

use crate::model::job::DeclaredBy;
use crate::spec::metric::{Metric, MetricType};
use crate::unit::{Dimension, Unit};

/// How the values of a series move.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Behaviour {
    /// Always the same.
    Fixed(f64),
    /// Between two values, on its own.
    Level {
        /// The least value.
        low: f64,
        /// The greatest value.
        high: f64,
        /// Only whole numbers.
        whole: bool,
    },
    /// With the load of what the series is about, so that a GPU's use, heat and power move together.
    Load {
        /// The value at rest.
        idle: f64,
        /// The value at full load.
        full: f64,
        /// Whether the value is the load itself: when a scenario sets it, the rest follows.
        drives: bool,
    },
    /// When the process started.
    Start,
    /// How long the process has been running.
    Uptime,
    /// A time so many seconds from now, which moves on once a minute.
    Clock(f64),
    /// Growth.
    Counter {
        /// The least growth in a second.
        low: f64,
        /// The greatest growth in a second.
        high: f64,
        /// Only whole numbers.
        whole: bool,
    },
    /// Observations: those of a usual request, and a few of a slow one, each as shares of the buckets.
    Observations {
        /// Observations in a second.
        rate: f64,
        /// Shares of the buckets of what is usual, the one without a bound last.
        usual: Vec<f64>,
        /// Shares of the buckets of what is slow.
        slow: Vec<f64>,
    },
    /// Observations whose quantiles are known.
    Quantiles {
        /// Observations in a second.
        rate: f64,
        /// The least value.
        low: f64,
        /// The greatest value.
        high: f64,
    },
}

/// The words of a name: `DCGM_FI_DEV_GPU_TEMP` has dcgm, fi, dev, gpu and temp.
struct Words(Vec<String>);

impl Words {
    fn of(name: &str) -> Self {
        Self(name.split(['_', ':']).map(str::to_ascii_lowercase).collect())
    }

    fn any(&self, words: &[&str]) -> bool {
        self.0.iter().any(|word| words.contains(&word.as_str()))
    }
}

/// Words of what goes wrong: there is little of it.
const TROUBLE: &[&str] = &[
    "abort",
    "aborted",
    "broken",
    "conflicts",
    "corrupted",
    "corruption",
    "corruptions",
    "crash",
    "deadlocks",
    "degraded",
    "dropped",
    "error",
    "errors",
    "evicted",
    "exceeded",
    "fail",
    "failed",
    "failure",
    "failures",
    "invalid",
    "lost",
    "missed",
    "oom",
    "panic",
    "panics",
    "readonly",
    "refused",
    "rejected",
    "rollback",
    "stalled",
    "throttled",
    "timeout",
    "timeouts",
    "violation",
    "dirty",
    "mismatch",
    "pending",
    "paused",
    "sleep",
    "disabled",
    "throttle",
    "invalidated",
    "stalls",
];

/// How a metric's series move.
pub(super) fn of(name: &str, metric: &Metric, by: DeclaredBy) -> Behaviour {
    let words = Words::of(name);
    let unit = metric.unit.as_ref().map(|unit| &unit.value);
    match metric.kind.value {
        MetricType::Info => Behaviour::Fixed(1.0),
        MetricType::Counter => counter(&words, metric, unit, by),
        MetricType::Histogram | MetricType::NativeHistogram => observations(metric),
        MetricType::Summary => {
            let (low, high) = metric.typical.as_ref().map_or((0.01, 0.2), |typical| (typical.low, typical.high));
            Behaviour::Quantiles { rate: 0.5, low, high }
        }
        MetricType::Gauge | MetricType::Unknown => within(gauge(name, &words, metric, unit), metric),
    }
}

fn counter(words: &Words, metric: &Metric, unit: Option<&Unit>, by: DeclaredBy) -> Behaviour {
    if let Some(typical) = &metric.typical {
        return Behaviour::Counter { low: typical.low.max(0.0), high: typical.high.max(0.0), whole: counts_things(unit) };
    }
    let factor = unit.map_or(1.0, |unit| unit.factor);
    let (low, high) = match unit.and_then(single) {
        Some(Dimension::Second) => (0.05, 0.3),
        Some(Dimension::Byte) => (2e4, 2e5),
        Some(Dimension::Money(_)) => (0.002, 0.02),
        Some(Dimension::Joule) => (150.0, 550.0),
        _ => (0.3, 1.5),
    };
    let scale = match (words.any(TROUBLE), by) {
        // Somebody else's program runs well unless a scenario says otherwise.
        (true, DeclaredBy::Pack | DeclaredBy::Client) => 0.0,
        (true, DeclaredBy::Spec) => 0.003,
        (false, _) => 1.0,
    };
    Behaviour::Counter { low: low * scale / factor, high: high * scale / factor, whole: counts_things(unit) }
}

/// A number of things, which is whole; data is counted in whole bytes.
fn counts_things(unit: Option<&Unit>) -> bool {
    match unit {
        None => true,
        Some(unit) => matches!(single(unit), Some(Dimension::Count(_) | Dimension::Byte)) && unit.factor == 1.0,
    }
}

/// The dimension of a unit that has one.
fn single(unit: &Unit) -> Option<&Dimension> {
    match unit.dimensions() {
        [(dimension, 1)] => Some(dimension),
        _ => None,
    }
}

fn gauge(name: &str, words: &Words, metric: &Metric, unit: Option<&Unit>) -> Behaviour {
    if let Some(typical) = &metric.typical {
        let whole = counts_things(unit) && typical.low.fract() == 0.0 && typical.high.fract() == 0.0;
        return match typical.low == typical.high {
            true => Behaviour::Fixed(typical.low),
            false => Behaviour::Level { low: typical.low, high: typical.high, whole },
        };
    }
    let Some(unit) = unit else { return number(words) };
    let factor = unit.factor;
    let load = |idle: f64, full: f64| Behaviour::Load { idle: idle / factor, full: full / factor, drives: false };
    match unit.dimensions() {
        [] => share(words, metric, factor),
        [(Dimension::Celsius, 1)] => load(35.0, 70.0),
        [(Dimension::Joule, 1), (Dimension::Second, -1)] | [(Dimension::Second, -1), (Dimension::Joule, 1)] => load(90.0, 620.0),
        [(Dimension::Second, -1)] => load(1.1e9, 1.9e9),
        [(Dimension::Byte, 1)] => bytes(words, factor),
        [(Dimension::Second, 1)] => time(name, words, factor),
        [(Dimension::Money(_), 1)] => Behaviour::Level { low: 4900.0, high: 5100.0, whole: false },
        [(Dimension::Money(_), 1), (Dimension::Second, -1)] | [(Dimension::Second, -1), (Dimension::Money(_), 1)] => {
            Behaviour::Level { low: 0.002 / factor, high: 0.0025 / factor, whole: false }
        }
        [(Dimension::Count(things), 1)] if &**things == "bool" => truth(words),
        [(Dimension::Count(_), 1)] => number(words),
        _ => Behaviour::Level { low: 10.0 / factor, high: 40.0 / factor, whole: false },
    }
}

/// Nothing is known but that it is a number of things.
fn number(words: &Words) -> Behaviour {
    if words.any(&["up", "successful", "success", "healthy", "ready", "leader"]) {
        return Behaviour::Fixed(1.0);
    }
    if words.any(&["waiting", "queue", "queued", "backlog", "lag", "depth", "blocked", "swapped"]) {
        return Behaviour::Level { low: 0.0, high: 4.0, whole: true };
    }
    if words.any(TROUBLE) {
        return Behaviour::Fixed(0.0);
    }
    if words.any(&["limit", "max", "maximum", "capacity", "cores", "fds"]) && !words.any(&["open", "used"]) {
        return Behaviour::Fixed(1024.0);
    }
    Behaviour::Level { low: 3.0, high: 20.0, whole: true }
}

fn truth(words: &Words) -> Behaviour {
    Behaviour::Fixed(if words.any(TROUBLE) { 0.0 } else { 1.0 })
}

/// A pure number: a share of something, or how many times as much.
fn share(words: &Words, metric: &Metric, factor: f64) -> Behaviour {
    let unbounded = metric.range.as_ref().is_some_and(|range| range.high * factor > 1.5);
    let level = |low: f64, high: f64| Behaviour::Level { low: low / factor, high: high / factor, whole: false };
    if unbounded && words.any(&["speedup", "improvement", "ratio"]) {
        return level(1.2, 2.4);
    }
    if words.any(&[
        "error",
        "errors",
        "failed",
        "false",
        "hallucination",
        "impact",
        "loss",
        "fragmentation",
        "idle",
        "significance",
    ]) {
        return level(0.01, 0.04);
    }
    if words.any(&["score", "quality", "hit", "success", "approval", "accuracy", "coverage", "relevance", "coherence"]) {
        return level(0.96, 0.99);
    }
    let drives = words.any(&["util", "utilization", "busy"]);
    Behaviour::Load { idle: 0.2 / factor, full: 0.75 / factor, drives }
}

/// Memory and disks: what is used and what is free add up to what there is.
fn bytes(words: &Words, factor: f64) -> Behaviour {
    const GIB: f64 = 1_073_741_824.0;
    let capacity = if words.any(&["gpu", "fb"]) {
        80.0 * GIB
    } else if words.any(&["disk", "filesystem", "fs", "device"]) {
        500.0 * GIB
    } else {
        64.0 * GIB
    };
    let capacity = capacity / factor;
    if words.any(&["reserved"]) {
        return Behaviour::Fixed(0.0);
    }
    if words.any(&["free", "available", "avail"]) {
        return Behaviour::Load { idle: capacity * 0.8, full: capacity * 0.25, drives: false };
    }
    if words.any(&["used"]) {
        return Behaviour::Load { idle: capacity * 0.2, full: capacity * 0.75, drives: false };
    }
    if words.any(&["total", "limit", "max", "capacity"]) {
        return Behaviour::Fixed(capacity);
    }
    Behaviour::Level { low: 1.5e8 / factor, high: 4e8 / factor, whole: true }
}

/// Times, ages and durations.
fn time(name: &str, words: &Words, factor: f64) -> Behaviour {
    if name.ends_with("start_time_seconds") || name.contains("boot_time") || words.any(&["created", "started", "postmaster"]) {
        return Behaviour::Start;
    }
    if words.any(&["uptime"]) {
        return Behaviour::Uptime;
    }
    if words.any(&["expiry", "expires", "expiration", "not", "after"]) {
        return Behaviour::Clock(60.0 * 86_400.0);
    }
    let moment = words.any(&["timestamp", "date"])
        || (words.any(&["last"])
            && words.any(&["time", "success", "seen", "run", "save", "reload", "evaluation", "scrape", "at"]));
    if moment && !words.any(&["duration", "age", "since", "ago", "elapsed"]) && factor == 1.0 {
        return Behaviour::Clock(-30.0);
    }
    if words.any(TROUBLE) || words.any(&["lag", "delay", "waiting"]) {
        return Behaviour::Level { low: 0.0, high: 0.1 / factor, whole: false };
    }
    Behaviour::Level { low: 0.02 / factor, high: 0.3 / factor, whole: false }
}

/// The behaviour, kept inside the declared range.
fn within(behaviour: Behaviour, metric: &Metric) -> Behaviour {
    let Some(range) = &metric.range else { return behaviour };
    let clamp = |value: f64| value.clamp(range.low, range.high);
    match behaviour {
        Behaviour::Fixed(value) => Behaviour::Fixed(clamp(value)),
        Behaviour::Level { low, high, whole } => Behaviour::Level { low: clamp(low), high: clamp(high), whole },
        Behaviour::Load { idle, full, drives } => Behaviour::Load { idle: clamp(idle), full: clamp(full), drives },
        other => other,
    }
}

/// The bounds of a histogram that declares none.
const USUAL_BOUNDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The finite bounds of a histogram's buckets, ascending.
pub(super) fn bounds(metric: &Metric) -> Vec<f64> {
    if metric.kind.value == MetricType::NativeHistogram {
        return Vec::new();
    }
    let Some(declared) = &metric.buckets else { return USUAL_BOUNDS.to_vec() };
    let mut bounds: Vec<f64> = declared.value.iter().map(|bound| bound.value).filter(|bound| bound.is_finite()).collect();
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    bounds
}

fn observations(metric: &Metric) -> Behaviour {
    let bounds = bounds(metric);
    let last = bounds.len();
    let place = |value: f64| bounds.partition_point(|bound| *bound < value) as f64;
    let (usual, slow) = match &metric.typical {
        Some(typical) => (place(typical.low), place(typical.high)),
        None => (last as f64 * 0.32, last as f64 * 0.5),
    };
    // What lies beyond the last bound is left to scenarios.
    let shares = |centre: f64| {
        let mut weights: Vec<f64> = (0..=last).map(|index| (-(index as f64 - centre).abs() * 1.2).exp()).collect();
        if last > 0 {
            weights[last] = 0.0;
        }
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / sum).collect::<Vec<f64>>()
    };
    Behaviour::Observations { rate: 0.6, usual: shares(usual), slow: shares(slow) }
}

/// How much of a counter's growth or of a histogram's observations falls to a series with this label value: failures are rare.
pub(super) fn weight(value: &str) -> f64 {
    let failed_status =
        value.len() == 3 && value.starts_with('5') && value.bytes().skip(1).all(|byte| byte.is_ascii_digit() || byte == b'x');
    let words = Words(value.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase).collect());
    if failed_status || words.any(&["failure", "failed", "error", "fail", "failures", "errors", "abort"]) { 0.002 } else { 1.0 }
}
