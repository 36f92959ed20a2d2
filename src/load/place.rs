//! From a range of a decoded scalar to the source characters that made it, and back.
//!
//! A checker sees decoded text: the PromQL inside a folded block scalar, the regular expression inside `"..."`. What it finds is a
//! range of that text. [`span_of`] leads it back to the file by decoding the scalar's source once more, on demand, so that a tree
//! holds no map per scalar. [`edit`] goes the other way: it writes a replacement in the scalar's own style, and only where
//! decoding the result gives exactly what was asked for.

mod decode;
mod encode;

pub use encode::{edit, encode, quoted};

use super::tree::{Node, Style, Value};
use crate::source::{Sources, Span};
use decode::{Piece, decode};
use std::ops::Range;

/// The source of a byte range of a scalar's decoded text. An empty range gives the place where text would be inserted.
///
/// A character that is made of several (an escape, a folded line break with the indentation after it) gives all of them. The
/// value as a whole is the answer for what is no scalar, for what is not written anywhere (a variable's value), and for a range
/// that is not within the text or cuts a character.
pub fn span_of(sources: &Sources, node: &Node, range: Range<usize>) -> Span {
    within(sources, node, &range).unwrap_or(node.span)
}

fn within(sources: &Sources, node: &Node, range: &Range<usize>) -> Option<Span> {
    let Value::Scalar(scalar) = &node.value else { return None };
    if matches!(node.style, Style::Collection | Style::Synthetic) {
        return None;
    }
    // A range that cuts a character has no place either.
    scalar.text.get(range.clone())?;
    let source = sources.get(node.span.source);
    let decoded = decode(&source.text, node.span.start as usize, node.span.end as usize, node.style, &scalar.text)?;
    if decoded.text != scalar.text {
        return None;
    }
    let source = source_range(&decoded.pieces, range)?;
    Some(Span::new(node.span.source, source.start, source.end))
}

/// The source range of a decoded range.
fn source_range(pieces: &[Piece], range: &Range<usize>) -> Option<Range<usize>> {
    let ends: Vec<usize> = pieces
        .iter()
        .scan(0usize, |at, piece| {
            *at += piece.length;
            Some(*at)
        })
        .collect();
    let begin = |index: usize| ends[index] - pieces[index].length;
    if range.is_empty() {
        // Behind the character before it, so that an insertion at the end of a line stays on that line.
        if range.start == 0 {
            let first = pieces.first()?.source.start;
            return Some(first..first);
        }
        let index = ends.partition_point(|end| *end < range.start);
        let at = pieces.get(index)?.offset_of_end(range.start - begin(index));
        return Some(at..at);
    }
    let first = ends.partition_point(|end| *end <= range.start);
    let last = ends.partition_point(|end| *end < range.end);
    let start = pieces.get(first)?.offset_of_start(range.start - begin(first));
    let end = pieces.get(last)?.offset_of_end(range.end - begin(last));
    Some(start..end.max(start))
}

#[cfg(test)]
mod tests;
