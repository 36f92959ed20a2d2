//! `metric/unit-not-in-name`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Declared;
use crate::unit::{Dimension, Unit};

/// The rule.
pub const RULE: Rule = rule!(
    "metric/unit-not-in-name",
    Info,
    "The name of a metric does not say its unit",
    "unit_not_in_name.md",
    Check::Metric(check)
);

fn check(_: &Context<'_>, declared: &Declared<'_>, findings: &mut Findings) {
    let Some(written) = &declared.metric.unit else { return };
    let unit = &written.value;
    let counted = unit.dimensions().iter().any(|(dimension, _)| matches!(dimension, Dimension::Count(_)));
    if declared.metric.external || counted || says(declared.name, unit) {
        return;
    }
    let word = unit.to_string().replace('/', "_per_");
    let stem = declared.name.strip_suffix("_total");
    let better = match stem {
        Some(stem) => format!("{stem}_{word}_total"),
        None => format!("{}_{word}", declared.name),
    };
    let message = match unit.same(&Unit::ratio()) {
        true => format!("the name of `{}` does not say that it is a ratio", declared.name),
        false => format!("the name of `{}` does not say that it is in {unit}", declared.name),
    };
    findings.push(RULE.at(declared.span, message).label(written.span, "the unit").help(format!("call it `{better}`")));
}

/// Whether every part of the unit is a word of the name, in the plural or not.
fn says(name: &str, unit: &Unit) -> bool {
    let words: Vec<&str> = name.split('_').collect();
    let has = |part: &str| {
        let singular = part.strip_suffix('s').unwrap_or(part);
        words.iter().any(|word| *word == part || *word == singular)
    };
    unit.to_string().split('/').all(has)
}
