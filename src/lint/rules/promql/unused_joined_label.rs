//! `promql/unused-joined-label`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::promql::ast::{Aggregate, Binary, Expr, ExprKind, GroupSide, Label};
use crate::promql::{BinaryOp, Span};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/unused-joined-label",
    Info,
    "A label that `group_left` copies is dropped before anything uses it",
    "unused_joined_label.md",
    Check::Expr(check)
);

/// A label that `group_left` or `group_right` copies.
#[derive(Debug, Clone, Copy)]
struct Joined<'a> {
    name: &'a str,
    span: Span,
}

/// A copied label with the piece that drops it.
type Dropped<'a> = (Joined<'a>, Span);

fn check(cx: &Context<'_>, used: &Use<'_>, findings: &mut Findings) {
    let mut copies = false;
    used.expr.ast.visit(&mut |inner| {
        copies |= matches!(&inner.kind, ExprKind::Binary(binary) if !copied(binary).is_empty());
    });
    if !copies {
        return;
    }
    let mut dropped = Vec::new();
    walk(&used.expr.ast, &mut dropped);
    for (label, by) in dropped {
        let message = format!("`{}` is copied here and dropped again before anything uses it", label.name);
        let diagnostic = RULE.at(cx.place(used, label.span), message).label(cx.place(used, by), "this drops it");
        findings.push(diagnostic.help("take it out of the group modifier, or keep it where it is dropped"));
    }
}

fn copied(binary: &Binary) -> &[Label] {
    binary.matching.as_ref().and_then(|matching| matching.group.as_ref()).map_or(&[], |group| &group.include)
}

/// The copied labels that an expression still has and that nothing has used; what it drops goes into `dropped`.
fn walk<'a>(expr: &'a Expr, dropped: &mut Vec<Dropped<'a>>) -> Vec<Joined<'a>> {
    match &expr.kind {
        ExprKind::Binary(binary) => of_binary(binary, dropped),
        ExprKind::Aggregate(aggregate) => of_aggregate(aggregate, dropped),
        ExprKind::Call(call) => {
            let inside: Vec<Joined<'a>> = call.args.iter().flat_map(|arg| walk(arg, dropped)).collect();
            let keeps = !call.callee.name().starts_with("absent") && call.callee.name() != "scalar";
            let named = |name: &str| {
                call.args.iter().any(|arg| matches!(&arg.kind, ExprKind::String(text) if text.as_plain() == Some(name)))
            };
            inside.into_iter().filter(|joined| keeps && !named(joined.name)).collect()
        }
        ExprKind::Paren(inner) => walk(inner, dropped),
        ExprKind::Unary(unary) => walk(&unary.expr, dropped),
        ExprKind::Subquery(subquery) => walk(&subquery.expr, dropped),
        _ => Vec::new(),
    }
}

fn of_binary<'a>(binary: &'a Binary, dropped: &mut Vec<Dropped<'a>>) -> Vec<Joined<'a>> {
    let (left, right) = (walk(&binary.lhs, dropped), walk(&binary.rhs, dropped));
    let Some(matching) = &binary.matching else {
        // All labels must agree, so each of them is used.
        return if binary.op == BinaryOp::Or { left.into_iter().chain(right).collect() } else { Vec::new() };
    };
    let plain = |labels: &'a [Label]| labels.iter().map(|label| (label.name.as_plain(), label.span));
    if plain(&matching.labels).any(|(name, _)| name.is_none()) {
        return Vec::new();
    }
    let named = |joined: &Joined<'a>| plain(&matching.labels).any(|(name, _)| name == Some(joined.name));
    let unused = |side: Vec<Joined<'a>>| side.into_iter().filter(|joined| !named(joined)).collect::<Vec<_>>();
    if !matching.on {
        return Vec::new();
    }
    let (left, right) = (unused(left), unused(right));
    let include = copied(binary);
    let new = plain(include).filter_map(|(name, span)| name.map(|name| Joined { name, span }));
    let mut drop = |side: Vec<Joined<'a>>| {
        let again = |joined: &Joined<'a>| plain(include).any(|(name, _)| name.is_none_or(|name| name == joined.name));
        dropped.extend(side.into_iter().filter(|joined| !again(joined)).map(|joined| (joined, matching.span)));
    };
    match (binary.op, matching.group.as_ref().map(|group| group.side)) {
        (BinaryOp::Or, _) => left.into_iter().chain(right).collect(),
        (BinaryOp::And | BinaryOp::Unless, _) => {
            drop(right);
            left
        }
        (_, Some(GroupSide::Left)) => {
            drop(right);
            left.into_iter().chain(new).collect()
        }
        (_, Some(GroupSide::Right)) => {
            drop(left);
            right.into_iter().chain(new).collect()
        }
        (_, None) => {
            drop(left);
            drop(right);
            Vec::new()
        }
    }
}

fn of_aggregate<'a>(aggregate: &'a Aggregate, dropped: &mut Vec<Dropped<'a>>) -> Vec<Joined<'a>> {
    let inside = walk(&aggregate.expr, dropped);
    if aggregate.op.selects_series() {
        return inside;
    }
    let Some(grouping) = &aggregate.grouping else {
        dropped.extend(inside.into_iter().map(|joined| (joined, aggregate.op_span)));
        return Vec::new();
    };
    let named =
        |joined: &Joined<'a>| grouping.labels.iter().any(|label| label.name.as_plain().is_none_or(|name| name == joined.name));
    let unnamed = inside.into_iter().filter(|joined| !named(joined));
    if grouping.without {
        return unnamed.collect();
    }
    dropped.extend(unnamed.map(|joined| (joined, grouping.span)));
    Vec::new()
}
