//! `promql/rate-of-aggregate`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/rate-of-aggregate",
    Error,
    "A rate is taken of a sum of counters instead of a sum of rates",
    "rate_of_aggregate.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::RateOfAggregate { function, op, aggregate } = &event.kind else { return None };
    let of = op.map_or("an aggregate", |op| op.name());
    let message = format!("`{function}` of `{of}`: when one of the counters restarts, the fall of the whole counts as a restart");
    let diagnostic =
        RULE.at(cx.place(used, event.span), message).label(cx.place(used, *aggregate), "the counters are joined here");
    Some(diagnostic.help(format!("take the {function} first, then aggregate: `sum({function}(...[5m]))`")))
}
