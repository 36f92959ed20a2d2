//! Durations: literals, variables, and the arithmetic of ranges, steps and offsets.

use super::ast::Number;
use super::operators::UnaryOp;
use super::span::Span;
use super::text::Text;

/// The duration of a range, a subquery or an offset.
#[derive(Debug, Clone, PartialEq)]
pub struct DurationExpr {
    /// What it is.
    pub kind: DurationKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of duration.
#[derive(Debug, Clone, PartialEq)]
pub enum DurationKind {
    /// `5m`, or seconds as a number. A sign in front of a literal is part of it.
    Literal(Number),
    /// `$__rate_interval`, `$window`, `${__range_s}s`.
    Variable(Text),
    /// `step()`, the step of the query.
    Step,
    /// `range()`, the length of the query's range.
    Range,
    /// `min_of(a, b)`
    MinOf(Box<[DurationExpr; 2]>),
    /// `max_of(a, b)`
    MaxOf(Box<[DurationExpr; 2]>),
    /// `-a`
    Unary(UnaryOp, Box<DurationExpr>),
    /// `a * b`
    Binary(DurationOp, Box<[DurationExpr; 2]>),
    /// `(a)`
    Paren(Box<DurationExpr>),
    /// Something that could not be understood; an error has been reported.
    Hole,
}

/// An operator of duration arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the operator that it is named for")]
pub enum DurationOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
}

impl DurationOp {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Mod => "%",
            Self::Pow => "^",
        }
    }

    /// How tightly it binds, on the scale of [`super::BinaryOp::precedence`].
    pub fn precedence(self) -> u8 {
        match self {
            Self::Add | Self::Sub => 4,
            Self::Mul | Self::Div | Self::Mod => 5,
            Self::Pow => 6,
        }
    }
}

impl DurationExpr {
    /// A literal of so many seconds, without a place.
    pub fn seconds(seconds: f64) -> Self {
        Self { kind: DurationKind::Literal(Number { value: seconds, is_duration: true }), span: Span::default() }
    }

    /// A literal of so many milliseconds, without a place.
    pub fn milliseconds(milliseconds: u32) -> Self {
        Self::seconds(f64::from(milliseconds) / 1000.0)
    }

    /// The seconds of a literal, looking through parentheses and signs but not through arithmetic: what the server checks while
    /// it parses.
    pub fn literal(&self) -> Option<f64> {
        match &self.kind {
            DurationKind::Literal(number) => Some(number.value),
            DurationKind::Paren(inner) | DurationKind::Unary(UnaryOp::Plus, inner) => inner.literal(),
            DurationKind::Unary(UnaryOp::Minus, inner) => inner.literal().map(|value| -value),
            _ => None,
        }
    }

    /// The seconds, when they are the same in every query.
    pub fn constant(&self) -> Option<f64> {
        let both = |pair: &[DurationExpr; 2]| Some((pair[0].constant()?, pair[1].constant()?));
        match &self.kind {
            DurationKind::Literal(number) => Some(number.value),
            DurationKind::Variable(_) | DurationKind::Step | DurationKind::Range | DurationKind::Hole => None,
            DurationKind::MinOf(pair) => both(pair).map(|(a, b)| a.min(b)),
            DurationKind::MaxOf(pair) => both(pair).map(|(a, b)| a.max(b)),
            DurationKind::Unary(UnaryOp::Plus, operand) => operand.constant(),
            DurationKind::Unary(UnaryOp::Minus, operand) => operand.constant().map(|value| -value),
            DurationKind::Binary(op, pair) => both(pair).map(|(a, b)| match op {
                DurationOp::Add => a + b,
                DurationOp::Sub => a - b,
                DurationOp::Mul => a * b,
                DurationOp::Div => a / b,
                DurationOp::Mod => a % b,
                DurationOp::Pow => a.powf(b),
            }),
            DurationKind::Paren(inner) => inner.constant(),
        }
    }
}
