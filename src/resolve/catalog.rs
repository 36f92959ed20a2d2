//! What every target exposes, as the catalog that expressions are checked against.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, RuleId};
use crate::model::job::{DeclaredBy, Exposed, Job, Targets};
use crate::promql::Version;
use crate::promql::catalog::{
    Completeness, Family, Job as ScrapeJob, LabelDomain, MapCatalog, MetricType as CatalogType, Name, Server, Spelling, Status,
    builtin_series,
};
use crate::promql::infer::Interval;
use crate::resolve::stack::Settings;
use crate::source::Span;
use crate::spec::decode::Text;
use crate::spec::metric::{Label, Metric, MetricType};
use crate::spec::scrape::Relabel;
use crate::spec::service::Language;

/// A label that both a target and a metric carry.
pub const TARGET_LABEL_CLASH: RuleId = "service/target-label-clash";

/// The catalog of all jobs: closed, since a spec says what exists.
pub fn resolve(jobs: &[Job], settings: &Settings, diagnostics: &mut Vec<Diagnostic>) -> MapCatalog {
    let server = Server {
        version: version(&settings.versions.prometheus),
        scrape_interval: Some(settings.scrape_interval.as_secs_f64()),
        retention: Some(settings.retention.as_secs_f64()),
        remote_read: settings.remote_storage,
    };
    let mut catalog = MapCatalog::new(Completeness::Closed, server);
    let mut scraped = Vec::new();
    for job in jobs {
        let target = TargetLabels::of(job);
        for (name, exposed) in &job.exposes {
            catalog.add_family(&family(name, exposed, job, &target, settings, diagnostics));
        }
        job.open.iter().for_each(|pattern| catalog.open(pattern.as_str()));
        if !job.planned {
            scraped.push(ScrapeJob {
                labels: target.labels.clone(),
                instances: target.instances,
                scrape_interval: Some(job.interval.as_secs_f64()),
                declared_at: Some(job.item.span),
                fails_at: job.fails.as_ref().map(|why| why.span),
            });
        }
    }
    for (name, variant) in builtin_series(&scraped) {
        catalog.add(name, variant);
    }
    catalog
}

/// `3.5.1` as major and minor.
pub fn version(text: &str) -> Option<Version> {
    let mut parts = text.split('.');
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next().unwrap_or("0").parse().ok()?;
    Some(Version(major, minor))
}

/// The labels that a job's targets give to every series.
struct TargetLabels {
    labels: Vec<(Name, LabelDomain)>,
    instances: Option<u64>,
    /// Where each label that the spec writes stands, for clashes.
    span: Span,
}

impl TargetLabels {
    fn of(job: &Job) -> Self {
        let mut labels: Vec<(Name, LabelDomain)> = Vec::new();
        let addresses = job.targets.addresses();
        let instance = match &addresses {
            Some(addresses) => LabelDomain::closed(addresses.iter().copied()),
            None => LabelDomain::any(),
        };
        labels.push((Name::from("instance"), instance.of_target()));
        labels.push((Name::from("job"), LabelDomain::closed([job.name.as_str()]).of_target()));
        match &job.targets {
            Targets::Static(groups) | Targets::Fleet { groups, .. } => {
                let mut names: Vec<&String> = groups.iter().flat_map(|group| group.labels.keys()).collect();
                names.sort_unstable();
                names.dedup();
                for name in names {
                    let values = groups.iter().filter_map(|group| group.labels.get(name)).map(String::as_str);
                    let everywhere = groups.iter().all(|group| group.labels.contains_key(name));
                    let domain = LabelDomain::closed(values).of_target();
                    labels.push((Name::from(name.as_str()), if everywhere { domain } else { domain.optional() }));
                }
            }
            Targets::Discovered { labels: fixed, .. } => {
                for (name, value) in fixed {
                    labels.push((Name::from(name.as_str()), LabelDomain::closed([value.as_str()]).of_target()));
                }
            }
        }
        for step in &job.relabel {
            relabelled(step, &mut labels);
        }
        labels.sort_by(|(a, _), (b, _)| a.cmp(b));
        let instances = addresses.map(|addresses| u64::try_from(addresses.len()).unwrap_or(u64::MAX));
        Self { labels, instances, span: job.item.span }
    }
}

/// What one relabelling step does to what is known of the labels: a constant is known, anything else may be anything.
fn relabelled(step: &Relabel, labels: &mut Vec<(Name, LabelDomain)>) {
    let action = step.action.as_ref().map_or("replace", Text::as_str);
    match action {
        "replace" | "hashmod" | "lowercase" | "uppercase" => {
            let Some(target) = &step.target_label else { return };
            let replacement = step.replacement.as_ref().map_or("$1", Text::as_str);
            let constant = action == "replace" && step.source_labels.is_empty() && !replacement.contains('$');
            let domain = if constant { LabelDomain::closed([replacement]) } else { LabelDomain::any().optional() };
            labels.retain(|(name, _)| **name != *target.value);
            labels.push((Name::from(target.as_str()), domain.of_target()));
        }
        "labeldrop" | "labelkeep" | "labelmap" => {
            for (name, domain) in labels.iter_mut() {
                if !matches!(&**name, "job" | "instance") {
                    *domain = LabelDomain::any().optional().of_target();
                }
            }
        }
        _ => {}
    }
}

fn family(
    name: &str,
    exposed: &Exposed,
    job: &Job,
    target: &TargetLabels,
    settings: &Settings,
    diagnostics: &mut Vec<Diagnostic>,
) -> Family {
    let metric = &exposed.metric;
    let mut family = Family::new(name, catalog_type(metric.kind.value));
    family.unit = metric.unit.as_ref().map(|unit| unit.value.clone());
    family.range = metric.range.as_ref().map(|range| Interval::new(range.low, range.high));
    family.buckets = buckets(metric);
    family.quantiles = metric.quantiles.iter().map(|quantile| quantile.value).collect();
    // From version 3 on the server writes all bounds in one way, whatever the client does.
    let uniform = version(&settings.versions.prometheus).is_none_or(|version| version.0 >= 3);
    family.spelling = if uniform || job.language == Some(Language::Python) { Spelling::OpenMetrics } else { Spelling::Go };
    family.created = job.created_series;
    family.scrape_interval = Some(job.interval.as_secs_f64());
    family.open_labels = metric.external || exposed.open_labels;
    family.status = status(exposed, job);
    family.deprecated = metric.deprecated.as_ref().map(|text| Arc::from(text.as_str()));
    family.help = metric.help.as_ref().map(|text| Arc::from(text.as_str()));
    family.declared_at = Some(exposed.declared);
    family.instances = target.instances;
    let own = metric.labels.iter().map(|(label, entry)| (label, &entry.value, Some(entry.key)));
    let common = exposed.common.iter().map(|(label, domain)| (label.as_str(), domain, None));
    let mut labels: Vec<(Name, LabelDomain)> = target.labels.clone();
    for (label, declared, span) in own.chain(common) {
        let mut domain = domain(declared);
        domain.declared_at = span.or(Some(exposed.declared));
        let clashes = target.labels.iter().any(|(taken, _)| **taken == *label);
        match (clashes, job.honor_labels) {
            (false, _) => labels.push((Name::from(label), domain)),
            (true, true) => {
                labels.retain(|(taken, _)| **taken != *label);
                labels.push((Name::from(label), domain));
            }
            (true, false) => {
                if exposed.by == DeclaredBy::Spec {
                    diagnostics.push(clash(label, name, span.unwrap_or(exposed.declared), target.span, &job.name));
                }
                labels.push((Name::from(format!("exported_{label}")), domain));
            }
        }
    }
    for step in &job.metric_relabel {
        relabelled(step, &mut labels);
    }
    for (label, domain) in labels {
        family = family.with_label(label, domain);
    }
    family
}

fn clash(label: &str, metric: &str, span: Span, job: Span, job_name: &str) -> Diagnostic {
    let message =
        format!("`{metric}` and its target both carry the label `{label}`: queries see the metric's as `exported_{label}`");
    Diagnostic::error(TARGET_LABEL_CLASH, span, message)
        .label(job, format!("the job `{job_name}` gives `{label}` to all of its series"))
        .help("give the target's label another name, or set `honor_labels: true` under `scrape:`")
}

fn status(exposed: &Exposed, job: &Job) -> Status {
    if job.planned {
        Status::Planned(format!("{} is planned", job.item).into())
    } else if exposed.planned {
        Status::Planned(format!("{} is to expose it", job.item).into())
    } else {
        Status::Live
    }
}

fn catalog_type(kind: MetricType) -> CatalogType {
    match kind {
        MetricType::Counter => CatalogType::Counter,
        MetricType::Gauge => CatalogType::Gauge,
        MetricType::Histogram => CatalogType::Histogram,
        MetricType::NativeHistogram => CatalogType::NativeHistogram,
        MetricType::Summary => CatalogType::Summary,
        MetricType::Info => CatalogType::Info,
        MetricType::Unknown => CatalogType::Unknown,
    }
}

/// The finite bounds, ascending. What is wrong with their order is reported by its own rule.
fn buckets(metric: &Metric) -> Vec<f64> {
    let mut bounds: Vec<f64> = metric
        .buckets
        .iter()
        .flat_map(|buckets| buckets.value.iter())
        .map(|bound| bound.value)
        .filter(|bound| bound.is_finite())
        .collect();
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    bounds
}

fn domain(label: &Label) -> LabelDomain {
    let mut domain = match (&label.values, &label.matches) {
        (Some(values), _) => LabelDomain::closed(values.iter().map(Text::as_str)),
        (None, Some(pattern)) => LabelDomain::matching(pattern.as_str()),
        (None, None) => LabelDomain::any(),
    };
    if let Some(max) = label.max {
        domain = domain.at_most(max);
    }
    domain.total = label.total.as_ref().map(|total| Name::from(total.as_str()));
    if label.optional { domain.optional() } else { domain }
}
