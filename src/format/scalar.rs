//! Single values: which quotes they need.

use super::layout::Scalar;
use crate::load::place::encode;
use crate::load::tree::{ScalarKind, Style};
use crate::load::yaml::kind_of_plain;

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On a line of its own or behind its key.
    Block,
    /// In brackets.
    Flow,
    /// Before a colon.
    Key,
    /// Before a colon in brackets.
    FlowKey,
}

/// A plain or quoted scalar on one line.
pub fn on_one_line(scalar: &Scalar, place: Place) -> String {
    match scalar.style {
        Style::Plain => match scalar.lines.as_slice() {
            [line] => line.clone(),
            _ if !scalar.text.contains('\n') => scalar.text.clone(),
            _ => quoted(&scalar.text),
        },
        // A tag says by itself that something is text; quotes are left to whoever wrote both.
        _ if scalar.tagged => as_written(scalar).unwrap_or_else(|| quoted(&scalar.text)),
        Style::DoubleQuoted => {
            let best = text(&scalar.text, place);
            if best.starts_with('"') { as_written(scalar).unwrap_or(best) } else { best }
        }
        _ => text(&scalar.text, place),
    }
}

fn as_written(scalar: &Scalar) -> Option<String> {
    match scalar.lines.as_slice() {
        [line] => Some(line.clone()),
        _ => None,
    }
}

/// A text as a scalar on one line: plain where that is safe, else in quotes.
pub fn text(text: &str, place: Place) -> String {
    if can_be_plain(text, place) { text.to_owned() } else { quoted(text) }
}

/// A text in quotes: double ones, or single ones where they save escapes.
pub fn quoted(text: &str) -> String {
    let escapes = text.matches(['"', '\\']).count();
    let doubled = text.matches('\'').count();
    if doubled < escapes
        && let Some(inner) = encode(Style::SingleQuoted, text)
    {
        return format!("'{inner}'");
    }
    let inner = encode(Style::DoubleQuoted, text).unwrap_or_default();
    format!("\"{inner}\"")
}

/// Whether a text reads as itself without quotes, here and in programs that read YAML in an older way.
pub fn can_be_plain(text: &str, place: Place) -> bool {
    let first = text.chars().next();
    let starts = match first {
        None => false,
        Some('-' | '?' | ':') => text.chars().nth(1).is_some_and(|c| !c.is_whitespace() && !",[]{}-".contains(c)),
        Some(c) => !",[]{}#&*!|>'\"%@`=".contains(c),
    };
    let kept_apart = matches!(place, Place::Flow | Place::FlowKey);
    starts
        && !text.starts_with(char::is_whitespace)
        && !text.ends_with(char::is_whitespace)
        && !text.ends_with(':')
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.starts_with("...")
        && !(kept_apart && text.contains([',', '[', ']', '{', '}', '(', ')', ':', '#', '"', '\'', '?']))
        && !(matches!(place, Place::Key | Place::FlowKey) && (text.len() > 128 || text.contains([':', '#'])))
        && encode(Style::SingleQuoted, text).is_some()
        && !text.contains('\t')
        && kind_of_plain(text) == ScalarKind::String
        && !is_ambiguous(text)
}

/// Whether YAML 1.1 reads the text as something that is no text: a truth value, null, a number, a date, a merge key.
fn is_ambiguous(text: &str) -> bool {
    const WORDS: [&str; 10] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "<<"];
    let lower = text.to_ascii_lowercase();
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
        && text
            .bytes()
            .all(|b| b.is_ascii_hexdigit() || matches!(b, b'_' | b':' | b'.' | b'+' | b'-' | b'x' | b'o' | b'T' | b'Z' | b' '))
        && text.bytes().any(|b| b.is_ascii_digit());
    let inf = matches!(lower.trim_start_matches(['+', '-']), ".inf" | ".nan");
    WORDS.contains(&lower.as_str()) || numeric || inf
}
