//! What stands between the events: block scalar headers and the colons of empty values.

use std::ops::Range;

/// A block scalar from its header to the end of its last line that is not blank. The event gives the content alone, and `cursor`
/// the end of what stands before the header.
pub(in crate::load::yaml) fn block_scalar(text: &str, cursor: usize, content: Range<usize>) -> Range<usize> {
    let Range { start, end } = content;
    let header = block_header(text, cursor, start).unwrap_or(start);
    let after_sign = text.get(header..).unwrap_or_default().trim_start_matches(['|', '>']);
    let indicators =
        after_sign.len() - after_sign.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-')).len();
    let content = text.get(start..end).unwrap_or_default();
    let trimmed = content.trim_end_matches([' ', '\t', '\r', '\n']);
    if trimmed.is_empty() || header >= start {
        return header..text.len() - after_sign.len() + indicators;
    }
    let blanks = content.get(trimmed.len()..).unwrap_or_default();
    let blanks = blanks.find(['\r', '\n']).unwrap_or(blanks.len());
    header..start + trimmed.len() + blanks
}

/// The offset behind the colon that follows a key at `from`, when there is one.
pub(super) fn colon_after(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
    trimmed.starts_with(':').then(|| from + rest.len() - trimmed.len() + 1)
}

/// Where the `|` or `>` of a block scalar stands, between the end of the last event and the start of its content. Indicators,
/// comments, an anchor and a tag may stand before it.
fn block_header(text: &str, from: usize, to: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at <= to {
        match bytes.get(at)? {
            b'|' | b'>' => return Some(at),
            b' ' | b'\t' | b'\r' | b'\n' | b':' | b'-' | b'?' => at += 1,
            b'#' => at += bytes.get(at..)?.iter().position(|b| matches!(b, b'\n' | b'\r'))?,
            b'&' | b'!' => at += bytes.get(at..)?.iter().position(u8::is_ascii_whitespace)?,
            _ => return None,
        }
    }
    None
}
