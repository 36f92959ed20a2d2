//! `promql/range-exceeds-retention`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/range-exceeds-retention",
    Warning,
    "An expression reaches further back than samples are kept",
    "range_exceeds_retention.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::RangeExceedsRetention { reach, retention, remote_read: false } = &event.kind else { return None };
    let (reach, retention) = (words::seconds(*reach), words::seconds(*retention));
    let message = format!("this reaches back {reach}, and samples are kept for {retention}");
    Some(RULE.at(cx.place(used, event.span), message).help("shorten it, or keep samples longer with `stack.retention`"))
}
