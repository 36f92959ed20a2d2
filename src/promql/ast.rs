//! The syntax tree: every node keeps the place where it was written.
//!
//! Nodes can be built and changed in code: all fields are public, and the constructors leave places empty. `==` compares
//! places too; [`Expr::equivalent`] does not.

use smol_str::SmolStr;

use super::duration::DurationExpr;
use super::functions::Function;
use super::operators::{AggregateOp, BinaryOp, MatchOp, UnaryOp};
use super::span::Span;
use super::text::{Text, Variable};

/// What an expression returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    /// One number.
    Scalar,
    /// One string.
    String,
    /// Series with one sample each.
    InstantVector,
    /// Series with the samples of a range.
    RangeVector,
}

impl ValueType {
    /// As messages say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::String => "string",
            Self::InstantVector => "instant vector",
            Self::RangeVector => "range vector",
        }
    }
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// All of it, with its modifiers.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `5`, `-1`, `0x1f`, `Inf`, `5m` as a number of seconds. A sign in front of a literal is part of it.
    Number(Number),
    /// `"text"`
    String(Text),
    /// `name{matchers}`
    Selector(Box<VectorSelector>),
    /// `name{matchers}[5m]`
    Matrix(Box<MatrixSelector>),
    /// `expr[1h:5m]`
    Subquery(Box<Subquery>),
    /// `rate(...)`
    Call(Call),
    /// `sum by (job) (...)`
    Aggregate(Box<Aggregate>),
    /// `a + on (job) b`
    Binary(Box<Binary>),
    /// `-a`
    Unary(Unary),
    /// `(a)`
    Paren(Box<Expr>),
    /// A variable in place of an expression: its value is not known, and its type only by what it is called.
    Variable(Box<Variable>),
    /// `$function(a)`, `$aggregation by (job) (a)`, `a $operator b`: what is computed is not known.
    VariableCall(Box<VariableCall>),
    /// Something that could not be understood; an error has been reported, and nothing more is known.
    Hole,
}

/// A number and how it is written.
#[derive(Debug, Clone, Copy)]
pub struct Number {
    /// The value; of a duration its seconds.
    pub value: f64,
    /// Whether it is written as a duration.
    pub is_duration: bool,
}

impl PartialEq for Number {
    /// Numbers are equal when they are written alike, so `NaN` is equal to `NaN` and `0` is not equal to `-0`.
    fn eq(&self, other: &Self) -> bool {
        self.is_duration == other.is_duration
            && (self.value.to_bits() == other.value.to_bits() || (self.value.is_nan() && other.value.is_nan()))
    }
}

impl Number {
    /// A plain number.
    pub fn new(value: f64) -> Self {
        Self { value, is_duration: false }
    }
}

/// `name{matchers} offset 5m @ end()`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VectorSelector {
    /// The metric name in front of the braces, or the first quoted name inside them.
    pub name: Option<MetricName>,
    /// The matchers in the order in which they are written. One on `__name__` stays one.
    pub matchers: Vec<Matcher>,
    /// Variables that stand for whole matchers: `{job="a", $filter}`.
    pub matcher_variables: Vec<Variable>,
    /// The braces and what is between them.
    pub braces: Option<Span>,
    /// What follows.
    pub modifiers: Modifiers,
}

/// The name of a metric where it is written as a name.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricName {
    /// The name, or a name with variables in it.
    pub text: Text,
    /// Whether it is written in quotes inside the braces.
    pub quoted: bool,
    /// Where, with its quotes.
    pub span: Span,
}

/// `name op "value"`
#[derive(Debug, Clone, PartialEq)]
pub struct Matcher {
    /// The label.
    pub label: Label,
    /// The operator.
    pub op: MatchOp,
    /// Where the operator is.
    pub op_span: Span,
    /// The value or the pattern, decoded.
    pub value: Text,
    /// Where the value is, with its quotes.
    pub value_span: Span,
}

impl Matcher {
    /// A matcher without a place.
    pub fn new(label: impl Into<SmolStr>, op: MatchOp, value: impl Into<SmolStr>) -> Self {
        Self { label: Label::new(label), op, op_span: Span::default(), value: Text::plain(value), value_span: Span::default() }
    }

    /// From the label to the value.
    pub fn span(&self) -> Span {
        self.label.span.to(self.value_span)
    }
}

/// A label name where one is named: in a matcher, in `by`, `on`, `group_left`.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// The name; a variable in a grouping may stand for several labels.
    pub name: Text,
    /// Where, with its quotes if it has any.
    pub span: Span,
}

impl Label {
    /// A label without a place.
    pub fn new(name: impl Into<SmolStr>) -> Self {
        Self { name: Text::plain(name), span: Span::default() }
    }
}

/// `offset`, `@`, `anchored` and `smoothed` after a selector or a subquery.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Modifiers {
    /// `offset 5m`
    pub offset: Option<Box<Offset>>,
    /// `@ 1700000000`
    pub at: Option<Box<At>>,
    /// `anchored` or `smoothed`
    pub range_extension: Option<RangeExtension>,
}

/// `offset 5m`
#[derive(Debug, Clone, PartialEq)]
pub struct Offset {
    /// How far back; negative is ahead.
    pub duration: DurationExpr,
    /// From the keyword to the end of the duration.
    pub span: Span,
}

/// `@ end()`
#[derive(Debug, Clone, PartialEq)]
pub struct At {
    /// The moment.
    pub moment: Moment,
    /// From the `@` to the end of the moment.
    pub span: Span,
}

/// The moment of an `@` modifier.
#[derive(Debug, Clone, PartialEq)]
pub enum Moment {
    /// Seconds since 1970.
    Timestamp(Number),
    /// `start()`, the start of the query's range.
    Start,
    /// `end()`, the end of the query's range.
    End,
    /// A variable.
    Variable(Box<Variable>),
}

/// How a range takes in samples at its borders (experimental).
#[derive(Debug, Clone, PartialEq)]
pub struct RangeExtension {
    /// Which.
    pub kind: RangeExtensionKind,
    /// The keyword.
    pub span: Span,
}

/// The kinds of [`RangeExtension`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RangeExtensionKind {
    /// `anchored`
    Anchored,
    /// `smoothed`
    Smoothed,
}

impl RangeExtensionKind {
    /// The keyword.
    pub fn name(self) -> &'static str {
        match self {
            Self::Anchored => "anchored",
            Self::Smoothed => "smoothed",
        }
    }
}

/// `name{matchers}[5m]`; the modifiers that follow the range are those of the selector.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixSelector {
    /// The series.
    pub selector: VectorSelector,
    /// The name and the braces.
    pub selector_span: Span,
    /// How long.
    pub range: DurationExpr,
    /// The brackets and what is between them.
    pub range_span: Span,
}

/// `expr[1h:5m]`
#[derive(Debug, Clone, PartialEq)]
pub struct Subquery {
    /// What is evaluated again and again.
    pub expr: Expr,
    /// How far back.
    pub range: DurationExpr,
    /// How often; the default is the evaluation interval.
    pub step: Option<DurationExpr>,
    /// The brackets and what is between them.
    pub range_span: Span,
    /// What follows.
    pub modifiers: Modifiers,
}

/// What is called.
#[derive(Debug, Clone, PartialEq)]
pub enum Callee {
    /// A function of the table.
    Known(&'static Function),
    /// Something else; an error has been reported.
    Unknown(String),
}

impl Callee {
    /// The name as written.
    pub fn name(&self) -> &str {
        match self {
            Self::Known(function) => function.name,
            Self::Unknown(name) => name,
        }
    }
}

/// `rate(http_requests_total[5m])`
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function.
    pub callee: Callee,
    /// The function's name.
    pub callee_span: Span,
    /// The arguments.
    pub args: Vec<Expr>,
}

impl Call {
    /// The function, when there is such a one.
    pub fn function(&self) -> Option<&'static Function> {
        match &self.callee {
            Callee::Known(function) => Some(function),
            Callee::Unknown(_) => None,
        }
    }
}

/// `topk by (job) (3, expr)`
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// The operator.
    pub op: AggregateOp,
    /// The operator's name.
    pub op_span: Span,
    /// `by` or `without`; `None` aggregates everything into one series.
    pub grouping: Option<Grouping>,
    /// The parameter of `topk`, `bottomk`, `quantile`, `count_values`, `limitk`, `limit_ratio`.
    pub param: Option<Expr>,
    /// What is aggregated.
    pub expr: Expr,
}

/// `by (job)` or `without (instance)`
#[derive(Debug, Clone, PartialEq)]
pub struct Grouping {
    /// `without`
    pub without: bool,
    /// The labels.
    pub labels: Vec<Label>,
    /// Whether it is written after the arguments, which makes no difference.
    pub after: bool,
    /// From the keyword to the closing parenthesis.
    pub span: Span,
}

impl Grouping {
    /// `by (labels)` without a place.
    pub fn by<L: Into<SmolStr>>(labels: impl IntoIterator<Item = L>) -> Self {
        Self { without: false, labels: labels.into_iter().map(Label::new).collect(), after: false, span: Span::default() }
    }

    /// `without (labels)` without a place.
    pub fn without<L: Into<SmolStr>>(labels: impl IntoIterator<Item = L>) -> Self {
        Self { without: true, ..Self::by(labels) }
    }
}

/// `a / on (job) group_left b`
#[derive(Debug, Clone, PartialEq)]
pub struct Binary {
    /// The operator.
    pub op: BinaryOp,
    /// Where the operator is.
    pub op_span: Span,
    /// The keyword `bool`: a comparison returns 0 or 1 in place of filtering.
    pub bool_modifier: Option<Span>,
    /// `on` or `ignoring`; `None` matches on all labels.
    pub matching: Option<Matching>,
    /// Values for series that are missing on one side (experimental).
    pub fill: Fill,
    /// The left side.
    pub lhs: Expr,
    /// The right side.
    pub rhs: Expr,
}

/// `on (job) group_left (version)`
#[derive(Debug, Clone, PartialEq)]
pub struct Matching {
    /// `on` rather than `ignoring`.
    pub on: bool,
    /// The labels.
    pub labels: Vec<Label>,
    /// `group_left` or `group_right`.
    pub group: Option<Group>,
    /// From the keyword to the closing parenthesis, without the group modifier.
    pub span: Span,
}

/// `group_left (version)`
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Which side has many series.
    pub side: GroupSide,
    /// Labels that are copied from the other side.
    pub include: Vec<Label>,
    /// From the keyword to the closing parenthesis.
    pub span: Span,
}

/// The side with many series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupSide {
    /// `group_left`: many on the left, one on the right.
    Left,
    /// `group_right`: one on the left, many on the right.
    Right,
}

/// `fill (0)`, `fill_left (0)`, `fill_right (0)`; `fill` sets both.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fill {
    /// In place of a series that is missing on the left.
    pub left: Option<FillValue>,
    /// In place of a series that is missing on the right.
    pub right: Option<FillValue>,
}

/// The value of a fill modifier.
#[derive(Debug, Clone, PartialEq)]
pub struct FillValue {
    /// The number, or a variable for it.
    pub value: FillNumber,
    /// From the keyword to the closing parenthesis.
    pub span: Span,
}

/// A literal or a variable.
#[derive(Debug, Clone, PartialEq)]
pub enum FillNumber {
    /// A literal.
    Number(Number),
    /// A variable.
    Variable(Box<Variable>),
}

/// `-expr`
#[derive(Debug, Clone, PartialEq)]
pub struct Unary {
    /// The sign.
    pub op: UnaryOp,
    /// Where the sign is.
    pub op_span: Span,
    /// What it stands in front of.
    pub expr: Box<Expr>,
}

/// `$function(a)`, `$aggregation by (job) (a)`, `a $operator b`
#[derive(Debug, Clone, PartialEq)]
pub struct VariableCall {
    /// What is called: a variable, or a name with variables in it.
    pub callee: Text,
    /// Where the callee is.
    pub callee_span: Span,
    /// `by` or `without`, when it can only be an aggregation.
    pub grouping: Option<Grouping>,
    /// What follows an operator, when it stands between its two arguments as one.
    pub infix: Option<Infix>,
    /// The arguments.
    pub args: Vec<Expr>,
}

/// The modifiers of an operator that is not known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Infix {
    /// The keyword `bool`.
    pub bool_modifier: Option<Span>,
    /// `on` or `ignoring`.
    pub matching: Option<Matching>,
    /// Values for missing series.
    pub fill: Fill,
}
