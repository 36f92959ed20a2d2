//! Tests of one alert: samples that make it fire, samples that do not, and what is expected when.

use std::collections::{BTreeMap, VecDeque};

use crate::model::rule::{AlertRule, RecordRule};
use crate::promql::ast::{Expr, ExprKind};
use crate::promql::catalog::Catalog;
use crate::promql::operators::BinaryOp;
use crate::prove::evaluate::{Evaluator, range_of};
use crate::prove::series::{LabelSet, NAME, Sample, Store};
use crate::prove::simulate::{Firing, Simulation};
use crate::prove::solve::{Answer, Atom, Ground, Leaf, Level, Question, Side, Way, neighbours, solve};
use crate::prove::timeline::{Phase, Timeline, notation};

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
/// How many sizes are tried until a quotient hits its threshold exactly.
const MOST_SCALES: usize = 5;
/// How many steps a test may take.
const MOST_STEPS: usize = 4000;
/// How many series are added that a matcher must keep out.
const MOST_NEIGHBOURS: usize = 64;

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
    let mut tests: Vec<UnitTest> = Vec::new();
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
        return Err(why.unwrap_or_else(|| "no samples were found".to_owned()));
    }
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
    let checks = match bench.run(timeline, &[]) {
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

/// The recording rules that rules read, directly or through others, in the order of their evaluation.
pub(super) fn read_by<'a>(records: &'a [RecordRule], family: &[&AlertRule]) -> Vec<&'a RecordRule> {
    if records.is_empty() {
        return Vec::new();
    }
    let mut names: Vec<String> = Vec::new();
    let note = |expr: &Expr, names: &mut Vec<String>| {
        expr.selectors(&mut |selector| {
            if let Some(name) = selector.metric_name()
                && !names.iter().any(|known| known == name)
            {
                names.push(name.to_owned());
            }
        });
    };
    family.iter().for_each(|rule| note(&rule.expr.ast, &mut names));
    // Each stands after those that it reads.
    for record in records.iter().rev() {
        if names.contains(&record.name) {
            note(&record.expr.ast, &mut names);
        }
    }
    records.iter().filter(|record| names.contains(&record.name)).collect()
}

/// The milliseconds between two samples: so that the shortest range holds several, in a number that floats divide exactly.
pub(super) fn step_for(rules: &[&AlertRule], records: &[&RecordRule]) -> i64 {
    const LONGEST: i64 = 240_000;
    let mut window: Option<i64> = None;
    let mut note = |expr: &Expr| {
        expr.visit(&mut |inner| {
            if matches!(inner.kind, ExprKind::Matrix(_) | ExprKind::Subquery(_))
                && let Ok(range) = range_of(inner)
                && range > 0
            {
                window = Some(window.map_or(range, |known| known.min(range)));
            }
        });
    };
    rules.iter().for_each(|rule| note(&rule.expr.ast));
    records.iter().for_each(|record| note(&record.expr.ast));
    let hold = rules.iter().filter_map(|rule| rule.hold).map(|hold| hold.millis).filter(|millis| *millis > 0).min();
    let most = hold.map_or(LONGEST, |hold| (hold / 4).clamp(1, LONGEST));
    let (whole, mut parts) = match (window, hold) {
        (Some(window), _) => (window, 4),
        (None, Some(hold)) => (hold, 4),
        (None, None) => return 60_000,
    };
    // A short hold beside a long range: three steps of it are enough.
    let most = if window.is_some() { hold.map_or(LONGEST, |hold| (hold / 3).clamp(1, LONGEST)) } else { most };
    while whole / parts > most && parts < 4096 {
        parts *= 2;
    }
    (whole / parts).max(1)
}

/// The longest range of an expression, in milliseconds.
fn longest_range(expr: &Expr) -> i64 {
    let mut longest = 0;
    expr.visit(&mut |inner| {
        if matches!(inner.kind, ExprKind::Matrix(_) | ExprKind::Subquery(_)) {
            longest = longest.max(range_of(inner).unwrap_or(0));
        }
    });
    longest
}

/// What the scenarios of one rule share.
struct Bench<'b, 'a> {
    stack: &'b Stack<'a>,
    family: &'b [&'a AlertRule],
    own: usize,
    records: Vec<&'a RecordRule>,
}

/// Samples with what becomes of them.
struct Trial {
    timeline: Timeline,
    store: Store,
    inputs: usize,
    firing: Vec<Vec<Firing>>,
}

impl<'a> Bench<'_, 'a> {
    fn ask(
        &self,
        expr: &'a Expr,
        script: &[usize],
        focus: Option<&'a Expr>,
        side: Side,
        scale: usize,
        (origin, length): (f64, f64),
    ) -> Answer<'a> {
        let question = Question { script, focus, side, scale, origin, length };
        solve(&self.stack.ground, expr, question)
    }

    /// The test of one condition: it does not hold, it lies on its threshold, it holds, it holds no longer.
    fn scenario(&self, script: &[usize], atom: &Atom<'a>, first: &Answer<'a>) -> Result<UnitTest, String> {
        let mut fallback: Option<UnitTest> = None;
        let mut why = "it does not fire".to_owned();
        // Without a phase on the threshold itself, where a computation with floats falls on the other side of it.
        let careful = (0..MOST_SCALES).map(|scale| (scale, true));
        for (scale, with_boundary) in careful.chain([(0, false)]) {
            if fallback.is_some() && !with_boundary {
                break;
            }
            for with_neighbours in [true, false] {
                match self.attempt(script, atom, first, scale, with_neighbours, with_boundary) {
                    Ok(test) if test.exact => return Ok(test),
                    Ok(test) => {
                        fallback.get_or_insert(test);
                        break;
                    }
                    Err(reason) => why = reason,
                }
            }
        }
        fallback.ok_or(why)
    }

    fn attempt(
        &self,
        script: &[usize],
        atom: &Atom<'a>,
        first: &Answer<'a>,
        scale: usize,
        with_neighbours: bool,
        with_boundary: bool,
    ) -> Result<UnitTest, String> {
        let rule = self.family[self.own];
        let leaves = first.leaves.as_ref().map_or(&[][..], Vec::as_slice);
        let step = self.stack.ground.step;
        let steps = |millis: i64| usize::try_from((millis + step - 1) / step).unwrap_or(usize::MAX);
        // What is absent has no series, and is looked for in a range all the same.
        let settle = steps(leaves.iter().map(|leaf| leaf.window).max().unwrap_or(0).max(longest_range(&rule.expr.ast)));
        let lead = steps(leaves.iter().map(|leaf| leaf.shift).max().unwrap_or(0));
        let hold = steps(rule.hold.map_or(0, |hold| hold.millis));
        let keep = steps(rule.keep_firing_for.map_or(0, |keep| keep.millis));
        let (quiet, fires, back) = (settle + hold + 2, settle + hold + 4, settle + keep + 4);
        if lead.saturating_add((quiet + fires + back).saturating_mul(3)) > MOST_STEPS {
            return Err("a test of it would take too long".to_owned());
        }
        let seconds = |steps: usize| steps as f64 * step as f64 / 1000.0;
        let mut phases: Vec<Phase> = Vec::new();
        let mut origin = lead;
        let mut put = |leaves: Vec<Leaf>, length: usize| {
            phases.push(Phase { leaves, length });
            origin += length;
            origin
        };
        let mut start = lead;
        let mut boundary = None;
        let sized = |side: Side, scale: usize, start: usize, length: usize| {
            self.ask(&rule.expr.ast, script, Some(atom.expr), side, scale, (seconds(start), seconds(length))).leaves
        };
        let ask = |side: Side, start: usize, length: usize| match side {
            // Much more goes on before, so that the ranges of both sides of a quotient show.
            Side::Far => sized(side, scale + 1, start, length).or_else(|_| sized(side, scale, start, length)),
            _ => sized(side, scale, start, length),
        };
        let mut count = 0;
        for side in [Side::Quiet, Side::QuietOther, Side::Boundary, Side::Far] {
            if (side == Side::Far && settle == 0) || (side != Side::Quiet && !with_boundary) {
                continue;
            }
            let quiet = if side == Side::Far { settle + 2 } else { quiet };
            if let Ok(leaves) = ask(side, start, quiet) {
                if side == Side::Boundary {
                    boundary = Some(count);
                }
                start = put(leaves, quiet);
                count += 1;
            }
        }
        if count == 0 {
            // Nothing else is silent but that nothing is there.
            start = put(Vec::new(), quiet);
            count = 1;
        }
        let firing = ask(Side::Hold, start, fires)?;
        let mut near = if with_neighbours { self.neighbours(&firing, atom) } else { Vec::new() };
        if with_neighbours && near.is_empty() {
            return Err("there is no series that a matcher keeps out".to_owned());
        }
        start = put(firing, fires);
        let again = ask(Side::Quiet, start, back).unwrap_or_default();
        put(again, back);
        let timeline = Timeline { lead, phases: beside(phases, count, &mut near), step };
        let trial = self.run(timeline, &near)?;
        let mut test = self.judge(&trial, count)?;
        // Where the threshold itself makes it fire, the value lies on it while the condition holds.
        let reached = matches!(atom.compared, Some((_, BinaryOp::GreaterOrEqual | BinaryOp::LessOrEqual, _))).then_some(count);
        test.exact = with_boundary && boundary.or(reached).is_none_or(|phase| self.hits(&trial, phase, atom));
        Ok(test)
    }

    /// Series that a matcher keeps out, at the level that makes the alert fire.
    fn neighbours(&self, leaves: &[Leaf], atom: &Atom<'a>) -> Vec<(LabelSet, Level)> {
        // Not at the same pace as the series that count, or one could stand for the other.
        let low = matches!(atom.compared, Some((_, BinaryOp::Less | BinaryOp::LessOrEqual, _)));
        let pace = if low { 0.5 } else { 3.0 };
        let mut all: Vec<(LabelSet, Level)> = Vec::new();
        for leaf in leaves.iter().filter(|leaf| leaf.direct && leaf.shift == 0) {
            let variants = self.stack.ground.catalog.variants(leaf.labels.get(NAME));
            for labels in neighbours(variants, leaf) {
                let known = leaves.iter().any(|other| other.labels == labels) || all.iter().any(|(other, _)| *other == labels);
                if !known && all.len() < MOST_NEIGHBOURS {
                    let level = match leaf.level {
                        Level::Growth(growth) => Level::Growth(growth * pace),
                        level => level,
                    };
                    all.push((labels, level));
                }
            }
        }
        all
    }

    fn run(&self, timeline: Timeline, near: &[(LabelSet, Level)]) -> Result<Trial, String> {
        let mut store = timeline.store(near);
        let inputs = store.series.len();
        let simulation = self.simulation();
        let firing = simulation.run(&mut store, timeline.length())?;
        Ok(Trial { timeline, store, inputs, firing })
    }

    fn simulation(&self) -> Simulation<'_> {
        Simulation {
            rules: self.family,
            records: &self.records,
            external: self.stack.external,
            left_open: self.stack.ground.left_open,
        }
    }

    /// The checks, when the samples do what they are meant to.
    fn judge(&self, trial: &Trial, phase: usize) -> Result<UnitTest, String> {
        let own = |step: usize| trial.firing.get(step).is_some_and(|firing| firing.iter().any(|one| one.rule == self.own));
        let start = trial.timeline.start(phase);
        let end = trial.timeline.length();
        if (0..start).any(own) {
            return Err("it fires although its condition does not hold".to_owned());
        }
        let fires = (start..end).find(|step| own(*step)).ok_or("it does not fire although its condition holds")?;
        let quiet = (fires..end).find(|step| !own(*step)).ok_or("it does not resolve")?;
        let mut checks = Vec::new();
        let mut check = |step: usize, kind: CheckKind| checks.push(self.check(trial, step, kind));
        for before in 0..phase {
            check(trial.timeline.start(before + 1) - 1, CheckKind::Silent);
        }
        // Before version 3 a range holds one sample more, so that some things happen a step later.
        let (early, late) = if self.stack.ground.left_open { (1, 1) } else { (2, 0) };
        let pending = fires.saturating_sub(early);
        if pending > start {
            check(pending, CheckKind::Pending);
        }
        let steady = [fires + late + 1, fires + late].into_iter().find(|step| own(*step)).unwrap_or(fires);
        check(steady, CheckKind::Fires);
        // At the end, when the other levels of the alert have come to rest too.
        let resolved = if own(end - 1) { quiet } else { end - 1 };
        check(resolved, CheckKind::Resolved);
        let series = trial
            .store
            .series
            .iter()
            .take(trial.inputs)
            .filter(|series| series.samples.iter().any(|sample| !matches!(sample, Sample::Missing)));
        Ok(UnitTest {
            name: String::new(),
            step: trial.timeline.step,
            series: series.map(|series| (written(&series.labels), notation(&series.samples))).collect(),
            checks,
            exact: true,
        })
    }

    fn check(&self, trial: &Trial, step: usize, kind: CheckKind) -> Check {
        let simulation = self.simulation();
        let firing = trial.firing.get(step).map_or(&[][..], Vec::as_slice);
        let alerts = firing.iter().map(|one| expected(&simulation, one, self.own)).collect();
        Check { at: i64::try_from(step).unwrap_or(0) * trial.timeline.step, kind, alerts, any: false }
    }

    /// Whether the value that is compared is exactly the threshold somewhere in a phase.
    fn hits(&self, trial: &Trial, phase: usize, atom: &Atom<'a>) -> bool {
        let Some((value, _, number)) = atom.compared else { return true };
        let evaluator = Evaluator { store: &trial.store, left_open: self.stack.ground.left_open };
        let (from, to) = (trial.timeline.start(phase), trial.timeline.start(phase + 1));
        (from..to).rev().any(|step| {
            let ts = i64::try_from(step).unwrap_or(0) * trial.timeline.step;
            evaluator.vector_at(value, ts).is_ok_and(|points| points.iter().any(|point| point.value == number))
        })
    }
}

/// Moves series that change a few times at once into the phases: they have to do so while the alert fires.
fn beside(mut phases: Vec<Phase>, hold: usize, near: &mut Vec<(LabelSet, Level)>) -> Vec<Phase> {
    let sudden = |level: &Level| matches!(level, Level::Changes(_) | Level::Resets(_));
    for (labels, level) in near.iter().filter(|(_, level)| sudden(level)) {
        for (index, phase) in phases.iter_mut().enumerate() {
            let like = phase.leaves.first().map(|leaf| (leaf.filter.clone(), leaf.window));
            if let Some((filter, window)) = like {
                let level = if index == hold { *level } else { Level::Any };
                phase.leaves.push(Leaf { labels: labels.clone(), shift: 0, level, filter, direct: true, window });
            }
        }
    }
    near.retain(|(_, level)| !sudden(level));
    phases
}

/// An alert that fires, as a test expects it.
pub(super) fn expected(simulation: &Simulation<'_>, one: &Firing, own: usize) -> Expected {
    Expected {
        labels: one.labels.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
        annotations: simulation.annotations(one),
        own: one.rule == own,
    }
}

/// A series as promtool's tests write it.
fn written(labels: &LabelSet) -> String {
    let mut text = labels.get(NAME).to_owned();
    let mut separator = '{';
    for (name, value) in labels.iter().filter(|(name, _)| &***name != NAME) {
        text.push(separator);
        separator = ',';
        text.push_str(name);
        text.push_str("=\"");
        for c in value.chars() {
            match c {
                '"' | '\\' => {
                    text.push('\\');
                    text.push(c);
                }
                '\n' => text.push_str("\\n"),
                c => text.push(c),
            }
        }
        text.push('"');
    }
    if separator == ',' {
        text.push('}');
    }
    text
}
