//! Expressions without what means nothing: layout, parentheses, the order of matchers and of labels.

use crate::promql::{Expr, ExprKind, Grouping, Label, Matching, VectorSelector};

/// The expression in the one form that all expressions of its meaning share, as far as these differences go.
pub(super) fn canonical(expr: &Expr) -> Expr {
    let mut expr = expr.without_places();
    expr.visit_mut(&mut |node| {
        while let ExprKind::Paren(inner) = &mut node.kind {
            let inner = std::mem::replace(&mut **inner, Expr::number(0.0));
            *node = inner;
        }
        match &mut node.kind {
            ExprKind::Selector(selector) => self::selector(selector),
            ExprKind::Matrix(matrix) => self::selector(&mut matrix.selector),
            ExprKind::Aggregate(aggregate) => aggregate.grouping.iter_mut().for_each(grouping),
            ExprKind::Binary(binary) => binary.matching.iter_mut().for_each(matching),
            _ => {}
        }
    });
    expr
}

fn selector(selector: &mut VectorSelector) {
    selector.matchers.sort_by_cached_key(ToString::to_string);
    selector.matchers.dedup_by_key(|matcher| matcher.to_string());
}

fn grouping(grouping: &mut Grouping) {
    sort(&mut grouping.labels);
}

fn matching(matching: &mut Matching) {
    sort(&mut matching.labels);
    if let Some(group) = &mut matching.group {
        sort(&mut group.include);
    }
}

fn sort(labels: &mut Vec<Label>) {
    labels.sort_by_cached_key(|label| format!("{:?}", label.name));
    labels.dedup_by(|a, b| a.name == b.name);
}

/// The canonical form as text.
pub(super) fn text(expr: &Expr) -> String {
    canonical(expr).to_string()
}
