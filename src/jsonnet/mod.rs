//! Jsonnet: files that are evaluated, and what they evaluate to is a file of the spec.
//!
//! | step | what it does |
//! |---|---|
//! | [`gather`] | reads the files and everything that they can import, and refuses what lies outside |
//! | [`evaluate()`] | evaluates them: a function from a [`Request`] to an [`Answer`] that touches nothing else |
//! | [`child`] | does the same in a process of its own, which can be stopped |
//! | [`toml`] | the table `[jsonnet]` of `optiinfra.toml` |
//!
//! The path of an import is always written out in Jsonnet, so everything that can be imported is known before anything is evaluated. That
//! is why a [`Request`] holds all texts: the evaluation needs no disk and no environment, gives the same for the same request, and can be put
//! into a process that has neither.
//!
//! An evaluation cannot be interrupted: a tail-strict function that calls itself for ever is an endless loop in the evaluator. A command
//! line is given files of others, in a hook or a pipeline, and must come to an end, so it evaluates in a child process with limits of time and
//! memory. A program that links this library cannot be started anew as a helper, so [`World::evaluate`](crate::world::World::evaluate)
//! evaluates in the process itself unless a world does otherwise; it then has the limits of depth and of output alone.

pub mod child;
pub mod evaluate;
pub mod gather;
pub mod toml;

mod confine;
mod explain;
mod scan;
mod syntax;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use evaluate::evaluate;

/// What is given to Jsonnet from outside of the spec.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Folders of libraries, searched after the folder of the importing file; the last one first, as `jsonnet` does.
    pub paths: Vec<PathBuf>,
    /// What `std.extVar` gives.
    pub external: Bindings,
    /// Arguments of files that evaluate to a function.
    pub arguments: Bindings,
    /// How far an evaluation may go.
    pub limits: Limits,
}

/// Values by their names.
pub type Bindings = BTreeMap<String, Given>;

/// A value from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// The text itself.
    Text(String),
    /// What this Jsonnet code evaluates to.
    Code(String),
}

/// How far an evaluation may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Seconds of computing time for all files of a spec; only in a process of its own.
    pub seconds: u64,
    /// Bytes of memory; only in a process of its own.
    pub memory: u64,
    /// How deep calls may be nested.
    pub stack: usize,
    /// Bytes of what one file evaluates to.
    pub output: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { seconds: 10, memory: 1 << 30, stack: 500, output: 64 << 20 }
    }
}

/// Everything that an evaluation needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// All texts that can be reached, code from outside among them.
    pub files: Vec<File>,
    /// Which of them are evaluated, in this order.
    pub wanted: Vec<usize>,
    /// What `std.extVar` gives.
    pub external: Vec<Value>,
    /// Arguments of files that evaluate to a function.
    pub arguments: Vec<Value>,
    /// How far it may go.
    pub limits: Limits,
}

/// A text that can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// What people call it; `std.thisFile`.
    pub name: String,
    /// What it holds.
    pub content: Content,
    /// Whether it was given as an argument and is no file.
    pub is_argument: bool,
    /// What the imports in it lead to, by the path that is written.
    pub imports: BTreeMap<String, Import>,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// Text.
    Text(String),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
}

impl Content {
    /// The bytes that are code: without a byte order mark.
    pub fn code(&self) -> &[u8] {
        let bytes = self.bytes();
        bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes)
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// What an import leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Import {
    /// The file with this number.
    File(usize),
    /// It cannot be imported.
    Refused {
        /// Why, in a sentence.
        message: String,
        /// The way out.
        help: String,
    },
}

/// A value from outside, as the evaluation gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// Its name.
    pub name: String,
    /// What it is.
    pub source: ValueSource,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ValueSource {
    /// The text itself.
    Text(String),
    /// What the file with this number evaluates to.
    File(usize),
}

/// What a request came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// One for each file that was to be evaluated; fewer when something ended the evaluation before.
    pub outcomes: Vec<Outcome>,
    /// What `std.trace` said.
    pub traces: Vec<Trace>,
}

/// What one file came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// What it evaluates to, as JSON.
    Json(String),
    /// Why it does not evaluate.
    Failed(Failure),
}

/// Why a file does not evaluate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Of which kind it is.
    pub kind: FailureKind,
    /// One sentence.
    pub message: String,
    /// Where.
    pub at: Option<Place>,
    /// How it came there: calls, fields, imports, the innermost first.
    pub trail: Vec<Step>,
    /// What to do.
    pub help: Option<String>,
}

/// The kinds of failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailureKind {
    /// A text is no Jsonnet.
    Syntax,
    /// An import leads nowhere, or where it must not.
    Import,
    /// A limit was reached.
    Limit,
    /// The program itself says so, or does what cannot be done.
    Error,
}

/// One step on the way to a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Where.
    pub at: Place,
    /// What it is.
    pub what: String,
}

/// A range of bytes in a file of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The number of the file.
    pub file: usize,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// What `std.trace` said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// Where it was called.
    pub at: Option<Place>,
    /// The text.
    pub message: String,
}

/// What happens in an evaluation, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The file with this number is looked at.
    Begins(usize),
    /// The file that was begun is done.
    Ended(Outcome),
    /// `std.trace` was called.
    Trace(Trace),
}
