//! Binary operators with their matching of series.

use std::collections::{BTreeMap, BTreeSet};

use super::{Evaluator, Point, Refusal, Value, distinct};
use crate::promql::ast::{Binary, GroupSide, Matching};
use crate::promql::catalog::Name;
use crate::promql::operators::BinaryOp;
use crate::prove::series::{LabelSet, NAME};

/// The labels on which two series must agree.
pub(crate) fn signature(labels: &LabelSet, matching: Option<&Matching>) -> LabelSet {
    let named = |matching: &Matching, name: &str| matching.labels.iter().any(|label| label.name.as_plain() == Some(name));
    match matching {
        None => labels.without_name(),
        Some(matching) if matching.on => labels.filtered(|name| named(matching, name)),
        Some(matching) => labels.filtered(|name| name != NAME && !named(matching, name)),
    }
}

/// The labels of a result of one series of the many side and one of the one side.
pub(crate) fn result_labels(binary: &Binary, many: &LabelSet, one: &LabelSet) -> LabelSet {
    let drops = !binary.op.is_comparison() || binary.bool_modifier.is_some();
    let base = if drops { many.without_name() } else { many.clone() };
    let Some(matching) = &binary.matching else { return base };
    let named = |name: &str| matching.labels.iter().any(|label| label.name.as_plain() == Some(name));
    match &matching.group {
        None if matching.on => base.filtered(named),
        None => base.filtered(|name| !named(name)),
        Some(group) => {
            let mut labels = base;
            for name in group.include.iter().filter_map(|label| label.name.as_plain()) {
                labels.set(&Name::from(name), &Name::from(one.get(name)));
            }
            labels
        }
    }
}

/// What an operator makes of two numbers: the value, and whether a comparison keeps it.
pub(crate) fn apply(op: BinaryOp, left: f64, right: f64) -> Option<(f64, bool)> {
    Some(match op {
        BinaryOp::Add => (left + right, true),
        BinaryOp::Sub => (left - right, true),
        BinaryOp::Mul => (left * right, true),
        BinaryOp::Div => (left / right, true),
        BinaryOp::Mod => (left % right, true),
        BinaryOp::Pow => (left.powf(right), true),
        BinaryOp::Atan2 => (left.atan2(right), true),
        BinaryOp::Equal => (left, left == right),
        BinaryOp::NotEqual => (left, left != right),
        BinaryOp::Greater => (left, left > right),
        BinaryOp::GreaterOrEqual => (left, left >= right),
        BinaryOp::Less => (left, left < right),
        BinaryOp::LessOrEqual => (left, left <= right),
        BinaryOp::TrimUpper | BinaryOp::TrimLower | BinaryOp::And | BinaryOp::Or | BinaryOp::Unless => return None,
    })
}

impl Evaluator<'_> {
    pub(super) fn binary(&self, binary: &Binary, ts: i64, depth: usize) -> Result<Value, Refusal> {
        if binary.fill.left.is_some() || binary.fill.right.is_some() {
            return Err("`fill` is not understood".to_owned());
        }
        let unknown = || format!("`{}` is not understood", binary.op.symbol());
        let left = self.eval(&binary.lhs, ts, depth)?;
        let right = self.eval(&binary.rhs, ts, depth)?;
        let truth = |kept: bool| if kept { 1.0 } else { 0.0 };
        match (left, right) {
            (Value::Scalar(left), Value::Scalar(right)) => {
                let (value, kept) = apply(binary.op, left, right).ok_or_else(unknown)?;
                Ok(Value::Scalar(if binary.op.is_comparison() { truth(kept) } else { value }))
            }
            (Value::Vector(points), Value::Scalar(number)) => self.with_number(binary, points, number, false),
            (Value::Scalar(number), Value::Vector(points)) => self.with_number(binary, points, number, true),
            (Value::Vector(left), Value::Vector(right)) if binary.op.is_set() => Ok(Value::Vector(set(binary, left, right))),
            (Value::Vector(left), Value::Vector(right)) => vectors(binary, &left, &right).map(Value::Vector),
            _ => Err("a text cannot be computed with".to_owned()),
        }
    }

    fn with_number(&self, binary: &Binary, points: Vec<Point>, number: f64, swapped: bool) -> Result<Value, Refusal> {
        let mut result = Vec::with_capacity(points.len());
        for point in points {
            let (left, right) = if swapped { (number, point.value) } else { (point.value, number) };
            let Some((value, kept)) = apply(binary.op, left, right) else {
                return Err(format!("`{}` is not understood", binary.op.symbol()));
            };
            if !binary.op.is_comparison() {
                result.push(Point { labels: point.labels.without_name(), value });
            } else if binary.bool_modifier.is_some() {
                result.push(Point { labels: point.labels.without_name(), value: if kept { 1.0 } else { 0.0 } });
            } else if kept {
                result.push(point);
            }
        }
        Ok(Value::Vector(result))
    }
}

fn set(binary: &Binary, left: Vec<Point>, right: Vec<Point>) -> Vec<Point> {
    let key = |point: &Point| signature(&point.labels, binary.matching.as_ref());
    match binary.op {
        BinaryOp::Or => {
            let present: BTreeSet<LabelSet> = left.iter().map(key).collect();
            let rest = right.into_iter().filter(|point| !present.contains(&key(point)));
            left.into_iter().chain(rest).collect()
        }
        op => {
            let present: BTreeSet<LabelSet> = right.iter().map(key).collect();
            left.into_iter().filter(|point| present.contains(&key(point)) == (op == BinaryOp::And)).collect()
        }
    }
}

fn vectors(binary: &Binary, left: &[Point], right: &[Point]) -> Result<Vec<Point>, Refusal> {
    let matching = binary.matching.as_ref();
    let group = matching.and_then(|matching| matching.group.as_ref());
    let swapped = group.is_some_and(|group| group.side == GroupSide::Right);
    let (many, one) = if swapped { (right, left) } else { (left, right) };
    let mut by_signature: BTreeMap<LabelSet, &Point> = BTreeMap::new();
    for point in one {
        if by_signature.insert(signature(&point.labels, matching), point).is_some() {
            return Err("several series match one series".to_owned());
        }
    }
    let mut taken: BTreeSet<LabelSet> = BTreeSet::new();
    let mut result = Vec::new();
    for point in many {
        let key = signature(&point.labels, matching);
        let Some(other) = by_signature.get(&key) else { continue };
        let (a, b) = if swapped { (other.value, point.value) } else { (point.value, other.value) };
        let Some((value, kept)) = apply(binary.op, a, b) else {
            return Err(format!("`{}` is not understood", binary.op.symbol()));
        };
        let value = match (binary.op.is_comparison(), binary.bool_modifier.is_some(), kept) {
            (true, true, kept) => f64::from(u8::from(kept)),
            (true, false, false) => continue,
            _ => value,
        };
        if group.is_none() && !taken.insert(key) {
            return Err("several series match one series".to_owned());
        }
        result.push(Point { labels: result_labels(binary, &point.labels, &other.labels), value });
    }
    distinct(result)
}
