//! `promql/planned-metric`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::promql::catalog::Status;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/planned-metric",
    Info,
    "An expression reads a metric that is only planned",
    "planned_metric.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::Planned { name, variant, all: true } = &event.kind else { return None };
    let why = match &variant.status {
        Status::Planned(why) => format!(": {why}"),
        _ => String::new(),
    };
    let diagnostic = RULE.at(cx.place(used, event.span), format!("`{name}` is only planned{why}"));
    let diagnostic = words::add(diagnostic, variant.declared_at.map(|at| (at, "declared here".to_owned())));
    Some(diagnostic.help("until it is exposed, this returns nothing; take `status: planned` out when it is"))
}
