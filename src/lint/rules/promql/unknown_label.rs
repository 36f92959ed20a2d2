//! `promql/unknown-label`

use crate::diagnostic::{Applicability, Diagnostic};
use crate::lint::context::Context;
use crate::lint::expressions;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::load::suggest;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/unknown-label",
    Error,
    "A matcher asks for a label that the metric does not have",
    "unknown_label.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::UnknownLabel { label, variants, matcher } = &event.kind else { return None };
    let metric = variants.first().map_or_else(String::new, |variant| words::series_name(variant));
    let message = format!("`{label}` is not a label of `{metric}`, so this matches nothing");
    let diagnostic = words::declarations(RULE.at(cx.place(used, *matcher), message), variants, words::declared_with);
    let known = words::labels_of(variants);
    let near = suggest::nearest(label, known.iter().copied());
    let Some(help) = suggest::did_you_mean(&near) else {
        return Some(match known.as_slice() {
            [] => diagnostic.help("take the matcher out: the metric has no labels"),
            known => diagnostic.help(format!("its labels are {}", words::list(known))),
        });
    };
    let diagnostic = diagnostic.help(help);
    match (near.as_slice(), expressions::matcher_at(used, *matcher)) {
        ([only], Some(found)) => Some(cx.replacing(diagnostic, used, found.label.span, only, Applicability::Unsafe)),
        _ => Some(diagnostic),
    }
}
