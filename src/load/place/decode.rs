//! Decodes one scalar again and notes for every run of the result where it comes from.

use crate::load::tree::Style;
use std::ops::Range;

/// A run of decoded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its length in decoded bytes.
    pub(super) length: usize,
    /// The source bytes that made it.
    pub(super) source: Range<usize>,
    /// Whether the two are the same bytes.
    verbatim: bool,
}

impl Piece {
    pub(super) fn offset_of_start(&self, within: usize) -> usize {
        if self.verbatim { self.source.start + within } else { self.source.start }
    }

    pub(super) fn offset_of_end(&self, within: usize) -> usize {
        match within {
            0 => self.source.start,
            _ if self.verbatim => self.source.start + within,
            _ => self.source.end,
        }
    }
}

/// A scalar decoded with its places.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) pieces: Vec<Piece>,
    /// Where the content begins: behind the opening quote or the header.
    pub(super) start: usize,
    /// How far the lines of a block scalar are indented.
    pub(super) indent: usize,
}

/// Decodes the scalar of `style` at `start..end`; `expected` is what the parser made of it, which tells the indentation of a
/// block scalar. `None` where the source is not such a scalar.
pub(super) fn decode(text: &str, start: usize, end: usize, style: Style, expected: &str) -> Option<Decoded> {
    let bytes = text.as_bytes();
    let mut walk = Walk {
        text,
        bytes,
        at: start,
        decoded: Decoded { text: String::with_capacity(expected.len()), pieces: Vec::new(), start, indent: 0 },
    };
    match style {
        Style::Plain => walk.plain(end)?,
        Style::SingleQuoted => walk.quoted(b'\'')?,
        Style::DoubleQuoted => walk.quoted(b'"')?,
        Style::Json if bytes.get(start) == Some(&b'"') => walk.json()?,
        Style::Json => walk.plain(end)?,
        Style::Literal | Style::Folded => walk.block(style == Style::Folded, expected)?,
        Style::Collection | Style::Synthetic => return None,
    }
    Some(walk.decoded)
}

struct Walk<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    decoded: Decoded,
}

impl Walk<'_> {
    fn verbatim(&mut self, source: Range<usize>) -> Option<()> {
        if !source.is_empty() {
            self.decoded.text.push_str(self.text.get(source.clone())?);
            self.decoded.pieces.push(Piece { length: source.len(), source, verbatim: true });
        }
        Some(())
    }

    fn made(&mut self, c: char, source: Range<usize>) {
        self.decoded.text.push(c);
        self.decoded.pieces.push(Piece { length: c.len_utf8(), source, verbatim: false });
    }

    fn is_break(&self, at: usize) -> bool {
        matches!(self.bytes.get(at), Some(b'\n' | b'\r'))
    }

    /// The end of the line break at `at`.
    fn after_break(&self, at: usize) -> usize {
        at + if self.bytes.get(at..at + 2) == Some(b"\r\n") { 2 } else { 1 }
    }

    fn skip_blanks(&self, mut at: usize) -> usize {
        while matches!(self.bytes.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        at
    }

    fn trim_blanks(&self, from: usize, mut to: usize) -> usize {
        while to > from && matches!(self.bytes.get(to - 1), Some(b' ' | b'\t')) {
            to -= 1;
        }
        to
    }

    /// Folds the line break at `self.at` and the blank lines after it: one break is a space, more are one newline less. The
    /// blanks from `blanks` on belong to the fold.
    fn fold(&mut self, blanks: usize) {
        let mut at = self.after_break(self.at);
        let mut folded = true;
        loop {
            let line = at;
            at = self.skip_blanks(at);
            if !self.is_break(at) {
                break;
            }
            at = self.after_break(at);
            self.made('\n', line..at);
            folded = false;
        }
        if folded {
            self.made(' ', blanks..at);
        }
        self.at = at;
    }

    fn plain(&mut self, end: usize) -> Option<()> {
        let mut run = self.at;
        while self.at < end {
            if self.is_break(self.at) {
                let trimmed = self.trim_blanks(run, self.at);
                self.verbatim(run..trimmed)?;
                self.fold(trimmed);
                run = self.at;
            } else {
                self.at += 1;
            }
        }
        self.verbatim(run..end.max(run))
    }

    fn quoted(&mut self, quote: u8) -> Option<()> {
        if self.bytes.get(self.at) != Some(&quote) {
            return None;
        }
        self.at += 1;
        self.decoded.start = self.at;
        let mut run = self.at;
        loop {
            match *self.bytes.get(self.at)? {
                b'\'' if quote == b'\'' && self.bytes.get(self.at + 1) == Some(&b'\'') => {
                    self.verbatim(run..self.at)?;
                    self.made('\'', self.at..self.at + 2);
                    self.at += 2;
                    run = self.at;
                }
                byte if byte == quote => return self.verbatim(run..self.at),
                b'\\' if quote == b'"' => {
                    self.verbatim(run..self.at)?;
                    if self.is_break(self.at + 1) {
                        self.escaped_break();
                    } else {
                        self.escape()?;
                    }
                    run = self.at;
                }
                b'\n' | b'\r' => {
                    let trimmed = self.trim_blanks(run, self.at);
                    self.verbatim(run..trimmed)?;
                    self.fold(trimmed);
                    run = self.at;
                }
                _ => self.at += 1,
            }
        }
    }

    /// A backslash at the end of a line joins it with the next one.
    fn escaped_break(&mut self) {
        self.at = self.after_break(self.at + 1);
        loop {
            let line = self.at;
            self.at = self.skip_blanks(self.at);
            if !self.is_break(self.at) {
                break;
            }
            self.at = self.after_break(self.at);
            self.made('\n', line..self.at);
        }
    }

    fn escape(&mut self) -> Option<()> {
        let start = self.at;
        let made = match *self.bytes.get(start + 1)? {
            b'0' => '\0',
            b'a' => '\x07',
            b'b' => '\x08',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\x0b',
            b'f' => '\x0c',
            b'r' => '\r',
            b'e' => '\x1b',
            byte @ (b' ' | b'"' | b'/' | b'\\') => char::from(byte),
            b'N' => '\u{85}',
            b'_' => '\u{a0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            b'x' => return self.code(2),
            b'u' => return self.code(4),
            b'U' => return self.code(8),
            _ => return None,
        };
        self.at += 2;
        self.made(made, start..self.at);
        Some(())
    }

    fn hex(&self, at: usize, digits: usize) -> Option<u32> {
        u32::from_str_radix(self.text.get(at..at + digits)?, 16).ok()
    }

    /// An escape by code: `\x41`, `\u00e4`, `\U0001F600`, and `\ud83d\ude00`, two halves of one character.
    fn code(&mut self, digits: usize) -> Option<()> {
        let start = self.at;
        let mut value = self.hex(start + 2, digits)?;
        self.at = start + 2 + digits;
        if digits == 4 && (0xD800..0xDC00).contains(&value) {
            let low = self.text.get(self.at..)?.strip_prefix("\\u").and_then(|_| self.hex(self.at + 2, 4))?;
            value = 0x10000 + ((value - 0xD800) << 10) + low.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
            self.at += 6;
        }
        self.made(char::from_u32(value)?, start..self.at);
        Some(())
    }

    fn json(&mut self) -> Option<()> {
        self.at += 1;
        self.decoded.start = self.at;
        let mut run = self.at;
        loop {
            match *self.bytes.get(self.at)? {
                b'"' => return self.verbatim(run..self.at),
                b'\\' => {
                    self.verbatim(run..self.at)?;
                    self.escape()?;
                    run = self.at;
                }
                _ => self.at += 1,
            }
        }
    }

    fn block(&mut self, folded: bool, expected: &str) -> Option<()> {
        let header = self.at;
        if !matches!(self.bytes.get(header), Some(b'|' | b'>')) {
            return None;
        }
        let indicators = self.text.get(header + 1..)?;
        let indicators = indicators.get(
            ..indicators.len() - indicators.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-')).len(),
        )?;
        let (keep, strip) = (indicators.contains('+'), indicators.contains('-'));
        self.at = self.end_of_line(header);
        if self.at == self.bytes.len() {
            return Some(());
        }
        self.at = self.after_break(self.at);
        self.decoded.start = self.at;
        let indent = self.indentation(expected)?;
        self.decoded.indent = indent;

        let mut blank_lines: Vec<Range<usize>> = Vec::new();
        // The end of the last content line: its break, empty at the end of the text; and whether the line begins with a blank.
        let mut last: Option<(Range<usize>, bool)> = None;
        while self.at < self.bytes.len() {
            let line = self.at;
            let spaces = self.bytes.get(line..)?.iter().take(indent).take_while(|b| **b == b' ').count();
            let start = line + spaces;
            if self.is_break(start) {
                self.at = self.after_break(start);
                blank_lines.push(line..self.at);
                continue;
            }
            if spaces < indent || start >= self.bytes.len() || (indent == 0 && self.is_document_marker(start)) {
                break;
            }
            let more_indented = matches!(self.bytes.get(start), Some(b' ' | b'\t'));
            match last.take() {
                Some((_, before)) if folded && !before && !more_indented && !blank_lines.is_empty() => {}
                Some((line_break, before)) if folded && !before && !more_indented => self.made(' ', line_break.start..start),
                Some((line_break, _)) => self.made('\n', line_break),
                None => {}
            }
            for blank in blank_lines.drain(..) {
                self.made('\n', blank);
            }
            let end = self.end_of_line(start);
            self.verbatim(start..end)?;
            self.at = if end < self.bytes.len() { self.after_break(end) } else { end };
            last = Some((end..self.at, more_indented));
        }
        if strip {
            return Some(());
        }
        let last_end = last.map(|(line_break, _)| line_break);
        if let Some(line_break) = last_end.clone() {
            self.made('\n', line_break);
        }
        let no_lines = last_end.is_none() && blank_lines.is_empty();
        if keep && no_lines && self.at < self.bytes.len() && self.skip_blanks(self.at) == self.bytes.len() {
            // Spaces alone, up to the end of the text, count as one empty line.
            self.made('\n', self.bytes.len()..self.bytes.len());
        }
        if keep {
            for blank in blank_lines {
                self.made('\n', blank);
            }
        }
        Some(())
    }

    fn end_of_line(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        from + rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len())
    }

    fn is_document_marker(&self, at: usize) -> bool {
        matches!(self.bytes.get(at..at + 3), Some(b"---" | b"..."))
            && matches!(self.bytes.get(at + 3), None | Some(b' ' | b'\t' | b'\r' | b'\n'))
    }

    /// How far the lines are indented: by as much as the first line that is not empty is longer than what was made of it. That
    /// holds whether the indentation was found or given in the header, which counts from a parent that is not known here.
    fn indentation(&self, expected: &str) -> Option<usize> {
        let content = expected.trim_start_matches('\n');
        if content.is_empty() {
            return Some(usize::MAX);
        }
        let mut line = self.at;
        for _ in 0..expected.len() - content.len() {
            let end = self.end_of_line(line);
            line = if end < self.bytes.len() { self.after_break(end) } else { return None };
        }
        let spaces = |bytes: &[u8]| bytes.iter().take_while(|b| **b == b' ').count();
        spaces(self.bytes.get(line..)?).checked_sub(spaces(content.as_bytes()))
    }
}
