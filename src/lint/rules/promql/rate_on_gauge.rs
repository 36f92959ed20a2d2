//! `promql/rate-on-gauge`

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule =
    rule!("promql/rate-on-gauge", Error, "A function for counters gets a gauge", "rate_on_gauge.md", Check::Event(check));

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::RateOnGauge { function, samples, variants } = &event.kind else { return None };
    let what = samples.name();
    let message = format!("`{function}` takes a counter, and this is a {what}: each fall of it counts as a restart");
    // A clock only goes on: its rate is 1 less what it loses, which is a way to find one that drifts.
    let clock = !variants.is_empty() && variants.iter().all(|variant| variant.family.ends_with("_time_seconds"));
    let severity = if clock { Severity::Info } else { Severity::Error };
    let diagnostic = RULE.weaker(severity, cx.place(used, event.span), message);
    let diagnostic = words::declarations(diagnostic, variants, |variant| {
        format!("`{}` is declared here as a {}", words::series_name(variant), variant.metric_type.name())
    });
    Some(diagnostic.help(match *function {
        "rate" | "irate" => "write `deriv` for its slope per second, or `avg_over_time` for its mean",
        "increase" => "write `delta` for how much it changed",
        _ => "use a function for gauges, such as `delta`, `deriv` or `changes`",
    }))
}
