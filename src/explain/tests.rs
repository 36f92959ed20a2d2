use std::path::Path;

use super::*;
use crate::pipeline;
use crate::world::MemoryWorld;

const SPEC: &str = r##"stack: {name: s, runbook_base: "https://runbooks.example/", grafana: {root_url: "https://grafana.example/"}}
services:
  shop:
    help: Sells things.
    port: 8080
    metrics:
      define:
        requests_total: {type: counter, unit: requests, help: Requests handled., labels: {status: ["200", "500"]}}
        size_bytes: {type: histogram, unit: bytes, buckets: [10, 100], labels: {user: {}}}
queries:
  errors:
    expr: sum by (job) (rate(requests_total{status="500"}[$window])) / sum by (job) (rate(requests_total[$window]))
alerts:
  # optiinfra-gen allow alert/overlapping: two levels on purpose
  HighErrorRate:
    query: errors
    levels: {critical: {above: 20%, for: 5m}, warning: {above: 5%}}
    summary: Too many errors
    description: "{{ $labels.job }} fails"
    runbook: |
      1. Look.
      2. Mend.
    allow: [{rule: alert/missing-for, reason: noise is fine}]
  Watch: {expr: 'absent(up{job="shop"})', severity: warning, summary: gone}
dashboards:
  main:
    title: Main
    rows: [{panels: [{title: Errors, kind: stat, query: errors}, {title: All, kind: stat, expr: 'sum(rate(requests_total[5m]))'}]}]
notifications:
  receivers:
    chat: {slack: {channel: "#ops", webhook_url: {env: SECRET_ENV_NAME}}}
    phone: {webhook: {url: "https://user:hunter2@hooks.example/services/T0KEN?key=1"}, pagerduty: {routing_key: {env: OTHER_SECRET}}}
  route: {receiver: chat, routes: [{id: urgent, matchers: ['severity="critical"'], receiver: phone}]}
  inhibit: [{source_matchers: ['alertname="Watch"'], target_matchers: ['alertname="HighErrorRate"'], equal: [job]}]
"##;

fn page(spec: &str, name: &str) -> Page {
    let world = MemoryWorld::with_files([("/s/a.yaml", spec)]);
    let resolved = pipeline::resolve(&world, Path::new("/s"), None).unwrap();
    let errors: Vec<_> = resolved.diagnostics.iter().map(|finding| &finding.message).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let model = resolved.model.unwrap();
    let graph = Graph::of(&model, &resolved.sources);
    let about = About { model: &model, sources: &resolved.sources, graph: &graph, suppressions: &resolved.suppressions };
    about.page(graph.named(name)[0])
}

#[test]
fn an_alert() {
    let page = page(SPEC, "HighErrorRate");
    let text = page.human(false);
    for expected in [
        "alert HighErrorRate  /s/a.yaml:15",
        "Too many errors",
        "Runbook: https://runbooks.example/HighErrorRate",
        "critical: the value is above 20% for 5 minutes  /s/a.yaml:17",
        "warning: the value is above 5%  /s/a.yaml:17",
        "sum by (job) (rate(requests_total{status=\"500\"}[5m]))",
        "from the query errors  /s/a.yaml:11",
        "label job: shop",
        "critical: phone (PagerDuty, webhook hooks.example)  by the route urgent",
        "warning: chat (Slack #ops)  by the route route",
        "kept quiet by alertname=\"Watch\" with the same job",
        "metric requests_total  /s/a.yaml:8  counter of requests",
        "from service shop",
        "panel \"Errors\" on main  /s/a.yaml:28  https://grafana.example/d/s-main",
        "1. Look.",
        "alert/missing-for: noise is fine",
        "alert/overlapping: two levels on purpose",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in\n{text}");
    }
    assert_eq!(page.json["rules"][0]["thresholds"][0]["number"], 0.2);
    assert_eq!(page.json["related_panels"][0]["title"], "All");
    assert_eq!(page.json["told"][0]["ways"][1]["channel"], "hooks.example");
}

#[test]
fn no_secret_is_shown() {
    for name in ["HighErrorRate", "chat", "phone"] {
        let page = page(SPEC, name);
        let all = format!("{}{}", page.human(false), page.json);
        for secret in ["SECRET", "hunter2", "T0KEN", "key=1", "user"] {
            assert!(!all.contains(secret), "{secret} in {all}");
        }
    }
}

#[test]
fn a_metric() {
    let text = page(SPEC, "requests_total").human(false);
    for expected in [
        "counter of requests",
        "Requests handled.",
        "service shop  /s/a.yaml:8",
        "status: 200, 500  (2)",
        "at most 2 series",
        "alert HighErrorRate  /s/a.yaml:15  through the query errors  /s/a.yaml:12",
        "panel \"All\" on main  /s/a.yaml:28",
        "rate() needs two scrapes, a range of 30 seconds at least; 1 minute lets one be missed",
        "kept for 15 days",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in\n{text}");
    }
    let histogram = page(SPEC, "size_bytes_bucket");
    let text = histogram.human(false);
    assert!(text.contains("histogram of bytes") && text.contains("le: +Inf, 10.0, 100.0"), "{text}");
    assert!(text.contains("nothing bounds the values of user") && text.contains("nothing reads it"), "{text}");
    assert_eq!(histogram.json["series"][0]["name"], "size_bytes_bucket");
}

#[test]
fn everything_has_a_page() {
    let world = MemoryWorld::with_files([("/s/a.yaml", SPEC)]);
    let resolved = pipeline::resolve(&world, Path::new("/s"), None).unwrap();
    let model = resolved.model.unwrap();
    let graph = Graph::of(&model, &resolved.sources);
    let about = About { model: &model, sources: &resolved.sources, graph: &graph, suppressions: &[] };
    for (id, node) in graph.nodes().iter().enumerate() {
        let page = about.page(id);
        assert!(page.json["kind"] == node.kind.word() && !page.human(false).is_empty());
    }
    let absent = about.page(graph.named("Watch")[0]).human(false);
    assert!(absent.contains("made by Prometheus itself"), "{absent}");
    let shop = about.page(graph.named("shop")[0]).human(false);
    assert!(shop.contains("targets: shop:8080") && shop.contains("Metrics that nothing reads: 1"), "{shop}");
    let dashboard = about.page(graph.named("main")[0]).human(false);
    assert!(dashboard.contains("Errors: requests_total"), "{dashboard}");
}

#[test]
fn what_a_terminal_would_obey_is_made_visible() {
    let spec = "services: {s: {port: 1, metrics: {define: {m: {type: gauge, help: \"a\\e[2Jb\"}}}}}";
    let text = page(spec, "m").human(true);
    assert!(text.contains("a␛[2Jb"), "{text}");
}

#[test]
fn names_that_nothing_has() {
    let world = MemoryWorld::with_files([("/s/a.yaml", SPEC)]);
    let resolved = pipeline::resolve(&world, Path::new("/s"), None).unwrap();
    let graph = Graph::of(&resolved.model.unwrap(), &resolved.sources);
    assert_eq!(names::help_for(&graph, "HighErorRate"), "did you mean `HighErrorRate`?");
    assert_eq!(names::help_for(&graph, "alert:HighErorRate"), "did you mean `HighErrorRate`?");
    assert_eq!(names::help_for(&graph, "requests_totl"), "did you mean `requests_total`?");
    assert_eq!(names::help_for(&graph, "promql/unknwn-label"), "did you mean `promql/unknown-label`?");
    assert!(!names::help_for(&graph, "").is_empty());
}
