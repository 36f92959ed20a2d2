//! JSON text to a document: strictly JSON, with the place of every value and key.

mod mistake;

use super::tree::{Document, Key, Node, Pair, Scalar, ScalarKind, Style, Value};
use super::{Limits, Parsed, rule, unique};
use crate::diagnostic::{self, Diagnostic};
use crate::source::{SourceId, Span};

/// The one document of a JSON text. An empty text is a document whose root is Null.
pub fn parse(source: SourceId, text: &str) -> Parsed {
    parse_within(source, text, &Limits::default())
}

/// The one document of a JSON text, within limits of one's own.
pub fn parse_within(source: SourceId, text: &str, limits: &Limits) -> Parsed {
    if let Some(refused) = super::too_long(source, text) {
        return refused;
    }
    let mut parser = Parser { source, text, bytes: text.as_bytes(), at: 0, limits, values: 0, diagnostics: Vec::new() };
    let root = parser.document();
    let mut diagnostics = parser.diagnostics;
    let documents = match root {
        Ok(root) => vec![Document { root, comments: Vec::new() }],
        Err(finding) => {
            diagnostics.push(*finding);
            Vec::new()
        }
    };
    diagnostic::sort(&mut diagnostics);
    Parsed { documents, diagnostics }
}

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

struct Parser<'t> {
    source: SourceId,
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    limits: &'t Limits,
    values: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Parser<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start, end)
    }

    fn error(&self, start: usize, end: usize, message: impl Into<String>) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(rule::SYNTAX, self.span(start, end), message))
    }

    fn help(mut finding: Box<Diagnostic>, help: &str) -> Box<Diagnostic> {
        finding.help = Some(help.to_owned());
        finding
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn end_of_char(&self) -> usize {
        self.at + self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
    }

    /// What stands here, for a message.
    fn found(&self) -> String {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(c) if c.is_control() => format!("the character U+{:04X}", u32::from(c)),
            Some(c) => format!("`{c}`"),
            None => "the end of the text".to_owned(),
        }
    }

    fn unexpected(&self, wanted: &str) -> Box<Diagnostic> {
        if let Some(end) = mistake::comment(self.text, self.at) {
            let finding = self.error(self.at, end, "a comment stands in the text");
            return Self::help(finding, "JSON has no comments; in YAML they are written with `#`");
        }
        let rest = self.text.get(self.at..).unwrap_or_default();
        if rest.starts_with('\u{FEFF}') {
            return Self::help(self.error(self.at, self.end_of_char(), "a byte order mark stands in the text"), "remove it");
        }
        let before = self.text.get(..self.at).unwrap_or_default().trim_end();
        if rest.starts_with(',') && before.ends_with([',', '[', '{']) {
            let message = if before.ends_with(',') { "a second comma" } else { "a comma" };
            let finding = self.error(self.at, self.at + 1, format!("{message} stands where {wanted} is expected"));
            return Self::help(finding, if before.ends_with(',') { "remove one of the two" } else { "remove it" });
        }
        let finding = self.error(self.at, self.end_of_char(), format!("{} stands where {wanted} is expected", self.found()));
        match mistake::help(rest, wanted) {
            Some(help) => Self::help(finding, &help),
            None => finding,
        }
    }

    fn document(&mut self) -> Result<Node> {
        self.skip_space();
        if self.at == self.bytes.len() {
            return Ok(Node {
                value: Value::Scalar(Scalar { text: String::new(), kind: ScalarKind::Null }),
                span: self.span(0, 0),
                style: Style::Plain,
            });
        }
        let root = self.value(0)?;
        self.skip_space();
        if self.at < self.bytes.len() {
            return Err(self.unexpected("the end of the text"));
        }
        Ok(root)
    }

    /// One value; `depth` lists and objects are open around it.
    fn value(&mut self, depth: usize) -> Result<Node> {
        self.values += 1;
        if self.values > self.limits.values {
            let message = format!("the text holds more than {} values", self.limits.values);
            return Err(Box::new(Diagnostic::error(rule::LIMIT, self.span(self.at, self.at), message).help("split the file")));
        }
        let start = self.at;
        match self.peek() {
            Some(b'{' | b'[') if depth >= self.limits.depth => {
                let message = format!("lists and objects are nested deeper than {} levels", self.limits.depth);
                let finding = Box::new(Diagnostic::error(rule::LIMIT, self.span(start, start + 1), message));
                Err(Self::help(finding, "is a bracket not closed, or was this file made by a program that lost its way?"))
            }
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => {
                let text = self.string()?;
                Ok(self.scalar(start, text, ScalarKind::String, Style::Json))
            }
            Some(b'-' | b'+' | b'.' | b'0'..=b'9') => self.number(),
            Some(b'a'..=b'z' | b'A'..=b'Z') => self.word(),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn scalar(&self, start: usize, text: String, kind: ScalarKind, style: Style) -> Node {
        Node { value: Value::Scalar(Scalar { text, kind }), span: self.span(start, self.at), style }
    }

    fn word(&mut self) -> Result<Node> {
        let start = self.at;
        while matches!(self.peek(), Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_')) {
            self.at += 1;
        }
        let word = self.text.get(start..self.at).unwrap_or_default();
        let kind = match word {
            "null" => ScalarKind::Null,
            "true" | "false" => ScalarKind::Bool,
            _ => {
                let looks_like_yaml = start == 0 && self.text.get(self.at..).is_some_and(|rest| rest.starts_with(':'));
                let (message, help) = mistake::word(word, looks_like_yaml);
                return Err(Self::help(self.error(start, self.at, message), help));
            }
        };
        Ok(self.scalar(start, word.to_owned(), kind, Style::Plain))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<Node> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if matches!(self.peek(), Some(b'+')) {
            self.at += 1;
            return Err(self.no_number(start));
        }
        let zero = self.peek() == Some(b'0');
        let whole = self.digits();
        let mut valid = whole > 0 && !(zero && whole > 1);
        if self.peek() == Some(b'.') {
            self.at += 1;
            valid &= self.digits() > 0;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            valid &= self.digits() > 0;
        }
        if !valid || matches!(self.peek(), Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'.' | b'%')) {
            return Err(self.no_number(start));
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        Ok(self.scalar(start, text.to_owned(), ScalarKind::Number, Style::Plain))
    }

    /// What begins at `start` and goes on here is no number.
    fn no_number(&mut self, start: usize) -> Box<Diagnostic> {
        while matches!(self.peek(), Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'%' | b'+' | b'-')) {
            self.at += 1;
        }
        let (message, help) = mistake::number(self.text.get(start..self.at).unwrap_or_default());
        Self::help(self.error(start, self.at, message), help)
    }

    /// A string, decoded.
    fn string(&mut self) -> Result<String> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        let mut run = self.at;
        loop {
            match self.peek() {
                Some(b'"') => {
                    out.push_str(self.text.get(run..self.at).unwrap_or_default());
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    out.push_str(self.text.get(run..self.at).unwrap_or_default());
                    out.push(self.escape()?);
                    run = self.at;
                }
                Some(b'\n' | b'\r') | None => {
                    return Err(Self::help(
                        self.error(start, start + 1, "the quote is not closed on its line"),
                        "write a line break as \\n",
                    ));
                }
                Some(byte) if byte < 0x20 => {
                    let message = format!("{} cannot stand in a string", self.found());
                    return Err(Self::help(self.error(self.at, self.at + 1, message), "write it as an escape: \\t, \\u0001"));
                }
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        let start = self.at;
        self.at += 1;
        let made = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.code(start);
            }
            _ => {
                let end = self.end_of_char();
                let written = self.text.get(start..end).unwrap_or_default();
                let finding = self.error(start, end, format!("`{written}` is no JSON escape"));
                return Err(Self::help(finding, "write a backslash as \\\\"));
            }
        };
        self.at += 1;
        Ok(made)
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }

    /// The four digits of `\uXXXX`, and a second escape where the first is half of a character.
    fn code(&mut self, start: usize) -> Result<char> {
        let value = self.hex().and_then(|value| {
            if !(0xD800..0xDC00).contains(&value) {
                return Some(value);
            }
            if self.bytes.get(self.at..self.at + 2) != Some(b"\\u") {
                return None;
            }
            self.at += 2;
            let low = self.hex()?.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
            Some(0x10000 + ((value - 0xD800) << 10) + low)
        });
        value.and_then(char::from_u32).ok_or_else(|| {
            let escape = self.text.get(start..start + 6).unwrap_or_default();
            if let Some((message, help)) = mistake::half(escape) {
                return Self::help(self.error(start, start + 6, message), help);
            }
            let finding = self.error(start, self.at.max(start + 2), "this escape names no character");
            Self::help(finding, "write four hexadecimal digits; a character beyond U+FFFF takes two escapes")
        })
    }

    fn list(&mut self, depth: usize) -> Result<Node> {
        let start = self.at;
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Node { value: Value::Seq(items), span: self.span(start, self.at), style: Style::Collection });
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.next_or_end(start, b']')? {
                items.shrink_to_fit();
                return Ok(Node { value: Value::Seq(items), span: self.span(start, self.at), style: Style::Collection });
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Node> {
        let start = self.at;
        self.at += 1;
        let mut pairs: Vec<Pair> = Vec::new();
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Node { value: Value::Map(pairs), span: self.span(start, self.at), style: Style::Collection });
        }
        loop {
            let key_start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let text = self.string()?;
            let key = Key { text, span: self.span(key_start, self.at) };
            self.skip_space();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("`:`"));
            }
            self.at += 1;
            self.skip_space();
            let value = self.value(depth + 1)?;
            pairs.push(Pair { key, value });
            if self.next_or_end(start, b'}')? {
                unique::keep_first(&mut pairs, &mut self.diagnostics);
                pairs.shrink_to_fit();
                return Ok(Node { value: Value::Map(pairs), span: self.span(start, self.at), style: Style::Collection });
            }
        }
    }

    /// After an item: steps over a comma to the next one, or over the closing bracket and says so.
    fn next_or_end(&mut self, open: usize, close: u8) -> Result<bool> {
        self.skip_space();
        match self.peek() {
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(true)
            }
            Some(b',') => {
                let comma = self.at;
                self.at += 1;
                self.skip_space();
                if matches!(self.peek(), Some(b']' | b'}')) {
                    let finding = self.error(comma, comma + 1, "a comma follows the last item");
                    return Err(Self::help(finding, "remove it: JSON allows none"));
                }
                Ok(false)
            }
            _ => {
                let finding = self.unexpected(&format!("`,` or `{}`", char::from(close)));
                Err(Box::new(finding.label(self.span(open, open + 1), "opened here")))
            }
        }
    }
}

#[cfg(test)]
mod tests;
