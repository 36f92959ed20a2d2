use std::path::Path;
use std::sync::{Arc, LazyLock};

use super::*;
use crate::packs;
use crate::pipeline::{self, Resolved};
use crate::spec::Spec;
use crate::world::MemoryWorld;

const SPEC: &str = r##"stack: {name: s, retention: 15d, grafana: {port: 3000}}
services:
  shop:
    port: 8080
    metrics:
      define:
        requests_total: {type: counter, unit: requests, help: Requests., labels: {status: ["200", "500"], method: {max: 4}}}
        queue_length: {type: gauge, unit: jobs, help: Jobs that wait.}
        latency_seconds: {type: histogram, unit: seconds, buckets: [0.1, 1]}
  cart: {port: 8081, metrics: {define: {carts_total: {type: counter}}}}
queries:
  errors:
    expr: sum by (job) (rate(requests_total{status="500"}[$window])) / sum by (job) (rate(requests_total[$window]))
recording_rules:
  job:requests:rate5m: {expr: "sum by (job) (rate(requests_total[5m]))"}
alerts:
  Errors: {query: errors, above: 5%, for: 5m, severity: critical, summary: Errors}
  Idle: {expr: "job:requests:rate5m < 1", for: 10m, severity: warning, summary: Idle}
  Queue: {query: queue, above: 10, severity: warning, summary: Queue}
  Range: {expr: "sum by (job) (queue_length)", outside: [2, 100], severity: info, summary: Range}
  Levels: {expr: "sum by (job) (queue_length)", levels: {critical: {above: 50}, warning: {above: 20}}, summary: Levels}
dashboards:
  main:
    title: Main
    rows:
      - title: Top
        panels:
          - {title: Errors, kind: stat, query: errors}
          - {title: Queue, kind: timeseries, expr: sum(queue_length)}
notifications:
  receivers:
    chat: {slack: {channel: "#ops", webhook_url: {env: A}}}
    phone: {pagerduty: {routing_key: {env: B}}}
  route:
    receiver: chat
    routes:
      - {matchers: ['severity="critical"'], receiver: phone, continue: true}
      - {receiver: chat}
  inhibit: [{source_matchers: ['alertname="Errors"'], target_matchers: ['alertname="Idle"'], equal: [job]}]
"##;

fn spec() -> String {
    SPEC.replace("queries:\n", "queries:\n  queue: {expr: sum by (job) (queue_length)}\n")
}

/// A spec, resolved over packs that are read once for all tests.
fn resolved(spec: &str) -> Resolved {
    load(&MemoryWorld::with_files([("/s/a.yaml", spec)]))
}

fn load(world: &MemoryWorld) -> Resolved {
    static SHIPPED: LazyLock<(Sources, Arc<Spec>)> = LazyLock::new(|| {
        let mut sources = Sources::default();
        let shipped = packs::shipped(&mut sources);
        (sources, Arc::new(shipped))
    });
    let (mut sources, shipped) = SHIPPED.clone();
    let loaded = crate::load::load(world, &mut sources, Path::new("/s"), None).unwrap();
    let (spec, mut diagnostics) = pipeline::decode(loaded);
    let model = crate::resolve::resolve(Arc::new(spec.unwrap()), shipped, &sources, &mut diagnostics);
    Resolved { sources, model: Some(model), whole: true, suppressions: Vec::new(), diagnostics }
}

fn between(old: &str, new: &str) -> Diff {
    let [old, new] = [old, new].map(resolved);
    let side = |resolved: &'static Resolved| Side { model: resolved.model.as_ref().unwrap(), sources: &resolved.sources };
    let [old, new] = [old, new].map(|resolved| side(Box::leak(Box::new(resolved))));
    compare(&old, &new, ["old".to_owned(), "new".to_owned()])
}

/// The changes when one text of the spec becomes another, a line each.
fn changes(from: &str, to: &str) -> Vec<String> {
    let old = spec();
    assert!(old.contains(from), "{from:?} is not in the spec");
    lines(&between(&old, &old.replacen(from, to, 1)))
}

fn lines(diff: &Diff) -> Vec<String> {
    diff.changes
        .iter()
        .map(|change| {
            let details = change.details.iter().map(|detail| {
                let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
                format!("; {}: {} -> {}", detail.what, text(&detail.before), text(&detail.after))
            });
            let breaks = change.breaks.iter().map(|broken| format!("; breaks {} {}", broken.noun, broken.name));
            let all: String = details.chain(breaks).collect();
            format!("{} {} {}{all}", change.subject.word(), change.name, change.verb.word())
        })
        .collect()
}

#[test]
fn order_layout_and_files_mean_nothing() {
    let old = spec();
    assert!(between(&old, &old).is_empty());
    // Another layout of expressions.
    assert_eq!(changes("sum by (job) (queue_length)}", "'((sum(queue_length) by(job)))'}"), [""; 0]);
    assert_eq!(changes("expr: sum(queue_length)}", "expr: '( sum( queue_length ) )'}"), [""; 0]);
    assert_eq!(changes("above: 5%", "above: 0.05"), [""; 0]);
    assert_eq!(changes("for: 10m", "for: 600s"), [""; 0]);
    assert_eq!(changes("[\"200\", \"500\"]", "[\"500\", \"200\"]"), [""; 0]);
    // Another order, and other files.
    let parts: Vec<&str> = vec!["stack", "services", "queries", "recording_rules", "alerts", "dashboards", "notifications"];
    let starts: Vec<usize> =
        parts.iter().map(|part| old.find(&format!("{part}:\n")).or_else(|| old.find(&format!("{part}:"))).unwrap()).collect();
    let ends = starts.iter().skip(1).copied().chain([old.len()]);
    let files: Vec<(String, String)> = starts
        .iter()
        .zip(ends)
        .enumerate()
        .map(|(n, (start, end))| (format!("/s/{}.yaml", 9 - n), old[*start..end].to_owned()))
        .collect();
    let world = MemoryWorld::with_files(files);
    let new = load(&world);
    let old = resolved(&old);
    let sides = [&old, &new].map(|side| Side { model: side.model.as_ref().unwrap(), sources: &side.sources });
    assert_eq!(lines(&compare(&sides[0], &sides[1], [String::new(), String::new()])), [""; 0]);
}

#[test]
fn alerts_are_loosened_and_tightened() {
    let one = |from: &str, to: &str| changes(from, to).join(" | ");
    assert_eq!(one("above: 5%", "above: 10%"), "alert Errors loosened; threshold: > 5% -> > 10%");
    assert_eq!(one("above: 5%", "above: 1%"), "alert Errors tightened; threshold: > 5% -> > 1%");
    assert_eq!(one("above: 5%", "at_least: 5%"), "alert Errors tightened; threshold: > 5% -> >= 5%");
    assert_eq!(one("above: 5%", "below: 5%"), "alert Errors changed; threshold: > 5% -> < 5%");
    assert_eq!(one("< 1", "< 2"), "alert Idle tightened; threshold: < 1 -> < 2");
    assert_eq!(one("< 1", "<= 0.5"), "alert Idle loosened; threshold: < 1 -> <= 0.5");
    assert_eq!(one("outside: [2, 100]", "outside: [1, 200]"), "alert Range loosened; threshold: < 2 or > 100 -> < 1 or > 200");
    assert_eq!(one("outside: [2, 100]", "outside: [3, 200]"), "alert Range changed; threshold: < 2 or > 100 -> < 3 or > 200");
    assert_eq!(one("for: 5m", "for: 1h"), "alert Errors loosened; for: 5m -> 1h");
    assert_eq!(one("for: 10m, ", ""), "alert Idle tightened; for: 10m -> 0s");
    assert_eq!(one("above: 5%, for: 5m", "above: 9%, for: 1m"), "alert Errors changed; threshold: > 5% -> > 9%; for: 5m -> 1m");
    assert_eq!(
        one("severity: warning, summary: Queue", "severity: warning, summary: Q"),
        "alert Queue changed; annotation summary: Queue -> Q"
    );
    assert_eq!(
        one("severity: critical, summary: Errors", "severity: warning, summary: Errors"),
        "alert Errors loosened; severity: critical -> warning; told: chat, phone -> chat"
    );
    assert_eq!(
        one("critical: {above: 50}, ", ""),
        "alert Levels loosened; critical: sum by (job) (queue_length) > 50 (critical) -> -"
    );
    assert_eq!(
        one("critical: {above: 50}", "critical: {above: 40}"),
        "alert Levels tightened; critical: threshold: > 50 -> > 40"
    );
    assert_eq!(
        one("job:requests:rate5m < 1", "job:requests:rate5m * 2 < 1"),
        "alert Idle changed; expression: job:requests:rate5m -> job:requests:rate5m * 2"
    );
    assert_eq!(one("summary: Idle}", "summary: Idle, status: planned}"), "alert Idle loosened; status: active -> planned");
    assert_eq!(one("  Idle:", "  Quiet:"), "alert Idle renamed; name: Idle -> Quiet");
    let queue = "  Queue: {query: queue, above: 10, severity: warning, summary: Queue}\n";
    assert_eq!(one(queue, ""), "alert Queue removed; fired: sum by (job) (queue_length) > 10 (warning) -> -");
    let added = between(&spec().replacen(queue, "", 1), &spec());
    assert_eq!(lines(&added), ["alert Queue added; fires: - -> sum by (job) (queue_length) > 10 (warning)"]);
}

#[test]
fn a_metric_that_goes_breaks_queries() {
    let gone = changes("        queue_length: {type: gauge, unit: jobs, help: Jobs that wait.}\n", "");
    assert_eq!(gone.len(), 2, "{gone:?}");
    assert_eq!(
        gone[0],
        "metric queue_length removed; exposed by: shop -> -; breaks alert Levels; breaks alert Queue; breaks alert Range; \
         breaks panel main/queue"
    );
    assert!(gone[1].starts_with("service shop changed; series:"), "{gone:?}");
    let renamed = changes("        queue_length:", "        queue_jobs:");
    assert_eq!(
        renamed,
        ["metric queue_length renamed; name: queue_length -> queue_jobs; breaks alert Levels; breaks alert Queue; \
          breaks alert Range; breaks panel main/queue"]
    );
    let new = spec().replace("queue_length", "queue_jobs");
    let clean = between(&spec(), &new);
    assert_eq!(clean.broken(), 0);
    assert!(clean.changes.iter().any(|change| change.verb == Verb::Renamed && change.name == "queue_length"));
    let diff = between(&spec(), &spec().replacen("        queue_length:", "        queue_jobs:", 1));
    assert_eq!(diff.changes[0].breaks[1].place.as_ref().unwrap().to_string(), "/s/a.yaml:12");
}

#[test]
fn labels_kinds_and_sizes_of_metrics() {
    let without = changes("status: [\"200\", \"500\"], ", "");
    assert!(without[0].starts_with("metric requests_total changed; label status: 200, 500 -> -; series: at most 8 -> at most 4; breaks alert Errors; breaks panel main/errors"), "{without:?}");
    let wider = changes("method: {max: 4}", "method: {max: 40}");
    assert_eq!(
        wider[0],
        "metric requests_total changed; label method: any value, at most 4 -> any value, at most 40; series: at most 8 -> at most 80"
    );
    let open = changes("method: {max: 4}", "method: {}");
    assert!(open[0].ends_with("series: at most 8 -> no bound"), "{open:?}");
    let kind = changes("queue_length: {type: gauge, unit: jobs", "queue_length: {type: counter, unit: things");
    assert!(
        kind.iter().any(|line| line.contains("metric queue_length changed; type: gauge -> counter; unit: jobs -> things")),
        "{kind:?}"
    );
    let added = changes(
        "metrics: {define: {carts_total: {type: counter}}}",
        "metrics: {define: {carts_total: {type: counter}, x: {type: gauge, labels: {a: {max: 7}}}}}",
    );
    assert_eq!(added[0], "metric x added; exposed by: - -> cart; series: - -> at most 7");
}

#[test]
fn records_services_dashboards() {
    let record = "recording_rules:\n  job:requests:rate5m: {expr: \"sum by (job) (rate(requests_total[5m]))\"}\n";
    assert_eq!(changes(record, ""), ["record job:requests:rate5m removed; breaks alert Idle"]);
    assert_eq!(
        changes("(rate(requests_total[5m]))\"}", "(rate(requests_total[1m]))\"}"),
        [
            "record job:requests:rate5m changed; expression: sum by (job) (rate(requests_total[5m])) -> sum by (job) (rate(requests_total[1m]))"
        ]
    );
    let service = changes("  cart: {port: 8081, metrics: {define: {carts_total: {type: counter}}}}\n", "");
    assert!(service.contains(&"metric carts_total removed; exposed by: cart -> -".to_owned()), "{service:?}");
    assert!(service.iter().any(|line| line.starts_with("service cart removed; targets: cart:8081 -> -")), "{service:?}");
    let moved = changes("port: 8080", "port: 9090");
    assert_eq!(moved, ["service shop changed; targets: shop:8080 -> shop:9090"]);
    assert_eq!(
        changes("          - {title: Queue, kind: timeseries, expr: sum(queue_length)}\n", ""),
        ["panel main/Queue removed; showed: sum(queue_length) -> -"]
    );
    assert_eq!(changes("{title: Queue,", "{title: Waiting,"), ["panel main/Waiting changed; title: Queue -> Waiting"]);
    assert_eq!(changes("kind: timeseries", "kind: stat"), ["panel main/Queue changed; kind: timeseries -> stat"]);
    let dashboard = between(&spec(), &spec().replace("  main:\n", "  other:\n"));
    let dashboard = lines(&dashboard);
    assert_eq!(dashboard, ["dashboard main removed; held: 2 panels -> -", "dashboard other added; holds: - -> 2 panels"]);
}

#[test]
fn who_is_told() {
    assert_eq!(changes("channel: \"#ops\"", "channel: \"#all\""), ["receiver chat changed; told by: Slack #ops -> Slack #all"]);
    assert_eq!(
        changes("routing_key: {env: B}", "routing_key: {env: SECRET_C}"),
        ["receiver phone changed; settings: - -> differ"]
    );
    let route = changes("      - {matchers: ['severity=\"critical\"'], receiver: phone, continue: true}\n", "");
    assert_eq!(
        route,
        [
            "alert Errors loosened; told: chat, phone -> chat",
            "alert Levels changed; critical: told: chat, phone -> chat",
            "route severity=\"critical\" to phone, and on removed",
        ]
        .map(|line| line.replace("Levels changed", "Levels loosened"))
    );
    assert_eq!(
        changes(", equal: [job]}", "}"),
        [
            "inhibition alertname=\"Errors\" keeps alertname=\"Idle\" quiet with the same job removed",
            "inhibition alertname=\"Errors\" keeps alertname=\"Idle\" quiet added",
        ]
        .iter()
        .rev()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
    );
    let retention = changes("retention: 15d", "retention: 30d");
    assert!(retention.contains(&"setting retention changed; value: 15d -> 30d".to_owned()), "{retention:?}");
    assert!(retention.iter().any(|line| line.starts_with("container prometheus changed; command:")), "{retention:?}");
}

#[test]
fn names_stay_names_in_markdown_and_on_a_terminal() {
    let hostile = "a``b|<img src=x onerror=alert(1)>`@team #1 **x** [l](u)";
    let old = spec();
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let title = format!("title: {},", quoted(&format!("{hostile}\u{1b}[2J")));
    let new = old.replace("title: Queue,", &title).replace("  cart:", &format!("  {}:", quoted(hostile)));
    let diff = between(&old, &new);
    let markdown = markdown(&diff);
    for line in markdown.lines().filter(|line| line.contains("<img")) {
        let span = line.split("```").nth(1).unwrap();
        assert!(span.contains("<img src=x onerror=alert(1)>"), "{line}");
        assert_eq!(line.matches("<img").count(), line.split("```").filter(|part| part.contains("<img")).count(), "{line}");
    }
    assert!(!markdown.contains('\u{1b}') && !human(&diff, false).contains('\u{1b}'));
    let json = json(&diff);
    assert!(json["changes"].as_array().unwrap().iter().any(|change| change["name"].as_str().unwrap().contains("<img")));
    let none = between(&old, &old);
    assert!(human(&none, false).starts_with("no change in meaning between old and new"));
    assert!(super::markdown(&none).contains("No change in meaning between `old` and `new`."));
}
