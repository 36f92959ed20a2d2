//! The layout of long expressions over several lines.
//!
//! What fits in a line stays in one. Otherwise arguments get lines of their own, an operator stands on its own line with both
//! sides indented, and matchers are listed one a line.

use std::fmt::{self, Write};

use super::ast::*;
use super::print::{self, AggregateHead, Brackets, Operator};

/// The longest line that is not broken.
const WIDTH: usize = 100;
const INDENT: &str = "  ";

impl Expr {
    /// The expression over as many lines as it needs. The text parses to an equivalent tree; it has no newline at the end.
    pub fn pretty(&self) -> String {
        let mut out = String::new();
        layout(self, 0, 0, &mut out);
        out
    }
}

/// Writes an expression at a depth of indentation; `used` characters of its first line are taken.
fn layout(expr: &Expr, depth: usize, used: usize, out: &mut String) {
    if fits(expr, WIDTH.saturating_sub(depth * INDENT.len() + used)) {
        return write(out, expr);
    }
    match &expr.kind {
        ExprKind::Call(call) => {
            write(out, call.callee.name());
            args(&call.args, depth, out);
        }
        ExprKind::VariableCall(call) => {
            if let Some((lhs, operator, rhs)) = print::infix(call) {
                out.push_str(INDENT);
                operand(lhs, super::BinaryOp::Or.precedence(), depth + 1, 0, out);
                line(depth, out);
                write(out, operator);
                line(depth + 1, out);
                return operand(rhs, super::BinaryOp::Or.precedence() + 1, depth + 1, 0, out);
            }
            write(out, &call.callee);
            if let Some(grouping) = &call.grouping {
                write(out, format_args!(" {grouping} "));
            }
            args(&call.args, depth, out);
        }
        ExprKind::Aggregate(aggregate) => {
            write(out, AggregateHead(aggregate));
            args(aggregate.param.iter().chain([&aggregate.expr]), depth, out);
        }
        ExprKind::Paren(inner) => args([&**inner], depth, out),
        ExprKind::Binary(binary) => operation(binary, depth, out),
        ExprKind::Unary(unary) => {
            write(out, unary.op.symbol());
            operand(&unary.expr, unary.least(), depth, used + 1, out);
        }
        ExprKind::Subquery(subquery) => {
            operand(&subquery.expr, print::POSTFIX, depth, used, out);
            write(out, Brackets(subquery));
        }
        ExprKind::Selector(selector) => {
            series(selector, depth, out);
            write(out, &selector.modifiers);
        }
        ExprKind::Matrix(matrix) => {
            series(&matrix.selector, depth, out);
            write(out, format_args!("[{}]{}", matrix.range, matrix.selector.modifiers));
        }
        ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Variable(_) | ExprKind::Hole => write(out, expr),
    }
}

fn args<'a>(args: impl IntoIterator<Item = &'a Expr>, depth: usize, out: &mut String) {
    out.push('(');
    for (index, arg) in args.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        line(depth + 1, out);
        layout(arg, depth + 1, 0, out);
    }
    line(depth, out);
    out.push(')');
}

fn operation(binary: &Binary, depth: usize, out: &mut String) {
    out.push_str(INDENT);
    left_side(binary, depth, out);
    right_side(binary, depth, out);
}

/// The operator on a line of its own, with a number behind it or anything longer below it.
fn right_side(binary: &Binary, depth: usize, out: &mut String) {
    line(depth, out);
    write(out, Operator::of(binary));
    match binary.rhs.kind {
        ExprKind::Number(_) | ExprKind::Variable(_) => out.push(' '),
        _ => line(depth + 1, out),
    }
    operand(&binary.rhs, binary.least_right(), depth + 1, 0, out);
}

/// Operators of equal precedence that follow each other stand below each other.
fn left_side(binary: &Binary, depth: usize, out: &mut String) {
    match &binary.lhs.kind {
        ExprKind::Binary(inner)
            if inner.op.precedence() == binary.op.precedence() && binary.least_left() == inner.op.precedence() =>
        {
            left_side(inner, depth, out);
            right_side(inner, depth, out);
        }
        _ => operand(&binary.lhs, binary.least_left(), depth + 1, 0, out),
    }
}

/// An operand, in parentheses where it binds less tightly than `least`.
fn operand(expr: &Expr, least: u8, depth: usize, used: usize, out: &mut String) {
    if print::precedence(expr) < least { args([expr], depth, out) } else { layout(expr, depth, used, out) }
}

fn series(selector: &VectorSelector, depth: usize, out: &mut String) {
    let whole = VectorSelector { modifiers: Modifiers::default(), ..selector.clone() };
    if selector.matchers.len() < 2 {
        return write(out, Expr::new(ExprKind::Selector(Box::new(whole)), super::Span::default()));
    }
    let mut head = VectorSelector { matchers: Vec::new(), matcher_variables: Vec::new(), ..whole };
    let mut quoted = None;
    if head.name.as_ref().is_some_and(|name| name.quoted) {
        quoted = head.name.take();
    }
    if head.name.is_some() {
        write(out, Expr::new(ExprKind::Selector(Box::new(head)), super::Span::default()));
    }
    out.push('{');
    let name = quoted.iter().map(|name| super::quote::Quoted(&name.text).to_string());
    let matchers = selector.matchers.iter().map(ToString::to_string);
    let variables = selector.matcher_variables.iter().map(ToString::to_string);
    for item in name.chain(matchers).chain(variables) {
        line(depth + 1, out);
        write(out, format_args!("{item},"));
    }
    line(depth, out);
    out.push('}');
}

fn line(depth: usize, out: &mut String) {
    out.push('\n');
    for _ in 0..depth {
        out.push_str(INDENT);
    }
}

fn write(out: &mut String, text: impl fmt::Display) {
    // Writing to a string does not fail.
    let _ = write!(out, "{text}");
}

/// Whether the text of an expression has at most so many characters; looks no further than that.
fn fits(expr: &Expr, room: usize) -> bool {
    struct Room(usize);
    impl Write for Room {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 = self.0.checked_sub(text.chars().count()).ok_or(fmt::Error)?;
            Ok(())
        }
    }
    write!(Room(room), "{expr}").is_ok()
}

#[cfg(test)]
mod tests {
    use crate::promql::{Dialect, parse};

    #[test]
    fn long_expressions_are_laid_out() {
        let text = "sum by (service, method) (rate(http_requests_total{job=\"api\",status=~\"5..\"}[5m])) / on (service, method) \
                    group_left (team) sum by (service, method) (rate(http_requests_total{job=\"api\"}[5m])) * 100 > 5";
        let parsed = parse(text, Dialect::Prometheus);
        assert!(parsed.errors.is_empty());
        let laid_out = parsed.expr.pretty();
        insta::assert_snapshot!(laid_out);
        assert!(parse(&laid_out, Dialect::Prometheus).expr.equivalent(&parsed.expr));
    }

    #[test]
    fn what_fits_stays_in_one_line() {
        let parsed = parse("sum(  rate(a[5m]  ) )by(b)", Dialect::Prometheus);
        assert_eq!(parsed.expr.pretty(), "sum by (b) (rate(a[5m]))");
    }

    #[test]
    fn long_selectors_list_their_matchers() {
        let value = "x".repeat(60);
        let text = format!("rate(a{{b=\"{value}\",c=\"{value}\"}}[5m] offset 1h)");
        let parsed = parse(&text, Dialect::Prometheus);
        let expected = format!("rate(\n  a{{\n    b=\"{value}\",\n    c=\"{value}\",\n  }}[5m] offset 1h\n)");
        assert_eq!(parsed.expr.pretty(), expected);
    }
}
