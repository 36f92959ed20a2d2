//! The events of a YAML text with their places: what a program needs that writes the text anew and must lose nothing.
//!
//! The tree of [`super::parse`] is what a spec means; anchors, aliases, merge keys and document marks are gone from it.

use super::build::layout;
use crate::load::Limits;
use crate::load::tree::Style;
use granit_parser::{Event as Raw, Parser, ScalarStyle, StructureStyle};
use std::ops::Range;

/// One event and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What begins, ends or stands here.
    pub kind: EventKind,
    /// Where: for a block scalar from its header to the end of its last line that is not blank; for a block collection where it begins.
    pub place: Range<usize>,
    /// Where the anchor of the value stands, `&` included.
    pub anchor: Option<Range<usize>>,
    /// Where the tag of the value stands.
    pub tag: Option<Range<usize>>,
}

/// The kinds of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// A document begins, with `---` or without.
    DocumentStart {
        /// Whether `---` is written.
        explicit: bool,
    },
    /// A document ends; the place holds `...` where that is written.
    DocumentEnd,
    /// A mapping begins: keys and values follow in turn, then [`EventKind::End`].
    Mapping {
        /// Whether it is written in brackets, or as one pair in a list in brackets.
        flow: bool,
    },
    /// A list begins; [`EventKind::End`] ends it.
    List {
        /// Whether it is written in brackets.
        flow: bool,
    },
    /// The innermost list or mapping ends.
    End,
    /// A single value.
    Scalar {
        /// Its text after decoding.
        text: String,
        /// How it is written.
        style: Style,
        /// Whether nothing is written.
        implicit: bool,
    },
    /// `*name`
    Alias,
    /// A comment, from `#` to the end of its line.
    Comment,
}

/// All events of a text without syntax errors, comments by their place among the others; `None` for any other text.
pub fn events(text: &str) -> Option<Vec<Event>> {
    let limits = Limits::default();
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        max_buffered_comment_events: usize::MAX,
        flow_nesting_limit: limits.depth.saturating_add(1),
        block_nesting_limit: limits.depth.saturating_add(1),
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let (mut events, mut comments): (Vec<Event>, Vec<Event>) = (Vec::new(), Vec::new());
    let mut cursor = 0;
    while let Some(next) = parser.next_event() {
        let (event, at) = next.ok()?;
        let start = at.start.byte_offset()?;
        let mut place = start..at.end.byte_offset()?.max(start);
        let tag = at.tag_span().and_then(|tag| tag.byte_range());
        let kind = match event {
            Raw::DocumentStart(explicit, _) => EventKind::DocumentStart { explicit },
            Raw::DocumentEnd => EventKind::DocumentEnd,
            Raw::MappingStart(style, ..) => EventKind::Mapping { flow: style == StructureStyle::Flow },
            Raw::SequenceStart(style, ..) => EventKind::List { flow: style == StructureStyle::Flow },
            Raw::MappingEnd | Raw::SequenceEnd => EventKind::End,
            Raw::Alias(_) | Raw::UnresolvedAlias(_) => EventKind::Alias,
            Raw::Comment(..) => {
                comments.push(Event { kind: EventKind::Comment, place, anchor: None, tag: None });
                continue;
            }
            Raw::Anchor(..) => {
                events.last_mut()?.anchor = Some(place);
                continue;
            }
            Raw::Scalar(value, style, ..) => {
                let implicit = style == ScalarStyle::Plain && place.is_empty();
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::SingleQuoted,
                    ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                };
                let end = place.end;
                if matches!(style, Style::Literal | Style::Folded) {
                    place = layout::block_scalar(text, cursor, place);
                }
                cursor = cursor.max(end);
                let text = if implicit { String::new() } else { value.into_owned() };
                EventKind::Scalar { text, style, implicit }
            }
            Raw::StreamEnd => break,
            _ => continue,
        };
        // The place of a document that begins without `---` is that of its first sign.
        if kind != (EventKind::DocumentStart { explicit: false }) {
            cursor = cursor.max(place.end);
        }
        events.push(Event { kind, place, anchor: None, tag });
    }
    comments.sort_by_key(|comment| comment.place.start);
    events.extend(comments);
    Some(events)
}
