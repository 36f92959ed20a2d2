//! YAML text to documents, over the events of granit-parser, which no other module sees.
//!
//! The events bring structure, decoded text and byte ranges. What they leave to their consumer is done here: what a plain scalar
//! is, duplicate keys, aliases and merge keys with a budget, limits, and a word of its own for each of YAML's traps.
//!
//! Merge keys (`<<`) are applied, with YAML's meaning: what a mapping says itself wins, then the first of several merged
//! mappings. Rule files in the wild use them, and refusing them would refuse those files. A value that an alias or a merge key
//! brings keeps the place where it is written, since that is where it can be changed.

mod build;
pub mod events;
mod repair;
mod schema;
mod syntax;

pub use schema::{is_number, kind_of_plain};

use super::{Limits, Parsed, rule};
use crate::diagnostic::{self, Diagnostic};
use crate::source::{SourceId, Span};
use build::Builder;
use granit_parser::{ErrorKind, Event, Parser};

/// All documents of a YAML text.
pub fn parse(source: SourceId, text: &str) -> Parsed {
    parse_within(source, text, &Limits::default())
}

/// All documents of a YAML text, within limits of one's own.
pub fn parse_within(source: SourceId, text: &str, limits: &Limits) -> Parsed {
    if let Some(refused) = super::too_long(source, text) {
        return refused;
    }
    if let Some(at) = text.bytes().position(|byte| byte == 0) {
        let span = Span::new(source, at, at + 1);
        let finding = Diagnostic::error(rule::ENCODING, span, "a NUL byte stands in the text")
            .help("is this a binary file, or one in UTF-16? Save it as UTF-8");
        return Parsed { documents: Vec::new(), diagnostics: vec![finding] };
    }
    let mut builder = Builder::new(source, text, limits, 0);
    let outcome = run(&mut builder);
    let (documents, mut diagnostics) = builder.finish();
    let mut parsed = Parsed { documents, diagnostics: Vec::new() };
    if let Outcome::Failed { at } = outcome {
        diagnostics.extend(resume(source, text, limits, at));
    }
    diagnostic::sort(&mut diagnostics);
    parsed.diagnostics = diagnostics;
    parsed
}

/// How reading a text ended.
enum Outcome {
    /// All of it was read.
    Complete,
    /// A limit was reached; nothing after it is worth a word.
    Stopped,
    /// A syntax error stands before this offset.
    Failed { at: usize },
}

/// Feeds the builder until the text ends, or its first syntax error, which it reports.
fn run(builder: &mut Builder<'_>) -> Outcome {
    let limits = builder.limits();
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        max_buffered_comment_events: usize::MAX,
        flow_nesting_limit: limits.depth.saturating_add(1),
        block_nesting_limit: limits.depth.saturating_add(1),
    };
    let (text, offset) = builder.text_from_offset();
    let mut parser = Parser::new_from_str_with_options(text, options);
    while let Some(next) = parser.next_event() {
        match next {
            Ok((Event::StreamEnd, _)) => break,
            Ok((event, span)) => {
                if builder.event(event, &span).is_err() {
                    return Outcome::Stopped;
                }
            }
            Err(error) => {
                let at = offset + error.marker().byte_offset().unwrap_or(0);
                if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
                    builder.too_deep(at);
                    return Outcome::Stopped;
                }
                let finding = syntax::explain(builder, error.kind(), at);
                let end = finding.span.map_or(at, |span| span.end as usize).max(at);
                builder.abandon(finding);
                return Outcome::Failed { at: end };
            }
        }
    }
    Outcome::Complete
}

/// Reads on after a syntax error, from the next line that starts a top-level key, for what else is wrong with the text. The
/// documents found that way are parts of a broken whole and are dropped.
fn resume(source: SourceId, text: &str, limits: &Limits, mut at: usize) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for _ in 1..limits.syntax_errors {
        let Some(start) = next_top_level_key(text, at) else { break };
        let mut builder = Builder::new(source, text, limits, start);
        let outcome = run(&mut builder);
        found.extend(builder.finish().1);
        match outcome {
            Outcome::Failed { at: next } => at = next.max(start),
            Outcome::Complete | Outcome::Stopped => break,
        }
    }
    found
}

/// The start of the first line after `at` that looks like `key:`, without indentation.
fn next_top_level_key(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let mut start = at + rest.find('\n')? + 1;
    for line in text.get(start..)?.split_inclusive('\n') {
        let name = line.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let value = name.strip_prefix(':');
        if name.len() < line.len() && value.is_some_and(|value| value.is_empty() || value.starts_with([' ', '\r', '\n'])) {
            return Some(start);
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod trap_tests;
