//! Expressions with the facts and events that they must give, over small catalogs.

mod alerts;
mod events;
mod facts;
mod hostile;
mod performance;
mod records;

use super::*;
use crate::promql::catalog::*;
use crate::promql::functions::Version;
use crate::promql::{Dialect, parse};
use crate::unit::Unit;

pub(super) fn job(name: &str, instances: &[&str]) -> Job {
    Job {
        labels: vec![
            ("job".into(), LabelDomain::closed([name]).of_target()),
            ("instance".into(), LabelDomain::closed(instances.iter().copied()).of_target()),
        ],
        instances: Some(instances.len() as u64),
        scrape_interval: None,
        declared_at: None,
        fails_at: None,
    }
}

/// A metric of a job, as the spec compiler would declare it.
pub(super) fn family(job: &Job, name: &str, metric_type: MetricType, labels: &[(&str, LabelDomain)]) -> Family {
    let mut family = Family::new(name, metric_type);
    family.labels = job.labels.clone();
    family.instances = job.instances;
    for (label, domain) in labels {
        family = family.with_label(*label, domain.clone());
    }
    family
}

pub(super) fn unit(text: &str) -> Option<Unit> {
    Some(Unit::parse(text).unwrap())
}

/// Two jobs that expose the same requests, an exporter, and metrics of every type.
pub(super) fn catalog() -> MapCatalog {
    let server = Server {
        version: Some(Version(3, 14)),
        scrape_interval: Some(15.0),
        retention: Some(15.0 * 86400.0),
        remote_read: false,
    };
    let mut catalog = MapCatalog::new(Completeness::Closed, server);
    let api = job("api", &["api:1", "api:2"]);
    let web = job("web", &["web:1"]);
    let methods = || LabelDomain::closed(["GET", "POST"]);
    let statuses = || LabelDomain::matching("[1-5][0-9]{2}").at_most(15);
    for (target, extra) in [(&api, None), (&web, Some("zone"))] {
        let mut requests =
            family(target, "requests_total", MetricType::Counter, &[("method", methods()), ("status", statuses())]);
        requests.unit = unit("requests");
        if let Some(extra) = extra {
            requests = requests.with_label(extra, LabelDomain::any());
        }
        catalog.add_family(&requests);
    }
    let mut latency = family(&api, "latency_seconds", MetricType::Histogram, &[("method", methods())]);
    latency.unit = unit("seconds");
    latency.buckets = vec![0.1, 0.5, 1.0];
    catalog.add_family(&latency);
    let mut native = family(&api, "size_bytes", MetricType::NativeHistogram, &[]);
    native.unit = unit("bytes");
    catalog.add_family(&native);
    let mut summary = family(&web, "wait_seconds", MetricType::Summary, &[]);
    summary.unit = unit("seconds");
    summary.quantiles = vec![0.5, 0.9];
    catalog.add_family(&summary);
    let mut busy = family(&api, "busy", MetricType::Gauge, &[("gpu", LabelDomain::any().at_most(8))]);
    busy.unit = unit("ratio");
    busy.range = Some(Interval::new(0.0, 1.0));
    catalog.add_family(&busy);
    let mut memory = family(&api, "memory_bytes", MetricType::Gauge, &[("state", LabelDomain::closed(["free", "used"]))]);
    memory.unit = unit("bytes");
    catalog.add_family(&memory);
    let mut tokens = family(&api, "tokens_total", MetricType::Counter, &[]);
    let mut domain = LabelDomain::closed(["input", "output", "total"]);
    domain.total = Some("total".into());
    tokens = tokens.with_label("type", domain);
    tokens.unit = unit("tokens");
    catalog.add_family(&tokens);
    let mut uptime = family(&api, "start_time_seconds", MetricType::Gauge, &[]);
    uptime.unit = unit("seconds");
    catalog.add_family(&uptime);
    catalog.add_family(&family(&api, "build_info", MetricType::Info, &[("version", LabelDomain::any())]));
    let mut planned = family(&api, "wished", MetricType::Gauge, &[]);
    planned.status = Status::Planned("nobody exposes it".into());
    catalog.add_family(&planned);
    for (name, variant) in builtin_series(&[api, web]) {
        catalog.add(name, variant);
    }
    catalog
}

pub(super) fn infer_with(text: &str, catalog: &MapCatalog, purpose: Purpose) -> Inference {
    let parsed = parse(text, Dialect::Grafana);
    assert!(parsed.errors.is_empty(), "{text}: {:?}", parsed.errors);
    let context = Context { purpose, delayed_name_removal: Some(false), ..Context::default() };
    let inference = infer(&parsed.expr, catalog, &context);
    assert_eq!(inference.root().span, parsed.expr.span);
    inference
}
