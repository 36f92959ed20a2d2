//! Each pack against the exporter that it describes: as it is by default, and with what can be switched on.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use optiinfra_gen::model::job::Exposed;
use optiinfra_gen::packs;
use optiinfra_gen::resolve::pack::Chosen;
use optiinfra_gen::source::Sources;
use optiinfra_gen::spec::decode::Text;

use crate::exporters::compare::compare;
use crate::exporters::databases::{Postgres, Redis};
use crate::exporters::{NODE, POSTGRES, REDIS, exporter, metrics};
use crate::tool::Tool;

/// What a pack says of a version with features.
pub(crate) struct Declares {
    pub(crate) families: BTreeMap<String, Exposed>,
    open: Vec<String>,
}

pub(crate) fn declared(name: &str, version: &str, features: &[&str]) -> Declares {
    let shipped = packs::shipped(&mut Sources::default());
    let (name, entry) = shipped.packs.iter().find(|(known, _)| *known == name).unwrap();
    let pack = &entry.value;
    let version = pack.versions.names().find(|known| *known == version).unwrap();
    let features: Vec<Text> = features.iter().map(|feature| Text::synthetic(*feature, entry.key)).collect();
    let mut unknown = Vec::new();
    let chosen = Chosen { name, pack, version };
    chosen.check_features(&features, &mut unknown);
    assert!(unknown.is_empty(), "{unknown:?}");
    let open = pack.open.iter().map(|pattern| pattern.as_str().to_owned()).collect();
    Declares { families: chosen.exposes(&features, &shipped), open }
}

/// An exporter to be run and looked at.
struct Case<'t> {
    pack: &'static str,
    tool: &'t (Tool, &'static str),
    variables: Vec<String>,
    flags: Vec<&'static str>,
    features: Vec<&'static str>,
}

/// Runs the exporters side by side, and fails with all that differs.
fn look(cases: &[Case<'_>]) {
    let folder = tempfile::tempdir().unwrap();
    let mut differences = Vec::new();
    for case in cases {
        let (tool, version) = case.tool;
        let Some(program) = tool.find() else { continue };
        let what = format!("{} {version}{}", case.pack, if case.features.is_empty() { "" } else { " with features" });
        let begun = Instant::now();
        let declared = declared(case.pack, version, &case.features);
        let open: Vec<&str> = declared.open.iter().map(String::as_str).collect();
        let text = settled(&program, folder.path(), case);
        let found = compare(&text, &declared.families, &open);
        eprintln!(
            "{what:36} {:4} metrics compared, {:3} admitted by a pattern, {:5} series, {:2} differences ({:.0?})",
            found.compared,
            found.admitted,
            found.series,
            found.differences.len(),
            begun.elapsed()
        );
        differences.extend(found.differences.into_iter().map(|text| format!("{what}: {text}")));
    }
    assert!(differences.is_empty(), "the pack and the exporter differ:\n{}", differences.join("\n"));
}

/// What it exposes after it has been asked before: the first answer lacks what it counts of answers.
fn settled(program: &Path, folder: &Path, case: &Case<'_>) -> String {
    let running = exporter(program, folder, &case.variables, &case.flags);
    for _ in 0..2 {
        metrics(&running);
        std::thread::sleep(Duration::from_millis(200));
    }
    metrics(&running)
}

#[test]
fn node_exporter_exposes_what_its_pack_declares() {
    let case = |tool, flags: &[&'static str], features: &[&'static str]| Case {
        pack: "node_exporter",
        tool,
        variables: Vec::new(),
        flags: flags.to_vec(),
        features: features.to_vec(),
    };
    let mut cases: Vec<Case<'_>> = NODE.iter().map(|tool| case(tool, &[], &[])).collect();
    let on = NODE.iter().map(|tool| case(tool, &["--collector.processes"], &["processes"]));
    cases.extend(on);
    look(&cases);
}

#[test]
fn postgres_exporter_exposes_what_its_pack_declares() {
    let Some(postgres) = Postgres::start() else { return };
    let case = |tool, flags: &[&'static str], features: &[&'static str]| Case {
        pack: "postgres_exporter",
        tool,
        variables: vec![postgres.data_source("shop")],
        flags: flags.to_vec(),
        features: features.to_vec(),
    };
    let mut cases: Vec<Case<'_>> = POSTGRES.iter().map(|tool| case(tool, &[], &[])).collect();
    let [_, newest] = &POSTGRES;
    cases.push(case(
        newest,
        &[
            "--collector.stat_statements",
            "--collector.long_running_transactions",
            "--collector.process_idle",
            "--collector.postmaster",
            "--collector.database_wraparound",
            "--collector.statio_user_indexes",
            "--collector.stat_activity_autovacuum",
            // On: the pack says that PostgreSQL 15 is too new for the one and too old for the other, so nothing may come of them.
            "--collector.xlog_location",
            "--collector.buffercache_summary",
        ],
        &[
            "stat_statements",
            "long_running_transactions",
            "process_idle",
            "postmaster",
            "database_wraparound",
            "statio_user_indexes",
            "stat_activity_autovacuum",
        ],
    ));
    look(&cases);
}

#[test]
fn redis_exporter_exposes_what_its_pack_declares() {
    let Some(redis) = Redis::start() else { return };
    let case = |tool, port: u16, flags: &[&'static str], features: &[&'static str]| Case {
        pack: "redis_exporter",
        tool,
        variables: vec![format!("REDIS_ADDR=redis://127.0.0.1:{port}")],
        flags: flags.to_vec(),
        features: features.to_vec(),
    };
    let mut cases = Vec::new();
    for tool in &REDIS {
        for port in redis.ports {
            cases.push(case(tool, port, &[], &[]));
        }
        cases.push(case(
            tool,
            redis.ports[0],
            &[
                "--check-keys=*",
                "--count-keys=*",
                "--check-streams=events",
                "--export-client-list",
                "--include-config-metrics",
                "--include-system-metrics",
            ],
            &["check_keys", "count_keys", "check_streams", "client_list", "config_metrics", "system_metrics"],
        ));
    }
    look(&cases);
}
