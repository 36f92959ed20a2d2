//! `promql/unsupported-by-server`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/unsupported-by-server",
    Error,
    "An expression uses what the server's version does not have",
    "unsupported_by_server.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::UnsupportedByServer { construct, since, server } = &event.kind else { return None };
    let message = format!("Prometheus {server} does not have {construct}: it came with {since}");
    let diagnostic = RULE.at(cx.place(used, event.span), message);
    let diagnostic = match cx.subject.stack.and_then(|stack| stack.spec.stack.as_ref()?.servers.as_ref()?.prometheus.as_ref()) {
        Some(version) => diagnostic.label(version.span, "the version is set here"),
        None => diagnostic,
    };
    Some(diagnostic.help(format!("write it without, or run {since} or later (`stack.servers.prometheus`)")))
}
