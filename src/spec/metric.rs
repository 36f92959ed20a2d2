//! Metrics as people declare them.

use serde_json::{Value as Json, json};

use crate::load::tree::{Node, Value};
use crate::spec::decode::{Decode, Decoder, Map, Schemas, Spanned, Text, record, words};
use crate::spec::shared::{Allow, Status};
use crate::unit::Unit;

words! {
    /// What kind of metric it is, in the words of the exposition formats.
    pub enum MetricType {
        /// Only grows, until the process restarts.
        Counter = "counter",
        /// Goes up and down.
        Gauge = "gauge",
        /// Counts of observations in buckets, with `_bucket`, `_sum` and `_count` series.
        Histogram = "histogram",
        /// A histogram whose buckets are inside one sample.
        NativeHistogram = "native_histogram",
        /// Quantiles that the client computed, with `_sum` and `_count` series.
        Summary = "summary",
        /// Facts in labels; the value is always 1.
        Info = "info",
        /// Nobody knows.
        Unknown = "unknown" | "untyped",
    }
}

record! {
    /// A metric: its name is the key, as PromQL sees it (a counter with its `_total`, a histogram without `_bucket`).
    pub struct Metric {
        /// Counter, gauge, histogram, native_histogram, summary or info.
        /// Example: `counter`
        kind as "type": Spanned<MetricType>,
        /// What it measures, in a sentence.
        /// Example: `Requests handled.`
        help: Option<Text>,
        /// The unit of its samples: seconds, bytes, ratio, percent, usd, celsius, requests, usd/hour, ...
        /// Example: `seconds`
        unit: Option<Spanned<Unit>>,
        /// Its labels, besides those that the target adds.
        /// Example: `{status: [paid, refused], endpoint: {max: 40}}`
        labels: Map<Label>,
        /// The finite upper bounds of a histogram's buckets, ascending.
        /// Example: `[0.005, 0.05, 0.5, 1, 5, 10]`
        buckets: Option<Spanned<Vec<Spanned<f64>>>>,
        /// The quantiles of a summary.
        /// Example: `[0.5, 0.99]`
        quantiles: Vec<Spanned<f64>>,
        /// The least and the greatest value that a sample can have.
        /// Example: `[0, 1]`
        range: Option<Range>,
        /// Where samples usually lie, for `simulate`: of a gauge the value, of a counter the growth in a second, of a histogram or a summary what
        /// it observes.
        /// Example: `[0.2, 0.6]`
        typical: Option<Range>,
        /// `planned`: wished for, not exposed yet.
        /// Example: `planned`
        status: Option<Status>,
        /// Perhaps exposed: a target can lack it.
        /// Example: `true`
        optional: bool,
        /// Present only when the exporter has this feature switched on.
        /// Example: `mig`
        when: Option<Text>,
        /// The first version of the exporter that has it.
        /// Example: `"0.15"`
        since: Option<Text>,
        /// The last version of the exporter that has it.
        /// Example: `"0.14"`
        until: Option<Text>,
        /// What it was like in older versions.
        /// Example: `[{until: "0.14", type: gauge}]`
        was: Vec<Was>,
        /// The labels that all metrics of the pack have do not apply to it.
        /// Example: `true`
        own_labels: bool,
        /// The part of a metrics library that exposes it.
        /// Example: `runtime`
        group: Option<Text>,
        /// Why it should not be used any more, and what to use.
        /// Example: `use requests_total`
        deprecated: Option<Text>,
        /// Exposed by a third party: its name is admitted, its labels are not checked.
        /// Example: `true`
        external: bool,
        /// Findings to leave out for this metric.
        /// Example: `[{rule: promql/unknown-label, reason: "the proxy adds it", until: 2027-01-01}]`
        allow: Vec<Allow>,
    }
}

record! {
    /// What a metric was like up to a version.
    pub struct Was {
        /// The last version in which it was so.
        /// Example: `"0.14"`
        until: Text,
        /// Its type then.
        /// Example: `counter`
        kind as "type": Option<Spanned<MetricType>>,
        /// Its unit then.
        /// Example: `seconds`
        unit: Option<Spanned<Unit>>,
        /// Its labels then.
        /// Example: `{status: [paid, refused]}`
        labels: Option<Map<Label>>,
        /// Its buckets then.
        /// Example: `[0.005, 0.05, 0.5, 1, 5, 10]`
        buckets: Option<Spanned<Vec<Spanned<f64>>>>,
    }
}

/// The values that a label can have.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Label {
    /// A closed list of values.
    pub values: Option<Vec<Text>>,
    /// A regular expression that every value matches as a whole.
    pub matches: Option<Text>,
    /// An upper bound on the number of values.
    pub max: Option<u64>,
    /// The value that is the sum of the others.
    pub total: Option<Text>,
    /// The label can be missing.
    pub optional: bool,
    /// Present only when the exporter has this feature switched on.
    pub when: Option<Text>,
    /// The first version of the exporter that has it.
    pub since: Option<Text>,
    /// The last version of the exporter that has it.
    pub until: Option<Text>,
    /// What it says.
    pub help: Option<Text>,
}

record! {
    /// A label written as a mapping.
    pub struct LabelFields {
        /// A closed list of values.
        /// Example: `[GET, POST]`
        values: Option<Vec<Text>>,
        /// A regular expression that every value matches as a whole.
        /// Example: `"[1-5][0-9]{2}"`
        matches: Option<Text>,
        /// An upper bound on the number of values.
        /// Example: `40`
        max: Option<u64>,
        /// The value that is the sum of the others.
        /// Example: `total`
        total: Option<Text>,
        /// The label can be missing.
        /// Example: `true`
        optional: bool,
        /// Present only when the exporter has this feature switched on.
        /// Example: `mig`
        when: Option<Text>,
        /// The first version of the exporter that has it.
        /// Example: `"0.15"`
        since: Option<Text>,
        /// The last version of the exporter that has it.
        /// Example: `"0.14"`
        until: Option<Text>,
        /// What the label says.
        /// Example: `The status code of the answer.`
        help: Option<Text>,
    }
}

impl Decode for Label {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        if let Value::Seq(_) = node.value {
            return Some(Self { values: Some(Vec::decode(node, cx)?), ..Self::default() });
        }
        if let Value::Scalar(_) = node.value {
            cx.wrong_type(node, "a list of values, or a mapping such as {max: 40}");
            return None;
        }
        let fields = LabelFields::decode(node, cx)?;
        let LabelFields { span: _, values, matches, max, total, optional, when, since, until, help } = fields;
        Some(Self { values, matches, max, total, optional, when, since, until, help })
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn schema(schemas: &mut Schemas) -> Json {
        schemas.reference("Label", |schemas| {
            json!({
                "description": "The values that a label can have: a closed list, a bound on their number, a pattern, or nothing known.",
                "anyOf": [{"type": "null"}, Vec::<Text>::schema(schemas), LabelFields::schema(schemas)],
                "examples": [["GET", "POST"], {"max": 40}, {"matches": "[1-5][0-9]{2}", "max": 15}],
            })
        })
    }
}

/// The least and the greatest value, both included.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// The least value.
    pub low: f64,
    /// The greatest value.
    pub high: f64,
    /// Where it stands.
    pub span: crate::source::Span,
}

impl Decode for Range {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        let bounds = Vec::<f64>::decode(node, cx)?;
        match bounds.as_slice() {
            [low, high] if low <= high => Some(Self { low: *low, high: *high, span: node.span }),
            [low, high] => {
                cx.invalid(node.span, format!("the range goes from {low} down to {high}"), format!("write [{high}, {low}]"));
                None
            }
            _ => {
                cx.invalid(node.span, "a range has two numbers", "write [0, 1], or [0, .inf] for no upper bound");
                None
            }
        }
    }

    fn schema(schemas: &mut Schemas) -> Json {
        json!({"type": "array", "items": f64::schema(schemas), "minItems": 2, "maxItems": 2, "examples": [[0, 1]]})
    }
}
