//! `metric/unsorted-buckets`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Declared;

/// The rule.
pub const RULE: Rule = rule!(
    "metric/unsorted-buckets",
    Error,
    "The buckets of a histogram are not in ascending order",
    "unsorted_buckets.md",
    Check::Metric(check)
);

fn check(_: &Context<'_>, declared: &Declared<'_>, findings: &mut Findings) {
    let Some(buckets) = &declared.metric.buckets else { return };
    let wrong = buckets.value.windows(2).find_map(|pair| match pair {
        [before, after] if before.value >= after.value || after.value.is_nan() => Some((before, after)),
        _ => None,
    });
    let Some((before, after)) = wrong else { return };
    let message = match before.value.total_cmp(&after.value).is_eq() {
        true => format!("the bucket {} of `{}` is there twice", after.value, declared.name),
        false => format!("the bucket {} of `{}` comes after {}", after.value, declared.name, before.value),
    };
    let mut sorted: Vec<f64> = buckets.value.iter().map(|bound| bound.value).filter(|bound| bound.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    let sorted: Vec<String> = sorted.iter().map(f64::to_string).collect();
    findings
        .push(RULE.at(after.span, message).label(before.span, "after this one").help(format!("write [{}]", sorted.join(", "))));
}
