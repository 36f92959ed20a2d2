//! Findings as workflow commands of GitHub Actions, which show them beside the changed lines of a pull request.
//!
//! The form is that of <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use std::io::{self, Write};

use super::super::{Diagnostic, Severity};
use super::Report;
use super::place::Places;
use crate::source::{SourceKind, Span};

/// Writes one command for each finding, and the summary as plain text.
///
/// # Errors
///
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(report.sources, report.diagnostics);
    for diagnostic in report.diagnostics {
        out.write_all(command(diagnostic, &places).as_bytes())?;
    }
    writeln!(out, "{}", report.counts())
}

fn command(diagnostic: &Diagnostic, places: &Places<'_>) -> String {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut properties = String::new();
    if let Some(span) = diagnostic.span {
        properties = place(span, places);
    }
    properties.push_str(&property("title", diagnostic.rule));
    let mut text = diagnostic.message.clone();
    for label in &diagnostic.labels {
        let source = places.source(label.span);
        match source.kind {
            // Its lines are those of what the file produced.
            SourceKind::Evaluated => text.push_str(&format!("\n{}: {}", source.name, label.message)),
            _ => {
                let start = places.start(label.span);
                text.push_str(&format!("\n{}:{}:{}: {}", source.name, start.line, start.column, label.message));
            }
        }
    }
    if let Some(help) = &diagnostic.help {
        text.push_str(&format!("\nhelp: {help}"));
    }
    format!("::{level} {}::{}\n", properties.trim_end_matches(','), escape(&text))
}

fn place(span: Span, places: &Places<'_>) -> String {
    let source = places.source(span);
    match source.kind {
        SourceKind::File | SourceKind::Rust => {}
        // The places lie in what the file produced, not in the file.
        SourceKind::Evaluated => return property("file", &source.name) + &property("line", "1"),
        SourceKind::Embedded | SourceKind::Argument | SourceKind::Made => return String::new(),
    }
    let (start, end) = (places.start(span), places.end(span));
    // A span that ends with the line break ends on its line.
    let last = if end.column == 1 && end.line > start.line { end.line - 1 } else { end.line };
    let mut text = property("file", &source.name) + &property("line", &start.line.to_string());
    if start.line == last {
        text.push_str(&property("col", &start.column.to_string()));
        if end.line == start.line && end.column > start.column {
            text.push_str(&property("endColumn", &end.column.to_string()));
        }
    } else {
        // GitHub refuses the columns of several lines.
        text.push_str(&property("endLine", &last.to_string()));
    }
    text
}

fn property(name: &str, value: &str) -> String {
    format!("{name}={},", escape(value).replace(':', "%3A").replace(',', "%2C"))
}

fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
