//! Alert and recording rules as they will be emitted.

use std::collections::BTreeMap;

use crate::model::expr::Expr;
use crate::model::item::Item;
use crate::promql::BinaryOp;
use crate::source::Span;
use crate::spec::decode::Text;
use crate::spec::quantity::{Duration, Quantity};
use crate::spec::query::AlertTest;
use crate::unit::Unit;

/// One recording rule.
#[derive(Debug, Clone)]
pub struct RecordRule {
    /// The name of the recorded series.
    pub name: String,
    /// The thing of the spec that it comes from: a recording rule, or a query that is recorded.
    pub item: Item,
    /// The expression.
    pub expr: Expr,
    /// Labels that the series get.
    pub labels: BTreeMap<String, String>,
    /// The rule group.
    pub group: String,
    /// Time between two evaluations, where it differs from the stack's.
    pub interval: Option<Duration>,
    /// The query that it records, with the window.
    pub query: Option<(String, Duration)>,
}

/// One alert rule: an alert, a level of it, for one pool.
#[derive(Debug, Clone)]
pub struct AlertRule {
    /// The alert's name.
    pub name: String,
    /// The alert in the spec.
    pub item: Item,
    /// The level, when the alert has levels.
    pub level: Option<String>,
    /// The pool, when there is one rule a pool.
    pub pool: Option<String>,
    /// The whole expression.
    pub expr: Expr,
    /// The value that is compared, when the comparison is written as a threshold and Grafana evaluates the alerts.
    pub value: Option<Expr>,
    /// The comparison, when it is written as a threshold.
    pub threshold: Option<Threshold>,
    /// How long it must hold.
    pub hold: Option<Duration>,
    /// How long it goes on firing.
    pub keep_firing_for: Option<Duration>,
    /// Labels, severity included. The texts are templates.
    pub labels: BTreeMap<String, Text>,
    /// Annotations. The texts are templates.
    pub annotations: BTreeMap<String, Text>,
    /// The rule group.
    pub group: String,
    /// Time between two evaluations, where it differs from the stack's.
    pub interval: Option<Duration>,
    /// The query whose result is compared.
    pub query: Option<String>,
    /// Fires always, on purpose.
    pub heartbeat: bool,
    /// Not emitted: it, or all that it reads, is only planned.
    pub planned: bool,
    /// Labels that the compiler adds to tell rules of one alert apart.
    pub generated_labels: Vec<String>,
    /// Text of the runbook page, in Markdown.
    pub runbook: Option<Text>,
    /// Tests with samples of the spec's own.
    pub tests: Vec<AlertTest>,
}

impl AlertRule {
    /// The value of the label `severity`.
    pub fn severity(&self) -> &str {
        self.labels.get("severity").map_or("", Text::as_str)
    }

    /// The annotation of this name.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.get(name).map(Text::as_str)
    }
}

/// A comparison that is written as a threshold.
#[derive(Debug, Clone)]
pub struct Threshold {
    /// The comparisons with their numbers: one, or two for `outside`.
    pub bounds: Vec<Bound>,
    /// The unit of the value that is compared, when it is known.
    pub unit: Option<Unit>,
}

/// One comparison.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The operator, with the value on its left.
    pub op: BinaryOp,
    /// The number in the value's unit.
    pub number: f64,
    /// As written.
    pub quantity: Quantity,
    /// Why the quantity cannot be compared with the value; nothing when it can.
    pub clash: Option<UnitClash>,
    /// Where the bound stands.
    pub span: Span,
}

/// Why a quantity cannot be compared with a value.
#[derive(Debug, Clone, PartialEq)]
pub enum UnitClash {
    /// The two measure different things.
    Different {
        /// The quantity's unit.
        quantity: Unit,
        /// The value's unit.
        value: Unit,
    },
}
