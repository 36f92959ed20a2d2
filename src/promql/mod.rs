//! PromQL: a parser that keeps the place of everything, type checking as the server does it, and printing.
//!
//! The language is that of Prometheus 3.14 with its experimental parts. What a dashboard or a spec adds to it (variables) is
//! part of the grammar and has to be asked for with a [`Dialect`].

pub mod ast;
pub mod catalog;
mod check;
pub mod duration;
mod error;
pub mod functions;
pub mod infer;
mod keyword;
mod lex;
pub mod literal;
pub mod operators;
mod parse;
mod pretty;
mod print;
mod quote;
pub mod regex;
pub mod requirement;
pub mod span;
mod suggest;
pub mod text;
mod types;
mod variable;
mod walk;

pub use ast::{
    Aggregate, At, Binary, Call, Callee, Expr, ExprKind, Fill, FillNumber, FillValue, Group, GroupSide, Grouping, Infix, Label,
    Matcher, Matching, MatrixSelector, MetricName, Modifiers, Moment, Number, Offset, RangeExtension, RangeExtensionKind,
    Subquery, Unary, ValueType, VariableCall, VectorSelector,
};
pub use duration::{DurationExpr, DurationKind, DurationOp};
pub use error::{ParseError, SYNTAX_ERROR};
pub use functions::{Function, Version};
pub use operators::{AggregateOp, BinaryOp, MatchOp, UnaryOp};
pub use parse::{MAX_DEPTH, Parsed, parse};
pub use span::Span;
pub use text::{Text, TextPart, Variable, VariableSyntax};

/// Which variables an expression may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Dialect {
    /// None: what a server accepts.
    #[default]
    Prometheus,
    /// Those of Grafana: `$name`, `${name:format}`, `[[name]]`.
    Grafana,
    /// Parameters of a spec, `$name`, which stand for a duration or a number.
    Spec,
}
