//! Aggregations.

use super::*;
use crate::promql::operators::AggregateOp;

impl Parser<'_> {
    /// An aggregation, whose operator is next.
    pub(super) fn aggregate(&mut self, op: AggregateOp) -> Node {
        let op_span = self.take().span();
        let mut grouping = self.grouping(false);
        if self.peek() != TokenKind::LeftParen {
            self.expected_here("`(` and what is aggregated");
            let end = self.previous();
            let expr = Expr::new(ExprKind::Hole, self.here());
            let aggregate = Aggregate { op, op_span, grouping, param: None, expr };
            return Node { expr: Expr::new(ExprKind::Aggregate(Box::new(aggregate)), op_span.to(end)), height: 2 };
        }
        let (args, height, mut end) = self.args();
        if grouping.is_none() {
            grouping = self.grouping(true);
            end = grouping.as_ref().map_or(end, |grouping| grouping.span);
        }
        let span = op_span.to(end);
        let (param, expr) = self.aggregate_args(op, args, span);
        let height = self.height_above(&[height]);
        let aggregate = Aggregate { op, op_span, grouping, param, expr };
        Node { expr: Expr::new(ExprKind::Aggregate(Box::new(aggregate)), span), height }
    }

    fn aggregate_args(&mut self, op: AggregateOp, args: Vec<Expr>, span: Span) -> (Option<Expr>, Expr) {
        let expected = 1 + usize::from(op.param().is_some());
        let count = args.len();
        if count != expected {
            let error = ParseError::new(span, format!("`{op}` takes {}, not {count}", plural(expected, "argument")));
            let error = match op.param() {
                Some(param) if count == 1 => {
                    error.help(format!("the first argument is a {}, the second the vector", param.name()))
                }
                _ => error,
            };
            self.errors.push(error);
        }
        let hole = || Expr::new(ExprKind::Hole, span.after());
        let mut args = args.into_iter();
        if expected == 1 || count == 1 {
            let param = (expected == 2).then(hole);
            return (param, args.next().unwrap_or_else(hole));
        }
        (Some(args.next().unwrap_or_else(hole)), args.next().unwrap_or_else(hole))
    }

    /// `by (...)` or `without (...)`, if that comes next.
    pub(super) fn grouping(&mut self, after: bool) -> Option<Grouping> {
        let without = match self.peek() {
            TokenKind::Keyword(Keyword::By) => false,
            TokenKind::Keyword(Keyword::Without) => true,
            _ => return None,
        };
        let start = self.take().span();
        let (labels, end) = self.labels(if without { "`without`" } else { "`by`" });
        Some(Grouping { without, labels, after, span: start.to(end) })
    }
}

/// `1 argument`, `2 arguments`.
pub(in crate::promql) fn plural(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
