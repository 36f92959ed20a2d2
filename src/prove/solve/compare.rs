//! Comparisons: the value that is compared is put on one side of the threshold.

use super::arithmetic::SCALES;
use super::{Atom, Bind, Line, Side, Solver, Why, snap};
use crate::promql::ast::{Binary, Expr, ExprKind};
use crate::promql::operators::{AggregateOp, BinaryOp};
use crate::prove::evaluate::apply;
use crate::prove::series::LabelSet;

/// Whether something in the expression decides whether series are there.
pub(super) fn has_condition(expr: &Expr) -> bool {
    let mut found = false;
    expr.visit(&mut |inner| {
        found |= match &inner.kind {
            ExprKind::Binary(binary) => {
                (binary.op.is_comparison() && binary.bool_modifier.is_none())
                    || matches!(binary.op, BinaryOp::And | BinaryOp::Unless)
            }
            ExprKind::Call(call) => matches!(call.callee.name(), "absent" | "absent_over_time"),
            _ => false,
        };
    });
    found
}

/// Whether an expression counts things, so that its values are whole numbers.
pub(crate) fn whole_numbers(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Paren(inner) => whole_numbers(inner),
        ExprKind::Aggregate(aggregate) => match aggregate.op {
            AggregateOp::Count | AggregateOp::Group | AggregateOp::CountValues => true,
            AggregateOp::Sum | AggregateOp::Max | AggregateOp::Min | AggregateOp::Topk | AggregateOp::Bottomk => {
                whole_numbers(&aggregate.expr)
            }
            _ => false,
        },
        ExprKind::Call(call) => match call.callee.name() {
            "changes" | "resets" | "count_over_time" | "ceil" | "floor" | "sgn" => true,
            "round" => call.args.len() == 1,
            "max_over_time" | "min_over_time" | "last_over_time" => call.args.first().is_some_and(whole_numbers),
            _ => false,
        },
        ExprKind::Binary(binary) if binary.bool_modifier.is_some() => true,
        ExprKind::Binary(binary) if binary.op == BinaryOp::Or => whole_numbers(&binary.lhs) || whole_numbers(&binary.rhs),
        ExprKind::Selector(selector) => selector.metric_name() == Some("up"),
        ExprKind::Matrix(matrix) => matrix.selector.metric_name() == Some("up"),
        _ => false,
    }
}

/// A comparison with its operator as it reads with the value on the left.
pub(crate) fn turned(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::GreaterOrEqual => BinaryOp::LessOrEqual,
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::LessOrEqual => BinaryOp::GreaterOrEqual,
        other => other,
    }
}

/// Values on a side of a threshold, the best first: a little away from it, where that is possible.
fn values(op: BinaryOp, number: f64, side: Side, whole: bool, scale: usize) -> Vec<f64> {
    let steps = |direction: f64| -> Vec<f64> {
        let size = number.abs();
        let sizes = if whole {
            vec![1.0, size]
        } else if number == 0.0 {
            vec![0.5, 1.0, 1e-3]
        } else {
            vec![size * 0.01, size, 1.0, size * 1e-4, size * 0.5]
        };
        sizes.into_iter().map(|size| snap(number + direction * size)).filter(|value| *value != number).collect()
    };
    let up = || steps(1.0);
    let down = || steps(-1.0);
    let here = || vec![number];
    // When several sizes did not meet the threshold exactly, the last ones go past it.
    let past = scale >= 3;
    match (op, side) {
        (BinaryOp::Greater | BinaryOp::GreaterOrEqual, Side::Far) => far(number, -0.5, whole),
        (BinaryOp::Less | BinaryOp::LessOrEqual, Side::Far) => far(number, 0.5, whole),
        (BinaryOp::Greater, Side::Hold) | (BinaryOp::Less, Side::Quiet) => up(),
        (BinaryOp::Less, Side::Hold) | (BinaryOp::Greater, Side::Quiet) => down(),
        (BinaryOp::Greater | BinaryOp::Less | BinaryOp::NotEqual, Side::Boundary) => here(),
        (BinaryOp::GreaterOrEqual, Side::Hold) if past => up(),
        (BinaryOp::LessOrEqual, Side::Hold) if past => down(),
        (BinaryOp::GreaterOrEqual, Side::Hold) => here().into_iter().chain(up()).collect(),
        (BinaryOp::LessOrEqual, Side::Hold) => here().into_iter().chain(down()).collect(),
        (BinaryOp::GreaterOrEqual, Side::Quiet) => down(),
        (BinaryOp::LessOrEqual, Side::Quiet) => up(),
        (BinaryOp::Equal, Side::Hold) | (BinaryOp::NotEqual, Side::Quiet) => here(),
        (BinaryOp::Equal, Side::Quiet) => up().into_iter().chain(down()).collect(),
        (BinaryOp::Equal, Side::QuietOther) => down(),
        (BinaryOp::NotEqual, Side::Hold) => up().into_iter().chain(down()).collect(),
        _ => Vec::new(),
    }
}

/// Values far from a threshold.
fn far(number: f64, part: f64, whole: bool) -> Vec<f64> {
    if number == 0.0 || whole { Vec::new() } else { vec![snap(number + number.abs() * part)] }
}

impl<'a> Solver<'a, '_> {
    pub(super) fn comparison(
        &mut self,
        expr: &'a Expr,
        binary: &'a Binary,
        bind: &Bind,
        target: Option<Line>,
    ) -> Result<LabelSet, Why> {
        if self.question.loose.is_some() {
            let labels = match (self.line_of(&binary.lhs), self.line_of(&binary.rhs)) {
                (None, Some(_)) => self.solve(&binary.lhs, bind, None),
                (Some(_), None) => self.solve(&binary.rhs, bind, None),
                (None, None) => self.meet_sides(binary, bind, None, None),
                (Some(_), Some(_)) => Err("it compares two numbers".to_owned()),
            }?;
            return Ok(if binary.bool_modifier.is_some() { labels.without_name() } else { labels });
        }
        if binary.bool_modifier.is_some() {
            return self.truth(binary, bind, target);
        }
        let side = self.side_of(expr);
        match (self.line_of(&binary.lhs), self.line_of(&binary.rhs)) {
            (Some(_), Some(_)) => Err("it compares two numbers".to_owned()),
            (None, Some(number)) => self.with_number(expr, &binary.lhs, binary.op, number, side, bind, target),
            (Some(number), None) => self.with_number(expr, &binary.rhs, turned(binary.op), number, side, bind, target),
            (None, None) => {
                self.meet(Atom { expr, compared: None });
                self.two_series(binary, side, bind)
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one comparison")]
    fn with_number(
        &mut self,
        expr: &'a Expr,
        value: &'a Expr,
        op: BinaryOp,
        number: Line,
        side: Side,
        bind: &Bind,
        target: Option<Line>,
    ) -> Result<LabelSet, Why> {
        let at = number.start + number.slope * self.question.origin;
        if number.slope == 0.0 {
            self.meet(Atom { expr, compared: Some((value, op, number.start)) });
        } else {
            self.meet(Atom { expr, compared: None });
        }
        // As a filter inside of a computation it passes the value on that is wanted there.
        if let (Side::Hold, Some(wanted)) = (side, target.and_then(Line::value)) {
            return match apply(op, wanted, at) {
                Some((_, true)) => self.solve(value, bind, target),
                _ => Err(format!("a value of {wanted} would be filtered out")),
            };
        }
        let mut why = format!("no value lies on that side of {at}");
        for wanted in values(op, at, side, whole_numbers(value), self.question.scale) {
            let line = Line { start: snap(wanted - number.slope * self.question.origin), slope: number.slope };
            let mark = self.mark();
            match self.solve(value, bind, Some(line)) {
                Ok(labels) => return Ok(labels),
                Err(reason) => why = reason,
            }
            self.back_to(&mark);
            self.meet(Atom { expr, compared: (number.slope == 0.0).then_some((value, op, number.start)) });
        }
        Err(why)
    }

    /// Two series are compared: one gets a natural size, the other lies beside it.
    fn two_series(&mut self, binary: &'a Binary, side: Side, bind: &Bind) -> Result<LabelSet, Why> {
        let mut why = "nothing lies on that side".to_owned();
        for turn in 0..SCALES.len() {
            let size = SCALES[(turn + self.question.scale) % SCALES.len()];
            for left in values(binary.op, size, side, false, self.question.scale) {
                let mark = self.mark();
                match self.meet_sides(binary, bind, Some(Line::flat(left)), Some(Line::flat(size))) {
                    Ok(labels) => return Ok(labels),
                    Err(reason) => why = reason,
                }
                self.back_to(&mark);
            }
        }
        Err(why)
    }

    /// A comparison with `bool` returns 0 or 1.
    fn truth(&mut self, binary: &'a Binary, bind: &Bind, target: Option<Line>) -> Result<LabelSet, Why> {
        let side = match target.map(Line::value) {
            None | Some(Some(1.0)) => Side::Hold,
            Some(Some(0.0)) => Side::Quiet,
            Some(_) => return Err("a comparison with `bool` is 0 or 1".to_owned()),
        };
        let (value, op, number) = match (self.line_of(&binary.lhs), self.line_of(&binary.rhs)) {
            (None, Some(number)) => (&binary.lhs, binary.op, number),
            (Some(number), None) => (&binary.rhs, turned(binary.op), number),
            (None, None) => return self.two_series(binary, side, bind).map(|labels| labels.without_name()),
            (Some(_), Some(_)) => return Err("it compares two numbers".to_owned()),
        };
        let at = number.value().ok_or("a threshold that moves is not followed here")?;
        let mut why = format!("no value lies on that side of {at}");
        for wanted in values(op, at, side, whole_numbers(value), self.question.scale) {
            let mark = self.mark();
            match self.solve(value, bind, Some(Line::flat(wanted))) {
                Ok(labels) => return Ok(labels.without_name()),
                Err(reason) => why = reason,
            }
            self.back_to(&mark);
        }
        Err(why)
    }
}
