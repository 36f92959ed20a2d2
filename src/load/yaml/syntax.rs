//! What a syntax error means, in words about the text instead of about the grammar.
//!
//! The parser says where it gave up; the cause often stands before that. What is known here is the kind of error, the scalar read
//! last, the collections that are open, and the text.

use super::build::{Builder, Frame, FrameKind};
use crate::diagnostic::{Applicability, Diagnostic, Edit};
use crate::load::tree::Style;
use crate::load::{place, rule};
use crate::source::Span;
use granit_parser::ErrorKind;

/// A diagnostic for an error that the parser met at `at`.
pub(super) fn explain(builder: &Builder<'_>, kind: &ErrorKind, at: usize) -> Diagnostic {
    let scene = Scene { builder, text: builder.text(), at };
    match kind {
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => scene.tab(),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => scene.colon(),
        ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::ExpectedNodeContent
        | ErrorKind::UnexpectedEndOfPlainScalar => scene.in_flow(kind),
        ErrorKind::UnclosedFlowCollection { open } => scene
            .error(at, at + 1, format!("`{open}` is not closed"))
            .help("add the closing bracket, or quote the value if the bracket is part of it"),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => scene
            .error(at, scene.end_of_char(), format!("`{open}` is closed by `{close}`"))
            .help("let each bracket be closed by its own kind, or quote the value if the bracket is part of it"),
        ErrorKind::MisplacedFlowCollectionEnd => scene
            .error(at, scene.end_of_char(), format!("`{}` closes nothing", scene.char_at()))
            .help("remove it, or quote the value that it belongs to"),
        ErrorKind::UnexpectedCharacter { character } => scene.character(*character),
        ErrorKind::MissingAnchorOrAliasName => scene.reserved_start(),
        ErrorKind::UnclosedQuotedScalar => {
            let quote = scene.char_at();
            scene
                .error(at, scene.end_of_char(), format!("the quote `{quote}` is not closed"))
                .help(format!("add the closing `{quote}`"))
        }
        ErrorKind::DocumentIndicatorInQuotedScalar => scene
            .error(at, scene.end_of_char(), "a line of this quoted value begins with `---` or `...`")
            .help("is the closing quote missing? Such a line ends a document"),
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => scene.after_quote(),
        ErrorKind::UnknownQuotedScalarEscape => scene.escape(),
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation | ErrorKind::ExpectedBlockSequenceEntry => {
            scene.indentation()
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => scene.no_colon(),
        ErrorKind::BlockSequenceEntryNotAllowed => scene
            .error(at, at + 1, "a list cannot begin on the line of its key")
            .help("put `-` on a line of its own below the key; a value that begins with `- ` must be quoted"),
        ErrorKind::BlockEntryInFlowCollection => scene
            .error(at, at + 1, "`- ` cannot stand inside `[...]` or `{...}`")
            .help("separate the items by commas, or quote the value"),
        ErrorKind::InvalidBlockScalarHeader => {
            if let Some(finding) = scene.after_brackets() {
                return finding;
            }
            let sign = scene.char_at();
            scene
                .error(at, scene.end_of_line(), format!("text follows `{sign}`, which starts a text of several lines"))
                .help(format!("begin the text on the next line, indented; a value that begins with `{sign}` must be quoted"))
        }
        ErrorKind::InvalidBlockScalarIndent => scene
            .error(at, scene.end_of_line(), "this line is indented less than the text that it belongs to")
            .help("give all lines of the text the same indentation"),
        ErrorKind::CommentNotSeparated => scene
            .error(at, scene.end_of_char(), "a comment begins without a space before `#`")
            .help("put a space before `#`, or quote the value if `#` is part of it"),
        ErrorKind::CommentInterceptedScalar => scene
            .error(at, scene.end_of_line(), "a comment interrupts a value of several lines")
            .help("move the comment above the value, or write the value with `|` or `>`"),
        ErrorKind::FlowMappingValueAdjacentCollection => {
            scene.error(at, at + 1, "`:` has no space after it").help("put a space after the colon")
        }
        _ => scene.error(at, scene.end_of_char(), kind.to_string()).help("values with special characters must be quoted"),
    }
}

struct Scene<'a, 't> {
    builder: &'a Builder<'t>,
    text: &'t str,
    at: usize,
}

impl Scene<'_, '_> {
    fn error(&self, start: usize, end: usize, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(rule::SYNTAX, self.span(start, end), message)
    }

    /// A span on character boundaries, whatever the arithmetic that led to it.
    fn span(&self, start: usize, end: usize) -> Span {
        let start = self.text.floor_char_boundary(start);
        self.builder.span(start, self.text.ceil_char_boundary(end.max(start)))
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn char_at(&self) -> char {
        self.slice(self.at, self.text.len()).chars().next().unwrap_or(' ')
    }

    fn end_of_char(&self) -> usize {
        self.at + self.slice(self.at, self.text.len()).chars().next().map_or(0, char::len_utf8)
    }

    fn start_of_line(&self, at: usize) -> usize {
        self.slice(0, at).rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// The end of the line that `at` stands in, without blanks at its end.
    fn end_of_line(&self) -> usize {
        let line = self.slice(self.at, self.text.len()).split(['\n', '\r']).next().unwrap_or_default();
        self.at + line.trim_end().len()
    }

    /// The innermost open collection.
    fn frame(&self) -> Option<&Frame> {
        self.builder.frames().last()
    }

    fn with_open_bracket(&self, finding: Diagnostic) -> Diagnostic {
        // A pair in a list (`[a: b]`) is a mapping without brackets of its own.
        let is_bracket = |frame: &&Frame| self.slice(frame.start, self.text.len()).starts_with(['[', '{']);
        match self.builder.frames().iter().rev().take_while(|frame| frame.flow).find(is_bracket) {
            Some(frame) => finding.label(self.span(frame.start, frame.start + 1), "opened here"),
            None => finding,
        }
    }

    fn tab(&self) -> Diagnostic {
        // The error may stand on the line before the tab's.
        let start = self.start_of_line(self.at);
        let lines = self.slice(start, self.text.len());
        let mut offset = start;
        for line in lines.split_inclusive('\n').take(3) {
            let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
            if let Some(tab) = line.get(..indentation).and_then(|blanks| blanks.find('\t')) {
                let start = offset + tab;
                return self.error(start, start + 1, "a tab stands in the indentation").help("indent with spaces");
            }
            offset += line.len();
        }
        self.error(self.at, self.end_of_char(), "a tab stands where only spaces may").help("indent with spaces")
    }

    /// A colon that cannot be one between key and value.
    fn colon(&self) -> Diagnostic {
        let Some((style, last)) = self.builder.last_scalar() else {
            return self.error(self.at, self.at + 1, "a `:` stands where no key can end").help("quote the value");
        };
        let (start, end) = (last.start as usize, last.end as usize);
        let written = self.slice(start, end);
        if style == Style::Plain && end <= self.at {
            if let Some((first, _)) = written.split_once('\n') {
                return self.continued_line(last, first.trim_end());
            }
            // A value on the line of its key.
            let line = self.start_of_line(start);
            let before = self.slice(line, start).trim_start().trim_start_matches("- ").trim();
            if before.ends_with(':') || self.frame().is_some_and(|frame| frame.flow) {
                let rest = self.end_of_line();
                let whole = self.slice(start, rest);
                if self.frame().is_some_and(|frame| frame.flow) {
                    let finding = self
                        .error(self.at, self.at + 1, "a `:` stands inside a value that is not quoted")
                        .help("quote the value");
                    return self.with_open_bracket(finding);
                }
                let whole = whole.split(" #").next().unwrap_or(whole).trim_end();
                let span = self.span(start, start + whole.len());
                let quoted = place::quoted(whole);
                return Diagnostic::error(rule::SYNTAX, span, "`: ` stands inside a value that is not quoted")
                    .help(format!("quote it: {quoted}"))
                    .fix(Applicability::Unsafe, vec![Edit { span, text: quoted }]);
            }
        }
        let finding = self.error(self.at, self.at + 1, "a `:` stands where no key can end");
        self.with_open_bracket(finding).help("quote the value, or check the indentation and the brackets before it")
    }

    /// A plain value of several lines whose last line turned out to be a key.
    fn continued_line(&self, last: Span, first: &str) -> Diagnostic {
        let start = last.start as usize;
        if let Some(colon) = first.find(':').filter(|colon| *colon > 0 && !first.contains(char::is_whitespace)) {
            let after = start + colon + 1;
            let (name, value) = (self.slice(start, start + colon), self.slice(after, start + first.len()));
            return self
                .error(start, start + first.len(), format!("`{first}` has no space after its colon, so it is text and not a key"))
                .help(format!("write `{name}: {value}`"))
                .fix(Applicability::Safe, vec![Edit { span: self.span(after, after), text: " ".into() }]);
        }
        let line = self.start_of_line(last.end as usize);
        let key_start = line + self.slice(line, last.end as usize).len() - self.slice(line, last.end as usize).trim_start().len();
        let key = self.slice(key_start, last.end as usize);
        let first_span = self.span(start, start + first.len());
        self.error(key_start, last.end as usize, format!("the key `{key}` is indented under a value"))
            .label(first_span, "the value that it continues")
            .help("give the key the indentation of its siblings, or remove the value above it")
    }

    /// Inside brackets something other than a comma or the closing bracket follows.
    fn in_flow(&self, kind: &ErrorKind) -> Diagnostic {
        let here = self.char_at();
        if let Some((Style::Plain, last)) = self.builder.last_scalar()
            && matches!(here, '[' | '{')
            && last.end as usize == self.at
        {
            let value = self.slice(last.start as usize, last.end as usize);
            let span = self.span(last.start as usize, self.at + 1);
            let finding = Diagnostic::error(rule::SYNTAX, span, format!("the value `{value}` ends at `{here}`"));
            return self.with_open_bracket(finding).help("inside brackets a value that holds [ ] { } or , must be quoted");
        }
        let Some(frame) = self.frame().filter(|frame| frame.flow) else {
            return self
                .error(self.at, self.end_of_char(), kind.to_string())
                .help("values with special characters must be quoted");
        };
        let bracket = if frame.kind == FrameKind::Mapping { '{' } else { '[' };
        let finding = if here == ':' {
            self.error(self.at, self.at + 1, format!("a `:` stands where `{bracket}` expects a comma or its end"))
                .help("is a bracket not closed, or a value not quoted?")
        } else {
            let found = if self.at >= self.text.len() { "the text ends".to_owned() } else { format!("`{here}` stands") };
            self.error(self.at, self.end_of_char(), format!("{found} where `{bracket}` expects a comma or its end"))
                .help("add the comma or the closing bracket, or quote the value")
        };
        self.with_open_bracket(finding)
    }

    fn character(&self, character: char) -> Diagnostic {
        match character {
            '%' | '@' | '`' => self.reserved_start(),
            _ if character.is_control() || !character.is_alphanumeric() => {
                let code = u32::from(character);
                // The error stands at the start of the value that holds the character.
                let place = self.slice(self.at, self.text.len()).find(character).map_or(self.at, |found| self.at + found);
                self.error(place, place + character.len_utf8(), format!("the character U+{code:04X} cannot stand here"))
                    .help("remove it, or write it as an escape in double quotes")
            }
            _ => self.error(self.at, self.end_of_char(), format!("`{character}` cannot stand here")).help("quote the value"),
        }
    }

    /// A value that begins with a character that YAML keeps for itself.
    fn reserved_start(&self) -> Diagnostic {
        let line = self.slice(self.at, self.end_of_line());
        // An open bracket may not have been told of yet.
        let before = self.slice(self.start_of_line(self.at), self.at);
        let flow = self.frame().is_some_and(|frame| frame.flow) || before.contains(['{', '[']);
        let value =
            if flow { line.split([',', '}', ']']).next().unwrap_or(line) } else { line.split(" #").next().unwrap_or(line) }
                .trim_end();
        let span = self.span(self.at, self.at + value.len());
        let quoted = place::quoted(value);
        Diagnostic::error(rule::SYNTAX, span, format!("a value cannot begin with `{}`", self.char_at()))
            .help(format!("quote it: {quoted}"))
            .fix(Applicability::Unsafe, vec![Edit { span, text: quoted }])
    }

    /// Text behind a closing quote.
    fn after_quote(&self) -> Diagnostic {
        let opening = self.slice(self.builder.cursor(), self.at).find(['"', '\'']).map(|found| self.builder.cursor() + found);
        let finding = self.error(self.at, self.end_of_char(), "text follows a closing quote");
        let Some(opening) = opening else { return finding.help("quote the whole value") };
        let quote = if self.slice(opening, self.at).starts_with('\'') { '\'' } else { '"' };
        let finding = finding.label(self.span(opening, opening + 1), "the quoted value begins here");
        if self.slice(opening, self.at).contains('\n') {
            return finding.help(format!("is the closing `{quote}` missing on that line?"));
        }
        match quote {
            '\'' => finding.help("quote the whole value; inside '...' a quote is written ''"),
            _ => finding.help("quote the whole value with '...', or write the quotes inside it as \\\""),
        }
    }

    /// Text behind a list or mapping in brackets: `expr: {job="a"} > 1`, `summary: {{ $value }} is high`.
    fn after_brackets(&self) -> Option<Diagnostic> {
        let closed = self.builder.last_closed()?;
        let (start, end) = (closed.start as usize, closed.end as usize);
        if !self.text.get(end..self.at)?.trim_matches([' ', '\t']).is_empty() || self.slice(start, end).contains('\n') {
            return None;
        }
        let whole = self.slice(start, self.end_of_line());
        let whole = whole.split(" #").next().unwrap_or(whole).trim_end();
        let span = self.span(start, start + whole.len());
        let what = if whole.starts_with('{') { "mapping" } else { "list" };
        let quoted = place::quoted(whole);
        let bracket = whole.chars().next().unwrap_or(' ');
        Some(
            Diagnostic::error(rule::SYNTAX, span, format!("a value that begins with `{bracket}` is read as a {what}"))
                .label(self.span(end, start + whole.len()), "this is left over")
                .help(format!("quote it: {quoted}"))
                .fix(Applicability::Unsafe, vec![Edit { span, text: quoted }]),
        )
    }

    fn escape(&self) -> Diagnostic {
        let value = self.slice(self.at, self.text.len());
        let mut chars = value.char_indices().skip(1);
        while let Some((index, c)) = chars.next() {
            if c == '"' {
                break;
            }
            if c == '\\'
                && let Some((_, next)) = chars.next()
                && !"0abt\tnvfre \"/\\N_LPxuU\n\r".contains(next)
            {
                let start = self.at + index;
                return self
                    .error(start, start + 1 + next.len_utf8(), format!("`\\{next}` is no escape in a double-quoted value"))
                    .help(format!("write `\\\\{next}`, or put the value in single quotes, where `\\` means itself"));
            }
        }
        self.error(self.at, self.end_of_char(), "this double-quoted value holds an escape that does not exist")
            .help("put the value in single quotes, where `\\` means itself")
    }

    fn indentation(&self) -> Diagnostic {
        let line = self.start_of_line(self.at);
        let before = self.slice(line, self.at);
        let frame = self.frame();
        let opened = frame.map(|frame| (self.span(frame.start, frame.start), frame.kind));
        let finding = if !before.trim().is_empty() && !before.trim_start().starts_with('-') {
            if let Some(finding) = self.after_brackets() {
                return finding;
            }
            return self
                .error(self.at, self.end_of_line(), "text follows a value that is complete")
                .help("quote the whole value; one that begins with [ or { is a list or a mapping");
        } else {
            let first = self.slice(line, self.text.len()).trim_start();
            match opened.map(|(_, kind)| kind) {
                Some(FrameKind::Mapping) if first.starts_with("- ") => {
                    self.error(self.at, self.end_of_line(), "a list item stands among the keys of a mapping")
                }
                Some(FrameKind::List) if !first.starts_with('-') => {
                    self.error(self.at, self.end_of_line(), "a key stands among the items of a list")
                }
                _ => self.error(self.at, self.end_of_line(), "the indentation of this line fits nothing above it"),
            }
        };
        let finding = match opened {
            Some((span, FrameKind::Mapping)) => finding.label(span, "the mapping begins here"),
            Some((span, FrameKind::List)) => finding.label(span, "the list begins here"),
            None => finding,
        };
        finding.help("align the line with its siblings")
    }

    fn no_colon(&self) -> Diagnostic {
        let line = self.slice(self.at, self.end_of_line());
        if let Some(colon) = line.find(':').filter(|colon| !line.get(..*colon).is_some_and(|name| name.contains(' '))) {
            let (name, value) = (line.get(..colon).unwrap_or_default(), line.get(colon + 1..).unwrap_or_default());
            let after = self.at + colon + 1;
            return self
                .error(
                    self.at,
                    self.at + line.len(),
                    format!("`{line}` has no space after its colon, so it is text and not a key"),
                )
                .help(format!("write `{name}: {value}`"))
                .fix(Applicability::Safe, vec![Edit { span: self.span(after, after), text: " ".into() }]);
        }
        self.error(self.at, self.at + line.len(), "a key without `:`")
            .help("write `key: value`; if this is the rest of the value above, indent it further than its key")
    }
}
