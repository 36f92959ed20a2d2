//! Numbers as the metrics libraries of several languages write them.

use crate::promql::catalog::{Spelling, bound_label};
use crate::spec::service::Language;

/// A number as the library of a language writes it.
pub(super) fn text(value: f64, language: Option<Language>) -> String {
    match language {
        _ if !value.is_finite() => bound_label(value, Spelling::Go),
        Some(Language::Python) => bound_label(value, Spelling::OpenMetrics),
        Some(Language::Java) => java(value),
        Some(Language::Node | Language::Rust) => plain(value),
        Some(Language::Go | Language::Other) | None => bound_label(value, Spelling::Go),
    }
}

/// As Java's Double.toString does: `1.0`, `1.0E7`.
fn java(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        let text = format!("{value}");
        return if text.contains('.') { text } else { format!("{text}.0") };
    }
    let text = format!("{value:E}");
    match text.split_once('E') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0E{exponent}"),
        _ => text,
    }
}

/// As JavaScript and Rust do: `1`, `1000000`, `0.5`.
fn plain(value: f64) -> String {
    if value != 0.0 && (value.abs() >= 1e21 || value.abs() < 1e-6) {
        format!("{value:e}").replace('e', if value.abs() < 1.0 { "e" } else { "e+" })
    } else {
        format!("{value}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_library_has_its_way() {
        let all =
            |value| [Language::Go, Language::Python, Language::Java, Language::Node].map(|language| text(value, Some(language)));
        assert_eq!(all(1.0), ["1", "1.0", "1.0", "1"]);
        assert_eq!(all(0.05), ["0.05", "0.05", "0.05", "0.05"]);
        assert_eq!(all(2e6), ["2e+06", "2e+06", "2000000.0", "2000000"]);
        assert_eq!(all(12_345_678.0), ["1.2345678e+07", "1.2345678e+07", "1.2345678E7", "12345678"]);
        assert_eq!(all(0.000_05), ["5e-05", "5e-05", "5.0E-5", "0.00005"]);
        assert_eq!(all(-3.5), ["-3.5", "-3.5", "-3.5", "-3.5"]);
        assert_eq!(all(0.0), ["0", "0.0", "0.0", "0"]);
        assert_eq!(all(f64::INFINITY)[0], "+Inf");
        assert_eq!(all(123_456.0)[..2], ["123456", "123456.0"]);
    }
}
