//! A layout to YAML text.

use super::layout::{Chomp, Collection, Document, Item, Kind, Layout, Note, Scalar, Value};
use super::lines::Lines;
use super::scalar::{self, Place};
use super::{Options, Stuck};
use crate::load::tree::Style;

/// The text of a layout.
///
/// # Errors
///
/// Where a comment finds no place.
pub fn yaml(layout: &Layout, options: Options) -> Result<String, Stuck> {
    let mut printer = Printer { layout, options, out: Lines::default(), kept: false };
    for (index, document) in layout.documents.iter().enumerate() {
        printer.document(document, index == 0);
    }
    let text = printer.out.finish()?;
    // Blank lines at the end are content only where a block scalar keeps them.
    Ok(if printer.kept { text } else { trimmed(text) })
}

fn trimmed(mut text: String) -> String {
    text.truncate(text.trim_end_matches('\n').len());
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// Levels are this far apart.
const STEP: usize = 2;

struct Printer<'l> {
    layout: &'l Layout,
    options: Options,
    out: Lines,
    /// Whether what was printed last is a block scalar that keeps its blank lines.
    kept: bool,
}

/// What the line of an item already holds, or still has to.
#[derive(Clone, Copy)]
struct Opening<'l> {
    /// Whether the line has begun: behind a dash.
    begun: bool,
    /// No blank line goes above: nothing, or the line of the key, is there.
    first: bool,
    /// The comment that the line gets.
    line: &'l [Note],
}

impl<'l> Printer<'l> {
    fn document(&mut self, document: &'l Document, first: bool) {
        self.notes(&document.prologue, 0, first);
        for directive in &document.directives {
            self.out.begin(0);
            self.out.push(directive);
            self.out.end();
        }
        if document.start.is_some() || !first {
            self.out.begin(0);
            self.out.push("---");
            if let Some(note) = &document.start_note {
                self.out.note(note);
            }
            self.out.end();
            self.kept = false;
        }
        self.root(document);
        let bare = matches!(document.root.kind, Kind::Nothing);
        self.notes(&document.epilogue, 0, bare && (first || document.start.is_some()));
        if document.end.is_some() {
            self.out.begin(0);
            self.out.push("...");
            if let Some(note) = &document.end_note {
                self.out.note(note);
            }
            self.out.end();
            self.kept = false;
        }
    }

    fn root(&mut self, document: &'l Document) {
        let value = &document.root;
        if !value.properties.is_empty() {
            self.out.begin(0);
            self.out.push(&value.properties.join(" "));
            if !matches!(value.kind, Kind::Collection(_)) {
                self.out.push(" ");
            }
        }
        match &value.kind {
            Kind::Nothing => self.out.end(),
            Kind::Collection(collection) if self.is_block(collection, 0) => {
                self.out.end();
                let opening = Opening { begun: false, first: true, line: &[] };
                self.items(&collection.items, 0, opening);
                // A comment behind the bracket at the end has no line any more.
                self.notes(&document.root_line, 0, false);
            }
            _ => {
                if value.properties.is_empty() {
                    self.out.begin(0);
                } else if matches!(value.kind, Kind::Collection(_)) {
                    self.out.push(" ");
                }
                self.inline(value, 0, &document.root_line);
            }
        }
    }

    /// Comments on lines of their own.
    fn notes(&mut self, notes: &[Note], column: usize, mut first: bool) {
        for note in notes {
            if note.blank && !first && !self.kept {
                self.out.blank();
            }
            self.out.own_line(column + note.deeper, note);
            self.kept = false;
            first = false;
        }
    }

    /// Whether a collection goes on lines of its own, rather than in brackets behind what is `before` columns wide.
    fn is_block(&self, collection: &Collection, before: usize) -> bool {
        if collection.items.is_empty() {
            return false;
        }
        !collection.flow || collection.broken || before + self.flat_collection(collection).chars().count() > self.options.width
    }

    fn items(&mut self, ids: &[usize], column: usize, opening: Opening<'l>) {
        let mut opening = opening;
        for id in ids {
            let Some(item) = self.layout.items.get(*id) else { continue };
            self.item(item, column, opening);
            opening = Opening { begun: false, first: false, line: &[] };
        }
    }

    fn item(&mut self, item: &'l Item, column: usize, opening: Opening<'l>) {
        if !opening.begun {
            self.notes(&item.leading, column, opening.first);
            let top = opening.first && item.leading.is_empty();
            if item.blank && !top && !self.kept {
                self.out.blank();
            }
            self.out.begin(column);
        }
        self.kept = false;
        for note in opening.line {
            self.out.note(note);
        }
        match &item.key {
            Some(key) => {
                self.out.push(&key_text(key, Place::Key));
                self.out.push(":");
            }
            None => self.out.push("-"),
        }
        self.value(item, column);
        self.notes(&item.after, self.below(item, column), false);
    }

    /// Where comments below an item stand: as far in as its content, or less far if they would become content there.
    fn below(&self, item: &Item, column: usize) -> usize {
        let block = matches!(&item.value.kind, Kind::Scalar(scalar) if matches!(scalar.style, Style::Literal | Style::Folded));
        if block { column + 1 } else { column + STEP }
    }

    /// The value of an item whose key or dash is printed.
    fn value(&mut self, item: &'l Item, column: usize) {
        let value = &item.value;
        if !value.properties.is_empty() {
            self.out.push(" ");
            self.out.push(&value.properties.join(" "));
        }
        let apart = item.head.is_some() || !item.between.is_empty();
        if let Some(note) = &item.head {
            self.out.note(note);
        }
        if !item.between.is_empty() {
            self.notes(&item.between, column + STEP, true);
        }
        let Kind::Collection(collection) = &value.kind else {
            return self.scalar(item, column, apart);
        };
        let before = if apart { column + STEP } else { self.out.column() + 1 };
        if !self.is_block(collection, before) {
            return self.scalar(item, column, apart);
        }
        let headed =
            collection.items.first().and_then(|id| self.layout.items.get(*id)).is_some_and(|first| !first.leading.is_empty());
        // A list item goes on behind its dash; the comment of its line goes on the line of its first entry, which is the same.
        let compact = item.key.is_none() && value.properties.is_empty() && !apart && !headed;
        let opening = if compact {
            self.out.push(" ");
            Opening { begun: true, first: true, line: &item.line }
        } else {
            for note in &item.line {
                self.out.note(note);
            }
            self.out.end();
            Opening { begun: false, first: true, line: &[] }
        };
        self.items(&collection.items, column + STEP, opening);
    }

    /// A value on the line of its key or dash, or below where a comment stands between.
    fn scalar(&mut self, item: &'l Item, column: usize, apart: bool) {
        if matches!(item.value.kind, Kind::Nothing) {
            for note in &item.line {
                self.out.note(note);
            }
            return self.out.end();
        }
        if apart {
            self.out.begin(column + STEP);
        } else {
            self.out.push(" ");
        }
        self.inline(&item.value, column + STEP, &item.line);
    }

    /// A value where the line stands; what goes on further lines is indented to `column`.
    fn inline(&mut self, value: &'l Value, column: usize, line: &[Note]) {
        match &value.kind {
            Kind::Nothing => {}
            Kind::Alias(alias) => self.out.push(alias),
            Kind::Collection(collection) => {
                let text = self.flat_collection(collection);
                self.out.push(&text);
            }
            Kind::Scalar(scalar) if matches!(scalar.style, Style::Literal | Style::Folded) => {
                return self.block(scalar, column, line);
            }
            Kind::Scalar(scalar) => self.words(scalar, column),
        }
        for note in line {
            self.out.note(note);
        }
        self.out.end();
    }

    /// A plain or quoted scalar: on one line where it is written so or fits, else as its lines are.
    fn words(&mut self, scalar: &Scalar, column: usize) {
        let one = scalar::on_one_line(scalar, Place::Block);
        let fits = !scalar.text.contains('\n') && self.out.column() + one.chars().count() <= self.options.width;
        if scalar.lines.len() < 2 || fits {
            return self.out.push(&one);
        }
        for (index, line) in scalar.lines.iter().enumerate() {
            if index > 0 {
                // A blank line between is a line break in the text.
                self.out.begin(if line.is_empty() { 0 } else { column });
            }
            self.out.push(line);
        }
    }

    fn block(&mut self, scalar: &Scalar, column: usize, line: &[Note]) {
        let mut header = if scalar.style == Style::Folded { ">" } else { "|" }.to_owned();
        if needs_indicator(&scalar.lines) {
            header.push('2');
        }
        match scalar.chomp {
            Chomp::Clip => {}
            Chomp::Strip => header.push('-'),
            Chomp::Keep => header.push('+'),
        }
        self.out.push(&header);
        for note in line {
            self.out.note(note);
        }
        self.out.end();
        let column = column.max(STEP);
        for text in &scalar.lines {
            self.out.content(column, text);
        }
        self.kept = scalar.chomp == Chomp::Keep;
    }

    fn flat_collection(&self, collection: &Collection) -> String {
        let mut out = String::new();
        out.push(if collection.mapping { '{' } else { '[' });
        for (index, id) in collection.items.iter().enumerate() {
            let Some(item) = self.layout.items.get(*id) else { continue };
            if index > 0 {
                out.push_str(", ");
            }
            if let Some(key) = &item.key {
                out.push_str(&key_text(key, Place::FlowKey));
                let nothing = matches!(item.value.kind, Kind::Nothing) && item.value.properties.is_empty();
                if nothing {
                    if item.colon {
                        out.push(':');
                    }
                    continue;
                }
                out.push_str(": ");
            }
            out.push_str(&self.flat(&item.value));
        }
        out.push(if collection.mapping { '}' } else { ']' });
        out
    }

    fn flat(&self, value: &Value) -> String {
        let mut parts = value.properties.clone();
        match &value.kind {
            Kind::Nothing => {}
            Kind::Alias(alias) => parts.push(alias.clone()),
            Kind::Collection(collection) => parts.push(self.flat_collection(collection)),
            Kind::Scalar(scalar) => parts.push(scalar::on_one_line(scalar, Place::Flow)),
        }
        parts.join(" ")
    }
}

fn key_text(key: &Value, place: Place) -> String {
    let mut parts = key.properties.clone();
    match &key.kind {
        // Without the space the colon would be part of the name.
        Kind::Alias(alias) => parts.push(format!("{alias} ")),
        Kind::Scalar(scalar) => parts.push(scalar::on_one_line(scalar, place)),
        Kind::Nothing | Kind::Collection(_) => {}
    }
    parts.join(" ")
}

/// Whether the indentation of a block scalar has to be said, because its first line begins with space.
fn needs_indicator(lines: &[String]) -> bool {
    let first = lines.iter().position(|line| !line.is_empty());
    first.and_then(|index| lines.get(index)).is_some_and(|line| line.starts_with(' '))
}
