//! The tree: what every front end (YAML, JSON, Jsonnet, the Rust DSL) makes, before anything is known of its meaning.
//!
//! Values keep their order and their place. A scalar keeps both its decoded text and how it was written, so that a range of the
//! decoded text (a label name inside a PromQL expression inside a folded block scalar) leads back to the exact characters.

use crate::source::Span;

/// How a value stands in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// A plain YAML scalar, or a bare JSON token (number, true, null).
    Plain,
    /// `'...'`
    SingleQuoted,
    /// A YAML `"..."`, with YAML's escapes.
    DoubleQuoted,
    /// A JSON string, with JSON's escapes.
    Json,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// A mapping or a sequence, whatever its form.
    Collection,
    /// Not written anywhere: a default, or the value of a variable.
    Synthetic,
}

/// What a scalar is, by YAML's core schema: only plain scalars are anything but a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarKind {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false` (not yes, no, on, off).
    Bool,
    /// A number; the text says which.
    Number,
    /// Everything else.
    String,
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// The whole value: quotes and block header included.
    pub span: Span,
    /// How it is written.
    pub style: Style,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A single value.
    Scalar(Scalar),
    /// A sequence.
    Seq(Vec<Node>),
    /// A mapping in the order of the file. Keys are unique: the loader reports a second one and drops it.
    Map(Vec<Pair>),
}

/// A scalar: its text after decoding and what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar {
    /// Decoded text. For a number it is the text as written (`2.10` stays `2.10`).
    pub text: String,
    /// Null, boolean, number or string.
    pub kind: ScalarKind,
}

/// One entry of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The key, always a scalar.
    pub key: Key,
    /// Its value.
    pub value: Node,
}

/// The key of a mapping's entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Decoded text.
    pub text: String,
    /// Where the key stands, quotes included.
    pub span: Span,
}

/// A comment: `span` covers it from `#` to the end of the line.
#[derive(Debug, Clone, PartialEq)]
pub struct Comment {
    /// Where it stands.
    pub span: Span,
    /// Its text without `#` and the spaces around.
    pub text: String,
}

/// One loaded file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The top-level value; a Null scalar for an empty file.
    pub root: Node,
    /// All comments in order; empty for JSON.
    pub comments: Vec<Comment>,
}

impl Node {
    /// The value of a key, when this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(pairs) => pairs.iter().find(|pair| pair.key.text == key).map(|pair| &pair.value),
            _ => None,
        }
    }

    /// The decoded text, when this is a scalar other than null.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) if scalar.kind != ScalarKind::Null => Some(&scalar.text),
            _ => None,
        }
    }

    /// Whether this is null or nothing.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.kind == ScalarKind::Null)
    }

    /// What this is, as a message names it: "a mapping", "a list", "text", "a number", "true or false", "nothing".
    pub fn kind_name(&self) -> &'static str {
        match &self.value {
            Value::Map(_) => "a mapping",
            Value::Seq(_) => "a list",
            Value::Scalar(scalar) => match scalar.kind {
                ScalarKind::Null => "nothing",
                ScalarKind::Bool => "true or false",
                ScalarKind::Number => "a number",
                ScalarKind::String => "text",
            },
        }
    }
}
