//! From tokens to the tree: precedence climbing, with recovery after an error.
//!
//! The parser accepts what the grammar of the server accepts; types are checked on the finished tree ([`super::check`]).
//! After an error it goes on at the next place where it can know what is meant, and what it skipped is a hole.

mod aggregate;
mod call;
mod duration;
mod modifier;
mod operator;
mod selector;

use super::ast::*;
use super::check;
use super::error::{Errors, ParseError};
use super::keyword::Keyword;
use super::lex::{self, Token, TokenKind, quoted};
use super::operators::{BinaryOp, UnaryOp};
use super::quote;
use super::span::Span;
use super::text::{Text, TextPart, Variable};
use super::variable;
use super::{Dialect, literal};
pub(super) use aggregate::plural;

/// How deep an expression may be nested: parentheses, arguments and signs, and also the operators of a chain such as
/// `a + b + c`, because the tree of a chain is as deep as the chain is long. Everything that walks a tree relies on it.
pub const MAX_DEPTH: u16 = 256;

/// What the parser made of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The tree; where there are errors it has holes.
    pub expr: Expr,
    /// All errors found, in the order of their places. A server accepts the text if there are none.
    pub errors: Vec<ParseError>,
}

/// Parses and type-checks an expression. Experimental parts of the language are accepted.
pub fn parse(text: &str, dialect: Dialect) -> Parsed {
    let mut errors = Errors::default();
    if u32::try_from(text.len()).is_err() {
        errors.push(ParseError::new(Span::default(), "the expression is larger than 4 GiB"));
        return Parsed { expr: Expr::new(ExprKind::Hole, Span::default()), errors: errors.finish() };
    }
    let tokens = lex::tokens(text, dialect, &mut errors);
    let mut parser = Parser { text, tokens, next: 0, dialect, errors, depth: 0, silent_at: None };
    let expr = parser.whole();
    let mut errors = parser.errors;
    check::check(&expr, text, &mut errors);
    Parsed { expr, errors: errors.finish() }
}

/// An expression with the height of its tree.
struct Node {
    expr: Expr,
    height: u16,
}

impl Node {
    fn leaf(kind: ExprKind, span: Span) -> Self {
        Self { expr: Expr::new(kind, span), height: 1 }
    }

    fn hole(span: Span) -> Self {
        Self::leaf(ExprKind::Hole, span)
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    dialect: Dialect,
    errors: Errors,
    depth: u16,
    /// The token at which an error was reported: more of what is wrong with it is not worth saying.
    silent_at: Option<usize>,
}

impl Parser<'_> {
    fn whole(&mut self) -> Expr {
        if self.peek() == TokenKind::End {
            let message = "expected an expression, the text is empty";
            self.errors.push(ParseError::new(Span::new(0, self.text.len()), message));
            return Expr::new(ExprKind::Hole, Span::default());
        }
        let node = self.expr(0);
        if self.peek() != TokenKind::End {
            self.unexpected_after(&node.expr);
        }
        node.expr
    }

    // Tokens.

    fn token(&self) -> Token {
        self.token_at(0)
    }

    fn token_at(&self, ahead: usize) -> Token {
        let end = Token { kind: TokenKind::End, start: 0, end: 0 };
        self.tokens.get(self.next + ahead).or(self.tokens.last()).copied().unwrap_or(end)
    }

    fn peek(&self) -> TokenKind {
        self.token().kind
    }

    fn peek_at(&self, ahead: usize) -> TokenKind {
        self.token_at(ahead).kind
    }

    /// Takes a token; the end stays.
    fn take(&mut self) -> Token {
        let token = self.token();
        if token.kind != TokenKind::End {
            self.next += 1;
        }
        token
    }

    /// Takes the next token if it is of this kind.
    fn take_if(&mut self, kind: TokenKind) -> Option<Token> {
        (self.peek() == kind).then(|| self.take())
    }

    /// The place of the token taken last.
    fn previous(&self) -> Span {
        self.next.checked_sub(1).and_then(|index| self.tokens.get(index)).map_or(Span::default(), |token| token.span())
    }

    /// The empty place behind the token taken last, for what is missing there.
    fn here(&self) -> Span {
        self.previous().after()
    }

    fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    fn token_text(&self, token: Token) -> &str {
        self.slice(token.span())
    }

    // Errors.

    /// Reports an error about the next token unless it has been reported already.
    fn error_here(&mut self, error: impl FnOnce(&Self, Token) -> ParseError) {
        let token = self.token();
        let after_invalid = self.previous_kind() == Some(TokenKind::Invalid);
        if self.silent_at != Some(self.next) && token.kind != TokenKind::Invalid && !after_invalid {
            let error = error(self, token);
            self.errors.push(error);
        }
        self.silent_at = Some(self.next);
    }

    fn expected_here(&mut self, what: &str) {
        self.error_here(|parser, token| ParseError::new(token.span(), format!("expected {what}, found {}", parser.found(token))));
    }

    /// Takes a token of this kind or reports that it was expected.
    fn expect(&mut self, kind: TokenKind, what: &str) -> Option<Token> {
        let token = self.take_if(kind);
        if token.is_none() {
            self.expected_here(what);
        }
        token
    }

    /// Closes what `open` opened, skipping what does not belong there.
    fn close(&mut self, open: Token, kind: TokenKind, what: &str) -> Span {
        if let Some(token) = self.take_if(kind) {
            return token.span();
        }
        self.error_here(|parser, token| {
            ParseError::new(token.span(), format!("expected {what}, found {}", parser.found(token)))
                .label(open.span(), "opened here")
        });
        self.skip_to_close(kind);
        self.take_if(kind).map_or(self.previous(), |token| token.span())
    }

    /// Skips to the token that closes what is open here, or to one that closes something around it.
    fn skip_to_close(&mut self, kind: TokenKind) {
        self.skip_until(|token| token == kind);
    }

    /// Skips whole groups of brackets until `stop`, or a token that closes a group that was open before.
    fn skip_until(&mut self, stop: impl Fn(TokenKind) -> bool) {
        let mut depth: u32 = 0;
        loop {
            let kind = self.peek();
            match kind {
                TokenKind::End => return,
                _ if depth == 0 && stop(kind) => return,
                TokenKind::LeftParen | TokenKind::LeftBrace | TokenKind::LeftBracket => depth += 1,
                TokenKind::RightParen | TokenKind::RightBrace | TokenKind::RightBracket => match depth.checked_sub(1) {
                    Some(outer) => depth = outer,
                    None => return,
                },
                _ => {}
            }
            self.take();
        }
    }

    /// A token as a message names it.
    fn found(&self, token: Token) -> String {
        match token.kind {
            TokenKind::End => "the end of the expression".to_owned(),
            _ => quoted(self.token_text(token)),
        }
    }

    /// Reports what follows a complete expression.
    fn unexpected_after(&mut self, expr: &Expr) {
        let before = expr.span;
        self.error_here(|parser, token| {
            let text = parser.token_text(token);
            let error = ParseError::new(
                token.span(),
                format!("expected an operator or the end of the expression, found {}", parser.found(token)),
            );
            match token.kind {
                TokenKind::Assign => error.help("a comparison is written `==`").replace(token.span(), "=="),
                TokenKind::RightParen => error.help("there is no open `(`"),
                TokenKind::RightBracket => error.help("there is no open `[`"),
                TokenKind::LeftBrace => error.help("matchers follow a metric name directly"),
                TokenKind::LeftParen => {
                    let name = parser.slice(before);
                    error.help(format!("{} is no function", quoted(name)))
                }
                TokenKind::Keyword(Keyword::By | Keyword::Without) => {
                    error.help(format!("`{}` belongs to an aggregation such as `sum`", text.to_lowercase()))
                }
                TokenKind::Keyword(
                    Keyword::On | Keyword::Ignoring | Keyword::GroupLeft | Keyword::GroupRight | Keyword::Bool,
                ) => error.help(format!("`{}` follows a binary operator", text.to_lowercase())),
                _ => error,
            }
        });
        self.next = self.tokens.len().saturating_sub(1);
    }

    /// Goes one level deeper; where that is too deep, reports it and gives up on the rest.
    fn enter(&mut self) -> bool {
        if self.depth >= MAX_DEPTH {
            self.too_deep();
            return false;
        }
        self.depth += 1;
        true
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    fn too_deep(&mut self) {
        self.error_here(|_, token| {
            ParseError::new(token.span(), format!("the expression is nested deeper than {MAX_DEPTH} levels"))
                .help("split it into recording rules")
        });
        self.next = self.tokens.len().saturating_sub(1);
        self.silent_at = Some(self.next);
    }

    // Expressions.

    /// An expression of operators that bind at least as tightly as `least`.
    fn expr(&mut self, least: u8) -> Node {
        if !self.enter() {
            return Node::hole(self.here());
        }
        let mut node = self.operand();
        loop {
            node = match self.binary_op(least) {
                Some((op, op_token)) => self.binary(op, op_token, node),
                None if self.variable_op(least) => self.infix(node),
                None => break,
            };
        }
        self.leave();
        node
    }

    /// An operand with its signs in front and its modifiers behind.
    fn operand(&mut self) -> Node {
        let op = match self.peek() {
            TokenKind::Op(BinaryOp::Add) => UnaryOp::Plus,
            TokenKind::Op(BinaryOp::Sub) => UnaryOp::Minus,
            _ => {
                let primary = self.primary();
                return self.postfix(primary);
            }
        };
        let sign = self.take().span();
        // A sign binds as tightly as `*`, so only `^` is part of its operand.
        let node = self.expr(BinaryOp::Pow.precedence());
        self.signed(op, sign, node)
    }

    fn signed(&mut self, op: UnaryOp, sign: Span, mut node: Node) -> Node {
        let span = sign.to(node.expr.span);
        if let ExprKind::Number(number) = &mut node.expr.kind {
            number.value = negate_if(op, number.value);
            node.expr.span = span;
            return node;
        }
        let height = self.height_above(&[node.height]);
        Node { expr: Expr::new(ExprKind::Unary(Unary { op, op_span: sign, expr: Box::new(node.expr) }), span), height }
    }

    /// The height of a node above others; a tree that is too high is given up.
    fn height_above(&mut self, heights: &[u16]) -> u16 {
        let height = heights.iter().copied().max().unwrap_or(0) + 1;
        if height > MAX_DEPTH {
            self.too_deep();
        }
        height
    }

    fn primary(&mut self) -> Node {
        let token = self.token();
        match token.kind {
            TokenKind::Number | TokenKind::Duration => {
                let number = self.number();
                Node::leaf(ExprKind::Number(number), token.span())
            }
            TokenKind::String => {
                self.take();
                let text = self.string(token).text;
                Node::leaf(ExprKind::String(text), token.span())
            }
            TokenKind::LeftParen => self.paren(),
            TokenKind::LeftBrace => self.selector(None),
            TokenKind::Template => self.template_expr(),
            TokenKind::Name if self.peek_at(1) == TokenKind::LeftParen => self.call(),
            TokenKind::Keyword(
                Keyword::Start | Keyword::End | Keyword::Step | Keyword::Range | Keyword::MaxOf | Keyword::MinOf,
            ) if self.peek_at(1) == TokenKind::LeftParen => self.call(),
            TokenKind::Keyword(Keyword::Aggregate(op))
                if matches!(
                    self.peek_at(1),
                    TokenKind::LeftParen | TokenKind::Keyword(Keyword::By) | TokenKind::Keyword(Keyword::Without)
                ) =>
            {
                self.aggregate(op)
            }
            TokenKind::Name | TokenKind::MetricName => self.named_selector(),
            TokenKind::Keyword(keyword) if is_metric_keyword(keyword) => self.named_selector(),
            _ => {
                self.expected_expr();
                Node::hole(self.skipped_operand())
            }
        }
    }

    fn expected_expr(&mut self) {
        self.error_here(|parser, token| {
            let error = ParseError::new(token.span(), format!("expected an expression, found {}", parser.found(token)));
            match token.kind {
                TokenKind::Keyword(
                    Keyword::On | Keyword::Ignoring | Keyword::Bool | Keyword::GroupLeft | Keyword::GroupRight,
                ) => error.help("`bool` comes first, then `on` or `ignoring`, then `group_left` or `group_right`, then `fill`"),
                TokenKind::RightParen if parser.previous_kind() == Some(TokenKind::Comma) => {
                    error.help("a comma after the last argument is not allowed")
                }
                _ => error,
            }
        });
    }

    fn previous_kind(&self) -> Option<TokenKind> {
        self.next.checked_sub(1).and_then(|index| self.tokens.get(index)).map(|token| token.kind)
    }

    /// Skips what stands in place of an operand: nothing where an operator, comma or closing token comes.
    fn skipped_operand(&mut self) -> Span {
        let keep = matches!(
            self.peek(),
            TokenKind::End
                | TokenKind::Comma
                | TokenKind::RightParen
                | TokenKind::RightBracket
                | TokenKind::RightBrace
                | TokenKind::Op(_)
                | TokenKind::Keyword(Keyword::Op(_))
        );
        if keep {
            return self.here();
        }
        let span = self.take().span();
        self.silent_at = Some(self.next);
        span
    }

    fn paren(&mut self) -> Node {
        let open = self.take();
        let inner = self.expr(0);
        let close = self.close(open, TokenKind::RightParen, "`)` or an operator");
        let height = self.height_above(&[inner.height]);
        Node { expr: Expr::new(ExprKind::Paren(Box::new(inner.expr)), open.span().to(close)), height }
    }

    /// A number or a duration, whose token is next.
    fn number(&mut self) -> Number {
        let token = self.take();
        let text = self.token_text(token);
        let is_duration = token.kind == TokenKind::Duration;
        let read = if is_duration {
            literal::read_duration(text)
        } else {
            literal::read_number(text).ok_or_else(|| format!("{} is not a number, or too large for one", quoted(text)))
        };
        let value = read.unwrap_or_else(|message| {
            self.errors.push(ParseError::new(token.span(), message));
            f64::NAN
        });
        Number { value, is_duration }
    }

    fn string(&mut self, token: Token) -> quote::Decoded {
        let literal = self.text.get(token.span().range()).unwrap_or_default();
        quote::decode(literal, token.span(), self.dialect, &mut self.errors)
    }

    /// The text of a name or a word with variables.
    fn name_text(&self, token: Token) -> Text {
        let text = self.token_text(token);
        if token.kind != TokenKind::Template {
            return Text::plain(text);
        }
        let mut parts = Vec::new();
        let (mut literal_start, mut pos) = (0, 0);
        while pos < text.len() {
            let is_start = matches!(text.as_bytes().get(pos), Some(b'$' | b'['));
            let Some((mut found, end)) = is_start.then(|| variable::scan(text, pos, self.dialect)).flatten() else {
                pos += 1;
                continue;
            };
            if literal_start < pos {
                parts.push(TextPart::Literal(text[literal_start..pos].to_owned()));
            }
            found.span = Span::new(token.start as usize + pos, token.start as usize + end);
            parts.push(TextPart::Variable(found));
            (literal_start, pos) = (end, end);
        }
        if literal_start < text.len() {
            parts.push(TextPart::Literal(text[literal_start..].to_owned()));
        }
        Text::Template(parts)
    }

    /// The variable that a word is.
    fn variable(&self, token: Token) -> Option<Variable> {
        self.name_text(token).as_variable().cloned()
    }
}

/// A keyword that can also be the name of a metric.
fn is_metric_keyword(keyword: Keyword) -> bool {
    !matches!(
        keyword,
        Keyword::On | Keyword::Ignoring | Keyword::Bool | Keyword::GroupLeft | Keyword::GroupRight | Keyword::Op(BinaryOp::Atan2)
    )
}

fn negate_if(op: UnaryOp, value: f64) -> f64 {
    if op == UnaryOp::Minus && !value.is_nan() { -value } else { value }
}
