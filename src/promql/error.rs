//! What is wrong with an expression.

use super::span::Span;

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
