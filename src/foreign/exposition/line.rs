//! One line of the format.

use std::borrow::Cow;

/// What a line says.
#[derive(Debug, PartialEq)]
pub(super) enum Line<'t> {
    /// What a metric measures.
    Help(Cow<'t, str>, String),
    /// A metric's type.
    Type(Cow<'t, str>, &'t str),
    /// A metric's unit.
    Unit(Cow<'t, str>, &'t str),
    /// A remark.
    Comment,
    /// `# EOF`
    End,
    /// A number.
    Sample(Sample<'t>),
}

/// A sample.
#[derive(Debug, PartialEq)]
pub(super) struct Sample<'t> {
    /// The name of its series.
    pub(super) name: Cow<'t, str>,
    /// Its labels in the order of the line.
    pub(super) labels: Vec<(Cow<'t, str>, Cow<'t, str>)>,
    /// The number.
    pub(super) value: f64,
}

/// Why a line cannot be read.
#[derive(Debug, PartialEq)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) help: String,
    /// The bytes of the line that are to blame; `None` for all of it.
    pub(super) at: Option<(usize, usize)>,
}

impl Problem {
    /// The whole line is to blame.
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), at: None }
    }

    fn at(from: usize, to: usize, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { at: Some((from, to.max(from))), ..Self::new(message, help) }
    }
}

const SAMPLE_FORM: &str = "write `name{label=\"value\"} 1`";

/// Reads a line without spaces around it.
pub(super) fn read(line: &str) -> Result<Line<'_>, Problem> {
    if let Some(comment) = line.strip_prefix('#') {
        return read_comment(line, comment);
    }
    let mut cursor = Cursor { text: line, at: 0 };
    let mut name = cursor.name().map(Cow::Borrowed);
    let mut labels = Vec::new();
    cursor.skip_space();
    if cursor.eat('{') {
        cursor.labels(&mut name, &mut labels)?;
    }
    let Some(name) = name else {
        return Err(Problem::at(0, line.len(), "the line does not begin with the name of a metric", SAMPLE_FORM));
    };
    cursor.skip_space();
    let (from, word) = cursor.word();
    let value = number(word).ok_or_else(|| {
        let message = if word.is_empty() { "the sample has no number".to_owned() } else { format!("`{word}` is no number") };
        Problem::at(from, from + word.len(), message, SAMPLE_FORM)
    })?;
    cursor.skip_space();
    let (from, word) = cursor.word();
    if !word.is_empty() && !word.starts_with('#') && !number(word).is_some_and(f64::is_finite) {
        let help = "write milliseconds since 1970, or nothing";
        return Err(Problem::at(from, from + word.len(), format!("`{word}` is no time"), help));
    }
    cursor.skip_space();
    let rest = cursor.rest();
    if !word.starts_with('#') && !rest.is_empty() && !rest.starts_with('#') {
        let message = "something stands after the sample";
        return Err(Problem::at(cursor.at, line.len(), message, "put each sample on a line of its own"));
    }
    Ok(Line::Sample(Sample { name, labels, value }))
}

fn read_comment<'t>(line: &'t str, comment: &'t str) -> Result<Line<'t>, Problem> {
    let comment = comment.trim_start_matches([' ', '\t']);
    if comment == "EOF" {
        return Ok(Line::End);
    }
    let (keyword, _) = comment.split_once([' ', '\t']).unwrap_or((comment, ""));
    if !matches!(keyword, "HELP" | "TYPE" | "UNIT") {
        return Ok(Line::Comment);
    }
    let mut cursor = Cursor { text: line, at: line.len() - comment.len() + keyword.len() };
    cursor.skip_space();
    let from = cursor.at;
    let name = if cursor.peek() == Some('"') { cursor.quoted()? } else { Cow::Borrowed(cursor.word().1) };
    if name.is_empty() {
        return Err(Problem::at(
            from,
            line.len(),
            format!("the {keyword} line names no metric"),
            format!("write `# {keyword} name ...`"),
        ));
    }
    cursor.skip_space();
    let rest = cursor.rest();
    Ok(match keyword {
        "HELP" => Line::Help(name, unescape(rest)),
        "TYPE" => Line::Type(name, rest),
        _ => Line::Unit(name, rest),
    })
}

/// A number as Go reads it.
fn number(word: &str) -> Option<f64> {
    // Rust reads everything that Go does but hexadecimal and digits with underscores, which no exporter writes.
    (!word.is_empty()).then(|| word.parse().ok()).flatten()
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some(escaped @ ('\\' | '"')) => out.push(escaped),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
    }

    /// Everything up to a space.
    fn word(&mut self) -> (usize, &'t str) {
        let (from, rest) = (self.at, self.rest());
        let word = rest.split([' ', '\t']).next().unwrap_or_default();
        self.at += word.len();
        (from, word)
    }

    /// A plain name.
    fn name(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':');
        let length = rest.bytes().take_while(|byte| fits(byte)).count();
        let name = rest.get(..length).filter(|name| name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit()))?;
        self.at += length;
        Some(name)
    }

    /// A text in double quotes.
    fn quoted(&mut self) -> Result<Cow<'t, str>, Problem> {
        let from = self.at;
        if !self.eat('"') {
            let message = "a value is not in double quotes";
            return Err(Problem::at(from, self.text.len(), message, SAMPLE_FORM));
        }
        let body = self.rest();
        let mut escaped = false;
        let mut escapes = false;
        for (index, byte) in body.bytes().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => {
                    escaped = true;
                    escapes = true;
                }
                b'"' => {
                    self.at += index + 1;
                    let inner = body.get(..index).unwrap_or_default();
                    return Ok(if escapes { Cow::Owned(unescape(inner)) } else { Cow::Borrowed(inner) });
                }
                _ => {}
            }
        }
        Err(Problem::at(from, from + 1, "the quote is not closed on its line", "write a line break as \\n, a quote as \\\""))
    }

    /// What stands in braces, the opening one already read; a quoted text alone is the metric's name.
    fn labels(&mut self, name: &mut Option<Cow<'t, str>>, labels: &mut Vec<(Cow<'t, str>, Cow<'t, str>)>) -> Result<(), Problem> {
        let open = self.at.saturating_sub(1);
        loop {
            self.skip_space();
            if self.eat('}') {
                return Ok(());
            }
            let from = self.at;
            let label = if self.peek() == Some('"') { Some(self.quoted()?) } else { self.name().map(Cow::Borrowed) };
            let Some(label) = label else {
                let (message, at) = match self.peek() {
                    None => ("the brace is not closed", (open, open + 1)),
                    Some(_) => ("a label's name is expected here", (from, self.text.len())),
                };
                return Err(Problem::at(at.0, at.1, message, SAMPLE_FORM));
            };
            self.skip_space();
            if self.eat('=') {
                self.skip_space();
                let value = self.quoted()?;
                if labels.iter().any(|(known, _)| *known == label) {
                    let message = format!("the label `{label}` is there twice");
                    return Err(Problem::at(from, from + label.len(), message, "keep one of the two"));
                }
                labels.push((label, value));
            } else if name.is_none() && self.text.get(from..).is_some_and(|rest| rest.starts_with('"')) {
                *name = Some(label);
            } else {
                let message = format!("the label `{label}` has no value");
                return Err(Problem::at(from, self.at, message, SAMPLE_FORM));
            }
            self.skip_space();
            if !self.eat(',') && self.peek() != Some('}') {
                let message = match self.peek() {
                    None => "the brace is not closed",
                    Some(_) => "a comma or `}` is expected here",
                };
                return Err(Problem::at(self.at, self.text.len(), message, SAMPLE_FORM));
            }
        }
    }
}
