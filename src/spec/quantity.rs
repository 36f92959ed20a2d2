//! Quantities: numbers with units, durations, times.

use std::fmt;

use serde_json::{Value as Json, json};

use crate::load::tree::{Node, ScalarKind, Value};
use crate::source::Span;
use crate::spec::decode::{Decode, Decoder, Schemas};
use crate::spec::schema::pattern;
use crate::unit::Unit;

/// A length of time as Prometheus writes it: `15s`, `1h30m`, `250ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration {
    /// Milliseconds.
    pub millis: i64,
}

const DURATION_UNITS: &[(&str, i64)] =
    &[("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

impl Duration {
    /// So many milliseconds.
    pub const fn from_millis(millis: i64) -> Self {
        Self { millis }
    }

    /// So many seconds.
    pub const fn from_secs(seconds: i64) -> Self {
        Self { millis: seconds.saturating_mul(1000) }
    }

    /// Seconds with their fraction.
    pub fn as_secs_f64(self) -> f64 {
        self.millis as f64 / 1000.0
    }

    /// Reads Prometheus' syntax: units from the largest to the smallest, each at most once; `0` alone is allowed.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "0" {
            return Some(Self { millis: 0 });
        }
        let mut rest = text;
        let mut next_unit = 0;
        let mut millis: i64 = 0;
        while !rest.is_empty() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let number: i64 = rest.get(..digits)?.parse().ok()?;
            rest = rest.get(digits..)?;
            let letters = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
            let word = rest.get(..letters)?;
            let unit = DURATION_UNITS.iter().position(|(name, _)| *name == word)?;
            if unit < next_unit {
                return None;
            }
            next_unit = unit + 1;
            millis = millis.checked_add(number.checked_mul(DURATION_UNITS[unit].1)?)?;
            rest = rest.get(letters..)?;
        }
        (!text.is_empty()).then_some(Self { millis })
    }
}

impl fmt::Display for Duration {
    /// The form that Prometheus prints: `1h30m`, `15d`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.millis == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.millis;
        for (name, size) in DURATION_UNITS {
            // Weeks and years only when nothing remains, as Prometheus does: 15d stays 15d, 7d becomes 1w.
            if matches!(*name, "y" | "w") && rest % size != 0 {
                continue;
            }
            let count = rest / size;
            if count > 0 {
                write!(f, "{count}{name}")?;
                rest -= count * size;
            }
        }
        Ok(())
    }
}

impl Decode for Duration {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        let Some(text) = node.as_text() else {
            cx.wrong_type(node, "a duration such as 15s or 1h30m");
            return None;
        };
        let duration = Self::parse(text);
        if duration.is_none() {
            let help = if text.parse::<f64>().is_ok() {
                format!("write the unit: `{text}s`, `{text}m` or `{text}h`")
            } else {
                "write whole numbers with ms, s, m, h, d, w or y, the largest first: 250ms, 15s, 1h30m".to_owned()
            };
            cx.invalid(node.span, format!("`{text}` is not a duration"), help);
        }
        duration
    }

    fn schema(schemas: &mut Schemas) -> Json {
        schemas.reference("Duration", |_| {
            json!({
                "type": ["string", "integer"],
                "pattern": pattern("0|(?=.)(?:[0-9]+y)?(?:[0-9]+w)?(?:[0-9]+d)?(?:[0-9]+h)?(?:[0-9]+m)?(?:[0-9]+s)?(?:[0-9]+ms)?"),
                "minimum": 0,
                "maximum": 0,
                "description": "A length of time: whole numbers with units from the largest to the smallest.",
                "examples": ["15s", "1h30m", "250ms", "15d"],
            })
        })
    }
}

/// A number with or without a unit: `5%`, `250ms`, `40GiB`, `83 celsius`, `20 usd/hour`, `0.95`.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// The number as written, in `unit`.
    pub number: f64,
    /// The unit; `None` for a bare number.
    pub unit: Option<Unit>,
    /// As written, for messages and for texts that people read.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Quantity {
    /// Reads a quantity.
    pub fn parse(text: &str, span: Span) -> Result<Self, String> {
        let text = text.trim();
        let make = |number, unit| Ok(Self { number, unit, text: text.to_owned(), span });
        match text {
            "true" => return make(1.0, None),
            "false" => return make(0.0, None),
            _ => {}
        }
        let end = number_length(text);
        let (Some(digits), Some(rest)) = (text.get(..end), text.get(end..)) else { return Err(not_a_quantity(text)) };
        let Ok(number) = digits.replace('_', "").parse::<f64>() else { return Err(not_a_quantity(text)) };
        let rest = rest.trim();
        if rest.is_empty() {
            return make(number, None);
        }
        if let (false, Some(duration)) = (digits.contains(['.', '-', 'e', 'E']), Duration::parse(text)) {
            let single = !rest.contains(|c: char| c.is_ascii_digit());
            let unit = if single { Unit::parse(rest).ok() } else { None };
            return match unit {
                Some(unit) => make(number, Some(unit)),
                None => make(duration.as_secs_f64(), Some(Unit::seconds())),
            };
        }
        match Unit::parse(rest) {
            Ok(unit) => make(number, Some(unit)),
            Err(error) => Err(format!("`{text}` is not a quantity: {error}")),
        }
    }

    /// The number that a sample has when it measures this quantity in `unit`; `None` when the two measure different things. A
    /// quantity without a unit is taken as it is.
    pub fn in_unit(&self, unit: &Unit) -> Option<f64> {
        match &self.unit {
            Some(own) => own.conversion(unit).map(|factor| tidy(self.number * factor)),
            None => Some(self.number),
        }
    }
}

/// 5 percent as a ratio is 0.05, not 0.050000000000000003.
pub(crate) fn tidy(number: f64) -> f64 {
    format!("{number:.12e}").parse().unwrap_or(number)
}

fn not_a_quantity(text: &str) -> String {
    format!("`{text}` is not a quantity")
}

/// How many bytes at the start of the text are a number: sign, digits, fraction, exponent.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(|b| b.is_ascii_digit() || *b == b'_') {
            at += 1;
        }
        at
    };
    let mut at = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    at = digits(at);
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let end = digits(at + 1 + sign);
        if end > at + 1 + sign {
            at = end;
        }
    }
    at
}

/// What [`Unit::parse`] reads, as a regular expression: a word, or a quotient of words.
fn unit_form() -> String {
    let word = r"(?:%|\p{Alphabetic}[\p{Alphabetic}\p{N}_]*)";
    format!(r"(?:1|{word})(?:\s*/\s*{word})*")
}

/// What [`Quantity::parse`] reads, as a regular expression.
pub(super) fn form() -> String {
    let number = r"[+-]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?";
    let duration = "(?:[0-9]+(?:y|w|d|h|ms|m|s))+";
    format!(r"\s*(?:true|false|{duration}|{number}(?:\s*{})?)\s*", unit_form())
}

impl Decode for Quantity {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        let Value::Scalar(scalar) = &node.value else {
            cx.wrong_type(node, "a quantity such as 5%, 250ms or 83 celsius");
            return None;
        };
        if scalar.kind == ScalarKind::Null {
            cx.wrong_type(node, "a quantity such as 5%, 250ms or 83 celsius");
            return None;
        }
        match Self::parse(&scalar.text, node.span) {
            Ok(quantity) => Some(quantity),
            Err(message) => {
                cx.invalid(node.span, message, "write a number and its unit: 5%, 250ms, 40GiB, 83 celsius, 20 usd/hour");
                None
            }
        }
    }

    fn schema(schemas: &mut Schemas) -> Json {
        schemas.reference("Quantity", |_| {
            json!({
                "type": ["string", "number", "boolean"],
                "pattern": pattern(&form()),
                "description": "A number with its unit; a bare number where the thing measured has none.",
                "examples": ["5%", "250ms", "40GiB", "83 celsius", "20 usd/hour", 3, true],
            })
        })
    }
}

impl Decode for Unit {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        let is_bool = matches!(&node.value, Value::Scalar(scalar) if scalar.kind == ScalarKind::Bool);
        let Some(text) = node.as_text().filter(|_| !is_bool) else {
            cx.wrong_type(node, "a unit such as seconds, bytes or usd/hour");
            return None;
        };
        match Self::parse(text) {
            Ok(unit) => Some(unit),
            Err(error) => {
                cx.invalid(
                    node.span,
                    format!("`{text}` is not a unit: {error}"),
                    "write seconds, bytes, ratio, percent, usd/hour, requests/second, ...",
                );
                None
            }
        }
    }

    fn schema(schemas: &mut Schemas) -> Json {
        schemas.reference("Unit", |_| {
            json!({
                "type": ["string", "integer"],
                "pattern": pattern(&format!(r"\s*{}\s*", unit_form())),
                "minimum": 1,
                "maximum": 1,
                "description": "A unit of measure: a known unit, a counted thing in the plural, or a quotient of these.",
                "examples": ["seconds", "bytes", "ratio", "percent", "usd", "celsius", "requests", "usd/hour"],
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceKind, Sources};

    fn quantity(text: &str) -> Quantity {
        let id = Sources::default().add("q", text, SourceKind::Argument);
        Quantity::parse(text, Span::new(id, 0, text.len())).unwrap()
    }

    #[test]
    fn durations() {
        for (text, millis) in [("15s", 15_000), ("1h30m", 5_400_000), ("250ms", 250), ("15d", 1_296_000_000), ("0", 0)] {
            assert_eq!(Duration::parse(text), Some(Duration { millis }), "{text}");
        }
        for text in ["", "5", "1m1h", "1m1m", "-5s", "1.5h", "5x", "99999999999999999999y"] {
            assert_eq!(Duration::parse(text), None, "{text}");
        }
        for text in ["15s", "1h30m", "15d", "1w", "1s500ms"] {
            assert_eq!(Duration::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn quantities_convert() {
        assert_eq!(quantity("5%").in_unit(&Unit::ratio()), Some(0.05));
        assert_eq!(quantity("95%").in_unit(&Unit::percent()), Some(95.0));
        assert_eq!(quantity("250ms").in_unit(&Unit::seconds()), Some(0.25));
        assert_eq!(quantity("1h30m").in_unit(&Unit::seconds()), Some(5400.0));
        assert_eq!(quantity("40GiB").in_unit(&Unit::bytes()), Some(40.0 * 1024.0 * 1024.0 * 1024.0));
        assert_eq!(quantity("83 celsius").in_unit(&Unit::seconds()), None);
        assert_eq!(quantity("20 usd/hour").in_unit(&Unit::parse("usd/hour").unwrap()), Some(20.0));
        assert_eq!(quantity("3").in_unit(&Unit::seconds()), Some(3.0));
        assert_eq!(quantity("5 tokens/second").unit.unwrap().to_string(), "tokens/second");
    }

    #[test]
    fn what_is_no_quantity_says_so() {
        let id = Sources::default().add("q", "x", SourceKind::Argument);
        for text in ["", "abc", "5 %%", "1 usd/", "--5"] {
            assert!(Quantity::parse(text, Span::new(id, 0, 1)).is_err(), "{text}");
        }
    }
}
