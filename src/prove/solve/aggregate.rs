//! Aggregations.

use super::{Bind, Leaf, Level, Line, Solver, Why, snap};
use crate::promql::ast::{Aggregate, Expr, ExprKind, VectorSelector};
use crate::promql::catalog::Name;
use crate::promql::operators::AggregateOp;
use crate::prove::evaluate::{Filter, group_of, range_of};
use crate::prove::series::{LabelSet, NAME};

/// How many series an alert on their number may want.
const MOST_COUNTED: f64 = 500.0;

/// What a sum adds up, where each series adds its own level.
struct Added<'a> {
    selector: &'a VectorSelector,
    /// What a growth of one a second adds; `None` where values are added.
    per_growth: Option<f64>,
}

impl<'a> Solver<'a, '_> {
    pub(super) fn aggregate(&mut self, aggregate: &'a Aggregate, bind: &Bind, target: Option<Line>) -> Result<LabelSet, Why> {
        let inner = inner_bind(aggregate, bind)?;
        let group = |labels: &LabelSet| group_of(labels, aggregate.grouping.as_ref());
        if let Some(wanted) = self.question.loose {
            let before = self.avoid.len();
            let result = self.several(aggregate, inner, wanted);
            self.avoid.truncate(before);
            let keeps = matches!(aggregate.op, AggregateOp::Topk | AggregateOp::Bottomk);
            return result.map(|labels| if keeps { labels } else { group(&labels) });
        }
        match aggregate.op {
            AggregateOp::Sum => self.sum(aggregate, &inner, target).map(|labels| group(&labels)),
            AggregateOp::Avg | AggregateOp::Min | AggregateOp::Max | AggregateOp::Quantile => {
                self.solve(&aggregate.expr, &inner, target).map(|labels| group(&labels))
            }
            AggregateOp::Topk | AggregateOp::Bottomk => self.solve(&aggregate.expr, bind, target),
            AggregateOp::Group => match target.map(Line::value) {
                None | Some(Some(1.0)) => self.solve(&aggregate.expr, &inner, None).map(|labels| group(&labels)),
                Some(_) => Err("`group` is always 1".to_owned()),
            },
            AggregateOp::Count => self.count(aggregate, inner, target).map(|labels| group(&labels)),
            AggregateOp::Stddev
            | AggregateOp::Stdvar
            | AggregateOp::CountValues
            | AggregateOp::Limitk
            | AggregateOp::LimitRatio => Err(format!("`{}` cannot be turned round", aggregate.op.name())),
        }
    }

    /// As many series as are wanted, alike but for one label that the grouping drops.
    fn count(&mut self, aggregate: &'a Aggregate, inner: Bind, target: Option<Line>) -> Result<LabelSet, Why> {
        let wanted = match target.map(Line::value) {
            None => 1.0,
            Some(Some(value)) if value >= 1.0 && value.fract() == 0.0 && value <= MOST_COUNTED => value,
            Some(Some(value)) if value < 1.0 => return Err("a count of what is there is at least 1".to_owned()),
            Some(_) => return Err("so many series are not tried".to_owned()),
        };
        let before = self.avoid.len();
        let result = self.several(aggregate, inner, wanted as usize);
        self.avoid.truncate(before);
        result
    }

    fn several(&mut self, aggregate: &'a Aggregate, mut inner: Bind, wanted: usize) -> Result<LabelSet, Why> {
        let mut first: Option<LabelSet> = None;
        for _ in 0..wanted {
            let before = self.leaves.len();
            let labels = match self.solve(&aggregate.expr, &inner, None) {
                Err(_) if first.is_some() && self.question.loose.is_some() => break,
                labels => labels?,
            };
            let new = self.leaves.get(before..).unwrap_or_default();
            if new.is_empty() && first.is_some() {
                if self.question.loose.is_some() {
                    break;
                }
                return Err("there are not so many series".to_owned());
            }
            if wanted > 1 {
                let taken: Vec<Filter> = new.iter().map(|leaf| Filter::exactly(&leaf.labels)).collect();
                self.avoid.extend(taken);
            }
            if first.is_none() {
                // The others belong to the same group.
                for (name, value) in group_of(&labels, aggregate.grouping.as_ref()).iter() {
                    inner.fixed.insert(Name::clone(name), Name::clone(value));
                }
                first = Some(labels);
            }
        }
        first.ok_or_else(|| "there is nothing to count".to_owned())
    }

    /// A sum: what the series that are there already add, and one more for the rest.
    fn sum(&mut self, aggregate: &'a Aggregate, inner: &Bind, target: Option<Line>) -> Result<LabelSet, Why> {
        let (Some(target), Some(added)) = (target, added(&aggregate.expr)) else {
            return self.solve(&aggregate.expr, inner, target);
        };
        let offset = super::offset(&added.selector.modifiers)?;
        let filter = Filter::of(added.selector)?;
        let joins = |leaf: &&Leaf| leaf.shift == self.shift + offset && filter.admits(&leaf.labels) && inner.admits(&leaf.labels);
        let bound = aggregate.grouping.as_ref().is_none_or(|grouping| {
            !grouping.without
                && grouping.labels.iter().all(|label| label.name.as_plain().is_some_and(|name| inner.wanted(name).is_some()))
        });
        let known: Vec<&Leaf> = if bound { self.leaves.iter().filter(joins).collect() } else { Vec::new() };
        if known.is_empty() {
            return self.solve(&aggregate.expr, inner, Some(target));
        }
        let mut rest = target;
        for leaf in &known {
            let line = match (leaf.level, added.per_growth) {
                (Level::Value(line), None) => line,
                (Level::Growth(growth), Some(factor)) => Line::flat(growth * factor),
                _ => return Err("one metric is read in two ways at once".to_owned()),
            };
            rest = Line { start: rest.start - line.start, slope: rest.slope - line.slope };
        }
        rest.start = if rest.start.abs() <= target.start.abs() * 1e-12 { 0.0 } else { snap(rest.start) };
        let labels = known[0].labels.clone();
        if rest.value() == Some(0.0) {
            return Ok(labels);
        }
        if rest.start < 0.0 {
            return Err("a part would be larger than the whole".to_owned());
        }
        let before = self.avoid.len();
        let others: Vec<Filter> = known.iter().map(|leaf| leaf.filter.clone()).filter(|other| *other != filter).collect();
        self.avoid.extend(others);
        if self.avoid.len() == before {
            self.avoid.extend(self.leaves.iter().filter(joins).map(|leaf| Filter::exactly(&leaf.labels)).collect::<Vec<_>>());
        }
        let solved = self.solve(&aggregate.expr, inner, Some(rest));
        self.avoid.truncate(before);
        solved
    }
}

/// What the series that are aggregated must look like for the result to be as demanded.
fn inner_bind(aggregate: &Aggregate, bind: &Bind) -> Result<Bind, Why> {
    let named: Vec<&str> =
        aggregate.grouping.iter().flat_map(|grouping| &grouping.labels).filter_map(|label| label.name.as_plain()).collect();
    let without = aggregate.grouping.as_ref().is_some_and(|grouping| grouping.without);
    let mut inner = Bind::default();
    for (name, value) in &bind.fixed {
        let stays = named.contains(&&**name) != without;
        if stays {
            inner.fixed.insert(Name::clone(name), Name::clone(value));
        } else if !value.is_empty() {
            return Err(format!("an aggregation drops the label `{name}`"));
        }
    }
    if bind.only.is_some() && !without {
        for name in named {
            if let (None, Some(wanted)) = (inner.fixed.get(name), bind.wanted(name)) {
                let wanted = Name::from(wanted);
                inner.fixed.insert(Name::from(name), wanted);
            }
        }
    }
    inner.fixed.remove(NAME);
    Ok(inner)
}

fn added(expr: &Expr) -> Option<Added<'_>> {
    match &expr.kind {
        ExprKind::Paren(inner) => added(inner),
        ExprKind::Selector(selector) => Some(Added { selector, per_growth: None }),
        ExprKind::Call(call) => {
            let argument = call.args.first()?;
            let ExprKind::Matrix(matrix) = &argument.kind else { return None };
            let per_growth = match call.callee.name() {
                "rate" | "irate" | "deriv" => Some(1.0),
                "increase" | "delta" => Some(range_of(argument).ok()? as f64 / 1000.0),
                "avg_over_time" | "max_over_time" | "min_over_time" | "last_over_time" => None,
                _ => return None,
            };
            Some(Added { selector: &matrix.selector, per_growth })
        }
        _ => None,
    }
}
