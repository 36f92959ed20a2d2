//! Findings for programs: one JSON object, described by [`SCHEMA`].
//!
//! A finding stands on a line of its own, so that the text can also be read line by line.

use std::io::{self, Write};

use serde::Serialize;

use super::super::{Applicability, Diagnostic, Severity};
use super::Report;
use super::place::Places;
use crate::source::{Position, SourceKind, Span};

/// The JSON Schema (draft 2020-12) of what [`write()`] writes.
pub const SCHEMA: &str = include_str!("../../../schemas/diagnostic.schema.json");

/// What `lint --fix` did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Repairs<'a> {
    /// The findings that are gone, by file.
    pub fixed: Vec<Repaired<'a>>,
    /// Files that could be mended and stay as they were.
    pub left: Vec<Unrepaired<'a>>,
}

/// A finding that was fixed.
#[derive(Debug, Clone, Serialize)]
pub struct Repaired<'a> {
    /// The file.
    pub file: &'a str,
    /// The rule.
    pub rule: &'a str,
    /// What it said.
    pub message: &'a str,
    /// Where it stood.
    pub start: Position,
}

/// A file that stays as it was.
#[derive(Debug, Clone, Serialize)]
pub struct Unrepaired<'a> {
    /// The file.
    pub file: &'a str,
    /// Why.
    pub reason: &'a str,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    severity: Severity,
    message: &'a str,
    file: Option<&'a str>,
    start: Option<Position>,
    end: Option<Position>,
    labels: Vec<Fact<'a>>,
    help: Option<&'a str>,
    fix: Option<Repair<'a>>,
}

#[derive(Serialize)]
struct Fact<'a> {
    message: &'a str,
    file: &'a str,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Repair<'a> {
    applicability: Applicability,
    edits: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
struct Replacement<'a> {
    file: &'a str,
    start: Position,
    end: Position,
    text: &'a str,
}

/// Writes a report as JSON.
///
/// # Errors
///
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_with(report, None, out)
}

/// Writes a report as JSON, with what was fixed before it.
///
/// # Errors
///
/// Those of the writer.
pub fn write_with(report: &Report<'_>, repairs: Option<&Repairs<'_>>, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(report.sources, report.diagnostics);
    out.write_all(b"{\"diagnostics\":[")?;
    let mut separator: &[u8] = b"\n";
    for diagnostic in report.diagnostics {
        out.write_all(separator)?;
        out.write_all(&serde_json::to_vec(&finding(diagnostic, &places))?)?;
        separator = b",\n";
    }
    if let Some(Repairs { fixed, left }) = repairs {
        out.write_all(b"\n],\"fixed\":")?;
        out.write_all(&serde_json::to_vec(fixed)?)?;
        out.write_all(b",\"left\":")?;
        out.write_all(&serde_json::to_vec(left)?)?;
        out.write_all(b",\"summary\":")?;
    } else {
        out.write_all(b"\n],\"summary\":")?;
    }
    out.write_all(&serde_json::to_vec(&report.counts())?)?;
    out.write_all(b"}\n")
}

/// Where a span lies in its file; text that a file produced has no place there but the file's beginning.
fn extent(span: Span, places: &Places<'_>) -> (Position, Position) {
    let begin = Position { line: 1, column: 1, byte: 0 };
    match places.source(span).kind {
        SourceKind::Evaluated => (begin, begin),
        _ => (places.start(span), places.end(span)),
    }
}

fn finding<'a>(diagnostic: &'a Diagnostic, places: &Places<'a>) -> Finding<'a> {
    let file = |span: Span| places.source(span).name.as_str();
    Finding {
        rule: diagnostic.rule,
        severity: diagnostic.severity,
        message: &diagnostic.message,
        file: diagnostic.span.map(file),
        start: diagnostic.span.map(|span| extent(span, places).0),
        end: diagnostic.span.map(|span| extent(span, places).1),
        labels: diagnostic
            .labels
            .iter()
            .map(|label| Fact {
                message: &label.message,
                file: file(label.span),
                start: extent(label.span, places).0,
                end: extent(label.span, places).1,
            })
            .collect(),
        help: diagnostic.help.as_deref(),
        fix: diagnostic.fix.as_ref().map(|fix| Repair {
            applicability: fix.applicability,
            edits: fix
                .edits
                .iter()
                .map(|edit| Replacement {
                    file: file(edit.span),
                    start: places.start(edit.span),
                    end: places.end(edit.span),
                    text: &edit.text,
                })
                .collect(),
        }),
    }
}
