//! Real servers that hold the simulated samples.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use optiinfra_gen::promql::infer::{Context, Purpose, infer, variant_from};
use optiinfra_gen::promql::{Dialect, Version, parse};
use serde_json::Value;

use crate::expression::Metrics;
use crate::native::remote_write;
use crate::server::{Client, FLAGS, FORM, Server};
use crate::simulation::{BEGIN, END, Simulation, simulate};

/// Names of metrics are dropped at the end of an expression, or by each operation.
const DELAYED: &str = "promql-delayed-name-removal";
/// Samples are of the past, and native ones come after the others.
const CONFIG: &str =
    "global: {scrape_interval: 1h, evaluation_interval: 15s}\nstorage: {tsdb: {out_of_order_time_window: 100000d}}\n";
const ARGS: [&str; 3] = ["--storage.tsdb.retention.time=100y", "--web.enable-remote-write-receiver", "--query.timeout=20s"];

/// A recording rule: name, expression, label and its value.
type Rule = (&'static str, &'static str, Option<(&'static str, &'static str)>);

const RULES: [Rule; 7] = [
    ("job:requests:rate5m", "sum by (job) (rate(requests_total[5m]))", None),
    ("instance:busy:avg5m", "avg without (gpu) (avg_over_time(busy[5m]))", Some(("team", "infra"))),
    ("job_le:latency:rate5m", "sum by (job, le) (rate(latency_seconds_bucket[5m]))", None),
    ("busy:hot", "busy > 0.5", None),
    ("reason:errors:increase5m", "sum without (tenant) (increase(errors_total[5m]))", Some(("kind", "all"))),
    ("job:ok:ratio", "sum by (job) (rate(requests_total{status=\"200\"}[5m])) / sum by (job) (rate(requests_total[5m]))", None),
    ("job_level:open:max", "max by (job, level, surprise) (open) or vector(0)", None),
];

/// The servers with the catalog that describes what they hold.
pub(crate) struct Stage {
    pub(crate) version: Version,
    pub(crate) simulation: Simulation,
    pub(crate) metrics: Metrics,
    /// Each with whether it drops names at the end only.
    pub(crate) servers: [(Server, bool); 2],
}

/// Puts the samples of a seed into servers.
pub(crate) fn stage(program: &Path, promtool: &Path, seed: u64) -> Stage {
    let base = folder();
    // The simulation needs the version, and a server without samples knows it as well.
    let version = Server::start(program, folder(), FLAGS, &ARGS).version();
    let mut simulation = simulate(seed, version);
    let text = base.path().join("samples");
    std::fs::write(&text, &simulation.exposition).unwrap();
    let data = base.path().join("data");
    run(Command::new(promtool).args(["tsdb", "create-blocks-from", "openmetrics", "--quiet"]).arg(&text).arg(&data));
    let blocks = folder();
    copy(&data, &blocks.path().join("data"));
    copy(&data, &base.path().join("kept"));
    record(Server::start(program, base, FLAGS, &ARGS), promtool, &blocks.path().join("data"));
    catalogue_rules(&mut simulation);
    let request = remote_write(&simulation.native);
    let servers = [false, true].map(|delayed| {
        let own = folder();
        copy(&blocks.path().join("data"), &own.path().join("data"));
        let flags = format!("native-histograms,{}{FLAGS}", if delayed { format!("{DELAYED},") } else { String::new() });
        let server = Server::start(program, own, &flags, &ARGS);
        let headers =
            "Content-Type: application/x-protobuf\r\nContent-Encoding: snappy\r\nX-Prometheus-Remote-Write-Version: 0.1.0\r\n";
        let (status, body) = Client::connect(&server).unwrap().ask("POST", "/api/v1/write", headers, &request).unwrap();
        assert_eq!(status / 100, 2, "native histograms: {body}");
        (server, delayed)
    });
    let metrics = metrics(&servers[0].0);
    Stage { version, simulation, metrics, servers }
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("prometheus.yml"), CONFIG).unwrap();
    folder
}

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// Evaluates the recording rules over the samples that the server holds, into further blocks.
fn record(server: Server, promtool: &Path, into: &Path) {
    let rules: Vec<String> = RULES
        .iter()
        .map(|(name, expr, label)| {
            let labels = label.map_or(String::new(), |(name, value)| format!(", labels: {{{name}: {value}}}"));
            format!("  - {{record: '{name}', expr: '{expr}'{labels}}}\n")
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.yml");
    std::fs::write(&file, format!("groups:\n- name: recorded\n  rules:\n{}", rules.concat())).unwrap();
    run(Command::new(promtool)
        .args(["tsdb", "create-blocks-from", "rules", "--eval-interval=15s"])
        .arg(format!("--start={BEGIN}"))
        .arg(format!("--end={END}"))
        .arg(format!("--url=http://{}", server.address()))
        .arg("--output-dir")
        .arg(into)
        .arg(&file));
}

/// Declares the recorded series with what inference says of their expressions.
fn catalogue_rules(simulation: &mut Simulation) {
    for (name, expr, label) in RULES {
        let parsed = parse(expr, Dialect::Prometheus);
        let context = Context { purpose: Purpose::Record, ..Context::default() };
        let inference = infer(&parsed.expr, &simulation.catalog, &context);
        let labels = label.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        simulation.catalog.add(name, variant_from(&inference, name, &labels, None));
    }
}

/// All series of a server.
fn metrics(server: &Server) -> Metrics {
    let form = format!("match[]=%7B__name__!=%22%22%7D&start={BEGIN}&end={END}");
    let (_, body) = Client::connect(server).unwrap().ask("POST", "/api/v1/series", FORM, form.as_bytes()).unwrap();
    let answer: Value = serde_json::from_str(&body).unwrap();
    let mut metrics = Metrics::new();
    for series in answer["data"].as_array().unwrap() {
        let name = series["__name__"].as_str().unwrap();
        let labels = metrics.entry(name.to_owned()).or_default();
        for (label, value) in series.as_object().unwrap() {
            labels.entry(label.clone()).or_default().insert(value.as_str().unwrap().to_owned());
        }
    }
    metrics
}
