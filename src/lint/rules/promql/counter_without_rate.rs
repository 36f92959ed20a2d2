//! `promql/counter-without-rate`

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::{Purpose, Use};
use crate::lint::words;
use crate::promql::infer::{Consumer, Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/counter-without-rate",
    Warning,
    "The raw value of a counter is used, which depends on when the process started",
    "counter_without_rate.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::CounterWithoutRate { variants, name, consumer } = &event.kind else { return None };
    // A variable only takes the labels.
    if matches!(used.purpose, Purpose::Variable(..)) || within_rate_of_aggregate(used, event) {
        return None;
    }
    let by = match consumer {
        // Whether it has happened at all, and how it differs from what it was, are fair questions.
        Consumer::Comparison(_, Some(number)) if number.abs() == 0.0 => return None,
        Consumer::Arithmetic { same_metric: true, .. } => return None,
        Consumer::Result => "is what is returned".to_owned(),
        Consumer::Aggregation(op) => format!("goes into `{}`", op.name()),
        Consumer::Comparison(op, _) | Consumer::Arithmetic { op, .. } => format!("goes into `{}`", op.symbol()),
        Consumer::Function(function) => format!("goes into `{function}`"),
    };
    let message = format!("the raw value of the counter `{name}` {by}: it starts from 0 with every restart");
    // A panel may well show how much it has been since the start.
    let severity = if matches!(used.purpose, Purpose::Panel(..)) { Severity::Info } else { Severity::Warning };
    let diagnostic = RULE.weaker(severity, cx.place(used, event.span), message);
    let diagnostic = words::declarations(diagnostic, variants, |variant| {
        format!("`{}` is declared here as a {}", words::series_name(variant), variant.metric_type.name())
    });
    Some(
        diagnostic
            .help(format!("write `rate({name}[5m])` for how fast it grows, or `increase({name}[5m])` for how much it grew")),
    )
}

/// Whether a rate is taken of what the counter goes into, which has a rule of its own.
fn within_rate_of_aggregate(used: &Use<'_>, event: &Event) -> bool {
    used.expr.inference.events.iter().any(|other| match &other.kind {
        EventKind::RateOfAggregate { aggregate, .. } => {
            aggregate.part == event.span.part && aggregate.start <= event.span.start && event.span.end <= aggregate.end
        }
        _ => false,
    })
}
