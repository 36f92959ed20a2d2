//! Where a test is tried: its samples are simulated, and what they show becomes its checks.

use crate::model::rule::{AlertRule, RecordRule};
use crate::promql::ast::Expr;
use crate::promql::catalog::Catalog;
use crate::promql::operators::BinaryOp;
use crate::prove::evaluate::Evaluator;
use crate::prove::series::{LabelSet, NAME, Sample, Store};
use crate::prove::simulate::{Firing, Simulation};
use crate::prove::solve::{Answer, Atom, Leaf, Level, Question, Side, neighbours, solve};
use crate::prove::timeline::{Phase, Timeline, notation};
use crate::prove::witness::timing::longest_range;
use crate::prove::witness::{Check, CheckKind, Expected, MOST_STEPS, Stack, UnitTest};

/// How many sizes are tried until a quotient hits its threshold exactly.
const MOST_SCALES: usize = 5;
/// How many series are added that a matcher must keep out.
const MOST_NEIGHBOURS: usize = 64;

/// What the scenarios of one rule share.
pub(super) struct Bench<'b, 'a> {
    pub(super) stack: &'b Stack<'a>,
    pub(super) family: &'b [&'a AlertRule],
    pub(super) own: usize,
    pub(super) records: Vec<&'a RecordRule>,
}

/// Samples with what becomes of them.
pub(super) struct Trial {
    pub(super) timeline: Timeline,
    /// Series beside those of the phases, the same all the time.
    pub(super) steady: Vec<(LabelSet, Level)>,
    /// The phase in which the condition holds.
    pub(super) hold: usize,
    pub(super) store: Store,
    /// How many of the series are samples of the test; the others are recorded.
    pub(super) inputs: usize,
    pub(super) firing: Vec<Vec<Firing>>,
}

impl<'a> Bench<'_, 'a> {
    pub(super) fn ask(
        &self,
        expr: &'a Expr,
        script: &[usize],
        focus: Option<&'a Expr>,
        side: Side,
        scale: usize,
        (origin, length): (f64, f64),
    ) -> Answer<'a> {
        let question = Question { script, focus, side, scale, origin, length, loose: None };
        solve(&self.stack.ground, expr, question)
    }

    /// The test of one condition: it does not hold, it lies on its threshold, it holds, it holds no longer.
    pub(super) fn scenario(&self, script: &[usize], atom: &Atom<'a>, first: &Answer<'a>) -> Result<(UnitTest, Trial), String> {
        let mut fallback: Option<(UnitTest, Trial)> = None;
        let mut why = "it does not fire".to_owned();
        // Without a phase on the threshold itself, where a computation with floats falls on the other side of it.
        let careful = (0..MOST_SCALES).map(|scale| (scale, true));
        for (scale, with_boundary) in careful.chain([(0, false)]) {
            if fallback.is_some() && !with_boundary {
                break;
            }
            for with_neighbours in [true, false] {
                match self.attempt(script, atom, first, scale, with_neighbours, with_boundary) {
                    Ok(found) if found.0.exact => return Ok(found),
                    Ok(found) => {
                        fallback.get_or_insert(found);
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
    ) -> Result<(UnitTest, Trial), String> {
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
        let all = [lead, settle, fires, back].into_iter().fold(quiet.saturating_mul(3), usize::saturating_add);
        if all > MOST_STEPS {
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
        let trial = self.run(timeline, near, count)?;
        let mut test = self.judge(&trial)?;
        // Where the threshold itself makes it fire, the value lies on it while the condition holds.
        let reached = matches!(atom.compared, Some((_, BinaryOp::GreaterOrEqual | BinaryOp::LessOrEqual, _))).then_some(count);
        test.exact = with_boundary && boundary.or(reached).is_none_or(|phase| self.hits(&trial, phase, atom));
        Ok((test, trial))
    }

    /// Series that a matcher keeps out, at the level that makes the alert fire.
    pub(super) fn neighbours(&self, leaves: &[Leaf], atom: &Atom<'a>) -> Vec<(LabelSet, Level)> {
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

    pub(super) fn run(&self, timeline: Timeline, steady: Vec<(LabelSet, Level)>, hold: usize) -> Result<Trial, String> {
        let mut store = timeline.store(&steady);
        let inputs = store.series.len();
        let simulation = self.simulation();
        let firing = simulation.run(&mut store, timeline.length())?;
        Ok(Trial { timeline, steady, hold, store, inputs, firing })
    }

    pub(super) fn simulation(&self) -> Simulation<'_> {
        Simulation {
            rules: self.family,
            records: &self.records,
            external: self.stack.external,
            left_open: self.stack.ground.left_open,
        }
    }

    /// The checks, when the samples do what they are meant to.
    pub(super) fn judge(&self, trial: &Trial) -> Result<UnitTest, String> {
        let phase = trial.hold;
        let own = |step: usize| trial.firing.get(step).is_some_and(|firing| firing.iter().any(|one| one.rule == self.own));
        let start = trial.timeline.start(phase);
        let end = trial.timeline.length();
        // A range that is not full yet holds less than it does later; what comes of that shows nothing.
        let range = self.family.get(self.own).map_or(0, |rule| longest_range(&rule.expr.ast));
        let full = usize::try_from(range / trial.timeline.step).unwrap_or(usize::MAX).saturating_add(trial.timeline.lead);
        let settled = if range == 0 { 0 } else { full.saturating_add(1).min(trial.timeline.start(1).saturating_sub(1)) };
        if (settled..start).any(own) {
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

    pub(super) fn check(&self, trial: &Trial, step: usize, kind: CheckKind) -> Check {
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
pub(super) fn beside(mut phases: Vec<Phase>, hold: usize, near: &mut Vec<(LabelSet, Level)>) -> Vec<Phase> {
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
pub(in crate::prove) fn expected(simulation: &Simulation<'_>, one: &Firing, own: usize) -> Expected {
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
