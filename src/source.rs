//! Texts that a spec is made of, and places in them.
//!
//! Every front end (a YAML file, a JSON file, an embedded pack, a literal on the command line) registers its text here once;
//! from then on a place is a [`Span`]: twelve bytes that any diagnostic can turn back into file, line and column.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// Identifies one text in [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

/// A range of bytes in one source. `start <= end`, both on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text that the range lies in.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end` of `source`; positions beyond 4 GiB saturate (no such text is ever loaded).
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { source, start: clamp(start), end: clamp(end) }
    }

    /// The smallest span that covers both; `self` when they lie in different sources.
    pub fn to(self, other: Span) -> Span {
        if self.source == other.source {
            Span { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
        } else {
            self
        }
    }
}

/// What kind of text a source is, which decides whether edits of it make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// A file that the user wrote; fixes may edit it.
    File,
    /// Text that ships inside the tool (an exporter pack).
    Embedded,
    /// Text that a program produced, such as the manifested output of Jsonnet; spans point into what it produced.
    Evaluated,
    /// An expression given on the command line or on standard input.
    Argument,
    /// A Rust file whose lines make values of a spec; fixes leave it alone, because a value need not stand in it as text.
    Rust,
    /// Text that was made of values whose places are elsewhere; [`Sources::lead_back`] knows where.
    Made,
}

/// Through what the text of a module came into a spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// What the importing file calls it.
    pub name: String,
    /// Where it calls it so. That file may be one of a module in its turn.
    pub key: Span,
    /// All of the entry in that file, with the values that it gives.
    pub entry: Span,
    /// The folder that the module lies in, as it is reached.
    pub folder: PathBuf,
}

/// One registered text.
#[derive(Debug, Clone)]
pub struct Source {
    /// The name shown to people: a path as the user gave it with `/` between parts, or `pack:redis_exporter`.
    pub name: String,
    /// The text, without a byte order mark.
    pub text: Arc<str>,
    /// Where it came from.
    pub kind: SourceKind,
    /// The import that it came through, if it is the text of a module.
    pub import: Option<Arc<Import>>,
    /// The first source that stands for the same file: a module that is imported several times has each of its texts several
    /// times, so that a place tells which import it belongs to.
    pub original: SourceId,
    line_starts: Arc<[u32]>,
}

/// A place for people: line and column count from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Byte offset in the file, from 0.
    pub byte: u32,
}

impl Source {
    fn new(id: SourceId, name: String, text: Arc<str>, kind: SourceKind) -> Self {
        let mut line_starts = vec![0];
        line_starts.extend(text.bytes().zip(1u32..).filter(|(byte, _)| *byte == b'\n').map(|(_, next)| next));
        Self { name, text, kind, import: None, original: id, line_starts: line_starts.into() }
    }

    /// Line and column of a byte offset; offsets beyond the end give the end.
    pub fn position(&self, byte: u32) -> Position {
        let length = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let byte = byte.min(length);
        let line = self.line_starts.partition_point(|start| *start <= byte) - 1;
        let start = self.line_starts[line] as usize;
        let column = self.text.get(start..byte as usize).map_or(0, |before| before.chars().count());
        Position { line: count(line + 1), column: count(column + 1), byte }
    }

    /// Whether the text is JSON: a bare word or number in it stands for no text.
    pub fn is_json(&self) -> bool {
        self.kind == SourceKind::Evaluated || self.name.len() > 5 && self.name.to_ascii_lowercase().ends_with(".json")
    }

    /// The text of one line (from 1) without its line ending; empty when there is no such line.
    pub fn line(&self, line: u32) -> &str {
        let index = (line as usize).saturating_sub(1);
        let Some(start) = self.line_starts.get(index) else { return "" };
        let end = self.line_starts.get(index + 1).map_or(self.text.len(), |next| *next as usize);
        self.text[*start as usize..end].trim_end_matches(['\n', '\r'])
    }

    /// How many lines the text has.
    pub fn line_count(&self) -> u32 {
        count(self.line_starts.len())
    }

    /// Byte offset of the start of a line (from 1), or of the end of the text.
    pub fn line_start(&self, line: u32) -> usize {
        self.line_starts.get((line as usize).saturating_sub(1)).map_or(self.text.len(), |start| *start as usize)
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// All texts of one run, by id.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    all: Vec<Source>,
    made: BTreeMap<SourceId, Vec<(Range<u32>, Span)>>,
}

impl Sources {
    /// Registers a text and gives its id. A byte order mark must already be gone.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>, kind: SourceKind) -> SourceId {
        let id = SourceId(count(self.all.len()));
        self.all.push(Source::new(id, name.into(), text.into(), kind));
        id
    }

    /// Says that a text came through an import.
    pub fn set_import(&mut self, id: SourceId, import: Arc<Import>) {
        let source = self.get(id);
        // Another spec of the same run may have imported the file too.
        let same = |other: &&Source| other.import.is_some() && other.name == source.name && other.text == source.text;
        let original = self.all.iter().find(same).map_or(source.original, |other| other.original);
        let source = &mut self.all[id.0 as usize];
        source.import = Some(import);
        source.original = original;
    }

    /// Registers a text once more, for another import of the same file.
    pub fn add_import(&mut self, of: SourceId, import: Arc<Import>) -> SourceId {
        let id = SourceId(count(self.all.len()));
        let source = Source { import: Some(import), ..self.get(of).clone() };
        self.all.push(source);
        id
    }

    /// The source of an id that this collection gave out.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.all[id.0 as usize]
    }

    /// The source with this name.
    pub fn by_name(&self, name: &str) -> Option<SourceId> {
        self.all.iter().position(|source| source.name == name).map(|index| SourceId(count(index)))
    }

    /// All sources, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.all.iter().enumerate().map(|(index, source)| (SourceId(count(index)), source))
    }

    /// The text that a span covers.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.source).text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Registers a text that was made of values, with the places of these; the ranges either contain each other or are apart.
    pub fn add_made(
        &mut self,
        name: impl Into<String>,
        text: impl Into<Arc<str>>,
        mut pieces: Vec<(Range<u32>, Span)>,
    ) -> SourceId {
        // Outer pieces before what is in them.
        pieces.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let id = self.add(name, text, SourceKind::Made);
        self.made.insert(id, pieces);
        id
    }

    /// The place that people know: of a span in a text that was made, the one of the innermost value around it.
    pub fn lead_back(&self, span: Span) -> Span {
        let Some(pieces) = self.made.get(&span.source) else { return span };
        let before = pieces.partition_point(|(range, _)| range.start <= span.start);
        let around = pieces.iter().take(before).rev().find(|(range, _)| span.end <= range.end);
        around.map_or(span, |(_, place)| *place)
    }

    /// Where a span starts, for people. A place in text that a file produced is shown as the file's beginning: it has no such line.
    pub fn position(&self, span: Span) -> Position {
        let source = self.get(span.source);
        match source.kind {
            SourceKind::Evaluated => Position { line: 1, column: 1, byte: 0 },
            _ => source.position(span.start),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_survive_the_end() {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", "ä: 1\nβ: x\n", SourceKind::File);
        let at = |byte| {
            let p = sources.get(id).position(byte);
            (p.line, p.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(2), (1, 2));
        assert_eq!(at(6), (2, 1));
        assert_eq!(at(8), (2, 2));
        assert_eq!(at(999), (3, 1));
        assert_eq!(sources.get(id).line(2), "β: x");
    }
}
