//! What is printed: documents, items and their scalars as written, each comment with what it belongs to.

use crate::load::tree::Style;

/// A text as documents whose items stand in one table, in the order of the text.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// The documents in order.
    pub documents: Vec<Document>,
    /// All entries of mappings and items of lists, an outer one before those in it.
    pub items: Vec<Item>,
}

/// One document.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Comments before `---` and before directives.
    pub prologue: Vec<Note>,
    /// `%YAML` and `%TAG` lines.
    pub directives: Vec<String>,
    /// Where `---` stands, if it does.
    pub start: Option<usize>,
    /// The comment behind `---`.
    pub start_note: Option<Note>,
    /// The value.
    pub root: Value,
    /// Comments behind a value that is no block collection, on its line.
    pub root_line: Vec<Note>,
    /// Comments after the last item that belong to none.
    pub epilogue: Vec<Note>,
    /// Where `...` stands, if it does.
    pub end: Option<usize>,
    /// The comment behind `...`.
    pub end_note: Option<Note>,
}

/// A value with its anchor and tag.
#[derive(Debug, Clone, Default)]
pub struct Value {
    /// Anchor and tag in the order in which they are written.
    pub properties: Vec<String>,
    /// What it is.
    pub kind: Kind,
    /// Its first byte.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}

/// What a value is.
#[derive(Debug, Clone, Default)]
pub enum Kind {
    /// Nothing is written.
    #[default]
    Nothing,
    /// A single value.
    Scalar(Scalar),
    /// `*name`
    Alias(String),
    /// A mapping or a list.
    Collection(Collection),
}

/// A mapping or a list.
#[derive(Debug, Clone, Default)]
pub struct Collection {
    /// A mapping rather than a list.
    pub mapping: bool,
    /// Whether it is written in brackets.
    pub flow: bool,
    /// Whether it must not be written in brackets, because a comment stands in it.
    pub broken: bool,
    /// Its items, by their place in [`Layout::items`].
    pub items: Vec<usize>,
}

/// A single value as written.
#[derive(Debug, Clone)]
pub struct Scalar {
    /// Its text after decoding.
    pub text: String,
    /// How it is written.
    pub style: Style,
    /// Its lines. Of a plain or quoted one as written, quotes included, without the indentation; of a block scalar the content without
    /// its indentation.
    pub lines: Vec<String>,
    /// What becomes of the line breaks at the end of a block scalar.
    pub chomp: Chomp,
    /// Whether its text has to be told from what is not text by quotes.
    pub tagged: bool,
}

/// What becomes of the line breaks at the end of a block scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chomp {
    /// One stays.
    Clip,
    /// `-`: none stays.
    Strip,
    /// `+`: all stay.
    Keep,
}

/// An entry of a mapping or an item of a list.
#[derive(Debug, Clone, Default)]
pub struct Item {
    /// The key of an entry; a scalar on one line or an alias.
    pub key: Option<Value>,
    /// The value.
    pub value: Value,
    /// Where it begins: its key, or the value of a list item.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Where the dash of a list item stands, or the start.
    pub lead: usize,
    /// The item that it lies in.
    pub parent: Option<usize>,
    /// How many items it lies in.
    pub depth: usize,
    /// Whether it stands in brackets.
    pub in_flow: bool,
    /// In brackets: whether a colon follows its key.
    pub colon: bool,
    /// Whether a blank line stands above.
    pub blank: bool,
    /// Comments on lines of their own above.
    pub leading: Vec<Note>,
    /// The comment between its colon or dash and its value, on the line of the colon or dash.
    pub head: Option<Note>,
    /// Comments on lines of their own between its colon and its value.
    pub between: Vec<Note>,
    /// The comment on its line.
    pub line: Vec<Note>,
    /// Comments on lines of their own below, indented further than it.
    pub after: Vec<Note>,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// From `#`.
    pub text: String,
    /// Whether a blank line stands above.
    pub blank: bool,
    /// How many columns it is indented further than where it would stand.
    pub deeper: usize,
    /// Its first byte.
    pub at: usize,
    /// Its line, from 0, and its column in bytes.
    pub place: (usize, usize),
    /// How many spaces stand before it.
    pub gap: usize,
}
