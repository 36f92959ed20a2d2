//! Lines and columns of many places.
//!
//! A minified dashboard is one line of a megabyte. Counting its characters anew for each finding would take the product of both, so
//! texts with findings are counted once, with a mark at every few hundred bytes.

#[cfg(feature = "cli")]
use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::Diagnostic;
#[cfg(feature = "cli")]
use crate::source::SourceKind;
use crate::source::{Position, Source, SourceId, Sources, Span};

/// Turns spans into places for people.
pub(super) struct Places<'a> {
    sources: &'a Sources,
    characters: BTreeMap<SourceId, Characters>,
}

/// How many characters stand before a byte.
enum Characters {
    /// As many as bytes.
    Ascii,
    /// The count before every multiple of `STEP` bytes.
    Marks(Vec<usize>),
}

const STEP: usize = 256;

fn starts_character(byte: &&u8) -> bool {
    (**byte & 0xc0) != 0x80
}

impl Characters {
    fn of(text: &str) -> Self {
        if text.is_ascii() {
            return Characters::Ascii;
        }
        let mut marks = vec![0];
        let mut count = 0;
        for chunk in text.as_bytes().chunks(STEP) {
            count += chunk.iter().filter(starts_character).count();
            marks.push(count);
        }
        Characters::Marks(marks)
    }

    fn before(&self, byte: usize, text: &str) -> usize {
        match self {
            Characters::Ascii => byte,
            Characters::Marks(marks) => {
                let mark = byte / STEP;
                let rest = text.as_bytes().get(mark * STEP..byte).unwrap_or_default();
                marks.get(mark).copied().unwrap_or_default() + rest.iter().filter(starts_character).count()
            }
        }
    }
}

impl<'a> Places<'a> {
    /// Prepares for the places that these findings name.
    pub(super) fn new(sources: &'a Sources, diagnostics: &[Diagnostic]) -> Self {
        let mut characters = BTreeMap::new();
        let mut prepare = |span: Span| {
            characters.entry(span.source).or_insert_with(|| Characters::of(&sources.get(span.source).text));
        };
        for diagnostic in diagnostics {
            diagnostic.span.into_iter().for_each(&mut prepare);
            diagnostic.labels.iter().for_each(|label| prepare(label.span));
            diagnostic.fix.iter().flat_map(|fix| &fix.edits).for_each(|edit| prepare(edit.span));
        }
        Self { sources, characters }
    }

    pub(super) fn source(&self, span: Span) -> &'a Source {
        self.sources.get(span.source)
    }

    /// The text that a span covers.
    #[cfg(feature = "cli")]
    pub(super) fn text(&self, span: Span) -> &'a str {
        self.sources.text(span)
    }

    /// What the text of a span is called where its lines are shown: those of what a file produced are not the file's.
    #[cfg(feature = "cli")]
    pub(super) fn title(&self, span: Span) -> Cow<'a, str> {
        let source = self.source(span);
        match source.kind {
            SourceKind::Evaluated => Cow::Owned(format!("what {} evaluates to", source.name)),
            _ => Cow::Borrowed(&source.name),
        }
    }

    /// Where a span starts.
    pub(super) fn start(&self, span: Span) -> Position {
        self.position(span.source, span.start)
    }

    /// The first place behind a span.
    pub(super) fn end(&self, span: Span) -> Position {
        self.position(span.source, span.end.max(span.start))
    }

    fn position(&self, id: SourceId, byte: u32) -> Position {
        let source = self.sources.get(id);
        let byte = (byte as usize).min(source.text.len());
        let line = line_of(source, byte);
        let before = |byte| self.characters.get(&id).map_or(0, |characters| characters.before(byte, &source.text));
        let column = before(byte).saturating_sub(before(source.line_start(line))).saturating_add(1);
        Position { line, column: narrow(column), byte: narrow(byte) }
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The line (from 1) that a byte lies in.
pub(super) fn line_of(source: &Source, byte: usize) -> u32 {
    let (mut low, mut high) = (1, source.line_count());
    while low < high {
        let middle = high - (high - low) / 2;
        if source.line_start(middle) <= byte { low = middle } else { high = middle - 1 }
    }
    low
}
