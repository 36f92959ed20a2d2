//! What is kept of an alert for the rules that compare all alerts with each other. There may be a hundred thousand of them, whose trees nobody
//! looks at any more.

use std::sync::Arc;

use crate::lint::expressions;
use crate::model::rule::AlertRule;
use crate::promql::BinaryOp;
use crate::promql::catalog::Presence;
use crate::promql::infer::{Condition, Facts, Labels, MetricUse};
use crate::source::Span;

/// An alert that is emitted, in short.
#[derive(Debug, Clone)]
pub struct AlertOutline {
    /// The alert's name.
    pub name: String,
    /// Where the alert is named; several rules may come from one alert.
    pub span: Span,
    /// The expression, printed.
    pub text: String,
    /// The labels that it sets.
    pub labels: Vec<(String, String)>,
    /// How long it must hold, in milliseconds.
    pub hold: i64,
    /// Fires always, on purpose.
    pub heartbeat: bool,
    /// The comparison with a number that the expression is.
    pub bound: Option<Bound>,
    /// What it means that it fires.
    pub condition: Condition,
    /// Whether it fires because something is absent.
    pub tells_absence: bool,
    /// The metrics that it reads and that are known.
    pub metrics: Vec<MetricUse>,
    /// The labels of its results, where all of them are known.
    pub results: Option<Arc<Labels>>,
}

/// A bound on one value.
#[derive(Debug, Clone)]
pub struct Bound {
    /// What is compared, printed.
    pub value: String,
    /// Whether the value is compared with what it must not exceed.
    pub upper: bool,
    /// Greater is stricter, whichever side the bound is on.
    pub strictness: f64,
}

impl AlertOutline {
    /// What is kept of an alert; `None` of one that is only planned.
    pub fn of(alert: &AlertRule) -> Option<Self> {
        if alert.planned {
            return None;
        }
        let inference = &alert.expr.inference;
        Some(Self {
            name: alert.name.clone(),
            span: alert.item.span,
            text: alert.expr.text.clone(),
            labels: alert.labels.iter().map(|(name, text)| (name.clone(), text.value.clone())).collect(),
            hold: alert.hold.map_or(0, |hold| hold.millis),
            heartbeat: alert.heartbeat,
            bound: bound(alert),
            condition: inference.facts().condition,
            tells_absence: expressions::calls(&alert.expr.ast, |name| name.starts_with("absent")),
            results: results(inference.facts()),
            metrics: inference.metrics.iter().filter(|metric| !metric.variants.is_empty()).cloned().collect(),
        })
    }
}

fn results(facts: &Facts) -> Option<Arc<Labels>> {
    let known = facts.is_vector() && facts.empty.is_none() && facts.labels.others() == Presence::Absent;
    known.then(|| Arc::clone(&facts.labels))
}

fn bound(alert: &AlertRule) -> Option<Bound> {
    let (compared, op, number) = expressions::comparison(&alert.expr.ast)?;
    let upper = match op {
        BinaryOp::Greater | BinaryOp::GreaterOrEqual => true,
        BinaryOp::Less | BinaryOp::LessOrEqual => false,
        _ => return None,
    };
    let value = expressions::bare(compared).to_string();
    Some(Bound { value, upper, strictness: if upper { number } else { -number } })
}
