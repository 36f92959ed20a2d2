//! What a command writes to and how it ends.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use crate::cli::{Format, Level, Reporting};
use crate::diagnostic::render::{Report, github, human, json, sarif};
use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::registry;
use crate::load::generated;
use crate::source::Sources;
use crate::world::World;

/// How a command ends, by the contract of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing to say.
    Clean,
    /// Findings at or above the severity that was asked for.
    Findings,
    /// Wrong usage, or something that cannot be read or written.
    Unusable,
    /// The written files differ from the spec.
    Drift,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Unusable => 2,
            Exit::Drift => 3,
        })
    }
}

/// Where a command writes.
pub struct Terminal<'w> {
    /// Findings and results.
    pub out: &'w mut dyn Write,
    /// Progress and errors of the tool.
    pub err: &'w mut dyn Write,
    /// How a report for people is drawn.
    pub human: human::Options,
    /// Whether somebody looks at standard error while work goes on.
    pub progress: bool,
}

/// Whether a progress bar makes sense on this machine's standard error.
pub fn shows_progress(world: &dyn World) -> bool {
    io::stderr().is_terminal() && world.env("TERM").is_none_or(|term| term != "dumb")
}

/// How a report is drawn on this machine's standard output.
pub fn human_options(world: &dyn World) -> human::Options {
    let plain = world.env("NO_COLOR").is_some_and(|value| !value.is_empty());
    let colour = io::stdout().is_terminal() && !plain && world.env("TERM").is_none_or(|term| term != "dumb");
    let told = world.env("COLUMNS").and_then(|text| text.to_str()?.parse().ok());
    let columns = told.or_else(|| terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0)));
    human::Options { colour, width: columns.unwrap_or(120) }
}

impl Terminal<'_> {
    /// Writes a report of findings.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn report(&mut self, diagnostics: &[Diagnostic], sources: &Sources, format: Format) -> io::Result<()> {
        let mut diagnostics = diagnostics.to_vec();
        generated::locate(sources, &mut diagnostics);
        let report = Report { diagnostics: &diagnostics, sources };
        match format {
            Format::Human => human::write(&report, self.human, self.out),
            Format::Json => json::write(&report, self.out),
            Format::Sarif => sarif::write(&report, &rule_texts(), self.out),
            Format::Github => github::write(&report, self.out),
        }
    }

    /// Says that the tool itself could not go on, with the way out.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn fail(&mut self, message: impl std::fmt::Display, help: &str) -> io::Result<Exit> {
        writeln!(self.err, "error: {message}")?;
        if !help.is_empty() {
            writeln!(self.err, "  help: {help}")?;
        }
        Ok(Exit::Unusable)
    }
}

/// What code scanning shows of each rule.
fn rule_texts() -> Vec<sarif::RuleText<'static>> {
    registry::ALL
        .iter()
        .map(|rule| sarif::RuleText { id: rule.id, summary: rule.summary, page: Some(rule.page), severity: rule.severity })
        .collect()
}

/// Whether the findings make the command fail.
pub fn verdict(diagnostics: &[Diagnostic], reporting: &Reporting) -> Exit {
    let least = match reporting.fail_on {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Info => Severity::Info,
    };
    if diagnostics.iter().any(|diagnostic| diagnostic.severity >= least) { Exit::Findings } else { Exit::Clean }
}
