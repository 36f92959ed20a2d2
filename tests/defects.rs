//! What other linters of rules and dashboards find, each as a small case of its own: a file written elsewhere, without a catalog, and the finding
//! that is expected. The clean cases are what such linters must not stumble over.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to stop")]

use std::path::{Path, PathBuf};

use optiinfra_gen::diagnostic::Severity::{self, Error, Info, Warning};
use optiinfra_gen::lint::LintSettings;
use optiinfra_gen::pipeline;
use optiinfra_gen::world::MemoryWorld;

/// A rule's finding with its severity and the line.
type Finding = (&'static str, Severity, u32);

/// Findings of rules that every other case would have too.
const BESIDE: &[&str] = &["alert/missing-for", "alert/missing-summary", "recording/name-convention", "recording/cycle"];

fn lint(name: &str, text: &str) -> Vec<(String, Severity, u32)> {
    let world = MemoryWorld::default();
    world.put(Path::new("/files").join(name), text);
    let linted = pipeline::lint(&world, &[PathBuf::from("/files").join(name)], &[], None, &LintSettings::default()).unwrap();
    let shown = linted.diagnostics.iter().filter(|found| !BESIDE.contains(&found.rule)).map(|found| {
        let span = found.span.unwrap();
        (found.rule.to_owned(), found.severity, linted.sources.get(span.source).position(span.start).line)
    });
    shown.collect()
}

#[track_caller]
fn check(name: &str, text: &str, expected: &[Finding]) {
    let mut expected: Vec<_> = expected.iter().map(|(rule, severity, line)| ((*rule).to_owned(), *severity, *line)).collect();
    let mut found = lint(name, text);
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "\n{text}");
}

/// Rules of one group; the first line of them is line 3 of the file.
#[track_caller]
fn rules(rules: &str, expected: &[Finding]) {
    let indented: String = rules.lines().map(|line| format!("  {line}\n")).collect();
    check("rules.yaml", &format!("groups:\n- name: g\n  rules:\n{indented}"), expected);
}

fn alert(expr: &str, summary: &str) -> String {
    format!("- alert: A\n  expr: {expr}\n  for: 5m\n  annotations:\n    summary: {summary}\n")
}

/// An alert with a summary: its expression is on line 5, the summary on line 8.
#[track_caller]
fn summary(expr: &str, summary: &str, expected: &[Finding]) {
    rules(&alert(expr, summary), expected);
}

const ABSENT: &str = "alert/label-absent-in-template";
const INVALID: &str = "alert/invalid-template";
const CONSTANT: &str = "promql/constant-comparison";

#[test]
fn alerts_without_a_condition() {
    let always = [("alert/no-comparison", Error, 5)];
    summary("rate(failures_total[5m]) > bool 3", "x", &always);
    summary("(jobs_waiting > 10) or vector(1)", "x", &always);
    summary("jobs_waiting * 2", "x", &always);
    for state in ["jobs_waiting > 0", "absent(up{job=\"a\"})", "absent_over_time(x[5m])", "a unless b", "a > 1 and on (job) b"] {
        summary(state, "x", &[]);
    }
    summary("max by (host) (a > 0) * on (host) group_right label_replace(b, \"host\", \"$1\", \"node\", \"(.+)\")", "x", &[]);
}

#[test]
fn templates_that_cannot_be_expanded() {
    for text in ["'{{ $label.job }}'", "'{{ $value | unknown }}'", "'{{ $value'", "'{{ .Nothing }}'"] {
        summary("up == 0", text, &[(INVALID, Error, 8)]);
    }
    for text in ["'{{ $labels.job }} {{ .Labels.job }}'", "'{{ $value | toTime }}'", "'{{ $labels }}'", "plain"] {
        summary("up == 0", text, &[]);
    }
}

#[test]
fn queries_in_templates() {
    summary("up == 0", "'{{ query \"up and\" | first | value }}'", &[(INVALID, Error, 8)]);
    summary("up == 0", "'{{ range printf \"sum by (%s\" .Labels.job | query }}{{ .Value }}{{ end }}'", &[(INVALID, Error, 8)]);
    for text in [
        "'{{ query \"sum(up)\" | first | label \"job\" }}'",
        "'{{ (query \"sum(up)\" | first).Labels.job }}'",
        "'{{ range query \"vector(0)\" }}{{ .Labels.job }}{{ end }}'",
        "'{{ with printf \"count(up{job=\\\"%s\\\"})\" $labels.job | query }}{{ . | first | label \"pod\" }}{{ end }}'",
    ] {
        summary("up == 0", text, &[(ABSENT, Error, 8)]);
    }
    for text in [
        "'{{ query \"sum by (job) (up)\" | first | label \"job\" }}'",
        "'{{ (query \"sum(up)\" | first).Value }}'",
        "'{{ $q := \"sum(up)\" }}{{ query $q | first | label \"job\" }}'",
        "'{{ printf \"up %s 0\" $labels.op | query | first | value }}'",
        "'{{ printf \"%s{a=%q}[%s]\" .Labels.a .Labels.b .Labels.c | query | first | value }}'",
    ] {
        summary("up == 0", text, &[]);
    }
}

#[test]
fn labels_that_the_result_lacks() {
    for expr in [
        "sum without (job) (up) == 0",
        "sum(up) == 0",
        "absent(up{host=\"a\"})",
        "absent(up{host=\"a\"}) * on () group_left () b",
        "a / on (host) b > 1",
        "a * ignoring (job) b > 1",
        "count by (host) (stddev by (job, host) (up) > 1) > 3",
    ] {
        summary(expr, "'{{ $labels.job }}'", &[(ABSENT, Error, 8)]);
    }
    // One side of an `or` alone.
    for expr in ["max by (job) (a) == 0 or (b or vector(0)) == 0", "a > 1 or sum by (host) (b) > 2"] {
        summary(expr, "'{{ $labels.job }}'", &[(ABSENT, Warning, 8)]);
    }
    for expr in ["time() - built_seconds > 5 * 3600", "sum by (job) (a) > 0", "a > 0 or b > 0", "absent(up{job=\"a\"})"] {
        summary(expr, "'{{ $labels.job }}'", &[]);
    }
    summary("(a or vector(0)) > 5", "'{{ $labels.job }}'", &[(CONSTANT, Info, 5)]);
    summary("sum(up) == 0", "'{{ if $labels.job }}{{ $labels.job }}{{ end }}'", &[]);
}

/// A template gets the labels of the result alone: what the rule and its group add comes later.
#[test]
fn labels_that_the_rule_itself_adds() {
    let text = "groups:\n- name: g\n  labels: {team: a}\n  rules:\n  - alert: A\n    expr: sum(up) == 0\n    labels: {area: b}\n    annotations:\n      summary: '{{ $labels.team }}{{ $labels.area }}'\n";
    check("rules.yaml", text, &[(ABSENT, Error, 9), (ABSENT, Error, 9)]);
}

#[test]
fn values_in_labels() {
    let with = |label: &str| {
        format!("- alert: A\n  expr: up == 0\n  for: 5m\n  labels:\n    l: {label}\n  annotations: {{summary: x}}\n")
    };
    for label in ["'{{ .Value }}'", "'a {{ $value }}'", "'{{ $x := $value }}{{ $x }}'", "'{{ $value | humanize }}'"] {
        rules(&with(label), &[("alert/value-in-label", Error, 8)]);
    }
    for label in ["'{{ $labels.job }}'", "'{{ if gt $value 1.0 }}a{{ else }}b{{ end }}'"] {
        rules(&with(label), &[]);
    }
}

#[test]
fn rates_with_all_digits() {
    let unrounded = [("alert/unrounded-value", Info, 8)];
    summary("rate(a_total[5m]) > 0", "'{{ $value }} errors'", &unrounded);
    summary("sum(rate(a_total[5m])) > 0", "'{{ $x := $value }}{{ $x }}'", &unrounded);
    summary("rate(a_total[5m]) > 0", "'{{ printf \"%f\" 2.0 }}{{ $value }}'", &unrounded);
    for text in ["'{{ $value | humanize }}'", "'{{ printf \"%.2f\" $value }}'", "none"] {
        summary("rate(a_total[5m]) > 0", text, &[]);
    }
    for expr in ["count(rate(a_total[5m]) > 0) > 1", "count_values(\"v\", rate(a_total[5m])) > 1", "jobs_waiting > 3"] {
        summary(expr, "'{{ $value }}'", &[]);
    }
}

#[test]
fn comparisons_without_a_metric() {
    summary("group(vector(0)) > 0", "x", &[(CONSTANT, Warning, 5)]);
    summary("up == 0 or on () vector(0) > 0", "x", &[(CONSTANT, Warning, 5)]);
    for useless in ["sum(a or vector(0)) > 0", "(a or vector(0)) / 2 >= 5", "80 < (a or vector(0))"] {
        summary(useless, "x", &[(CONSTANT, Info, 5)]);
    }
    for used in ["(a or vector(0)) < 5", "avg(a or vector(0)) > 5", "(a or vector(0)) + (b or vector(0)) > 5", "a > 0"] {
        summary(used, "x", &[]);
    }
}

#[test]
fn matches_that_cannot_be() {
    rules("- record: r\n  expr: a{job=\"x\"} / b{job=\"y\"}\n", &[("promql/match-never-matches", Error, 5)]);
    rules("- record: r\n  expr: sum(a) / b{job!=\"\"}\n", &[("promql/match-never-matches", Error, 5)]);
    rules("- record: r\n  expr: sum(a) * on (job) sum(b)\n", &[("promql/grouping-by-absent-label", Warning, 5)]);
    rules("- record: r\n  expr: sum(a) / on (job) group_right (host) b\n", &[("promql/grouping-by-absent-label", Warning, 5)]);
    for clean in [
        "sum by (job) (a) / sum by (job) (b)",
        "sum by (host, job) (a) / ignoring (job) group_left sum by (host) (b)",
        "a{job=\"x\"} / ignoring (job) b{job=\"y\"}",
        "ceil(sum(a{job=\"x\"})) / sum(b)",
    ] {
        rules(&format!("- record: r\n  expr: {clean}\n"), &[]);
    }
}

#[test]
fn joined_labels_that_get_lost() {
    let lost = [("promql/unused-joined-label", Info, 5)];
    for expr in [
        "(a * on (host) group_left (version) b) * on (host) c",
        "sum by (host) (a * on (host) group_left (version) b)",
        "c * on (host) group_left () (a * on (host) group_left (version) b)",
        "c and on (host) (a * on (host) group_left (version) b)",
    ] {
        rules(&format!("- record: r\n  expr: {expr}\n"), &lost);
    }
    for expr in [
        "sum by (version) (a * on (host) group_left (version) b)",
        "(a * on (host) group_left (version) b) * ignoring (env) c",
        "(a * on (host) group_left (version) b) * on (host, version) c",
    ] {
        rules(&format!("- record: r\n  expr: {expr}\n"), &[]);
    }
}

#[test]
fn patterns() {
    let redundant = [("promql/redundant-regex", Info, 5)];
    let record = |matcher: &str| format!("- record: r\n  expr: a{{{matcher}}}\n");
    for matcher in ["x=~'api'", "x=~'^.+$'", "x=~'.*'", "x!~'.+'", "x=~'(?:)'"] {
        rules(&record(matcher), &redundant);
    }
    rules(&record("x=~'web_.*_prod'"), &[("promql/smelly-regex", Warning, 5)]);
    rules(&record("x=~'backup-.*.timer'"), &[("promql/smelly-regex", Warning, 5)]);
    rules(&record("x=~'.*stage.*'"), &[("promql/smelly-regex", Info, 5)]);
    for matcher in ["x=~'web(a|b)'", "x=~'5..'", "x=~'.*web'", "x=~'web.+'", "x=~'5.*0'", "x=~'.*web[0-9]'", "x=~'web.*[0-9]'"] {
        rules(&record(matcher), &[]);
    }
}

#[test]
fn syntax() {
    rules("- record: r\n  expr: sum(a) by (\n", &[("promql/syntax-error", Error, 5)]);
    rules(
        "- alert: A\n  expr: sum(a) without (\n  annotations: {summary: '{{ $labels.x }}'}\n",
        &[("promql/syntax-error", Error, 5)],
    );
}

#[test]
fn duplicates() {
    let two = |one: &str, other: &str| format!("- alert: A\n  expr: {one}\n  for: 1m\n- alert: A\n  expr: {other}\n  for: 2m\n");
    rules(&two("sum by (job) (up) == 0", "'sum(up) by (job)  ==  0'"), &[("alert/duplicate", Error, 7)]);
    rules(&two("sum(a) > 5", "sum(b) > 5"), &[("alert/duplicate", Warning, 7)]);
    for (one, other) in [
        ("up{job=\"a\"} == 0", "up{job=\"b\"} == 0"),
        ("a > 5", "b > 5"),
        ("sum by (job) (a{job=\"x\"}) > 5", "sum by (job) (a{job=\"y\"}) > 5"),
        ("sum by (job) (a) > 5", "sum(a) > 5"),
    ] {
        rules(&two(one, other), &[]);
    }
    let labelled = "- alert: A\n  expr: up == 0\n  labels: {l: a}\n- alert: A\n  expr: up == 0\n  labels: {l: b}\n";
    rules(labelled, &[]);
    rules("- record: r\n  expr: sum(a)\n- record: r\n  expr: sum( a )\n", &[("foreign/duplicate-rule", Warning, 6)]);
    rules("- record: r\n  expr: sum(a)\n- record: r\n  expr: sum(a)\n  labels: {l: a}\n", &[]);
}

fn dashboard(expr: &str, legend: &str) -> String {
    format!(
        "{{\"title\": \"D\", \"uid\": \"d\", \"schemaVersion\": 39, \"panels\": [\n{{\"id\": 1, \"type\": \"timeseries\", \"title\": \"P\", \"targets\": [\n{{\"refId\": \"A\", \"expr\": \"{expr}\",\n\"legendFormat\": \"{legend}\"}}]}}]}}"
    )
}

#[test]
fn legends() {
    let rule = "dashboard/legend-label-absent";
    // Grafana names lines by their labels where the legend is empty, and one line needs no name.
    for (expr, legend) in [("sum by (a) (x)", "{{b}}"), ("sum by (a) (x)", "{{a}} {{b}}"), ("sum(x)", "{{b}} total")] {
        check("d.json", &dashboard(expr, legend), &[(rule, Warning, 4)]);
    }
    check("d.json", &dashboard("sum by (a, c) (x)", "{{a}} {{b}}"), &[(rule, Error, 4)]);
    check("d.json", &dashboard("sum by (a) (x)", "all {{b}}"), &[(rule, Error, 4)]);
    check("d.json", &dashboard("sum by (a) (x)", "{{a}}"), &[]);
    check(
        "d.json",
        "{\"title\": \"D\", \"uid\": \"d\", \"schemaVersion\": 39, \"panels\": []}",
        &[("dashboard/no-panels", Warning, 1)],
    );
}
