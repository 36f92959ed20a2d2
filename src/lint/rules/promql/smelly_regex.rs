//! `promql/smelly-regex`

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::promql::infer::{Event, EventKind, Smell};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/smelly-regex",
    Warning,
    "A regular expression likely matches more than it is meant to",
    "smelly_regex.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::SmellyRegex { label, pattern, smell } = &event.kind else { return None };
    let span = cx.place(used, event.span);
    Some(match smell {
        Smell::UnescapedDot => RULE
            .at(span, format!("the dot in `{pattern}` matches any character"))
            .help("write `[.]` or `\\\\.` for a dot, `.*` or `.+` for anything"),
        Smell::Substring => RULE
            .at(span, format!("`{pattern}` picks a value of `{label}` apart"))
            .help(format!("let what exposes it say the parts of `{label}` as labels of their own, and match those")),
        // People who do not choose the names themselves, as with jobs of a cluster, have no other way.
        Smell::Contained => RULE
            .weaker(Severity::Info, span, format!("`{pattern}` also matches a `{label}` that only contains the word"))
            .help("name the values, `a|b`, or leave the wildcard at one end"),
    })
}
