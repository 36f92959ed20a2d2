//! `promql/impossible-label-value`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::load::suggest;
use crate::promql::MatchOp;
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
    let diagnostic = RULE.at(cx.place(used, *matcher), message);
    let mut diagnostic = words::declarations(diagnostic, variants, |variant| {
        let metric = words::series_name(variant);
        match variant.label(label) {
            Some(domain) => format!("`{metric}` is declared here: `{label}` is {}", words::values(&domain.values)),
            None => format!("`{metric}` is declared here"),
        }
    });
    let at = variants.iter().find_map(|variant| variant.label(label)?.declared_at);
    if let Some(at) = at
        && !variants.iter().any(|variant| variant.declared_at == Some(at))
    {
        diagnostic = diagnostic.label(at, format!("`{label}` is {}", words::values(allowed)));
    }
    let known = allowed.list().unwrap_or_default();
    let near = suggest::nearest(value, known.iter().map(|known| &**known));
    Some(match (op, suggest::did_you_mean(&near)) {
        (MatchOp::Equal | MatchOp::Regex, Some(help)) => diagnostic.help(help),
        (_, _) if known.is_empty() => diagnostic.help(format!("`{label}` is {}", words::values(allowed))),
        _ => diagnostic.help(format!("its values are {}", words::list(known))),
    })
}
