//! Events to a layout, still without its comments.

use std::ops::Range;

use super::Stuck;
use super::layout::{Chomp, Collection, Document, Item, Kind, Layout, Scalar, Value};
use crate::load::tree::Style;
use crate::load::yaml::events::{Event, EventKind};

/// The documents of a text; comments are left out.
pub(super) fn read(text: &str, events: &[Event]) -> Result<Layout, Stuck> {
    let events: Vec<&Event> = events.iter().filter(|event| event.kind != EventKind::Comment).collect();
    let mut reader = Reader { text, events, at: 0, cursor: 0, layout: Layout::default() };
    while let Some(event) = reader.peek() {
        match &event.kind {
            EventKind::DocumentStart { explicit } => {
                let start = explicit.then_some(event.place.start);
                let place = event.place.clone();
                reader.at += 1;
                reader.document(start, &place)?;
            }
            _ => return Err(Stuck { place: event.place.clone(), message: "a value stands outside of all documents" }),
        }
    }
    if reader.layout.documents.is_empty() {
        // Comments alone make no document.
        reader.layout.documents.push(Document::default());
    }
    Ok(reader.layout)
}

struct Reader<'t> {
    text: &'t str,
    events: Vec<&'t Event>,
    at: usize,
    /// The end of what was read last.
    cursor: usize,
    layout: Layout,
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Around {
    parent: Option<usize>,
    depth: usize,
    in_flow: bool,
    /// The column of the key or dash that it belongs to, in bytes; `None` for a root.
    column: Option<usize>,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<&'t Event> {
        self.events.get(self.at).copied()
    }

    fn slice(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }

    fn document(&mut self, start: Option<usize>, place: &Range<usize>) -> Result<(), Stuck> {
        let mut document = Document { start, ..Document::default() };
        if let Some(start) = start {
            let before = self.slice(self.cursor..start);
            document.directives =
                before.lines().filter(|line| line.starts_with('%')).map(|line| bare_directive(line).to_owned()).collect();
            self.cursor = place.end;
        }
        document.root = self.value(Around { parent: None, depth: 0, in_flow: false, column: None })?;
        match self.peek() {
            Some(Event { kind: EventKind::DocumentEnd, place, .. }) => {
                self.at += 1;
                if self.slice(place.clone()).starts_with("...") {
                    document.end = Some(place.start);
                    self.cursor = self.cursor.max(place.end);
                }
            }
            _ => return Err(Stuck { place: place.clone(), message: "this document has no end" }),
        }
        self.layout.documents.push(document);
        Ok(())
    }

    fn value(&mut self, around: Around) -> Result<Value, Stuck> {
        let Some(event) = self.peek() else {
            return Err(Stuck { place: self.cursor..self.cursor, message: "a value is missing" });
        };
        self.at += 1;
        let mut properties: Vec<Range<usize>> = [event.anchor.clone(), event.tag.clone()].into_iter().flatten().collect();
        properties.sort_by_key(|range| range.start);
        let properties_end = properties.iter().map(|range| range.end).max().unwrap_or_default();
        let properties: Vec<String> = properties.into_iter().map(|range| self.slice(range).to_owned()).collect();
        let mut place = event.place.clone();
        let kind = match &event.kind {
            EventKind::Scalar { implicit: true, .. } => {
                let at = self.cursor.max(properties_end);
                place = at..at;
                Kind::Nothing
            }
            EventKind::Scalar { text, style, .. } => {
                Kind::Scalar(self.scalar(text, *style, &place, event.tag.is_some(), around.column))
            }
            EventKind::Alias => Kind::Alias(self.slice(place.clone()).to_owned()),
            EventKind::Mapping { flow } => {
                let collection = self.collection(true, *flow, &mut place, around, properties_end)?;
                Kind::Collection(collection)
            }
            EventKind::List { flow } => {
                let collection = self.collection(false, *flow, &mut place, around, properties_end)?;
                Kind::Collection(collection)
            }
            _ => return Err(Stuck { place, message: "a value is missing" }),
        };
        self.cursor = self.cursor.max(place.end).max(properties_end);
        Ok(Value { properties, kind, start: place.start, end: place.end })
    }

    fn collection(
        &mut self,
        mapping: bool,
        flow: bool,
        place: &mut Range<usize>,
        around: Around,
        properties_end: usize,
    ) -> Result<Collection, Stuck> {
        self.cursor = self.cursor.max(if flow { place.end } else { properties_end });
        let mut items = Vec::new();
        loop {
            match self.peek() {
                Some(Event { kind: EventKind::End, place: end, .. }) => {
                    self.at += 1;
                    if flow && !end.is_empty() {
                        place.end = end.end;
                    } else {
                        place.end =
                            items.last().and_then(|id: &usize| self.layout.items.get(*id)).map_or(place.end, |item| item.end);
                    }
                    break;
                }
                Some(_) => items.push(self.item(mapping, flow, around)?),
                None => return Err(Stuck { place: place.clone(), message: "this list or mapping has no end" }),
            }
        }
        if let Some(first) = items.first().and_then(|id: &usize| self.layout.items.get(*id))
            && !flow
        {
            place.start = first.lead;
        }
        Ok(Collection { mapping, flow, broken: false, items })
    }

    fn item(&mut self, mapping: bool, flow: bool, around: Around) -> Result<usize, Stuck> {
        let id = self.layout.items.len();
        self.layout.items.push(Item::default());
        let mut item = Item { parent: around.parent, depth: around.depth, in_flow: around.in_flow || flow, ..Item::default() };
        let inner = Around { parent: Some(id), depth: around.depth + 1, in_flow: item.in_flow, column: None };
        if mapping {
            let key = self.value(Around { in_flow: true, ..inner })?;
            if !is_simple(&key) {
                let end = key.end.max(key.start);
                return Err(Stuck {
                    place: key.start..end,
                    message: "a key that is no single value on one line is not laid out",
                });
            }
            item.start = key.start;
            item.lead = key.start;
            let column = self.column(key.start);
            let colon = self.after_space(key.end).filter(|at| self.slice(*at..at + 1) == ":");
            item.colon = colon.is_some();
            if let Some(colon) = colon {
                self.cursor = self.cursor.max(colon + 1);
            }
            item.key = Some(key);
            item.value = self.value(Around { column: Some(column), ..inner })?;
            item.end = item.value.end.max(self.cursor);
            if item.value.properties.is_empty() && matches!(item.value.kind, Kind::Nothing) {
                item.end = self.cursor;
            }
        } else {
            let dash = if flow { None } else { self.after_space(self.cursor).filter(|at| self.slice(*at..at + 1) == "-") };
            if let Some(dash) = dash {
                self.cursor = self.cursor.max(dash + 1);
            }
            let column = dash.map(|dash| self.column(dash));
            item.value = self.value(Around { column, ..inner })?;
            item.start = item.value.start;
            item.lead = dash.unwrap_or(item.start);
            item.end = item.value.end;
        }
        item.blank = self.is_blank_above(item.lead);
        if let Some(slot) = self.layout.items.get_mut(id) {
            *slot = item;
        }
        Ok(id)
    }

    /// The first byte from `from` that is no space, line break or comment.
    fn after_space(&self, from: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        loop {
            match bytes.get(at)? {
                b' ' | b'\t' | b'\r' | b'\n' => at += 1,
                b'#' => at += bytes.get(at..)?.iter().position(|byte| *byte == b'\n')?,
                _ => return Some(at),
            }
        }
    }

    fn column(&self, at: usize) -> usize {
        at - line_start(self.text, at)
    }

    fn is_blank_above(&self, at: usize) -> bool {
        is_blank_above(self.text, at)
    }

    fn scalar(&self, text: &str, style: Style, place: &Range<usize>, tagged: bool, column: Option<usize>) -> Scalar {
        let written = self.slice(place.clone());
        let mut chomp = Chomp::Clip;
        let lines = match style {
            Style::Literal | Style::Folded => {
                let header = written.lines().next().unwrap_or_default();
                let indicators = header.split(['#', ' ', '\t']).next().unwrap_or_default();
                chomp = if indicators.contains('-') {
                    Chomp::Strip
                } else if indicators.contains('+') {
                    Chomp::Keep
                } else {
                    Chomp::Clip
                };
                if chomp == Chomp::Clip && !text.is_empty() && !text.ends_with('\n') {
                    // The text ends without a line break.
                    chomp = Chomp::Strip;
                }
                if style == Style::Literal {
                    block_lines(text, chomp)
                } else {
                    let digit = indicators.chars().find_map(|c| c.to_digit(10)).and_then(|digit| usize::try_from(digit).ok());
                    let indent = digit.map(|digit| digit + column.unwrap_or_default());
                    folded_lines(written, indent, text, chomp)
                }
            }
            _ => written_lines(written),
        };
        Scalar { text: text.to_owned(), style, lines, chomp, tagged }
    }
}

/// A directive without a comment behind it.
fn bare_directive(line: &str) -> &str {
    line.find(" #").map_or(line, |at| &line[..at]).trim_end()
}

fn is_simple(key: &Value) -> bool {
    match &key.kind {
        Kind::Alias(_) => true,
        Kind::Scalar(scalar) => scalar.lines.len() == 1 && !matches!(scalar.style, Style::Literal | Style::Folded),
        Kind::Nothing | Kind::Collection(_) => false,
    }
}

/// The content of a literal, line by line.
pub(super) fn block_lines(text: &str, chomp: Chomp) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    let text = if chomp == Chomp::Strip { text } else { text.strip_suffix('\n').unwrap_or(text) };
    text.split('\n').map(str::to_owned).collect()
}

/// The content of a folded scalar as it is written, line by line, without its indentation.
fn folded_lines(written: &str, indent: Option<usize>, text: &str, chomp: Chomp) -> Vec<String> {
    let raw: Vec<&str> = written.split('\n').skip(1).map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let spaces = |line: &&str| line.len() - line.trim_start_matches(' ').len();
    let indent = indent.or_else(|| raw.iter().find(|line| !line.trim_matches(' ').is_empty()).map(spaces)).unwrap_or_default();
    let mut lines: Vec<String> =
        raw.iter().map(|line| line.get(indent.min(spaces(line))..).unwrap_or_default().to_owned()).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    if chomp == Chomp::Keep {
        let kept = text.len() - text.trim_end_matches('\n').len();
        let blanks = if lines.is_empty() { kept } else { kept.saturating_sub(1) };
        lines.extend(std::iter::repeat_n(String::new(), blanks));
    }
    lines
}

/// The lines of a plain or quoted scalar, without the space around that folding takes away.
fn written_lines(written: &str) -> Vec<String> {
    let lines: Vec<&str> = written.split('\n').collect();
    let last = lines.len() - 1;
    let space = [' ', '\t', '\r'];
    lines
        .into_iter()
        .enumerate()
        .map(|(index, line)| {
            let line = if index == 0 { line } else { line.trim_start_matches(space) };
            if index == last {
                return line.to_owned();
            }
            let trimmed = line.trim_end_matches(space);
            let backslashes = trimmed.len() - trimmed.trim_end_matches('\\').len();
            // A backslash takes the character behind it along, which may be a space.
            let taken = if backslashes % 2 == 1 { line.get(trimmed.len()..).and_then(|rest| rest.chars().next()) } else { None };
            let kept = taken.filter(|c| *c != '\r').map_or(0, char::len_utf8);
            line.get(..trimmed.len() + kept).unwrap_or(trimmed).to_owned()
        })
        .collect()
}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// Whether the line above that of `at` is blank.
pub(super) fn is_blank_above(text: &str, at: usize) -> bool {
    let start = line_start(text, at);
    let Some(above) = text.get(..start).and_then(|before| before.strip_suffix('\n')) else { return false };
    let line = above.rfind('\n').map_or(above, |newline| above.get(newline + 1..).unwrap_or_default());
    line.trim().is_empty()
}
