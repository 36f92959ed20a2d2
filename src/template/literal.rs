//! Go's literals: which strings, characters and numbers are well formed, and what they mean.

/// The value of a string in double or back quotes, quotes included; `None` where Go refuses it.
pub(super) fn text(quoted: &str) -> Option<String> {
    if let Some(raw) = quoted.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
        return Some(raw.replace('\r', ""));
    }
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))?;
    if !inner.contains('\\') {
        return Some(inner.to_owned());
    }
    // Escapes can name single bytes, so that the value need not be UTF-8 until the end, or at all.
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while !rest.is_empty() {
        let (unit, after) = unit(rest, '"')?;
        match unit {
            Unit::Byte(byte) => bytes.push(byte),
            Unit::Char(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        rest = after;
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The code of a character constant, quotes included.
pub(super) fn character(quoted: &str) -> Option<f64> {
    let (unit, after) = unit(quoted.strip_prefix('\'')?, '\'')?;
    if after != "'" {
        return None;
    }
    Some(match unit {
        Unit::Byte(byte) => f64::from(byte),
        Unit::Char(c) => f64::from(u32::from(c)),
    })
}

enum Unit {
    Char(char),
    Byte(u8),
}

// One character or escape of a literal in these quotes.
fn unit(rest: &str, quote: char) -> Option<(Unit, &str)> {
    let mut chars = rest.chars();
    let first = chars.next()?;
    if first == quote || first == '\n' {
        return None;
    }
    if first != '\\' {
        return Some((Unit::Char(first), chars.as_str()));
    }
    let escape = chars.as_str();
    let letter = chars.next()?;
    let rest = chars.as_str();
    let simple = match letter {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        '\\' => '\\',
        '"' | '\'' if letter == quote => letter,
        'x' => return digits(rest, 2, 16).and_then(|(n, rest)| Some((Unit::Byte(u8::try_from(n).ok()?), rest))),
        'u' => return digits(rest, 4, 16).and_then(|(n, rest)| Some((Unit::Char(char::from_u32(n)?), rest))),
        'U' => return digits(rest, 8, 16).and_then(|(n, rest)| Some((Unit::Char(char::from_u32(n)?), rest))),
        '0'..='7' => return digits(escape, 3, 8).and_then(|(n, rest)| Some((Unit::Byte(u8::try_from(n).ok()?), rest))),
        _ => return None,
    };
    Some((Unit::Char(simple), rest))
}

// Exactly `count` digits and what follows them.
fn digits(rest: &str, count: usize, radix: u32) -> Option<(u32, &str)> {
    let (number, after) = (rest.get(..count)?, rest.get(count..)?);
    // `from_str_radix` would take a sign.
    if !number.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    Some((u32::from_str_radix(number, radix).ok()?, after))
}

/// The value of a number, its real part where it is complex; `None` where Go refuses it.
pub(super) fn number(text: &str) -> Option<f64> {
    if let Some(imaginary) = text.strip_suffix('i') {
        return float(imaginary).map(|_| 0.0).or_else(|| complex(imaginary));
    }
    integer(text).or_else(|| {
        // A whole number that fits no integer type is refused, although it would fit a float.
        if text.contains(['.', 'e', 'E', 'p', 'P']) { float(text) } else { None }
    })
}

// `1+2`, the `i` already gone: a number, a sign and a number.
fn complex(text: &str) -> Option<f64> {
    let hexadecimal = text.contains(['x', 'X']);
    let split = text.char_indices().rfind(|(at, c)| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        let exponent = matches!(before, Some('p' | 'P')) || !hexadecimal && matches!(before, Some('e' | 'E'));
        *at > 0 && matches!(c, '+' | '-') && !exponent
    });
    let (at, _) = split?;
    float(text.get(at..)?)?;
    float(text.get(..at)?)
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

// The radix that a prefix names, and the digits behind it.
fn prefixed(digits: &str) -> (u32, &str) {
    let mut chars = digits.chars();
    if chars.next() != Some('0') {
        return (10, digits);
    }
    match chars.next() {
        Some('x' | 'X') => (16, chars.as_str()),
        Some('o' | 'O') => (8, chars.as_str()),
        Some('b' | 'B') => (2, chars.as_str()),
        Some(_) => (8, digits),
        None => (10, digits),
    }
}

fn integer(text: &str) -> Option<f64> {
    let magnitude = unsigned(text);
    let (radix, digits) = prefixed(magnitude);
    if !underscores_separate(magnitude) {
        return None;
    }
    let digits = digits.replace('_', "");
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let value = u64::from_str_radix(&digits, radix).ok()?;
    let limit = match text.chars().next() {
        Some('-') => i64::MIN.unsigned_abs(),
        Some('+') => i64::MAX.unsigned_abs(),
        _ => u64::MAX,
    };
    // Halves are exact, so this rounds as a cast of the whole would.
    let float =
        f64::from(u32::try_from(value >> 32).ok()?) * 4_294_967_296.0 + f64::from(u32::try_from(value & 0xffff_ffff).ok()?);
    (value <= limit).then_some(if text.starts_with('-') { -float } else { float })
}

fn float(text: &str) -> Option<f64> {
    let magnitude = unsigned(text);
    if !underscores_separate(magnitude) {
        return None;
    }
    let (radix, digits) = prefixed(magnitude);
    let value = match radix {
        16 => hexadecimal(&digits.replace('_', ""))?,
        _ => {
            let plain = magnitude.replace('_', "");
            // Rust reads "inf" and "nan" too, which cannot start a number in a template.
            if !plain.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
                return None;
            }
            plain.parse().ok()?
        }
    };
    let value = if text.starts_with('-') { -value } else { value };
    value.is_finite().then_some(value)
}

// `1.8p3`: the exponent is required, a power of two.
fn hexadecimal(digits: &str) -> Option<f64> {
    let (mantissa, exponent) = digits.split_once(['p', 'P'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if unsigned(exponent).is_empty()
        || !unsigned(exponent).bytes().all(|b| b.is_ascii_digit())
        || whole.len() + fraction.len() == 0
    {
        return None;
    }
    let mut value = 0.0;
    for digit in whole.chars().chain(fraction.chars()) {
        value = value * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let fraction = i32::try_from(fraction.len()).ok()?;
    let exponent = exponent.parse::<i32>().unwrap_or(if exponent.starts_with('-') { i32::MIN } else { i32::MAX });
    Some(value * 2f64.powi(exponent.saturating_sub(fraction.saturating_mul(4))))
}

// An underscore stands between digits, or between a prefix and a digit.
fn underscores_separate(magnitude: &str) -> bool {
    if !magnitude.contains('_') {
        return true;
    }
    let (radix, digits) = prefixed(magnitude);
    let prefix = digits.len() < magnitude.len();
    let mut before = if prefix { Some('0') } else { None };
    for c in digits.chars() {
        let digit = c.is_ascii_digit() || prefix && radix == 16 && c.is_ascii_hexdigit();
        if c == '_' && before != Some('0') || !digit && c != '_' && before == Some('_') {
            return false;
        }
        before = Some(if digit { '0' } else { c });
    }
    before != Some('_')
}
