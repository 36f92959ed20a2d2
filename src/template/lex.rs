//! Tokens of a template. Whitespace is a token of its own inside an action, because it separates arguments there.

use super::ast::TextSpan;
use super::error::ErrorKind;

/// One token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: TextSpan,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TokenKind {
    Text,
    Comment,
    /// `{{`, with its trim marker.
    Open,
    /// `}}`, with its trim marker.
    Close,
    Space,
    /// `=`
    Assign,
    /// `:=`
    Declare,
    Pipe,
    LeftParen,
    RightParen,
    /// A character that has no meaning in a template, or a comma.
    Char(char),
    Quoted(Quoted),
    Number,
    Bool(bool),
    Keyword(Keyword),
    /// A function's name.
    Name,
    Dot,
    /// `.name`
    Field,
    /// `$name`
    Variable,
    /// The end of the text.
    End,
    /// Something that is no token. `resume` goes on behind it.
    Error(LexError),
}

/// Which quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoted {
    Text,
    Character,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

/// What the lexer stumbled over. The span of its token says where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LexError {
    pub(super) kind: ErrorKind,
    /// The character, where it is one that cannot stand there.
    pub(super) found: Option<char>,
    /// Where that began which is not closed.
    pub(super) opened: Option<TextSpan>,
}

/// Cuts a text into tokens, one a call.
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    inside: bool,
    action: usize,
    parens: Vec<usize>,
}

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

// Go asks for letters and decimal digits. This takes rare marks and numerals more, so that nothing valid is refused; the
// superscripts, fractions and enclosed numbers of the two ranges are no digits in Go.
fn is_word(c: char) -> bool {
    let fraction = matches!(c, '\u{80}'..='\u{65f}' | '\u{2000}'..='\u{33ff}') && c.is_numeric();
    c == '_' || c.is_alphanumeric() && !fraction
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, inside: false, action: 0, parens: Vec::new() }
    }

    /// Where the action that is being read starts.
    pub(super) fn action(&self) -> usize {
        self.action
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn skip_while(&mut self, wanted: impl Fn(char) -> bool) {
        self.at += self.rest().find(|c| !wanted(c)).unwrap_or(self.rest().len());
    }

    fn accept(&mut self, wanted: &str) -> bool {
        let found = self.peek().is_some_and(|c| wanted.contains(c));
        if found {
            self.bump();
        }
        found
    }

    fn token(&self, kind: TokenKind, start: usize) -> Token {
        Token { kind, span: TextSpan::new(start, self.at) }
    }

    fn error(&self, kind: ErrorKind, start: usize) -> Token {
        self.token(TokenKind::Error(LexError { kind, found: None, opened: None }), start)
    }

    /// Goes on behind an error at `from`: behind the `}}` that follows, or at the next `{{` when that comes first. When the action
    /// is already closed, nothing is skipped.
    pub(super) fn resume(&mut self, from: usize) {
        if !self.inside {
            return;
        }
        self.inside = false;
        let rest = self.text.get(from..).unwrap_or_default();
        let brace = rest.as_bytes().windows(2).position(|pair| pair == OPEN.as_bytes() || pair == CLOSE.as_bytes());
        self.at = brace.map_or(self.text.len(), |length| from + length);
        if self.rest().starts_with(CLOSE) {
            let trims = self.text.get(..self.at).is_some_and(|before| before.ends_with('-'));
            self.at += CLOSE.len();
            if trims {
                self.skip_while(is_space);
            }
        }
    }

    /// The next token; `End` for ever once there are no more.
    pub(super) fn next(&mut self) -> Token {
        if self.inside { self.in_action() } else { self.in_text() }
    }

    fn in_text(&mut self) -> Token {
        let start = self.at;
        let Some(found) = self.rest().find(OPEN) else {
            self.at = self.text.len();
            return self.token(if start < self.at { TokenKind::Text } else { TokenKind::End }, start);
        };
        let open = self.at + found;
        let after = open + OPEN.len();
        let trims = has_left_trim(self.text.get(after..).unwrap_or_default());
        let mut between = self.text.get(start..open).unwrap_or_default();
        if trims {
            between = between.trim_end_matches(is_space);
        }
        self.at = open;
        if !between.is_empty() {
            return Token { kind: TokenKind::Text, span: TextSpan::new(start, start + between.len()) };
        }
        self.at = after + if trims { 2 } else { 0 };
        if self.rest().starts_with("/*") {
            return self.comment(open);
        }
        self.inside = true;
        self.action = open;
        self.parens.clear();
        Token { kind: TokenKind::Open, span: TextSpan::new(open, after + usize::from(trims)) }
    }

    fn comment(&mut self, open: usize) -> Token {
        let start = self.at;
        self.at += 2;
        let Some(length) = self.rest().find("*/") else {
            self.at = self.text.len();
            return Token { span: TextSpan::new(open, start + 2), ..self.error(ErrorKind::UnclosedComment, start) };
        };
        self.at += length + 2;
        let span = TextSpan::new(start, self.at);
        match self.close_at(self.at) {
            Some(trims) => {
                self.at += CLOSE.len() + if trims { 2 } else { 0 };
                if trims {
                    self.skip_while(is_space);
                }
                Token { kind: TokenKind::Comment, span }
            }
            None => {
                // What follows is read as text: the comment itself was whole.
                Token { span, ..self.error(ErrorKind::UnclosedComment, start) }
            }
        }
    }

    // Whether `}}` stands at a position, and whether it trims.
    fn close_at(&self, at: usize) -> Option<bool> {
        let rest = self.text.get(at..).unwrap_or_default();
        if rest.starts_with(CLOSE) {
            return Some(false);
        }
        let mut chars = rest.chars();
        let marker = chars.next().is_some_and(is_space) && chars.next() == Some('-');
        (marker && chars.as_str().starts_with(CLOSE)).then_some(true)
    }

    fn in_action(&mut self) -> Token {
        let start = self.at;
        if let Some(trims) = self.close_at(start) {
            if let Some(paren) = self.parens.pop() {
                let opened = Some(TextSpan::new(paren, paren + 1));
                return self.token(TokenKind::Error(LexError { kind: ErrorKind::UnclosedParen, found: None, opened }), start);
            }
            self.at += CLOSE.len() + if trims { 2 } else { 0 };
            let span = TextSpan::new(start + usize::from(trims), self.at);
            if trims {
                self.skip_while(is_space);
            }
            self.inside = false;
            return Token { kind: TokenKind::Close, span };
        }
        let Some(first) = self.bump() else {
            return self.error(ErrorKind::UnclosedAction, start);
        };
        match first {
            c if is_space(c) => self.space(start),
            '=' => self.token(TokenKind::Assign, start),
            ':' if self.accept("=") => self.token(TokenKind::Declare, start),
            ':' => self.token(TokenKind::Char(':'), start),
            '|' => self.token(TokenKind::Pipe, start),
            '"' => self.quoted('"', start),
            '\'' => self.quoted('\'', start),
            '`' => match self.rest().find('`') {
                Some(length) => {
                    self.at += length + 1;
                    self.token(TokenKind::Quoted(Quoted::Text), start)
                }
                None => self.error(ErrorKind::UnclosedString, start),
            },
            '$' => self.word_after(TokenKind::Variable, TokenKind::Variable, start),
            '.' if !self.peek().is_some_and(|c| c.is_ascii_digit()) => self.word_after(TokenKind::Dot, TokenKind::Field, start),
            '.' | '+' | '-' | '0'..='9' => {
                self.at = start;
                self.number(start)
            }
            c if is_word(c) => self.name(start),
            '(' => {
                self.parens.push(start);
                self.token(TokenKind::LeftParen, start)
            }
            ')' if self.parens.pop().is_some() => self.token(TokenKind::RightParen, start),
            c => self.token(TokenKind::Char(c), start),
        }
    }

    // A run of spaces; its last one stays when it belongs to a trim marker.
    fn space(&mut self, start: usize) -> Token {
        self.skip_while(is_space);
        let last = self.at - 1;
        if last > start && self.close_at(last) == Some(true) {
            self.at = last;
        }
        self.token(TokenKind::Space, start)
    }

    fn quoted(&mut self, quote: char, start: usize) -> Token {
        loop {
            match self.bump() {
                Some('\\') if self.peek().is_some_and(|c| c != '\n') => {
                    self.bump();
                }
                Some(c) if c == quote => break,
                None | Some('\n' | '\\') => {
                    let mut token = self.error(ErrorKind::UnclosedString, start);
                    token.span.end = start + 1;
                    return token;
                }
                Some(_) => {}
            }
        }
        let quoted = if quote == '"' { Quoted::Text } else { Quoted::Character };
        self.token(TokenKind::Quoted(quoted), start)
    }

    // What follows `.` or `$`: nothing, or a name.
    fn word_after(&mut self, bare: TokenKind, named: TokenKind, start: usize) -> Token {
        let name = self.at;
        self.skip_while(is_word);
        if self.at_terminator() { self.token(if self.at == name { bare } else { named }, start) } else { self.bad_character() }
    }

    fn name(&mut self, start: usize) -> Token {
        self.skip_while(is_word);
        if !self.at_terminator() {
            return self.bad_character();
        }
        let kind = match self.text.get(start..self.at).unwrap_or_default() {
            "block" => TokenKind::Keyword(Keyword::Block),
            "break" => TokenKind::Keyword(Keyword::Break),
            "continue" => TokenKind::Keyword(Keyword::Continue),
            "define" => TokenKind::Keyword(Keyword::Define),
            "else" => TokenKind::Keyword(Keyword::Else),
            "end" => TokenKind::Keyword(Keyword::End),
            "if" => TokenKind::Keyword(Keyword::If),
            "nil" => TokenKind::Keyword(Keyword::Nil),
            "range" => TokenKind::Keyword(Keyword::Range),
            "template" => TokenKind::Keyword(Keyword::Template),
            "with" => TokenKind::Keyword(Keyword::With),
            "true" => TokenKind::Bool(true),
            "false" => TokenKind::Bool(false),
            _ => TokenKind::Name,
        };
        self.token(kind, start)
    }

    // Whether a name may end here.
    fn at_terminator(&self) -> bool {
        match self.peek() {
            None => true,
            Some(c) => is_space(c) || matches!(c, '.' | ',' | '|' | ':' | ')' | '(') || self.rest().starts_with(CLOSE),
        }
    }

    fn bad_character(&mut self) -> Token {
        let start = self.at;
        let found = self.bump();
        self.token(TokenKind::Error(LexError { kind: ErrorKind::BadCharacter, found, opened: None }), start)
    }

    fn number(&mut self, start: usize) -> Token {
        let mut fine = self.scan_number();
        if fine && self.peek().is_some_and(|c| matches!(c, '+' | '-')) {
            fine = self.scan_number() && self.text.get(start..self.at).is_some_and(|text| text.ends_with('i'));
        }
        if fine {
            return self.token(TokenKind::Number, start);
        }
        self.skip_while(is_word);
        self.error(ErrorKind::BadNumber, start)
    }

    // Takes what a number may consist of; whether it is one is seen from its text.
    fn scan_number(&mut self) -> bool {
        self.accept("+-");
        let mut radix = 10;
        if self.accept("0") {
            radix = match self.peek() {
                Some('x' | 'X') => 16,
                Some('o' | 'O') => 8,
                Some('b' | 'B') => 2,
                _ => 10,
            };
            if radix != 10 {
                self.bump();
            }
        }
        let digit = |c: char| c == '_' || c.is_digit(radix);
        self.skip_while(digit);
        if self.accept(".") {
            self.skip_while(digit);
        }
        if radix == 10 && self.accept("eE") || radix == 16 && self.accept("pP") {
            self.accept("+-");
            self.skip_while(|c| c == '_' || c.is_ascii_digit());
        }
        self.accept("i");
        !self.peek().is_some_and(is_word)
    }
}

fn has_left_trim(after_open: &str) -> bool {
    let mut chars = after_open.chars();
    chars.next() == Some('-') && chars.next().is_some_and(is_space)
}
