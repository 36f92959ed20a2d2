//! `promql/increase-from-birth`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/increase-from-birth",
    Info,
    "An alert counts events of a counter whose series are born with their first event, which is not counted",
    "increase_from_birth.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::IncreaseFromBirth { function, name, labels, variants } = &event.kind else { return None };
    let labels = words::quoted(labels.iter().map(|label| &**label));
    let message =
        format!("`{function}` misses the first event of each new series of `{name}`: there is nothing before it to grow from");
    let diagnostic = RULE.at(cx.place(used, event.span), message);
    let diagnostic =
        words::declarations(diagnostic, variants, |_| format!("a series appears with the first event of new values of {labels}"));
    Some(diagnostic.help("let the service expose the series with 0 from the start, or count from another metric"))
}
