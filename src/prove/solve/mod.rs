//! Finds samples that make an expression return what is wanted.
//!
//! The tree is walked backwards, from the wanted value of the whole to values of the raw metrics that the catalog declares: a threshold
//! becomes the value of what is compared, a quotient the values of its two sides, a rate the growth of a counter. Labels are chosen
//! on the way so that matchers admit the series and both sides of an operator meet.
//!
//! Where there are several ways (the branches of an `or`, the jobs that expose a metric) a script says which is taken, so that a caller
//! can go through all of them.

mod aggregate;
mod arithmetic;
mod bind;
mod call;
mod compare;
mod histogram;
mod leaf;
mod pattern;
mod set;

use std::collections::BTreeMap;

use crate::model::rule::RecordRule;
use crate::promql::ast::{Expr, ExprKind, Modifiers, VectorSelector};
use crate::promql::catalog::{MapCatalog, Name};
use crate::promql::operators::{BinaryOp, UnaryOp};
use crate::prove::evaluate::Filter;
use crate::prove::series::LabelSet;

pub(crate) use arithmetic::ZERO;
pub(crate) use bind::Bind;
pub(crate) use compare::{turned, whole_numbers};
pub(crate) use leaf::{Wish, labels_of, neighbours, possible};
pub(crate) use pattern::examples;

/// Why no samples were found, as a sentence says it.
pub type Why = String;

/// A value that changes evenly with time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// The value at the start of the test.
    pub start: f64,
    /// How much it grows in a second.
    pub slope: f64,
}

impl Line {
    /// A value that stays.
    pub fn flat(value: f64) -> Self {
        Self { start: value, slope: 0.0 }
    }

    /// The value, when it stays.
    pub fn value(self) -> Option<f64> {
        (self.slope == 0.0).then_some(self.start)
    }

    fn map(self, change: impl Fn(f64) -> f64) -> Self {
        Self { start: snap(change(self.start)), slope: change(self.slope) }
    }
}

/// What the samples of a series are like during one phase of a test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Level {
    /// Whatever is natural.
    Any,
    /// This value.
    Value(Line),
    /// So much more each second.
    Growth(f64),
    /// So many changes at the start of the phase.
    Changes(u32),
    /// So many restarts at the start of the phase.
    Resets(u32),
}

/// A series that the expression reads.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// Its labels, the metric's name among them.
    pub labels: LabelSet,
    /// How many milliseconds before the evaluation it is read.
    pub shift: i64,
    /// Its samples.
    pub level: Level,
    /// What the selector admits.
    pub(crate) filter: Filter,
    /// Whether the alert itself reads it, not a recording rule.
    pub direct: bool,
    /// How far back it is read at once, in milliseconds.
    pub window: i64,
}

/// On which side of its threshold a condition is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// It does not hold, by a little.
    Quiet,
    /// It does not hold, by a little, on the other side.
    QuietOther,
    /// It does not hold, and the value is the threshold.
    Boundary,
    /// It does not hold by far, so that it takes a whole range until it does.
    Far,
    /// It holds, by as little as it can.
    Hold,
}

/// A condition that was met on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Atom<'a> {
    /// The condition.
    pub expr: &'a Expr,
    /// What is compared, and with which number; nothing where the condition is that series are there.
    pub compared: Option<(&'a Expr, BinaryOp, f64)>,
}

/// What a solver is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a, 's> {
    /// The ways to be taken, one for each place where there are several.
    pub script: &'s [usize],
    /// The condition that is looked at; the others hold. Nothing: all hold.
    pub focus: Option<&'a Expr>,
    /// The side on which it is put.
    pub side: Side,
    /// Which of the natural sizes of a denominator is tried.
    pub scale: usize,
    /// Seconds from the start of the test to the start of the phase.
    pub origin: f64,
    /// Seconds that the phase lasts.
    pub length: f64,
    /// Only which series are read is asked, whatever their values; of what is aggregated, so many.
    pub loose: Option<usize>,
}

/// What a solver answers.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The series; the reason when none could be found.
    pub leaves: Result<Vec<Leaf>, Why>,
    /// The conditions that were met.
    pub atoms: Vec<Atom<'a>>,
    /// The places where there were several ways.
    pub ways: Vec<Way>,
}

/// A place where there were several ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// The way that was taken.
    pub chosen: usize,
    /// How many there were.
    pub options: usize,
    /// Whether they are branches of the expression, not series that will do equally well.
    pub branches: bool,
}

/// What does not change between questions.
pub struct Ground<'a> {
    /// What exists.
    pub catalog: &'a MapCatalog,
    /// Recording rules by what they record.
    pub records: BTreeMap<&'a str, Vec<&'a RecordRule>>,
    /// Milliseconds between two samples.
    pub step: i64,
    /// Whether ranges leave out their left border.
    pub left_open: bool,
}

/// How deep expressions and recording rules are followed.
const MAX_DEPTH: usize = 100;

/// How many series a question may need.
const MOST_LEAVES: usize = 2000;

/// Answers one question.
pub(super) struct Solver<'a, 'g> {
    ground: &'g Ground<'a>,
    question: Question<'a, 'g>,
    leaves: Vec<Leaf>,
    atoms: Vec<Atom<'a>>,
    ways: Vec<Way>,
    failed_ways: Vec<Way>,
    /// How far back the part that is looked at is read.
    shift: i64,
    /// The ranges around the part that is looked at, added up.
    window: i64,
    /// Selectors whose series the next ones must not join.
    avoid: Vec<Filter>,
    /// Inside of what must not hold: `unless`.
    inverted: bool,
    in_record: bool,
    depth: usize,
}

/// Finds samples for an expression.
pub fn solve<'a, 'g>(ground: &'g Ground<'a>, expr: &'a Expr, question: Question<'a, 'g>) -> Answer<'a> {
    let mut solver = Solver {
        ground,
        question,
        leaves: Vec::new(),
        atoms: Vec::new(),
        ways: Vec::new(),
        failed_ways: Vec::new(),
        shift: 0,
        window: 0,
        avoid: Vec::new(),
        inverted: false,
        in_record: false,
        depth: 0,
    };
    let solved = solver.root(expr);
    let ways = if solved.is_err() && solver.ways.is_empty() { solver.failed_ways } else { solver.ways };
    Answer { leaves: solved.map(|_| solver.leaves), atoms: solver.atoms, ways }
}

/// What a failed attempt is taken back to.
struct Mark {
    leaves: usize,
    ways: usize,
    atoms: usize,
}

impl<'a> Solver<'a, '_> {
    fn root(&mut self, expr: &'a Expr) -> Result<LabelSet, Why> {
        // Without any condition the alert fires while its series are there.
        if !compare::has_condition(expr) {
            return self.presence(expr, expr, &Bind::default(), true);
        }
        self.solve(expr, &Bind::default(), None)
    }

    fn mark(&self) -> Mark {
        Mark { leaves: self.leaves.len(), ways: self.ways.len(), atoms: self.atoms.len() }
    }

    fn back_to(&mut self, mark: &Mark) {
        // Where all attempts fail, other ways are to be found all the same.
        if self.ways.len() > self.failed_ways.len() {
            self.failed_ways.clone_from(&self.ways);
        }
        self.leaves.truncate(mark.leaves);
        self.ways.truncate(mark.ways);
        self.atoms.truncate(mark.atoms);
    }

    /// Which of several ways is taken here.
    fn way(&mut self, options: usize, branches: bool) -> usize {
        let chosen = self.question.script.get(self.ways.len()).copied().unwrap_or(0).min(options.saturating_sub(1));
        self.ways.push(Way { chosen, options, branches });
        chosen
    }

    fn meet(&mut self, atom: Atom<'a>) {
        // The conditions of recording rules are no part of the alert.
        if !self.in_record && !self.atoms.iter().any(|known| std::ptr::eq(known.expr, atom.expr)) {
            self.atoms.push(atom);
        }
    }

    /// The side of a condition: that of the question where it is looked at, else it holds.
    fn side_of(&self, expr: &Expr) -> Side {
        let side =
            if self.question.focus.is_some_and(|focus| std::ptr::eq(focus, expr)) { self.question.side } else { Side::Hold };
        match (self.inverted, side) {
            (false, side) => side,
            (true, Side::Hold) => Side::Quiet,
            (true, _) => Side::Hold,
        }
    }

    /// Makes the expression return a series with these labels and this value; any value without a target. Returns the labels.
    fn solve(&mut self, expr: &'a Expr, bind: &Bind, target: Option<Line>) -> Result<LabelSet, Why> {
        if self.depth >= MAX_DEPTH {
            return Err("it is nested too deeply".to_owned());
        }
        self.depth += 1;
        let target = target.filter(|_| self.question.loose.is_none());
        let result = self.step(expr, bind, target);
        self.depth -= 1;
        result
    }

    fn step(&mut self, expr: &'a Expr, bind: &Bind, target: Option<Line>) -> Result<LabelSet, Why> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.solve(inner, bind, target),
            ExprKind::Unary(unary) if unary.op == UnaryOp::Plus => self.solve(&unary.expr, bind, target),
            ExprKind::Unary(unary) => {
                self.solve(&unary.expr, bind, target.map(|line| line.map(|value| -value))).map(|labels| labels.without_name())
            }
            ExprKind::Selector(selector) => {
                let level = target.map_or(Level::Any, Level::Value);
                self.selector(selector, bind, level)
            }
            ExprKind::Call(call) => self.call(expr, call, bind, target),
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, bind, target),
            ExprKind::Binary(binary) if binary.op.is_comparison() => self.comparison(expr, binary, bind, target),
            ExprKind::Binary(binary) if binary.op.is_set() => self.set(expr, binary, bind, target),
            ExprKind::Binary(binary) => self.arithmetic(binary, bind, target),
            ExprKind::Number(_) | ExprKind::String(_) => Err("a number stands in place of series".to_owned()),
            ExprKind::Matrix(_) | ExprKind::Subquery(_) => Err("a range stands in place of series".to_owned()),
            ExprKind::Variable(_) | ExprKind::VariableCall(_) | ExprKind::Hole => Err("a part of it is not known".to_owned()),
        }
    }

    /// A selector: the series of a metric, or what a recording rule records.
    fn selector(&mut self, selector: &'a VectorSelector, bind: &Bind, level: Level) -> Result<LabelSet, Why> {
        let shift = offset(&selector.modifiers)?;
        self.shift += shift;
        let result = match selector.metric_name().and_then(|name| self.ground.records.get(name)) {
            Some(records) => {
                let records = records.clone();
                self.record(selector, &records, bind, level)
            }
            None => self.leaf(selector, bind, level),
        };
        self.shift -= shift;
        result
    }

    fn record(
        &mut self,
        selector: &VectorSelector,
        records: &[&'a RecordRule],
        bind: &Bind,
        level: Level,
    ) -> Result<LabelSet, Why> {
        let way = if records.len() > 1 { self.way(records.len(), false) } else { 0 };
        let Some(record) = records.get(way) else { return Err("nothing records it".to_owned()) };
        let target = match level {
            Level::Any => None,
            Level::Value(line) => Some(line),
            Level::Growth(_) | Level::Changes(_) | Level::Resets(_) => {
                return Err(format!("`{}` is recorded, and a function wants it to grow", record.name));
            }
        };
        let mut inner = bind.clone();
        for matcher in &selector.matchers {
            if let (Some(label), Some(value), crate::promql::MatchOp::Equal) =
                (matcher.label.name.as_plain(), matcher.value.as_plain(), matcher.op)
            {
                inner.fixed.insert(Name::from(label), Name::from(value));
            }
        }
        for (label, value) in &record.labels {
            if inner.fixed.remove(label.as_str()).is_some_and(|wanted| *wanted != **value) {
                return Err(format!("`{}` is recorded with another `{label}`", record.name));
            }
        }
        let was = std::mem::replace(&mut self.in_record, true);
        let solved = self.solve(&record.expr.ast, &inner, target);
        self.in_record = was;
        let mut labels = solved?;
        for (label, value) in &record.labels {
            labels.set(&Name::from(label.as_str()), &Name::from(value.as_str()));
        }
        labels.set(&Name::from("__name__"), &Name::from(record.name.as_str()));
        if Filter::of(selector)?.admits(&labels) { Ok(labels) } else { Err(format!("`{}` has no such series", record.name)) }
    }
}

/// How many milliseconds back a selector looks.
fn offset(modifiers: &Modifiers) -> Result<i64, Why> {
    if modifiers.at.is_some() || modifiers.range_extension.is_some() {
        return Err("`@` and changed borders of ranges are not followed".to_owned());
    }
    let Some(offset) = &modifiers.offset else { return Ok(0) };
    match offset.duration.constant() {
        Some(seconds) if (0.0..1e9).contains(&seconds) => Ok((seconds * 1000.0).round() as i64),
        Some(_) => Err("an offset looks into the future".to_owned()),
        None => Err("a duration is not known".to_owned()),
    }
}

/// A number without the noise of its last digits: 0.1 + 0.2 is meant to be 0.3.
pub(crate) fn snap(value: f64) -> f64 {
    if !value.is_finite() || value == 0.0 {
        return value;
    }
    format!("{value:.11e}").parse().unwrap_or(value)
}
