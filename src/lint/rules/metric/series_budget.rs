//! `metric/series-budget`

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Stack;
use crate::lint::words;
use crate::model::item::ItemKind;
use crate::promql::catalog::{Status, Variant};
use crate::source::{SourceKind, Span};
use crate::spec::decode::Spanned;

/// The rule.
pub const RULE: Rule = rule!(
    "metric/series-budget",
    Error,
    "There may be more series than the budget allows",
    "series_budget.md",
    Check::Stack(check)
);

/// The metrics with the most series, by job.
#[derive(Default)]
struct Tally<'a> {
    total: u64,
    /// Those that the spec itself declares.
    own: u64,
    greatest: Vec<(u64, &'a str, Option<Span>)>,
}

fn check(cx: &Context<'_>, stack: &Stack<'_>, findings: &mut Findings) {
    let budgets: Vec<(Option<&str>, Span, &Spanned<u64>)> = budgets(stack);
    if budgets.is_empty() {
        return;
    }
    let mut tallies: BTreeMap<&str, Tally<'_>> = BTreeMap::new();
    for (name, variants) in cx.subject.catalog.iter() {
        for variant in variants.iter().filter(|variant| variant.status == Status::Live) {
            let of_pack = is_of_pack(cx, variant);
            let bound = if of_pack { estimate(variant) } else { variant.bound() };
            let (Some(job), Some(bound)) = (job_of(variant), bound) else { continue };
            let tally = tallies.entry(job).or_default();
            tally.total = tally.total.saturating_add(bound);
            if !of_pack {
                tally.own = tally.own.saturating_add(bound);
            }
            tally.greatest.push((bound, name, variant.declared_at));
        }
    }
    for (job, about, budget) in budgets {
        let wanted = |name: &&str| job.is_none_or(|job| job == *name);
        let counted: Vec<&Tally<'_>> = tallies.iter().filter(|(name, _)| wanted(name)).map(|(_, tally)| tally).collect();
        let total = counted.iter().fold(0u64, |sum, tally| sum.saturating_add(tally.total));
        if total <= budget.value {
            continue;
        }
        let mut greatest: Vec<_> = counted.iter().flat_map(|tally| &tally.greatest).collect();
        greatest.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        // What has a tenth of all is worth a look.
        greatest.retain(|(bound, ..)| bound.saturating_mul(10) >= total);
        let message = format!("there may be {total} series, {} more than the budget", total - budget.value);
        // What packs say is an estimate for all who use them; what the spec itself declares is its own word.
        let own = counted.iter().fold(0u64, |sum, tally| sum.saturating_add(tally.own));
        let severity = if own > budget.value { Severity::Error } else { Severity::Info };
        let mut diagnostic = RULE.weaker(severity, budget.span, message);
        for (bound, name, declared) in greatest.iter().take(3) {
            if let Some(span) = declared {
                diagnostic = diagnostic.label(*span, format!("`{name}` may have {bound}"));
            }
        }
        let names = match greatest.is_empty() {
            true => "metrics".to_owned(),
            false => words::quoted(greatest.iter().take(3).map(|(_, name, _)| *name)),
        };
        findings.push_about(
            about,
            diagnostic.help(format!("take labels off {names}, bound their values tighter, or raise the budget")),
        );
    }
}

/// All budgets with the job that each is for.
fn budgets<'a>(stack: &Stack<'a>) -> Vec<(Option<&'a str>, Span, &'a Spanned<u64>)> {
    let spec = stack.spec;
    let of_stack = spec.stack.as_ref().and_then(|whole| Some((None, whole.span, whole.series_budget.as_ref()?)));
    let job = |kind: ItemKind, name: &str| {
        stack.jobs.iter().find(|job| job.item.kind == kind && job.item.name == name).map(|job| job.name.as_str())
    };
    let services = spec
        .services
        .iter()
        .filter_map(|(name, entry)| Some((Some(job(ItemKind::Service, name)?), entry.key, entry.value.series_budget.as_ref()?)));
    let exporters = spec
        .exporters
        .iter()
        .filter_map(|(name, entry)| Some((Some(job(ItemKind::Exporter, name)?), entry.key, entry.value.series_budget.as_ref()?)));
    of_stack.into_iter().chain(services).chain(exporters).collect()
}

fn job_of(variant: &Variant) -> Option<&str> {
    variant.label("job")?.values.single().map(|job| &**job)
}

fn is_of_pack(cx: &Context<'_>, variant: &Variant) -> bool {
    variant.declared_at.is_some_and(|span| cx.sources.get(span.source).kind == SourceKind::Embedded)
}

/// A pack bounds each label for itself, for all who use it; the product of these is far from any real number. So of the labels without a
/// list of values only the greatest counts.
fn estimate(variant: &Variant) -> Option<u64> {
    let (mut product, mut greatest) = (variant.instances.unwrap_or(1), 1);
    for (_, domain) in variant.labels.iter().filter(|(_, domain)| !domain.target) {
        match domain.values.len() {
            Some(_) => product = product.saturating_mul(domain.size()?),
            None => greatest = greatest.max(domain.size()?),
        }
    }
    Some(product.saturating_mul(greatest))
}
