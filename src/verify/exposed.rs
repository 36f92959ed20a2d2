//! Metrics: what the targets expose is what the spec declares, with its types and labels.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{RuleId, Severity};
use crate::model::job::{DeclaredBy, Job};
use crate::promql::catalog::{LabelDomain, MetricType, Pattern, Presence, SeriesRole, Status, Variant};
use crate::server::ServerError;
use crate::server::printable;
use crate::server::prometheus::{Group, Prometheus, Sample, Target};
use crate::source::Span;
use crate::verify::{Stack, Verified, counted, names};

/// A metric that is declared and not exposed.
pub(super) const MISSING_METRIC: RuleId = "verify/missing-metric";
/// A metric that is exposed and not declared.
pub(super) const UNKNOWN_METRIC: RuleId = "verify/unknown-metric";
/// A metric that is exposed with another type.
pub(super) const TYPE_DIFFERS: RuleId = "verify/type-differs";
/// A metric that is exposed with other labels, or other values of them.
pub(super) const LABELS_DIFFER: RuleId = "verify/labels-differ";

/// Series of a job that are looked at; of a larger job one target alone.
const MOST_SERIES: f64 = 20_000.0;

/// Findings of one kind about single metrics of one job.
const MOST_OF_A_JOB: usize = 20;

/// Compares; the text says how many metrics there are.
pub(super) fn verify(
    stack: Stack<'_>,
    server: &Prometheus<'_>,
    targets: &[Target],
    groups: &[Group],
    found: &mut Verified,
) -> Result<String, ServerError> {
    let recorded: BTreeSet<&str> = stack
        .model
        .records
        .iter()
        .map(|record| record.name.as_str())
        .chain(
            groups.iter().flat_map(|group| &group.rules).filter(|rule| rule.kind == "recording").map(|rule| rule.name.as_str()),
        )
        .chain(["ALERTS", "ALERTS_FOR_STATE"])
        .collect();
    let declared = Declared::of(stack);
    let mut metrics = 0;
    for job in stack.model.jobs.iter().filter(|job| !job.planned) {
        let up = targets.iter().find(|target| target.scrape_pool == job.name && target.health == "up");
        let Some(up) = up else { continue };
        let selector = format!("job={}", quoted(&job.name));
        let size = match server.query(&format!("count({{{selector}}})"))? {
            Ok(samples) => samples.first().map_or(0.0, |sample| sample.value),
            Err(reason) => {
                refused(job, &reason, found);
                continue;
            }
        };
        let instance = up.labels.get("instance").filter(|_| size > MOST_SERIES);
        let narrowed = match instance {
            Some(instance) => format!("{{{selector}, instance={}}}", quoted(instance)),
            None => format!("{{{selector}}}"),
        };
        let series = match server.query(&narrowed)? {
            Ok(series) => series,
            Err(reason) => {
                refused(job, &reason, found);
                continue;
            }
        };
        let types = server.types(&narrowed)?;
        let seen = Seen::of(&series, &recorded);
        metrics += seen.series.len();
        let compared = Compared { job, declared: declared.of_job(&job.name), seen, types };
        compared.missing(found);
        compared.unknown(found);
        compared.types(found);
        compared.labels(found);
    }
    Ok(counted(metrics, "metric name"))
}

fn refused(job: &Job, reason: &str, found: &mut Verified) {
    let message = format!("what the job `{}` exposes cannot be asked for: {}", job.name, printable(reason));
    found.add(super::NO_ANSWER, Severity::Warning, Some(job.item.span), message);
}

/// A label's value in PromQL.
pub(super) fn quoted(value: &str) -> String {
    let mut text = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

type Names<'a> = BTreeMap<&'a str, Vec<&'a Arc<Variant>>>;

/// What each job declares, by the name of the series.
struct Declared<'a>(BTreeMap<&'a str, Names<'a>>);

impl<'a> Declared<'a> {
    fn of(stack: Stack<'a>) -> Self {
        let mut jobs: BTreeMap<&str, Names<'a>> = BTreeMap::new();
        for (name, variants) in stack.model.catalog.iter() {
            for variant in variants.iter().filter(|variant| variant.recorded.is_none()) {
                let Some(job) = variant.label("job").and_then(|domain| domain.values.single()) else { continue };
                jobs.entry(job).or_default().entry(name).or_default().push(variant);
            }
        }
        Self(jobs)
    }

    fn of_job(&self, job: &str) -> Names<'a> {
        self.0.get(job).cloned().unwrap_or_default()
    }
}

/// The series that are there, by their name.
struct Seen<'s> {
    series: BTreeMap<&'s str, Vec<&'s BTreeMap<String, String>>>,
}

impl<'s> Seen<'s> {
    fn of(samples: &'s [Sample], recorded: &BTreeSet<&str>) -> Self {
        let mut series: BTreeMap<&str, Vec<&BTreeMap<String, String>>> = BTreeMap::new();
        for sample in samples {
            let Some(name) = sample.labels.get("__name__") else { continue };
            if !recorded.contains(name.as_str()) {
                series.entry(name).or_default().push(&sample.labels);
            }
        }
        Self { series }
    }
}

struct Compared<'a, 's> {
    job: &'a Job,
    declared: Names<'a>,
    seen: Seen<'s>,
    types: BTreeMap<String, String>,
}

impl Compared<'_, '_> {
    /// Where a metric is declared: in the spec itself, or where its job is.
    fn place(&self, family: &str) -> Span {
        match self.job.exposes.get(family) {
            Some(exposed) if exposed.by == DeclaredBy::Spec => exposed.declared,
            _ => self.job.item.span,
        }
    }

    fn missing(&self, found: &mut Verified) {
        // The server makes these itself, some of them only when it is told to.
        let own = |name: &str| name == "up" || name.starts_with("scrape_");
        let mut plain: BTreeMap<&str, Span> = BTreeMap::new();
        let mut labelled: BTreeSet<&str> = BTreeSet::new();
        for (name, variants) in &self.declared {
            let Some(variant) = variants.iter().find(|variant| variant.status == Status::Live) else { continue };
            if own(name) || self.seen.series.contains_key(name) || variant.role == SeriesRole::Created {
                continue;
            }
            let labels = variant.labels.iter().filter(|(name, domain)| !domain.target && !matches!(&**name, "le" | "quantile"));
            if labels.count() == 0 {
                plain.insert(&variant.family, self.place(&variant.family));
            } else {
                labelled.insert(&variant.family);
            }
        }
        let job = &self.job.name;
        if let Some((first, span)) = plain.first_key_value() {
            let (verb, list) = (if plain.len() == 1 { "is" } else { "are" }, names(plain.keys().copied()));
            let span = if plain.len() == 1 || self.job.exposes.get(*first).is_some_and(|exposed| exposed.by == DeclaredBy::Spec) {
                *span
            } else {
                self.job.item.span
            };
            let message = format!("{list} {verb} declared, and the job `{job}` does not expose {}", them(plain.len()));
            found.add(MISSING_METRIC, Severity::Warning, Some(span), message).help =
                Some("take out of the spec what no longer exists, or run the version that exposes it".to_owned());
        }
        if !labelled.is_empty() {
            let (verb, list) = (if labelled.len() == 1 { "has" } else { "have" }, names(labelled.iter().copied()));
            let message = format!("{list} {verb} no series in the job `{job}`");
            found.add(MISSING_METRIC, Severity::Info, Some(self.job.item.span), message).help = Some(
                "a metric with labels appears with its first event: none of these has come yet, or it does not exist".to_owned(),
            );
        }
    }

    fn unknown(&self, found: &mut Verified) {
        let open: Vec<Arc<Pattern>> = self.job.open.iter().map(|pattern| Pattern::new(pattern)).collect();
        let known = |name: &str| {
            self.declared.contains_key(name)
                || name == "up"
                || name.starts_with("scrape_")
                || open.iter().any(|pattern| pattern.is_match(name) == Some(true))
        };
        let families: BTreeSet<&str> =
            self.seen.series.keys().filter(|name| !known(name)).map(|name| self.family(name)).collect();
        if families.is_empty() {
            return;
        }
        let (verb, list) = (if families.len() == 1 { "is" } else { "are" }, names(families.iter().copied()));
        let message = format!("the job `{}` exposes {list}, which {verb} not declared", self.job.name);
        found.add(UNKNOWN_METRIC, Severity::Warning, Some(self.job.item.span), message).help =
            Some(format!("declare {}, or drop {0} with `metric_relabel`", them(families.len())));
    }

    /// The metric that a series belongs to, as far as the server knows.
    fn family<'n>(&self, name: &'n str) -> &'n str {
        if self.types.contains_key(name) {
            return name;
        }
        let stems = ["_bucket", "_sum", "_count", "_created"].into_iter().filter_map(|suffix| name.strip_suffix(suffix));
        stems.into_iter().find(|stem| self.types.contains_key(*stem)).unwrap_or(name)
    }

    fn types(&self, found: &mut Verified) {
        let declared: BTreeMap<&str, MetricType> = self
            .declared
            .values()
            .flatten()
            .filter(|variant| variant.status == Status::Live)
            .map(|variant| (&*variant.family, variant.metric_type))
            .collect();
        let mut shown = 0;
        for (family, declared) in declared {
            // OpenMetrics names a counter without `_total` and an info without `_info`.
            let stem = family.strip_suffix("_total").or_else(|| family.strip_suffix("_info"));
            let exposed = self.types.get(family).or_else(|| stem.and_then(|stem| self.types.get(stem)));
            let Some(exposed) = exposed else { continue };
            if agree(declared, exposed) {
                continue;
            }
            shown += 1;
            if shown > MOST_OF_A_JOB {
                break;
            }
            let message = format!(
                "`{family}` is declared as a {}, and the job `{}` exposes it as a {}",
                declared.name(),
                self.job.name,
                printable(exposed)
            );
            found.add(TYPE_DIFFERS, Severity::Error, Some(self.place(family)), message);
        }
    }

    fn labels(&self, found: &mut Verified) {
        let mut families: BTreeMap<&str, Facts> = BTreeMap::new();
        for (name, series) in &self.seen.series {
            let Some(variants) = self.declared.get(name) else { continue };
            let Some(first) = variants.first() else { continue };
            let facts = families.entry(&first.family).or_default();
            for labels in series {
                facts.compare(variants, labels);
            }
        }
        let differing = families.iter().filter(|(_, facts)| !facts.is_empty());
        for (family, facts) in differing.clone().take(MOST_OF_A_JOB) {
            let severity = if facts.lacking.is_empty() { Severity::Warning } else { Severity::Error };
            let message = format!("`{family}` of the job `{}` {}", self.job.name, facts.say());
            found.add(LABELS_DIFFER, severity, Some(self.place(family)), message);
        }
        let more = differing.count().saturating_sub(MOST_OF_A_JOB);
        if more > 0 {
            let message = format!("{} of the job `{}` differ in their labels too", counted(more, "more metric"), self.job.name);
            found.add(LABELS_DIFFER, Severity::Info, Some(self.job.item.span), message);
        }
    }
}

fn them(count: usize) -> &'static str {
    if count == 1 { "it" } else { "them" }
}

/// Whether a metric can be declared so and exposed so. A type that the exposition does not say contradicts nothing.
fn agree(declared: MetricType, exposed: &str) -> bool {
    match exposed {
        "counter" => matches!(declared, MetricType::Counter | MetricType::Unknown),
        "gauge" | "stateset" => matches!(declared, MetricType::Gauge | MetricType::Info | MetricType::Unknown),
        "info" => matches!(declared, MetricType::Info | MetricType::Gauge | MetricType::Unknown),
        "histogram" => matches!(declared, MetricType::Histogram | MetricType::NativeHistogram | MetricType::Unknown),
        "summary" => matches!(declared, MetricType::Summary | MetricType::Unknown),
        _ => true,
    }
}

/// How the series of one metric differ from its declaration.
#[derive(Default)]
struct Facts {
    extra: BTreeSet<String>,
    lacking: BTreeSet<String>,
    values: BTreeMap<String, BTreeSet<String>>,
}

impl Facts {
    fn is_empty(&self) -> bool {
        self.extra.is_empty() && self.lacking.is_empty() && self.values.is_empty()
    }

    fn compare(&mut self, variants: &[&Arc<Variant>], labels: &BTreeMap<String, String>) {
        for (label, value) in labels.iter().filter(|(label, _)| *label != "__name__") {
            let domains: Vec<&LabelDomain> = variants.iter().filter_map(|variant| variant.label(label)).collect();
            if domains.is_empty() {
                if !variants.iter().any(|variant| variant.open_labels) {
                    self.extra.insert(label.clone());
                }
            } else if !domains.iter().any(|domain| may_be(label, value, domain)) {
                self.values.entry(label.clone()).or_default().insert(value.clone());
            }
        }
        let all = variants.iter().flat_map(|variant| &variant.labels);
        for (label, _) in all {
            let everywhere =
                variants.iter().all(|variant| variant.label(label).is_some_and(|domain| domain.presence == Presence::Present));
            if everywhere && !labels.contains_key(&**label) {
                self.lacking.insert(label.to_string());
            }
        }
    }

    fn say(&self) -> String {
        let mut parts = Vec::new();
        if !self.lacking.is_empty() {
            parts.push(format!("lacks {}, which the spec declares", names(self.lacking.iter().map(String::as_str))));
        }
        if !self.extra.is_empty() {
            parts.push(format!("carries {}, which the spec does not declare", names(self.extra.iter().map(String::as_str))));
        }
        for (label, values) in &self.values {
            let list = names(values.iter().map(String::as_str));
            parts.push(format!("has {list} as `{}`, which the spec does not declare", printable(label)));
        }
        parts.join("; ")
    }
}

/// Whether a label may have a value. Bounds are numbers, which servers and clients write in several ways.
fn may_be(label: &str, value: &str, domain: &LabelDomain) -> bool {
    if domain.values.may_be(value) {
        return true;
    }
    let number = |text: &str| text.parse::<f64>().ok();
    matches!(label, "le" | "quantile")
        && domain
            .values
            .list()
            .is_some_and(|list| number(value).is_some() && list.iter().any(|bound| number(bound) == number(value)))
}
