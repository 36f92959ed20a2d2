//! Which server an expression needs: the version that first knew each construct, and the flag that enables it.

use std::fmt;

use super::ast::*;
use super::duration::{DurationExpr, DurationKind};
use super::functions::{Stability, Version};
use super::keyword;
use super::operators::{AggregateOp, BinaryOp};
use super::span::Span;
use super::text::Text;

/// A feature flag of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// `promql-experimental-functions`
    ExperimentalFunctions,
    /// `promql-duration-expr`; without effect since 3.14, which needs none.
    DurationExpressions,
    /// `promql-extended-range-selectors`
    ExtendedRangeSelectors,
    /// `promql-binop-fill-modifiers`
    FillModifiers,
    /// `promql-at-modifier`, until 2.33.
    AtModifier,
    /// `promql-negative-offset`, until 2.33.
    NegativeOffset,
}

impl Flag {
    /// As `--enable-feature` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ExperimentalFunctions => "promql-experimental-functions",
            Self::DurationExpressions => "promql-duration-expr",
            Self::ExtendedRangeSelectors => "promql-extended-range-selectors",
            Self::FillModifiers => "promql-binop-fill-modifiers",
            Self::AtModifier => "promql-at-modifier",
            Self::NegativeOffset => "promql-negative-offset",
        }
    }
}

/// A construct that not every server knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// What it is, for a message.
    pub construct: Construct,
    /// Where it is.
    pub span: Span,
    /// The first version that knows it.
    pub since: Version,
    /// The flag that it needs, until the version from which on it needs none.
    pub flag: Option<(Flag, Option<Version>)>,
}

impl Requirement {
    /// What a server lacks for it; `None` if nothing.
    pub fn unmet(&self, server: Version, enabled: &[Flag]) -> Option<Unmet> {
        if server < self.since {
            return Some(Unmet::Version(self.since));
        }
        let (flag, until) = self.flag?;
        let needed = until.is_none_or(|until| server < until);
        (needed && !enabled.contains(&flag)).then_some(Unmet::Flag(flag))
    }
}

/// What a server lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmet {
    /// It must be at least of this version.
    Version(Version),
    /// It must be started with this flag.
    Flag(Flag),
}

/// The constructs with a version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Construct {
    /// A function.
    Function(&'static str),
    /// An aggregation.
    Aggregation(AggregateOp),
    /// A binary operator.
    Operator(BinaryOp),
    /// `fill`, `fill_left`, `fill_right`
    Fill,
    /// `anchored` or `smoothed`
    RangeExtension(RangeExtensionKind),
    /// `@`
    At,
    /// An offset below zero.
    NegativeOffset,
    /// `[1h:5m]`
    Subquery,
    /// Arithmetic in a range, step or offset.
    DurationArithmetic,
    /// `step()` in a range, step or offset.
    DurationStep,
    /// `range()` in a range, step or offset.
    DurationRange,
    /// `min_of` or `max_of` in a range, step or offset.
    DurationMinMax,
    /// A number in place of a duration, or a duration in place of a number.
    NumberAsDuration,
    /// A metric or label name in quotes.
    QuotedName,
}

impl fmt::Display for Construct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function(name) => write!(f, "the function `{name}`"),
            Self::Aggregation(op) => write!(f, "the aggregation `{op}`"),
            Self::Operator(op) => write!(f, "the operator `{op}`"),
            Self::Fill => f.write_str("the modifier `fill`"),
            Self::RangeExtension(kind) => write!(f, "the modifier `{}`", kind.name()),
            Self::At => f.write_str("the modifier `@`"),
            Self::NegativeOffset => f.write_str("a negative offset"),
            Self::Subquery => f.write_str("a subquery"),
            Self::DurationArithmetic => f.write_str("arithmetic with durations"),
            Self::DurationStep => f.write_str("`step()` as a duration"),
            Self::DurationRange => f.write_str("`range()` as a duration"),
            Self::DurationMinMax => f.write_str("`min_of` or `max_of` of durations"),
            Self::NumberAsDuration => f.write_str("a number as a duration"),
            Self::QuotedName => f.write_str("a name in quotes"),
        }
    }
}

/// All constructs in an expression that are younger than Prometheus 2.0.
pub fn requirements(expr: &Expr) -> Vec<Requirement> {
    let mut found = Found(Vec::new());
    expr.visit(&mut |expr| found.expr(expr));
    found.0
}

struct Found(Vec<Requirement>);

impl Found {
    fn add(&mut self, construct: Construct, span: Span, since: Version, flag: Option<(Flag, Option<Version>)>) {
        if since > Version(2, 0) {
            self.0.push(Requirement { construct, span, since, flag });
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Number(number) if number.is_duration => self.number_as_duration(expr.span),
            ExprKind::Selector(selector) => self.selector(selector),
            ExprKind::Matrix(matrix) => {
                self.selector(&matrix.selector);
                self.duration(&matrix.range);
            }
            ExprKind::Subquery(subquery) => {
                self.add(Construct::Subquery, subquery.range_span, Version(2, 7), None);
                self.duration(&subquery.range);
                subquery.step.iter().for_each(|step| self.duration(step));
                self.modifiers(&subquery.modifiers);
            }
            ExprKind::Call(call) => {
                if let Some(function) = call.function() {
                    let flag = match function.stability {
                        Stability::Stable => None,
                        Stability::StableSince(version) => Some((Flag::ExperimentalFunctions, Some(version))),
                        Stability::Experimental => Some((Flag::ExperimentalFunctions, None)),
                    };
                    self.add(Construct::Function(function.name), call.callee_span, function.since, flag);
                }
            }
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate),
            ExprKind::Binary(binary) => self.binary(binary),
            _ => {}
        }
    }

    fn number_as_duration(&mut self, span: Span) {
        self.add(Construct::NumberAsDuration, span, Version(2, 54), None);
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        let construct = Construct::Aggregation(aggregate.op);
        match aggregate.op {
            AggregateOp::Limitk | AggregateOp::LimitRatio => {
                self.add(construct, aggregate.op_span, Version(2, 54), Some((Flag::ExperimentalFunctions, None)));
            }
            AggregateOp::Group => self.add(construct, aggregate.op_span, Version(2, 20), None),
            _ => {}
        }
        if let Some(grouping) = &aggregate.grouping {
            self.labels(&grouping.labels);
        }
    }

    fn binary(&mut self, binary: &Binary) {
        let construct = Construct::Operator(binary.op);
        match binary.op {
            BinaryOp::Atan2 => self.add(construct, binary.op_span, Version(2, 31), None),
            BinaryOp::TrimUpper | BinaryOp::TrimLower => self.add(construct, binary.op_span, Version(3, 11), None),
            _ => {}
        }
        if let Some(fill) = binary.fill.left.as_ref().or(binary.fill.right.as_ref()) {
            self.add(Construct::Fill, fill.span, Version(3, 10), Some((Flag::FillModifiers, None)));
        }
        if let Some(matching) = &binary.matching {
            self.labels(&matching.labels);
            self.labels(matching.group.as_ref().map_or(&[], |group| &group.include));
        }
    }

    fn labels(&mut self, labels: &[Label]) {
        for label in labels {
            self.name(&label.name, label.span, keyword::is_bare_grouping_label);
        }
    }

    fn name(&mut self, name: &Text, span: Span, is_bare: fn(&str) -> bool) {
        if name.as_plain().is_some_and(|name| !is_bare(name)) {
            self.add(Construct::QuotedName, span, Version(3, 0), None);
        }
    }

    fn selector(&mut self, selector: &VectorSelector) {
        if let Some(name) = selector.name.as_ref().filter(|name| name.quoted) {
            self.add(Construct::QuotedName, name.span, Version(3, 0), None);
        }
        for matcher in &selector.matchers {
            self.name(&matcher.label.name, matcher.label.span, keyword::is_bare_label);
        }
        self.modifiers(&selector.modifiers);
    }

    fn modifiers(&mut self, modifiers: &Modifiers) {
        if let Some(extension) = &modifiers.range_extension {
            let flag = Some((Flag::ExtendedRangeSelectors, None));
            self.add(Construct::RangeExtension(extension.kind), extension.span, Version(3, 7), flag);
        }
        if let Some(at) = &modifiers.at {
            self.add(Construct::At, at.span, Version(2, 25), Some((Flag::AtModifier, Some(Version(2, 33)))));
        }
        if let Some(offset) = &modifiers.offset {
            self.duration(&offset.duration);
            if offset.duration.literal().is_some_and(|seconds| seconds < 0.0) {
                let flag = Some((Flag::NegativeOffset, Some(Version(2, 33))));
                self.add(Construct::NegativeOffset, offset.span, Version(2, 26), flag);
            }
        }
    }

    fn duration(&mut self, duration: &DurationExpr) {
        let flag = Some((Flag::DurationExpressions, Some(Version(3, 14))));
        let span = duration.span;
        match &duration.kind {
            DurationKind::Literal(number) if !number.is_duration => self.number_as_duration(span),
            DurationKind::Literal(_) | DurationKind::Variable(_) | DurationKind::Hole => {}
            DurationKind::Step => self.add(Construct::DurationStep, span, Version(3, 6), flag),
            DurationKind::Range => self.add(Construct::DurationRange, span, Version(3, 10), flag),
            DurationKind::MinOf(pair) | DurationKind::MaxOf(pair) => {
                self.add(Construct::DurationMinMax, span, Version(3, 13), flag);
                pair.iter().for_each(|operand| self.duration(operand));
            }
            DurationKind::Binary(_, pair) => {
                self.add(Construct::DurationArithmetic, span, Version(3, 4), flag);
                pair.iter().for_each(|operand| self.duration(operand));
            }
            DurationKind::Unary(_, operand) | DurationKind::Paren(operand) => {
                self.add(Construct::DurationArithmetic, span, Version(3, 4), flag);
                self.duration(operand);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::{Dialect, parse};

    fn unmet(text: &str, server: Version, enabled: &[Flag]) -> Vec<Unmet> {
        let parsed = parse(text, Dialect::Prometheus);
        assert!(parsed.errors.is_empty(), "{text}: {:?}", parsed.errors);
        requirements(&parsed.expr).iter().filter_map(|requirement| requirement.unmet(server, enabled)).collect()
    }

    #[test]
    fn old_servers_lack_what_is_young() {
        assert_eq!(unmet("rate(a[5m]) / on (b) c", Version(2, 0), &[]), []);
        assert_eq!(unmet("a </ 5", Version(3, 5), &[]), [Unmet::Version(Version(3, 11))]);
        assert_eq!(unmet("first_over_time(a[5m])", Version(3, 9), &[]), [Unmet::Flag(Flag::ExperimentalFunctions)]);
        assert_eq!(unmet("first_over_time(a[5m])", Version(3, 14), &[]), []);
        assert_eq!(unmet("a[5m * 2]", Version(3, 13), &[Flag::DurationExpressions]), []);
        assert_eq!(unmet("a[5m * 2]", Version(3, 14), &[]), []);
        assert_eq!(unmet("{\"a.b\"}", Version(2, 55), &[]), [Unmet::Version(Version(3, 0))]);
        assert_eq!(unmet("a @ start() offset -5m", Version(2, 30), &[]).len(), 2);
    }
}
