//! Queries, recording rules and alerts.

use serde_json::Value as Json;

use crate::load::tree::Node;
use crate::source::Span;
use crate::spec::decode::{Decode, Decoder, Map, OneOrMany, Schemas, Spanned, Text, record};
use crate::spec::quantity::{Duration, Quantity};
use crate::spec::shared::{Allow, Status};
use crate::unit::Unit;

record! {
    /// An expression that is written once and used by alerts, panels and recording rules. `$window` stands for the range of whoever uses it.
    pub struct Query {
        /// What it returns, in a sentence.
        help: Option<Text>,
        /// The PromQL expression.
        expr: Text,
        /// Parameters of its own, `$name` in the expression, with their defaults.
        params: Map<Text>,
        /// The unit of its result, where it cannot be inferred.
        unit: Option<Spanned<Unit>>,
        /// The window of a use that does not say one; 5m unless said.
        window: Option<Spanned<Duration>>,
        /// Recording rules that compute it beforehand.
        record: Option<Record>,
        /// Findings to leave out for this query.
        allow: Vec<Allow>,
    }
}

record! {
    /// How a query is recorded.
    pub struct Record {
        /// The name of the recorded series; each window is appended: `job:requests_errors:ratio_rate` and 5m.
        name as "as": Text,
        /// The windows; one series each.
        windows: Vec<Spanned<Duration>>,
        /// Labels that the recorded series get.
        labels: Map<Text>,
        /// Time between two evaluations.
        interval: Option<Spanned<Duration>>,
    }
}

record! {
    /// A recording rule; its key is the name of the recorded series.
    pub struct RecordingRule {
        /// What it is for.
        help: Option<Text>,
        /// The expression.
        expr: Option<Text>,
        /// The query that it records.
        query: Option<Text>,
        /// The window of the query.
        window: Option<Spanned<Duration>>,
        /// Parameters of the query.
        with: Map<Text>,
        /// Matchers added to every selector of the query that has the label.
        where_ as "where": Map<Text>,
        /// Labels that the recorded series get.
        labels: Map<Text>,
        /// The unit of its result, where it cannot be inferred.
        unit: Option<Spanned<Unit>>,
        /// The rule group; `recording` unless said.
        group: Option<Text>,
        /// Time between two evaluations of the group.
        interval: Option<Spanned<Duration>>,
        /// Findings to leave out for this rule.
        allow: Vec<Allow>,
    }
}

record! {
    /// An alert: when somebody is told, and what.
    pub struct Alert {
        /// The whole expression, comparison included unless `above` or the like is given.
        expr: Option<Text>,
        /// The query whose result is compared.
        query: Option<Text>,
        /// The window of the query.
        window: Option<Spanned<Duration>>,
        /// Parameters of the query.
        with: Map<Text>,
        /// Matchers added to every selector that has the label.
        where_ as "where": Map<Text>,
        /// One rule for each of these: `gpu_targets`, `gpu_targets.inference`.
        for_each: Option<Text>,
        /// One rule each, by severity.
        levels: Map<Level>,
        /// The severity, when there is one level only.
        severity: Option<Text>,
        /// Fires when the value is greater.
        above: Option<Box<Threshold>>,
        /// Fires when the value is less.
        below: Option<Box<Threshold>>,
        /// Fires when the value is this or greater.
        at_least: Option<Box<Threshold>>,
        /// Fires when the value is this or less.
        at_most: Option<Box<Threshold>>,
        /// Fires when the value is this.
        equals: Option<Box<Threshold>>,
        /// Fires when the value is not this.
        differs_from: Option<Box<Threshold>>,
        /// Fires when the value leaves this range.
        outside: Option<Vec<Threshold>>,
        /// How long it must hold before anybody is told.
        hold as "for": Option<Spanned<Duration>>,
        /// How long it goes on firing after it no longer holds.
        keep_firing_for: Option<Spanned<Duration>>,
        /// Further labels of the alert.
        labels: Map<Text>,
        /// Further annotations.
        annotations: Map<Text>,
        /// What is wrong, without templates.
        summary: Option<Text>,
        /// What is wrong with what, with templates.
        description: Option<Text>,
        /// What to do, in Markdown: the text of the generated runbook page.
        runbook: Option<Text>,
        /// The address of a runbook that exists already.
        runbook_url: Option<Text>,
        /// The rule group; the stack's name unless said.
        group: Option<Text>,
        /// Time between two evaluations of the group.
        interval: Option<Spanned<Duration>>,
        /// It fires always, so that silence means that the path of alerts is broken.
        heartbeat: bool,
        /// `planned`: not emitted yet.
        status: Option<Status>,
        /// The unit of the value, where it cannot be inferred.
        unit: Option<Spanned<Unit>>,
        /// Tests with samples of your own, beside those that the build finds.
        tests: Vec<AlertTest>,
        /// Findings to leave out for this alert.
        allow: Vec<Allow>,
    }
}

record! {
    /// A test of an alert with samples of its own.
    pub struct AlertTest {
        /// What it shows, in a few words.
        name: Option<Text>,
        /// The level that it is about, where the alert has several.
        level: Option<Text>,
        /// Time between two samples and two evaluations; 1m unless said.
        interval: Option<Spanned<Duration>>,
        /// Series with their samples, as promtool's unit tests write them: `'up{job="api"}': 1x5 0x10`.
        series: Map<Text>,
        /// Moments from the start at which the alert fires.
        fires_at: OneOrMany<Spanned<Duration>>,
        /// Moments from the start at which it is silent.
        silent_at: OneOrMany<Spanned<Duration>>,
    }
}

record! {
    /// One level of an alert.
    pub struct Level {
        /// Fires when the value is greater.
        above: Option<Box<Threshold>>,
        /// Fires when the value is less.
        below: Option<Box<Threshold>>,
        /// Fires when the value is this or greater.
        at_least: Option<Box<Threshold>>,
        /// Fires when the value is this or less.
        at_most: Option<Box<Threshold>>,
        /// Fires when the value is this.
        equals: Option<Box<Threshold>>,
        /// Fires when the value is not this.
        differs_from: Option<Box<Threshold>>,
        /// Fires when the value leaves this range.
        outside: Option<Vec<Threshold>>,
        /// How long it must hold before anybody is told.
        hold as "for": Option<Spanned<Duration>>,
        /// How long it goes on firing after it no longer holds.
        keep_firing_for: Option<Spanned<Duration>>,
        /// Further labels of this level.
        labels: Map<Text>,
        /// Further annotations of this level.
        annotations: Map<Text>,
        /// What is wrong, when it differs from the alert's own.
        summary: Option<Text>,
        /// What is wrong with what, when it differs from the alert's own.
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
        Quantity::schema(schemas)
    }
}
