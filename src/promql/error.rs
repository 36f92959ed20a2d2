//! What is wrong with an expression.

use super::span::Span;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::source;

/// The rule under which an expression that a server would reject is reported.
pub const SYNTAX_ERROR: &str = "promql/syntax-error";

/// One error: what was expected and where, with other places that explain it and the cure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where.
    pub span: Span,
    /// Other places with what they show.
    pub labels: Vec<(Span, String)>,
    /// What to do.
    pub help: Option<String>,
    /// What to put in place of which text, where that is plain.
    pub replacement: Option<(Span, String)>,
}

impl ParseError {
    /// An error at a place.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { message: message.into(), span, labels: Vec::new(), help: None, replacement: None }
    }

    /// Adds another place.
    #[must_use]
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push((span, message.into()));
        self
    }

    /// Adds the cure.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The error as a finding. `place` says where in the sources a place in the expression lies; what it does not know of is
    /// left out, and the error itself is then at `whole`. A fix is a guess: the text may have been meant otherwise.
    pub fn diagnostic(&self, whole: source::Span, place: impl Fn(Span) -> Option<source::Span>) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(SYNTAX_ERROR, place(self.span).unwrap_or(whole), self.message.clone());
        for (span, message) in &self.labels {
            if let Some(span) = place(*span) {
                diagnostic = diagnostic.label(span, message.clone());
            }
        }
        diagnostic.help = self.help.clone();
        diagnostic.fix = self.replacement.as_ref().and_then(|(span, text)| {
            let edits = vec![Edit { span: place(*span)?, text: text.clone() }];
            Some(Fix { applicability: Applicability::Unsafe, edits })
        });
        diagnostic
    }

    /// Adds the text that mends it.
    #[must_use]
    pub fn replace(mut self, span: Span, text: impl Into<String>) -> Self {
        self.replacement = Some((span, text.into()));
        self
    }
}

/// Errors of one expression; the first ones are kept.
#[derive(Debug, Default)]
pub(super) struct Errors {
    all: Vec<ParseError>,
}

impl Errors {
    /// More errors than this tell nothing new.
    const MOST: usize = 16;

    /// Keeps the error unless there are enough, or one at exactly that place.
    pub(super) fn push(&mut self, error: ParseError) {
        if self.all.len() < Self::MOST && self.all.iter().all(|earlier| earlier.span != error.span) {
            self.all.push(error);
        }
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The errors in the order of their places.
    pub(super) fn finish(mut self) -> Vec<ParseError> {
        self.all.sort_by_key(|error| (error.span.start, error.span.end));
        self.all
    }
}
