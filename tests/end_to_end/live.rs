//! The simulation as it runs: scraped by a real Prometheus, looked at through the dashboards, told of by a real Alertmanager.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use optiinfra_gen::emit;
use optiinfra_gen::plan::prometheus::RuleKind;
use optiinfra_gen::simulate::prometheus::{Changes, turned};
use optiinfra_gen::simulate::server::Server as Simulator;

use crate::dashboards;
use crate::server::Server;
use crate::servers::{alertmanager, alerts, all_evaluated, names, prometheus, query, try_query, until};
use crate::stack::{Stack, backfilled, metrics_of, now};
use crate::tool::{ALERTMANAGER, PROMETHEUS};
use crate::webhook::Webhook;

pub(crate) const WITHIN: Duration = Duration::from_secs(60);

/// A critical alert, a warning.
const HAPPENS: [&str; 2] = ["agent-down", "gpu-hot"];

#[test]
fn every_target_is_up_and_every_panel_has_data() {
    let [_, program] = PROMETHEUS;
    if program.find().is_none() || ALERTMANAGER.find().is_none() {
        return;
    }
    let begun = Instant::now();
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::own();
    let simulation = stack.simulation();
    let started = now();
    let history = simulation.history(started - 30.0 * 86_400.0);

    // What the panels look back at: half an hour closely, the day before, and eight days from afar.
    let mut times: Vec<f64> = (0..32).rev().map(|step| started - 6.0 * 3600.0 * f64::from(step + 1)).collect();
    times.extend((0..8).map(|step| started - 86_400.0 - 120.0 + 60.0 * f64::from(step)));
    times.extend((0..50).rev().map(|step| started - 30.0 * f64::from(step)));
    times.sort_by(f64::total_cmp);
    let wanted: BTreeSet<String> = stack.read_by_rules().union(&stack.read_by_dashboards()).cloned().collect();
    assert!(backfilled(&simulation, &history, &times, &wanted, folder.path()));

    let simulator = Simulator::start(simulation, history, Arc::new(now), None).unwrap_or_else(|taken| panic!("{taken:?}"));
    let webhook = Webhook::start();
    let told_by = alertmanager(&stack.alertmanager(&webhook.address()), folder.path()).unwrap();
    let changes = Changes { control: simulator.control().to_string(), scrape_interval: Some("2s".into()), ..Changes::default() };
    let mut plan = turned(&stack.quick(stack.plan.prometheus.clone(), &told_by.address()), simulator.simulation(), &changes);
    // What looks back a minute at what was recorded a minute ago does so after seconds here.
    for rule in plan.record_groups.iter_mut().flat_map(|group| &mut group.rules) {
        if rule.expr.contains("ALERTS") {
            rule.expr = rule.expr.replace("offset 1m", "offset 3s");
        }
    }
    let mut files = Vec::new();
    emit::prometheus::emit(&plan, &mut files);
    let server = prometheus(&files, folder.path()).unwrap();

    let targets = every_target_is_up(&server, &simulator);
    for scenario in HAPPENS {
        steer(&simulator, "POST", scenario);
    }
    until("both scenarios are noticed", WITHIN, || {
        let firing = names(&alerts(&server, "firing"));
        let expected = ["GpuHot", "ServiceDown", "Watchdog"].map(str::to_owned);
        if firing == BTreeSet::from(expected) { Ok(()) } else { Err(format!("{firing:?}")) }
    });
    until("ServiceDown is told of", WITHIN, || told(&webhook, "firing"));
    // Rules see what other rules have recorded.
    for _ in 0..2 {
        all_evaluated(&server, WITHIN);
    }
    let missing_before = every_query_has_data(&stack, &server, false);
    for scenario in HAPPENS {
        steer(&simulator, "DELETE", scenario);
    }
    until("nothing fires any more", WITHIN, || {
        let firing = names(&alerts(&server, "firing"));
        if firing == BTreeSet::from(["Watchdog".to_owned()]) { Ok(()) } else { Err(format!("{firing:?}")) }
    });
    until("the end of ServiceDown is told of", WITHIN, || told(&webhook, "resolved"));

    let records: Vec<String> = plan
        .record_groups
        .iter()
        .flat_map(|group| &group.rules)
        .filter_map(|rule| match &rule.kind {
            RuleKind::Record(name) => Some(name.clone()),
            RuleKind::Alert(_) => None,
        })
        .collect();
    for record in &records {
        until("a recording rule has a value", WITHIN, || match try_query(&server, &format!("last_over_time({record}[10m])")) {
            Ok(series) if !series.is_empty() => Ok(()),
            answer => Err(format!("{record}: {answer:?}")),
        });
    }
    // The service is back, but rules may have looked last while it was down.
    for _ in 0..2 {
        all_evaluated(&server, WITHIN);
    }
    // What reads the record of ended alerts has data only now.
    let missing = every_query_has_data(&stack, &server, true);
    let missing: Vec<&String> = missing_before.iter().filter(|query| missing.contains(query)).collect();
    eprintln!("{targets} targets up, {} recording rules with values, in {:.0?}", records.len(), begun.elapsed());
    assert!(missing.is_empty(), "no data:\n{}", missing.into_iter().cloned().collect::<Vec<_>>().join("\n"));
}

/// Waits until Prometheus has scraped all that is simulated, and says how many targets that are.
pub(crate) fn every_target_is_up(server: &Server, simulator: &Simulator) -> usize {
    let expected = simulator.simulation().targets.len();
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

/// What was told of the service that is down.
fn told(webhook: &Webhook, status: &str) -> Result<(), String> {
    let told = webhook.told();
    let about = told.iter().filter(|told| told.alert["labels"]["alertname"] == "ServiceDown" && told.status == status);
    let found: BTreeSet<&str> =
        about.filter(|told| told.alert["labels"]["job"] == "cost-agent").map(|told| told.receiver.as_str()).collect();
    // A critical alert wakes somebody up, and is on Slack.
    if found == BTreeSet::from(["on-call", "slack"]) { Ok(()) } else { Err(format!("{found:?} of {told:#?}")) }
}

/// The queries without data, in words. Those of what is only planned are left out.
fn every_query_has_data(stack: &Stack, server: &Server, say: bool) -> Vec<String> {
    let planned: BTreeSet<String> = stack
        .model
        .jobs
        .iter()
        .flat_map(|job| job.exposes.iter().filter(|(_, exposed)| exposed.planned || job.planned))
        .map(|(name, _)| name.clone())
        .collect();
    let (dashboards, mut missing) = dashboards::all(server);
    let (mut panels, mut asked, mut left_out, mut variables) = (0, 0, 0, 0);
    for dashboard in &dashboards {
        variables += dashboard.variables();
        for (title, expr) in &dashboard.queries {
            if metrics_of(expr).iter().any(|name| planned.contains(name)) {
                left_out += 1;
                continue;
            }
            panels += 1;
            for filled in dashboard.filled(expr) {
                asked += 1;
                if query(server, &filled.expr).is_empty() {
                    let with = filled.with.map_or(String::new(), |(name, value)| format!(" with ${name} = {value}"));
                    missing.push(format!("{} / {title}{with}: {}", dashboard.name, filled.expr));
                }
            }
        }
    }
    if say {
        eprintln!(
            "{} dashboards, {variables} variables, {panels} queries asked in {asked} forms, {left_out} of planned metrics left out",
            dashboards.len()
        );
    }
    missing
}

/// Begins or ends a scenario through the control port.
fn steer(simulator: &Simulator, method: &str, scenario: &str) {
    let (status, body) = crate::server::request(simulator.control().port(), method, &format!("/scenarios/{scenario}")).unwrap();
    assert_eq!(status, 200, "{method} {scenario}: {body}");
}
