//! `promql/grouping-by-absent-label`

use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::load::suggest;
use crate::promql::catalog::Name;
use crate::promql::infer::{Event, EventKind, METRIC_NAME};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/grouping-by-absent-label",
    Error,
    "An aggregation or a match is by a label that is not there",
    "grouping_by_absent_label.md",
    Check::Event(check)
);

/// Labels that people write for what Prometheus calls `job`.
const MEANS_JOB: &[&str] = &["service", "app", "application", "component"];

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let span = cx.place(used, event.span);
    match &event.kind {
        EventKind::GroupingByAbsentLabel { operand_is_empty: true, .. } => None,
        EventKind::GroupingByAbsentLabel { label, op, reason, available, all_absent, used_later, .. } => {
            let message = match all_absent {
                true => format!("`{label}` is not there to group by: `{}` makes one series of everything", op.name()),
                false => format!("`{label}` is not there to group by"),
            };
            let severity = if *all_absent || *used_later { Severity::Error } else { Severity::Info };
            let diagnostic = RULE.weaker(severity, span, message);
            let diagnostic = words::add(diagnostic, words::why_absent(cx, used, label, reason));
            Some(with_cure(cx, used, event, label, available, *all_absent, diagnostic))
        }
        EventKind::MatchingOnAbsentLabel { label, left, right, include } if &**label != METRIC_NAME => {
            let side = if left.is_some() { "left" } else { "right" };
            let message = match include {
                true => format!("the {side} side has no `{label}` to copy"),
                false => format!("neither side has a `{label}` to match on"),
            };
            let mut diagnostic = RULE.weaker(Severity::Warning, span, message);
            for reason in left.iter().chain(right) {
                diagnostic = words::add(diagnostic, words::why_absent(cx, used, label, reason));
            }
            Some(diagnostic.help("name labels that are there, or take it out"))
        }
        _ => None,
    }
}

fn with_cure(
    cx: &Context<'_>,
    used: &Use<'_>,
    event: &Event,
    label: &str,
    available: &[Name],
    all_absent: bool,
    diagnostic: Diagnostic,
) -> Diagnostic {
    let job = available.iter().any(|name| &**name == "job");
    if job && all_absent && MEANS_JOB.contains(&label) {
        let diagnostic = diagnostic.help("group by `job`, which every series has");
        return cx.replacing(diagnostic, used, event.span, "job", Applicability::Safe);
    }
    let near = suggest::nearest(label, available.iter().map(|name| &**name));
    match suggest::did_you_mean(&near) {
        Some(help) => {
            let diagnostic = diagnostic.help(help);
            match near.as_slice() {
                [only] => cx.replacing(diagnostic, used, event.span, only, Applicability::Unsafe),
                _ => diagnostic,
            }
        }
        None if available.is_empty() => diagnostic.help("no label is left here: group further in"),
        None => diagnostic.help(format!("the labels here are {}", words::list(available))),
    }
}
