//! `promql/contradictory-matchers`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/contradictory-matchers",
    Error,
    "Two matchers of one selector exclude each other",
    "contradictory_matchers.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::ContradictoryMatchers { label, first, second } = &event.kind else { return None };
    let message = format!("no value of `{label}` satisfies both matchers, so this selects nothing");
    let diagnostic = RULE.at(cx.place(used, *second), message);
    Some(
        diagnostic
            .label(cx.place(used, *first), "this one asks for something else")
            .help("keep one of the two, or write `a|b` with =~"),
    )
}
