//! Variables inside a text.

use super::Dialect;
use super::span::Span;
use super::text::{Variable, VariableSyntax};

/// The variable that starts at byte `start`, with the byte after it. Its place is left empty.
///
/// A name starts with a letter or an underscore, because `$1` is a group of a pattern.
pub(super) fn scan(text: &str, start: usize, dialect: Dialect) -> Option<(Variable, usize)> {
    let rest = text.get(start..)?;
    let (syntax, inner_start, close) = if rest.starts_with("${") && dialect != Dialect::Prometheus {
        (VariableSyntax::Braces, 2, "}")
    } else if rest.starts_with("[[") && dialect == Dialect::Grafana {
        (VariableSyntax::Brackets, 2, "]]")
    } else if rest.starts_with('$') && dialect != Dialect::Prometheus {
        let length = name_length(&rest[1..])?;
        let variable = Variable::new(&rest[1..=length], Span::default());
        return Some((variable, start + 1 + length));
    } else {
        return None;
    };
    let inner = &rest[inner_start..];
    let length = name_length(inner)?;
    let (name, mut tail) = inner.split_at(length);
    let mut variable = Variable { syntax, ..Variable::new(name, Span::default()) };
    let mut end = inner_start + length;
    if syntax == VariableSyntax::Braces
        && let Some(field) = tail.strip_prefix('.')
    {
        let text = plain_until(field, |rest| rest.starts_with([':', '}']))?;
        variable.field = Some(text.to_owned());
        tail = &field[text.len()..];
        end += 1 + text.len();
    }
    if let Some(format) = tail.strip_prefix(':') {
        let text = plain_until(format, |rest| rest.starts_with(close))?;
        variable.format = Some(text.to_owned());
        tail = &format[text.len()..];
        end += 1 + text.len();
    }
    tail.starts_with(close).then_some((variable, start + end + close.len()))
}

/// The text up to where `stop` says. Formats and fields are short words with some punctuation; anything else is no variable.
fn plain_until(text: &str, stop: impl Fn(&str) -> bool) -> Option<&str> {
    const MOST: usize = 100;
    let harmless = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b'$' | b'{' | b'}');
    for length in 0..=MOST {
        let rest = text.get(length..)?;
        if length > 0 && stop(rest) {
            return text.get(..length);
        }
        if !rest.bytes().next().is_some_and(harmless) {
            return None;
        }
    }
    None
}

fn name_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let starts = bytes.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    starts.then(|| bytes.iter().take_while(|byte| super::literal::is_word(**byte)).count())
}
