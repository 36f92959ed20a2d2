//! More targets than a small stack has.

use std::fmt::Write as _;
use std::sync::Arc;

use optiinfra_gen::emit;
use optiinfra_gen::simulate::prometheus::{Changes, turned};
use optiinfra_gen::simulate::server::Server as Simulator;
use optiinfra_gen::simulate::{Options, Simulation};

use crate::live::{WITHIN, every_target_is_up};
use crate::servers::{prometheus, try_query, until};
use crate::stack::{Stack, now};
use crate::tool::PROMETHEUS;

const SERVICES: usize = 10;
const INSTANCES: usize = 20;

#[test]
fn two_hundred_instances_are_all_up_and_differ() {
    let [_, program] = PROMETHEUS;
    if program.find().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut spec = String::from("stack: {name: many}\nservices:\n");
    for service in 0..SERVICES {
        let define = format!("{{s{service}_jobs_total: {{type: counter, help: Jobs done., labels: {{queue: [fast, slow]}}}}}}");
        writeln!(spec, "  service-{service}: {{port: {}, metrics: {{define: {define}}}}}", 8100 + service).unwrap();
    }
    std::fs::create_dir(folder.path().join("specs")).unwrap();
    std::fs::write(folder.path().join("specs/stack.yaml"), spec).unwrap();
    let stack = Stack::of(&folder.path().join("specs"));

    let simulation = Simulation::new(&stack.model, Options { instances: INSTANCES, ..Options::default() });
    let history = simulation.history(now());
    let simulator = Simulator::start(simulation, history, Arc::new(now), None).unwrap_or_else(|taken| panic!("{taken:?}"));
    let changes = Changes { control: simulator.control().to_string(), scrape_interval: Some("2s".into()), ..Changes::default() };
    let mut files = Vec::new();
    emit::prometheus::emit(&turned(&stack.plan.prometheus, simulator.simulation(), &changes), &mut files);
    let server = prometheus(&files, folder.path()).unwrap();

    let targets = every_target_is_up(&server, &simulator);
    assert!(targets >= SERVICES * INSTANCES, "{targets} targets");
    let value = |expr: &str| {
        let series = try_query(&server, expr)?;
        let value = series.first().and_then(|one| one["value"][1].as_str()).unwrap_or_default().to_owned();
        Ok::<_, String>(value)
    };
    let expected = (SERVICES * INSTANCES).to_string();
    // Each is one of its own, not twenty times the same.
    for expr in [
        "count(count by (job, instance) ({__name__=~'s[0-9]_jobs_total'}))",
        "count(count_values('sum', sum by (job, instance) ({__name__=~'s[0-9]_jobs_total'})))",
    ] {
        until("every instance has its own values", WITHIN, || match value(expr) {
            Ok(found) if found == expected => Ok(()),
            found => Err(format!("{expr}: {found:?}")),
        });
    }
}
