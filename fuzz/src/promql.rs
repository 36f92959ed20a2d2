//! An expression: read with recovery, printed in both ways and read back, inferred.

use std::sync::OnceLock;

use optiinfra_gen::promql::catalog::{
    Completeness, Family, Job, LabelDomain, MapCatalog, MetricType, Server, Status, builtin_series,
};
use optiinfra_gen::promql::infer::{Context, Interval, Purpose, infer};
use optiinfra_gen::promql::requirement::requirements;
use optiinfra_gen::promql::{Dialect, Expr, Parsed, Span, Version, parse};
use optiinfra_gen::unit::Unit;

/// The first byte chooses the dialect, the rest is the expression.
pub fn check(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let dialect = match first {
        b'P' => Dialect::Prometheus,
        b'S' => Dialect::Spec,
        _ => Dialect::Grafana,
    };
    let text = String::from_utf8_lossy(rest);
    let mut parsed = parse(&text, dialect);
    places(&text, &mut parsed);
    for purpose in [Purpose::Alert, Purpose::Panel] {
        let context = Context { purpose, evaluation_interval: Some(15.0), ..Context::default() };
        let inference = infer(&parsed.expr, catalog(), &context);
        assert_eq!(inference.root().span, parsed.expr.span);
        assert!(inference.nodes.iter().enumerate().all(|(index, node)| node.first <= index));
        assert!(inference.events.iter().all(|event| event.node < inference.nodes.len()));
    }
    let _ = requirements(&parsed.expr);
    if parsed.errors.is_empty() {
        for printed in [parsed.expr.to_string(), parsed.expr.pretty()] {
            reads_back(&parsed.expr, &printed, dialect);
        }
    }
}

fn places(text: &str, parsed: &mut Parsed) {
    let check = |span: Span| {
        let inside = span.part == 0 && span.start <= span.end && text.get(span.range()).is_some();
        assert!(inside, "{span:?} is no place in {text:?}");
    };
    for error in &parsed.errors {
        check(error.span);
        error.labels.iter().for_each(|(span, _)| check(*span));
        error.replacement.iter().for_each(|(span, _)| check(*span));
        assert!(!error.message.is_empty());
    }
    parsed.expr.spans_mut(&mut |span| check(*span));
}

fn reads_back(expr: &Expr, printed: &str, dialect: Dialect) {
    let again = parse(printed, dialect);
    // Parentheses that printing adds may lead beyond the limit of the depth.
    if again.errors.iter().any(|error| error.message.contains("deeper")) {
        return;
    }
    assert!(again.errors.is_empty(), "printed as {printed:?}: {:?}", again.errors);
    assert!(again.expr.equivalent(expr), "printed as {printed:?}: {:#?}\nnot {expr:#?}", again.expr);
    assert_eq!(again.expr.to_string(), expr.to_string(), "printing is not stable");
}

/// Metrics of every type, one of them in two shapes.
fn catalog() -> &'static MapCatalog {
    static CATALOG: OnceLock<MapCatalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let server = Server {
            version: Some(Version(3, 14)),
            scrape_interval: Some(15.0),
            retention: Some(1_296_000.0),
            remote_read: false,
        };
        let mut catalog = MapCatalog::new(Completeness::Closed, server);
        let jobs: Vec<Job> = [("api", &["api:1", "api:2"][..]), ("web", &["web:1"][..])].map(|(name, at)| job(name, at)).into();
        for job in &jobs {
            for (name, kind, unit) in METRICS {
                let mut family = Family::new(*name, *kind);
                family.labels.clone_from(&job.labels);
                family.instances = job.instances;
                family.unit = Unit::parse(unit).ok();
                family.buckets = vec![0.1, 0.5, 1.0];
                family.quantiles = vec![0.5, 0.9];
                family.range = (*name == "busy").then(|| Interval::new(0.0, 1.0));
                if *name == "wished" {
                    family.status = Status::Planned("nobody exposes it".into());
                }
                family = family
                    .with_label("method", LabelDomain::closed(["GET", "POST"]))
                    .with_label("status", LabelDomain::matching("[1-5][0-9]{2}").at_most(15))
                    .with_label("zone", LabelDomain::any().optional());
                catalog.add_family(&family);
            }
        }
        for (name, variant) in builtin_series(&jobs) {
            catalog.add(name, variant);
        }
        catalog
    })
}

const METRICS: &[(&str, MetricType, &str)] = &[
    ("requests_total", MetricType::Counter, "requests"),
    ("latency_seconds", MetricType::Histogram, "seconds"),
    ("size_bytes", MetricType::NativeHistogram, "bytes"),
    ("wait_seconds", MetricType::Summary, "seconds"),
    ("busy", MetricType::Gauge, "ratio"),
    ("build_info", MetricType::Info, "ratio"),
    ("wished", MetricType::Gauge, "usd"),
];

fn job(name: &str, instances: &[&str]) -> Job {
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
