//! What an expression returns, read off its shape, and constructors for nodes that are made in code.

use smol_str::SmolStr;

use super::ast::*;
use super::operators::BinaryOp;
use super::span::Span;
use super::text::Text;

impl Expr {
    /// A node at a place.
    pub fn new(kind: ExprKind, span: Span) -> Self {
        Self { kind, span }
    }

    /// The number, without a place.
    pub fn number(value: f64) -> Self {
        Self::new(ExprKind::Number(Number::new(value)), Span::default())
    }

    /// The string, without a place.
    pub fn string(value: impl Into<SmolStr>) -> Self {
        Self::new(ExprKind::String(Text::plain(value)), Span::default())
    }

    /// The selector of a metric by name, without a place.
    pub fn metric(name: impl Into<SmolStr>, matchers: Vec<Matcher>) -> Self {
        let name = MetricName { text: Text::plain(name), quoted: false, span: Span::default() };
        let selector = VectorSelector { name: Some(name), matchers, ..VectorSelector::default() };
        Self::new(ExprKind::Selector(Box::new(selector)), Span::default())
    }

    /// The binary expression without modifiers, spanning both sides where they lie in one text. The sides are put in
    /// parentheses where precedence asks for it when it is printed, not here.
    pub fn binary(op: BinaryOp, op_span: Span, lhs: Expr, rhs: Expr) -> Self {
        let span = lhs.span.to(rhs.span);
        let binary = Binary { op, op_span, bool_modifier: None, matching: None, fill: Fill::default(), lhs, rhs };
        Self::new(ExprKind::Binary(Box::new(binary)), span)
    }

    /// What it returns; `None` where a variable or an error makes that unknown.
    pub fn value_type(&self) -> Option<ValueType> {
        match &self.kind {
            ExprKind::Number(_) => Some(ValueType::Scalar),
            ExprKind::String(_) => Some(ValueType::String),
            ExprKind::Selector(_) | ExprKind::Aggregate(_) => Some(ValueType::InstantVector),
            ExprKind::Matrix(_) | ExprKind::Subquery(_) => Some(ValueType::RangeVector),
            ExprKind::Call(call) => call.function().map(|function| function.returns),
            ExprKind::Binary(binary) => match (binary.lhs.value_type(), binary.rhs.value_type()) {
                (Some(ValueType::Scalar), Some(ValueType::Scalar)) => Some(ValueType::Scalar),
                (Some(ValueType::Scalar) | None, None) | (None, Some(ValueType::Scalar)) => None,
                _ => Some(ValueType::InstantVector),
            },
            ExprKind::Unary(unary) => unary.expr.value_type(),
            ExprKind::Paren(inner) => inner.value_type(),
            ExprKind::Variable(variable) if variable.is_number() || variable.is_duration() => Some(ValueType::Scalar),
            ExprKind::Variable(_) | ExprKind::VariableCall(_) | ExprKind::Hole => None,
        }
    }

    /// The expression without the parentheses around it.
    pub fn without_parens(&self) -> &Expr {
        let mut expr = self;
        while let ExprKind::Paren(inner) = &expr.kind {
            expr = inner;
        }
        expr
    }
}

impl VectorSelector {
    /// The one name that all its series have, when it is known: written as a name or as `__name__="..."`.
    pub fn metric_name(&self) -> Option<&str> {
        if let Some(name) = &self.name {
            return name.text.as_plain();
        }
        self.matchers
            .iter()
            .find(|matcher| matcher.op == super::operators::MatchOp::Equal && matcher.label.name.as_plain() == Some("__name__"))
            .and_then(|matcher| matcher.value.as_plain())
    }

    /// Where to point at for the metric: its name, or else its braces.
    pub fn name_span(&self) -> Option<Span> {
        self.name.as_ref().map(|name| name.span).or(self.braces)
    }
}
