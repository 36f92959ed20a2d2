//! The lines of a finding, cut out of their files.
//!
//! A file may hold a line of a megabyte, escape sequences for the terminal, or a value of a thousand lines. What is drawn is a copy
//! of a few lines, cut to the width, every character visible, with the marks moved to where their text stands in the copy.

use std::collections::BTreeMap;
use std::ops::Range;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::super::super::Diagnostic;
use super::super::place::{Places, line_of};
use crate::diagnostic::render::clean;
use crate::source::{Source, SourceId, Span};

/// More marks than these are counted, not drawn.
const MOST_MARKS: usize = 8;
/// A mark over more lines than these covers its first line only.
const MOST_LINES: u32 = 4;

/// Copies of lines, one after the other, with marks on them.
#[derive(Debug)]
pub(super) struct Snippet {
    text: String,
    parts: Vec<Part>,
    // Where each mark starts in its file, by where it starts here.
    starts: BTreeMap<usize, (u32, u32)>,
    pub(super) labels: Vec<LabeledSpan>,
    /// How many marks are left out.
    pub(super) hidden: usize,
}

/// Adjacent lines of one file.
#[derive(Debug)]
struct Part {
    name: String,
    range: Range<usize>,
    first_line: u32,
    lines: u32,
}

/// A mark to be drawn.
struct Mark<'a> {
    span: Span,
    message: Option<&'a str>,
    primary: bool,
    // Its first and last line.
    first: u32,
    last: u32,
}

/// Which lines of a file a part shows.
struct Plan<'m, 'a> {
    source: SourceId,
    first: u32,
    last: u32,
    // What is shown of lines that are too long.
    windows: BTreeMap<u32, Range<usize>>,
    marks: Vec<&'m Mark<'a>>,
}

/// A line as it was copied: which bytes of the file went where.
struct Copied {
    from: Range<usize>,
    to: usize,
}

impl Snippet {
    pub(super) fn of(diagnostic: &Diagnostic, places: &Places<'_>, width: usize) -> Option<Self> {
        // A fact about the very place of the finding is written at its mark.
        let own = diagnostic.labels.iter().find(|label| Some(label.span) == diagnostic.span);
        let primary = diagnostic.span.map(|span| mark(places, span, own.map(|label| label.message.as_str()), true));
        let others = diagnostic
            .labels
            .iter()
            .filter(|label| !own.is_some_and(|own| std::ptr::eq(own, *label)))
            .map(|label| mark(places, label.span, Some(&label.message), false));
        let marks: Vec<Mark<'_>> = primary.into_iter().chain(others).collect();
        if marks.is_empty() {
            return None;
        }
        // Line numbers and the frame take their share of the width.
        let limit = width.saturating_sub(14).max(24);
        let mut plans: Vec<Plan<'_, '_>> = Vec::new();
        for mark in marks.iter().take(MOST_MARKS) {
            let source = places.source(mark.span);
            if !plans.iter_mut().any(|plan| plan.take(mark, source, limit)) {
                plans.push(Plan::new(mark, source, limit));
            }
        }
        let hidden = marks.len().saturating_sub(MOST_MARKS);
        let mut snippet = Self { text: String::new(), parts: Vec::new(), starts: BTreeMap::new(), labels: Vec::new(), hidden };
        for plan in &plans {
            snippet.copy(plan, places, limit);
        }
        Some(snippet)
    }

    fn copy(&mut self, plan: &Plan<'_, '_>, places: &Places<'_>, limit: usize) {
        let Some(mark) = plan.marks.first() else { return };
        let source = places.source(mark.span);
        let start = self.text.len();
        // One line of context on each side, unless it is blank.
        let blank = |line: u32| source.line(line).trim_ascii().is_empty();
        let first = plan.first.saturating_sub(1).max(1);
        let first = if first < plan.first && blank(first) { plan.first } else { first };
        let last = plan.last.saturating_add(1).min(source.line_count());
        let last = if last > plan.last && blank(last) { plan.last } else { last };
        let mut copied = Vec::new();
        for line in first..=last {
            if line > first {
                self.text.push('\n');
            }
            let whole = extent(source, line);
            let shown = plan.windows.get(&line).cloned().unwrap_or_else(|| cut(source, &whole, whole.start, limit));
            if shown.start > whole.start {
                self.text.push('…');
            }
            let to = self.text.len();
            self.text.push_str(&clean::line(source.text.get(shown.clone()).unwrap_or_default()));
            if shown.end < whole.end {
                self.text.push('…');
            }
            copied.push(Copied { from: shown, to });
        }
        // miette draws no mark behind the last character, so there is always one more.
        self.text.push(' ');
        self.parts.push(Part {
            name: clean::word(&places.title(mark.span)),
            range: start..self.text.len(),
            first_line: first,
            lines: last.saturating_sub(first).saturating_add(1),
        });
        // Parts do not touch: a mark at the end of one would lie in the next.
        self.text.push('\n');
        for mark in &plan.marks {
            let from = place_in(&copied, source, mark.span.start as usize);
            let to = place_in(&copied, source, mark.span.end as usize).max(from);
            let position = places.start(mark.span);
            self.starts.entry(from).or_insert((position.line, position.column));
            let span = (from, to - from);
            let message = mark.message.map(clean::message);
            self.labels.push(if mark.primary {
                LabeledSpan::new_primary_with_span(message, span)
            } else {
                LabeledSpan::new_with_span(message, span)
            });
        }
    }
}

fn mark<'a>(places: &Places<'_>, span: Span, message: Option<&'a str>, primary: bool) -> Mark<'a> {
    let source = places.source(span);
    let bytes = span.start as usize..(span.end.max(span.start) as usize).min(source.text.len());
    let first = line_of(source, bytes.start);
    // The break at the end of a line belongs to that line.
    let last = if bytes.end > bytes.start { line_of(source, bytes.end - 1) } else { first };
    let last = if last - first < MOST_LINES { last } else { first };
    let end = bytes.end.min(extent(source, last).end).max(bytes.start);
    Mark { span: Span::new(span.source, bytes.start, end), message, primary, first, last }
}

// The bytes of a line without its break.
fn extent(source: &Source, line: u32) -> Range<usize> {
    let start = source.line_start(line);
    start..start.saturating_add(source.line(line).len())
}

// Part of a line, not longer than the limit, that starts a little before a byte.
fn cut(source: &Source, whole: &Range<usize>, byte: usize, limit: usize) -> Range<usize> {
    if whole.len() <= limit {
        return whole.clone();
    }
    let text = &source.text;
    let start = byte.min(whole.end.saturating_sub(limit)).max(whole.start);
    let end = start.saturating_add(limit).min(whole.end);
    text.floor_char_boundary(start)..text.floor_char_boundary(end)
}

// Where a byte of the file stands in the copy; what is cut off moves to the nearest character shown.
fn place_in(copied: &[Copied], source: &Source, byte: usize) -> usize {
    let line = copied.iter().rev().find(|line| line.from.start <= byte).or_else(|| copied.first());
    line.map_or(0, |line| {
        let shown = line.from.start..byte.clamp(line.from.start, line.from.end);
        let shown = shown.start..source.text.floor_char_boundary(shown.end);
        line.to.saturating_add(clean::line(source.text.get(shown).unwrap_or_default()).len())
    })
}

impl<'m, 'a> Plan<'m, 'a> {
    fn new(mark: &'m Mark<'a>, source: &Source, limit: usize) -> Self {
        let mut plan =
            Self { source: mark.span.source, first: mark.first, last: mark.last, windows: BTreeMap::new(), marks: vec![mark] };
        plan.open_windows(mark, source, limit);
        plan
    }

    // Takes a mark that stands among the lines of this part or next to them, if all of it can be seen.
    fn take(&mut self, mark: &'m Mark<'a>, source: &Source, limit: usize) -> bool {
        let near = mark.first <= self.last.saturating_add(2) && self.first <= mark.last.saturating_add(2);
        let seen = |(line, window): (&u32, &Range<usize>)| {
            let whole = extent(source, *line);
            let bytes = (mark.span.start as usize).max(whole.start)..(mark.span.end as usize).min(whole.end);
            *line < mark.first || *line > mark.last || window.start <= bytes.start && bytes.end <= window.end
        };
        if mark.span.source != self.source || !near || !self.windows.iter().all(seen) {
            return false;
        }
        self.first = self.first.min(mark.first);
        self.last = self.last.max(mark.last);
        self.marks.push(mark);
        self.open_windows(mark, source, limit);
        true
    }

    fn open_windows(&mut self, mark: &Mark<'_>, source: &Source, limit: usize) {
        for line in mark.first..=mark.last {
            let whole = extent(source, line);
            if whole.len() > limit {
                let start = (mark.span.start as usize).max(whole.start);
                let window = || cut(source, &whole, start.saturating_sub(limit / 3), limit);
                self.windows.entry(line).or_insert_with(window);
            }
        }
    }
}

impl SourceCode for Snippet {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset().saturating_add(span.len());
        // A span over two parts is none: miette then draws them one by one.
        let part = self
            .parts
            .iter()
            .find(|part| part.range.start <= span.offset() && end <= part.range.end)
            .ok_or(MietteError::OutOfBounds)?;
        let data = self.text.as_bytes().get(part.range.clone()).unwrap_or_default();
        let whole = SourceSpan::from((part.range.start, part.range.len()));
        // Without context it asks where the mark starts in the file.
        let (line, column) = match self.starts.get(&span.offset()) {
            Some((line, column)) if before == 0 && after == 0 => (line.saturating_sub(1), column.saturating_sub(1)),
            _ => (part.first_line.saturating_sub(1), 0),
        };
        let contents =
            MietteSpanContents::new_named(part.name.clone(), data, whole, line as usize, column as usize, part.lines as usize);
        Ok(Box::new(contents))
    }
}
