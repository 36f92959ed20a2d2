//! From text to tokens.
//!
//! What a character means depends on whether braces or brackets are open, so the lexer keeps track of both as the server's
//! does; it never looks at what the parser makes of the tokens.

use super::Dialect;
use super::error::{Errors, ParseError};
use super::keyword::{Keyword, keyword};
use super::literal::{is_word, scan_duration, scan_number};
use super::operators::BinaryOp;
use super::span::Span;
use super::variable;

/// One token; the text is looked up by its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Token {
    pub(super) fn span(self) -> Span {
        Span { part: 0, start: self.start, end: self.end }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Number,
    Duration,
    String,
    /// A name without a colon that is no keyword; between braces every name is one.
    Name,
    /// A name with a colon, which only a metric can have.
    MetricName,
    /// A name, number or duration with a variable in it.
    Template,
    Keyword(Keyword),
    /// A binary operator that is not a word. `-` and `+` are signs too, `!=` a matcher's operator too.
    Op(BinaryOp),
    /// `=`
    Assign,
    /// `=~`
    RegexMatch,
    /// `!~`
    RegexNoMatch,
    At,
    Comma,
    Colon,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    /// Text that is no token; it has been reported.
    Invalid,
    End,
}

/// All tokens of a text, the last of which is [`TokenKind::End`].
pub(super) fn tokens(text: &str, dialect: Dialect, errors: &mut Errors) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        pos: 0,
        dialect,
        place: Place::Outside,
        colon_seen: false,
        number_seen_in_brackets: false,
        parens_in_brackets: 0,
        tokens: Vec::with_capacity(text.len() / 4 + 2),
    };
    lexer.run(errors);
    lexer.tokens
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    Braces,
    /// Between brackets. Until the first number the server reads only what a duration can be made of, comments excluded.
    Brackets {
        before_number: bool,
    },
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pos: usize,
    dialect: Dialect,
    place: Place,
    /// Whether these brackets have had their colon.
    colon_seen: bool,
    /// Whether any brackets so far began with a number. The server rejects a colon after a range without a number, such as
    /// `[step():1m]`, unless there were such brackets before.
    number_seen_in_brackets: bool,
    parens_in_brackets: u32,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn run(&mut self, errors: &mut Errors) {
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.pos += 1,
                b'#' if self.place != (Place::Brackets { before_number: true }) => self.comment(),
                b'"' | b'\'' => self.string(byte, errors),
                b'`' => self.raw_string(errors),
                _ if self.template() => {}
                _ if self.place == Place::Braces => self.in_braces(byte, errors),
                _ => self.outside_braces(byte, errors),
            }
        }
        self.push(TokenKind::End, 0);
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.pos + ahead).copied()
    }

    /// Adds a token of so many bytes and goes behind it.
    fn push(&mut self, kind: TokenKind, length: usize) {
        let span = Span::new(self.pos, self.pos + length);
        self.tokens.push(Token { kind, start: span.start, end: span.end });
        self.pos += length;
    }

    /// Adds text that is no token and reports it.
    fn invalid(&mut self, length: usize, errors: &mut Errors, report: impl FnOnce(Span, &str) -> ParseError) {
        let length = (length.max(1)..).find(|n| self.text.is_char_boundary((self.pos + n).min(self.text.len()))).unwrap_or(1);
        let length = length.min(self.text.len() - self.pos);
        let span = Span::new(self.pos, self.pos + length);
        let text = self.text.get(span.range()).unwrap_or_default();
        errors.push(report(span, text));
        self.push(TokenKind::Invalid, length);
    }

    fn comment(&mut self) {
        while self.peek(0).is_some_and(|byte| byte != b'\n' && byte != b'\r') {
            self.pos += 1;
        }
    }

    fn string(&mut self, quote: u8, errors: &mut Errors) {
        let mut length = 1;
        loop {
            match self.peek(length) {
                Some(b'\\') => length += 2,
                Some(byte) if byte == quote => break,
                Some(byte) if byte != b'\n' => length += 1,
                _ => {
                    let length = length.min(self.bytes.len() - self.pos);
                    let whole = self.text[self.pos..].trim_end().len().min(length);
                    return self.invalid(whole, errors, |span, _| unterminated(span, quote));
                }
            }
        }
        // An escaped newline is in the token; the parser rejects the escape.
        self.finish_string(length + 1, errors);
    }

    fn raw_string(&mut self, errors: &mut Errors) {
        match self.bytes[self.pos + 1..].iter().position(|byte| *byte == b'`') {
            Some(length) => self.finish_string(length + 2, errors),
            None => {
                let whole = self.text[self.pos..].trim_end().len();
                self.invalid(whole, errors, |span, _| unterminated(span, b'`'));
            }
        }
    }

    fn finish_string(&mut self, length: usize, errors: &mut Errors) {
        let literal = self.text.get(self.pos..self.pos + length).unwrap_or_default();
        if let Some(found) = literal.find('\u{fffd}') {
            let span = Span::new(self.pos + found, self.pos + found + '\u{fffd}'.len_utf8());
            errors.push(
                ParseError::new(span, "the string contains U+FFFD, the sign for broken text").help("write it as `\\ufffd`"),
            );
        }
        self.push(TokenKind::String, length);
    }

    /// Reads a word with variables in it, if that is what comes.
    fn template(&mut self) -> bool {
        if self.dialect == Dialect::Prometheus {
            return false;
        }
        let is_part = |byte: u8| is_word(byte) || (byte == b':' && self.place == Place::Outside);
        let mut end = self.pos;
        let mut has_variable = false;
        while let Some(&byte) = self.bytes.get(end) {
            if is_part(byte) {
                end += 1;
            } else if matches!(byte, b'$' | b'[')
                && !(byte == b'[' && self.bytes[end..].starts_with(b"[[["))
                && let Some((_, after)) = variable::scan(self.text, end, self.dialect)
            {
                has_variable = true;
                end = after;
            } else {
                break;
            }
        }
        if !has_variable {
            return false;
        }
        if let Place::Brackets { before_number } = &mut self.place {
            *before_number = false;
            self.number_seen_in_brackets = true;
        }
        self.push(TokenKind::Template, end - self.pos);
        true
    }

    fn word_length(&self, is_part: impl Fn(u8) -> bool) -> usize {
        self.bytes[self.pos..].iter().take_while(|byte| is_part(**byte)).count()
    }

    fn in_braces(&mut self, byte: u8, errors: &mut Errors) {
        match (byte, self.peek(1)) {
            (b',', _) => self.push(TokenKind::Comma, 1),
            (b'=', Some(b'~')) => self.push(TokenKind::RegexMatch, 2),
            (b'=', _) => self.push(TokenKind::Assign, 1),
            (b'!', Some(b'~')) => self.push(TokenKind::RegexNoMatch, 2),
            (b'!', Some(b'=')) => self.push(TokenKind::Op(BinaryOp::NotEqual), 2),
            (b'}', _) => {
                self.push(TokenKind::RightBrace, 1);
                self.place = Place::Outside;
            }
            // Nothing of this can stand between braces: the closing brace is missing, and the parser says so.
            (b'[' | b']' | b'(' | b')', _) => self.place = Place::Outside,
            (b'a'..=b'z' | b'A'..=b'Z' | b'_', _) => {
                let length = self.word_length(is_word);
                self.push(TokenKind::Name, length);
            }
            _ => {
                let length = self.word_length(|byte| is_word(byte) || matches!(byte, b'.' | b'-' | b':')).max(1);
                self.invalid(length, errors, |span, text| {
                    ParseError::new(span, format!("expected a label matcher here, found {}", quoted(text)))
                });
            }
        }
    }

    fn outside_braces(&mut self, byte: u8, errors: &mut Errors) {
        let in_brackets = matches!(self.place, Place::Brackets { .. });
        match (byte, self.peek(1)) {
            (b',', _) => self.push(TokenKind::Comma, 1),
            (b'*', _) => self.push(TokenKind::Op(BinaryOp::Mul), 1),
            (b'/', _) => self.push(TokenKind::Op(BinaryOp::Div), 1),
            (b'%', _) => self.push(TokenKind::Op(BinaryOp::Mod), 1),
            (b'+', _) => self.push(TokenKind::Op(BinaryOp::Add), 1),
            (b'-', _) => self.push(TokenKind::Op(BinaryOp::Sub), 1),
            (b'^', _) => self.push(TokenKind::Op(BinaryOp::Pow), 1),
            (b'=', Some(b'=')) => self.push(TokenKind::Op(BinaryOp::Equal), 2),
            (b'=', Some(b'~')) => self.invalid(2, errors, |span, _| misplaced_match(span, "=~")),
            (b'=', _) => self.push(TokenKind::Assign, 1),
            (b'!', Some(b'=')) => self.push(TokenKind::Op(BinaryOp::NotEqual), 2),
            (b'!', Some(b'~')) => self.invalid(2, errors, |span, _| misplaced_match(span, "!~")),
            (b'<', Some(b'=')) => self.push(TokenKind::Op(BinaryOp::LessOrEqual), 2),
            (b'<', Some(b'/')) => self.push(TokenKind::Op(BinaryOp::TrimUpper), 2),
            (b'<', _) => self.push(TokenKind::Op(BinaryOp::Less), 1),
            (b'>', Some(b'=')) => self.push(TokenKind::Op(BinaryOp::GreaterOrEqual), 2),
            (b'>', Some(b'/')) => self.push(TokenKind::Op(BinaryOp::TrimLower), 2),
            (b'>', _) => self.push(TokenKind::Op(BinaryOp::Greater), 1),
            (b'@', _) => self.push(TokenKind::At, 1),
            (b'(', _) => {
                self.parens_in_brackets += u32::from(in_brackets);
                self.push(TokenKind::LeftParen, 1);
            }
            (b')', _) => {
                match self.parens_in_brackets.checked_sub(1) {
                    Some(fewer) => self.parens_in_brackets = fewer,
                    // The closing bracket is missing, and the parser says so.
                    None => self.place = Place::Outside,
                }
                self.push(TokenKind::RightParen, 1);
            }
            (b'{', _) => {
                self.push(TokenKind::LeftBrace, 1);
                self.place = Place::Braces;
            }
            (b'[', _) => {
                self.push(TokenKind::LeftBracket, 1);
                self.place = Place::Brackets { before_number: true };
                self.colon_seen = false;
                self.parens_in_brackets = 0;
            }
            (b']', _) => {
                self.push(TokenKind::RightBracket, 1);
                self.place = Place::Outside;
                self.parens_in_brackets = 0;
            }
            (b':', _) if in_brackets => self.colon(errors),
            (b'0'..=b'9', _) | (b'.', Some(b'0'..=b'9')) => self.number(errors),
            (b'a'..=b'z' | b'A'..=b'Z' | b'_' | b':', _) => self.word(in_brackets, errors),
            _ => self.unknown(byte, errors),
        }
    }

    fn colon(&mut self, errors: &mut Errors) {
        let before_number = self.place == Place::Brackets { before_number: true };
        if self.colon_seen {
            return self.invalid(1, errors, |span, _| {
                ParseError::new(span, "expected `]` here, a subquery has one colon only").help("write `[range:step]`")
            });
        }
        if before_number && !self.number_seen_in_brackets {
            return self.invalid(1, errors, |span, _| {
                ParseError::new(span, "expected a number or a duration before the colon of a subquery")
                    .help("the server wants a literal in the range, for example `[1s*step():1m]`")
            });
        }
        self.colon_seen = true;
        self.push(TokenKind::Colon, 1);
    }

    fn number(&mut self, errors: &mut Errors) {
        if let Place::Brackets { before_number } = &mut self.place {
            self.number_seen_in_brackets |= *before_number;
            *before_number = false;
        }
        let (end, is_number) = scan_number(self.bytes, self.pos);
        if is_number {
            return self.push(TokenKind::Number, end - self.pos);
        }
        if let Some(end) = scan_duration(self.bytes, self.pos) {
            return self.push(TokenKind::Duration, end - self.pos);
        }
        let length = self.word_length(|byte| is_word(byte) || byte == b'.').max(end - self.pos);
        self.invalid(length, errors, |span, text| {
            ParseError::new(span, format!("{} is neither a number nor a duration", quoted(text)))
                .help("durations are written like `1h30m`, with the units y, w, d, h, m, s, ms from large to small")
        });
    }

    fn word(&mut self, in_brackets: bool, errors: &mut Errors) {
        if in_brackets {
            let length = self.word_length(|byte| byte.is_ascii_alphabetic() || byte == b'_');
            let word = self.text.get(self.pos..self.pos + length).unwrap_or_default();
            return match keyword(word) {
                Some(kind @ TokenKind::Keyword(Keyword::Step | Keyword::Range | Keyword::MaxOf | Keyword::MinOf)) => {
                    self.push(kind, length);
                }
                _ => {
                    let length = self.word_length(is_word);
                    self.invalid(length, errors, |span, text| {
                        ParseError::new(span, format!("expected a duration here, found {}", quoted(text)))
                            .help("a range is written like `[5m]`")
                    });
                }
            };
        }
        let length = self.word_length(|byte| is_word(byte) || byte == b':');
        let word = self.text.get(self.pos..self.pos + length).unwrap_or_default();
        let kind = match keyword(word) {
            // These are young keywords: metrics may have their names, so only what looks like a modifier is one.
            Some(TokenKind::Keyword(Keyword::Fill | Keyword::FillLeft | Keyword::FillRight))
                if !self.text[self.pos + length..].trim_start_matches([' ', '\t', '\n', '\r']).starts_with('(') =>
            {
                TokenKind::Name
            }
            Some(kind) => kind,
            None if word.contains(':') => TokenKind::MetricName,
            None => TokenKind::Name,
        };
        self.push(kind, length);
    }

    fn unknown(&mut self, byte: u8, errors: &mut Errors) {
        let rest = self.text.get(self.pos..).unwrap_or_default();
        let first = rest.chars().next().unwrap_or_default();
        // A run of the same character, or of characters that can be in no token, is one mistake.
        let length = match variable::scan(self.text, self.pos, Dialect::Grafana) {
            Some((_, end)) => end - self.pos,
            None => rest.chars().take_while(|c| *c == first || !(c.is_ascii() || c.is_whitespace())).map(char::len_utf8).sum(),
        };
        let dialect = self.dialect;
        self.invalid(length, errors, |span, text| {
            let error = ParseError::new(span, format!("unexpected {}", quoted(text)));
            match (byte, text) {
                (b'&', "&&") => error.help("the operator is `and`").replace(span, "and"),
                (b'|', "||") => error.help("the operator is `or`").replace(span, "or"),
                (b'!', _) => error.help("PromQL has no `not`; `unless` removes series"),
                (b'}', _) => error.help("there is no open `{`"),
                (b'$', _) if dialect == Dialect::Prometheus => {
                    error.help("a server knows no variables; dashboards and specs have them")
                }
                (b'.', ".") => error.help("a name with a dot is written in quotes: `{\"a.b\"}`"),
                (b';', _) => error.help("an expression does not end with a semicolon"),
                (b'\xe2', "“" | "”" | "‘" | "’") => error.help("write plain quotes, `\"`"),
                _ => error,
            }
        });
    }
}

fn unterminated(span: Span, quote: u8) -> ParseError {
    ParseError::new(span, "the string is not closed").help(format!("expected `{}` at the end of it", quote as char))
}

fn misplaced_match(span: Span, op: &str) -> ParseError {
    ParseError::new(span, format!("`{op}` compares labels, between braces only"))
        .help(format!("write `metric{{label{op}\"pattern\"}}`"))
}

/// Text for a message, shortened.
pub(super) fn quoted(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((cut, _)) => format!("`{}…`", &text[..cut]),
        None => format!("`{text}`"),
    }
}
