//! Numbers of YAML that JSON writes otherwise or has not.

use super::Notation;
use crate::diagnostic::Diagnostic;
use crate::load::rule;
use crate::load::tree::{Scalar, ScalarKind};
use crate::source::Span;

/// Rewrites a number that JSON does not know in this form, and reports one that it does not know at all.
pub(super) fn settle(scalar: &mut Scalar, span: Span, to: Notation, problems: &mut Vec<Diagnostic>) {
    if scalar.kind != ScalarKind::Number {
        return;
    }
    let infinite = scalar.text.trim_start_matches(['+', '-']).eq_ignore_ascii_case(".inf");
    if infinite {
        // A spec takes the word for the number.
        scalar.text = if scalar.text.starts_with('-') { "-.inf" } else { ".inf" }.to_owned();
        scalar.kind = ScalarKind::String;
        return;
    }
    match in_json(&scalar.text) {
        Some(text) => scalar.text = text,
        None => problems.push(
            Diagnostic::error(rule::CONVERSION, span, format!("{} has no number `{}`", to.name(), scalar.text))
                .help("quote it if it is meant as text"),
        ),
    }
    let exact = |text: &str| text.parse::<f64>().is_ok_and(|value| value.to_string() == text);
    if to == Notation::Jsonnet && !exact(&scalar.text) {
        let value = scalar.text.parse::<f64>().unwrap_or_default();
        problems.push(
            Diagnostic::warning(rule::CONVERSION, span, format!("Jsonnet makes {value} of the number {}", scalar.text))
                .help("quote it if its digits are meant"),
        );
    }
}

/// The number as JSON writes it.
fn in_json(text: &str) -> Option<String> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return u128::from_str_radix(digits, radix).ok().map(|number| number.to_string());
        }
    }
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || unsigned.starts_with(".i")
        || unsigned.starts_with(".I")
        || unsigned.starts_with(".n")
        || unsigned.starts_with(".N")
    {
        return None;
    }
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => unsigned.split_at(at),
        None => (unsigned, ""),
    };
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(whole, fraction)| (whole, Some(fraction)));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = fraction.map_or_else(String::new, |digits| format!(".{}", if digits.is_empty() { "0" } else { digits }));
    Some(format!("{sign}{whole}{fraction}{exponent}"))
}

#[cfg(test)]
mod tests {
    use super::in_json;

    #[test]
    fn forms() {
        for (yaml, json) in [
            ("1", "1"),
            ("-1.50", "-1.50"),
            ("+2", "2"),
            (".5", "0.5"),
            ("-.5e3", "-0.5e3"),
            ("5.", "5.0"),
            ("0777", "777"),
            ("0x1F", "31"),
            ("0o17", "15"),
            ("1E+3", "1E+3"),
            ("0", "0"),
            ("-0", "-0"),
            ("00", "0"),
            ("5.e1", "5.0e1"),
        ] {
            assert_eq!(in_json(yaml).as_deref(), Some(json), "{yaml}");
            assert!(serde_json::from_str::<serde_json::Value>(json).is_ok(), "{json}");
        }
        for none in [".inf", "-.Inf", ".nan", ".NaN", "+.INF"] {
            assert_eq!(in_json(none), None, "{none}");
        }
    }
}
