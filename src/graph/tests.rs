use std::path::Path;

use super::*;
use crate::pipeline;
use crate::world::MemoryWorld;

const SPEC: &str = r##"
services:
  shop:
    port: 8080
    metrics:
      define:
        requests_total: {type: counter, unit: requests, labels: {status: {max: 5}}}
        latency_seconds: {type: histogram, unit: seconds, buckets: [0.1, 1]}
        forgotten: {type: gauge}
queries:
  rate_of_requests: {expr: "sum by (job) (rate(requests_total[$window]))", record: {as: "job:requests:rate", windows: [5m]}}
  idle: {expr: "sum(latency_seconds_count)"}
recording_rules:
  job:latency:sum: {expr: "sum by (job) (rate(latency_seconds_sum[5m]))"}
alerts:
  Busy: {query: rate_of_requests, above: 5, severity: critical, summary: Busy}
  Slow: {expr: "job:latency:sum > 3", severity: warning, summary: Slow}
  Gone: {expr: "nothing_such > 3", severity: warning, summary: Gone}
dashboards:
  main:
    title: Main "one" <b>
    variables: {job: {values_of: up.job}}
    rows:
      - panels:
          - {title: "A \"quoted\" | `panel` #1; end", kind: stat, query: rate_of_requests}
          - {title: Words, kind: text, content: nothing}
notifications:
  receivers:
    page: {slack: {channel: "#a", webhook_url: {env: X}}}
    nobody: {email: {to: a@b.c}}
  route: {receiver: page}
"##;

fn graph() -> Graph {
    graph_of(SPEC)
}

fn graph_of(spec: &str) -> Graph {
    let world = MemoryWorld::with_files([("/s/a.yaml", spec)]);
    let resolved = pipeline::resolve(&world, Path::new("/s"), None).unwrap();
    Graph::of(&resolved.model.unwrap(), &resolved.sources)
}

fn ids(graph: &Graph, readers: &[Reader]) -> Vec<String> {
    readers.iter().map(|reader| graph.node(reader.node).id()).collect()
}

#[test]
fn what_reads_a_metric_is_found_through_queries() {
    let graph = graph();
    let requests = graph.find(Kind::Metric, "requests_total").unwrap();
    let readers = graph.readers(requests);
    assert_eq!(ids(&graph, &readers), ["record:job:requests:rate5m", "alert:Busy", "panel:main/a-quoted-panel-1-end"]);
    assert!(readers.iter().all(|reader| reader.through.is_some() && reader.place.is_some()));
    let latency = graph.find(Kind::Metric, "latency_seconds_bucket").unwrap();
    assert_eq!(graph.node(latency).name, "latency_seconds");
    assert_eq!(ids(&graph, &graph.readers(latency)), ["record:job:latency:sum"]);
    let record = graph.find(Kind::Record, "job:latency:sum").unwrap();
    assert_eq!(ids(&graph, &graph.readers(record)), ["alert:Slow"]);
    let up = graph.find(Kind::Metric, "up").unwrap();
    assert_eq!(ids(&graph, &graph.readers(up)), ["dashboard:main"]);
}

#[test]
fn loose_ends_are_seen() {
    let graph = graph();
    let loose: Vec<String> = (0..graph.nodes().len())
        .filter(|id| !graph.node(*id).shipped)
        .filter_map(|id| Some(format!("{} {}", graph.node(id).id(), graph.loose(id)?)))
        .collect();
    assert_eq!(
        loose,
        [
            "metric:forgotten nothing reads it",
            "metric:nothing_such does not exist",
            "query:idle nothing uses it",
            "record:job:requests:rate5m nothing reads it",
            "receiver:nobody no alert goes to it",
        ]
    );
}

#[test]
fn the_part_between_two_things() {
    let graph = graph();
    let find = |text: &str| graph.named(text)[0];
    let view = graph.between(Some(find("service:shop")), Some(find("Slow")));
    let names: Vec<String> = view.nodes.iter().map(|id| graph.node(*id).id()).collect();
    assert_eq!(names, ["service:shop", "metric:latency_seconds", "record:job:latency:sum", "alert:Slow"]);
    assert_eq!(view.edges.len(), 3);
    assert!(graph.between(Some(find("Slow")), Some(find("service:shop"))).nodes.is_empty());
}

#[test]
fn names_that_several_things_have() {
    let graph = graph_of(
        "services: {page: {port: 1, metrics: {define: {m: {type: gauge}}}}}\nalerts: {page: {expr: m > 1}}\n\
         notifications: {receivers: {page: {email: {to: a@b.c}}}}",
    );
    let ids: Vec<String> = graph.named("page").iter().map(|id| graph.node(*id).id()).collect();
    assert_eq!(ids, ["service:page", "alert:page", "receiver:page"]);
    assert_eq!(graph.named("alert:page").len(), 1);
    assert!(graph.named("alert:nobody").is_empty() && graph.named("").is_empty());
}

#[test]
fn texts_cannot_leave_their_quotes() {
    let graph = graph();
    let view = graph.view().counting_unread();
    let mermaid = mermaid(&view);
    assert!(mermaid.contains("panel<br/>A #34;quoted#34; #124; #96;panel#96; #35;1#59; end"), "{mermaid}");
    for line in mermaid.lines().filter(|line| line.contains(":::")) {
        assert_eq!(line.matches('"').count(), 2, "{line}");
    }
    let dot = dot(&view);
    assert!(dot.contains(r#"label="panel\nA \"quoted\" | `panel` #1; end""#), "{dot}");
    assert_eq!(mermaid, super::mermaid(&self::graph().view().counting_unread()));
}

/// Hundreds of services that share a set of metrics, with as many alerts on each.
#[test]
fn a_large_stack() {
    use std::fmt::Write as _;
    let mut spec = String::from("metric_sets:\n  common:\n");
    for n in 0..20 {
        let _ = writeln!(spec, "    m{n}_total: {{type: counter}}");
    }
    spec.push_str("services:\n");
    for n in 0..300 {
        let _ = writeln!(spec, "  s{n}: {{port: 80, metrics: {{use: [common]}}}}");
    }
    spec.push_str("alerts:\n");
    for n in 0..300 {
        let _ = writeln!(spec, "  A{n}: {{expr: 'rate(m{}_total{{job=\"s{n}\"}}[5m]) > 1'}}", n % 20);
    }
    let graph = graph_of(&spec);
    assert_eq!(graph.readers(graph.find(Kind::Metric, "m7_total").unwrap()).len(), 15);
    assert!(graph.edges().len() >= 6_300);
}
