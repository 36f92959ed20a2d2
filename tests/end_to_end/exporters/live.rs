//! The simulation with real exporters in the place of three of its jobs: a real Prometheus scrapes both.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use optiinfra_gen::emit;
use optiinfra_gen::simulate::prometheus::{Changes, turned};
use optiinfra_gen::simulate::server::Server as Simulator;

use crate::dashboards;
use crate::exporters::databases::{Postgres, Redis};
use crate::exporters::{NODE, POSTGRES, REDIS, exporter, found};
use crate::server::Server;
use crate::servers::{alerts, all_evaluated, names, prometheus, query, until};
use crate::stack::{Stack, metrics_of, now};
use crate::tool::{PROMETHEUS, root};

const WITHIN: Duration = Duration::from_secs(60);

/// A panel that cannot have data on this machine.
struct Without {
    panel: &'static str,
    reason: &'static str,
    /// Whether the reason holds here.
    holds: fn() -> bool,
}

const WITHOUT: [Without; 3] = [
    Without { panel: "machine / Sensors", reason: "the kernel shows no temperature sensors", holds: || !has_sensors() },
    Without {
        panel: "machine / RAID",
        reason: "the machine has no software RAID",
        holds: || !std::fs::read_to_string("/proc/mdstat").is_ok_and(|text| text.contains("active ")),
    },
    Without { panel: "machine / Replicas behind", reason: "nothing replicates this PostgreSQL", holds: || true },
];

fn has_sensors() -> bool {
    let Ok(chips) = std::fs::read_dir("/sys/class/hwmon") else { return false };
    chips.flatten().filter_map(|chip| std::fs::read_dir(chip.path()).ok()).any(|files| {
        files
            .flatten()
            .any(|file| file.file_name().to_str().is_some_and(|name| name.starts_with("temp") && name.ends_with("_input")))
    })
}

#[test]
fn real_exporters_fill_every_panel_that_reads_them() {
    let [_, prometheus_tool] = &PROMETHEUS;
    let ([_, (node, _)], [_, (postgres, _)], [_, (redis, _)]) = (&NODE, &POSTGRES, &REDIS);
    let Some([_, node, postgres, redis]) = found([prometheus_tool, node, postgres, redis]) else { return };
    let (Some(mut database), Some(mut store)) = (Postgres::start(), Redis::start()) else { return };
    let begun = Instant::now();
    let folder = tempfile::tempdir().unwrap();
    let specs = folder.path().join("specs");
    copy(&root().join("specs"), &specs);
    let own = root().join("tests/end_to_end/exporters/machine.yaml");
    std::fs::copy(own, specs.join("machine.yaml")).unwrap();
    let stack = Stack::of(&specs);

    let real: BTreeMap<&str, Server> = BTreeMap::from([
        ("node", exporter(&node, folder.path(), &[], &[])),
        ("postgres", exporter(&postgres, folder.path(), &[database.data_source("shop")], &[])),
        ("redis", exporter(&redis, folder.path(), &[format!("REDIS_ADDR=redis://127.0.0.1:{}", store.ports[0])], &[])),
    ]);
    let simulation = stack.simulation();
    let history = simulation.history(now() - 86_400.0);
    let simulator = Simulator::start(simulation, history, Arc::new(now), None).unwrap_or_else(|taken| panic!("{taken:?}"));
    let changes = Changes { control: simulator.control().to_string(), scrape_interval: Some("2s".into()), ..Changes::default() };
    // Nobody is told: what fires is asked of Prometheus.
    let mut plan = turned(&stack.quick(stack.plan.prometheus.clone(), "127.0.0.1:9"), simulator.simulation(), &changes);
    for (job, running) in &real {
        let simulated = plan.jobs.iter_mut().find(|known| known.name == *job).unwrap_or_else(|| panic!("no job {job}"));
        let declared = stack.plan.prometheus.jobs.iter().find(|known| known.name == *job).unwrap();
        simulated.discovery = None;
        simulated.static_groups.clone_from(&declared.static_groups);
        let [group] = simulated.static_groups.as_mut_slice() else { panic!("{job}: {:?}", declared.static_groups) };
        assert_eq!(group.targets.len(), 1, "{job}");
        group.targets = vec![running.address()];
        group.labels.remove("instance");
    }
    let mut files = Vec::new();
    emit::prometheus::emit(&plan, &mut files);
    let server = prometheus(&files, folder.path()).unwrap();

    let targets = every_target_is_up(&server, simulator.simulation().targets.len());
    // Rates need a second scrape, and rules see what other rules have recorded.
    for (job, running) in &real {
        until("two scrapes", WITHIN, || {
            let expr = format!("count_over_time(up{{job=\"{job}\",instance=\"{}\"}}[5m]) >= 2", running.address());
            if query(&server, &expr).is_empty() { Err(expr) } else { Ok(()) }
        });
    }
    for _ in 0..2 {
        all_evaluated(&server, WITHIN);
    }
    let Panels { queries, asked, missing } = panels(&stack, &server, &real);
    let mut wrong = Vec::new();
    for Without { panel, reason, holds } in &WITHOUT {
        match (missing.contains_key(*panel), holds()) {
            (true, true) => eprintln!("without data: {panel}, since {reason}"),
            (false, true) => wrong.push(format!("{panel} has data, though {reason}: the entry is out of date")),
            (true, false) => wrong.push(format!("{panel} has no data, and it is not so that {reason}")),
            (false, false) => {}
        }
    }
    let listed: BTreeSet<&str> = WITHOUT.iter().map(|entry| entry.panel).collect();
    let unlisted = missing.iter().filter(|(panel, _)| !listed.contains(panel.as_str()));
    wrong.extend(unlisted.map(|(panel, queries)| format!("{panel} has no data: {}", queries.join("\n  "))));
    eprintln!(
        "{targets} targets up, {queries} queries of what real exporters expose, asked in {asked} forms, in {:.0?}",
        begun.elapsed()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let about = |names: BTreeSet<String>| -> BTreeSet<String> {
        let ours = ["Postgres", "Redis", "Database"];
        names.into_iter().filter(|name| ours.iter().any(|part| name.contains(part))).collect()
    };
    let firing = about(names(&alerts(&server, "firing")));
    assert!(firing.is_empty(), "{firing:?}");
    database.end();
    store.end();
    until("both databases are missed", WITHIN, || {
        let firing = about(names(&alerts(&server, "firing")));
        let expected = ["PostgresDown", "RedisDown"].map(str::to_owned);
        if firing == BTreeSet::from(expected) { Ok(()) } else { Err(format!("{firing:?}")) }
    });
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn every_target_is_up(server: &Server, expected: usize) -> usize {
    until("all targets are up", WITHIN, || {
        let answer = server.json("/api/v1/targets?state=active");
        let targets = answer["data"]["activeTargets"].as_array().cloned().unwrap_or_default();
        let bad: Vec<String> = targets
            .iter()
            .filter(|target| target["health"] != "up")
            .map(|target| format!("{} {}", target["labels"], target["lastError"]))
            .collect();
        if targets.len() == expected && bad.is_empty() {
            Ok(expected)
        } else {
            Err(format!("{} of {expected} targets, not up: {bad:#?}", targets.len()))
        }
    })
}

/// What was asked, and what has no answer.
struct Panels {
    queries: usize,
    /// A query is asked with each value of its variables.
    asked: usize,
    /// The queries without data, by dashboard and panel.
    missing: BTreeMap<String, Vec<String>>,
}

/// Asks every query that reads what these jobs expose, or a record of it.
fn panels(stack: &Stack, server: &Server, real: &BTreeMap<&str, Server>) -> Panels {
    let mut theirs: BTreeSet<String> = BTreeSet::new();
    for job in stack.model.jobs.iter().filter(|job| real.contains_key(job.name.as_str())) {
        theirs.extend(job.exposes.keys().cloned());
    }
    let suffixes = ["_bucket", "_sum", "_count"];
    let of_them = |names: &BTreeSet<String>, theirs: &BTreeSet<String>| {
        names.iter().any(|name| {
            theirs.contains(name) || suffixes.iter().any(|end| name.strip_suffix(end).is_some_and(|base| theirs.contains(base)))
        })
    };
    // A record may read another; no chain is longer than the records are many.
    for _ in 0..stack.model.records.len() {
        for record in &stack.model.records {
            if of_them(&metrics_of(&record.expr.ast.to_string()), &theirs) {
                theirs.insert(record.name.clone());
            }
        }
    }
    let mut files = Vec::new();
    emit::grafana::emit(&stack.plan.grafana, &mut files);
    let texts = files.iter().filter(|file| file.path.as_str().contains("/dashboards/") && file.path.as_str().ends_with(".json"));
    let texts = texts.map(|file| {
        let name = Path::new(file.path.as_str()).file_stem().unwrap().to_string_lossy().into_owned();
        (name, String::from_utf8(file.bytes.to_vec()).unwrap())
    });
    let (dashboards, empty) = dashboards::of(server, texts);
    let mut missing: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for text in empty {
        missing.entry(text).or_default();
    }
    let (mut queries, mut asked) = (0, 0);
    for dashboard in &dashboards {
        for (title, expr) in dashboard.queries.iter().filter(|(_, expr)| of_them(&metrics_of(expr), &theirs)) {
            queries += 1;
            for filled in dashboard.filled(expr) {
                asked += 1;
                if query(server, &filled.expr).is_empty() {
                    missing.entry(format!("{} / {title}", dashboard.name)).or_default().push(filled.expr);
                }
            }
        }
    }
    Panels { queries, asked, missing }
}
