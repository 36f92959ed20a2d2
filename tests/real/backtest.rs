//! `backtest` against a real Prometheus over blocks made from samples: its figures are those known by how the samples were made, and its times
//! are those at which the same rules have `ALERTS` in the rule manager that promtool runs.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value as Json;

use crate::server::Server;
use crate::tool::{PROMETHEUS, PROMTOOLS, Run, run, skip};

/// The first sample: a multiple of all intervals.
const BEGIN: i64 = 1_767_225_600;
const STEP: i64 = 30;
const SAMPLES: i64 = 240;

fn spec(threshold: u32) -> String {
    format!(
        r##"
stack:
  name: t
  evaluation_interval: 30s
  scrape_interval: 30s
  servers: {{prometheus: "3.5"}}
services:
  app:
    language: go
    port: 8000
    scrape: {{instances: ["a:8000", "b:8000"]}}
    metrics:
      define:
        app_load: {{type: gauge, unit: things, help: Load.}}
        app_unseen: {{type: gauge, unit: things, help: Never exposed.}}
recording_rules:
  instance:app_load:max: {{expr: 'max by (job, instance) (app_load)', labels: {{team: core}}}}
alerts:
  HighLoad: {{expr: app_load, above: {threshold}, for: 2m, severity: warning, summary: Load, description: Load.}}
  KeptLoad:
    expr: app_load
    above: {threshold}
    keep_firing_for: 3m
    severity: warning
    summary: Load
    description: Load.
    labels: {{where: '{{{{ $labels.instance }}}}'}}
  RecordedLoad:
    expr: 'max_over_time(instance:app_load:max{{team="core"}}[2m] offset 1m) > {threshold} unless instance:app_load:max{{instance!~"a.*"}} > 3'
    for: 1m
    severity: warning
    summary: Load
    description: Load.
  Unseen: {{expr: app_unseen > 1, severity: warning, summary: Unseen, description: Unseen.}}
  Silent: {{expr: app_load > 1000, severity: warning, summary: Silent, description: Silent.}}
  Watchdog: {{heartbeat: true, expr: vector(1), severity: info, summary: Alive, description: Alive.}}
notifications:
  receivers:
    team: {{slack: {{channel: "#team", webhook_url: {{env: SLACK_WEBHOOK_URL}}}}}}
  route: {{receiver: team}}
"##
    )
}

/// The samples of an instance: one every step, or none.
fn samples(instance: &str) -> Vec<Option<u32>> {
    let value = |at| match (instance, at) {
        // Longer than an alert may be pending, shorter than it must be, and with a gap that ends it.
        ("a:8000", 20..40 | 100..103 | 150..160 | 175..200) => Some(10),
        ("a:8000", 160..175) => None,
        ("b:8000", 30..60) => Some(4),
        _ => Some(1),
    };
    (0..SAMPLES).map(value).collect()
}

fn backtest(folder: &Path, address: &str, more: &[&str]) -> (Option<i32>, String) {
    let end = (BEGIN + STEP * (SAMPLES - 1)).to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_optiinfra-gen"))
        .args(["backtest", "specs", "--prometheus", &format!("http://{address}"), "--range", "1h59m30s", "--end", &end])
        .args(more)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let code = output.status.code();
    // What it says besides the report is of interest when there is none.
    let said = if code == Some(0) { String::new() } else { String::from_utf8_lossy(&output.stderr).into_owned() };
    (code, format!("{text}{said}"))
}

fn git(folder: &Path, args: &[&str]) -> Option<Run> {
    let found = Command::new("git").arg("--version").stdout(Stdio::null()).status();
    if found.is_err() {
        skip("git: not installed");
        return None;
    }
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
    Some(run(Command::new("git").args(identity).args(args).current_dir(folder)))
}

/// One alert of a report.
#[track_caller]
fn alert<'j>(side: &'j Json, name: &str) -> &'j Json {
    side["alerts"].as_array().unwrap().iter().find(|alert| alert["alert"] == name).unwrap_or_else(|| panic!("{name}: {side:#}"))
}

/// The times of an alert as steps: the instance, the first firing evaluation, and the one that ends it.
fn spells(alert: &Json) -> Vec<(String, i64, Option<i64>)> {
    let step = |time: &Json| {
        let time = time.as_str()?;
        let clock = time.strip_prefix("2026-01-01T")?.strip_suffix('Z')?;
        let parts: Vec<i64> = clock.split(':').map(|part| part.parse().unwrap()).collect();
        Some((parts[0] * 3600 + parts[1] * 60 + parts[2]) / STEP)
    };
    let series = alert["series"].as_array().map(Vec::as_slice).unwrap_or_default().iter();
    let mut all: Vec<_> = series
        .flat_map(|series| {
            let instance = series["labels"]["instance"].as_str().unwrap_or_default();
            let spells = series["spells"].as_array().unwrap().iter();
            spells.map(move |spell| (instance.to_owned(), step(&spell["from"]).unwrap(), step(&spell["to"])))
        })
        .collect();
    all.sort();
    all
}

/// Makes a data folder with the samples.
fn blocks(folder: &Path, promtool: &Path) {
    let mut text = "# HELP app_load Load.\n# TYPE app_load gauge\n".to_owned();
    for instance in ["a:8000", "b:8000"] {
        for (at, value) in (0..).zip(samples(instance)) {
            if let Some(value) = value {
                let _ = writeln!(text, "app_load{{instance=\"{instance}\",job=\"app\"}} {value} {}", BEGIN + STEP * at);
            }
        }
    }
    text.push_str("# EOF\n");
    std::fs::write(folder.join("samples.txt"), text).unwrap();
    let made = run(Command::new(promtool)
        .args(["tsdb", "create-blocks-from", "openmetrics", "samples.txt", "data"])
        .current_dir(folder));
    made.accepted("blocks from samples");
}

/// Has promtool evaluate the built rules over the same samples, and compares `ALERTS` at every evaluation.
fn compare_with_rule_manager(folder: &Path, promtool: &Path, report: &Json) {
    let mut text = String::from("rule_files: [recording_rules.yml, alerts.yml]\nevaluation_interval: 30s\n");
    let _ = writeln!(text, "group_eval_order: {}", groups(folder));
    text.push_str("tests:\n  - interval: 30s\n    input_series:\n");
    for instance in ["a:8000", "b:8000"] {
        let values: Vec<String> =
            samples(instance).iter().map(|value| value.map_or_else(|| "_".to_owned(), |value| value.to_string())).collect();
        let _ = writeln!(
            text,
            "      - series: 'app_load{{instance=\"{instance}\",job=\"app\"}}'\n        values: '{}'",
            values.join(" ")
        );
    }
    text.push_str("    promql_expr_test:\n");
    let mut firing = 0;
    for name in ["HighLoad", "KeptLoad", "RecordedLoad", "Unseen", "Silent"] {
        let spells = spells(alert(report, name));
        for at in 0..SAMPLES {
            let now: BTreeSet<&str> = spells
                .iter()
                .filter(|(_, from, to)| *from <= at && to.is_none_or(|to| at < to))
                .map(|(instance, _, _)| instance.as_str())
                .collect();
            firing += now.len();
            let _ = write!(
                text,
                "      - expr: count by (instance) (ALERTS{{alertname=\"{name}\",alertstate=\"firing\"}})\n        eval_time: {}s\n        \
                 exp_samples: [",
                at * STEP
            );
            for instance in now {
                let _ = write!(text, "{{labels: '{{instance=\"{instance}\"}}', value: 1}}, ");
            }
            text.push_str("]\n");
        }
    }
    assert!(firing > 100, "the comparison has nothing to compare");
    std::fs::write(folder.join("generated/prometheus/backtest.yml"), text).unwrap();
    let rules = folder.join("generated/prometheus");
    run(Command::new(promtool).args(["test", "rules", "backtest.yml"]).current_dir(rules)).accepted("the rule manager agrees");
}

/// The names of the rule groups, those that record first.
fn groups(folder: &Path) -> String {
    let mut names = Vec::new();
    for file in ["recording_rules.yml", "alerts.yml"] {
        let text = std::fs::read_to_string(folder.join("generated/prometheus").join(file)).unwrap();
        let name = |line: &str| line.trim().strip_prefix("- name: ").map(|name| name.trim_matches('"').to_owned());
        names.extend(text.lines().filter_map(name));
    }
    assert!(names.len() >= 2, "{names:?}");
    format!("[{}]", names.join(", "))
}

#[test]
fn figures_are_those_of_the_samples_and_of_the_rule_manager() {
    for (prometheus, promtool) in PROMETHEUS.iter().zip(&PROMTOOLS) {
        let (Some(program), Some(promtool)) = (prometheus.find(), promtool.find()) else { continue };
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        std::fs::create_dir(folder.join("specs")).unwrap();
        std::fs::write(folder.join("specs/stack.yaml"), spec(5)).unwrap();
        let Some(made) = git(folder, &["init", "-q"]) else { return };
        made.accepted("git init");
        git(folder, &["add", "specs"]).unwrap().accepted("git add");
        git(folder, &["commit", "-q", "-m", "Before"]).unwrap().accepted("git commit");
        std::fs::write(folder.join("specs/stack.yaml"), spec(3)).unwrap();

        blocks(folder, &promtool);
        std::fs::write(folder.join("prometheus.yml"), "global: {}\n").unwrap();
        let server = Server::start(&program, folder, |port| {
            vec![
                format!("--config.file={}", folder.join("prometheus.yml").display()),
                format!("--storage.tsdb.path={}", folder.join("data").display()),
                format!("--web.listen-address=127.0.0.1:{port}"),
                "--storage.tsdb.retention.time=50y".into(),
            ]
        });
        let server = server.unwrap_or_else(|log| panic!("{log}"));

        let (code, text) = backtest(folder, &server.address(), &["--base", "HEAD", "--format", "json"]);
        assert_eq!(code, Some(0), "{text}");
        let report: Json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let (base, now) = (&report["base"], &report["now"]);

        // A sample that is exactly as old as the lookback is still seen by 2.42.
        let gap = if prometheus.folder.ends_with("2.42") { 170 } else { 169 };
        let a = |from, to| ("a:8000".to_owned(), from, Some(to));
        let b = |from, to| ("b:8000".to_owned(), from, Some(to));
        let of_a = [a(24, 40), a(154, gap), a(179, 200)];
        assert_eq!(spells(alert(base, "HighLoad")), of_a, "{base:#}");
        let [first, second, third] = of_a;
        assert_eq!(spells(alert(now, "HighLoad")), [first, second, third, b(34, 60)], "{now:#}");
        let high = alert(now, "HighLoad");
        assert_eq!((&high["fired"], &high["pending_only"]), (&Json::from(4), &Json::from(1)), "{high:#}");
        // From 24 to 60, 154 to the gap, 179 to 200.
        let firing = (36 + (gap - 154) + 21) * STEP;
        assert_eq!((&high["firing"], &high["longest"]), (&Json::from(firing), &Json::from(26 * STEP)), "{high:#}");
        let kept = alert(now, "KeptLoad");
        assert!(spells(kept).contains(&a(20, 46)) && spells(kept).contains(&a(100, 109)), "{kept:#}");
        assert_eq!(kept["series"][0]["labels"]["where"], kept["series"][0]["labels"]["instance"], "{kept:#}");
        assert_eq!(alert(now, "Unseen")["outcome"], "no data", "{now:#}");
        assert_eq!(alert(now, "Unseen")["missing"], serde_json::json!(["app_unseen"]));
        assert_eq!(alert(now, "Silent")["outcome"], "quiet", "{now:#}");
        let watchdog = alert(now, "Watchdog");
        assert_eq!((&watchdog["heartbeat"], &watchdog["firing_at_end"]), (&Json::from(true), &Json::from(1)), "{watchdog:#}");
        let recorded = alert(now, "RecordedLoad");
        assert!(recorded["fired"].as_u64().unwrap() > 0 && recorded["notes"].as_array().unwrap().is_empty(), "{recorded:#}");
        assert!(!server.json("/api/v1/label/__name__/values").to_string().contains("instance:app_load:max"));

        let (code, text) = backtest(folder, &server.address(), &["--base", "HEAD"]);
        assert_eq!(code, Some(0), "{text}");
        let line = text.lines().find(|line| line.starts_with("HighLoad")).unwrap_or_else(|| panic!("{text}"));
        assert!(line.contains("3 -> 4") && line.contains("1 -> 2"), "{text}");
        assert!(text.lines().any(|line| line.starts_with("Unseen") && line.contains("no data")), "{text}");
        let last = text.lines().last().unwrap();
        assert!(last.starts_with("5 alerts over 1h59m30s from 2026-01-01 00:00 to ") && last.ends_with("1 heartbeat"), "{text}");

        let (code, text) = backtest(folder, &server.address(), &["--alert", "HighLod"]);
        assert!(code == Some(2) && text.contains("did you mean `HighLoad`?"), "{text}");

        let built =
            Command::new(env!("CARGO_BIN_EXE_optiinfra-gen")).args(["build", "specs"]).current_dir(folder).output().unwrap();
        assert!(built.status.success(), "{}{}", String::from_utf8_lossy(&built.stdout), String::from_utf8_lossy(&built.stderr));
        compare_with_rule_manager(folder, &promtool, now);
    }
}
