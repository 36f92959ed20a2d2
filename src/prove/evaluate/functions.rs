//! Functions.

use super::aggregate::{quantile, variance};
use super::range::{counted, extrapolated, instant, regression};
use super::{Evaluator, Point, Refusal, Rows, Value, distinct, histogram, millis, shifted};
use crate::promql::ast::{Call, Expr, ExprKind, VectorSelector};
use crate::promql::catalog::Name;
use crate::promql::operators::MatchOp;
use crate::prove::series::LabelSet;

/// The labels that `absent` gives: those that the selector demands to be equal.
pub(crate) fn labels_of_absent(expr: &Expr) -> LabelSet {
    let mut at = expr;
    while let ExprKind::Paren(inner) = &at.kind {
        at = inner;
    }
    let selector: &VectorSelector = match &at.kind {
        ExprKind::Selector(selector) => selector,
        ExprKind::Matrix(matrix) => &matrix.selector,
        _ => return LabelSet::default(),
    };
    let mut labels = LabelSet::default();
    let named = |name: &str| selector.matchers.iter().filter(|matcher| matcher.label.name.as_plain() == Some(name)).count();
    for matcher in &selector.matchers {
        if let (MatchOp::Equal, Some(name), Some(value)) = (matcher.op, matcher.label.name.as_plain(), matcher.value.as_plain())
            && name != "__name__"
            && named(name) == 1
        {
            labels.set(&Name::from(name), &Name::from(value));
        }
    }
    labels
}

impl Evaluator<'_> {
    pub(super) fn call(&self, call: &Call, ts: i64, depth: usize) -> Result<Value, Refusal> {
        let name = call.callee.name();
        let argument = |index: usize| call.args.get(index).ok_or_else(|| "an argument is missing".to_owned());
        let vector = |index: usize| self.vector(argument(index)?, ts, depth);
        let scalar = |index: usize| self.scalar(argument(index)?, ts, depth);
        let optional = |index: usize, default: f64| if call.args.len() > index { scalar(index) } else { Ok(default) };
        let rows = |index: usize| self.rows(argument(index)?, ts, depth);
        let moment = ts as f64 / 1000.0;
        let number = |value: f64| Ok(Value::Scalar(value));
        match name {
            "time" => number(moment),
            "pi" => number(std::f64::consts::PI),
            "scalar" => match vector(0)?.as_slice() {
                [only] => number(only.value),
                _ => number(f64::NAN),
            },
            "vector" => Ok(Value::Vector(vec![Point { labels: LabelSet::default(), value: scalar(0)? }])),
            "absent" => {
                let there = !vector(0)?.is_empty();
                Ok(Value::Vector(if there {
                    Vec::new()
                } else {
                    vec![Point { labels: labels_of_absent(argument(0)?), value: 1.0 }]
                }))
            }
            "absent_over_time" => {
                let there = !rows(0)?.rows.is_empty();
                Ok(Value::Vector(if there {
                    Vec::new()
                } else {
                    vec![Point { labels: labels_of_absent(argument(0)?), value: 1.0 }]
                }))
            }
            "label_replace" | "label_join" => self.label_function(call, ts, depth),
            "histogram_quantile" => Ok(Value::Vector(histogram::quantiles(scalar(0)?, &vector(1)?))),
            "sort" | "sort_desc" | "sort_by_label" | "sort_by_label_desc" => vector(0).map(Value::Vector),
            "timestamp" => self.timestamp(argument(0)?, ts, depth),
            "rate" => over(&rows(0)?, |samples, start, end| extrapolated(samples, start, end, true, true)),
            "increase" => over(&rows(0)?, |samples, start, end| extrapolated(samples, start, end, true, false)),
            "delta" => over(&rows(0)?, |samples, start, end| extrapolated(samples, start, end, false, false)),
            "irate" => over(&rows(0)?, |samples, _, _| instant(samples, true)),
            "idelta" => over(&rows(0)?, |samples, _, _| instant(samples, false)),
            "deriv" => over(&rows(0)?, |samples, _, _| regression(samples, samples.first()?.0).map(|(_, slope)| slope)),
            "predict_linear" => {
                let ahead = scalar(1)?;
                over(&rows(0)?, |samples, _, _| regression(samples, ts).map(|(value, slope)| slope * ahead + value))
            }
            "changes" => over(&rows(0)?, |samples, _, _| Some(counted(samples, |a, b| a != b && !(a.is_nan() && b.is_nan())))),
            "resets" => over(&rows(0)?, |samples, _, _| Some(counted(samples, |a, b| b < a))),
            "avg_over_time" => values(&rows(0)?, |values| values.iter().sum::<f64>() / values.len() as f64),
            "sum_over_time" => values(&rows(0)?, |values| values.iter().sum()),
            "min_over_time" => values(&rows(0)?, |values| values.iter().copied().fold(f64::NAN, f64::min)),
            "max_over_time" => values(&rows(0)?, |values| values.iter().copied().fold(f64::NAN, f64::max)),
            "count_over_time" => values(&rows(0)?, |values| values.len() as f64),
            "present_over_time" => values(&rows(0)?, |_| 1.0),
            "stdvar_over_time" => values(&rows(0)?, variance),
            "stddev_over_time" => values(&rows(0)?, |values| variance(values).sqrt()),
            "quantile_over_time" => {
                let q = scalar(0)?;
                values(&rows(1)?, |values| quantile(q, values.to_vec()))
            }
            "last_over_time" => {
                let last = |row: super::Row| row.samples.last().map(|(_, value)| Point { labels: row.labels, value: *value });
                Ok(Value::Vector(rows(0)?.rows.into_iter().filter_map(last).collect()))
            }
            "clamp" => {
                let (low, high) = (scalar(1)?, scalar(2)?);
                let points = if low > high { Vec::new() } else { vector(0)? };
                Ok(each(points, |value| low.max(high.min(value))))
            }
            "clamp_min" => scalar(1).and_then(|low| Ok(each(vector(0)?, |value| value.max(low)))),
            "clamp_max" => scalar(1).and_then(|high| Ok(each(vector(0)?, |value| value.min(high)))),
            "round" => {
                let inverse = 1.0 / optional(1, 1.0)?;
                Ok(each(vector(0)?, |value| (value * inverse + 0.5).floor() / inverse))
            }
            _ => match (plain(name), of_date(name)) {
                (Some(function), _) => Ok(each(vector(0)?, function)),
                (None, Some(function)) if call.args.is_empty() => {
                    Ok(Value::Vector(vec![Point { labels: LabelSet::default(), value: function(moment) }]))
                }
                (None, Some(function)) => Ok(each(vector(0)?, function)),
                (None, None) => Err(format!("`{name}` is not understood")),
            },
        }
    }

    fn timestamp(&self, expr: &Expr, ts: i64, depth: usize) -> Result<Value, Refusal> {
        if let ExprKind::Selector(selector) = &expr.kind {
            let at = shifted(&selector.modifiers, ts)?;
            let newest = |series: &super::Series| {
                let (time, _) = self.latest(series, at)?;
                Some(Point { labels: series.labels.without_name(), value: time as f64 / 1000.0 })
            };
            return Ok(Value::Vector(self.series(selector)?.into_iter().filter_map(newest).collect()));
        }
        Ok(each(self.vector(expr, ts, depth)?, |_| ts as f64 / 1000.0))
    }
}

/// The length of a range in milliseconds.
pub(crate) fn range_of(expr: &Expr) -> Result<i64, Refusal> {
    match &expr.kind {
        ExprKind::Paren(inner) => range_of(inner),
        ExprKind::Matrix(matrix) => millis(matrix.range.constant()),
        ExprKind::Subquery(subquery) => millis(subquery.range.constant()),
        _ => Err("this is no range".to_owned()),
    }
}

fn each(points: Vec<Point>, function: impl Fn(f64) -> f64) -> Value {
    Value::Vector(
        points.into_iter().map(|point| Point { labels: point.labels.without_name(), value: function(point.value) }).collect(),
    )
}

fn over(rows: &Rows, function: impl Fn(&[(i64, f64)], i64, i64) -> Option<f64>) -> Result<Value, Refusal> {
    let one = |row: &super::Row| {
        let value = function(&row.samples, rows.start, rows.end)?;
        Some(Point { labels: row.labels.without_name(), value })
    };
    distinct(rows.rows.iter().filter_map(one).collect()).map(Value::Vector)
}

fn values(rows: &Rows, function: impl Fn(&[f64]) -> f64) -> Result<Value, Refusal> {
    over(rows, |samples, _, _| {
        let values: Vec<f64> = samples.iter().map(|(_, value)| *value).collect();
        Some(function(&values))
    })
}

/// Functions of one number.
fn plain(name: &str) -> Option<fn(f64) -> f64> {
    Some(match name {
        "abs" => f64::abs,
        "ceil" => f64::ceil,
        "floor" => f64::floor,
        "exp" => f64::exp,
        "ln" => f64::ln,
        "log2" => f64::log2,
        "log10" => f64::log10,
        "sqrt" => f64::sqrt,
        "sgn" => |value| if value == 0.0 || value.is_nan() { value } else { value.signum() },
        "deg" => f64::to_degrees,
        "rad" => f64::to_radians,
        "sin" => f64::sin,
        "cos" => f64::cos,
        "tan" => f64::tan,
        _ => return None,
    })
}

/// Functions of a moment in seconds since 1970.
fn of_date(name: &str) -> Option<fn(f64) -> f64> {
    fn days(seconds: f64) -> f64 {
        (seconds / 86_400.0).floor()
    }
    Some(match name {
        "minute" => |seconds| (seconds / 60.0).floor().rem_euclid(60.0),
        "hour" => |seconds| (seconds / 3600.0).floor().rem_euclid(24.0),
        // The first of January 1970 was a Thursday.
        "day_of_week" => |seconds| (days(seconds) + 4.0).rem_euclid(7.0),
        _ => return None,
    })
}
