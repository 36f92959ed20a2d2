//! Findings with the things that they are about, so that a suppression on an alert also covers what is found in the query that the alert
//! uses.

use smallvec::SmallVec;

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// A finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What is said.
    pub diagnostic: Diagnostic,
    /// Where the things are named that it is about, besides its own place.
    pub about: SmallVec<[Span; 2]>,
}

/// Collects findings.
#[derive(Debug, Default)]
pub struct Findings {
    /// What is looked at: all findings are about it.
    subject: SmallVec<[Span; 2]>,
    /// The findings so far.
    pub(super) all: Vec<Finding>,
}

impl Findings {
    /// For findings about the thing that is named there.
    pub fn about(subject: impl IntoIterator<Item = Span>) -> Self {
        Self { subject: subject.into_iter().collect(), all: Vec::new() }
    }

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.all.push(Finding { diagnostic, about: self.subject.clone() });
    }

    /// Adds a finding that is also about the thing that is named at `span`.
    pub fn push_about(&mut self, span: Span, diagnostic: Diagnostic) {
        let mut about = self.subject.clone();
        about.push(span);
        self.all.push(Finding { diagnostic, about });
    }
}
