//! `promql/overlapping-label-values`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/overlapping-label-values",
    Error,
    "A total is summed up together with its parts",
    "overlapping_label_values.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::OverlappingLabelValues { label, total, op } = &event.kind else { return None };
    let name = &label.name;
    let message =
        format!("`{}` goes over all values of `{name}`, and `{total}` is the sum of the others: all is counted twice", op.name());
    let diagnostic = RULE.at(cx.place(used, event.span), message);
    let declared = label.reason.cause.variant().and_then(|variant| variant.label(name)?.declared_at.or(variant.declared_at));
    let diagnostic = match declared {
        Some(span) => diagnostic.label(span, format!("`{total}` is declared here as the total of `{name}`")),
        None => diagnostic,
    };
    Some(diagnostic.help(format!("select one of them, `{name}=\"{total}\"` or `{name}!=\"{total}\"`, or group by `{name}`")))
}
