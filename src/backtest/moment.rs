//! A query over a range is evaluated once for each of its steps, and most expressions mean there what they mean in a rule. Not all do.

use crate::promql::duration::DurationKind;
use crate::promql::{DurationExpr, Expr, ExprKind, Modifiers, Moment};
use crate::spec::quantity::Duration;

/// Changes an expression of a rule so that it means the same in a query over a range.
///
/// # Errors
///
/// When there is no such expression; the text says what in it cannot be said.
pub(super) fn ranged(expr: &mut Expr, interval: Duration) -> Result<(), String> {
    let mut steps = false;
    expr.durations_mut(&mut |duration| steps |= reads_range(duration));
    if steps {
        return Err("`step()` and `range()` mean something else in a query over a range".to_owned());
    }
    walk(expr, interval, false)
}

fn walk(expr: &mut Expr, interval: Duration, inside: bool) -> Result<(), String> {
    let below = inside || matches!(expr.kind, ExprKind::Subquery(_));
    for child in expr.children_mut() {
        walk(child, interval, below)?;
    }
    match &mut expr.kind {
        ExprKind::Selector(selector) => pin(&mut selector.modifiers, inside),
        ExprKind::Matrix(matrix) => pin(&mut matrix.selector.modifiers, inside),
        ExprKind::Subquery(subquery) => {
            // The server's own interval, which need not be that of the spec.
            subquery.step.get_or_insert_with(|| DurationExpr::seconds(interval.as_secs_f64()));
            pin(&mut subquery.modifiers, inside)
        }
        ExprKind::Hole | ExprKind::Variable(_) | ExprKind::VariableCall(_) => Err("its expression has errors".to_owned()),
        _ => Ok(()),
    }
}

/// `@ start()` and `@ end()` are the evaluation's time in a rule, which is what goes without saying outside of subqueries.
fn pin(modifiers: &mut Modifiers, inside: bool) -> Result<(), String> {
    match modifiers.at.as_ref().map(|at| &at.moment) {
        Some(Moment::Start | Moment::End) if inside => {
            Err("`@ start()` and `@ end()` inside a subquery mean something else in a query over a range".to_owned())
        }
        Some(Moment::Start | Moment::End) => {
            modifiers.at = None;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn reads_range(duration: &DurationExpr) -> bool {
    match &duration.kind {
        DurationKind::Step | DurationKind::Range => true,
        DurationKind::MinOf(pair) | DurationKind::MaxOf(pair) | DurationKind::Binary(_, pair) => pair.iter().any(reads_range),
        DurationKind::Unary(_, inner) | DurationKind::Paren(inner) => reads_range(inner),
        DurationKind::Literal(_) | DurationKind::Variable(_) | DurationKind::Hole => false,
    }
}
