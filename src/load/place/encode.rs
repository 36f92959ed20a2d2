//! Writes a replacement inside a scalar in the scalar's own style.

use super::decode::{Decoded, decode};
use super::source_range;
use crate::diagnostic::Edit;
use crate::load::tree::{Node, ScalarKind, Style, Value};
use crate::load::yaml::kind_of_plain;
use crate::source::{Sources, Span};
use std::fmt::Write as _;
use std::ops::Range;

/// The edit that replaces a byte range of a scalar's decoded text. Where the style cannot hold the new text the whole value is put
/// into quotes; `None` where neither is safe: a block scalar whose lines would be read otherwise, a value that is not written.
///
/// Every edit has been decoded again and gives exactly the text asked for.
pub fn edit(sources: &Sources, node: &Node, range: Range<usize>, new_text: &str) -> Option<Edit> {
    let Value::Scalar(scalar) = &node.value else { return None };
    let source = &sources.get(node.span.source).text;
    let (start, end) = (node.span.start as usize, node.span.end as usize);
    if start == end || range.start > range.end {
        return None;
    }
    let old = decode(source, start, end, node.style, &scalar.text).filter(|decoded| decoded.text == scalar.text)?;
    let mut wanted = scalar.text.get(..range.start)?.to_owned();
    wanted.push_str(new_text);
    wanted.push_str(scalar.text.get(range.end..)?);

    if node.style == Style::Plain && sources.get(node.span.source).is_json() {
        let text = if kind_of_plain(&wanted) == scalar.kind { wanted } else { serde_json::to_string(&wanted).ok()? };
        return Some(Edit { span: node.span, text });
    }

    let place = if scalar.text.is_empty() { old.start..old.start } else { source_range(&old.pieces, &range)? };
    let block = matches!(node.style, Style::Literal | Style::Folded);
    if block && old.indent == usize::MAX {
        // No line shows how far the text would have to be indented.
        return None;
    }
    // Outside of a block scalar the indentation after a line break has no one who checks it.
    let on_one_line = source.get(place.clone()).is_some_and(|written| !written.contains(['\n', '\r']));
    let in_place = fragment(node.style, new_text, &old, source).filter(|_| block || on_one_line).filter(|text| {
        // Whether a block scalar ends where it did depends on the blank lines after it and the line behind them.
        let window_end = if block { end_of_next_line(source, end) } else { end };
        let before = source.get(start..place.start).unwrap_or_default();
        let after = source.get(place.end..window_end).unwrap_or_default();
        let changed = format!("{before}{text}{after}");
        let written = source.get(start..end).unwrap_or_default();
        reads_as(&changed, node.style, &wanted, &old, written, scalar.kind)
    });
    if let Some(text) = in_place {
        return Some(Edit { span: Span::new(node.span.source, place.start, place.end), text });
    }
    match node.style {
        Style::Plain | Style::SingleQuoted | Style::DoubleQuoted => Some(Edit { span: node.span, text: quoted(&wanted) }),
        _ => None,
    }
}

/// The end of the first line after `from` that is not blank.
fn end_of_next_line(source: &str, from: usize) -> usize {
    let rest = source.get(from..).unwrap_or_default();
    let line = rest.trim_start_matches([' ', '\t', '\r', '\n']);
    let length = line.find(['\r', '\n']).unwrap_or(line.len());
    from + rest.len() - line.len() + length
}

/// The text as it is written within a scalar of this style on one line; `None` where the style cannot hold it.
pub fn encode(style: Style, text: &str) -> Option<String> {
    match style {
        Style::SingleQuoted if text.chars().all(is_printable) => Some(text.replace('\'', "''")),
        Style::DoubleQuoted => Some(escape(text)),
        Style::Json => serde_json::to_string(text).ok()?.strip_prefix('"')?.strip_suffix('"').map(str::to_owned),
        Style::Plain | Style::Literal | Style::Folded if text.chars().all(is_printable) => Some(text.to_owned()),
        _ => None,
    }
}

/// The text as a YAML scalar in quotes: single ones where they can hold it.
pub fn quoted(text: &str) -> String {
    match encode(Style::SingleQuoted, text) {
        Some(inner) => format!("'{inner}'"),
        None => format!("\"{}\"", escape(text)),
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_printable(c) => out.push(c),
            c if u32::from(c) <= 0xFFFF => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
        }
    }
    out
}

/// Whether a character can stand in YAML text as it is, on one line and seen by a reader.
fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

/// The replacement as it is written in place.
fn fragment(style: Style, new_text: &str, old: &Decoded, source: &str) -> Option<String> {
    if style != Style::Literal || !new_text.contains('\n') {
        return encode(style, new_text);
    }
    let line_break = if source.get(..old.start)?.ends_with("\r\n") { "\r\n" } else { "\n" };
    let mut out = String::new();
    for (index, line) in new_text.split('\n').enumerate() {
        if index > 0 {
            out.push_str(line_break);
            if !line.is_empty() {
                out.extend(std::iter::repeat_n(' ', old.indent));
            }
        }
        out.push_str(&encode(style, line)?);
    }
    Some(out)
}

/// Whether a changed scalar still reads as what is wanted.
fn reads_as(changed: &str, style: Style, wanted: &str, old: &Decoded, written: &str, kind: ScalarKind) -> bool {
    let Some(decoded) = decode(changed, 0, changed.len(), style, wanted) else { return false };
    if decoded.text != wanted {
        return false;
    }
    match style {
        Style::Plain => stays_plain(changed, written) && [ScalarKind::String, kind].contains(&kind_of_plain(wanted)),
        Style::Literal | Style::Folded => {
            let header = written.split(['\n', '\r']).next().unwrap_or_default();
            let given = header.split('#').next().unwrap_or_default().contains(|c: char| c.is_ascii_digit());
            // Without an indicator the first line decides how far all are indented.
            decoded.indent == old.indent && (given || !wanted.trim_start_matches('\n').starts_with([' ', '\t']))
        }
        _ => true,
    }
}

/// Whether changed plain text is still one plain scalar where it stands. What brackets mean depends on whether it stands in a
/// flow collection; text that holds one already shows that it does not.
fn stays_plain(changed: &str, written: &str) -> bool {
    const FLOW: [char; 5] = [',', '[', ']', '{', '}'];
    let mut chars = changed.chars();
    let starts = match chars.next() {
        None => false,
        Some('-' | '?' | ':') => {
            chars.next().is_some_and(|c| !c.is_whitespace() && !FLOW.contains(&c)) && !changed.starts_with("---")
        }
        Some(c) => !FLOW.contains(&c) && !"#&*!|>'\"%@`".contains(c) && !c.is_whitespace() && !changed.starts_with("..."),
    };
    let colon = changed.char_indices().any(|(at, c)| {
        c == ':'
            && changed
                .get(at + 1..)
                .and_then(|rest| rest.chars().next())
                .is_none_or(|next| next.is_whitespace() || FLOW.contains(&next))
    });
    let comment = [" #", "\t#", "\n#"].iter().any(|mark| changed.contains(mark));
    let brackets = changed.contains(FLOW) && !written.contains(FLOW);
    starts && !colon && !comment && !brackets && !changed.ends_with(char::is_whitespace)
}
