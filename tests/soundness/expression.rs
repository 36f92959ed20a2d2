//! Well-typed expressions over the simulated series, most of which return something.

use std::collections::{BTreeMap, BTreeSet};

use optiinfra_gen::promql::functions::FUNCTIONS;
use optiinfra_gen::promql::{AggregateOp, BinaryOp, Function, ValueType};

use crate::random::Random;

/// The label values that occur, by metric and label.
pub(crate) type Metrics = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

const NATIVE: &str = "rpc_seconds";
const LABELS: &[&str] = &[
    "job", "job", "job", "instance", "instance", "env", "method", "status", "zone", "reason", "tenant", "type", "le", "quantile",
    "gpu", "state", "level", "surprise", "version", "region", "nope", "__name__",
];
const NUMBERS: &[&str] =
    &["0", "1", "2", "0.5", "100", "-1", "1e9", "-0.3", "3600", "Inf", "-Inf", "NaN", "0.9", "-0", "1e-3", "7", "10"];
const RANGES: &[&str] = &["1m", "5m", "10m", "30m", "20s", "300", "2m * 2", "5m + 90s"];
const WINDOWS: &[&str] = &["5m:1m", "10m:30s", "2m:15s", "20m:5m", "5m:"];

/// Makes expressions by a seed.
pub(crate) struct Expressions<'a> {
    random: Random,
    metrics: &'a Metrics,
    names: Vec<&'a str>,
}

impl<'a> Expressions<'a> {
    pub(crate) fn new(seed: u64, metrics: &'a Metrics) -> Self {
        Self { random: Random::new(seed), metrics, names: metrics.keys().map(String::as_str).collect() }
    }

    /// Expression number `index`: each function, aggregation and operator comes in turn at the outside of one.
    pub(crate) fn make(&mut self, index: usize) -> String {
        let turn = index / 4;
        let depth = 1 + self.random.below(3);
        match index % 4 {
            0 => self.call(&FUNCTIONS[turn % FUNCTIONS.len()], depth),
            1 if turn.is_multiple_of(2) => self.aggregation(AggregateOp::ALL[turn / 2 % AggregateOp::ALL.len()], depth),
            1 => self.binary(BinaryOp::ALL[turn / 2 % BinaryOp::ALL.len()], depth),
            2 => self.vector(depth + 1),
            _ => match turn % 20 {
                0 => self.scalar(depth),
                1 => self.range(depth, ""),
                2 => self.string(),
                _ => self.vector(depth),
            },
        }
    }

    fn number(&mut self) -> &'static str {
        self.random.pick(NUMBERS)
    }

    fn string(&mut self) -> String {
        self.random.pick(&["\"a\"", "\"b-$1\"", "\"\"", "\"x\""]).to_owned()
    }

    fn scalar(&mut self, depth: usize) -> String {
        match self.random.below(20) {
            0 | 1 if depth > 0 => self.random.pick(&["time()", "pi()", "start()", "end()", "step()", "range()"]).to_owned(),
            2..=4 if depth > 0 => format!("scalar({})", self.single(depth - 1)),
            5..=6 if depth > 0 => {
                let op = self.random.pick(&["+", "-", "*", "/", "%", "^", "> bool", "== bool", "<= bool", "!= bool", "atan2"]);
                format!("({} {op} {})", self.scalar(depth - 1), self.scalar(depth - 1))
            }
            7 if depth > 0 => format!("-{}", self.scalar(0)).replace("--", "- -"),
            _ => self.number().to_owned(),
        }
    }

    /// A vector of one series, if any.
    fn single(&mut self, depth: usize) -> String {
        let op = self.random.pick(&["sum", "max", "min", "avg", "count"]);
        if self.random.chance(80) { format!("{op}({})", self.vector(depth)) } else { self.vector(depth) }
    }

    fn labels(&mut self) -> Vec<&'static str> {
        let count = self.random.below(4);
        let mut labels: Vec<&str> = (0..count).map(|_| self.random.pick(LABELS)).collect();
        labels.dedup();
        labels
    }

    fn label_list(&mut self) -> String {
        self.labels().join(", ")
    }

    /// Labels that many series have.
    fn shared_labels(&mut self) -> &'static str {
        self.random.pick(&[
            "job",
            "job, instance",
            "instance",
            "job, method",
            "method",
            "",
            "job, le",
            "env",
            "job, zone",
            "nope",
            "job, reason",
        ])
    }

    fn selector(&mut self) -> String {
        if self.random.chance(4) {
            let one = self.names[self.random.below(self.names.len())];
            let other = self.names[self.random.below(self.names.len())];
            return match self.random.below(3) {
                0 => format!("{{__name__=~\"{one}|{other}\"}}"),
                1 => "{__name__=~\"latency_.*\"}".to_owned(),
                _ => format!("{{__name__=\"{one}\"}}"),
            };
        }
        let name = if self.random.chance(6) { NATIVE } else { self.names[self.random.below(self.names.len())] };
        self.selector_of(name)
    }

    fn selector_of(&mut self, name: &str) -> String {
        let matchers = self.matchers(name);
        if matchers.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", matchers.join(", ")) }
    }

    fn matchers(&mut self, name: &str) -> Vec<String> {
        let Some(known) = self.metrics.get(name) else { return Vec::new() };
        let labels: Vec<&String> = known.keys().filter(|label| *label != "__name__").collect();
        let count = match self.random.below(10) {
            0..=5 => 0,
            6..=8 => 1,
            _ => 2,
        };
        (0..count)
            .filter_map(|_| {
                if self.random.chance(8) || labels.is_empty() {
                    let label = self.random.pick(&["nope", "zone", "tenant", "env", "le"]);
                    let matcher =
                        self.random.pick(&["=\"\"", "!=\"x\"", "=~\".*\"", "!~\".+\"", "=~\"|x\"", "=\"x\"", "=~\".+\""]);
                    return Some(format!("{label}{matcher}"));
                }
                let label = labels[self.random.below(labels.len())];
                let values: Vec<&String> = known.get(label)?.iter().collect();
                let value = values[self.random.below(values.len())].as_str();
                let other = values[self.random.below(values.len())].as_str();
                let first = value.get(..1).unwrap_or_default();
                let first = if first == "+" { "\\\\+" } else { first };
                let escaped = value.replace('+', "\\\\+");
                Some(match self.random.below(14) {
                    0..=4 => format!("{label}=\"{value}\""),
                    5 => format!("{label}!=\"{other}\""),
                    6 => format!("{label}=~\"{first}.*\""),
                    7 => format!("{label}=~\"{escaped}|{}\"", other.replace('+', "\\\\+")),
                    8 => format!("{label}!~\"{first}.+\""),
                    9 => format!("{label}=~\".+\""),
                    10 => format!("{label}=~\"{escaped}|wrong\""),
                    11 => format!("{label}=~\"{escaped}\""),
                    12 => format!("{label}!=\"\""),
                    _ => format!("{label}!~\"{escaped}|wrong\""),
                })
            })
            .collect()
    }

    fn modifiers(&mut self) -> &'static str {
        match self.random.below(20) {
            0 => " offset 1m",
            1 => " offset 10m",
            2 => " @ 1699999000",
            3 => " @ 1699999500 offset 5m",
            4 => " @ end()",
            _ => "",
        }
    }

    /// A range vector; `function` is what it is for.
    fn range(&mut self, depth: usize, function: &str) -> String {
        if depth > 0 && self.random.chance(30) {
            return format!("({})[{}]", self.vector(depth - 1), self.random.pick(WINDOWS));
        }
        let extension = match (function, self.random.below(10)) {
            ("rate" | "increase" | "delta" | "resets" | "changes", 0) => " anchored",
            ("rate" | "increase" | "delta", 1) => " smoothed",
            _ => "",
        };
        let selector = match function {
            // What they are for, most of the time.
            "rate" | "increase" | "irate" | "resets" if self.random.chance(70) => {
                let name = self.random.pick(&[
                    "requests_total",
                    "errors_total",
                    "tokens_total",
                    "written_bytes_total",
                    "latency_seconds_bucket",
                    "latency_seconds_count",
                    "flush_seconds_bucket",
                    "flush_seconds_sum",
                    NATIVE,
                ]);
                self.selector_of(name)
            }
            _ => self.selector(),
        };
        format!("{selector}[{}]{extension}{}", self.random.pick(RANGES), self.modifiers())
    }

    fn vector(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.random.below(12) {
                0 => format!("vector({})", self.number()),
                _ => format!("{}{}", self.selector(), self.modifiers()),
            };
        }
        match self.random.below(100) {
            0..=9 => format!("{}{}", self.selector(), self.modifiers()),
            10..=24 => {
                let name =
                    self.random.pick(&["rate", "increase", "irate", "delta", "avg_over_time", "max_over_time", "last_over_time"]);
                format!("{name}({})", self.range(depth - 1, name))
            }
            25..=49 => {
                let vectors: Vec<&Function> = FUNCTIONS.iter().filter(|f| f.returns == ValueType::InstantVector).collect();
                let function = vectors[self.random.below(vectors.len())];
                self.call(function, depth - 1)
            }
            50..=69 => {
                let op = if self.random.chance(50) {
                    AggregateOp::Sum
                } else {
                    AggregateOp::ALL[self.random.below(AggregateOp::ALL.len())]
                };
                self.aggregation(op, depth - 1)
            }
            70..=71 => format!("-({})", self.vector(depth - 1)),
            72 => format!("({})", self.vector(depth - 1)),
            _ => {
                let op = BinaryOp::ALL[self.random.below(BinaryOp::ALL.len())];
                self.binary(op, depth - 1)
            }
        }
    }

    fn call(&mut self, function: &'static Function, depth: usize) -> String {
        let name = function.name;
        let quantile = |random: &mut Random| random.pick(&["0.5", "0.9", "0", "1", "0.99", "2", "-1", "NaN", "0.5", "0.9"]);
        let args: Vec<String> = match name {
            "absent" | "absent_over_time" => {
                let range = if name == "absent" { "" } else { "[5m]" };
                return match self.random.below(6) {
                    0 => format!("{name}(nothing{{job=\"api\", env=~\"x\", zone!=\"\", level=\"\"}}{range})"),
                    1 => format!("{name}(up{{job=\"none\"}}{range})"),
                    2 => format!("{name}((up{{job=\"none\", instance=\"a\", instance=\"b\"}}{range}))"),
                    3 => format!("{name}(up{{job=\"none\"}}{range} @ 1699999000)"),
                    4 if range.is_empty() => format!("{name}({} > 1e200)", self.vector(depth.min(1))),
                    4 => format!("{name}((up > 5)[5m:1m])"),
                    _ if range.is_empty() => format!("{name}({})", self.vector(depth.min(1))),
                    _ => format!("{name}({})", self.range(depth.min(1), name)),
                };
            }
            "histogram_quantile" => vec![quantile(&mut self.random).to_owned(), self.histograms(depth)],
            "histogram_fraction" => {
                let (from, to) = (self.random.pick(&["0", "-Inf", "0.1", "0.2"]), self.random.pick(&["1", "0.5", "Inf", "0.3"]));
                vec![from.to_owned(), to.to_owned(), self.histograms(depth)]
            }
            "histogram_quantiles" => {
                let label = self.random.pick(&["\"q\"", "\"method\"", "\"le\"", "\"job\""]).to_owned();
                vec![self.histograms(depth), label, quantile(&mut self.random).to_owned(), quantile(&mut self.random).to_owned()]
            }
            _ if name.starts_with("histogram_") => vec![if self.random.chance(85) { self.natives() } else { self.vector(depth) }],
            "label_replace" => self.label_replace(depth),
            "label_join" => {
                let mut args =
                    vec![self.vector(depth), self.random.pick(&["\"host\"", "\"job\"", "\"zone\"", "\"__name__\""]).to_owned()];
                args.push(self.random.pick(&["\"-\"", "\"\""]).to_owned());
                for _ in 0..self.random.below(3) {
                    args.push(
                        self.random
                            .pick(&["\"job\"", "\"instance\"", "\"nope\"", "\"zone\"", "\"method\"", "\"env\""])
                            .to_owned(),
                    );
                }
                args
            }
            "sort_by_label" | "sort_by_label_desc" => vec![self.vector(depth), "\"job\"".to_owned()],
            "info" => {
                let vector = self.random.pick(&[
                    "heat_celsius",
                    "sync_state",
                    "rate(written_bytes_total[5m])",
                    "up",
                    "flush_seconds_count",
                ]);
                let mut args = vec![if self.random.chance(80) { vector.to_owned() } else { self.vector(depth) }];
                let matchers = [
                    "{region=~\".+\"}",
                    "{region=\"1\"}",
                    "{__name__=\"build_info\"}",
                    "{__name__=~\".+_info\", version!=\"\"}",
                    "{nope=\"\"}",
                ];
                if self.random.chance(60) {
                    args.push(self.random.pick(&matchers).to_owned());
                }
                args
            }
            "double_exponential_smoothing" => vec![self.range(depth, name), "0.5".to_owned(), "0.3".to_owned()],
            "quantile_over_time" => vec![quantile(&mut self.random).to_owned(), self.range(depth, name)],
            "clamp" if self.random.chance(50) => vec![self.vector(depth), "0".to_owned(), self.number().to_owned()],
            "scalar" => vec![self.single(depth)],
            // Only samples themselves have one.
            "start_timestamp" if self.random.chance(90) => vec![self.selector()],
            _ if function.max_args == Some(0) => {
                let op = self.random.pick(&["+", "-", "*", "/", "<", "> bool", "^"]);
                return format!("({}) {op} {name}()", self.vector(depth));
            }
            _ => {
                let most = function.max_args.unwrap_or(function.args.len());
                let count = function.min_args + self.random.below(most - function.min_args + 1);
                let mut args = Vec::new();
                for index in 0..count {
                    args.push(match function.arg(index) {
                        Some(ValueType::Scalar) => self.scalar(depth),
                        Some(ValueType::RangeVector) => self.range(depth, name),
                        Some(ValueType::String) => self.string(),
                        _ => self.vector(depth),
                    });
                }
                args
            }
        };
        format!("{name}({})", args.join(", "))
    }

    fn label_replace(&mut self, depth: usize) -> Vec<String> {
        let target = self.random.pick(&["host", "job", "zone", "instance", "__name__", "method", "le", "env"]);
        let text = self.random.pick(&["$1", "x", "", "a-$1", "$1$2", "${1}", "$1", "$nope", "GET"]);
        let source = self.random.pick(&["job", "instance", "zone", "nope", "method", "__name__", "status", "env", "reason"]);
        let pattern =
            self.random.pick(&["(.*)", "(.+)", ".*", "(.*):(.*)", "api", "", "a.*", "5..", "(a)?.*", "api|web|store", "(.+)"]);
        let quoted = |text: &str| format!("\"{text}\"");
        vec![self.vector(depth), quoted(target), quoted(text), quoted(source), quoted(pattern)]
    }

    fn natives(&mut self) -> String {
        match self.random.below(6) {
            0 | 1 => self.selector_of(NATIVE),
            2 => format!("rate({NATIVE}[5m])"),
            3 => format!("sum by ({}) (increase({NATIVE}[10m]))", self.shared_labels()),
            4 => format!("avg_over_time({NATIVE}[5m])"),
            _ => format!("sum without (method) (rate({NATIVE}[5m])) * 2"),
        }
    }

    /// What a quantile can be taken of.
    fn histograms(&mut self, depth: usize) -> String {
        match self.random.below(9) {
            0 => self.natives(),
            1 => "sum by (le) (rate(latency_seconds_bucket[5m]))".to_owned(),
            2 => "sum by (job, le) (rate(latency_seconds_bucket[10m]))".to_owned(),
            3 => "rate(flush_seconds_bucket[5m])".to_owned(),
            4 => self.selector_of("latency_seconds_bucket"),
            5 => "sum without (instance) (increase(flush_seconds_bucket[10m]))".to_owned(),
            6 => "{__name__=~\"latency_seconds_bucket|flush_seconds_bucket|rpc_seconds\"}".to_owned(),
            7 => "job_le:latency:rate5m".to_owned(),
            _ => self.vector(depth),
        }
    }

    fn grouping(&mut self) -> String {
        match self.random.below(10) {
            0 | 1 => String::new(),
            2..=4 => format!(" by ({})", self.shared_labels()),
            5 => format!(" by ({})", self.label_list()),
            6 => format!(
                " without ({})",
                self.random.pick(&["job, instance", "instance", "method", "job, instance, env", "le, instance"])
            ),
            _ => format!(" without ({})", self.label_list()),
        }
    }

    fn aggregation(&mut self, op: AggregateOp, depth: usize) -> String {
        let grouping = self.grouping();
        let param = match op {
            AggregateOp::Topk | AggregateOp::Bottomk | AggregateOp::Limitk => {
                self.random.pick(&["1, ", "1, ", "2, ", "5, ", "0, ", "1.9, "])
            }
            AggregateOp::LimitRatio => self.random.pick(&["0.5, ", "-0.5, ", "1, ", "0.9, "]),
            AggregateOp::Quantile => self.random.pick(&["0.5, ", "0.9, ", "0, ", "1, ", "2, ", "-1, ", "NaN, "]),
            AggregateOp::CountValues => {
                self.random.pick(&["\"value\", ", "\"job\", ", "\"zone\", ", "\"method\", ", "\"__name__\", "])
            }
            _ => "",
        };
        format!("{}{grouping} ({param}{})", op.name(), self.vector(depth))
    }

    fn binary(&mut self, op: BinaryOp, depth: usize) -> String {
        let bool_modifier = if op.is_comparison() && self.random.chance(40) { " bool" } else { "" };
        let op = format!("{}{bool_modifier}", op.symbol());
        if op.contains('/') && op.len() > 1 {
            let histograms = if self.random.chance(90) { self.natives() } else { self.vector(depth) };
            return format!("({histograms} {op} {})", self.random.pick(&["0.5", "0.7", "1", "0.1", "scalar(sum(up))"]));
        }
        let set = matches!(op.as_str(), "and" | "or" | "unless");
        match self.random.below(12) {
            0..=3 if !set => {
                let (one, other) = (self.vector(depth), self.scalar(depth));
                if self.random.chance(70) { format!("({one} {op} {other})") } else { format!("({other} {op} {one})") }
            }
            // The same on both sides, or the same with something done to it.
            0 | 4 => {
                let one = self.vector(depth);
                let other = match self.random.below(3) {
                    0 => format!("abs({one})"),
                    1 => format!("({one} > 0)"),
                    _ => one.clone(),
                };
                format!("(({one}) {op} ({other}))")
            }
            // A part and its whole.
            1 | 5 => {
                let name = self.random.pick(&["requests_total", "latency_seconds_count", "tokens_total", "errors_total", "busy"]);
                let (function, labels) = (self.random.pick(&["rate", "increase", "max_over_time"]), self.shared_labels());
                let (outer, part) = (self.random.pick(&["sum", "count", "sum"]), self.selector_of(name));
                let factor = self.random.pick(&["", "100 * ", ""]);
                format!(
                    "({factor}{outer} by ({labels}) ({function}({part}[5m])) {op} {outer} by ({labels}) ({function}({name}[5m])))"
                )
            }
            // The same groups on both sides.
            2 | 6 | 7 => {
                let labels = self.shared_labels();
                let (one, other) =
                    (self.random.pick(&["sum", "max", "avg", "count"]), self.random.pick(&["sum", "min", "avg", "count"]));
                let fill =
                    if set { "" } else { self.random.pick(&["", "", "", " fill (0)", " fill_left (1)", " fill_right (NaN)"]) };
                let modifier = self.random.pick(&["", &*format!(" on ({labels})"), " ignoring (nope)"]).to_owned();
                format!(
                    "({one} by ({labels}) ({}) {op}{modifier}{fill} {other} by ({labels}) ({}))",
                    self.vector(depth),
                    self.vector(depth)
                )
            }
            // Many to one.
            3 | 8 if !set => {
                let labels = self.random.pick(&["job", "job, instance", "instance"]);
                let include = self.random.pick(&["", "", "version", "env", "nope", "method"]);
                let one = match include {
                    "version" => "build_info".to_owned(),
                    "env" => format!("max by ({labels}, env) (up)"),
                    "method" => format!("max by ({labels}) (up)"),
                    _ => format!("sum by ({labels}) ({})", self.vector(depth)),
                };
                let fill = if self.random.chance(10) { " fill (0)" } else { "" };
                if self.random.chance(70) {
                    format!("(({}) {op} on ({labels}) group_left ({include}){fill} ({one}))", self.vector(depth))
                } else {
                    format!("(({one}) {op} on ({labels}) group_right ({include}){fill} ({}))", self.vector(depth))
                }
            }
            // A mean.
            9 if !set => {
                let (inner, grouping) = (self.vector(depth.saturating_sub(1)), self.grouping());
                let summed = if self.random.chance(50) { inner.clone() } else { format!("({inner} == bool 1)") };
                format!("(sum{grouping} ({summed}) / count{grouping} ({inner}))")
            }
            // Whatever comes.
            10 => {
                let modifier = match self.random.below(3) {
                    0 => format!(" on ({})", self.label_list()),
                    1 => format!(" ignoring ({})", self.label_list()),
                    _ => String::new(),
                };
                let group =
                    if set || modifier.is_empty() { "" } else { self.random.pick(&["", " group_left ()", " group_right ()"]) };
                format!("(({}) {op}{modifier}{group} ({}))", self.vector(depth), self.vector(depth))
            }
            _ => {
                let modifier = if set { format!(" on ({})", self.shared_labels()) } else { String::new() };
                let one = self.vector(depth);
                let other = if set { self.vector(depth) } else { one.clone() };
                format!("(({one}) {op}{modifier} ({other}))")
            }
        }
    }
}
