//! From files in memory to findings, as `lint` goes.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::LintSettings;
use crate::pipeline;
use crate::source::Sources;
use crate::world::MemoryWorld;

struct Found {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
}

impl Found {
    /// Rule and the text that it points at.
    fn told(&self) -> Vec<(&str, &str)> {
        let text = |found: &Diagnostic| found.span.map_or("", |span| self.sources.text(span));
        self.diagnostics.iter().map(|found| (found.rule, text(found).lines().next().unwrap_or(""))).collect()
    }

    fn errors(&self) -> Vec<(&str, &str)> {
        let errors = self.diagnostics.iter().zip(self.told()).filter(|(found, _)| found.severity == Severity::Error);
        errors.map(|(_, told)| told).collect()
    }

    fn of(&self, family: &str) -> Vec<(&str, &str)> {
        self.told().into_iter().filter(|(rule, _)| rule.starts_with(family)).collect()
    }
}

fn lint(files: &[(&str, &str)], paths: &[&str], catalogs: &[&str]) -> Found {
    let world = MemoryWorld::with_files(files.iter().copied());
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let catalogs: Vec<PathBuf> = catalogs.iter().map(PathBuf::from).collect();
    let linted = pipeline::lint(&world, &paths, &catalogs, None, &LintSettings::default()).unwrap();
    Found { sources: linted.sources, diagnostics: linted.diagnostics }
}

fn lint_rules(text: &str) -> Found {
    lint(&[("/r/rules.yml", text)], &["/r/rules.yml"], &[])
}

#[test]
fn what_promtool_refuses() {
    let refused = [
        ("groups: [{name: a, rules: []}, {name: a, rules: []}]", "a"),
        ("groups: [{rules: []}]", ""),
        ("groups: [{name: a, interval: 5x}]", "5x"),
        ("groups: [{name: a, limit: many}]", "many"),
        ("groups: [{name: a, rule: []}]", "rule"),
        ("group: []\ngroups: []", "group"),
        ("groups: {}", "{}"),
        ("groups: [{name: a, rules: [{alert: A}]}]", "A"),
        ("groups: [{name: a, rules: [{alert: A, expr: ''}]}]", "A"),
        ("groups: [{name: a, rules: [{expr: up}]}]", ""),
        ("groups: [{name: a, rules: [{alert: A, record: b, expr: up}]}]", "b"),
        ("groups: [{name: a, rules: [{record: b, expr: up, for: 5m}]}]", "for"),
        ("groups: [{name: a, rules: [{record: b, expr: up, keep_firing_for: 5m}]}]", "keep_firing_for"),
        ("groups: [{name: a, rules: [{record: b, expr: up, annotations: {x: y}}]}]", "annotations"),
        ("groups: [{name: a, rules: [{record: 'b{c=\"d\"}', expr: up}]}]", "'b{c=\"d\"}'"),
        ("groups: [{name: a, rules: [{alert: A, expr: up == 0, for: 5}]}]", "5"),
        ("groups: [{name: a, rules: [{alert: A, expr: up == 0, annotation: {x: y}}]}]", "annotation"),
        ("groups: [{name: a, rules: [{alert: A, expr: up == 0, labels: [x]}]}]", "[x]"),
        ("groups: [{name: a, rules: [{alert: A, expr: up == 0, labels: {__name__: x}}]}]", "__name__"),
        ("groups: [{name: a, rules: [{alert: A, expr: [up]}]}]", "[up]"),
        ("groups: [{name: a, rules: [x]}]", "x"),
    ];
    for (text, place) in refused {
        assert_eq!(lint_rules(text).of("foreign/"), [("foreign/invalid-rule", place)], "{text}");
    }
}

#[test]
fn what_promtool_accepts() {
    let accepted = [
        "groups:",
        "groups: []",
        "groups: [{name: a, rules:}]",
        "groups: [{name: a, interval: 0s, query_offset: 1m, limit: 0, labels: {team: x}, rules: []}]",
        "groups: [{name: a, partial_response_strategy: warn, rules: []}]",
        "groups: [{name: a, rules: [{record: b, expr: 1, for: 0s, labels: {n: 5, on: true, none: }}]}]",
        "groups: [{name: a, rules: [{alert: A, expr: up == 0, for: 1h30m, keep_firing_for: 5m, labels: {severity: x}, annotations: {summary: y}}]}]",
    ];
    for text in accepted {
        let found = lint_rules(text);
        assert!(found.errors().is_empty() && found.of("foreign/").is_empty(), "{text}: {:?}", found.told());
    }
    let vmalert = lint_rules("groups: [{name: a, concurrency: 2, rules: []}]");
    assert!(vmalert.diagnostics[0].help.as_deref().unwrap().starts_with("vmalert knows it"));
    let utf8 = lint_rules("groups: [{name: a, rules: [{record: 'a.b', expr: up, labels: {'c-d': x}}]}]");
    assert!(utf8.errors().is_empty(), "version 3 takes it");
    assert_eq!(utf8.of("foreign/").len(), 2, "older ones do not");
}

#[test]
fn places_are_right_in_every_style_of_scalar() {
    let folded = "groups:\n- name: g\n  rules:\n  - record: a:b\n    expr: >-\n      sum by (job)\n        (rate(x[5m])) +\n      nope(\n        \"ä\")\n";
    assert_eq!(lint_rules(folded).errors(), [("promql/syntax-error", "nope")]);
    let quoted = "groups: [{name: g, rules: [{record: 'a:b', expr: \"sum(\\x78) + \\\"\\u00e4\\\" == nope()\"}]}]";
    assert!(lint_rules(quoted).errors().iter().any(|(_, text)| *text == "nope"), "{:?}", lint_rules(quoted).errors());
    let json = r#"{"title": "t", "panels": [{"type": "stat", "title": "p", "datasource": {"type": "prometheus"},
        "targets": [{"refId": "A", "expr": "label_replace(x, \"a\", \"\u00e4\", \"b\", \"c\") + nope(up)"}]}]}"#;
    let found = lint(&[("/d.json", json)], &["/d.json"], &[]);
    assert_eq!(found.errors(), [("promql/syntax-error", "nope")]);
}

#[test]
fn recorded_series_are_known_and_others_are_not_judged() {
    let found = lint_rules(
        "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: sum by (instance) (job:errors:rate5m) > 1 and unknown_metric > 0\n    annotations: {summary: x}\n\
         \x20 - record: job:errors:rate5m\n    expr: sum by (job) (other:rate5m)\n  - record: other:rate5m\n    expr: rate(errors_total[5m])\n",
    );
    assert_eq!(found.errors(), [("promql/grouping-by-absent-label", "instance")]);
}

#[test]
fn rules_without_groups_resources_and_lists_of_them() {
    let rule = "{alert: A, expr: nope(up), annotations: {summary: x}}";
    let files = [
        ("/a.yml", format!("- {rule}\n- {{record: 'a:b', expr: up}}\n")),
        ("/b.yml", format!("- name: g\n  rules: [{rule}]\n")),
        (
            "/c.yml",
            format!(
                "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec: {{groups: [{{name: g, rules: [{rule}]}}]}}\n"
            ),
        ),
        (
            "/d.yml",
            format!(
                "apiVersion: v1\nkind: List\nitems: [{{apiVersion: x, kind: PrometheusRule, spec: {{groups: [{{name: g, rules: [{rule}]}}]}}}}]\n"
            ),
        ),
        ("/e.yml", format!("groups: []\n---\n---\ngroups: [{{name: g, rules: [{rule}]}}]\n")),
        ("/f.rules", format!("groups: [{{name: g, rules: [{rule}]}}]\n")),
        ("/g", format!("{{\"groups\": [{{\"name\": \"g\", \"rules\": [{}]}}]}}", "{\"alert\": \"A\", \"expr\": \"nope(up)\"}")),
    ];
    for (path, text) in &files {
        let found = lint(&[(path, text)], &[path], &[]);
        assert!(found.errors().iter().all(|(rule, _)| *rule == "promql/syntax-error"), "{path}: {:?}", found.errors());
        assert!(!found.errors().is_empty(), "{path}");
    }
}

#[test]
fn files_inside_of_files_are_placed_where_they_stand() {
    let config_map = "apiVersion: v1\nkind: ConfigMap\ndata:\n  other.txt: 'a: ]'\n  rules.yml: |\n    groups:\n    - name: g\n      rules:\n      - {record: 'a:b', expr: nope(up)}\n";
    let found = lint(&[("/m.yml", config_map)], &["/m.yml"], &[]);
    assert_eq!(found.errors(), [("promql/syntax-error", "nope")]);
    let span = found.diagnostics[0].span.unwrap();
    assert_eq!(found.sources.get(span.source).name, "/m.yml");
    let resource = "apiVersion: grafana.integreatly.org/v1beta1\nkind: GrafanaDashboard\nspec:\n  json: >\n    {\"title\": \"t\", \"panels\": [{\"type\": \"stat\",\n    \"datasource\": {\"type\": \"prometheus\"}, \"targets\": [{\"expr\": \"nope(up)\"}]}]}\n";
    let found = lint(&[("/g.yml", resource)], &["/g.yml"], &[]);
    assert_eq!(found.errors(), [("promql/syntax-error", "nope")]);
}

#[test]
fn files_that_are_nothing_say_so() {
    let one = |path: &str, text: &str| {
        lint(&[(path, text)], &[path], &[]).told().iter().map(|(rule, _)| rule.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(one("/x.yml", "hello: world"), ["foreign/unknown-file"]);
    assert_eq!(one("/x.txt", "hello"), ["foreign/unknown-file"]);
    assert_eq!(one("/x.yml", "{route: {receiver: x}, receivers: []}"), ["foreign/not-linted"]);
    assert_eq!(one("/x.yml", "{rule_files: [], tests: []}"), ["foreign/not-linted"]);
    assert_eq!(one("/x.yml", "services: {a: {image: b}}"), ["foreign/not-linted"]);
    assert_eq!(one("/x.yml", "a: ["), ["spec/syntax"]);
    let folder =
        [("/f/notes.yml", "hello: world"), ("/f/values.yaml", "image: {{ .Values.image }}"), ("/f/rules.yml", "groups: []")];
    let found = lint(&folder, &["/f"], &[]);
    assert!(found.errors().is_empty(), "{:?}", found.told());
}

#[test]
fn a_spec_is_a_spec_and_a_mixture_is_neither() {
    let spec = "stack: {name: x}\nalerts: {A: {expr: nothing > 1, summary: s}}\n";
    let rules = "groups: [{name: g, rules: [{record: 'a:b', expr: nope(up)}]}]";
    let files = [("/s/stack.yaml", spec), ("/r/rules.yml", rules)];
    let found = lint(&files, &["/s", "/r"], &[]);
    let errors = found.errors();
    assert!(errors.contains(&("promql/unknown-metric", "nothing")), "{errors:?}");
    assert!(errors.contains(&("promql/syntax-error", "nope")), "{errors:?}");
    let found = lint(&[("/m/stack.yaml", spec), ("/m/rules.yml", rules)], &["/m"], &[]);
    assert_eq!(found.errors(), [("foreign/mixed-folder", "")]);
}

const CONFIG: &str = "global: {scrape_interval: 30s}\nrule_files: [rules/*.yml, gone.yml]\nscrape_configs:\n- job_name: api\n  static_configs: [{targets: ['a:1', 'b:1'], labels: {zone: x}}]\n- job_name: db\n  static_configs: [{targets: ['c:1']}]\n";

#[test]
fn a_configuration_brings_its_rules_and_its_targets() {
    let rules = "groups: [{name: g, rules: [{alert: A, expr: 'up{job=\"apl\"} == 0', for: 5m, annotations: {summary: s}}, {alert: B, expr: 'up{job=\"api\", zone=\"x\"} == 0', for: 5m, annotations: {summary: s}}]}]";
    let files = [("/p/prometheus.yml", CONFIG), ("/p/rules/a.yml", rules)];
    let found = lint(&files, &["/p/prometheus.yml"], &[]);
    assert_eq!(found.errors(), [("promql/impossible-label-value", "job=\"apl\"")]);
    assert_eq!(found.of("foreign/"), [("foreign/not-linted", "gone.yml")]);
    // The same file reached twice is linted once.
    assert_eq!(lint(&files, &["/p/prometheus.yml", "/p/rules"], &[]).errors().len(), 1);
    let discovered = CONFIG.replace("- job_name: db\n", "- job_name: db\n  kubernetes_sd_configs: [{role: pod}]\n");
    let found = lint(&[("/p/prometheus.yml", &discovered), ("/p/rules/a.yml", rules)], &["/p/prometheus.yml"], &[]);
    assert!(found.errors().is_empty(), "what is discovered may bring any job: {:?}", found.errors());
}

#[test]
fn what_promtool_refuses_of_a_configuration() {
    let job = |rest: &str| format!("scrape_configs: [{{job_name: a{rest}}}]");
    let refused = [
        ("scrape_configs: [{job_name: a}, {job_name: a}]".to_owned(), "a"),
        ("scrape_configs: [{scheme: http}]".to_owned(), ""),
        ("scrape_configs: []\nscrape_config: []".to_owned(), "scrape_config"),
        ("global: {scrape_interval: 10s, scrape_timeout: 20s}".to_owned(), "20s"),
        (job(", scrape_interval: 5s, scrape_timeout: 6s"), "6s"),
        (job(", scrape_interval: 5"), "5"),
        (job(", metrics_pat: /x"), "metrics_pat"),
        (job(", static_configs: [{targets: ['http://x/metrics']}]"), "'http://x/metrics'"),
        (job(", static_configs: [{target: [x]}]"), "target"),
        (job(", relabel_configs: [{action: replce}]"), "replce"),
        (job(", relabel_configs: [{source_labels: [a]}]"), ""),
        (job(", metric_relabel_configs: [{action: hashmod, target_label: x}]"), ""),
    ];
    for (text, place) in refused {
        let found = lint(&[("/prometheus.yml", &text)], &["/prometheus.yml"], &[]);
        assert_eq!(found.of("foreign/"), [("foreign/invalid-config", place)], "{text}");
    }
}

const RULES: &str = "groups:\n- name: g\n  rules:\n  - {alert: A, expr: 'rate(temperature[5m]) > 1', annotations: {summary: s}}\n  - {alert: B, expr: 'nothing{job=\"x\"} > 1', for: 5m, annotations: {summary: s}}\n  - {alert: C, expr: 'redis_connected_clients{wrong=\"x\"} > 1', for: 5m, annotations: {summary: s}}\n";

#[test]
fn a_capture_is_an_open_catalog() {
    let capture = "# TYPE temperature gauge\ntemperature{room=\"a\"} 1\n";
    let found = lint(&[("/r.yml", RULES), ("/metrics", capture)], &["/r.yml"], &["/metrics"]);
    assert_eq!(found.errors(), [("promql/rate-on-gauge", "rate")]);
    let unknown = found.of("promql/unknown-metric");
    assert_eq!(unknown, [("promql/unknown-metric", "nothing"), ("promql/unknown-metric", "redis_connected_clients")]);
}

#[test]
fn a_pack_knows_its_metrics_and_not_its_targets() {
    let found = lint(&[("/r.yml", RULES)], &["/r.yml"], &["pack:redis_exporter@1.55"]);
    assert!(found.errors().is_empty(), "targets may bring labels: {:?}", found.errors());
    let config = "scrape_configs: [{job_name: redis, static_configs: [{targets: ['r:1']}]}]";
    let files = [("/r.yml", RULES), ("/prometheus.yml", config)];
    let found = lint(&files, &["/r.yml", "/prometheus.yml"], &["pack:redis_exporter"]);
    assert_eq!(found.errors(), [("promql/unknown-label", "wrong=\"x\"")], "now the targets are known");
    let found = lint(&files, &["/r.yml"], &["pack:redis_exporter", "/prometheus.yml"]);
    assert_eq!(found.errors(), [("promql/unknown-label", "wrong=\"x\"")]);
    for (wanted, text) in [("pack:redis_exportr", "redis_exportr"), ("pack:redis_exporter@0.1", "redis_exporter@0.1")] {
        assert_eq!(lint(&files, &["/r.yml"], &[wanted]).of("spec/"), [("spec/unknown-name", text)]);
    }
}

#[test]
fn a_spec_is_a_closed_catalog_unless_joined_with_an_open_one() {
    let spec = "stack: {name: x, scrape_interval: 15s}\nservices: {api: {language: other, port: 80, metrics: {define: {temperature: {type: gauge}}}}}\n";
    let capture = "# TYPE redis_connected_clients gauge\nredis_connected_clients 1\n";
    let files = [("/r.yml", RULES), ("/s/stack.yaml", spec), ("/metrics.txt", capture)];
    let rules = |catalogs: &[&str]| {
        let found = lint(&files, &["/r.yml"], catalogs);
        found.errors().iter().map(|(rule, text)| format!("{rule} {text}")).collect::<Vec<_>>()
    };
    let closed = ["promql/rate-on-gauge rate", "promql/unknown-metric nothing", "promql/unknown-metric redis_connected_clients"];
    assert_eq!(rules(&["/s"]), closed);
    assert_eq!(rules(&["/s", "/metrics.txt"]), ["promql/rate-on-gauge rate"]);
    assert!(rules(&[]).is_empty());
}

#[test]
fn a_catalog_that_says_nothing_is_reported() {
    let files = [("/r.yml", "groups: []"), ("/c.yml", "groups: []"), ("/c.txt", "<html>no metrics</html>")];
    for catalog in ["/c.yml", "/c.txt"] {
        assert!(
            lint(&files, &["/r.yml"], &[catalog]).told().iter().any(|(rule, _)| *rule == "foreign/invalid-catalog"),
            "{catalog}"
        );
    }
    let world = MemoryWorld::with_files(files);
    let missing = pipeline::lint(&world, &["/r.yml".into()], &["/none".into()], None, &LintSettings::default());
    assert_eq!(missing.unwrap_err().to_string(), "`/none` does not exist");
    assert!(pipeline::lint(&world, &[Path::new("/none").into()], &[], None, &LintSettings::default()).is_err());
}

#[test]
fn comments_suppress_in_rule_files() {
    let text = "groups:\n- name: g\n  rules:\n  # optiinfra-gen allow alert/no-comparison: on purpose\n  - {alert: A, expr: some_value, for: 5m, annotations: {summary: s}}\n";
    let found = lint_rules(text);
    assert!(found.of("alert/no-comparison").is_empty(), "{:?}", found.told());
    assert!(found.of("lint/").is_empty(), "{:?}", found.told());
}

#[test]
fn hostile_files_end() {
    let deep = format!("groups: {}1{}", "[".repeat(5000), "]".repeat(5000));
    let panels =
        format!("{{\"title\": \"t\", \"panels\": [{}{}]}}", "{\"type\": \"row\", \"panels\": [".repeat(40), "]}".repeat(40));
    let map = "apiVersion: v1\nkind: ConfigMap\ndata: {a: 'DATA'}\n";
    let nested =
        (0..8).fold("groups: []".to_owned(), |inner, _| map.replace("DATA", &inner.replace('\'', "''").replace('\n', "\n\n  ")));
    for text in [
        "groups: [{name: a, rules: [{alert: A, expr: }, {alert: , expr: x}, , {}]}]",
        "groups: [~, 1, [], {}]",
        "scrape_configs: [~, 1, [], {}]\nrule_files: [~, '', '/', '*', '../../**', {}]\nglobal: 3",
        "{\"panels\": 3, \"rows\": {}, \"templating\": {\"list\": 3}, \"title\": {}}",
        "{\"panels\": [3, {}, {\"targets\": 3}, {\"targets\": [3, {\"expr\": 3, \"datasource\": {\"uid\": 3}}]}], \"rows\": [3, {\"panels\": [{}]}]}",
        "{\"title\": \"\", \"panels\": [], \"templating\": {\"list\": [{}, {\"name\": \"\"}, {\"name\": \"a\", \"query\": [1]}]}}",
        "apiVersion: v1\nkind: List\nitems: 3\n",
        "apiVersion: v1\nkind: ConfigMap\ndata: {a: 3, b: , c: 'groups: ['}\n",
        "apiVersion: x\nkind: PrometheusRule\n",
        "apiVersion: grafana/v1\nkind: GrafanaDashboard\nspec: {json: '{\"panels\": '}\n",
        &deep,
        &panels,
        &nested,
    ] {
        let _ = lint(&[("/h/x.yml", text)], &["/h/x.yml"], &["/h/x.yml"]);
        let _ = lint(&[("/h/x.json", text)], &["/h"], &["/h"]);
        let _ = lint(&[("/h/x.rules", text)], &["/h"], &[]);
    }
}

/// A folder whose only file is broken does not pass as one of which nothing is known.
#[test]
fn a_broken_spec_is_a_spec() {
    for (name, text) in [
        ("a.yaml", "# x\nstack: {name: x}\nalerts: {A: ]\n"),
        ("a.json", "{\"alerts\": {\"A\": ]}}"),
        ("a.json", "{\n \"stack\": [}"),
    ] {
        assert_eq!(
            lint(&[(&format!("/s/{name}"), text)], &["/s"], &[]).errors().first().map(|found| found.0),
            Some("spec/syntax"),
            "{text}"
        );
    }
    let other = lint(&[("/s/a.yaml", "values: ]\n  stack: 1\n")], &["/s"], &[]);
    assert_eq!(other.errors(), []);
}
