//! The whole build of a large stack beside `promtool check rules` on the rules that it made: CPU time and peak memory of each, in one run.
//!
//! The spec is generated: 1,000 services with 50 metrics each, 100,000 alert rules with different expressions, 1,000 dashboards of
//! 30 panels. `cargo bench --bench build_scale` runs it; `-- --small` takes a hundredth of everything.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use wait4::{ResourceUsage, Wait4};

#[path = "../tests/real/tool.rs"]
#[allow(dead_code)]
mod tool;

/// How large the stack is.
struct Scale {
    services: usize,
    metrics_per_service: usize,
    alerts_per_service: usize,
    dashboards: usize,
    panels: usize,
}

const FULL: Scale = Scale { services: 1000, metrics_per_service: 50, alerts_per_service: 100, dashboards: 1000, panels: 30 };
const SMALL: Scale = Scale { services: 10, dashboards: 10, ..FULL };

fn main() {
    let scale = if std::env::args().any(|argument| argument == "--small") { SMALL } else { FULL };
    let folder = tempfile::tempdir().unwrap();
    let specs = folder.path().join("specs");
    let out = folder.path().join("generated");
    write_spec(&specs, &scale);
    println!(
        "{} services, {} metrics, {} alert rules, {} dashboards of {} panels; {:.1} MB of YAML",
        scale.services,
        scale.services * scale.metrics_per_service,
        scale.services * scale.alerts_per_service,
        scale.dashboards,
        scale.panels,
        megabytes(&specs)
    );
    let build = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_optiinfra-gen"));
        command.arg("build").arg(&specs).arg("--out").arg(&out);
        command
    };
    let first = measure("optiinfra-gen build, first", build());
    measure("optiinfra-gen build, nothing changed", build());
    println!("{:.1} MB written", megabytes(&out));
    let rules = out.join("prometheus/alerts.yml");
    for promtool in tool::PROMTOOLS {
        let Some(program) = promtool.find() else { continue };
        let version = tool::run(Command::new(&program).arg("--version"));
        let first_line = version.output.lines().find(|line| line.contains("version")).unwrap_or_default();
        let name = first_line.split(" (").next().unwrap_or_default().to_owned();
        let mut command = Command::new(program);
        command.args(["check", "rules"]).arg(&rules);
        let other = measure(&format!("{name} check rules"), command);
        let ratio = |ours: f64, theirs: f64| ours / theirs.max(f64::EPSILON);
        println!(
            "  the build takes {:.2} of its CPU time and {:.2} of its memory",
            ratio(cpu(&first).as_secs_f64(), cpu(&other).as_secs_f64()),
            ratio(first.maxrss as f64, other.maxrss as f64)
        );
    }
}

fn measure(name: &str, mut command: Command) -> ResourceUsage {
    let child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
    let started = std::time::Instant::now();
    let result = child.wait4().unwrap();
    assert!(result.status.success(), "{name} failed: {}", result.status);
    let wall = started.elapsed();
    let usage = result.rusage;
    println!(
        "{name}: {:.2} s CPU ({:.2} user, {:.2} system), {:.2} s wall, {:.0} MB at most",
        cpu(&usage).as_secs_f64(),
        usage.utime.as_secs_f64(),
        usage.stime.as_secs_f64(),
        wall.as_secs_f64(),
        usage.maxrss as f64 / 1e6
    );
    usage
}

fn cpu(usage: &ResourceUsage) -> Duration {
    usage.utime + usage.stime
}

fn megabytes(path: &Path) -> f64 {
    fn size(path: PathBuf) -> u64 {
        let metadata = fs::metadata(&path).unwrap();
        if metadata.is_dir() {
            fs::read_dir(path).unwrap().map(|entry| size(entry.unwrap().path())).sum()
        } else {
            metadata.len()
        }
    }
    size(path.to_owned()) as f64 / 1e6
}

/// Metrics of one service: counters, gauges, histograms and ratios in turn.
fn metrics(text: &mut String, service: usize, scale: &Scale) {
    for metric in 0..scale.metrics_per_service {
        let name = format!("app{service}_part{metric}");
        let line = match metric % 4 {
            0 => format!(
                "{name}_requests_total: {{type: counter, help: Requests., labels: {{status: [\"200\", \"404\", \"500\"], method: [GET, POST]}}}}"
            ),
            1 => format!("{name}_queue_bytes: {{type: gauge, unit: bytes, help: Waiting., labels: {{queue: {{max: 10}}}}}}"),
            2 => format!(
                "{name}_duration_seconds: {{type: histogram, unit: seconds, help: Time., buckets: [0.1, 0.5, 1, 5], labels: {{route: {{max: 20}}}}}}"
            ),
            _ => format!(
                "{name}_used_ratio: {{type: gauge, unit: ratio, range: [0, 1], help: Share., labels: {{zone: {{max: 3}}}}}}"
            ),
        };
        writeln!(text, "        {line}").unwrap();
    }
}

/// One alert; its expression differs from all others.
fn alert(text: &mut String, service: usize, index: usize, scale: &Scale) {
    let metric = index % scale.metrics_per_service;
    let name = format!("app{service}_part{metric}");
    let window = 5 + index % 50;
    let (expr, threshold) = match metric % 4 {
        0 => (
            format!(
                "sum by (job) (rate({name}_requests_total{{status=~\"5..\"}}[{window}m])) / sum by (job) (rate({name}_requests_total[{window}m]))"
            ),
            format!("{}%", 1 + index % 40),
        ),
        1 => (format!("max by (job, queue) (max_over_time({name}_queue_bytes[{window}m]))"), format!("{}MiB", 100 + index)),
        2 => (
            format!("histogram_quantile(0.9{}, sum by (job, le) (rate({name}_duration_seconds_bucket[{window}m])))", index % 10),
            format!("{}ms", 500 + index),
        ),
        _ => (format!("avg by (job) (avg_over_time({name}_used_ratio[{window}m]))"), format!("{}%", 50 + index % 49)),
    };
    writeln!(
        text,
        "  App{service}Alert{index}:\n    expr: {expr}\n    above: {threshold}\n    for: 5m\n    severity: warning\n    summary: Something of app {service} is too much\n    description: '{{{{ $labels.job }}}} is at {{{{ $value }}}}.'"
    )
    .unwrap();
}

fn dashboard(text: &mut String, index: usize, scale: &Scale) {
    let service = index % scale.services;
    writeln!(text, "  board-{index}:\n    title: Board {index}\n    rows:\n      - title: All\n        panels:").unwrap();
    for panel in 0..scale.panels {
        let metric = panel % scale.metrics_per_service;
        let name = format!("app{service}_part{metric}");
        let (kind, expr) = match metric % 4 {
            0 => ("timeseries", format!("sum by (status) (rate({name}_requests_total[$__rate_interval]))")),
            1 => ("stat", format!("sum({name}_queue_bytes)")),
            2 => (
                "timeseries",
                format!("histogram_quantile(0.95, sum by (le) (rate({name}_duration_seconds_bucket[$__rate_interval])))"),
            ),
            _ => ("gauge", format!("avg by (zone) ({name}_used_ratio)")),
        };
        writeln!(text, "          - {{id: p{panel}, title: Panel {panel}, kind: {kind}, expr: '{expr}'}}").unwrap();
    }
}

fn write_spec(folder: &Path, scale: &Scale) {
    for part in ["services", "alerts", "dashboards"] {
        fs::create_dir_all(folder.join(part)).unwrap();
    }
    fs::write(
        folder.join("stack.yaml"),
        "stack: {name: scale, runbook_base: https://runbooks.example.com/}\nnotifications:\n  receivers: {hook: {webhook: {url: http://127.0.0.1:5001/}}}\n  route: {receiver: hook}\n",
    )
    .unwrap();
    for service in 0..scale.services {
        let mut text = format!("services:\n  app{service}:\n    port: 8080\n    metrics:\n      define:\n");
        metrics(&mut text, service, scale);
        fs::write(folder.join(format!("services/app{service}.yaml")), text).unwrap();
        let mut text = "alerts:\n".to_owned();
        for index in 0..scale.alerts_per_service {
            alert(&mut text, service, index, scale);
        }
        fs::write(folder.join(format!("alerts/app{service}.yaml")), text).unwrap();
    }
    for index in 0..scale.dashboards {
        let mut text = "dashboards:\n".to_owned();
        dashboard(&mut text, index, scale);
        fs::write(folder.join(format!("dashboards/board{index}.yaml")), text).unwrap();
    }
}
