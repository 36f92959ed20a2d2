//! `promql/many-to-many-match`

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::promql::ast::GroupSide;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/many-to-many-match",
    Error,
    "A side that must have one series for each match has several",
    "many_to_many_match.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::ManyToMany { op, side, labels, proved, grouping_would_help } = &event.kind else { return None };
    let side_name = match side {
        GroupSide::Left => "left",
        GroupSide::Right => "right",
    };
    let names = words::quoted(labels.iter().map(|fact| &*fact.name));
    let message = match proved {
        true => format!("the {side_name} side of `{}` has several series for one match: they differ in {names}", op.symbol()),
        false => {
            format!("the {side_name} side of `{}` may have several series for one match: they may differ in {names}", op.symbol())
        }
    };
    let severity = if *proved { Severity::Error } else { Severity::Info };
    let mut diagnostic = RULE.weaker(severity, cx.place(used, event.span), message);
    for fact in labels.iter().take(3) {
        let declared =
            fact.reason.cause.variant().and_then(|variant| variant.label(&fact.name)?.declared_at.or(variant.declared_at));
        if let Some(span) = declared {
            diagnostic = diagnostic.label(span, words::label_fact(fact));
        }
    }
    Some(diagnostic.help(match (grouping_would_help, side) {
        (true, GroupSide::Left) => format!("add `group_left`, or aggregate {names} away on the left"),
        (true, GroupSide::Right) => format!("add `group_right`, or aggregate {names} away on the right"),
        (false, _) => format!("aggregate {names} away on the {side_name}, or match on them too"),
    }))
}
