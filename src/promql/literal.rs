//! Numbers and durations as text: scanning, reading, writing.

use std::fmt::Write as _;

use super::ast::Number;

/// Units of a duration from the largest to the smallest, with their milliseconds.
const UNITS: [(&str, u64); 7] =
    [("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// The longest duration, in nanoseconds.
const LONGEST: u64 = i64::MAX as u64;

/// Finds the end of a number that starts at `start`, and whether it looks like one. Digits, one dot, one exponent and single
/// underscores may follow each other as in Go; the value is checked when it is read.
pub(super) fn scan_number(bytes: &[u8], start: usize) -> (usize, bool) {
    let at = |pos: usize| bytes.get(pos).copied();
    let mut pos = start;
    let mut hexadecimal = false;
    if at(pos) == Some(b'0') {
        pos += 1;
        if matches!(at(pos), Some(b'x' | b'X')) {
            hexadecimal = true;
            pos += 1;
            if at(pos) == Some(b'_') {
                pos += 1;
            }
        }
    }
    let is_digit = |byte: Option<u8>| byte.is_some_and(|b| if hexadecimal { b.is_ascii_hexdigit() } else { b.is_ascii_digit() });
    let (mut dot, mut exponent) = (false, false);
    if at(pos) == Some(b'.') {
        pos += 1;
    }
    if is_digit(at(pos)) {
        pos += 1;
    }
    loop {
        match at(pos) {
            Some(b'.') => {
                pos += 1;
                if dot || hexadecimal || matches!(at(pos), Some(b'_' | b'.')) {
                    return (pos, false);
                }
                dot = true;
            }
            Some(b'e' | b'E') => {
                pos += 1;
                if exponent {
                    return (pos, false);
                }
                exponent = true;
                if matches!(at(pos), Some(b'+' | b'-')) {
                    pos += 1;
                }
                if matches!(at(pos), None | Some(b'.' | b'_' | b'e' | b'E')) {
                    return (pos, false);
                }
            }
            Some(b'_') => {
                pos += 1;
                if matches!(at(pos), None | Some(b'.' | b'_' | b'e' | b'E')) {
                    return (pos, false);
                }
            }
            // In a run of hexadecimal digits `e` is one of them, at the start of one it is an exponent.
            byte if is_digit(byte) => {
                while is_digit(at(pos)) {
                    pos += 1;
                }
            }
            byte => return (pos, pos > start && !byte.is_some_and(is_word)),
        }
    }
}

/// Finds the end of a duration such as `1h30m` that starts at `start`.
pub(super) fn scan_duration(bytes: &[u8], start: usize) -> Option<usize> {
    let at = |pos: usize| bytes.get(pos).copied();
    let mut pos = start;
    while at(pos).is_some_and(|byte| byte.is_ascii_digit()) {
        while at(pos).is_some_and(|byte| byte.is_ascii_digit()) {
            pos += 1;
        }
        if !matches!(at(pos), Some(b's' | b'm' | b'h' | b'd' | b'w' | b'y')) {
            return None;
        }
        pos += 1;
        if at(pos) == Some(b's') {
            pos += 1;
        }
    }
    (pos > start && !at(pos).is_some_and(is_word)).then_some(pos)
}

/// Letters, digits and the underscore.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Reads a number as the server does: integers as Go reads them with any base (a leading zero is octal where it can be), all
/// else as a decimal fraction. `None` where it is not a number or too large.
pub(super) fn read_number(text: &str) -> Option<f64> {
    if text.eq_ignore_ascii_case("inf") {
        return Some(f64::INFINITY);
    }
    if text.eq_ignore_ascii_case("nan") {
        return Some(f64::NAN);
    }
    if !underscores_separate_digits(text) {
        return None;
    }
    let digits = text.replace('_', "");
    if let Some(hexadecimal) = digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        return i64::from_str_radix(hexadecimal, 16).ok().filter(|_| !hexadecimal.starts_with(['+', '-'])).map(|n| n as f64);
    }
    if digits.len() > 1
        && digits.starts_with('0')
        && let Ok(octal) = i64::from_str_radix(&digits, 8)
    {
        return Some(octal as f64);
    }
    digits.parse::<f64>().ok().filter(|value| value.is_finite())
}

fn underscores_separate_digits(text: &str) -> bool {
    if !text.contains('_') {
        return true;
    }
    let hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    let mut after_digit = hexadecimal;
    let mut open = false;
    for byte in text.bytes().skip(if hexadecimal { 2 } else { 0 }) {
        let digit = byte.is_ascii_digit() || (hexadecimal && byte.is_ascii_hexdigit());
        if byte == b'_' {
            if !after_digit {
                return false;
            }
            open = true;
        } else if open && !digit {
            return false;
        } else {
            open = false;
        }
        after_digit = digit;
    }
    !open
}

/// Reads a duration as seconds; the error says what is wrong with it.
pub(super) fn read_duration(text: &str) -> Result<f64, String> {
    let mut rest = text;
    let mut nanoseconds: u64 = 0;
    let mut larger_units = &UNITS[..];
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (count, tail) = rest.split_at(digits);
        let letters = tail.bytes().take_while(|byte| !byte.is_ascii_digit()).count();
        let (unit, tail) = tail.split_at(letters);
        rest = tail;
        let Some((_, milliseconds)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(format!("there is no unit `{unit}` of time in the duration `{text}`"));
        };
        let Some(position) = larger_units.iter().position(|(name, _)| *name == unit) else {
            return Err(format!("the units of the duration `{text}` do not go from large to small"));
        };
        larger_units = &larger_units[position + 1..];
        let too_long = || format!("the duration `{text}` is longer than 292 years");
        let count: u64 = count.parse().map_err(|_| too_long())?;
        let part = milliseconds.checked_mul(1_000_000).and_then(|unit| unit.checked_mul(count)).ok_or_else(too_long)?;
        nanoseconds = nanoseconds.checked_add(part).filter(|sum| *sum <= LONGEST).ok_or_else(too_long)?;
    }
    Ok((nanoseconds / 1_000_000_000) as f64 + (nanoseconds % 1_000_000_000) as f64 / 1e9)
}

/// Whether so many seconds do not fit a duration of the server.
pub(super) fn is_out_of_range(seconds: f64) -> bool {
    seconds.abs() > 9_223_372_036.854_775
}

/// Whether a number of the tree needs no sign in front when it is written.
pub(super) fn is_unsigned(number: Number) -> bool {
    !number.value.is_sign_negative() || number.value.is_nan()
}

/// Writes a number so that it is read back as the same one.
pub fn write_number(number: Number) -> String {
    let value = number.value;
    if number.is_duration
        && let Some(text) = write_duration(value)
    {
        return text;
    }
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Inf" } else { "-Inf" }.to_owned();
    }
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) { format!("{value:e}") } else { format!("{value}") }
}

/// Writes seconds as a duration; `None` where that is not exact.
pub fn write_duration(seconds: f64) -> Option<String> {
    let total = (seconds.abs() * 1000.0).round();
    if !total.is_finite() || is_out_of_range(seconds) {
        return None;
    }
    let mut milliseconds = total as u64;
    let mut text = String::with_capacity(16);
    if seconds.is_sign_negative() {
        text.push('-');
    }
    if milliseconds == 0 {
        text.push_str("0s");
    }
    for (unit, length) in UNITS {
        // A year or a week is said only where nothing smaller is left, because 53w1d is harder to read than 372d.
        if matches!(unit, "y" | "w") && !milliseconds.is_multiple_of(length) {
            continue;
        }
        if milliseconds >= length {
            // Writing to a string cannot fail.
            let _ = write!(text, "{}{unit}", milliseconds / length);
            milliseconds %= length;
        }
    }
    let unsigned = text.strip_prefix('-').unwrap_or(&text);
    let exact = read_duration(unsigned).is_ok_and(|read| read.to_bits() == seconds.abs().to_bits());
    exact.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<f64> {
        let (end, ok) = scan_number(text.as_bytes(), 0);
        if ok && end == text.len() { read_number(text) } else { None }
    }

    #[test]
    fn numbers_are_those_of_the_server() {
        for (text, value) in [
            ("1", 1.0),
            ("5.", 5.0),
            (".5", 0.5),
            ("1.e5", 1e5),
            ("5e-3", 0.005),
            ("0x1F", 31.0),
            ("0xe", 14.0),
            ("0xABC1e", 703_518.0),
            ("0x_1f", 31.0),
            ("017", 15.0),
            ("018", 18.0),
            ("0_17", 15.0),
            ("1_000", 1000.0),
            ("1_000.5_5", 1000.55),
            ("1e1_0", 1e10),
            ("9223372036854775808", 9223372036854775808.0),
            ("1e-400", 0.0),
        ] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in
            ["1..2", "1e", "0x1e", "1__0", "1_", "1_e5", "1e_5", "0x", "0x1.5", "1e400", "0b1", "1e5e5", "0x1e+5", "5._", ""]
        {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn durations_are_read_and_written_alike() {
        for (text, seconds, written) in [
            ("5m", 300.0, "5m"),
            ("90m", 5400.0, "1h30m"),
            ("1h30m", 5400.0, "1h30m"),
            ("1y", 31_536_000.0, "1y"),
            ("372d", 32_140_800.0, "372d"),
            ("2w", 1_209_600.0, "2w"),
            ("3ms", 0.003, "3ms"),
            ("1m0s250ms", 60.25, "1m250ms"),
            ("0s", 0.0, "0s"),
        ] {
            assert_eq!(read_duration(text), Ok(seconds), "{text}");
            assert_eq!(write_duration(seconds).as_deref(), Some(written));
        }
        for text in ["5m1h", "5m1m", "5y1hs", "300y", "99999999999999999999s", "292y30w"] {
            assert!(read_duration(text).is_err(), "{text}");
        }
        assert_eq!(write_duration(-300.0).as_deref(), Some("-5m"));
        assert_eq!(write_duration(1e-4), None);
        assert_eq!(write_duration(f64::NAN), None);
    }

    #[test]
    fn every_number_is_read_back() {
        for value in [0.1, 1e300, 1e-300, 5e-324, 123456789.123, 1e21, 1e20, 0.0, f64::MAX, 1.0 / 3.0] {
            let text = write_number(Number::new(value));
            assert_eq!(number(&text).map(f64::to_bits), Some(value.to_bits()), "{text}");
        }
    }
}
