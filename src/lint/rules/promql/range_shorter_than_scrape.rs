//! `promql/range-shorter-than-scrape`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::promql::infer::{Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/range-shorter-than-scrape",
    Error,
    "A range is too short to hold the samples that its function needs",
    "range_shorter_than_scrape.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::RangeShorterThanScrape { range, scrape_interval, needed, function } = &event.kind else { return None };
    let samples = if *needed == 1 { "a sample".to_owned() } else { format!("{needed} samples") };
    let by = function.map_or_else(String::new, |name| format!(" that `{name}` needs"));
    let (range, interval) = (words::seconds(*range), words::seconds(*scrape_interval));
    let message = format!("{range} does not hold the {samples}{by}: one comes every {interval}");
    let enough = words::seconds(scrape_interval * f64::from(needed * 2));
    Some(
        RULE.at(cx.place(used, event.span), message).help(format!("write at least {enough}, so that a lost scrape does no harm")),
    )
}
