//! Aggregations.

use std::collections::BTreeMap;

use super::{Evaluator, Point, Refusal};
use crate::promql::ast::{Aggregate, Grouping};
use crate::promql::catalog::Name;
use crate::promql::operators::AggregateOp;
use crate::prove::series::{LabelSet, NAME};

/// The labels of the group that a series belongs to.
pub(crate) fn group_of(labels: &LabelSet, grouping: Option<&Grouping>) -> LabelSet {
    let Some(grouping) = grouping else { return LabelSet::default() };
    let named = |name: &str| grouping.labels.iter().any(|label| label.name.as_plain() == Some(name));
    if grouping.without { labels.filtered(|name| name != NAME && !named(name)) } else { labels.filtered(named) }
}

impl Evaluator<'_> {
    pub(super) fn aggregate(&self, aggregate: &Aggregate, ts: i64, depth: usize) -> Result<Vec<Point>, Refusal> {
        let points = self.vector(&aggregate.expr, ts, depth)?;
        let parameter = |this: &Self| match &aggregate.param {
            Some(param) => this.scalar(param, ts, depth),
            None => Err("a parameter is missing".to_owned()),
        };
        let mut groups: BTreeMap<LabelSet, Vec<Point>> = BTreeMap::new();
        for point in points {
            groups.entry(group_of(&point.labels, aggregate.grouping.as_ref())).or_default().push(point);
        }
        let mut result = Vec::new();
        for (labels, members) in groups {
            let values: Vec<f64> = members.iter().map(|point| point.value).collect();
            let count = values.len() as f64;
            let value = match aggregate.op {
                AggregateOp::Sum => values.iter().sum(),
                AggregateOp::Avg => values.iter().sum::<f64>() / count,
                AggregateOp::Count => count,
                AggregateOp::Min => extreme(&values, |a, b| a < b),
                AggregateOp::Max => extreme(&values, |a, b| a > b),
                AggregateOp::Group => 1.0,
                AggregateOp::Stdvar => variance(&values),
                AggregateOp::Stddev => variance(&values).sqrt(),
                AggregateOp::Quantile => quantile(parameter(self)?, values),
                AggregateOp::Topk | AggregateOp::Bottomk => {
                    result.extend(chosen(members, parameter(self)?, aggregate.op == AggregateOp::Topk));
                    continue;
                }
                AggregateOp::CountValues => {
                    let label = super::labels::plain(aggregate.param.as_ref().ok_or("a parameter is missing")?)?;
                    let mut counted: BTreeMap<String, f64> = BTreeMap::new();
                    for value in &values {
                        *counted.entry(value.to_string()).or_default() += 1.0;
                    }
                    for (text, count) in counted {
                        let mut labels = labels.clone();
                        labels.set(&Name::from(label.as_str()), &Name::from(text));
                        result.push(Point { labels, value: count });
                    }
                    continue;
                }
                AggregateOp::Limitk | AggregateOp::LimitRatio => {
                    return Err(format!("`{}` is not understood", aggregate.op.name()));
                }
            };
            result.push(Point { labels, value });
        }
        Ok(result)
    }
}

fn extreme(values: &[f64], better: impl Fn(f64, f64) -> bool) -> f64 {
    values.iter().copied().fold(f64::NAN, |best, value| if best.is_nan() || better(value, best) { value } else { best })
}

/// The population variance.
pub(super) fn variance(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count
}

/// The quantile of unordered values, interpolated.
pub(super) fn quantile(q: f64, mut values: Vec<f64>) -> f64 {
    if values.is_empty() || q.is_nan() {
        return f64::NAN;
    }
    if q < 0.0 {
        return f64::NEG_INFINITY;
    }
    if q > 1.0 {
        return f64::INFINITY;
    }
    values.sort_by(f64::total_cmp);
    let rank = q * (values.len() as f64 - 1.0);
    let lower = rank.floor().max(0.0);
    let upper = (lower + 1.0).min(values.len() as f64 - 1.0);
    let weight = rank - rank.floor();
    values[lower as usize] * (1.0 - weight) + values[upper as usize] * weight
}

fn chosen(mut members: Vec<Point>, count: f64, largest: bool) -> Vec<Point> {
    members.sort_by(|a, b| if largest { b.value.total_cmp(&a.value) } else { a.value.total_cmp(&b.value) });
    members.truncate(if count >= 1.0 { count.min(1e6) as usize } else { 0 });
    members
}
