//! Numbers that an expression gives whatever the metrics are, and those that it gives when its metrics are missing.

use crate::lint::expressions;
use crate::promql::ast::{Aggregate, Binary, Expr, ExprKind};
use crate::promql::{AggregateOp, BinaryOp, Span, UnaryOp};

/// The number that an expression always gives: `0`, `vector(1)`, `group(vector(0))`.
pub fn fold(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Number(number) => Some(number.value),
        ExprKind::Paren(inner) => fold(inner),
        ExprKind::Unary(unary) => {
            let value = fold(&unary.expr)?;
            Some(if unary.op == UnaryOp::Minus { -value } else { value })
        }
        ExprKind::Call(call) if matches!(call.callee.name(), "vector" | "scalar") => fold(call.args.first()?),
        ExprKind::Aggregate(aggregate) => aggregated(aggregate.op, fold(&aggregate.expr)?),
        ExprKind::Binary(binary) if binary.matching.is_none() => {
            let (left, right) = (fold(&binary.lhs)?, fold(&binary.rhs)?);
            match compare(binary.op, left, right) {
                Some(holds) => binary.bool_modifier.map(|_| f64::from(u8::from(holds))),
                None => compute(binary.op, left, right),
            }
        }
        _ => None,
    }
}

/// An aggregation over one series with this value.
fn aggregated(op: AggregateOp, value: f64) -> Option<f64> {
    match op {
        AggregateOp::Sum | AggregateOp::Avg | AggregateOp::Min | AggregateOp::Max => Some(value),
        AggregateOp::Count | AggregateOp::Group => Some(1.0),
        AggregateOp::Stddev | AggregateOp::Stdvar if value.is_finite() => Some(0.0),
        _ => None,
    }
}

fn compute(op: BinaryOp, left: f64, right: f64) -> Option<f64> {
    Some(match op {
        BinaryOp::Add => left + right,
        BinaryOp::Sub => left - right,
        BinaryOp::Mul => left * right,
        BinaryOp::Div => left / right,
        _ => return None,
    })
}

/// Whether a comparison of two numbers holds; `None` when the operator is none.
pub fn compare(op: BinaryOp, left: f64, right: f64) -> Option<bool> {
    Some(match op {
        BinaryOp::Equal => left.total_cmp(&right).is_eq() || left.abs() + right.abs() == 0.0,
        BinaryOp::NotEqual => !(left.total_cmp(&right).is_eq() || left.abs() + right.abs() == 0.0),
        BinaryOp::Greater => left > right,
        BinaryOp::GreaterOrEqual => left >= right,
        BinaryOp::Less => left < right,
        BinaryOp::LessOrEqual => left <= right,
        _ => return None,
    })
}

/// What an expression gives when the metrics of its first part are missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fallback {
    /// What is written behind `or`.
    pub span: Span,
    /// The value there.
    pub written: f64,
    /// The value after what is done with it.
    pub value: f64,
}

/// The fallback of an expression: the `vector(0)` of `sum(x or vector(0)) / 2`. There must be one only, and what is done with it must give the
/// same as without it when the metrics are there.
pub fn fallback(expr: &Expr) -> Option<Fallback> {
    match &expressions::bare(expr).kind {
        ExprKind::Binary(binary) if binary.op == BinaryOp::Or => {
            let written = fold(&binary.rhs)?;
            let only = fold(&binary.lhs).is_none() && fallback(&binary.lhs).is_none();
            only.then_some(Fallback { span: binary.rhs.span, written, value: written })
        }
        ExprKind::Binary(binary) => computed(binary),
        ExprKind::Aggregate(aggregate) => within(aggregate),
        _ => None,
    }
}

fn computed(binary: &Binary) -> Option<Fallback> {
    let (of_left, of_right) = (fallback(&binary.lhs), fallback(&binary.rhs));
    let value = match (of_left, of_right) {
        (Some(left), None) => compute(binary.op, left.value, fold(&binary.rhs)?)?,
        (None, Some(right)) => compute(binary.op, fold(&binary.lhs)?, right.value)?,
        _ => return None,
    };
    of_left.or(of_right).map(|found| Fallback { value, ..found })
}

fn within(aggregate: &Aggregate) -> Option<Fallback> {
    let found = fallback(&aggregate.expr)?;
    // Only a zero adds nothing to a sum; averages and counts change with every series that is added.
    let neutral = aggregate.op == AggregateOp::Sum && found.value.abs() == 0.0;
    neutral.then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::{self, Dialect};

    fn parsed(text: &str) -> Expr {
        let parsed = promql::parse(text, Dialect::Prometheus);
        assert_eq!(parsed.errors, [], "{text}");
        parsed.expr
    }

    #[test]
    fn numbers_that_stay() {
        for (text, value) in [
            ("-(3 - 1)", -2.0),
            ("vector(2) * 3", 6.0),
            ("group(vector(0))", 1.0),
            ("sum by (job) (vector(7))", 7.0),
            ("1 > bool 2", 0.0),
            ("scalar(vector(4)) / 8", 0.5),
        ] {
            assert_eq!(fold(&parsed(text)), Some(value), "{text}");
        }
        for text in ["up", "vector(time())", "vector(1) > 2", "quantile(0.5, vector(1))", "vector(1) + on () vector(1)"] {
            assert_eq!(fold(&parsed(text)), None, "{text}");
        }
    }

    #[test]
    fn fallbacks() {
        let value = |text: &str| fallback(&parsed(text)).map(|found| found.value);
        assert_eq!(value("a or vector(0)"), Some(0.0));
        assert_eq!(value("100 * sum(rate(a[5m]) or vector(0))"), Some(0.0));
        assert_eq!(value("(a or vector(1)) + 2"), Some(3.0));
        for text in ["a", "a or b", "avg(a or vector(0))", "sum(a or vector(1))", "(a or vector(0)) / (b or vector(1))"] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
