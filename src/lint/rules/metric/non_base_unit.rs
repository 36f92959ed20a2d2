//! `metric/non-base-unit`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Declared;
use crate::unit::Dimension;

/// The rule.
pub const RULE: Rule = rule!(
    "metric/non-base-unit",
    Info,
    "A metric is not in the base unit of what it measures",
    "non_base_unit.md",
    Check::Metric(check)
);

fn check(_: &Context<'_>, declared: &Declared<'_>, findings: &mut Findings) {
    let Some(written) = &declared.metric.unit else { return };
    let unit = &written.value;
    // Percent has a rule of its own; money is counted by the hour and the month, and that is what people want to see.
    let money = unit.dimensions().iter().any(|(dimension, _)| matches!(dimension, Dimension::Money(_)));
    if unit.is_dimensionless() || money || (unit.factor - 1.0).abs() < 1e-12 {
        return;
    }
    let base = unit.scaled(1.0 / unit.factor);
    let message = format!("`{}` is in {unit}, whose base unit is {base}", declared.name);
    findings.push(RULE.at(written.span, message).help(format!("expose {base}: panels choose the scale by themselves")));
}
