//! The algebra of units on facts: what stays known through arithmetic.

use std::sync::LazyLock;

use super::events::UnitDifference;
use super::facts::UnitKnowledge;
use crate::promql::catalog::OBSERVATIONS;
use crate::unit::{Dimension, Unit};

/// What `count` counts.
pub(super) const SERIES: &str = "series";

/// Units that have a name: what a number may be converted to by a plain factor.
static NAMED: LazyLock<Vec<Unit>> = LazyLock::new(|| Unit::known_words().filter_map(|word| Unit::parse(word).ok()).collect());

/// Of a sum or a difference.
pub(super) fn add(left: &UnitKnowledge, right: &UnitKnowledge) -> UnitKnowledge {
    match (left, right) {
        (UnitKnowledge::Known(a), UnitKnowledge::Known(b)) if a.same(b) => left.clone(),
        (UnitKnowledge::Known(_), UnitKnowledge::Any) => left.clone(),
        (UnitKnowledge::Any, UnitKnowledge::Known(_) | UnitKnowledge::Any) => right.clone(),
        _ => UnitKnowledge::Unknown,
    }
}

/// Of a union: both must agree.
pub(super) fn join(left: &UnitKnowledge, right: &UnitKnowledge) -> UnitKnowledge {
    add(left, right)
}

/// Of a product; the constants are the numbers that the sides always are.
pub(super) fn multiply(left: (&UnitKnowledge, Option<f64>), right: (&UnitKnowledge, Option<f64>)) -> UnitKnowledge {
    match (left, right) {
        ((UnitKnowledge::Any, _), (UnitKnowledge::Any, _)) => UnitKnowledge::Any,
        ((unit, _), (UnitKnowledge::Any, Some(by))) | ((UnitKnowledge::Any, Some(by)), (unit, _)) => converted(unit, by),
        ((a, _), (b, _)) => combined(a, b, |a, b| a.multiply(b)),
    }
}

/// Of a quotient.
pub(super) fn divide(left: (&UnitKnowledge, Option<f64>), right: (&UnitKnowledge, Option<f64>)) -> UnitKnowledge {
    match (left, right) {
        ((UnitKnowledge::Any, _), (UnitKnowledge::Any, _)) => UnitKnowledge::Any,
        ((unit, _), (UnitKnowledge::Any, Some(by))) if by != 0.0 => converted(unit, 1.0 / by),
        ((a, _), (b, _)) => combined(a, b, |a, b| a.divide(b)),
    }
}

/// Per second.
pub(super) fn per_second(unit: &UnitKnowledge) -> UnitKnowledge {
    match unit {
        UnitKnowledge::Any => UnitKnowledge::Unknown,
        _ => combined(unit, &UnitKnowledge::Known(Unit::seconds()), |a, b| a.divide(b)),
    }
}

fn combined(left: &UnitKnowledge, right: &UnitKnowledge, operation: impl Fn(&Unit, &Unit) -> Unit) -> UnitKnowledge {
    let (multiple, a, b) = match (left, right) {
        (UnitKnowledge::Known(a), UnitKnowledge::Known(b)) => (false, a, b),
        (UnitKnowledge::Known(a) | UnitKnowledge::Multiple(a), UnitKnowledge::Known(b) | UnitKnowledge::Multiple(b)) => {
            (true, a, b)
        }
        _ => return UnitKnowledge::Unknown,
    };
    let unit = simplified(operation(a, b));
    if multiple && !is_named(&unit) { UnitKnowledge::Multiple(unit) } else { UnitKnowledge::Known(unit) }
}

/// A sum over what was counted, divided by the count, is a mean in the unit of what was summed.
fn simplified(unit: Unit) -> Unit {
    let counted = |things: &str| matches!(things, OBSERVATIONS | SERIES);
    let count = unit.dimensions().iter().find_map(|(dimension, exponent)| match dimension {
        Dimension::Count(things) if *exponent == -1 && counted(things) => Some(dimension.clone()),
        _ => None,
    });
    match count {
        Some(count) => unit.multiply(&Unit::of(count)),
        None => unit,
    }
}

/// The unit of numbers that were multiplied by a constant: another unit of the same thing when the constant converts to one that has a
/// name (100 makes percent of a ratio, 3600 makes a rate per hour), else not known: a price or a weight has a unit of its own.
fn converted(unit: &UnitKnowledge, by: f64) -> UnitKnowledge {
    match unit {
        UnitKnowledge::Known(unit) | UnitKnowledge::Multiple(unit) if by.is_finite() && by != 0.0 => {
            let scaled = unit.scaled(1.0 / by.abs());
            if by.abs() == 1.0 || is_named(&scaled) { UnitKnowledge::Known(scaled) } else { UnitKnowledge::Multiple(scaled) }
        }
        _ => UnitKnowledge::Unknown,
    }
}

/// Whether a unit has a name, or is a quotient of two that have. Chains of factors pass through unnamed steps (`/ 1024 / 1024 / 1024` does
/// not: each step is named).
fn is_named(unit: &Unit) -> bool {
    let single = |dimension: &Dimension, factor: f64| match dimension {
        Dimension::Count(_) | Dimension::Money(_) => close(factor, 1.0),
        _ => named(&Unit::of(dimension.clone()).scaled(factor)),
    };
    if named(unit) {
        return true;
    }
    let periods = [1.0, 60.0, 3600.0, 86_400.0, 604_800.0, 2_628_000.0, 31_536_000.0];
    match unit.dimensions() {
        [(only, 1)] => single(only, unit.factor),
        [(Dimension::Second, -1)] => periods.iter().any(|period| close(unit.factor * period, 1.0)),
        [(top, 1), (Dimension::Second, -1)] | [(Dimension::Second, -1), (top, 1)] => {
            periods.iter().any(|period| single(top, unit.factor * period))
        }
        _ => false,
    }
}

fn named(unit: &Unit) -> bool {
    NAMED.iter().any(|known| known.same(unit))
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

/// How two units differ; `None` when they can be added and compared.
pub(super) fn difference(left: &Unit, right: &Unit) -> Option<UnitDifference> {
    if left.same(right) {
        return None;
    }
    if left.same_dimensions(right) {
        return Some(UnitDifference::Scale);
    }
    let measured = |unit: &Unit| -> Vec<(Dimension, i8)> {
        unit.dimensions().iter().filter(|(dimension, _)| !matches!(dimension, Dimension::Count(_))).cloned().collect()
    };
    if measured(left) == measured(right) { Some(UnitDifference::CountedThings) } else { Some(UnitDifference::Dimension) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str) -> UnitKnowledge {
        UnitKnowledge::Known(Unit::parse(text).unwrap())
    }

    fn times(unit: &str, by: f64) -> String {
        match multiply((&known(unit), None), (&UnitKnowledge::Any, Some(by))) {
            UnitKnowledge::Known(unit) => unit.to_string(),
            _ => "Unknown".to_owned(),
        }
    }

    #[test]
    fn constants_convert_only_to_units_with_a_name() {
        assert_eq!(times("ratio", 100.0), "percent");
        assert_eq!(times("requests/second", 60.0), "requests/minute");
        assert_eq!(times("usd/second", 3600.0), "usd/hour");
        assert_eq!(times("usd/hour", 24.0), "usd/day");
        assert_eq!(times("bytes", 1.0 / 1024.0), "kibibytes");
        assert_eq!(times("seconds", 1000.0), "milliseconds");
        assert_eq!(times("bytes", 8.0), "bits");
        assert_eq!(times("tokens", 0.000_02), "Unknown");
        assert_eq!(times("bytes", 100.0), "Unknown");
        assert_eq!(times("requests", 1000.0), "Unknown");
        assert_eq!(times("requests", -1.0), "requests");
    }

    #[test]
    fn a_constant_that_makes_no_name_waits_for_the_next_step() {
        let hundredfold = multiply((&UnitKnowledge::Any, Some(100.0)), (&known("requests"), None));
        assert_eq!(divide((&hundredfold, None), (&known("requests"), None)), known("percent"));
        let bits = multiply((&known("bytes"), None), (&UnitKnowledge::Any, Some(1.0 / 1024.0)));
        assert_eq!(multiply((&bits, None), (&UnitKnowledge::Any, Some(1.0 / 1024.0))), known("mebibytes"));
    }

    #[test]
    fn a_mean_is_in_the_unit_of_what_is_observed() {
        let sum = per_second(&known("seconds"));
        let count = per_second(&known(OBSERVATIONS));
        assert_eq!(divide((&sum, None), (&count, None)), known("seconds"));
        assert_eq!(divide((&known("bytes"), None), (&known("requests"), None)), known("bytes/requests"));
    }

    #[test]
    fn differences() {
        let unit = |text: &str| Unit::parse(text).unwrap();
        assert_eq!(difference(&unit("seconds"), &unit("bytes")), Some(UnitDifference::Dimension));
        assert_eq!(difference(&unit("seconds"), &unit("ms")), Some(UnitDifference::Scale));
        assert_eq!(difference(&unit("requests"), &unit("errors")), Some(UnitDifference::CountedThings));
        assert_eq!(difference(&unit("ratio"), &unit("ratio")), None);
    }
}
