//! Tests that show how far back an alert looks and where its thresholds are: one range halved or doubled, one threshold a tenth higher or
//! lower must be noticed.
//!
//! What goes on before the condition holds decides how soon a range is full of what makes the alert fire. Both sides of a quotient
//! have a range, and one kind of traffic shows only one of them: a test of its own is looked for where a change would be missed.

use crate::model::rule::AlertRule;
use crate::promql::DurationExpr;
use crate::promql::ast::{Expr, ExprKind, Number};
use crate::prove::evaluate::Filter;
use crate::prove::series::NAME;
use crate::prove::simulate::{Firing, Simulation};
use crate::prove::solve::{Leaf, Level, Line, snap, whole_numbers};
use crate::prove::timeline::{Phase, Timeline};
use crate::prove::witness::bench::{Bench, Trial};
use crate::prove::witness::{MOST_TESTS, UnitTest};

/// How much of what goes on while the alert fires goes on before.
const PARTS: [f64; 6] = [0.1, 10.0, 0.0, 0.5, 2.0, 1.0];
/// How many kinds of traffic are tried.
const MOST_PATTERNS: usize = 216;

/// By how much ranges are changed, and how that is called.
pub(in crate::prove) const FACTORS: [(f64, &str); 2] = [(0.5, "halved"), (2.0, "doubled")];

/// A range with another length, when it can have that.
pub(in crate::prove) fn with_range(range: f64, factor: f64) -> Option<DurationExpr> {
    let other = range * factor;
    (other >= 1.0).then(|| DurationExpr::seconds(other.round()))
}

/// All forms of an expression in which one range is halved or doubled.
fn changed_ranges(expr: &Expr) -> Vec<Expr> {
    let mut count = 0;
    expr.visit(&mut |inner| count += usize::from(matches!(inner.kind, ExprKind::Matrix(_))));
    let pairs = (0..count).flat_map(|index| FACTORS.map(|(factor, _)| (index, factor)));
    pairs
        .filter_map(|(index, factor)| {
            let mut copy = expr.clone();
            change_range(&mut copy, &mut { index }, factor).then_some(copy)
        })
        .collect()
}

/// Changes the range of this number; says whether it did.
fn change_range(expr: &mut Expr, left: &mut usize, factor: f64) -> bool {
    if let ExprKind::Matrix(matrix) = &mut expr.kind {
        if *left > 0 {
            *left -= 1;
            return false;
        }
        let other = matrix.range.constant().and_then(|range| with_range(range, factor));
        let known = other.is_some();
        if let Some(other) = other {
            matrix.range = other;
        }
        return known;
    }
    expr.children_mut().into_iter().any(|child| change_range(child, left, factor))
}

/// All forms of an expression in which one threshold is a tenth higher or lower.
fn changed_thresholds(expr: &Expr) -> Vec<Expr> {
    let mut count = 0;
    expr.visit(&mut |inner| count += usize::from(threshold(inner).is_some()));
    let pairs = (0..count).flat_map(|index| [1.1, 0.9].map(|factor| (index, factor)));
    pairs
        .map(|(index, factor)| {
            let mut copy = expr.clone();
            change_threshold(&mut copy, &mut { index }, factor);
            copy
        })
        .collect()
}

/// The number that something is compared with, where a tenth more is another one, and whether it stands on the right.
fn threshold(expr: &Expr) -> Option<(f64, bool)> {
    let ExprKind::Binary(binary) = &expr.kind else { return None };
    let number = |side: &Expr| if let ExprKind::Number(number) = &side.kind { Some(number.value) } else { None };
    let (value, number, right) = match (number(&binary.lhs), number(&binary.rhs)) {
        (None, Some(number)) => (&binary.lhs, number, true),
        (Some(number), None) => (&binary.rhs, number, false),
        _ => return None,
    };
    let counts = binary.op.is_comparison() && binary.bool_modifier.is_none() && number != 0.0 && !whole_numbers(value);
    counts.then_some((number, right))
}

fn change_threshold(expr: &mut Expr, left: &mut usize, factor: f64) -> bool {
    if let Some((number, right)) = threshold(expr) {
        if *left == 0 {
            if let ExprKind::Binary(binary) = &mut expr.kind {
                let side = if right { &mut binary.rhs } else { &mut binary.lhs };
                side.kind = ExprKind::Number(Number::new(snap(number * factor)));
            }
            return true;
        }
        *left -= 1;
    }
    expr.children_mut().into_iter().any(|child| change_threshold(child, left, factor))
}

impl Bench<'_, '_> {
    /// Adds tests until each change of a range and of a threshold is noticed by one, where there are samples that show it.
    pub(super) fn show_changes(&self, tests: &mut Vec<(UnitTest, Trial)>) {
        let Some(rule) = self.family.get(self.own) else { return };
        let mut missed: Vec<AlertRule> = Vec::new();
        for expr in changed_ranges(&rule.expr.ast).into_iter().chain(changed_thresholds(&rule.expr.ast)) {
            let mut other = AlertRule::clone(rule);
            other.expr.ast = expr;
            if !tests.iter().any(|(test, trial)| self.notices(&other, test, trial)) {
                missed.push(other);
            }
        }
        for base in 0..tests.len() {
            let mut pattern = 0;
            while !missed.is_empty() && tests.len() < MOST_TESTS && pattern < MOST_PATTERNS {
                let Some(timeline) = tests.get(base).and_then(|(_, trial)| with_traffic(trial, pattern)) else { break };
                pattern += 1;
                let Some((_, trial)) = tests.get(base) else { break };
                let tried = self.run(timeline, trial.steady.clone(), 1);
                let Ok((test, trial)) = tried.and_then(|trial| Ok((self.judge(&trial)?, trial))) else { continue };
                if !self.same_in_all_versions(&test, &trial) {
                    continue;
                }
                let before = missed.len();
                missed.retain(|other| !self.notices(other, &test, &trial));
                if missed.len() < before {
                    tests.push((UnitTest { exact: false, ..test }, trial));
                }
            }
        }
        if missed.is_empty() || tests.len() >= MOST_TESTS {
            return;
        }
        for (test, trial) in self.tried() {
            let before = missed.len();
            missed.retain(|other| !self.notices(other, &test, &trial));
            if missed.len() < before && self.same_in_all_versions(&test, &trial) {
                tests.push((test, trial));
            }
        }
    }

    /// Whether a test fails with another rule in place of the one that is tested.
    fn notices(&self, other: &AlertRule, test: &UnitTest, trial: &Trial) -> bool {
        let simulation = Simulation { rules: &[other], ..self.simulation() };
        let Ok(changed) = simulation.replay(&trial.store, trial.firing.len()) else { return false };
        self.differs(test, trial, &simulation, &changed)
    }

    /// Whether a test passes in a Prometheus before version 3, whose ranges hold their left border, as well as in one after.
    fn same_in_all_versions(&self, test: &UnitTest, trial: &Trial) -> bool {
        let Some(rule) = self.family.get(self.own) else { return false };
        let own = Simulation { rules: &[rule], ..self.simulation() };
        let simulation = Simulation { left_open: !own.left_open, ..own };
        let mut store = trial.timeline.store(&trial.steady);
        simulation.run(&mut store, trial.firing.len()).is_ok_and(|firing| !self.differs(test, trial, &simulation, &firing))
    }

    /// Whether the rule under test does something else in a simulation of it alone, at one of the test's moments.
    fn differs(&self, test: &UnitTest, trial: &Trial, simulation: &Simulation<'_>, changed: &[Vec<Firing>]) -> bool {
        let seen = |firing: &Firing| (firing.labels.clone(), simulation.annotations(&Firing { rule: 0, ..firing.clone() }));
        test.checks.iter().any(|check| {
            let step = usize::try_from(check.at / trial.timeline.step).unwrap_or(usize::MAX);
            let own = trial.firing.get(step).into_iter().flatten().filter(|firing| firing.rule == self.own).map(seen);
            let others = changed.get(step).into_iter().flatten().map(seen);
            !own.eq(others)
        })
    }
}

/// The traffic of a test with other traffic before the condition holds: that of a pattern; nothing where there are no more patterns.
fn with_traffic(trial: &Trial, pattern: usize) -> Option<Timeline> {
    let hold = trial.timeline.phases.get(trial.hold)?;
    let back = trial.timeline.phases.get(trial.hold + 1)?;
    let mut groups: Vec<(&str, i64, &Filter)> = Vec::new();
    let group = |leaf: &'_ Leaf| (leaf.labels.get(NAME).to_owned(), leaf.shift);
    for leaf in &hold.leaves {
        if !groups.iter().any(|known| (known.0.to_owned(), known.1) == group(leaf) && *known.2 == leaf.filter) {
            groups.push((leaf.labels.get(NAME), leaf.shift, &leaf.filter));
        }
    }
    let mut parts = Vec::with_capacity(groups.len());
    let mut rest = pattern;
    for _ in &groups {
        parts.push(*PARTS.get(rest % PARTS.len())?);
        rest /= PARTS.len();
    }
    if rest > 0 {
        return None;
    }
    let mut leaves = hold.leaves.clone();
    for leaf in &mut leaves {
        let (name, shift) = group(leaf);
        let at = groups.iter().position(|known| known.0 == name && known.1 == shift && *known.2 == leaf.filter)?;
        let part = *parts.get(at)?;
        leaf.level = match leaf.level {
            Level::Growth(growth) => Level::Growth(snap(growth * part)),
            Level::Value(line) => Level::Value(Line { start: snap(line.start * part), slope: line.slope * part }),
            level => level,
        };
    }
    let length = trial.timeline.phases.first().map_or(hold.length, |phase| phase.length);
    let before = Phase { leaves, length };
    Some(Timeline { lead: trial.timeline.lead, phases: vec![before, hold.clone(), back.clone()], step: trial.timeline.step })
}
