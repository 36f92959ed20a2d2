//! Specs that are out to hurt: through the decoder, and as far as `build` takes them.

use crate::program::{Run, head, run};
use crate::texts::{DEEP, deep_expressions, not_utf8, ten_megabytes};

fn build(name: &str, spec: impl AsRef<[u8]>) -> Run {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("specs")).unwrap();
    std::fs::write(folder.path().join("specs").join(name), spec).unwrap();
    run(folder.path(), &["build"], b"")
}

#[test]
fn nothing_is_built_from_what_is_too_deep_or_no_text() {
    let mut texts = vec![
        ("lists", format!("stack: {}", "[".repeat(DEEP))),
        ("raw fields", format!("stack: {{name: a, prometheus: {}", "{a: ".repeat(DEEP))),
        ("routes", format!("notifications: {{route: {}", "{routes: [".repeat(DEEP))),
    ];
    for (what, text) in deep_expressions().into_iter().filter(|(what, _)| !what.contains("pattern")).take(4) {
        let quoted = serde_json::to_string(&text).unwrap();
        texts.push((what, format!("stack: {{name: a}}\nqueries: {{q: {{expr: {quoted}}}}}\n")));
    }
    for (what, text) in texts {
        build("a.yaml", text).refused(what);
    }
    for (what, bytes) in not_utf8() {
        let run = build("a.yaml", bytes);
        assert!(matches!(run.code, 1 | 2), "{what}: {}", head(&run.text()));
    }
}

#[test]
fn values_beyond_every_limit_come_to_an_end() {
    let texts = [
        "stack: {name: a, scrape_interval: 99999999999999999999999999y}",
        "stack: {name: a, scrape_interval: -5s}",
        "stack: {name: a, retention: 1e400d}",
        "stack: {name: \"\\0\"}",
        "stack: {name: \"../../a\"}",
        "services: {a: {port: 99999999999999999999}}",
        "services: {a: {port: 1e9}}",
        "services: {a: {port: -1}}",
        "services: {\"a/../../b\": {port: {}}}",
        "gpu_targets: {a: {pack: dcgm_exporter, nodes: {range: \"gpu-{0..99999999999}\"}}}",
        "gpu_targets: {a: {pack: dcgm_exporter, nodes: {range: \"gpu-{1..\"}}}",
        "metric_sets: {a: {b: {type: histogram, buckets: [1e999, .nan, x]}}}",
        "metric_sets: {a: {b: {type: gauge, range: [5, 1], unit: \"a/b/c/d/e/f*(\"}}}",
        "alerts: {A: {expr: up, above: 99999999999999999999999999999 celsius, for: 9999999999999999y}}",
        "alerts: {A: {query: q}}\nqueries: {q: {expr: \"$a\", params: {a: $b, b: $a}}}",
        "variables: {a: {default: '${var.b}'}, b: {default: '${var.a}'}}\nstack: {name: '${var.a}'}",
    ];
    for text in texts {
        let run = build("a.yaml", format!("{text}\n"));
        assert!(run.code <= 2, "{text}: {}", head(&run.text()));
    }
}

#[test]
fn long_specs_come_to_an_end() {
    let metrics: String = (0..20_000).map(|n| format!("    m{n}_total: {{type: counter, help: x}}\n")).collect();
    let texts = [
        ("a help text", format!("stack: {{name: a}}\nservices: {{a: {{port: 1, help: \"{}\"}}}}\n", ten_megabytes("x"))),
        ("metrics", format!("metric_sets:\n  a:\n{metrics}")),
        ("a name", format!("services:\n  ? {}\n  : {{port: 1}}\n", ten_megabytes("a"))),
        ("line ends of Windows", "\u{feff}stack: {name: a}\r\nservices:\r\n  a:\r\n    port: 1\r\n".to_owned()),
    ];
    for (what, text) in texts {
        let run = build("a.yaml", text);
        assert!(run.code <= 2, "{what}: {}", head(&run.text()));
    }
    let json = format!(
        "{{\"stack\": {{\"name\": \"a\"}}, \"services\": {{\"a\": {{\"help\": \"\\ud800\"}}, \"b\": {}",
        "[".repeat(DEEP)
    );
    build("a.json", json).refused("JSON");
}
