//! Quotients of a part by its whole, which lie in [0, 1].
//!
//! The sum over some series of a metric is no more than the sum over all of them, when both sides sum the same numbers of those series: the
//! same function over the same window, and matchers of which one side has all that the other has. And a bucket of a classic
//! histogram never counts more than its `_count`.

use super::facts::Facts;
use super::range::Interval;
use super::walk::Operand;
use crate::promql::ast::{Aggregate, Binary, Expr, ExprKind, Fill, GroupSide, Grouping, Matcher, Modifiers, VectorSelector};
use crate::promql::duration::{DurationExpr, DurationKind};
use crate::promql::operators::{AggregateOp, BinaryOp, MatchOp};

/// The greatest value of `lhs / rhs`, where it is a part by its whole, perhaps times a constant: 1, or 100 for `100 * part / whole`.
pub(super) fn greatest(binary: &Binary, left: &Facts, right: &Facts) -> Option<f64> {
    let part = binary.lhs.without_parens();
    let (part, factor) = match &part.kind {
        ExprKind::Binary(product) if product.op == BinaryOp::Mul && product.matching.is_none() => {
            match (&product.lhs.without_parens().kind, &product.rhs.without_parens().kind) {
                (ExprKind::Number(number), _) => (product.rhs.without_parens(), number.value),
                (_, ExprKind::Number(number)) => (product.lhs.without_parens(), number.value),
                _ => (part, 1.0),
            }
        }
        _ => (part, 1.0),
    };
    (factor > 0.0 && factor.is_finite() && is_share(binary, part, left, right)).then_some(factor)
}

/// The values of `sum(x) / count(x)`, which is the mean of `x`; the sum may also be of `x == bool 1`.
pub(super) fn mean(binary: &Binary, left: Operand<'_>) -> Option<Interval> {
    let filled = binary.fill.left.is_some() || binary.fill.right.is_some();
    let (ExprKind::Aggregate(sum), ExprKind::Aggregate(count)) =
        (&binary.lhs.without_parens().kind, &binary.rhs.without_parens().kind)
    else {
        return None;
    };
    let operators = binary.op == BinaryOp::Div && sum.op == AggregateOp::Sum && count.op == AggregateOp::Count;
    let (summed, counted) = (sum.expr.without_parens(), count.expr.without_parens());
    let compared = match &summed.kind {
        ExprKind::Binary(comparison) => {
            comparison.bool_modifier.is_some()
                && matches!(comparison.rhs.without_parens().kind, ExprKind::Number(_))
                && comparison.lhs.without_parens().equivalent(counted)
        }
        _ => false,
    };
    if filled || !operators || !keys_are_groups(binary, sum, count) || !(compared || summed.equivalent(counted)) {
        return None;
    }
    let same_groups = keys(sum.grouping.as_ref()) == keys(count.grouping.as_ref());
    let values = left.inner().filter(|_| same_groups)?.range.interval;
    let both = values.lo == f64::NEG_INFINITY && values.hi == f64::INFINITY;
    // A histogram is counted and not summed.
    (!both && values.has_numbers()).then(|| values.closed())
}

fn is_share(binary: &Binary, part: &Expr, left: &Facts, right: &Facts) -> bool {
    let filled = binary.fill.left.is_some() || binary.fill.right.is_some();
    let counts = left.range.interval.lo >= 0.0 && right.range.interval.lo >= 0.0;
    if binary.op != BinaryOp::Div || filled || !counts {
        return false;
    }
    let whole = binary.rhs.without_parens();
    match (&part.kind, &whole.kind) {
        (ExprKind::Aggregate(part), ExprKind::Aggregate(whole)) => {
            same_aggregation(part, whole) && keys_are_groups(binary, part, whole)
        }
        // scalar(sum(x)) is the whole of everything.
        (ExprKind::Aggregate(part), ExprKind::Call(call)) if call.callee.name() == "scalar" => {
            match call.args.first().map(|arg| &arg.without_parens().kind) {
                Some(ExprKind::Aggregate(whole)) => whole.grouping.is_none() && same_aggregation(part, whole),
                _ => false,
            }
        }
        _ => binary.matching.is_none() && is_part(part, whole),
    }
}

fn same_aggregation(part: &Aggregate, whole: &Aggregate) -> bool {
    part.op == whole.op && matches!(part.op, AggregateOp::Sum | AggregateOp::Count) && is_part(&part.expr, &whole.expr)
}

/// Whether each group of the part is divided by the group that all its series are in.
fn keys_are_groups(binary: &Binary, part: &Aggregate, whole: &Aggregate) -> bool {
    let (part_keys, whole_keys) = (keys(part.grouping.as_ref()), keys(whole.grouping.as_ref()));
    let (Some((part_without, mut part_keys)), Some((whole_without, mut whole_keys))) = (part_keys, whole_keys) else {
        return false;
    };
    part_keys.sort_unstable();
    whole_keys.sort_unstable();
    if part_without != whole_without {
        return false;
    }
    let same = part_keys == whole_keys;
    let Some(matching) = &binary.matching else { return same };
    let Some(mut on) = matching.labels.iter().map(|label| label.name.as_plain()).collect::<Option<Vec<_>>>() else {
        return false;
    };
    on.sort_unstable();
    if part_without {
        return false;
    }
    let one_to_one = matching.group.is_none();
    let many_parts = matching.group.as_ref().is_some_and(|group| group.side == GroupSide::Left);
    if matching.on {
        on == whole_keys && ((one_to_one && same) || (many_parts && contains(&part_keys, &whole_keys)))
    } else {
        let rest: Vec<&str> = part_keys.iter().copied().filter(|key| !on.contains(key)).collect();
        let whole_rest = whole_keys.iter().all(|key| !on.contains(key));
        rest == whole_keys && whole_rest && (many_parts || same)
    }
}

fn keys(grouping: Option<&Grouping>) -> Option<(bool, Vec<&str>)> {
    let Some(grouping) = grouping else { return Some((false, Vec::new())) };
    let mut names = grouping.labels.iter().map(|label| label.name.as_plain()).collect::<Option<Vec<_>>>()?;
    names.sort_unstable();
    names.dedup();
    Some((grouping.without, names))
}

fn contains(all: &[&str], some: &[&str]) -> bool {
    some.iter().all(|name| all.contains(name))
}

/// Whether the part has the same numbers as the whole, of some of its series.
fn is_part(part: &Expr, whole: &Expr) -> bool {
    let (part, whole) = (part.without_parens(), whole.without_parens());
    match (&part.kind, &whole.kind) {
        (ExprKind::Selector(part), ExprKind::Selector(whole)) => is_subset(part, whole),
        (ExprKind::Matrix(part), ExprKind::Matrix(whole)) => {
            same_duration(&part.range, &whole.range) && is_subset(&part.selector, &whole.selector)
        }
        (ExprKind::Call(part), ExprKind::Call(whole)) => {
            let same = matches!(
                part.callee.name(),
                "rate" | "increase" | "irate" | "last_over_time" | "max_over_time" | "avg_over_time"
            );
            match (part.args.as_slice(), whole.args.as_slice()) {
                ([part_arg], [whole_arg]) => same && part.callee == whole.callee && is_part(part_arg, whole_arg),
                _ => false,
            }
        }
        // A comparison lets some of the series through.
        (ExprKind::Binary(filter), _) => {
            let filters = filter.op.is_comparison() && filter.bool_modifier.is_none() && filter.fill == Fill::default();
            filters && matches!(filter.rhs.without_parens().kind, ExprKind::Number(_)) && is_part(&filter.lhs, whole)
        }
        _ => false,
    }
}

/// Whether a selector takes some of the series of another, or a bucket where the other takes the count.
fn is_subset(part: &VectorSelector, whole: &VectorSelector) -> bool {
    if !same_modifiers(&part.modifiers, &whole.modifiers) {
        return false;
    }
    let (Some(part_name), Some(whole_name)) = (part.metric_name(), whole.metric_name()) else { return false };
    let variables =
        |selector: &VectorSelector| -> Vec<String> { selector.matcher_variables.iter().map(ToString::to_string).collect() };
    let (part_variables, whole_variables) = (variables(part), variables(whole));
    if !whole_variables.iter().all(|variable| part_variables.contains(variable)) {
        return false;
    }
    let is_name = |matcher: &Matcher| matcher.label.name.as_plain() == Some("__name__");
    let is_bound = |matcher: &Matcher| matcher.label.name.as_plain() == Some("le");
    let has = |selector: &VectorSelector, wanted: &Matcher| selector.matchers.iter().any(|matcher| same_matcher(matcher, wanted));
    let of_one_bucket = part.matchers.iter().any(|matcher| is_bound(matcher) && matcher.op == MatchOp::Equal);
    let bucket_of_count =
        of_one_bucket && part_name.strip_suffix("_bucket").is_some_and(|stem| whole_name.strip_suffix("_count") == Some(stem));
    let of_all_buckets = |matcher: &Matcher| {
        is_bound(matcher) && matcher.op == MatchOp::Equal && matcher.value.as_plain() == Some("+Inf") && of_one_bucket
    };
    (part_name == whole_name || bucket_of_count)
        && whole.matchers.iter().all(|matcher| {
            is_name(matcher)
                || has(part, matcher)
                || (part_name == whole_name && part_name.ends_with("_bucket") && of_all_buckets(matcher))
        })
}

fn same_matcher(a: &Matcher, b: &Matcher) -> bool {
    a.op == b.op && a.label.name.to_string() == b.label.name.to_string() && a.value.to_string() == b.value.to_string()
}

fn same_duration(a: &DurationExpr, b: &DurationExpr) -> bool {
    match (a.constant(), b.constant()) {
        (Some(a), Some(b)) => a == b,
        (None, None) => variable(a).is_some_and(|a| variable(b).is_some_and(|b| a == b)),
        _ => false,
    }
}

/// The text of a variable duration; others that are not constant are taken to differ.
fn variable(duration: &DurationExpr) -> Option<String> {
    match &duration.kind {
        DurationKind::Variable(text) => Some(text.to_string()),
        _ => None,
    }
}

fn same_modifiers(a: &Modifiers, b: &Modifiers) -> bool {
    let plain = |modifiers: &Modifiers| modifiers.at.is_none() && modifiers.range_extension.is_none();
    let offsets = match (&a.offset, &b.offset) {
        (None, None) => true,
        (Some(a), Some(b)) => same_duration(&a.duration, &b.duration),
        _ => false,
    };
    plain(a) && plain(b) && offsets
}
