//! `promql/redundant-regex`

use crate::diagnostic::{Applicability, Diagnostic};
use crate::lint::context::Context;
use crate::lint::expressions;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::promql::MatchOp;
use crate::promql::catalog::Pattern;
use crate::promql::infer::{Event, EventKind, Redundancy};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/redundant-regex",
    Info,
    "A regular expression where a plain comparison says the same",
    "redundant_regex.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::RedundantRegex { label, op, pattern, redundancy, matcher } = &event.kind else { return None };
    let plain = if op.is_negative() { MatchOp::NotEqual } else { MatchOp::Equal };
    let (message, help) = match redundancy {
        Redundancy::Literal => (
            format!("`{pattern}` is plain text, not a pattern"),
            format!("write `{}` in place of `{}`", plain.symbol(), op.symbol()),
        ),
        Redundancy::Everything if op.is_negative() => {
            (format!("`{label}!~\"{pattern}\"` lets nothing through"), "take the selector out".to_owned())
        }
        Redundancy::Everything => {
            (format!("`{label}=~\"{pattern}\"` lets everything through"), "take the matcher out".to_owned())
        }
        Redundancy::NotEmpty => {
            let other = if op.is_negative() { "=" } else { "!=" };
            (format!("`{pattern}` only asks whether `{label}` is there"), format!("write `{label}{other}\"\"`"))
        }
        Redundancy::Anchors => (
            format!("`{pattern}` is anchored already: a pattern always matches the whole value"),
            "leave `^` and `$` out".to_owned(),
        ),
    };
    let diagnostic = RULE.at(cx.place(used, event.span), message).help(help);
    let Some((span, new)) = mended(used, *matcher, *op, pattern, *redundancy) else { return Some(diagnostic) };
    Some(cx.replacing(diagnostic, used, span, &new, Applicability::Safe))
}

/// The operator and the value, written as they should be.
fn mended(
    used: &Use<'_>,
    matcher: crate::promql::Span,
    op: MatchOp,
    pattern: &str,
    redundancy: Redundancy,
) -> Option<(crate::promql::Span, String)> {
    let matcher = expressions::matcher_at(used, matcher)?;
    let span = matcher.op_span.to(matcher.value_span);
    let plain = if op.is_negative() { MatchOp::NotEqual } else { MatchOp::Equal };
    let new = match redundancy {
        Redundancy::Literal => {
            let compiled = Pattern::new(pattern);
            let [literal] = compiled.literals()? else { return None };
            if literal.contains(['"', '\\', '\n']) {
                return None;
            }
            format!("{}\"{literal}\"", plain.symbol())
        }
        Redundancy::NotEmpty => format!("{}\"\"", if op.is_negative() { "=" } else { "!=" }),
        Redundancy::Anchors => {
            let written = expressions::written(used, matcher.value_span)?;
            let quote = written.chars().next()?;
            let inner = written.strip_prefix(quote)?.strip_suffix(quote)?;
            let inner = inner.strip_prefix('^').unwrap_or(inner);
            let inner = inner.strip_suffix('$').filter(|rest| !rest.ends_with('\\')).unwrap_or(inner);
            format!("{}{quote}{inner}{quote}", op.symbol())
        }
        Redundancy::Everything => return None,
    };
    Some((span, new))
}
