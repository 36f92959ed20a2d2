use std::collections::BTreeMap;
use std::path::Path;

use crate::foreign::exposition;
use crate::pipeline::{self, CheckOptions, Checked};
use crate::simulate::exposition::Format;
use crate::simulate::history::History;
use crate::simulate::{Options, Simulation, backfill};
use crate::source::{SourceKind, Sources};
use crate::world::MemoryWorld;

const STACK: &str = r#"
stack: {name: shop}
services:
  shop:
    language: python
    port: 8000
    metrics:
      define:
        orders_total: {type: counter, unit: orders, help: Orders taken., labels: {outcome: [success, failure], region: {max: 2}}}
        answer_seconds: {type: histogram, unit: seconds, help: "Time to \"answer\"\\ a\nrequest.", buckets: [0.1, 1, 10]}
        cache_ratio: {type: gauge, unit: ratio, range: [0, 1], help: Hits.}
        tokens_total: {type: counter, unit: tokens, help: Tokens., labels: {type: {values: [input, output, total], total: total}}}
        shop_info: {type: info, help: Version., labels: {version: {}}}
        door_state: {type: gauge, unit: bool, range: [0, 1], help: The door., labels: {state: [open, closed]}}
        wished: {type: gauge, status: planned, help: Not yet.}
gpu_targets:
  pool: {pack: dcgm_exporter, model: H100, nodes: [gpu-01, gpu-02], gpus_per_node: 4}
queries:
  asked: {help: A, expr: 'sum(rate(orders_total{region="moon"}[$window]))'}
recording_rules:
  "shop:moon:rate5m": {help: A, expr: 'sum(rate(orders_total{region="moon"}[5m]))'}
"#;

fn check(scenarios: &str) -> Checked {
    let world = MemoryWorld::default();
    world.put("/s/stack.yaml", STACK);
    if !scenarios.is_empty() {
        world.put("/s/scenarios.yaml", format!("scenarios:\n{scenarios}"));
    }
    pipeline::check(&world, Path::new("/s"), &CheckOptions::default()).unwrap()
}

/// A simulation of the stack with these scenarios, which must be right.
fn simulated(scenarios: &str, options: Options) -> Simulation {
    let checked = check(scenarios);
    let wrong: Vec<&str> =
        checked.diagnostics.iter().filter(|found| found.rule.starts_with("spec/")).map(|found| &*found.message).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    Simulation::new(&checked.model.unwrap(), options)
}

/// What is wrong with these scenarios.
#[track_caller]
fn faults(scenarios: &str) -> Vec<String> {
    let checked = check(scenarios);
    let found = checked.diagnostics.iter().filter(|found| found.rule.starts_with("spec/"));
    found.map(|found| format!("{}; {}", found.message, found.help.as_deref().unwrap_or_default())).collect()
}

const NOON: f64 = 1_790_000_000.0;

/// The numbers of all series of a target, by the series as it is written.
fn numbers(simulation: &Simulation, instance: &str, history: &History, t: f64) -> BTreeMap<String, f64> {
    let target = simulation.targets.iter().find(|target| target.instance() == instance).unwrap();
    let text = target.expose(history, t, Format::Prometheus);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(series, number)| (series.to_owned(), number.parse().unwrap()))
        .collect()
}

#[test]
fn a_value_depends_on_nothing_but_seed_series_and_time() {
    let one = simulated("", Options::default());
    let other = simulated("", Options::default());
    let seeded = simulated("", Options { seed: 2, instances: 1 });
    let history = History::default();
    // Asked in another order, and again.
    let late = numbers(&one, "shop:8000", &history, NOON + 3600.0);
    let early = numbers(&one, "shop:8000", &history, NOON);
    assert_eq!(early, numbers(&other, "shop:8000", &history, NOON));
    assert_eq!(late, numbers(&other, "shop:8000", &history, NOON + 3600.0));
    assert_ne!(early, late);
    assert_ne!(early, numbers(&seeded, "shop:8000", &history, NOON));
}

#[test]
fn counters_grow_and_buckets_add_up() {
    let simulation = simulated("", Options::default());
    let history = History::default();
    let started = numbers(&simulation, "shop:8000", &history, NOON)["process_start_time_seconds"];
    let mut last: BTreeMap<String, f64> = BTreeMap::new();
    for step in 0..200 {
        let now = numbers(&simulation, "shop:8000", &history, started + 100.0 + 15.0 * f64::from(step));
        for (series, value) in &now {
            let grows =
                series.contains("_total") || series.contains("_bucket") || series.contains("_count") || series.contains("_sum");
            if let (true, Some(before)) = (grows, last.get(series)) {
                assert!(value >= before, "{series} fell from {before} to {value}");
            }
        }
        let bucket = |le: &str| now[&format!("answer_seconds_bucket{{le=\"{le}\"}}")];
        let counts = [bucket("0.1"), bucket("1.0"), bucket("10.0"), bucket("+Inf")];
        assert!(counts.is_sorted(), "{counts:?}");
        assert_eq!(counts[3], now["answer_seconds_count"]);
        // The sum is one that observations in these buckets can have.
        let least = 0.1 * (counts[1] - counts[0]) + (counts[2] - counts[1]) + 10.0 * (counts[3] - counts[2]);
        let most = 0.1 * counts[0] + (counts[1] - counts[0]) + 10.0 * (counts[2] - counts[1]);
        let sum = now["answer_seconds_sum"];
        assert!(sum >= least && (sum <= most || counts[3] > counts[2]), "{least} {sum} {most}");
        assert_eq!(
            now["tokens_total{type=\"total\"}"],
            now["tokens_total{type=\"input\"}"] + now["tokens_total{type=\"output\"}"]
        );
        assert!((0.0..=1.0).contains(&now["cache_ratio"]));
        assert_eq!(now["door_state{state=\"open\"}"] + now["door_state{state=\"closed\"}"], 1.0);
        assert_eq!(now["shop_info{version=\"1.0.0\"}"], 1.0);
        last = now;
    }
}

#[test]
fn every_value_that_is_listed_or_asked_for_is_there() {
    let simulation = simulated("  a: {set: {orders_total: 1}, on: {region: [mars]}}\n", Options::default());
    let now = numbers(&simulation, "shop:8000", &History::default(), NOON);
    for part in ["outcome=\"success\"", "outcome=\"failure\"", "region=\"moon\"", "region=\"mars\""] {
        assert!(now.keys().any(|series| series.starts_with("orders_total") && series.contains(part)), "{part}: {:?}", now.keys());
    }
    assert!(!now.contains_key("wished"));
    let gpus = numbers(&simulation, "gpu-01:9400", &History::default(), NOON);
    assert_eq!(gpus.keys().filter(|series| series.starts_with("DCGM_FI_DEV_GPU_TEMP")).count(), 4);
}

#[test]
fn a_gpu_that_works_is_warm() {
    let simulation = simulated("  full: {set: {DCGM_FI_DEV_GPU_UTIL: 75}, on: {node: gpu-01, gpu: \"0\"}}\n", Options::default());
    let mut history = History::default();
    let read = |history: &History, instance: &str| {
        let now = numbers(&simulation, instance, history, NOON);
        let of = |name: &str| *now.iter().find(|(series, _)| series.starts_with(name) && series.contains("gpu=\"0\"")).unwrap().1;
        [
            of("DCGM_FI_DEV_GPU_UTIL"),
            of("DCGM_FI_DEV_GPU_TEMP"),
            of("DCGM_FI_DEV_POWER_USAGE"),
            of("DCGM_FI_DEV_FB_USED") + of("DCGM_FI_DEV_FB_FREE"),
        ]
    };
    let (usual, elsewhere) = (read(&history, "gpu-01:9400"), read(&history, "gpu-02:9400"));
    history.begin(0, NOON - 60.0);
    let full = read(&history, "gpu-01:9400");
    assert!(full[0] > usual[0] && full[1] > usual[1] && full[2] > usual[2], "{usual:?} {full:?}");
    assert_eq!(elsewhere, read(&history, "gpu-02:9400"));
}

#[test]
fn scenarios_begin_and_end() {
    let scenarios = "
  slow: {set: {answer_seconds: 5s}}
  rush: {set: {orders_total: 100}, on: {outcome: success}}
  cold: {set: {cache_ratio: 5%}}
  gone: {absent: [cache_ratio]}
  off: {down: [shop]}
  forgotten: {unlisted: [pool], on: {node: gpu-02}}
  again: {restart_every: 4m, on: {job: shop}}
";
    let simulation = simulated(scenarios, Options::default());
    let at = |name: &str, t: f64| {
        let mut history = History::default();
        history.begin(simulation.scenario(name).unwrap(), NOON);
        history.end(simulation.scenario(name).unwrap(), NOON + 600.0);
        (numbers(&simulation, "shop:8000", &history, t), history)
    };
    let before = at("rush", NOON).0;
    let after = at("rush", NOON + 60.0).0;
    let series = before.keys().find(|series| series.starts_with("orders_total") && series.contains("success")).unwrap();
    assert!((after[series] - before[series] - 6000.0).abs() <= 1.0, "{} {}", before[series], after[series]);

    let (before, after) = (at("slow", NOON).0, at("slow", NOON + 300.0).0);
    let grown = |le: &str| {
        after[&format!("answer_seconds_bucket{{le=\"{le}\"}}")] - before[&format!("answer_seconds_bucket{{le=\"{le}\"}}")]
    };
    assert!(grown("1.0") == 0.0 && grown("10.0") > 100.0);

    assert_eq!(at("cold", NOON + 1.0).0["cache_ratio"], 0.05);
    assert_ne!(at("cold", NOON + 601.0).0["cache_ratio"], 0.05);
    assert!(!at("gone", NOON + 1.0).0.contains_key("cache_ratio"));

    let shop = simulation.targets.iter().find(|target| target.job == "shop").unwrap();
    let history = at("off", NOON).1;
    assert_eq!([NOON - 1.0, NOON, NOON + 600.0].map(|t| shop.is_up(&history, t)), [true, false, true]);
    let history = at("forgotten", NOON).1;
    let listed = simulation.targets.iter().filter(|target| target.is_listed(&history, NOON)).map(super::Target::instance);
    assert_eq!(listed.collect::<Vec<_>>(), ["gpu-01:9400", "localhost:9090", "shop:8000"]);

    let starts: Vec<f64> = (1..4).map(|n| at("again", NOON + 250.0 * f64::from(n)).0["process_start_time_seconds"]).collect();
    assert_eq!(starts, [NOON + 240.0, NOON + 480.0, NOON + 480.0]);
}

#[test]
fn what_a_scenario_cannot_mean_is_said() {
    let found = |text: &str| faults(&format!("  s: {text}\n"));
    let says = |text: &str, words: &[&str]| {
        let found = found(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        words.iter().for_each(|word| assert!(found[0].contains(word), "{text}: {found:?}"));
    };
    says("{set: {order_total: 1}}", &["order_total", "did you mean `orders_total`"]);
    says("{set: {cache_ratio: 1.5}}", &["between 0 and 1"]);
    says("{set: {cache_ratio: 5s}}", &["second", "ratio"]);
    says("{set: {orders_total: -1}}", &["counter"]);
    says("{set: {wished: 1}}", &["planned"]);
    says("{set: {orders_total: 1}, on: {regoin: moon}}", &["regoin", "did you mean `region`"]);
    says("{set: {orders_total: 1}, on: {outcome: succes}}", &["no series", "did you mean `success`"]);
    says("{set: {orders_total: 1}, on: {job: pool}}", &["no series"]);
    says("{down: [shpo]}", &["did you mean `shop`"]);
    says("{down: [pool], on: {node: gpu-03}}", &["no target"]);
    says("{restart_every: 4m, on: {job: shpo}}", &["no target"]);
    says("{restart_every: 0s, on: {job: shop}}", &["all the time"]);
    says("{help: Nothing happens.}", &["changes nothing"]);
    says("{down: [shop], fires: [Watchdog]}", &["no alert `Watchdog`"]);
    says("{doun: [shop], down: [shop]}", &["doun", "did you mean `down`"]);
}

#[test]
fn both_formats_can_be_read_and_have_their_marks() {
    let simulation = simulated("", Options { seed: 1, instances: 2 });
    assert_eq!(
        simulation.targets.iter().map(super::Target::instance).collect::<Vec<_>>(),
        ["gpu-01:9400", "gpu-01-2:9400", "gpu-02:9400", "gpu-02-2:9400", "localhost:9090", "shop:8000", "shop-2:8000"]
    );
    for target in &simulation.targets {
        for format in [Format::Prometheus, Format::OpenMetrics] {
            let text = target.expose(&History::default(), NOON, format);
            let mut sources = Sources::default();
            let source = sources.add("metrics", text.as_str(), SourceKind::File);
            let read = exposition::parse(source, &text);
            assert!(read.diagnostics.is_empty(), "{} {format:?}: {:?}", target.job, read.diagnostics);
            assert_eq!(text.ends_with("# EOF\n"), format == Format::OpenMetrics);
        }
    }
    let shop = simulation.targets.iter().find(|target| target.job == "shop").unwrap();
    let classic = shop.expose(&History::default(), NOON, Format::Prometheus);
    assert!(classic.contains("# HELP answer_seconds Time to \"answer\"\\\\ a\\nrequest.\n# TYPE answer_seconds histogram\n"));
    assert!(classic.contains("# TYPE orders_created gauge\n") && classic.contains("# TYPE shop_info gauge\n"));
    assert!(classic.find("python_info") < classic.find("orders_total"), "the library's own come first");
    let open = shop.expose(&History::default(), NOON, Format::OpenMetrics);
    assert!(open.contains("# TYPE orders counter\norders_total{") && open.contains("# TYPE shop info\nshop_info{"));
    assert_eq!(Format::accepted("application/openmetrics-text;version=1.0.0,text/plain;q=0.5"), Format::OpenMetrics);
    assert_eq!(Format::accepted("text/plain"), Format::Prometheus);
}

#[test]
fn the_past_is_what_a_server_would_have_seen() {
    let simulation = simulated("  off: {down: [shop]}\n", Options::default());
    let mut history = History::default();
    history.begin(0, NOON);
    let mut bytes = Vec::new();
    backfill::write(&simulation, &history, &[NOON - 15.0, NOON], &|name| name == "up" || name == "cache_ratio", &mut bytes)
        .unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let of_shop: Vec<&str> = text.lines().filter(|line| line.contains("shop")).collect();
    assert_eq!(of_shop.len(), 3, "{text}");
    assert_eq!(of_shop[0], "up{instance=\"shop:8000\",job=\"shop\"} 1 1789999985.000");
    assert!(of_shop[1].starts_with("cache_ratio{instance=\"shop:8000\",job=\"shop\"} 0."));
    assert_eq!(of_shop[2], "up{instance=\"shop:8000\",job=\"shop\"} 0 1790000000.000");
    assert!(text.ends_with("# EOF\n"));
}
