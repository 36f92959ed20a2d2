//! Tests of one alert: samples that make it fire, samples that do not, and what is expected when.

mod bench;
mod changes;
mod search;
mod timing;

use std::collections::{BTreeMap, VecDeque};

use crate::model::rule::{AlertRule, RecordRule};
use crate::promql::ast::Expr;
use crate::prove::solve::{Ground, Side, Way};
use crate::prove::timeline::{Phase, Timeline};

use bench::{Bench, Trial};

pub(super) use bench::expected;
pub(super) use changes::{FACTORS, with_range};
pub(super) use timing::{read_by, step_for};

/// A test: samples, and which alerts are expected when.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitTest {
    /// Its name, unique in the stack.
    pub name: String,
    /// Milliseconds between two samples, and between two evaluations.
    pub step: i64,
    /// Series with their samples, as promtool writes them.
    pub series: Vec<(String, String)>,
    /// What is expected.
    pub checks: Vec<Check>,
    /// Whether a threshold that can be met exactly is met exactly in it.
    pub exact: bool,
}

/// What is expected at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Milliseconds from the start of the test.
    pub at: i64,
    /// What it shows.
    pub kind: CheckKind,
    /// The alerts of this name that fire.
    pub alerts: Vec<Expected>,
    /// Some alert of this name fires; which is not known.
    pub any: bool,
}

/// What a check shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckKind {
    /// The alert is silent while its condition does not hold.
    Silent,
    /// The alert is silent until its condition has held long enough.
    Pending,
    /// The alert fires.
    Fires,
    /// The alert is silent again.
    Resolved,
}

/// An alert that is expected.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// Its labels without its name.
    pub labels: BTreeMap<String, String>,
    /// Its annotations; nothing where a template says more than is understood here.
    pub annotations: Option<BTreeMap<String, String>>,
    /// Whether the rule that is tested raises it, not another level of the same alert.
    pub own: bool,
}

/// What all alerts share.
pub(super) struct Stack<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) records: &'a [RecordRule],
    pub(super) external: &'a BTreeMap<String, String>,
}

/// How many combinations of ways are tried for one alert.
const MOST_SCRIPTS: usize = 24;
/// How many tests one alert gets.
const MOST_TESTS: usize = 12;
/// How many steps a test may take.
const MOST_STEPS: usize = 4000;

/// The tests of one rule among all rules of its name: those of the spec and those that are found.
pub(super) fn tests<'a>(stack: &Stack<'a>, family: &[&'a AlertRule], own: usize) -> Result<Vec<UnitTest>, String> {
    let Some(rule) = family.get(own) else { return Err("there is no such rule".to_owned()) };
    let found = if rule.heartbeat { Ok(vec![heartbeat(stack, family, own)]) } else { witness(stack, family, own) };
    if rule.tests.is_empty() {
        return found;
    }
    let bench = Bench { stack, family, own, records: read_by(stack.records, family) };
    let mut all = Vec::new();
    for (index, written) in rule.tests.iter().enumerate() {
        let what = written.name.as_ref().map_or_else(|| format!("of the spec {}", index + 1), |name| name.value.clone());
        all.push(super::own::test(&bench.simulation(), own, written, format!("{}, {what}", title(family, own)))?);
    }
    all.extend(found.unwrap_or_default());
    Ok(all)
}

/// The tests that are found for one rule.
fn witness<'a>(stack: &Stack<'a>, family: &[&'a AlertRule], own: usize) -> Result<Vec<UnitTest>, String> {
    let Some(rule) = family.get(own).copied() else { return Err("there is no such rule".to_owned()) };
    let records = read_by(stack.records, family);
    let bench = Bench { stack, family, own, records };
    let mut tests: Vec<(UnitTest, Trial)> = Vec::new();
    let mut tested: Vec<&Expr> = Vec::new();
    let mut why: Option<String> = None;
    let mut waiting: VecDeque<(Vec<usize>, bool)> = VecDeque::from([(Vec::new(), true)]);
    let mut tried = 0;
    while let Some((script, new_branch)) = waiting.pop_front() {
        tried += 1;
        if tried > MOST_SCRIPTS || tests.len() >= MOST_TESTS {
            break;
        }
        if !new_branch && !tests.is_empty() {
            continue;
        }
        let answer = bench.ask(&rule.expr.ast, &script, None, Side::Hold, 0, (0.0, 0.0));
        further(&script, &answer.ways, &mut waiting);
        if let Err(reason) = &answer.leaves {
            why.get_or_insert_with(|| reason.clone());
            continue;
        }
        let mut any = false;
        for (index, atom) in answer.atoms.iter().enumerate() {
            let known = tested.iter().any(|known| std::ptr::eq(*known, atom.expr));
            if known && !(new_branch && index == 0 && !script.is_empty()) {
                continue;
            }
            match bench.scenario(&script, atom, &answer) {
                Ok(test) => {
                    any = true;
                    tested.push(atom.expr);
                    tests.push(test);
                }
                Err(reason) => {
                    why.get_or_insert(reason);
                }
            }
        }
        if answer.atoms.is_empty() && !any {
            why.get_or_insert_with(|| "nothing in it decides whether it fires".to_owned());
        }
    }
    if tests.is_empty() {
        tests = bench.tried();
    }
    if tests.is_empty() {
        return Err(why.unwrap_or_else(|| "no samples were found".to_owned()));
    }
    bench.show_changes(&mut tests);
    let mut tests: Vec<UnitTest> = tests.into_iter().map(|(test, _)| test).collect();
    let title = title(family, own);
    let several = tests.len() > 1;
    for (index, test) in tests.iter_mut().enumerate() {
        test.name = if several { format!("{title}, {}", index + 1) } else { title.clone() };
    }
    Ok(tests)
}

/// The test of an alert that always fires.
fn heartbeat<'a>(stack: &Stack<'a>, family: &[&'a AlertRule], own: usize) -> UnitTest {
    let bench = Bench { stack, family, own, records: read_by(stack.records, family) };
    let step = stack.ground.step;
    let hold = family.get(own).and_then(|rule| rule.hold).map_or(0, |hold| hold.millis);
    let steps = usize::try_from(hold / step).unwrap_or(0).saturating_add(3).min(MOST_STEPS);
    let timeline = Timeline { lead: 0, phases: vec![Phase { leaves: Vec::new(), length: steps }], step };
    let checks = match bench.run(timeline, Vec::new(), 0) {
        Ok(trial) => vec![bench.check(&trial, steps - 1, CheckKind::Fires)],
        Err(_) => Vec::new(),
    };
    UnitTest { name: title(family, own), step, series: Vec::new(), checks, exact: true }
}

/// How the rule is called among those of its name.
pub(super) fn title(family: &[&AlertRule], own: usize) -> String {
    let Some(rule) = family.get(own) else { return String::new() };
    let mut title = rule.name.clone();
    for part in [&rule.pool, &rule.level].into_iter().flatten() {
        title.push(' ');
        title.push_str(part);
    }
    title
}

/// The scripts that differ from the ways that were taken at one place.
fn further(script: &[usize], ways: &[Way], waiting: &mut VecDeque<(Vec<usize>, bool)>) {
    for (index, way) in ways.iter().enumerate().skip(script.len()) {
        for other in (0..way.options).filter(|other| *other != way.chosen) {
            let mut next: Vec<usize> = ways.iter().take(index).map(|way| way.chosen).collect();
            next.push(other);
            waiting.push_back((next, way.branches));
        }
    }
}
