//! `promql/unknown-metric`

use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::load::suggest;
use crate::promql::catalog::Completeness;
use crate::promql::infer::{Event, EventKind};
use crate::source::Span;
use crate::spec::service::ScrapeOrNot;

/// The rule.
pub const RULE: Rule = rule!(
    "promql/unknown-metric",
    Error,
    "An expression reads a metric that nothing exposes",
    "unknown_metric.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let span = cx.place(used, event.span);
    match &event.kind {
        // It is recorded; why it is not in the catalog has been reported: recording rules read each other.
        EventKind::UnknownMetric { name, .. } if cx.subject.records.iter().any(|record| record.name == **name) => None,
        EventKind::UnknownMetric { name, catalog: Completeness::Closed, under_absent } => {
            let message = match under_absent {
                true => format!("nothing exposes `{name}`, so it is absent for ever"),
                false => format!("nothing exposes `{name}`"),
            };
            let diagnostic = RULE.at(span, message);
            Some(match declared_elsewhere(cx, name) {
                Some((at, fact, help)) => diagnostic.label(at, fact).help(help),
                None => suggested(cx, used, event, name, diagnostic),
            })
        }
        EventKind::UnknownMetric { name, catalog: Completeness::Open, under_absent: false } => {
            let diagnostic = match cx.knows_prefix_of(name) {
                true => RULE.weaker(Severity::Warning, span, format!("`{name}` is not among the metrics that were captured")),
                false => RULE.weaker(Severity::Info, span, format!("no catalog knows metrics like `{name}`")),
            };
            Some(suggested(cx, used, event, name, diagnostic))
        }
        EventKind::NotScraped { name, variant, all: true } => {
            let diagnostic = RULE.at(span, format!("`{name}` is declared, but no scraped target exposes it"));
            let fact = variant.declared_at.map(|at| (at, "declared here".to_owned()));
            Some(words::add(diagnostic, fact).help("scrape what exposes it, or take the expression out"))
        }
        _ => None,
    }
}

fn suggested(cx: &Context<'_>, used: &Use<'_>, event: &Event, name: &str, diagnostic: Diagnostic) -> Diagnostic {
    let near = cx.nearest_series(name);
    let Some(help) = suggest::did_you_mean(near) else {
        return diagnostic.help("declare it under the `metrics` of the service that exposes it, or use the exporter's pack");
    };
    let diagnostic = diagnostic.help(help);
    match near {
        [only] => cx.replacing(diagnostic, used, event.span, only, Applicability::Unsafe),
        _ => diagnostic,
    }
}

/// A declaration that no scraped target uses: a metric set that nobody uses, a service that is not scraped.
fn declared_elsewhere(cx: &Context<'_>, name: &str) -> Option<(Span, String, String)> {
    let spec = cx.subject.stack?.spec;
    let families = ["", "_bucket", "_sum", "_count", "_created"].map(|suffix| name.strip_suffix(suffix));
    let of = |known: &str| families.iter().flatten().any(|family| *family == known);
    for (set, entry) in spec.metric_sets.iter() {
        if let Some((_, metric)) = entry.value.iter().find(|(known, _)| of(known)) {
            let help = format!("use the set where it is exposed: `metrics: {{use: [{set}]}}`");
            return Some((metric.key, format!("declared here in the set `{set}`, which no scraped service uses"), help));
        }
    }
    for (service, entry) in spec.services.iter() {
        let Some(metrics) = entry.value.metrics.as_ref() else { continue };
        if let Some((_, metric)) = metrics.define.iter().find(|(known, _)| of(known)) {
            let fact = match entry.value.scrape {
                ScrapeOrNot::Never => format!("declared here, but `{service}` says `scrape: false`"),
                _ => format!("declared here, but `{service}` is not scraped"),
            };
            return Some((metric.key, fact, format!("let `{service}` be scraped")));
        }
    }
    None
}
