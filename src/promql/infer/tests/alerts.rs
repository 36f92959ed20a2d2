//! The eleven alerts of a real, hand-written stack: which of them can fire, and why the others cannot.

use super::events::noticed;
use super::*;

/// The stack once every service exposes what its code defines; what no code defines is not there.
fn stack() -> MapCatalog {
    let server = Server { version: Some(Version(3, 5)), scrape_interval: Some(15.0), retention: None, remote_read: false };
    let mut catalog = MapCatalog::new(Completeness::Closed, server);
    let any = LabelDomain::any;
    let orchestrator = job("orchestrator", &["orchestrator:8080"]);
    let agents = ["cost-agent", "performance-agent", "resource-agent", "application-agent"];
    let postgres = job("postgres", &["postgres-exporter:9187"]);
    let prometheus = job("prometheus", &["localhost:9090"]);
    let mut jobs = vec![orchestrator.clone(), postgres.clone(), prometheus.clone()];
    for name in agents {
        let agent = job(name, &[&format!("{name}:8000")]);
        let requests = [("endpoint", any()), ("method", any()), ("status", LabelDomain::matching("[1-5][0-9]{2}"))];
        catalog.add_family(&family(&agent, "requests_total", MetricType::Counter, &requests));
        catalog.add_family(&family(&agent, "errors_total", MetricType::Counter, &[("error_type", any()), ("endpoint", any())]));
        let mut latency =
            family(&agent, "request_duration_seconds", MetricType::Histogram, &[("endpoint", any()), ("method", any())]);
        latency.buckets = vec![0.005, 0.05, 0.5, 1.0, 5.0, 10.0];
        latency.unit = unit("seconds");
        catalog.add_family(&latency);
        catalog.add_family(&family(&agent, "process_resident_memory_bytes", MetricType::Gauge, &[]));
        let outcome = [("type", any()), ("outcome", LabelDomain::closed(["success", "failure"]))];
        catalog.add_family(&family(&agent, "optimization_executions_total", MetricType::Counter, &outcome));
        jobs.push(agent);
    }
    let mut latency = family(&orchestrator, "http_request_duration_seconds", MetricType::Histogram, &[("path", any())]);
    latency.buckets = vec![0.1, 0.5, 1.0];
    catalog.add_family(&latency);
    catalog.add_family(&family(
        &postgres,
        "pg_stat_database_numbackends",
        MetricType::Gauge,
        &[("datid", any()), ("datname", any())],
    ));
    catalog.add_family(&family(&postgres, "pg_settings_max_connections", MetricType::Gauge, &[("server", any())]));
    let unwired = |job: &Job, name: &str, label: &str| {
        let mut metric = family(job, name, MetricType::Gauge, &[(label, any())]);
        metric.range = Some(Interval::new(0.0, 1.0));
        metric.status = Status::NotScraped("the class is never instantiated".into());
        metric
    };
    catalog.add_family(&unwired(&jobs[6], "quality_score", "metric_type"));
    catalog.add_family(&unwired(&jobs[5], "gpu_utilization", "gpu_id"));
    let reload = family(&prometheus, "prometheus_config_last_reload_successful", MetricType::Gauge, &[]);
    catalog.add_family(&reload);
    catalog.add_family(&family(&prometheus, "process_start_time_seconds", MetricType::Gauge, &[]));
    for (name, variant) in builtin_series(&jobs) {
        catalog.add(name, variant);
    }
    catalog
}

/// A node exporter beside it, which the stack lacks.
fn with_node_exporter() -> MapCatalog {
    let mut catalog = stack();
    catalog.add_family(&family(&job("node", &["node:9100"]), "node_memory_MemTotal_bytes", MetricType::Gauge, &[]));
    catalog
}

fn verdict(text: &str) -> Vec<String> {
    noticed(text, &stack(), Purpose::Alert)
}

const NOTHING: [&str; 0] = [];

#[test]
fn service_down_can_fire() {
    assert_eq!(verdict(r#"up{job=~"orchestrator|.*-agent"} == 0"#), NOTHING);
    let inference = infer_with(r#"up{job=~"orchestrator|.*-agent"} == 0"#, &stack(), Purpose::Alert);
    let jobs = inference.facts().labels.get(&"job".into());
    assert_eq!(jobs.values.len(), Some(5));
    assert_eq!(inference.facts().bound, Some(5));
}

#[test]
fn high_error_rate_is_one_global_ratio() {
    let text = "(sum(rate(errors_total[5m])) by (service) / sum(rate(requests_total[5m])) by (service)) > 0.05";
    assert_eq!(verdict(text), ["GroupingByAbsentLabel at service", "GroupingByAbsentLabel at service"]);
    let inference = infer_with(text, &stack(), Purpose::Alert);
    assert!(matches!(&inference.events[0].kind, EventKind::GroupingByAbsentLabel { all_absent: true, .. }));
    let facts = inference.facts();
    assert_eq!(facts.labels.presence("service"), Presence::Absent);
    assert!(matches!(facts.labels.reason("service").cause, Cause::NotDeclared(_)));
    assert_eq!((facts.bound, facts.labels.to_string().as_str()), (Some(1), "{}"));
}

#[test]
fn high_latency_has_no_service_and_never_fires_for_the_orchestrator() {
    let text = "histogram_quantile(0.95, rate(request_duration_seconds_bucket[5m])) > 1.0";
    assert_eq!(verdict(text), NOTHING);
    let inference = infer_with(text, &stack(), Purpose::Alert);
    let labels = &inference.facts().labels;
    assert_eq!(labels.presence("service"), Presence::Absent);
    assert_eq!(labels.presence("le"), Presence::Absent);
    assert_eq!(labels.presence("endpoint"), Presence::Present);
    let orchestrator = "histogram_quantile(0.95, rate(http_request_duration_seconds_bucket[5m])) > 1.0";
    let inference = infer_with(orchestrator, &stack(), Purpose::Alert);
    match &inference.events[..] {
        [Event { kind: EventKind::ComparisonNeverTrue(finding), .. }] => assert_eq!(finding.top_bucket, Some(1.0)),
        other => panic!("{other:?}"),
    }
    assert!(inference.facts().empty.is_some());
}

#[test]
fn high_database_connection_usage_never_matches() {
    let text = "(pg_stat_database_numbackends / pg_settings_max_connections) > 0.9";
    let inference = infer_with(text, &stack(), Purpose::Alert);
    match &inference.events[..] {
        [Event { kind: EventKind::MatchNeverMatches { differing, .. }, .. }] => {
            let names: Vec<&str> = differing.iter().map(|(left, _)| &*left.name).collect();
            assert_eq!(names, ["datid", "datname", "server"]);
        }
        other => panic!("{other:?}"),
    }
    assert!(inference.facts().empty.is_some());
}

#[test]
fn metrics_that_nobody_defines() {
    assert_eq!(verdict("increase(agent_execution_failures_total[5m]) > 3"), ["UnknownMetric at agent_execution_failures_total"]);
    assert_eq!(
        verdict("abs((cost_current - cost_baseline) / cost_baseline) > 0.2"),
        ["UnknownMetric at cost_current", "UnknownMetric at cost_baseline", "UnknownMetric at cost_baseline"]
    );
    let text = "(process_resident_memory_bytes / node_memory_MemTotal_bytes) > 0.9";
    assert_eq!(verdict(text), ["UnknownMetric at node_memory_MemTotal_bytes"]);
    assert_eq!(noticed(text, &with_node_exporter(), Purpose::Alert), ["MatchNeverMatches at /"]);
    let inference = infer_with(text, &with_node_exporter(), Purpose::Alert);
    match &inference.events[0].kind {
        EventKind::MatchNeverMatches { differing, .. } => {
            let names: Vec<&str> = differing.iter().map(|(left, _)| &*left.name).collect();
            assert_eq!(names, ["instance", "job"]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn metrics_that_no_scrape_reaches() {
    for text in ["quality_score < 0.95", "gpu_utilization > 0.95"] {
        let inference = infer_with(text, &stack(), Purpose::Alert);
        assert!(matches!(&inference.events[..], [Event { kind: EventKind::NotScraped { all: true, .. }, .. }]), "{text}");
    }
}

#[test]
fn alerts_on_prometheus_itself_are_right() {
    assert_eq!(verdict("prometheus_config_last_reload_successful == 0"), NOTHING);
    assert_eq!(verdict(r#"changes(process_start_time_seconds{job="prometheus"}[15m]) > 2"#), NOTHING);
}

#[test]
fn mended_alerts_are_clean() {
    for text in [
        r#"up{job=~"orchestrator|.*-agent"} == 0 or absent(up{job="orchestrator"})"#,
        r#"sum by (job) (rate(requests_total{status=~"5.."}[5m])) / sum by (job) (rate(requests_total[5m])) > 0.05"#,
        r#"histogram_quantile(0.95, sum by (job, le) (rate(request_duration_seconds_bucket{endpoint!~"/metrics/?"}[5m]))) > 1"#,
        "sum by (instance) (pg_stat_database_numbackends) / max by (instance) (pg_settings_max_connections) > 0.9",
    ] {
        assert_eq!(verdict(text), NOTHING, "{text}");
    }
    let failures = r#"sum by (job, type) (increase(optimization_executions_total{outcome="failure"}[5m])) > 3"#;
    assert_eq!(verdict(failures), ["IncreaseFromBirth at increase"]);
}
