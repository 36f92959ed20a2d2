//! The lines of the output, and their comments beside them.

use super::Stuck;
use super::layout::Note;

/// What is printed so far.
#[derive(Debug, Default)]
pub(super) struct Lines {
    lines: Vec<Line>,
    open: Option<Line>,
    stuck: Option<Stuck>,
}

#[derive(Debug, Default)]
struct Line {
    text: String,
    /// Part of a block scalar: its space at the end is content.
    content: bool,
    note: Option<Note>,
}

/// Spaces before a comment.
const BEFORE_NOTE: usize = 2;

impl Lines {
    /// Begins a line.
    pub(super) fn begin(&mut self, indent: usize) {
        self.end();
        self.open = Some(Line { text: " ".repeat(indent), ..Line::default() });
    }

    pub(super) fn push(&mut self, text: &str) {
        self.open.get_or_insert_with(Line::default).text.push_str(text);
    }

    /// The width of the open line.
    pub(super) fn column(&self) -> usize {
        self.open.as_ref().map_or(0, |line| line.text.chars().count())
    }

    /// Puts a comment beside the open line, or the last one.
    pub(super) fn note(&mut self, note: &Note) {
        let line = match &mut self.open {
            Some(line) => Some(line),
            None => self.lines.last_mut(),
        };
        match line {
            Some(line) if line.note.is_none() && !line.content => line.note = Some(note.clone()),
            _ => {
                self.stuck.get_or_insert(Stuck {
                    place: note.at..note.at + note.text.len(),
                    message: "this comment has no place of its own on a line",
                });
            }
        }
    }

    /// Ends the open line.
    pub(super) fn end(&mut self) {
        if let Some(mut line) = self.open.take() {
            line.text.truncate(line.text.trim_end_matches([' ', '\t']).len());
            self.lines.push(line);
        }
    }

    /// A line of a block scalar.
    pub(super) fn content(&mut self, indent: usize, text: &str) {
        self.end();
        let text = if text.is_empty() { String::new() } else { format!("{:indent$}{text}", "") };
        self.lines.push(Line { text, content: true, note: None });
    }

    /// A blank line, unless nothing or a blank line stands above.
    pub(super) fn blank(&mut self) {
        self.end();
        if self.lines.last().is_some_and(|line| !line.text.is_empty() || line.note.is_some()) {
            self.lines.push(Line::default());
        }
    }

    /// A comment on a line of its own.
    pub(super) fn own_line(&mut self, indent: usize, note: &Note) {
        self.begin(indent);
        self.push(&note.text);
        self.end();
    }

    /// All lines; comments that stood below each other still do.
    pub(super) fn finish(mut self) -> Result<String, Stuck> {
        self.end();
        if let Some(stuck) = self.stuck {
            return Err(stuck);
        }
        let mut text = String::new();
        let mut at = 0;
        while at < self.lines.len() {
            let rest = self.lines.get(at..).unwrap_or_default();
            let count = aligned(rest).max(1);
            let group = rest.get(..count).unwrap_or_default();
            let width = group.iter().map(|line| line.text.chars().count()).max().unwrap_or_default();
            for line in group {
                text.push_str(&line.text);
                if let Some(note) = &line.note {
                    let space = width.saturating_sub(line.text.chars().count()) + BEFORE_NOTE;
                    text.extend(std::iter::repeat_n(' ', space));
                    text.push_str(&note.text);
                }
                text.push('\n');
            }
            at += count;
        }
        Ok(text)
    }
}

/// How many of the first lines have comments that someone put below each other: in one column on lines that followed each other,
/// with more space before one of them than it needs.
fn aligned(lines: &[Line]) -> usize {
    let (mut count, mut meant) = (0, false);
    let mut expected = None;
    for line in lines {
        let Some(note) = &line.note else { break };
        if expected.is_some_and(|place| place != note.place) {
            break;
        }
        expected = Some((note.place.0 + 1, note.place.1));
        count += 1;
        meant |= note.gap > BEFORE_NOTE;
    }
    if meant { count } else { 0 }
}
