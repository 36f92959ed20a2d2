//! What the tool has to say about a spec: findings, as values.
//!
//! A finding in the user's spec is a [`Diagnostic`]; a failure of the tool itself (a file that cannot be read) is an error of
//! the phase that met it and has another exit code. A diagnostic is one terse sentence; the facts behind it are labels with
//! places of their own; the cure is the help; a fix says whether it is safe.

pub mod render;

use crate::source::Span;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Info,
    /// Probably not what was meant.
    Warning,
    /// Wrong: nothing is built from it.
    Error,
}

/// The id of a rule or of a kind of finding, `family/name`: the same word in reports, file names, suppressions and `explain`.
pub type RuleId = &'static str;

/// A second place with the fact that it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The fact, in a few words.
    pub message: String,
    /// Where it comes from.
    pub span: Span,
}

/// Whether a fix may be applied without a person looking at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// Keeps or restores what was plainly meant.
    Safe,
    /// A guess, shown but applied only by a person.
    Unsafe,
}

/// One replacement of source text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced (empty: an insertion).
    pub span: Span,
    /// The new text, already encoded for the place it stands in.
    pub text: String,
}

/// A set of edits that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Whether it may be applied by `--fix`.
    pub applicability: Applicability,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule speaks.
    pub rule: RuleId,
    /// How bad.
    pub severity: Severity,
    /// One sentence without a final full stop.
    pub message: String,
    /// Where it is; `None` only where no text is to blame (an empty folder).
    pub span: Option<Span>,
    /// Facts with their places.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// How to do it by machine.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A finding of `rule` at `span`.
    pub fn new(rule: RuleId, severity: Severity, span: Span, message: impl Into<String>) -> Self {
        Self { rule, severity, message: message.into(), span: Some(span), labels: Vec::new(), help: None, fix: None }
    }

    /// An error of `rule` at `span`.
    pub fn error(rule: RuleId, span: Span, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Error, span, message)
    }

    /// A warning of `rule` at `span`.
    pub fn warning(rule: RuleId, span: Span, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Warning, span, message)
    }

    /// A note of `rule` at `span`.
    pub fn info(rule: RuleId, span: Span, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Info, span, message)
    }

    /// An error that no text is to blame for.
    pub fn without_place(rule: RuleId, message: impl Into<String>) -> Self {
        Self { rule, severity: Severity::Error, message: message.into(), span: None, labels: Vec::new(), help: None, fix: None }
    }

    /// Adds a fact with its place.
    #[must_use]
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label { message: message.into(), span });
        self
    }

    /// Adds the cure.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a fix.
    #[must_use]
    pub fn fix(mut self, applicability: Applicability, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix { applicability, edits });
        self
    }
}

/// Sorts by place, then by rule, and drops exact repetitions, so that reports do not depend on the order of work.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| (a.span, a.rule, &a.message).cmp(&(b.span, b.rule, &b.message)));
    diagnostics.dedup();
}
