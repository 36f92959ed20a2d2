//! What can be wrong with a template.

use super::ast::TextSpan;
use crate::diagnostic::{Diagnostic, RuleId};
use crate::load::suggest;
use crate::source::Span;

/// A kind of error, so that tests and rules need not read messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorKind {
    /// A name that is no function.
    UnknownFunction,
    /// A variable that nothing sets.
    UndefinedVariable,
    /// `{{` without `}}`.
    UnclosedAction,
    /// `{{/*` without `*/}}`.
    UnclosedComment,
    /// `if`, `with`, `range`, `define` or `block` without `end`.
    UnclosedBlock,
    /// `(` without `)`.
    UnclosedParen,
    /// A quote without its fellow.
    UnclosedString,
    /// A string or character constant with an escape that Go does not know.
    BadString,
    /// Something that starts like a number and is none.
    BadNumber,
    /// A character that no template has inside an action.
    BadCharacter,
    /// Something where it cannot stand.
    Unexpected,
    /// `{{end}}` that closes nothing.
    UnexpectedEnd,
    /// `{{else}}` where no `if`, `with` or `range` is open, or a second one.
    UnexpectedElse,
    /// `{{}}`, `()`, `{{if}}`: a value is missing.
    MissingValue,
    /// `x | "text"`: what stands behind `|` takes no argument.
    NotCallable,
    /// `$a, $b := x` outside `range`.
    TooManyVariables,
    /// `{{break}}` or `{{continue}}` outside `range`.
    OutsideRange,
    /// A name defined twice.
    DuplicateTemplate,
    /// More nesting than the parser follows.
    TooDeep,
    /// Expansion fails: a field that its value does not have.
    UnknownField,
    /// Expansion fails: a function with too few or too many arguments.
    WrongArgumentCount,
    /// Expansion fails: a template that nothing defines.
    UndefinedTemplate,
}

/// A fact with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextLabel {
    /// Where it is seen.
    pub span: TextSpan,
    /// The fact, in a few words.
    pub message: String,
}

/// Something wrong in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// Which kind.
    pub kind: ErrorKind,
    /// Where.
    pub span: TextSpan,
    /// One sentence without a final full stop.
    pub message: String,
    /// Facts with their places.
    pub labels: Vec<TextLabel>,
    /// The cure.
    pub help: Option<String>,
}

impl TemplateError {
    pub(super) fn new(kind: ErrorKind, span: TextSpan, message: impl Into<String>) -> Self {
        Self { kind, span, message: message.into(), labels: Vec::new(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn label(mut self, span: TextSpan, message: impl Into<String>) -> Self {
        self.labels.push(TextLabel { span, message: message.into() });
        self
    }

    /// The finding of a rule; `place` turns a range of the template's text into one of the file that holds it.
    pub fn to_diagnostic(&self, rule: RuleId, place: impl Fn(TextSpan) -> Span) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(rule, place(self.span), self.message.clone());
        for label in &self.labels {
            diagnostic = diagnostic.label(place(label.span), label.message.clone());
        }
        match &self.help {
            Some(help) => diagnostic.help(help.clone()),
            None => diagnostic,
        }
    }
}

/// The candidate nearest to a name that is not there, when one is near enough to be meant.
pub(super) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    suggest::nearest(name, candidates).first().copied()
}
