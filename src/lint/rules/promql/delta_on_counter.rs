//! `promql/delta-on-counter`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule =
    rule!("promql/delta-on-counter", Error, "A function for gauges gets a counter", "delta_on_counter.md", Check::Event(check));

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::DeltaOnCounter { function, variants } = &event.kind else { return None };
    let message = format!("`{function}` takes a gauge, and this is a counter: a restart makes it negative");
    let diagnostic = RULE.at(cx.place(used, event.span), message);
    let diagnostic = words::declarations(diagnostic, variants, |variant| {
        format!("`{}` is declared here as a {}", words::series_name(variant), variant.metric_type.name())
    });
    Some(diagnostic.help(match *function {
        "delta" => "write `increase`",
        "idelta" => "write `irate`",
        "deriv" => "write `rate`",
        _ => "write it over a `rate`",
    }))
}
