//! Findings for people at a terminal, or in the log of a job.
//!
//! miette draws; what it draws is cut out here (`snippet`), so that it never sees more of a file than is shown. Of findings that
//! repeat each other the first are drawn and the rest listed with their places (`repeat`).

pub mod clean;
mod repeat;
mod snippet;

use std::fmt;
use std::io::{self, Write};

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles};

use super::super::{Applicability, Diagnostic, Fix, Severity};
use super::place::Places;
use super::{Report, counted};
use clean::{excerpt, message};
use repeat::Repetitions;
use snippet::Snippet;

/// How a report is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether the terminal understands colours and the user wants them.
    pub colour: bool,
    /// Columns of the terminal; less than 40 counts as 40.
    pub width: usize,
}

const LEAST_WIDTH: usize = 40;
/// Characters of an edit that are shown.
const EXCERPT: usize = 60;

/// Writes a report for people; the last line sums it up.
///
/// # Errors
///
/// Those of the writer.
pub fn write(report: &Report<'_>, options: Options, out: &mut dyn Write) -> io::Result<()> {
    let width = options.width.max(LEAST_WIDTH);
    let styles = if options.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(width).with_links(false).with_context_lines(1);
    let places = Places::new(report.sources, report.diagnostics);
    let mut repetitions = Repetitions::new(report.diagnostics);
    let mut drawing = String::new();
    for diagnostic in report.diagnostics {
        if !repetitions.is_drawn(diagnostic) {
            continue;
        }
        drawing.clear();
        handler.render_report(&mut drawing, &Shown::new(diagnostic, &places, width)).map_err(io::Error::other)?;
        for line in drawing.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
    }
    repetitions.list(&places, width, out)?;
    writeln!(out, "{}", report.counts())
}

/// A finding in the form that miette draws.
#[derive(Debug)]
struct Shown {
    severity: Severity,
    code: String,
    message: String,
    help: Option<String>,
    snippet: Option<Snippet>,
}

impl Shown {
    fn new(diagnostic: &Diagnostic, places: &Places<'_>, width: usize) -> Self {
        let snippet = Snippet::of(diagnostic, places, width);
        let mut help: Vec<String> = diagnostic.help.iter().map(|help| message(help)).collect();
        help.extend(diagnostic.fix.as_ref().and_then(|fix| describe(fix, places)));
        if let Some(hidden) = snippet.as_ref().map(|snippet| snippet.hidden).filter(|hidden| *hidden > 0) {
            help.push(format!("{} not shown", counted(hidden, "further place")));
        }
        Self {
            severity: diagnostic.severity,
            code: format!("{}[{}]", severity_word(diagnostic.severity), diagnostic.rule),
            message: message(&diagnostic.message),
            help: (!help.is_empty()).then(|| help.join("\n")),
            snippet,
        }
    }
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

// What a fix would do, in a line.
fn describe(fix: &Fix, places: &Places<'_>) -> Option<String> {
    let note = match fix.applicability {
        Applicability::Safe => "fix",
        Applicability::Unsafe => "possible fix",
    };
    match fix.edits.as_slice() {
        [] => None,
        [edit] => {
            let old = excerpt(places.text(edit.span), EXCERPT);
            let new = excerpt(&edit.text, EXCERPT);
            Some(match (old.is_empty(), new.is_empty()) {
                (true, _) => format!("{note}: insert `{new}`"),
                (_, true) => format!("{note}: remove `{old}`"),
                _ => format!("{note}: write `{new}` for `{old}`"),
            })
        }
        edits => Some(format!("{note}: {}", counted(edits.len(), "edit"))),
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl miette::Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.snippet.as_ref().map(|snippet| snippet as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.snippet.as_ref().map(|snippet| Box::new(snippet.labels.iter().cloned()) as Box<dyn Iterator<Item = LabeledSpan>>)
    }
}
