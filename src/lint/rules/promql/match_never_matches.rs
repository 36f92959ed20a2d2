//! `promql/match-never-matches`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::promql::BinaryOp;
use crate::promql::catalog::{Presence, Values};
use crate::promql::infer::{Event, EventKind, LabelFact, Labels, METRIC_NAME};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/match-never-matches",
    Error,
    "The two sides of an operator have no pair of series that match",
    "match_never_matches.md",
    Check::Event(check)
);

/// More labels than these are not explained.
const MOST: usize = 3;

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::MatchNeverMatches { op, left, right, differing } = &event.kind else { return None };
    let names = words::quoted(differing.iter().map(|(fact, _)| &*fact.name));
    let effect = if *op == BinaryOp::Unless { "takes nothing away" } else { "returns nothing" };
    let message = format!("the two sides of `{}` never have the same {names}, so this {effect}", op.symbol());
    let mut diagnostic = RULE.at(cx.place(used, event.span), message);
    for (of_left, of_right) in differing.iter().take(MOST) {
        diagnostic = explained(cx, used, diagnostic, "left", of_left);
        diagnostic = explained(cx, used, diagnostic, "right", of_right);
    }
    let common = common(left, right, differing);
    Some(match common.is_empty() {
        true => diagnostic.help("aggregate both sides to labels that they share"),
        false => {
            let on = words::list(&common);
            diagnostic.help(format!(
                "match on what both sides have: `on ({})`, and aggregate the side that has more series",
                on.replace(" and ", ", ")
            ))
        }
    })
}

fn explained(cx: &Context<'_>, used: &Use<'_>, diagnostic: Diagnostic, side: &str, fact: &LabelFact) -> Diagnostic {
    let here = || (cx.place(used, fact.reason.span), words::label_fact(fact));
    let (span, what) = match (fact.presence, fact.reason.cause.variant()) {
        (Presence::Absent, _) => words::why_absent(cx, used, &fact.name, &fact.reason).unwrap_or_else(here),
        (_, Some(variant)) => match (variant.declared_at, &fact.values) {
            (Some(span), Values::Any) => {
                (span, format!("`{}` is {}", words::series_name(variant), words::declared_with(variant)))
            }
            (Some(span), _) => (span, words::label_fact(fact)),
            (None, _) => here(),
        },
        _ => here(),
    };
    let message = format!("{side}: {what}");
    if diagnostic.labels.iter().any(|label| label.span == span && label.message == message) {
        return diagnostic;
    }
    diagnostic.label(span, message)
}

/// Labels that both sides certainly have and that can be equal.
fn common(left: &Labels, right: &Labels, differing: &[(LabelFact, LabelFact)]) -> Vec<String> {
    left.iter()
        .filter(|fact| fact.presence == Presence::Present && &*fact.name != METRIC_NAME)
        .filter(|fact| right.presence(&fact.name) == Presence::Present)
        .filter(|fact| !differing.iter().any(|(other, _)| other.name == fact.name))
        .map(|fact| fact.name.to_string())
        .collect()
}
