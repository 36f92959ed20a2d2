//! `promql/impossible-label-value`

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::load::suggest;
use crate::promql::MatchOp;
use crate::promql::catalog::Variant;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/impossible-label-value",
    Error,
    "A matcher asks for a value that the label never has",
    "impossible_label_value.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::ImpossibleLabelValue { label, op, value, allowed, variants, matcher, .. } = &event.kind else { return None };
    let message = match op {
        MatchOp::Equal => format!("`{label}` is never `{value}`"),
        MatchOp::NotEqual => format!("`{label}` is always `{value}`"),
        MatchOp::Regex => format!("no value of `{label}` matches `{value}`"),
        MatchOp::NotRegex => format!("every value of `{label}` matches `{value}`"),
    };
    let known = allowed.list().unwrap_or_default();
    let near = suggest::nearest(value, known.iter().map(|known| &**known));
    // Each target has a value of its own for its labels: of those only the one that may be meant says something.
    let telling = |variant: &&Arc<Variant>| match variant.label(label) {
        Some(domain) if domain.target => {
            near.first().is_some_and(|near| domain.values.single().is_some_and(|only| **only == **near))
        }
        _ => true,
    };
    let telling: Vec<Arc<Variant>> = variants.iter().filter(telling).cloned().collect();
    let diagnostic = words::declarations(RULE.at(cx.place(used, *matcher), message), &telling, |variant| {
        let metric = words::series_name(variant);
        match variant.label(label) {
            Some(domain) => format!("`{metric}` is declared here: `{label}` is {}", words::values(&domain.values)),
            None => format!("`{metric}` is declared here"),
        }
    });
    Some(match (op, suggest::did_you_mean(&near)) {
        (MatchOp::Equal | MatchOp::Regex, Some(help)) => diagnostic.help(help),
        (_, _) if known.is_empty() => diagnostic.help(format!("`{label}` is {}", words::values(allowed))),
        _ => diagnostic.help(format!("its values are {}", words::list(known))),
    })
}
