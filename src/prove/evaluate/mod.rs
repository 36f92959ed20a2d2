//! PromQL over the samples of a test, as the server computes it: enough of it to know what an alert does before promtool is asked.
//!
//! What is not understood is refused, never guessed. The numbers are computed in the server's order, since the last bit decides on which side of a
//! threshold a value lies.

mod aggregate;
mod binary;
mod functions;
mod histogram;
mod labels;
mod range;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::promql::ast::{Expr, ExprKind, Modifiers, VectorSelector};
use crate::promql::catalog::{Name, Pattern};
use crate::promql::operators::{MatchOp, UnaryOp};
use crate::prove::series::{LabelSet, NAME, Sample, Series, Store};
use crate::prove::solve::examples;

pub(crate) use aggregate::group_of;
pub(crate) use binary::{apply, result_labels};
pub(crate) use functions::{labels_of_absent, range_of};
pub(crate) use labels::{Replace, plain};

/// How far back an instant selector looks.
const LOOKBACK: i64 = 300_000;

/// How deep expressions are followed.
const MAX_DEPTH: usize = 200;

/// How many series a step may return before it is given up.
const MOST_SERIES: usize = 10_000;

/// Why an expression cannot be evaluated.
pub type Refusal = String;

/// A series with its value at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The labels.
    pub labels: LabelSet,
    /// The value.
    pub value: f64,
}

/// What an expression returns at one moment.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Scalar(f64),
    /// A text.
    Text(String),
    /// Series.
    Vector(Vec<Point>),
}

/// The samples of one series in a range: milliseconds and value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) labels: LabelSet,
    pub(crate) samples: Vec<(i64, f64)>,
}

/// A range vector with its borders in milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Row>,
    pub(crate) start: i64,
    pub(crate) end: i64,
}

/// Evaluates expressions over a store.
#[derive(Debug, Clone, Copy)]
pub struct Evaluator<'a> {
    /// The samples.
    pub store: &'a Store,
    /// Whether ranges leave out their left border, as they do from version 3 on.
    pub left_open: bool,
}

impl Evaluator<'_> {
    /// The value at a moment, in milliseconds.
    ///
    /// # Errors
    ///
    /// When something in the expression is not understood, or the server would refuse it.
    pub fn at(&self, expr: &Expr, ts: i64) -> Result<Value, Refusal> {
        self.eval(expr, ts, 0)
    }

    /// The series at a moment.
    ///
    /// # Errors
    ///
    /// As [`Evaluator::at`], and when it is no vector.
    pub fn vector_at(&self, expr: &Expr, ts: i64) -> Result<Vec<Point>, Refusal> {
        self.vector(expr, ts, 0)
    }

    fn eval(&self, expr: &Expr, ts: i64, depth: usize) -> Result<Value, Refusal> {
        if depth > MAX_DEPTH {
            return Err("the expression is nested too deeply".to_owned());
        }
        let depth = depth + 1;
        match &expr.kind {
            ExprKind::Number(number) => Ok(Value::Scalar(number.value)),
            ExprKind::String(text) => {
                text.as_plain().map(|text| Value::Text(text.to_owned())).ok_or_else(|| "a variable is not known".to_owned())
            }
            ExprKind::Paren(inner) => self.eval(inner, ts, depth),
            ExprKind::Unary(unary) => match (self.eval(&unary.expr, ts, depth)?, unary.op) {
                (value, UnaryOp::Plus) => Ok(value),
                (Value::Scalar(value), UnaryOp::Minus) => Ok(Value::Scalar(-value)),
                (Value::Vector(points), UnaryOp::Minus) => {
                    let negated = |point: Point| Point { labels: point.labels.without_name(), value: -point.value };
                    Ok(Value::Vector(points.into_iter().map(negated).collect()))
                }
                (Value::Text(_), UnaryOp::Minus) => Err("a text has no sign".to_owned()),
            },
            ExprKind::Selector(selector) => self.select(selector, ts).map(Value::Vector),
            ExprKind::Call(call) => self.call(call, ts, depth),
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, ts, depth).map(Value::Vector),
            ExprKind::Binary(binary) => self.binary(binary, ts, depth),
            ExprKind::Matrix(_) | ExprKind::Subquery(_) => Err("a range is no value".to_owned()),
            ExprKind::Variable(_) | ExprKind::VariableCall(_) | ExprKind::Hole => Err("a part of it is not known".to_owned()),
        }
    }

    fn vector(&self, expr: &Expr, ts: i64, depth: usize) -> Result<Vec<Point>, Refusal> {
        match self.eval(expr, ts, depth)? {
            Value::Vector(points) if points.len() > MOST_SERIES => Err("it returns too many series".to_owned()),
            Value::Vector(points) => Ok(points),
            Value::Scalar(_) | Value::Text(_) => Err("this is no vector".to_owned()),
        }
    }

    fn scalar(&self, expr: &Expr, ts: i64, depth: usize) -> Result<f64, Refusal> {
        match self.eval(expr, ts, depth)? {
            Value::Scalar(value) => Ok(value),
            Value::Vector(_) | Value::Text(_) => Err("this is no number".to_owned()),
        }
    }

    /// The series that a selector admits.
    fn series(&self, selector: &VectorSelector) -> Result<Vec<&Series>, Refusal> {
        let filter = Filter::of(selector)?;
        Ok(match selector.metric_name() {
            Some(name) => self.store.named(name).filter(|series| filter.admits(&series.labels)).collect(),
            None => self.store.series.iter().filter(|series| filter.admits(&series.labels)).collect(),
        })
    }

    fn select(&self, selector: &VectorSelector, ts: i64) -> Result<Vec<Point>, Refusal> {
        let at = shifted(&selector.modifiers, ts)?;
        let mut points = Vec::new();
        for series in self.series(selector)? {
            if let Some((_, value)) = self.latest(series, at) {
                points.push(Point { labels: series.labels.clone(), value });
            }
        }
        Ok(points)
    }

    /// The newest sample that an instant selector sees, with its time.
    fn latest(&self, series: &Series, at: i64) -> Option<(i64, f64)> {
        let newest = usize::try_from(at.div_euclid(self.store.step)).ok()?.min(series.samples.len().checked_sub(1)?);
        for index in (0..=newest).rev() {
            let time = i64::try_from(index).ok()?.saturating_mul(self.store.step);
            let age = at.saturating_sub(time);
            if age > LOOKBACK || (self.left_open && age == LOOKBACK) {
                return None;
            }
            match series.samples[index] {
                Sample::Missing => {}
                Sample::Stale => return None,
                Sample::Value(value) => return Some((time, value)),
            }
        }
        None
    }
}

/// The moment that a selector with these modifiers looks at.
fn shifted(modifiers: &Modifiers, ts: i64) -> Result<i64, Refusal> {
    if modifiers.at.is_some() || modifiers.range_extension.is_some() {
        return Err("`@` and changed borders of ranges are not understood".to_owned());
    }
    match &modifiers.offset {
        None => Ok(ts),
        Some(offset) => Ok(ts.saturating_sub(millis(offset.duration.constant())?)),
    }
}

/// Seconds as milliseconds.
fn millis(seconds: Option<f64>) -> Result<i64, Refusal> {
    match seconds {
        Some(seconds) if seconds.is_finite() && seconds.abs() < 1e12 => Ok((seconds * 1000.0).round() as i64),
        _ => Err("a duration is not known".to_owned()),
    }
}

/// The matchers of a selector, ready to be asked of a series.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filter {
    tests: Vec<Test>,
}

#[derive(Debug, Clone, PartialEq)]
struct Test {
    label: Name,
    op: MatchOp,
    value: Name,
    pattern: Option<Arc<Pattern>>,
}

impl Filter {
    pub(crate) fn of(selector: &VectorSelector) -> Result<Self, Refusal> {
        if !selector.matcher_variables.is_empty() {
            return Err("a variable is not known".to_owned());
        }
        let mut tests = Vec::new();
        if let Some(name) = &selector.name {
            let value = Name::from(name.text.as_plain().ok_or("a variable is not known")?);
            tests.push(Test { label: Name::from(NAME), op: MatchOp::Equal, value, pattern: None });
        }
        for matcher in &selector.matchers {
            let (Some(label), Some(value)) = (matcher.label.name.as_plain(), matcher.value.as_plain()) else {
                return Err("a variable is not known".to_owned());
            };
            let pattern = matcher.op.is_regex().then(|| Pattern::new(value));
            if pattern.as_ref().is_some_and(|pattern| pattern.is_match("x").is_none()) {
                return Err(format!("the pattern `{value}` is not understood"));
            }
            tests.push(Test { label: Name::from(label), op: matcher.op, value: Name::from(value), pattern });
        }
        Ok(Self { tests })
    }

    /// Whether a value of a label passes all matchers on it.
    pub(crate) fn admits_value(&self, label: &str, value: &str) -> bool {
        self.tests.iter().filter(|test| *test.label == *label).all(|test| test.admits(value))
    }

    /// What admits these labels and no others.
    pub(crate) fn exactly(labels: &LabelSet) -> Self {
        let test = |(label, value): (&Name, &Name)| Test {
            label: Name::clone(label),
            op: MatchOp::Equal,
            value: Name::clone(value),
            pattern: None,
        };
        Self { tests: labels.iter().map(test).collect() }
    }

    /// The labels that matchers are about.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &Name> {
        self.tests.iter().map(|test| &test.label).filter(|label| &***label != NAME)
    }

    /// Values of a label that its matchers name or give an example of.
    pub(crate) fn examples(&self, label: &str) -> Vec<Name> {
        let mut values = Vec::new();
        for test in self.tests.iter().filter(|test| *test.label == *label) {
            match (test.op, &test.pattern) {
                (MatchOp::Equal, _) => values.push(Name::clone(&test.value)),
                (MatchOp::Regex, Some(pattern)) => values.extend(examples(pattern).into_iter().map(Name::from)),
                _ => {}
            }
        }
        values
    }

    /// The same with one matcher turned into its opposite.
    pub(crate) fn negated(&self, index: usize) -> Option<Self> {
        let mut negated = self.clone();
        let test = negated.tests.get_mut(index).filter(|test| &*test.label != NAME)?;
        test.op = match test.op {
            MatchOp::Equal => MatchOp::NotEqual,
            MatchOp::NotEqual => MatchOp::Equal,
            MatchOp::Regex => MatchOp::NotRegex,
            MatchOp::NotRegex => MatchOp::Regex,
        };
        Some(negated)
    }

    /// The same with one matcher turned into its opposite, for each matcher in turn.
    pub(crate) fn each_negated(&self) -> impl Iterator<Item = Self> {
        (0..self.tests.len()).filter_map(|index| self.negated(index))
    }

    /// Whether a series passes.
    pub(crate) fn admits(&self, labels: &LabelSet) -> bool {
        self.tests.iter().all(|test| test.admits(labels.get(&test.label)))
    }
}

impl Test {
    fn admits(&self, value: &str) -> bool {
        let by_pattern = || self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(value) == Some(true));
        match self.op {
            MatchOp::Equal => *self.value == *value,
            MatchOp::NotEqual => *self.value != *value,
            MatchOp::Regex => by_pattern(),
            MatchOp::NotRegex => !by_pattern(),
        }
    }
}

/// Whether no two series have the same labels, as the server demands.
fn distinct(points: Vec<Point>) -> Result<Vec<Point>, Refusal> {
    if points.len() > 1 {
        let mut seen: Vec<&LabelSet> = points.iter().map(|point| &point.labels).collect();
        seen.sort_unstable();
        if seen.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err("two series of the result have the same labels".to_owned());
        }
    }
    Ok(points)
}
