//! What a plain scalar is: YAML 1.2's core schema, without its capitalised spellings.
//!
//! `yes`, `no`, `on`, `off`, `True`, dates and `12:30` are text, so that a label value never changes its meaning unseen.

use crate::load::tree::ScalarKind;

/// What a plain scalar with this text is.
pub fn kind_of_plain(text: &str) -> ScalarKind {
    match text {
        "" | "~" | "null" => ScalarKind::Null,
        "true" | "false" => ScalarKind::Bool,
        _ if is_number(text) => ScalarKind::Number,
        _ => ScalarKind::String,
    }
}

/// Whether the text is a number: `12`, `-1.5e3`, `0x1f`, `0o17`, `.inf`, `.nan`.
pub fn is_number(text: &str) -> bool {
    if let Some(digits) = text.strip_prefix("0x") {
        return !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return !digits.is_empty() && digits.bytes().all(|b| (b'0'..=b'7').contains(&b));
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || is_decimal(unsigned)
}

/// `12`, `12.`, `12.5`, `.5`, each with an exponent or without.
fn is_decimal(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let whole = text.len() - rest.len();
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(after) => {
            let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
            (after.len() - rest.len(), rest)
        }
        None => (0, rest),
    };
    if whole + fraction == 0 {
        return false;
    }
    match rest.strip_prefix(['e', 'E']) {
        Some(exponent) => {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
        }
        None => rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        for number in ["0", "12", "-1", "+1.5", "1.", ".5", "1e3", "1E-3", "0x1F", "0o17", ".inf", "-.inf", ".nan", "0777"] {
            assert_eq!(kind_of_plain(number), ScalarKind::Number, "{number}");
        }
        for text in [
            "yes",
            "no",
            "on",
            "off",
            "True",
            "NULL",
            "1_000",
            "5%",
            "5m",
            ".",
            "-",
            "e3",
            "0x",
            "1e",
            "12:30",
            "2027-01-01",
            "-.nan",
            "١",
        ] {
            assert_eq!(kind_of_plain(text), ScalarKind::String, "{text}");
        }
        for null in ["", "~", "null"] {
            assert_eq!(kind_of_plain(null), ScalarKind::Null);
        }
        assert_eq!(kind_of_plain("true"), ScalarKind::Bool);
    }
}
