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

/// Whether every part of the unit is a word of the name, in the plural or not, or another word for the same: `ms`, `dollars`.
fn says(name: &str, unit: &Unit) -> bool {
    let words: Vec<&str> = name.split('_').collect();
    let has = |part: &str| {
        let singular = part.strip_suffix('s').unwrap_or(part);
        let same = |word: &str| word == part || word == singular || means(word, part);
        words.iter().any(|word| same(word)) || part == "hertz" && words.ends_with(&["per", "second"])
    };
    unit.to_string().split('/').all(has)
}

/// Whether a word of a name is another word for a unit. Single letters are as often something else.
fn means(word: &str, unit: &str) -> bool {
    match (unit, word) {
        ("usd", "dollar" | "dollars") | ("eur", "euro" | "euros") | ("gbp", "pound" | "pounds") => true,
        _ if word.len() < 2 || !Unit::is_known_word(word) => false,
        _ => matches!((Unit::parse(word), Unit::parse(unit)), (Ok(word), Ok(unit)) if word.same(&unit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_units() {
        for (name, unit, expected) in [
            ("wait_ms", "milliseconds", true),
            ("cost_dollars_per_hour", "usd/hour", true),
            ("cost_usd", "usd", true),
            ("rotations_per_second", "1/second", true),
            ("wait_seconds", "milliseconds", false),
            ("cost", "usd", false),
            ("s", "seconds", false),
        ] {
            assert_eq!(says(name, &Unit::parse(unit).unwrap()), expected, "{name} {unit}");
        }
    }
}
