//! Pieces of expressions that several rules look for.

use crate::lint::subject::Use;
use crate::promql::ast::{Expr, ExprKind, Matcher};
use crate::promql::text::Variable;
use crate::promql::{BinaryOp, DurationExpr, DurationKind, Span};

/// The matcher that is written there, when each of its pieces has a place of its own. One that a `where` adds has not.
pub fn matcher_at<'a>(used: &Use<'a>, span: Span) -> Option<&'a Matcher> {
    let mut found = None;
    used.expr.ast.selectors(&mut |selector| {
        found = found.or_else(|| selector.matchers.iter().find(|matcher| matcher.span() == span));
    });
    found.filter(|matcher| matcher.label.span != matcher.value_span)
}

/// What a piece of an expression looks like where it is written.
pub fn written<'a>(used: &Use<'a>, span: Span) -> Option<&'a str> {
    used.expr.parts.get(usize::from(span.part))?.value.get(span.range())
}

/// An expression without the parentheses around it.
pub fn bare(expr: &Expr) -> &Expr {
    let mut at = expr;
    while let ExprKind::Paren(inner) = &at.kind {
        at = inner;
    }
    at
}

/// The comparison with a number that an expression is: what is compared, how, with which number. The number stands on the right, or the operator
/// is turned.
pub fn comparison(expr: &Expr) -> Option<(&Expr, BinaryOp, f64)> {
    let ExprKind::Binary(binary) = &bare(expr).kind else { return None };
    if !binary.op.is_comparison() || binary.bool_modifier.is_some() {
        return None;
    }
    let number = |side: &Expr| match &bare(side).kind {
        ExprKind::Number(number) => Some(number.value),
        _ => None,
    };
    match (number(&binary.lhs), number(&binary.rhs)) {
        (None, Some(right)) => Some((&binary.lhs, binary.op, right)),
        (Some(left), None) => Some((&binary.rhs, turned(binary.op), left)),
        _ => None,
    }
}

fn turned(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::GreaterOrEqual => BinaryOp::LessOrEqual,
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::LessOrEqual => BinaryOp::GreaterOrEqual,
        other => other,
    }
}

/// Whether an expression calls a function of which this is true.
pub fn calls(expr: &Expr, wanted: impl Fn(&str) -> bool) -> bool {
    let mut found = false;
    expr.visit(&mut |inner| {
        if let ExprKind::Call(call) = &inner.kind {
            found |= wanted(call.callee.name());
        }
    });
    found
}

/// Whether an expression reads a range of time.
pub fn reads_a_range(expr: &Expr) -> bool {
    let mut found = false;
    expr.visit(&mut |inner| found |= matches!(inner.kind, ExprKind::Matrix(_) | ExprKind::Subquery(_)));
    found
}

/// All variables that stand in an expression.
pub fn variables(expr: &Expr) -> Vec<&Variable> {
    let mut found: Vec<&Variable> = Vec::new();
    expr.visit(&mut |inner| match &inner.kind {
        ExprKind::Variable(variable) => found.push(variable),
        ExprKind::String(text) => found.extend(text.variables()),
        ExprKind::Selector(selector) => found.extend(of_selector(selector)),
        ExprKind::Matrix(matrix) => {
            found.extend(of_selector(&matrix.selector));
            of_duration(&matrix.range, &mut found);
        }
        ExprKind::Subquery(subquery) => {
            of_duration(&subquery.range, &mut found);
            subquery.step.iter().for_each(|step| of_duration(step, &mut found));
            of_modifiers(&subquery.modifiers, &mut found);
        }
        ExprKind::Aggregate(aggregate) => {
            found.extend(aggregate.grouping.iter().flat_map(|grouping| of_labels(&grouping.labels)));
        }
        ExprKind::Binary(binary) => {
            let matching = binary.matching.iter();
            found.extend(matching.clone().flat_map(|matching| of_labels(&matching.labels)));
            found.extend(matching.filter_map(|matching| matching.group.as_ref()).flat_map(|group| of_labels(&group.include)));
        }
        ExprKind::VariableCall(call) => {
            found.extend(call.callee.variables());
            found.extend(call.grouping.iter().flat_map(|grouping| of_labels(&grouping.labels)));
        }
        ExprKind::Number(_) | ExprKind::Call(_) | ExprKind::Unary(_) | ExprKind::Paren(_) | ExprKind::Hole => {}
    });
    found
}

fn of_labels(labels: &[crate::promql::ast::Label]) -> impl Iterator<Item = &Variable> {
    labels.iter().flat_map(|label| label.name.variables())
}

fn of_selector(selector: &crate::promql::ast::VectorSelector) -> Vec<&Variable> {
    let mut found: Vec<&Variable> = selector.name.iter().flat_map(|name| name.text.variables()).collect();
    for matcher in &selector.matchers {
        found.extend(matcher.label.name.variables().chain(matcher.value.variables()));
    }
    found.extend(&selector.matcher_variables);
    of_modifiers(&selector.modifiers, &mut found);
    found
}

fn of_modifiers<'a>(modifiers: &'a crate::promql::ast::Modifiers, found: &mut Vec<&'a Variable>) {
    if let Some(offset) = &modifiers.offset {
        of_duration(&offset.duration, found);
    }
}

fn of_duration<'a>(duration: &'a DurationExpr, found: &mut Vec<&'a Variable>) {
    match &duration.kind {
        DurationKind::Variable(text) => found.extend(text.variables()),
        DurationKind::MinOf(pair) | DurationKind::MaxOf(pair) | DurationKind::Binary(_, pair) => {
            pair.iter().for_each(|operand| of_duration(operand, found));
        }
        DurationKind::Unary(_, operand) | DurationKind::Paren(operand) => of_duration(operand, found),
        DurationKind::Literal(_) | DurationKind::Step | DurationKind::Range | DurationKind::Hole => {}
    }
}
