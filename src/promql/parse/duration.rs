//! Durations in ranges, steps and offsets.

use super::*;
use crate::promql::duration::{DurationExpr, DurationKind, DurationOp};

impl Parser<'_> {
    /// A duration with arithmetic.
    pub(super) fn duration(&mut self, expected: &str) -> DurationExpr {
        self.duration_expr(0, expected).0
    }

    /// The duration of an `offset`: without parentheses around it arithmetic is not part of it, so that `a offset 5m + b`
    /// adds two vectors. An open parenthesis begins arithmetic, unless there is one sign in front of it.
    pub(super) fn offset_duration(&mut self) -> DurationExpr {
        let signed = sign(self.peek()).is_some();
        match self.peek_at(usize::from(signed)) {
            TokenKind::LeftParen if !signed => self.duration("a duration"),
            kind if signed && sign(kind).is_some() => self.duration("a duration"),
            _ => self.duration_operand("a duration", true).0,
        }
    }

    fn duration_expr(&mut self, least: u8, expected: &str) -> (DurationExpr, u16) {
        if !self.enter() {
            return (DurationExpr { kind: DurationKind::Hole, span: self.here() }, 1);
        }
        let (mut lhs, mut height) = self.duration_operand(expected, false);
        while let Some(op) = duration_op(self.peek()).filter(|op| op.precedence() >= least) {
            let op_span = self.take().span();
            let least = op.precedence() + u8::from(op != DurationOp::Pow);
            let (rhs, rhs_height) = self.duration_expr(least, "a duration");
            if matches!(op, DurationOp::Div | DurationOp::Mod) && rhs.literal() == Some(0.0) {
                self.errors.push(ParseError::new(op_span.to(rhs.span), "the duration is divided by zero"));
            }
            height = self.height_above(&[height, rhs_height]);
            let span = lhs.span.to(rhs.span);
            lhs = DurationExpr { kind: DurationKind::Binary(op, Box::new([lhs, rhs])), span };
        }
        self.leave();
        (lhs, height)
    }

    /// One operand; an atom takes no arithmetic behind its sign.
    fn duration_operand(&mut self, expected: &str, atom: bool) -> (DurationExpr, u16) {
        let token = self.token();
        if let Some(op) = sign(token.kind) {
            self.take();
            let (operand, height) = if atom {
                self.duration_operand("a duration", true)
            } else {
                self.duration_expr(DurationOp::Pow.precedence(), "a duration")
            };
            let span = token.span().to(operand.span);
            if let DurationKind::Literal(number) = operand.kind {
                let value = negate_if(op, number.value);
                return (DurationExpr { kind: DurationKind::Literal(Number { value, ..number }), span }, height);
            }
            let height = self.height_above(&[height]);
            return (DurationExpr { kind: DurationKind::Unary(op, Box::new(operand)), span }, height);
        }
        let mut height = 1;
        let kind = match token.kind {
            TokenKind::Number | TokenKind::Duration => {
                let number = self.number();
                if literal::is_out_of_range(number.value) {
                    self.errors.push(ParseError::new(token.span(), "the duration is longer than 292 years"));
                }
                DurationKind::Literal(number)
            }
            TokenKind::Template => {
                self.take();
                DurationKind::Variable(self.name_text(token))
            }
            TokenKind::Keyword(keyword @ (Keyword::Step | Keyword::Range)) => {
                self.take();
                if let Some(open) = self.expect(TokenKind::LeftParen, "`()`") {
                    self.close(open, TokenKind::RightParen, "`)`");
                }
                if keyword == Keyword::Step { DurationKind::Step } else { DurationKind::Range }
            }
            TokenKind::Keyword(keyword @ (Keyword::MinOf | Keyword::MaxOf)) => {
                self.take();
                let (pair, inner) = self.duration_pair();
                height = self.height_above(&[inner]);
                if keyword == Keyword::MinOf { DurationKind::MinOf(pair) } else { DurationKind::MaxOf(pair) }
            }
            TokenKind::LeftParen => {
                self.take();
                let (inner, inner_height) = self.duration_expr(0, "a duration");
                self.close(token, TokenKind::RightParen, "`)` or an operator");
                height = self.height_above(&[inner_height]);
                DurationKind::Paren(Box::new(inner))
            }
            _ => {
                self.error_here(|parser, token| {
                    let message = format!("expected {expected}, found {}", parser.found(token));
                    ParseError::new(token.span(), message).help("durations are written like `5m` or `1h30m`")
                });
                return (DurationExpr { kind: DurationKind::Hole, span: self.here() }, 1);
            }
        };
        (DurationExpr { kind, span: token.span().to(self.previous()) }, height)
    }

    fn duration_pair(&mut self) -> (Box<[DurationExpr; 2]>, u16) {
        let hole = |span| DurationExpr { kind: DurationKind::Hole, span };
        let Some(open) = self.expect(TokenKind::LeftParen, "`(` and two durations") else {
            let span = self.here();
            return (Box::new([hole(span), hole(span)]), 1);
        };
        let (first, first_height) = self.duration_expr(0, "a duration");
        let (second, second_height) = match self.expect(TokenKind::Comma, "`,` and a second duration") {
            Some(_) => self.duration_expr(0, "a duration"),
            None => (hole(self.here()), 1),
        };
        self.close(open, TokenKind::RightParen, "`)`");
        (Box::new([first, second]), first_height.max(second_height))
    }
}

fn sign(kind: TokenKind) -> Option<UnaryOp> {
    match kind {
        TokenKind::Op(BinaryOp::Add) => Some(UnaryOp::Plus),
        TokenKind::Op(BinaryOp::Sub) => Some(UnaryOp::Minus),
        _ => None,
    }
}

fn duration_op(kind: TokenKind) -> Option<DurationOp> {
    match kind {
        TokenKind::Op(BinaryOp::Add) => Some(DurationOp::Add),
        TokenKind::Op(BinaryOp::Sub) => Some(DurationOp::Sub),
        TokenKind::Op(BinaryOp::Mul) => Some(DurationOp::Mul),
        TokenKind::Op(BinaryOp::Div) => Some(DurationOp::Div),
        TokenKind::Op(BinaryOp::Mod) => Some(DurationOp::Mod),
        TokenKind::Op(BinaryOp::Pow) => Some(DurationOp::Pow),
        _ => None,
    }
}
