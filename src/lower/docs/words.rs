//! Thresholds and times in words.

use crate::model::rule::{AlertRule, Bound, Threshold};
use crate::promql::BinaryOp;
use crate::spec::quantity::Duration;

/// Units of time from the largest: milliseconds, one, several.
const TIMES: [(i64, &str, &str); 5] = [
    (86_400_000, "day", "days"),
    (3_600_000, "hour", "hours"),
    (60_000, "minute", "minutes"),
    (1000, "second", "seconds"),
    (1, "millisecond", "milliseconds"),
];

/// `1h30m` as "1 hour 30 minutes".
pub fn duration(duration: Duration) -> String {
    let mut rest = duration.millis;
    let mut parts = Vec::new();
    for (size, one, several) in TIMES {
        let count = rest / size;
        rest %= size;
        match count {
            0 => {}
            1 => parts.push(format!("1 {one}")),
            _ => parts.push(format!("{count} {several}")),
        }
    }
    if parts.is_empty() { "0 seconds".to_owned() } else { parts.join(" ") }
}

/// When a rule fires: "the value is above 5%", "the value is below -20% or above 20%".
pub fn condition(alert: &AlertRule) -> String {
    match &alert.threshold {
        Some(threshold) => {
            let bounds: Vec<String> = threshold.bounds.iter().map(|bound| comparison(bound, threshold)).collect();
            format!("the value is {}", bounds.join(" or "))
        }
        None if alert.heartbeat => "always".to_owned(),
        None => "the expression returns a series".to_owned(),
    }
}

fn comparison(bound: &Bound, threshold: &Threshold) -> String {
    let word = match bound.op {
        BinaryOp::Greater => "above",
        BinaryOp::Less => "below",
        BinaryOp::GreaterOrEqual => "at least",
        BinaryOp::LessOrEqual => "at most",
        BinaryOp::Equal => "equal to",
        BinaryOp::NotEqual => "other than",
        other => return format!("{other} {}", bound.quantity.text),
    };
    // A bare number is in the unit of the value.
    match (&bound.quantity.unit, &threshold.unit) {
        (None, Some(unit)) if !matches!(bound.quantity.text.as_str(), "true" | "false") => {
            format!("{word} {} {unit}", bound.quantity.text)
        }
        _ => format!("{word} {}", bound.quantity.text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, words) in [
            ("5m", "5 minutes"),
            ("1h30m", "1 hour 30 minutes"),
            ("1d", "1 day"),
            ("2w", "14 days"),
            ("250ms", "250 milliseconds"),
            ("0", "0 seconds"),
        ] {
            assert_eq!(duration(Duration::parse(text).unwrap()), words, "{text}");
        }
    }
}
