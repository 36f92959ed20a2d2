//! Type checking, by the rules of the server: what a selector must contain, which types a function or an operator takes, which
//! modifiers may stand where.

use super::ast::*;
use super::error::{Errors, ParseError};
use super::functions::Function;
use super::operators::MatchOp;
use super::parse::plural;
use super::regex;
use super::span::Span;
use super::text::Text;

/// Checks an expression; of what is a hole or a variable nothing is demanded. `text` is that of part 0.
pub(super) fn check(expr: &Expr, text: &str, errors: &mut Errors) {
    Checker { text, errors }.expr(expr);
}

struct Checker<'a> {
    text: &'a str,
    errors: &'a mut Errors,
}

impl Checker<'_> {
    /// Checks an expression and says what it returns, if that is known.
    fn expr(&mut self, expr: &Expr) -> Option<ValueType> {
        match &expr.kind {
            ExprKind::Number(_) => Some(ValueType::Scalar),
            ExprKind::String(_) => Some(ValueType::String),
            ExprKind::Selector(selector) => {
                self.selector(selector, expr.span);
                Some(ValueType::InstantVector)
            }
            ExprKind::Matrix(matrix) => {
                self.selector(&matrix.selector, matrix.selector_span);
                Some(ValueType::RangeVector)
            }
            ExprKind::Subquery(subquery) => {
                self.subquery(subquery);
                Some(ValueType::RangeVector)
            }
            ExprKind::Call(call) => self.call(call, expr.span),
            ExprKind::Aggregate(aggregate) => {
                self.aggregate(aggregate);
                Some(ValueType::InstantVector)
            }
            ExprKind::Binary(binary) => self.binary(binary),
            ExprKind::Unary(unary) => self.unary(unary),
            ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::VariableCall(call) => {
                for arg in &call.args {
                    self.expr(arg);
                }
                None
            }
            ExprKind::Variable(_) | ExprKind::Hole => expr.value_type(),
        }
    }

    fn source(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// An expression as a message names it: short ones by their text.
    fn name(&self, expr: &Expr) -> String {
        const MOST: usize = 40;
        let text = self.source(expr.span);
        if text.is_empty() || text.len() > MOST || text.contains('\n') { "this".to_owned() } else { format!("`{text}`") }
    }

    fn selector(&mut self, selector: &VectorSelector, span: Span) {
        match &selector.name {
            Some(name) if !name.quoted => {
                for matcher in &selector.matchers {
                    if matcher.label.name.as_plain() == Some("__name__") {
                        self.errors.push(
                            ParseError::new(matcher.span(), "the metric name is set twice")
                                .label(name.span, "first set here")
                                .help("set it in front of the braces or inside, not both"),
                        );
                    }
                }
            }
            _ => self.selects_something(selector, span),
        }
    }

    /// A selector without a name needs a matcher that the empty string does not pass.
    fn selects_something(&mut self, selector: &VectorSelector, span: Span) {
        let name = selector.name.iter().map(|name| (MatchOp::Equal, &name.text));
        let matchers = selector.matchers.iter().map(|matcher| (matcher.op, &matcher.value));
        if selector.matcher_variables.is_empty() && name.chain(matchers).all(|(op, value)| admits_empty(op, value)) {
            let error = if selector.matchers.is_empty() {
                ParseError::new(span, "a selector needs a metric name or a matcher")
            } else {
                ParseError::new(span, "a selector needs a metric name or a matcher that the empty string does not pass")
            };
            self.errors.push(error.help("this one would select every series; add a metric name"));
        }
    }

    fn subquery(&mut self, subquery: &Subquery) {
        let inner = &subquery.expr;
        match self.expr(inner) {
            None | Some(ValueType::InstantVector) => {}
            Some(other) => {
                let message = format!("expected an instant vector before a subquery, {} is a {}", self.name(inner), other.name());
                self.errors.push(ParseError::new(inner.span, message).label(subquery.range_span, "subquery"));
            }
        }
    }

    fn call(&mut self, call: &Call, span: Span) -> Option<ValueType> {
        let Some(function) = call.function() else {
            for arg in &call.args {
                self.expr(arg);
            }
            return None;
        };
        self.count_args(call, function, span);
        let is_info = function.name == "info";
        for (index, arg) in call.args.iter().enumerate() {
            if is_info && index == 1 {
                self.info_labels(arg);
                continue;
            }
            let found = self.expr(arg);
            // An argument too many is reported as such only, and where one is missing the others may be in the wrong places.
            let complete = call.args.len() >= function.min_args;
            let expected = function.args.get(index).or(function.args.last().filter(|_| function.min_args < function.args.len()));
            if let (Some(expected), Some(found)) = (expected, found)
                && *expected != found
                && complete
            {
                self.mismatch(arg, *expected, found, &format!("`{}` takes {} here", function.name, with_article(*expected)));
            }
        }
        Some(function.returns)
    }

    fn count_args(&mut self, call: &Call, function: &Function, span: Span) {
        let count = call.args.len();
        let (min, max) = (function.min_args, function.max_args);
        if count >= min && max.is_none_or(|max| count <= max) {
            return;
        }
        let takes = match max {
            Some(max) if max == min => plural(min, "argument"),
            Some(max) if count > max => format!("at most {}", plural(max, "argument")),
            _ => format!("at least {}", plural(min, "argument")),
        };
        self.errors.push(
            ParseError::new(span, format!("`{}` takes {takes}, not {count}", function.name))
                .help(format!("its signature is `{}`", function.signature())),
        );
    }

    /// The second argument of `info` is not evaluated: it only says which labels to add.
    fn info_labels(&mut self, arg: &Expr) {
        match &arg.kind {
            ExprKind::Selector(selector) if selector.name.as_ref().is_none_or(|name| name.quoted) => {}
            ExprKind::Hole | ExprKind::Variable(_) => {}
            _ => {
                self.expr(arg);
                self.errors.push(
                    ParseError::new(arg.span, "expected label matchers in braces as the second argument of `info`")
                        .help("the metric is chosen with a matcher, `{__name__=\"build_info\"}`"),
                );
            }
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        if let (Some(param), Some(expected)) = (&aggregate.param, aggregate.op.param()) {
            match self.expr(param) {
                Some(found) if found != expected => {
                    let label = format!("the parameter of `{}` is a {}", aggregate.op, expected.name());
                    self.mismatch(param, expected, found, &label);
                }
                _ => {}
            }
        }
        match self.expr(&aggregate.expr) {
            Some(found) if found != ValueType::InstantVector => {
                let label = format!("`{}` aggregates an instant vector", aggregate.op);
                self.mismatch(&aggregate.expr, ValueType::InstantVector, found, &label);
            }
            _ => {}
        }
    }

    /// Reports an expression of the wrong type, with what was probably meant.
    fn mismatch(&mut self, expr: &Expr, expected: ValueType, found: ValueType, because: &str) {
        let wanted = match expected {
            ValueType::RangeVector => "a range selector".to_owned(),
            other => with_article(other),
        };
        let message = format!("expected {wanted} here, {} is {}", self.name(expr), with_article(found));
        let error = ParseError::new(expr.span, message);
        let text = self.source(expr.span).to_owned();
        let error = match (expected, &expr.without_parens().kind) {
            (ValueType::RangeVector, ExprKind::Selector(selector)) if !text.is_empty() => {
                let end = selector.braces.or(selector.name.as_ref().map(|name| name.span)).map_or(expr.span, Span::after).after();
                let head = self.source(Span { end: end.start, ..expr.span });
                let tail = self.source(Span { start: end.start, ..expr.span });
                let meant = format!("{head}[5m]{tail}");
                error.help(format!("did you mean `{meant}`?")).replace(end, "[5m]")
            }
            (ValueType::RangeVector, _) if found == ValueType::InstantVector => {
                error.help(format!("{because}; a subquery computes one: `...[5m:]`"))
            }
            (ValueType::InstantVector, ExprKind::Matrix(matrix)) => {
                let removed = matrix.range_span;
                error.help(format!("{because}; remove the range or put a function such as `rate` around it")).replace(removed, "")
            }
            (ValueType::InstantVector, _) if found == ValueType::Scalar => {
                error.help(format!("{because}; `vector(...)` makes one of a scalar"))
            }
            (ValueType::Scalar, _) if found == ValueType::InstantVector => {
                error.help(format!("{because}; `scalar(...)` makes one of a vector with one series"))
            }
            (ValueType::String, _) => error.help(format!("{because}; strings stand in quotes")),
            _ => error.help(because),
        };
        self.errors.push(error);
    }

    fn unary(&mut self, unary: &Unary) -> Option<ValueType> {
        let found = self.expr(&unary.expr);
        if let Some(wrong @ (ValueType::String | ValueType::RangeVector)) = found {
            let message = format!(
                "expected a scalar or an instant vector after `{}`, {} is a {}",
                unary.op.symbol(),
                self.name(&unary.expr),
                wrong.name()
            );
            self.errors.push(ParseError::new(unary.expr.span, message));
        }
        found
    }

    fn binary(&mut self, binary: &Binary) -> Option<ValueType> {
        let left = self.expr(&binary.lhs);
        let right = self.expr(&binary.rhs);
        let op = binary.op;
        if let Some(keyword) = binary.bool_modifier
            && !op.is_comparison()
        {
            self.errors.push(
                ParseError::new(keyword, "`bool` belongs to comparisons only")
                    .label(binary.op_span, format!("`{op}` is no comparison")),
            );
        }
        let both_scalar = left == Some(ValueType::Scalar) && right == Some(ValueType::Scalar);
        if op.is_comparison() && binary.bool_modifier.is_none() && both_scalar {
            self.errors.push(
                ParseError::new(binary.op_span, "a comparison of two scalars needs `bool`")
                    .help(format!("write `{op} bool`"))
                    .replace(binary.op_span, format!("{op} bool")),
            );
        }
        self.labels_on_both_sides(binary);
        self.operand(binary, &binary.lhs, left);
        self.operand(binary, &binary.rhs, right);
        self.matching(binary, left, right);
        match (left, right) {
            _ if both_scalar => Some(ValueType::Scalar),
            (Some(ValueType::Scalar) | None, None) | (None, Some(ValueType::Scalar)) => None,
            _ => Some(ValueType::InstantVector),
        }
    }

    fn operand(&mut self, binary: &Binary, side: &Expr, found: Option<ValueType>) {
        let op = binary.op;
        match found {
            Some(wrong @ (ValueType::String | ValueType::RangeVector)) => {
                let message = format!("`{op}` takes scalars and instant vectors, {} is a {}", self.name(side), wrong.name());
                let error = ParseError::new(side.span, message).label(binary.op_span, "operator");
                let error = match wrong {
                    ValueType::RangeVector => error.help("put a function such as `rate` around the range"),
                    _ => error,
                };
                self.errors.push(error);
            }
            Some(ValueType::Scalar) if op.is_set() => {
                let message = format!("`{op}` takes instant vectors, {} is a scalar", self.name(side));
                self.errors.push(
                    ParseError::new(side.span, message)
                        .label(binary.op_span, "operator")
                        .help("`vector(...)` makes a vector of a scalar"),
                );
            }
            _ => {}
        }
    }

    /// A label that both sides match on cannot be copied from one of them.
    fn labels_on_both_sides(&mut self, binary: &Binary) {
        let Some(Matching { on: true, labels, group: Some(group), .. }) = &binary.matching else { return };
        for copied in &group.include {
            let matched = labels.iter().find(|label| label.name == copied.name && label.name.as_plain().is_some());
            if let Some(matched) = matched {
                let message = format!("the label `{}` is matched on and copied at once", copied.name);
                self.errors.push(ParseError::new(copied.span, message).label(matched.span, "matched on here"));
            }
        }
    }

    fn matching(&mut self, binary: &Binary, left: Option<ValueType>, right: Option<ValueType>) {
        let op = binary.op;
        let fill = binary.fill.left.as_ref().or(binary.fill.right.as_ref());
        let not_vector = [(&binary.lhs, left), (&binary.rhs, right)]
            .into_iter()
            .find(|(_, found)| found.is_some_and(|found| found != ValueType::InstantVector));
        if let Some((side, Some(found))) = not_vector {
            let label = |checker: &Self| format!("{} is a {}", checker.name(side), found.name());
            if let Some(matching) = binary.matching.as_ref().filter(|matching| !matching.labels.is_empty()) {
                let error = ParseError::new(matching.span, "labels can be matched between two instant vectors only");
                let label = label(self);
                self.errors.push(error.label(side.span, label));
            } else if let Some(fill) = fill {
                let error = ParseError::new(fill.span, "series can be filled in between two instant vectors only");
                let label = label(self);
                self.errors.push(error.label(side.span, label));
            }
            return;
        }
        if !op.is_set() || left.is_none() || right.is_none() {
            return;
        }
        if let Some(group) = binary.matching.as_ref().and_then(|matching| matching.group.as_ref()) {
            let name = match group.side {
                GroupSide::Left => "group_left",
                GroupSide::Right => "group_right",
            };
            self.errors.push(
                ParseError::new(group.span, format!("`{op}` takes no `{name}`"))
                    .label(binary.op_span, "set operators match many series to many"),
            );
        }
        if let Some(fill) = fill {
            let error = ParseError::new(fill.span, format!("`{op}` fills in no series"));
            self.errors.push(error.label(binary.op_span, "a set operator computes no values"));
        }
    }
}

fn with_article(kind: ValueType) -> String {
    format!("{} {}", if kind == ValueType::InstantVector { "an" } else { "a" }, kind.name())
}

/// Whether a matcher is passed by a series that lacks the label; of a value that is not known, no.
fn admits_empty(op: MatchOp, value: &Text) -> bool {
    let Some(value) = value.as_plain() else { return false };
    match op {
        MatchOp::Equal => value.is_empty(),
        MatchOp::NotEqual => !value.is_empty(),
        MatchOp::Regex => regex::check(value).is_ok_and(|facts| facts.matches_empty),
        MatchOp::NotRegex => regex::check(value).is_ok_and(|facts| !facts.matches_empty),
    }
}
