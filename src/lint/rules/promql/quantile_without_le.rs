//! `promql/quantile-without-le`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/quantile-without-le",
    Error,
    "A quantile is computed of buckets that have lost their `le`",
    "quantile_without_le.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::QuantileWithoutLe { function, reason } = &event.kind else { return None };
    let message = format!("`{function}` needs the label `le`, which is gone");
    let diagnostic = RULE.at(cx.place(used, event.span), message);
    let diagnostic = words::add(diagnostic, words::why_absent(cx, used, "le", reason));
    Some(diagnostic.help("keep it in the grouping: `sum by (le, ...) (rate(..._bucket[5m]))`"))
}
