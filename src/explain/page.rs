//! The answer: headings with lines for people, fields for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::MOST;
use crate::diagnostic::render::human::clean;

/// All that is said of one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// As a sentence says its kind.
    pub noun: &'static str,
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub place: Option<String>,
    /// What it is for, in a few lines under the name.
    pub lead: Vec<String>,
    /// The parts.
    pub sections: Vec<Section>,
    /// The same for programs.
    pub json: Value,
}

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What stands above it.
    pub heading: String,
    /// Its lines.
    pub lines: Vec<String>,
}

impl Page {
    pub(super) fn new(kind: &'static str, noun: &'static str, name: &str, place: Option<String>) -> Self {
        let json = json!({"kind": kind, "name": name});
        Self { noun, name: name.to_owned(), place, lead: Vec::new(), sections: Vec::new(), json }
    }

    /// A line under the name.
    pub(super) fn note(&mut self, line: impl Into<String>) {
        let line = line.into();
        if let Some(fields) = self.json.as_object_mut() {
            let notes = fields.entry("notes").or_insert_with(|| json!([]));
            if let Some(notes) = notes.as_array_mut() {
                notes.push(json!(line));
            }
        }
        self.lead.push(line);
    }

    /// A text of the spec under the name.
    pub(super) fn text(&mut self, key: &str, text: Option<&str>) {
        let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return };
        self.field(key, json!(text));
        self.lead.extend(text.lines().map(str::to_owned));
    }

    /// A field for programs alone.
    pub(super) fn field(&mut self, key: &str, value: Value) {
        if let Some(fields) = self.json.as_object_mut() {
            fields.insert(key.to_owned(), value);
        }
    }

    /// A part with all of its lines; none when it is empty.
    pub(super) fn section(&mut self, heading: impl Into<String>, lines: Vec<String>) {
        if !lines.is_empty() {
            self.sections.push(Section { heading: heading.into(), lines });
        }
    }

    /// A part that may be long: people see the first lines and a count.
    pub(super) fn list(&mut self, key: &str, heading: &str, mut lines: Vec<String>, json: Vec<Value>) {
        self.field(key, Value::Array(json));
        if lines.len() > MOST + 1 {
            let more = lines.len() - MOST;
            lines.truncate(MOST);
            lines.push(format!("and {more} more"));
        }
        self.section(heading, lines);
    }

    /// For people. `bold` makes headings stand out on a terminal.
    pub fn human(&self, bold: bool) -> String {
        let strong = |text: &str| if bold { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() };
        let mut out = strong(&format!("{} {}", self.noun, clean::message(&self.name).replace('\n', " ")));
        if let Some(place) = &self.place {
            let _ = write!(out, "  {}", clean::message(place));
        }
        out.push('\n');
        let line = |out: &mut String, text: &str| {
            for part in clean::message(text).lines() {
                let _ = writeln!(out, "  {}", part.trim_end());
            }
        };
        for text in &self.lead {
            line(&mut out, text);
        }
        for section in &self.sections {
            let _ = writeln!(out, "\n{}", strong(&clean::message(&section.heading)));
            for text in &section.lines {
                line(&mut out, text);
            }
        }
        out
    }
}
