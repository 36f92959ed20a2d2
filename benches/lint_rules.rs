//! Linting a large rule file beside `promtool check rules` on the same file: CPU time and peak memory of each, in one run.
//!
//! The file holds 100,000 rules in groups of six, no two with the same expression. Lengths, functions and operators are spread as in public
//! rule files (see [`SHAPES`]); four in five are alerts, nearly all of them with `for`, a label and two annotations that are templates. Four
//! expressions in ten stand in a literal block, the others in single quotes, plain or in double quotes.
//!
//! `cargo bench --bench lint_rules` runs it; `-- --small` takes a hundredth of the rules, `-- --keep FILE` leaves the file there.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::{ResourceUsage, Wait4};

#[path = "../tests/real/tool.rs"]
#[allow(dead_code)]
mod tool;

const RULES: usize = 100_000;
const GROUP: usize = 6;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let count = if arguments.iter().any(|argument| argument == "--small") { RULES / 100 } else { RULES };
    let folder = tempfile::tempdir().unwrap();
    let keep = arguments.iter().position(|argument| argument == "--keep").and_then(|at| arguments.get(at + 1));
    let file = keep.map_or_else(|| folder.path().join("rules.yml"), PathBuf::from);
    let (text, lengths) = rule_file(count);
    fs::write(&file, &text).unwrap();
    println!(
        "{count} rules with different expressions, {} characters at the median, {} at the ninth decile; {:.1} MB of YAML",
        lengths[lengths.len() / 2],
        lengths[lengths.len() * 9 / 10],
        text.len() as f64 / 1e6
    );
    let mut command = Command::new(env!("CARGO_BIN_EXE_optiinfra-gen"));
    let ours = measure("optiinfra-gen lint", command.arg("lint").arg(&file).args(["--fail-on", "error"]));
    for promtool in tool::PROMTOOLS {
        let Some(program) = promtool.find() else { continue };
        let version = tool::run(Command::new(&program).arg("--version"));
        let first_line = version.output.lines().find(|line| line.contains("version")).unwrap_or_default();
        let name = first_line.split(" (").next().unwrap_or_default().to_owned();
        let other = measure(&format!("{name} check rules"), Command::new(program).args(["check", "rules"]).arg(&file));
        println!(
            "  lint takes 1/{:.1} of its CPU time and 1/{:.1} of its memory",
            cpu(&other).as_secs_f64() / cpu(&ours).as_secs_f64(),
            other.maxrss as f64 / ours.maxrss as f64
        );
    }
}

fn measure(name: &str, command: &mut Command) -> ResourceUsage {
    let started = Instant::now();
    let result = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap().wait4().unwrap();
    let wall = started.elapsed();
    assert!(result.status.success(), "{name} failed: {}", result.status);
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

/// A way to write an expression: how many of a thousand alerts, and of a thousand recording rules, are written so.
type Shape = (usize, usize, fn(&mut Draw) -> String);

const SHAPES: &[Shape] = &[
    (270, 30, state),
    (160, 0, gauge_threshold),
    (100, 260, rate_sum),
    (90, 240, error_share),
    (95, 10, increase),
    (70, 60, used_share),
    (45, 120, quantile),
    (40, 80, joined),
    (35, 40, over_time),
    (25, 0, missing),
    (20, 0, forecast),
    (20, 80, relabelled),
    (20, 60, counted),
    (10, 20, long),
];

/// Numbers that look drawn at random and are the same on every run.
struct Draw {
    state: u64,
    index: usize,
}

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) as usize % limit
    }

    fn one<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    /// The beginning of a metric's name: some thousands of them.
    fn stem(&mut self) -> String {
        let system = self.one(SYSTEMS);
        let thing = self.one(THINGS);
        format!("{system}_{thing}")
    }

    /// What stands in braces. The first matcher makes the expression different from all others.
    fn matchers(&mut self) -> String {
        let mut text = format!("job=\"{}-{}\"", self.one(SYSTEMS), self.index);
        for _ in 0..[0, 0, 0, 1, 1, 2][self.below(6)] {
            let matcher = self.one(&[
                ", namespace=\"monitoring\"",
                ", instance=~\"rack[0-9]+-.*\"",
                ", state!=\"idle\"",
                ", device!~\"loop.*|ram.*\"",
                ", mode=\"user\"",
                ", cluster=~\"eu|us|asia\"",
            ]);
            if !text.contains(&matcher[..6]) {
                text.push_str(matcher);
            }
        }
        text
    }

    fn window(&mut self) -> &'static str {
        self.one(&["5m", "5m", "5m", "10m", "15m", "1m", "2m", "30m", "1h", "6h", "1d"])
    }

    fn by(&mut self) -> &'static str {
        self.one(&[
            "by (job)",
            "by (job, instance)",
            "by (cluster, namespace, job)",
            "by (instance, job)",
            "without (pod)",
            "by (namespace, pod, job)",
        ])
    }

    fn threshold(&mut self) -> String {
        let number = self.below(900) + 1;
        match self.below(3) {
            0 => format!("0.{number}"),
            1 => number.to_string(),
            _ => (number * 10).to_string(),
        }
    }
}

const SYSTEMS: &[&str] = &[
    "apiserver",
    "broker",
    "cache",
    "checkout",
    "collector",
    "controller",
    "coredns",
    "database",
    "dispatcher",
    "etl",
    "exporter",
    "gateway",
    "gpu",
    "indexer",
    "ingester",
    "kubelet",
    "ledger",
    "mailer",
    "node",
    "objectstore",
    "planner",
    "proxy",
    "registry",
    "replicator",
    "router",
    "scheduler",
    "search",
    "session",
    "storage",
    "stream",
    "tracer",
    "worker",
];
const THINGS: &[&str] = &[
    "active",
    "allocation",
    "backlog",
    "batch",
    "block",
    "client",
    "commit",
    "compaction",
    "connection",
    "consumer",
    "container",
    "disk",
    "event",
    "fetch",
    "filesystem",
    "flush",
    "follower_sync",
    "garbage_collection",
    "handshake",
    "heap",
    "http_request",
    "index",
    "ingest",
    "job",
    "leader_election",
    "lock_wait",
    "log",
    "memory",
    "message",
    "network_receive",
    "network_transmit",
    "operation",
    "page_fault",
    "partition",
    "pool",
    "queue",
    "remote_read",
    "remote_write",
    "replica",
    "retry",
    "segment",
    "shard",
    "snapshot",
    "statement",
    "task",
    "tenant",
    "thread",
    "transaction",
    "upload",
    "write_ahead_log",
];

fn state(draw: &mut Draw) -> String {
    let what = draw.one(&["up", "healthy", "synced", "info", "ready", "status"]);
    let compared = draw.one(&["== 0", "== 1", "!= 1", "> 0"]);
    format!("{}_{what}{{{}}} {compared}", draw.stem(), draw.matchers())
}

fn gauge_threshold(draw: &mut Draw) -> String {
    let unit = draw.one(&["bytes", "seconds", "ratio", "celsius", "items"]);
    let compared = draw.one(&[">", ">", ">", "<", ">="]);
    format!("{}_{unit}{{{}}} {compared} {}", draw.stem(), draw.matchers(), draw.threshold())
}

fn rate_sum(draw: &mut Draw) -> String {
    let function = draw.one(&["rate", "rate", "rate", "rate", "irate"]);
    format!("sum {} ({function}({}_total{{{}}}[{}]))", draw.by(), draw.stem(), draw.matchers(), draw.window())
}

fn error_share(draw: &mut Draw) -> String {
    let (stem, matchers, window, by) = (draw.stem(), draw.matchers(), draw.window(), draw.by());
    let times = draw.one(&["", "", " * 100", "100 * "]);
    let (before, after) = if times.starts_with(' ') { ("", times) } else { (times, "") };
    format!(
        "{before}sum {by} (rate({stem}s_total{{{matchers}, code=~\"5..\"}}[{window}]))\n/\nsum {by} (rate({stem}s_total{{{matchers}}}[{window}])){after}"
    )
}

fn increase(draw: &mut Draw) -> String {
    format!("increase({}_failures_total{{{}}}[{}])", draw.stem(), draw.matchers(), draw.window())
}

fn used_share(draw: &mut Draw) -> String {
    let (stem, matchers) = (draw.stem(), draw.matchers());
    let unit = draw.one(&["bytes", "items"]);
    match draw.below(3) {
        0 => format!("{stem}_used_{unit}{{{matchers}}} / {stem}_limit_{unit}{{{matchers}}} * 100"),
        1 => format!("(1 - {stem}_free_{unit}{{{matchers}}} / {stem}_size_{unit}{{{matchers}}})"),
        _ => format!("max {} ({stem}_size_{unit}{{{matchers}}} - {stem}_free_{unit}{{{matchers}}})", draw.by()),
    }
}

fn quantile(draw: &mut Draw) -> String {
    let share = draw.one(&["0.5", "0.9", "0.95", "0.99"]);
    format!(
        "histogram_quantile({share}, sum by (job, le) (rate({}_duration_seconds_bucket{{{}}}[{}])))",
        draw.stem(),
        draw.matchers(),
        draw.window()
    )
}

fn joined(draw: &mut Draw) -> String {
    let (left, right) = (draw.stem(), draw.stem());
    let (matchers, window) = (draw.matchers(), draw.window());
    match draw.below(3) {
        0 => format!(
            "rate({left}_total{{{matchers}}}[{window}])\n* on (instance, job) group_left (version)\n  {right}_info{{{matchers}}}"
        ),
        1 => format!("sum by (job, instance) ({left}_bytes{{{matchers}}})\nand on (job, instance)\n  {right}_ready == 1"),
        _ => format!("{left}_items{{{matchers}}} - ignoring (state) {right}_items{{{matchers}, state=\"done\"}}"),
    }
}

fn over_time(draw: &mut Draw) -> String {
    let function = draw.one(&["max_over_time", "avg_over_time", "min_over_time", "changes", "delta", "deriv"]);
    format!("{function}({}_depth{{{}}}[{}])", draw.stem(), draw.matchers(), draw.window())
}

fn missing(draw: &mut Draw) -> String {
    format!("absent({}_up{{{}}})", draw.stem(), draw.matchers())
}

fn forecast(draw: &mut Draw) -> String {
    let (stem, matchers) = (draw.stem(), draw.matchers());
    format!(
        "(\n  {stem}_free_bytes{{{matchers}}} / {stem}_size_bytes{{{matchers}}} < 0.15\nand\n  predict_linear({stem}_free_bytes{{{matchers}}}[6h], 24 * 60 * 60) < 0\n)"
    )
}

fn relabelled(draw: &mut Draw) -> String {
    let (stem, matchers) = (draw.stem(), draw.matchers());
    format!(
        "topk by (namespace, pod) (1,\n  max by (namespace, pod, node, job) (\n    label_replace({stem}_info{{{matchers}}}, \"node\", \"$1\", \"instance\", \"(.*):.*\")\n  )\n)"
    )
}

fn counted(draw: &mut Draw) -> String {
    let (stem, matchers, by) = (draw.stem(), draw.matchers(), draw.by());
    format!("count {by} ({stem}_up{{{matchers}}} == 0) / count {by} ({stem}_up{{{matchers}}})")
}

/// Several windows of one error budget, as rules for objectives have them.
fn long(draw: &mut Draw) -> String {
    let (stem, matchers) = (draw.stem(), draw.matchers());
    let share = |window: &str| {
        format!(
            "  sum by (job) (rate({stem}s_total{{{matchers}, code=~\"5..\"}}[{window}]))\n    /\n  sum by (job) (rate({stem}s_total{{{matchers}}}[{window}]))"
        )
    };
    let pair =
        |short: &str, other: &str, burn: &str| format!("(\n{}\n  > {burn}\nand\n{}\n  > {burn}\n)", share(short), share(other));
    format!("{}\nor\n{}\nor\n{}", pair("5m", "1h", "14.4 * 0.001"), pair("30m", "6h", "6 * 0.001"), pair("2h", "1d", "3 * 0.001"))
}

/// The file, and the sorted lengths of its expressions.
fn rule_file(count: usize) -> (String, Vec<usize>) {
    let mut text = "groups:\n".to_owned();
    let mut seen = BTreeSet::new();
    let mut draw = Draw { state: 42, index: 0 };
    for index in 0..count {
        draw.index = index;
        if index % GROUP == 0 {
            let system = draw.one(SYSTEMS);
            writeln!(text, "  - name: {system}-{}\n    rules:", index / GROUP).unwrap();
        }
        let is_alert = draw.below(100) < 81;
        let expr = expression(&mut draw, is_alert);
        let system = draw.one(SYSTEMS);
        if is_alert {
            writeln!(text, "      - alert: {}{index}", capitalized(system)).unwrap();
            write_expression(&mut text, &expr, &mut draw);
            write_alert(&mut text, system, &mut draw);
        } else {
            writeln!(text, "      - record: job:{}:of{index}", draw.stem()).unwrap();
            write_expression(&mut text, &expr, &mut draw);
        }
        seen.insert(expr);
    }
    assert_eq!(seen.len(), count, "two expressions are the same");
    let mut lengths: Vec<usize> = seen.iter().map(String::len).collect();
    lengths.sort_unstable();
    (text, lengths)
}

fn expression(draw: &mut Draw, is_alert: bool) -> String {
    let share = |shape: &Shape| if is_alert { shape.0 } else { shape.1 };
    let mut at = draw.below(SHAPES.iter().map(share).sum());
    let shape = SHAPES.iter().find(|shape| {
        let found = at < share(shape);
        at = at.wrapping_sub(share(shape));
        found
    });
    let expr = shape.unwrap().2(draw);
    // What is no condition yet becomes one.
    if is_alert && (!expr.contains([' ', '=', '<', '>']) || !has_condition(&expr)) {
        let compared = draw.one(&[">", ">", ">", "<"]);
        return format!("{expr} {compared} {}", draw.threshold());
    }
    expr
}

fn has_condition(expr: &str) -> bool {
    [" > ", " < ", " >= ", " == ", " != ", "\nand", "absent("].iter().any(|word| expr.contains(word))
}

fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    format!("{}{rest}", first.to_ascii_uppercase())
}

fn write_expression(text: &mut String, expr: &str, draw: &mut Draw) {
    if expr.contains('\n') || draw.below(100) < 26 {
        text.push_str("        expr: |\n");
        expr.lines().for_each(|line| writeln!(text, "          {line}").unwrap());
        return;
    }
    match draw.below(12) {
        0 => writeln!(text, "        expr: \"{}\"", expr.replace('\\', "\\\\").replace('"', "\\\"")).unwrap(),
        1..=4 if !expr.contains(": ") => writeln!(text, "        expr: {expr}").unwrap(),
        _ => writeln!(text, "        expr: '{}'", expr.replace('\'', "''")).unwrap(),
    }
}

fn write_alert(text: &mut String, system: &str, draw: &mut Draw) {
    if draw.below(100) < 95 {
        writeln!(text, "        for: {}", draw.one(&["1m", "2m", "5m", "5m", "10m", "15m", "1h"])).unwrap();
    }
    writeln!(text, "        labels:\n          severity: {}", draw.one(&["critical", "warning", "warning", "info"])).unwrap();
    writeln!(text, "        annotations:\n          summary: The {system} is in trouble (job {{{{ $labels.job }}}})").unwrap();
    match draw.below(3) {
        0 => writeln!(
            text,
            "          description: \"The {system} of {{{{ $labels.job }}}} has been off its target for a while.\\n  VALUE = {{{{ $value }}}}\\n  LABELS = {{{{ $labels }}}}\""
        ),
        1 => writeln!(
            text,
            "          description: 'On {{{{ $labels.job }}}} the {system} shows {{{{ $value | humanize }}}}, which is more than it can hold for long; look at its dashboard first.'"
        ),
        _ => writeln!(
            text,
            "          description: |\n            The {system} of job {{{{ $labels.job }}}} is at {{{{ printf \"%.2f\" $value }}}}.\n            Somebody has to look at it before the next working day."
        ),
    }
    .unwrap();
}
