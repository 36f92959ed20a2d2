//! Findings as text: for people, for programs, for code scanning, for the log of a GitHub workflow.
//!
//! Each format is a function from a [`Report`] to a writer. What is written depends on the report alone.

pub mod clean;
pub mod github;
#[cfg(feature = "cli")]
pub mod human;
pub mod json;
mod place;
pub mod sarif;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;

use super::{Diagnostic, Severity};
use crate::source::{SourceKind, Sources};

/// What is to be shown.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The findings, in the order in which they are shown.
    pub diagnostics: &'a [Diagnostic],
    /// The texts that their places lie in.
    pub sources: &'a Sources,
}

impl Report<'_> {
    /// How many findings there are of each severity, and how many files were read.
    pub fn counts(&self) -> Counts {
        let of = |severity| self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        let is_file = |kind| matches!(kind, SourceKind::File | SourceKind::Evaluated | SourceKind::Rust);
        // A Jsonnet file and what it evaluates to are one file, and so is one that is imported several times.
        let files: BTreeSet<&str> =
            self.sources.iter().filter(|(_, source)| is_file(source.kind)).map(|(_, source)| source.name.as_str()).collect();
        Counts { errors: of(Severity::Error), warnings: of(Severity::Warning), infos: of(Severity::Info), files: files.len() }
    }
}

/// The sum of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Counts {
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that are notes.
    pub infos: usize,
    /// Files that were read, with findings or without.
    pub files: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (count, noun) in [(self.errors, "error"), (self.warnings, "warning"), (self.infos, "note")] {
            if count > 0 {
                write!(f, "{separator}{}", counted(count, noun))?;
                separator = ", ";
            }
        }
        if separator.is_empty() {
            f.write_str("no findings")?;
        }
        write!(f, " in {}", counted(self.files, "file"))
    }
}

/// `1 file`, `2 files`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
