//! Queries, recording rules and alerts.

use serde_json::{Value as Json, json};

use crate::load::tree::Node;
use crate::source::Span;
use crate::spec::decode::{Decode, Decoder, Map, OneOrMany, Schemas, Spanned, Text, record};
use crate::spec::quantity::{self, Duration, Quantity};
use crate::spec::schema::pattern;
use crate::spec::shared::{Allow, Status};
use crate::unit::Unit;

record! {
    /// An expression that is written once and used by alerts, panels and recording rules. `$window` stands for the range of whoever uses it.
    pub struct Query {
        /// What it returns, in a sentence.
        /// Example: `Share of requests that failed.`
        help: Option<Text>,
        /// The PromQL expression.
        /// Example: `sum by (job) (rate(requests_total[$window]))`
        expr: Text,
        /// Parameters of its own, `$name` in the expression, with their defaults.
        /// Example: `{quantile: 0.95}`
        params: Map<Text>,
        /// The unit of its result, where it cannot be inferred.
        /// Example: `ratio`
        unit: Option<Spanned<Unit>>,
        /// The window of a use that does not say one; 5m unless said.
        /// Example: `5m`
        window: Option<Spanned<Duration>>,
        /// Recording rules that compute it beforehand.
        /// Example: `{as: "job:requests_errors:ratio_rate", windows: [5m, 1h]}`
        record: Option<Record>,
        /// Findings to leave out for this query.
        /// Example: `[{rule: promql/unknown-label, reason: "the proxy adds it", until: 2027-01-01}]`
        allow: Vec<Allow>,
    }
}

record! {
    /// How a query is recorded.
    pub struct Record {
        /// The name of the recorded series; each window is appended: `job:requests_errors:ratio_rate` and 5m.
        /// Example: `"job:requests_errors:ratio_rate"`
        name as "as": Text,
        /// The windows; one series each.
        /// Example: `[5m, 1h]`
        windows: Vec<Spanned<Duration>>,
        /// Labels that the recorded series get.
        /// Example: `{team: payments}`
        labels: Map<Text>,
        /// Time between two evaluations.
        /// Example: `30s`
        interval: Option<Spanned<Duration>>,
    }
}

record! {
    /// A recording rule; its key is the name of the recorded series.
    pub struct RecordingRule {
        /// What it is for.
        /// Example: `Requests by service.`
        help: Option<Text>,
        /// The expression.
        /// Example: `sum by (job) (rate(requests_total[5m]))`
        expr: Option<Text>,
        /// The query that it records.
        /// Example: `error_ratio`
        query: Option<Text>,
        /// The window of the query.
        /// Example: `5m`
        window: Option<Spanned<Duration>>,
        /// Parameters of the query.
        /// Example: `{quantile: 0.99}`
        with: Map<Text>,
        /// Matchers added to every selector of the query that has the label.
        /// Example: `{job: checkout}`
        where_ as "where": Map<Text>,
        /// Labels that the recorded series get.
        /// Example: `{team: payments}`
        labels: Map<Text>,
        /// The unit of its result, where it cannot be inferred.
        /// Example: `requests/second`
        unit: Option<Spanned<Unit>>,
        /// The rule group; `recording` unless said.
        /// Example: `recording`
        group: Option<Text>,
        /// Time between two evaluations of the group.
        /// Example: `30s`
        interval: Option<Spanned<Duration>>,
        /// Findings to leave out for this rule.
        /// Example: `[{rule: promql/unknown-label, reason: "the proxy adds it", until: 2027-01-01}]`
        allow: Vec<Allow>,
    }
}

record! {
    /// An alert: when somebody is told, and what.
    pub struct Alert {
        /// The whole expression, comparison included unless `above` or the like is given.
        /// Example: `up == 0`
        expr: Option<Text>,
        /// The query whose result is compared.
        /// Example: `error_ratio`
        query: Option<Text>,
        /// The window of the query.
        /// Example: `5m`
        window: Option<Spanned<Duration>>,
        /// Parameters of the query.
        /// Example: `{quantile: 0.99}`
        with: Map<Text>,
        /// Matchers added to every selector that has the label.
        /// Example: `{job: checkout}`
        where_ as "where": Map<Text>,
        /// One rule for each of these: `gpu_targets`, `gpu_targets.inference`.
        /// Example: `gpu_targets`
        for_each: Option<Text>,
        /// One rule each, by severity.
        /// Example: `{warning: {above: 5%, for: 5m}, critical: {above: 25%, for: 2m}}`
        levels: Map<Level>,
        /// The severity, when there is one level only.
        /// Example: `critical`
        severity: Option<Text>,
        /// Fires when the value is greater.
        /// Example: `5%`
        above: Option<Box<Threshold>>,
        /// Fires when the value is less.
        /// Example: `10%`
        below: Option<Box<Threshold>>,
        /// Fires when the value is this or greater.
        /// Example: `1`
        at_least: Option<Box<Threshold>>,
        /// Fires when the value is this or less.
        /// Example: `0`
        at_most: Option<Box<Threshold>>,
        /// Fires when the value is this.
        /// Example: `0`
        equals: Option<Box<Threshold>>,
        /// Fires when the value is not this.
        /// Example: `1`
        differs_from: Option<Box<Threshold>>,
        /// Fires when the value leaves this range.
        /// Example: `[15 celsius, 83 celsius]`
        outside: Option<Vec<Threshold>>,
        /// How long it must hold before anybody is told.
        /// Example: `5m`
        hold as "for": Option<Spanned<Duration>>,
        /// How long it goes on firing after it no longer holds.
        /// Example: `10m`
        keep_firing_for: Option<Spanned<Duration>>,
        /// Further labels of the alert.
        /// Example: `{team: payments}`
        labels: Map<Text>,
        /// Further annotations.
        /// Example: `{team: payments}`
        annotations: Map<Text>,
        /// What is wrong, without templates.
        /// Example: `Too many orders are refused`
        summary: Option<Text>,
        /// What is wrong with what, with templates.
        /// Example: `"{{ $labels.job }} refuses {{ $value | humanizePercentage }} of its orders."`
        description: Option<Text>,
        /// What to do, in Markdown: the text of the generated runbook page.
        /// Example: `"1. Look at the payment provider. 2. Roll back."`
        runbook: Option<Text>,
        /// The address of a runbook that exists already.
        /// Example: `https://runbooks.example.com/OrdersRefused`
        runbook_url: Option<Text>,
        /// The rule group; the stack's name unless said.
        /// Example: `checkout`
        group: Option<Text>,
        /// Time between two evaluations of the group.
        /// Example: `30s`
        interval: Option<Spanned<Duration>>,
        /// It fires always, so that silence means that the path of alerts is broken.
        /// Example: `true`
        heartbeat: bool,
        /// `planned`: not emitted yet.
        /// Example: `planned`
        status: Option<Status>,
        /// The unit of the value, where it cannot be inferred.
        /// Example: `ratio`
        unit: Option<Spanned<Unit>>,
        /// Tests with samples of your own, beside those that the build finds.
        /// Example: `[{series: {'up{job="api"}': 1x5 0x10}, fires_at: 12m, silent_at: 4m}]`
        tests: Vec<AlertTest>,
        /// Findings to leave out for this alert.
        /// Example: `[{rule: promql/unknown-label, reason: "the proxy adds it", until: 2027-01-01}]`
        allow: Vec<Allow>,
    }
}

record! {
    /// A test of an alert with samples of its own.
    pub struct AlertTest {
        /// What it shows, in a few words.
        /// Example: `one queue is much longer`
        name: Option<Text>,
        /// The level that it is about, where the alert has several.
        /// Example: `critical`
        level: Option<Text>,
        /// Time between two samples and two evaluations; 1m unless said.
        /// Example: `30s`
        interval: Option<Spanned<Duration>>,
        /// Series with their samples, as promtool's unit tests write them.
        /// Example: `{'up{job="api"}': 1x5 0x10}`
        series: Map<Text>,
        /// Moments from the start at which the alert fires.
        /// Example: `[15m, 20m]`
        fires_at: OneOrMany<Spanned<Duration>>,
        /// Moments from the start at which it is silent.
        /// Example: `5m`
        silent_at: OneOrMany<Spanned<Duration>>,
    }
}

record! {
    /// One level of an alert.
    pub struct Level {
        /// Fires when the value is greater.
        /// Example: `5%`
        above: Option<Box<Threshold>>,
        /// Fires when the value is less.
        /// Example: `10%`
        below: Option<Box<Threshold>>,
        /// Fires when the value is this or greater.
        /// Example: `1`
        at_least: Option<Box<Threshold>>,
        /// Fires when the value is this or less.
        /// Example: `0`
        at_most: Option<Box<Threshold>>,
        /// Fires when the value is this.
        /// Example: `0`
        equals: Option<Box<Threshold>>,
        /// Fires when the value is not this.
        /// Example: `1`
        differs_from: Option<Box<Threshold>>,
        /// Fires when the value leaves this range.
        /// Example: `[15 celsius, 83 celsius]`
        outside: Option<Vec<Threshold>>,
        /// How long it must hold before anybody is told.
        /// Example: `5m`
        hold as "for": Option<Spanned<Duration>>,
        /// How long it goes on firing after it no longer holds.
        /// Example: `10m`
        keep_firing_for: Option<Spanned<Duration>>,
        /// Further labels of this level.
        /// Example: `{page: "true"}`
        labels: Map<Text>,
        /// Further annotations of this level.
        /// Example: `{team: payments}`
        annotations: Map<Text>,
        /// What is wrong, when it differs from the alert's own.
        /// Example: `Too many orders are refused`
        summary: Option<Text>,
        /// What is wrong with what, when it differs from the alert's own.
        /// Example: `"{{ $labels.job }} refuses {{ $value | humanizePercentage }} of its orders."`
        description: Option<Text>,
    }
}

/// What a value is compared with: a quantity, or the name of a pool's threshold.
#[derive(Debug, Clone, PartialEq)]
pub enum Threshold {
    /// A number with its unit.
    Quantity(Quantity),
    /// `$pool.temperature`: the threshold of that name of the pool that the rule is for.
    Pool {
        /// The threshold's name.
        name: String,
        /// Where it stands.
        span: Span,
    },
}

impl Threshold {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Quantity(quantity) => quantity.span,
            Self::Pool { span, .. } => *span,
        }
    }
}

impl Decode for Threshold {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        if let Some(name) = node.as_text().and_then(|text| text.strip_prefix("$pool.")) {
            return Some(Self::Pool { name: name.to_owned(), span: node.span });
        }
        if let Some(text) = node.as_text().filter(|text| text.starts_with('$')) {
            cx.invalid(
                node.span,
                format!("`{text}` is not a threshold"),
                "write a quantity, or `$pool.NAME` for a threshold of the pool",
            );
            return None;
        }
        Quantity::decode(node, cx).map(Self::Quantity)
    }

    fn schema(schemas: &mut Schemas) -> Json {
        schemas.reference("Threshold", |_| {
            json!({
                "type": ["string", "number", "boolean"],
                "pattern": pattern(&format!(r"{}|\$pool\.(?:.|\n)*", quantity::form())),
                "description": "What a value is compared with: a number with its unit, or a threshold of the pool that the rule is for.",
                "examples": ["5%", "250ms", "83 celsius", "$pool.temperature", 0],
            })
        })
    }
}
