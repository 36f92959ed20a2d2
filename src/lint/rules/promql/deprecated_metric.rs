//! `promql/deprecated-metric`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/deprecated-metric",
    Warning,
    "An expression reads a metric that should no longer be used",
    "deprecated_metric.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::Deprecated { name, variant, .. } = &event.kind else { return None };
    let why = variant.deprecated.as_deref().unwrap_or_default();
    let diagnostic = RULE.at(cx.place(used, event.span), format!("`{name}` is deprecated"));
    let fact = variant.declared_at.map(|at| (at, "declared here as deprecated".to_owned()));
    let diagnostic = words::add(diagnostic, fact);
    Some(if why.is_empty() { diagnostic } else { diagnostic.help(why.trim_end_matches('.')) })
}
