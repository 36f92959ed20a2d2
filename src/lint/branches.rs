//! The sides of `or` that can each give the whole result of an expression.

use smallvec::{SmallVec, smallvec};

use crate::lint::{constants, expressions};
use crate::promql::BinaryOp;
use crate::promql::ast::{Binary, Expr, ExprKind};

/// More branches than these are not told apart.
const MOST: usize = 32;

/// The pieces of an expression of which each can give its series: the sides of its outermost `or`s, with what a comparison never lets through
/// left out. An expression without `or` is its only branch.
pub fn of(expr: &Expr) -> SmallVec<[&Expr; 2]> {
    let mut found = SmallVec::new();
    collect(expr, &mut found);
    found.truncate(MOST);
    found
}

fn collect<'e>(expr: &'e Expr, found: &mut SmallVec<[&'e Expr; 2]>) {
    match &expressions::bare(expr).kind {
        ExprKind::Binary(binary) if binary.op == BinaryOp::Or => {
            collect(&binary.lhs, found);
            collect(&binary.rhs, found);
        }
        ExprKind::Binary(binary) if matches!(binary.op, BinaryOp::And | BinaryOp::Unless) => collect(&binary.lhs, found),
        ExprKind::Binary(binary) if binary.matching.is_none() => match compared(binary) {
            Some((side, number, number_on_left)) => {
                let mut inner: SmallVec<[&Expr; 2]> = SmallVec::new();
                collect(side, &mut inner);
                inner.retain(|branch| passes(binary, branch, number, number_on_left));
                if inner.len() == 1 && std::ptr::eq(inner[0], expressions::bare(side)) {
                    inner = smallvec![expr];
                }
                found.append(&mut inner);
            }
            None => found.push(expressions::bare(expr)),
        },
        _ => found.push(expressions::bare(expr)),
    }
}

/// The side of an operator that is no number, the number, and whether that stands on the left.
fn compared(binary: &Binary) -> Option<(&Expr, f64, bool)> {
    let is_number = |side: &Expr| matches!(expressions::bare(side).kind, ExprKind::Number(_) | ExprKind::Unary(_));
    if is_number(&binary.rhs) {
        return Some((&binary.lhs, constants::fold(&binary.rhs)?, false));
    }
    is_number(&binary.lhs).then_some(())?;
    Some((&binary.rhs, constants::fold(&binary.lhs)?, true))
}

fn passes(binary: &Binary, branch: &Expr, number: f64, number_on_left: bool) -> bool {
    let (Some(value), None) = (constants::fold(branch), binary.bool_modifier) else { return true };
    let (left, right) = if number_on_left { (number, value) } else { (value, number) };
    constants::compare(binary.op, left, right) != Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::{self, Dialect};

    fn check(text: &str, expected: &[&str]) {
        let parsed = promql::parse(text, Dialect::Prometheus);
        assert_eq!(parsed.errors, [], "{text}");
        let shown: Vec<String> = of(&parsed.expr).iter().map(ToString::to_string).collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn branches() {
        check("a", &["a"]);
        check("a > 1", &["a > 1"]);
        check("(a or b) > 1", &["a", "b"]);
        check("a > 1 or (b unless c)", &["a > 1", "b"]);
        check("(a or vector(0)) > 1", &["a"]);
        check("(a or vector(0)) == 0 or b", &["a", "vector(0)", "b"]);
        check("sum(a or vector(1)) == 0", &["sum(a or vector(1)) == 0"]);
        check("2 < (vector(1) or vector(3))", &["vector(3)"]);
    }
}
