//! The generated unit tests under the real promtool, and `prove` with the real tools.

use crate::tool::{AMTOOLS, PROMTOOLS, Run, root, run};
use crate::tree::{named, trees};
use std::path::{Path, PathBuf};
use std::process::Command;

/// As a person runs them, in the checkout, with all rules.
#[test]
fn promtool_passes_the_generated_tests() {
    for promtool in PROMTOOLS {
        let Some(program) = promtool.find() else { continue };
        for tree in trees() {
            let files = tree.files("prometheus/tests", "yml");
            if !files.is_empty() {
                run(Command::new(&program).args(["test", "rules"]).args(&files)).accepted(&format!(
                    "tests of {} with {}",
                    named(&tree.path),
                    promtool.folder
                ));
            }
        }
    }
}

fn prove(arguments: &[&str], promtool: &Path, amtool: &Path) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_optiinfra-gen"));
    command.current_dir(root()).arg("prove").args(arguments).arg("--promtool").arg(promtool).arg("--amtool").arg(amtool);
    run(&mut command)
}

/// A spec in a folder of its own.
fn spec(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("spec.yaml"), text).unwrap();
    folder
}

fn tools() -> Vec<(PathBuf, PathBuf)> {
    PROMTOOLS.iter().zip(&AMTOOLS).filter_map(|(promtool, amtool)| Some((promtool.find()?, amtool.find()?))).collect()
}

/// The metrics that the shapes of alerts below read.
const METRICS: &str = "
services:
  api:
    port: 8080
    scrape: {instances: ['api-1:8080', 'api-2:8080']}
    metrics:
      define:
        requests_total: {type: counter, help: a, labels: {status: {matches: '[1-5][0-9]{2}', max: 15}, path: {max: 9}}}
        latency_seconds: {type: histogram, unit: seconds, help: a, buckets: [0.1, 0.5, 1, 5], labels: {path: {max: 9}}}
        queue_jobs: {type: gauge, help: a, labels: {queue: {max: 9}}}
        limit_jobs: {type: gauge, help: a, labels: {queue: {max: 9}}}
        free_bytes: {type: gauge, unit: bytes, help: a}
        busy_ratio: {type: gauge, unit: ratio, range: [0, 1], help: a, labels: {node: [n1, n2]}}
        last_run_seconds: {type: gauge, unit: seconds, help: a}
        build_info: {type: info, help: a, labels: {version: {max: 9}}}
recording_rules:
  'job:requests:rate5m': {expr: 'sum by (job) (rate(requests_total[5m]))'}
  'job:errors:ratio_rate5m': {expr: 'sum by (job) (rate(requests_total{status=~\"5..\"}[5m])) / on (job) job:requests:rate5m', group: other}
";

/// Expressions with their comparisons; all of them can fire.
const SHAPES: &[&str] = &[
    "queue_jobs > 5",
    "queue_jobs >= 5",
    "queue_jobs < 5",
    "queue_jobs <= 5",
    "queue_jobs == 5",
    "queue_jobs != 5",
    "5 < queue_jobs",
    "queue_jobs{queue=\"a\"} > 5",
    "queue_jobs{queue!~\"a|b\"} > 5",
    "sum by (job) (rate(requests_total[5m])) > 10",
    "sum(rate(requests_total{status=~\"5..\"}[5m])) / sum(rate(requests_total[5m])) > 0.05",
    "1 - sum by (job) (rate(requests_total{status=~\"2..\"}[5m])) / sum by (job) (rate(requests_total[5m])) >= 0.1",
    "increase(requests_total[10m]) > 0",
    "irate(requests_total[2m]) > 3",
    "histogram_quantile(0.99, sum by (le, job) (rate(latency_seconds_bucket[5m]))) > 1",
    "histogram_quantile(0.5, rate(latency_seconds_bucket[5m])) > 0.3",
    "rate(latency_seconds_sum[5m]) / rate(latency_seconds_count[5m]) > 2",
    "avg by (node) (busy_ratio) > 0.95",
    "max_over_time(busy_ratio[30m]) < 0.1",
    "avg_over_time(busy_ratio[10m]) > 0.8",
    "min without (instance) (queue_jobs) > 7",
    "count by (job) (up == 1) < 2",
    "absent(up{job=\"api\"})",
    "absent_over_time(queue_jobs[10m])",
    "up == 0",
    "queue_jobs / limit_jobs > 0.9",
    "queue_jobs > limit_jobs",
    "queue_jobs > 5 and limit_jobs < 3",
    "queue_jobs > 5 unless on (job, instance) up == 0",
    "queue_jobs * on (instance) group_left (version) build_info > 5",
    "queue_jobs < 2 or queue_jobs > 8",
    "predict_linear(free_bytes[1h], 14400) < 0",
    "deriv(free_bytes[30m]) < -100",
    "delta(queue_jobs[1h]) > 50",
    "changes(last_run_seconds[30m]) > 3",
    "time() - last_run_seconds > 3600",
    "sum(queue_jobs offset 1h) > 9",
    "sum(queue_jobs) - sum(queue_jobs offset 1d) > 100",
    "abs(queue_jobs - limit_jobs) > 4",
    "clamp_max(queue_jobs, 50) > 20",
    "job:errors:ratio_rate5m > 0.1",
    "max_over_time(job:requests:rate5m[30m]) > 40",
    "max_over_time(sum by (job) (queue_jobs)[30m:1m]) > 40",
    "label_replace(queue_jobs, \"team\", \"$1\", \"queue\", \"(.*)\") > 4",
    "topk(1, queue_jobs) > 4",
    "100 * (1 - busy_ratio) < 10",
    "-queue_jobs < -5",
    "queue_jobs ^ 2 > 16",
    "queue_jobs > bool 3 == 1",
];

#[test]
fn every_shape_of_alert_is_proved() {
    let mut text = METRICS.to_owned() + "alerts:\n";
    for (index, expr) in SHAPES.iter().enumerate() {
        // A value that moves is another one a step later, and versions differ by a step.
        let value = if expr.contains("predict_linear") { "" } else { "{{ $value | humanize }}" };
        text += &format!(
            "  Shape{index}:\n    expr: '{expr}'\n    for: {}\n    summary: A\n    description: '{{{{ $labels.job }}}} has {value}'\n",
            ["5m", "10m", "2m"][index % 3]
        );
    }
    text += "notifications: {receivers: {team: {webhook: {url: 'http://localhost/'}}}, route: {receiver: team}}\n";
    let specs = spec(&text);
    for (promtool, amtool) in tools() {
        let run = prove(&[specs.path().to_str().unwrap(), "--rule", "alert/silent-when-absent=off"], &promtool, &amtool);
        let table: Vec<&str> = run.output.lines().filter(|line| line.starts_with("Shape")).collect();
        assert_eq!(table.len(), SHAPES.len(), "{}", run.output);
        let wrong: Vec<String> = SHAPES
            .iter()
            .enumerate()
            .filter_map(|(index, expr)| {
                let line = table.iter().find(|line| line.split_whitespace().next() == Some(&format!("Shape{index}")))?;
                let cells: Vec<&str> = line.split_whitespace().skip(1).collect();
                (cells != ["yes", "yes", "yes", "team"]).then(|| format!("{expr}: {line}"))
            })
            .collect();
        assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), run.output);
    }
}

#[test]
fn an_alert_that_cannot_fire_is_an_error_with_its_reason() {
    let alerts = "alerts:\n  Busy: {expr: 'busy_ratio > 1', for: 5m, summary: A}\n  Odd: {expr: 'hour() > 9 and on () queue_jobs > 3', for: 5m, summary: A}\n";
    let specs = spec(&format!("{METRICS}{alerts}"));
    let Some((promtool, amtool)) = tools().into_iter().next() else { return };
    let run = prove(&[specs.path().to_str().unwrap()], &promtool, &amtool);
    assert_eq!(run.code, Some(1), "{}", run.output);
    assert!(run.output.contains("promql/comparison-never-true") && run.output.contains("alert/untested"), "{}", run.output);
    assert!(run.output.contains("2 alert rules, 0 proved, 2 unproved"), "{}", run.output);
}

/// A promtool that evaluates something else refutes the tests, and each refutation is a finding.
#[test]
fn a_refuted_witness_is_reported() {
    let Some((promtool, amtool)) = tools().into_iter().next() else { return };
    let folder = tempfile::tempdir().unwrap();
    let fake = folder.path().join("promtool");
    let script = format!("#!/bin/sh\nsed -i 's/> 5$/> 50/' rules-*.yml\nexec {} \"$@\"\n", promtool.display());
    std::fs::write(&fake, script).unwrap();
    std::fs::set_permissions(&fake, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let specs = spec(&format!("{METRICS}alerts:\n  Long: {{expr: 'queue_jobs > 5', for: 5m, summary: A}}\n"));
    let run = prove(&[specs.path().to_str().unwrap()], &fake, &amtool);
    assert_eq!(run.code, Some(1), "{}", run.output);
    assert!(run.output.contains("prove/refuted") && run.output.contains("1 alert rules, 0 proved, 1 unproved"), "{}", run.output);
}

#[test]
fn samples_of_the_spec_are_run_and_must_do_what_they_say() {
    let Some((promtool, amtool)) = tools().into_iter().next() else { return };
    let alert = |fires: &str| {
        format!(
            "{METRICS}alerts:\n  Odd:\n    expr: 'stddev(queue_jobs) > 3'\n    for: 5m\n    summary: A\n    tests: [{{series: {{'queue_jobs{{queue=\"a\"}}': 0x10 90x20, 'queue_jobs{{queue=\"b\"}}': 0x30}}, fires_at: {fires}, silent_at: 14m}}]\n"
        )
    };
    let good = spec(&alert("17m"));
    prove(&[good.path().to_str().unwrap()], &promtool, &amtool).accepted("samples of the spec");
    let bad = spec(&alert("13m"));
    let run = prove(&[bad.path().to_str().unwrap()], &promtool, &amtool);
    assert!(run.code == Some(1) && run.output.contains("it does not fire at 13m"), "{}", run.output);
}

#[test]
fn without_promtool_nothing_is_proved() {
    let run = prove(&["examples/minimal/specs"], Path::new("/nonexistent/promtool"), Path::new("/nonexistent/amtool"));
    assert_eq!(run.code, Some(2), "{}", run.output);
    assert!(run.output.contains("there is no program"), "{}", run.output);
}
