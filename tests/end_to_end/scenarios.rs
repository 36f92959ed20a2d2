//! Each scenario of the spec makes exactly the alerts fire that it names, and whoever is told of them is told where.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use optiinfra_gen::emit;
use optiinfra_gen::model::scenario::{Effect, Scenario};
use serde_json::Value;

use crate::servers::{alertmanager, alerts, names, prometheus};
use crate::stack::{Stack, backfilled, now};
use crate::tool::{ALERTMANAGER, PROMETHEUS};
use crate::webhook::Webhook;

/// How long a scenario has been holding when the servers look.
const SINCE: f64 = 17.0 * 60.0;

const WITHIN: Duration = Duration::from_secs(60);

/// How many scenarios are looked at side by side.
const WORKERS: usize = 6;

#[test]
fn each_scenario_fires_what_it_names_and_nothing_else() {
    let [_, program] = PROMETHEUS;
    if program.find().is_none() || ALERTMANAGER.find().is_none() {
        return;
    }
    let begun = Instant::now();
    let stack = Stack::own();
    let heartbeats: BTreeSet<String> =
        stack.model.alerts.iter().filter(|rule| rule.heartbeat).map(|rule| rule.name.clone()).collect();
    let scenarios = &stack.simulation().scenarios;
    let next = AtomicUsize::new(0);
    let results: Mutex<BTreeMap<usize, Seen>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                // The last is the stack in which nothing has happened.
                while let Some(place) = Some(next.fetch_add(1, Ordering::SeqCst)).filter(|place| *place <= scenarios.len()) {
                    let seen = look(&stack, scenarios.get(place).map(|_| place), &heartbeats);
                    let name = scenarios.get(place).map_or("(nothing has happened)", |scenario| &scenario.name);
                    eprintln!("{name:28} {}", seen.firing.iter().cloned().collect::<Vec<_>>().join(", "));
                    results.lock().unwrap().insert(place, seen);
                }
            });
        }
    });

    let results = results.into_inner().unwrap();
    let mut wrong = Vec::new();
    let mut fired: BTreeSet<(String, String)> = BTreeSet::new();
    for (place, seen) in &results {
        let scenario = scenarios.get(*place);
        let name = scenario.map_or("(nothing has happened)", |scenario| &scenario.name);
        let expected: BTreeSet<String> = scenario.map(|scenario| scenario.fires.iter().cloned().collect()).unwrap_or_default();
        if seen.firing != expected {
            wrong.push(format!("{name}: {expected:?} should fire, and {:?} does", seen.firing));
        }
        wrong.extend(seen.faults.iter().map(|fault| format!("{name}: {fault}")));
        fired.extend(seen.rules.iter().cloned());
    }
    eprintln!("{} scenarios in {:.0?}, {} alert rules fired", scenarios.len(), begun.elapsed(), fired.len());
    for rule in stack.model.alerts.iter().filter(|rule| !rule.planned && !rule.heartbeat) {
        let key = (rule.name.clone(), rule.severity().to_owned());
        if !fired.contains(&key) {
            wrong.push(format!("no scenario makes {} ({}) fire", rule.name, rule.severity()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What was seen of a scenario.
struct Seen {
    /// The names of the alerts that fire, heartbeats left out.
    firing: BTreeSet<String>,
    /// The same with their severity.
    rules: BTreeSet<(String, String)>,
    faults: Vec<String>,
}

fn look(stack: &Stack, place: Option<usize>, heartbeats: &BTreeSet<String>) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let simulation = stack.simulation();
    let now = now();
    let mut history = simulation.history(now - 30.0 * 86_400.0);
    if let Some(place) = place {
        history.begin(place, now - SINCE);
    }
    // Three times a minute for as long as the longest window, and a little of the day before for what compares with it.
    let recent = (0..54).rev().map(|step| now - 20.0 * f64::from(step));
    let times: Vec<f64> = (0..4).map(|step| now - 86_400.0 - 120.0 + 120.0 * f64::from(step)).chain(recent).collect();
    assert!(backfilled(&simulation, &history, &times, &stack.read_by_rules(), folder.path()));

    let webhook = Webhook::start();
    let told_by = alertmanager(&stack.alertmanager(&webhook.address()), folder.path()).unwrap();
    let mut plan = stack.quick(stack.plan.prometheus.clone(), &told_by.address());
    plan.jobs.clear();
    plan.target_lists.clear();
    plan.remote_write.clear();
    let mut files = Vec::new();
    emit::prometheus::emit(&plan, &mut files);
    let server = prometheus(&files, folder.path()).unwrap();

    let scenario = place.and_then(|place| simulation.scenarios.get(place));
    let expected: BTreeSet<String> = scenario.map(|scenario| scenario.fires.iter().cloned().collect()).unwrap_or_default();
    // Until what should fire does and nothing is on its way to; what still lacks then is said by the comparison.
    let deadline = Instant::now() + WITHIN;
    let mut quiet = 0;
    while Instant::now() < deadline && quiet < 4 {
        std::thread::sleep(Duration::from_secs(1));
        let firing = names(&alerts(&server, "firing"));
        let settled = alerts(&server, "pending").is_empty() && expected.is_subset(&firing) && heartbeats.is_subset(&firing);
        quiet = if settled { quiet + 1 } else { 0 };
    }
    let firing = alerts(&server, "firing");
    let mut faults = Vec::new();
    let rules: BTreeSet<(String, String)> = firing.iter().map(key).filter(|(name, _)| !heartbeats.contains(name)).collect();
    if let Some(scenario) = scenario.filter(|_| expected == rules.iter().map(|(name, _)| name.clone()).collect()) {
        let found = until_told(scenario, &expected, &webhook);
        faults.extend(found.err());
    }
    Seen { firing: rules.iter().map(|(name, _)| name.clone()).collect(), rules, faults }
}

fn key(alert: &Value) -> (String, String) {
    let label = |name: &str| alert["labels"][name].as_str().unwrap_or_default().to_owned();
    (label("alertname"), label("severity"))
}

/// Waits for a message that names the place. Not every alert that fires is told of: one may keep the other quiet.
fn until_told(scenario: &Scenario, expected: &BTreeSet<String>, webhook: &Webhook) -> Result<(), String> {
    let wanted = places(scenario);
    let deadline = Instant::now() + WITHIN;
    loop {
        let told = webhook.told();
        let about: Vec<_> = told.iter().filter(|told| expected.contains(&key(&told.alert).0)).collect();
        let names_it = about.iter().any(|told| {
            let text = format!("{} {}", told.alert["labels"], told.alert["annotations"]);
            wanted.iter().all(|place| text.contains(place.as_str()))
        });
        if names_it {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(format!("nobody was told of {expected:?} with {wanted:?}: {about:#?}"));
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// The words that say where it is: what is down, and the values of labels that name services, nodes and models.
fn places(scenario: &Scenario) -> Vec<String> {
    const WHERE: &[&str] = &["gpu", "instance", "integration", "job", "model_name", "node"];
    let labels = scenario.on.iter().filter(|(label, _)| WHERE.contains(&label.as_str()));
    let mut places: Vec<String> = labels.flat_map(|(_, values)| values.clone()).collect();
    // What is missing has no series, so no label but those that the expression says: they hold the job.
    let jobs = scenario.effects.iter().filter_map(|effect| match effect {
        Effect::Down(job) | Effect::Unlisted(job) => Some(job.clone()),
        _ => None,
    });
    places.extend(jobs);
    // A missing GPU has no series of its own either; its node has.
    if scenario.effects.iter().any(|effect| matches!(effect, Effect::Absent(_))) {
        places = scenario.on.get("node").cloned().unwrap_or_default();
    }
    places
}
