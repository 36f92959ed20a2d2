//! Phase 1: text to tree to [`crate::spec::Spec`].
//!
//! | step | what it does |
//! |---|---|
//! | [`yaml`], [`json`] | one text becomes the documents in it, every value with its place |
//! | [`place`] | leads from a range of a decoded scalar back to the characters that it came from, and back again for fixes |
//! | [`suggest`] | the names that a misspelt one may have meant |

pub mod json;
pub mod place;
pub mod rule;
pub mod suggest;
pub mod tree;
pub mod yaml;

mod unique;

use crate::diagnostic::{Diagnostic, Severity};
use tree::Document;

/// What one text became.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The documents that are whole, in order. A document with a syntax error is not among them; one with a duplicate key or a
    /// tag is, without what was refused. An empty text is one document whose root is Null.
    pub documents: Vec<Document>,
    /// Everything that is wrong with the text, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// Whether anything found is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// How much one text may ask for. The defaults let a spec of 100 MB with millions of values pass and stop what grows without bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How deep lists and mappings may be nested. Everything after the loader may recurse this deep.
    pub depth: usize,
    /// How many values one text may hold; a value takes some hundred bytes of memory however short it is.
    pub values: usize,
    /// How many values aliases and merge keys may add to those that are written.
    pub copied_values: usize,
    /// How many bytes of text aliases and merge keys may add.
    pub copied_bytes: usize,
    /// After how many syntax errors the rest of a text is not read.
    pub syntax_errors: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 100, values: 20_000_000, copied_values: 1_000_000, copied_bytes: 64 << 20, syntax_errors: 10 }
    }
}
