//! Ranges, and what functions make of one series' samples in a range.

use super::{Evaluator, Refusal, Row, Rows, Value, millis, shifted};
use crate::promql::ast::{Expr, ExprKind};
use crate::prove::series::Sample;

/// How many evaluations a subquery may take.
const MOST_STEPS: i64 = 100_000;

impl Evaluator<'_> {
    /// The samples of a range.
    pub(super) fn rows(&self, expr: &Expr, ts: i64, depth: usize) -> Result<Rows, Refusal> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.rows(inner, ts, depth),
            ExprKind::Matrix(matrix) => {
                let end = shifted(&matrix.selector.modifiers, ts)?;
                let start = end.saturating_sub(millis(matrix.range.constant())?);
                let mut rows = Vec::new();
                for series in self.series(&matrix.selector)? {
                    let first = start.div_euclid(self.store.step).max(0);
                    let mut samples = Vec::new();
                    let from = usize::try_from(first).unwrap_or(0);
                    for (index, sample) in series.samples.iter().enumerate().skip(from) {
                        let time = i64::try_from(index).unwrap_or(i64::MAX).saturating_mul(self.store.step);
                        if time > end {
                            break;
                        }
                        if let (Sample::Value(value), true) = (sample, time > start || (!self.left_open && time == start)) {
                            samples.push((time, *value));
                        }
                    }
                    if !samples.is_empty() {
                        rows.push(Row { labels: series.labels.clone(), samples });
                    }
                }
                Ok(Rows { rows, start, end })
            }
            ExprKind::Subquery(subquery) => {
                let end = shifted(&subquery.modifiers, ts)?;
                let start = end.saturating_sub(millis(subquery.range.constant())?);
                let step = match &subquery.step {
                    Some(step) => millis(step.constant())?.max(1),
                    None => self.store.step,
                };
                let mut at = start.div_euclid(step).saturating_mul(step);
                if at < start || (self.left_open && at == start) {
                    at = at.saturating_add(step);
                }
                if (end.saturating_sub(at)) / step > MOST_STEPS {
                    return Err("a subquery takes too many steps".to_owned());
                }
                let mut by_labels = std::collections::BTreeMap::new();
                while at <= end {
                    if at >= 0 {
                        let points = match self.eval(&subquery.expr, at, depth)? {
                            Value::Vector(points) => points,
                            Value::Scalar(value) => vec![super::Point { labels: Default::default(), value }],
                            Value::Text(_) => return Err("a text has no range".to_owned()),
                        };
                        for point in points {
                            by_labels.entry(point.labels).or_insert_with(Vec::new).push((at, point.value));
                        }
                    }
                    at = at.saturating_add(step);
                }
                let rows = by_labels.into_iter().map(|(labels, samples)| Row { labels, samples }).collect();
                Ok(Rows { rows, start, end })
            }
            _ => Err("this is no range".to_owned()),
        }
    }
}

/// `rate`, `increase` and `delta`, extrapolated to the borders of the range.
pub(super) fn extrapolated(samples: &[(i64, f64)], start: i64, end: i64, is_counter: bool, is_rate: bool) -> Option<f64> {
    let [(first_time, first), .., (last_time, last)] = samples else { return None };
    let mut growth = last - first;
    if is_counter {
        for pair in samples.windows(2) {
            if pair[1].1 < pair[0].1 {
                growth += pair[0].1;
            }
        }
    }
    let seconds = |millis: i64| millis as f64 / 1000.0;
    let mut to_start = seconds(first_time - start);
    let mut to_end = seconds(end - last_time);
    let sampled = seconds(last_time - first_time);
    let between = sampled / (samples.len() as f64 - 1.0);
    let threshold = between * 1.1;
    if to_start >= threshold {
        to_start = between / 2.0;
    }
    if is_counter && growth > 0.0 && *first >= 0.0 {
        to_start = to_start.min(sampled * (first / growth));
    }
    if to_end >= threshold {
        to_end = between / 2.0;
    }
    let mut factor = (sampled + to_start + to_end) / sampled;
    if is_rate {
        factor /= seconds(end - start);
    }
    Some(growth * factor)
}

/// `irate` and `idelta`: the last two samples.
pub(super) fn instant(samples: &[(i64, f64)], is_rate: bool) -> Option<f64> {
    let [.., (before_time, before), (time, last)] = samples else { return None };
    let growth = if is_rate && last < before { *last } else { last - before };
    Some(if is_rate { growth / ((time - before_time) as f64 / 1000.0) } else { growth })
}

/// The line of least squares: its value at `origin` and its slope per second.
pub(super) fn regression(samples: &[(i64, f64)], origin: i64) -> Option<(f64, f64)> {
    let [(_, first), _, ..] = samples else { return None };
    if samples.iter().all(|(_, value)| value == first) {
        return Some((*first, 0.0));
    }
    let (mut n, mut sum_x, mut sum_y, mut sum_xy, mut sum_xx) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (time, value) in samples {
        let x = (time - origin) as f64 / 1000.0;
        n += 1.0;
        sum_x += x;
        sum_y += value;
        sum_xy += x * value;
        sum_xx += x * x;
    }
    let covariance: f64 = sum_xy - sum_x * sum_y / n;
    let variance: f64 = sum_xx - sum_x * sum_x / n;
    let slope = covariance / variance;
    Some((sum_y / n - slope * sum_x / n, slope))
}

/// How many neighbours differ, or how many fall.
pub(super) fn counted(samples: &[(i64, f64)], differs: impl Fn(f64, f64) -> bool) -> f64 {
    samples.windows(2).filter(|pair| differs(pair[0].1, pair[1].1)).count() as f64
}
