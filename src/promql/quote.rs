//! String literals: decoding with the escapes of Go, and writing.

use std::fmt::{self, Display, Write};

use super::Dialect;
use super::error::{Errors, ParseError};
use super::span::Span;
use super::text::{Text, TextPart};
use super::variable;

/// What a string literal says.
pub(super) struct Decoded {
    /// The value. Escapes can make bytes that are no text; each stands as U+FFFD here.
    pub(super) text: Text,
    /// Whether all of it is text.
    pub(super) is_unicode: bool,
}

/// Decodes a literal with its quotes. In the dialect of Grafana variables in it are kept as such.
pub(super) fn decode(literal: &str, span: Span, dialect: Dialect, errors: &mut Errors) -> Decoded {
    let quote = literal.as_bytes().first().copied().unwrap_or(b'"');
    let inner = literal.get(1..literal.len().saturating_sub(1)).unwrap_or_default();
    let offset = span.start as usize + 1;
    let has_variables = dialect == Dialect::Grafana && inner.contains(['$', '[']);
    if !has_variables && (quote == b'`' || !inner.contains('\\')) {
        return Decoded { text: Text::plain(inner), is_unicode: true };
    }

    let mut bytes = Vec::with_capacity(inner.len());
    let mut parts = Vec::new();
    let mut is_unicode = true;
    let mut flush = |bytes: &mut Vec<u8>| {
        let raw = std::mem::take(bytes);
        String::from_utf8(raw).unwrap_or_else(|error| {
            is_unicode = false;
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        })
    };
    let mut pos = 0;
    while let Some(rest) = inner.get(pos..).filter(|rest| !rest.is_empty()) {
        if has_variables
            && rest.starts_with(['$', '['])
            && let Some((mut found, end)) = variable::scan(inner, pos, dialect)
        {
            found.span = Span::new(offset + pos, offset + end);
            if !bytes.is_empty() {
                parts.push(TextPart::Literal(flush(&mut bytes)));
            }
            parts.push(TextPart::Variable(found));
            pos = end;
        } else if quote != b'`' && rest.starts_with('\\') {
            let length = match escape(rest.as_bytes(), quote, &mut bytes) {
                Ok(length) => length,
                Err((length, message)) => {
                    let length = (1..=rest.len()).find(|n| *n >= length && rest.is_char_boundary(*n)).unwrap_or(rest.len());
                    errors.push(
                        ParseError::new(Span::new(offset + pos, offset + pos + length), message)
                            .help("write `\\\\` for a backslash, or the whole string between backquotes"),
                    );
                    length
                }
            };
            pos += length;
        } else {
            let length = rest.chars().next().map_or(1, char::len_utf8);
            bytes.extend_from_slice(&rest.as_bytes()[..length]);
            pos += length;
        }
    }
    let tail = flush(&mut bytes);
    let text = if parts.is_empty() {
        Text::Plain(tail.into())
    } else {
        if !tail.is_empty() {
            parts.push(TextPart::Literal(tail));
        }
        Text::Template(parts)
    };
    Decoded { text, is_unicode }
}

/// Decodes the escape at the start of `rest`; gives its length, or the length of what is wrong and why.
fn escape(rest: &[u8], quote: u8, out: &mut Vec<u8>) -> Result<usize, (usize, String)> {
    let Some(&kind) = rest.get(1) else { return Err((1, "the escape is not complete".to_owned())) };
    let (first, digits, radix) = match kind {
        b'a' => return simple(out, 0x07),
        b'b' => return simple(out, 0x08),
        b'f' => return simple(out, 0x0c),
        b'n' => return simple(out, b'\n'),
        b'r' => return simple(out, b'\r'),
        b't' => return simple(out, b'\t'),
        b'v' => return simple(out, 0x0b),
        b'\\' => return simple(out, b'\\'),
        other if other == quote => return simple(out, quote),
        b'0'..=b'7' => (1, 3, 8),
        b'x' => (2, 2, 16),
        b'u' => (2, 4, 16),
        b'U' => (2, 8, 16),
        other if other.is_ascii_graphic() => {
            return Err((2, format!("there is no escape `\\{}` in strings", other as char)));
        }
        _ => return Err((2, "a backslash must be followed by the letter of an escape".to_owned())),
    };
    let mut value: u32 = 0;
    for index in first..first + digits {
        let digit = rest.get(index).and_then(|byte| (*byte as char).to_digit(radix));
        let Some(digit) = digit else {
            let expected = if radix == 8 { "octal" } else { "hexadecimal" };
            return Err((index + 1, format!("the escape needs {digits} {expected} digits")));
        };
        value = value.wrapping_mul(radix).wrapping_add(digit);
    }
    let length = first + digits;
    if matches!(kind, b'u' | b'U') {
        let Some(character) = char::from_u32(value) else {
            return Err((length, "the escape is no Unicode character".to_owned()));
        };
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    } else {
        let Ok(byte) = u8::try_from(value) else {
            return Err((length, "the escape is greater than 255".to_owned()));
        };
        out.push(byte);
    }
    Ok(length)
}

fn simple(out: &mut Vec<u8>, byte: u8) -> Result<usize, (usize, String)> {
    out.push(byte);
    Ok(2)
}

/// A value between double quotes.
pub(super) struct Quoted<'a>(pub(super) &'a Text);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        match self.0 {
            Text::Plain(value) => escaped(f, value)?,
            Text::Template(parts) => {
                for part in parts {
                    match part {
                        TextPart::Literal(value) => escaped(f, value)?,
                        TextPart::Variable(variable) => variable.fmt(f)?,
                    }
                }
            }
        }
        f.write_char('"')
    }
}

fn escaped(f: &mut fmt::Formatter<'_>, value: &str) -> fmt::Result {
    // The server takes a literal U+FFFD for broken text.
    let is_special = |character: char| matches!(character, '"' | '\\' | '\u{fffd}') || character.is_control();
    let mut rest = value;
    while let Some(position) = rest.find(is_special) {
        let (plain, special) = rest.split_at(position);
        f.write_str(plain)?;
        let mut characters = special.chars();
        match characters.next() {
            Some('"') => f.write_str("\\\"")?,
            Some('\\') => f.write_str("\\\\")?,
            Some('\n') => f.write_str("\\n")?,
            Some('\r') => f.write_str("\\r")?,
            Some('\t') => f.write_str("\\t")?,
            Some(other) => write!(f, "\\u{:04x}", u32::from(other))?,
            None => {}
        }
        rest = characters.as_str();
    }
    f.write_str(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(literal: &str) -> Option<String> {
        let mut errors = Errors::default();
        let decoded = decode(literal, Span::new(0, literal.len()), Dialect::Prometheus, &mut errors);
        errors.is_empty().then(|| decoded.text.to_string())
    }

    #[test]
    fn escapes_are_those_of_go() {
        assert_eq!(value(r#""a\n\t\\\"\x41\101\u00e4\U0001F600""#).as_deref(), Some("a\n\t\\\"AAä😀"));
        assert_eq!(value(r#"'it\'s "so"'"#).as_deref(), Some("it's \"so\""));
        assert_eq!(value("`\\d+`").as_deref(), Some("\\d+"));
        assert_eq!(value(r#""\xc3\xa4""#).as_deref(), Some("ä"));
        for bad in [r#""\d""#, r#""\'""#, r#""\x4""#, r#""\400""#, r#""\ud800""#, r#""\U00110000""#, r#""\ä""#, r#""\8""#] {
            assert_eq!(value(bad), None, "{bad}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_noticed() {
        let mut errors = Errors::default();
        let decoded = decode(r#""\xff""#, Span::new(0, 6), Dialect::Prometheus, &mut errors);
        assert!(errors.is_empty() && !decoded.is_unicode);
        assert_eq!(Quoted(&decoded.text).to_string(), "\"\\ufffd\"");
    }

    #[test]
    fn variables_are_kept_with_their_places() {
        let mut errors = Errors::default();
        let decoded = decode(r#""a-${env:regex}$1[[x]].*$""#, Span::new(10, 36), Dialect::Grafana, &mut errors);
        let variables: Vec<_> = decoded.text.variables().map(|v| (v.name.as_str(), v.span.start, v.span.end)).collect();
        assert_eq!(variables, [("env", 13, 25), ("x", 27, 32)]);
        assert_eq!(Quoted(&decoded.text).to_string(), r#""a-${env:regex}$1[[x]].*$""#);
    }
}
