//! Operators that compute: one side is a number and the operator is turned round, or both are series and one of them gets a natural size.

use super::bind::many_is_right;
use super::{Bind, Line, Solver, Why, snap};
use crate::promql::ast::{Binary, Expr, ExprKind};
use crate::promql::catalog::{Catalog, Name, Status, Values};
use crate::promql::operators::{BinaryOp, UnaryOp};
use crate::prove::evaluate::{Filter, apply, result_labels};
use crate::prove::series::LabelSet;

/// Why a product can have no other value than 0.
pub(crate) const ZERO: &str = "a product with 0 is 0";

/// Sizes that a denominator may have. Several are tried, since not every quotient of floats hits a threshold exactly.
pub(crate) const SCALES: [f64; 7] = [100.0, 1000.0, 1.0, 128.0, 60.0, 0.5, 700.0];

impl<'a> Solver<'a, '_> {
    /// A number that does not depend on any series; one that grows with time included.
    pub(super) fn line_of(&self, expr: &Expr) -> Option<Line> {
        match &expr.kind {
            ExprKind::Number(number) => Some(Line::flat(number.value)),
            ExprKind::Paren(inner) => self.line_of(inner),
            ExprKind::Unary(unary) => {
                let line = self.line_of(&unary.expr)?;
                Some(if unary.op == UnaryOp::Minus { Line { start: -line.start, slope: -line.slope } } else { line })
            }
            ExprKind::Call(call) => match (call.callee.name(), call.args.as_slice()) {
                ("time", _) => Some(Line { start: 0.0, slope: 1.0 }),
                ("pi", _) => Some(Line::flat(std::f64::consts::PI)),
                ("vector" | "scalar", [only]) => self.line_of(only),
                _ => None,
            },
            ExprKind::Binary(binary) if binary.op.is_arithmetic() => {
                let (left, right) = (self.line_of(&binary.lhs)?, self.line_of(&binary.rhs)?);
                match (binary.op, left.value(), right.value()) {
                    (op, Some(left), Some(right)) => apply(op, left, right).map(|(value, _)| Line::flat(value)),
                    (BinaryOp::Add, ..) => Some(Line { start: left.start + right.start, slope: left.slope + right.slope }),
                    (BinaryOp::Sub, ..) => Some(Line { start: left.start - right.start, slope: left.slope - right.slope }),
                    (BinaryOp::Mul, Some(factor), _) => Some(Line { start: right.start * factor, slope: right.slope * factor }),
                    (BinaryOp::Mul, _, Some(factor)) => Some(Line { start: left.start * factor, slope: left.slope * factor }),
                    (BinaryOp::Div, _, Some(by)) => Some(Line { start: left.start / by, slope: left.slope / by }),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    pub(super) fn arithmetic(&mut self, binary: &'a Binary, bind: &Bind, target: Option<Line>) -> Result<LabelSet, Why> {
        match (self.line_of(&binary.lhs), self.line_of(&binary.rhs)) {
            (Some(_), Some(_)) => Err("it computes with numbers alone".to_owned()),
            (None, Some(number)) => {
                let wanted = target.map(|target| before_right(binary.op, target, number)).transpose()?;
                self.solve(&binary.lhs, bind, wanted).map(|labels| labels.without_name())
            }
            (Some(number), None) => {
                let wanted = target.map(|target| before_left(binary.op, number, target)).transpose()?;
                self.solve(&binary.rhs, bind, wanted).map(|labels| labels.without_name())
            }
            (None, None) => self.both(binary, bind, target),
        }
    }

    /// Both sides are series.
    fn both(&mut self, binary: &'a Binary, bind: &Bind, target: Option<Line>) -> Result<LabelSet, Why> {
        let Some(target) = target else { return self.meet_sides(binary, bind, None, None) };
        let mut why = String::new();
        for turn in 0..SCALES.len() {
            let size = SCALES[(turn + self.question.scale) % SCALES.len()];
            let Some((left, right)) = sides(binary.op, target, size) else {
                return Err(format!("`{}` of two series is not followed", binary.op.symbol()));
            };
            let mark = self.mark();
            match self.meet_sides(binary, bind, Some(left), Some(right)) {
                Ok(labels) => return Ok(labels),
                Err(reason) => why = reason,
            }
            self.back_to(&mark);
        }
        Err(why)
    }

    /// Makes both sides of an operator return series that meet.
    pub(super) fn meet_sides(
        &mut self,
        binary: &'a Binary,
        bind: &Bind,
        left: Option<Line>,
        right: Option<Line>,
    ) -> Result<LabelSet, Why> {
        let swapped = many_is_right(binary);
        let ((many, many_target), (one, one_target)) =
            if swapped { ((&binary.rhs, right), (&binary.lhs, left)) } else { ((&binary.lhs, left), (&binary.rhs, right)) };
        let (mut first, of_one) = bind.split(binary).ok_or("its result has no such label")?;
        self.agree(binary, many, one, &mut first);
        let many_labels = self.solve(many, &first, many_target)?;
        let meeting = Bind::meeting(&many_labels, binary.matching.as_ref()).and(&of_one).ok_or("its two sides never meet")?;
        let one_labels = self.solve(one, &meeting, one_target)?;
        Ok(result_labels(binary, &many_labels, &one_labels))
    }

    /// Narrows the labels on which two sides meet to values that both can have.
    fn agree(&self, binary: &Binary, many: &Expr, one: &Expr, bind: &mut Bind) {
        let labels: Vec<Name> = match &binary.matching {
            Some(matching) if matching.on => {
                matching.labels.iter().filter_map(|label| label.name.as_plain()).map(Name::from).collect()
            }
            _ => ["job", "instance"].map(Name::from).to_vec(),
        };
        for label in labels {
            if bind.wanted(&label).is_some() {
                continue;
            }
            let (Some(left), Some(right)) = (self.values(many, &label, 0), self.values(one, &label, 0)) else { continue };
            let both = left.intersection(&right);
            if let Some(value) = both.list().and_then(<[Name]>::first)
                && (left.len() > Some(1) || right.len() > Some(1))
            {
                bind.fixed.insert(label, Name::clone(value));
            }
        }
    }

    /// The values that a label of an expression's result can have, where they are listed.
    fn values(&self, expr: &Expr, label: &Name, depth: usize) -> Option<Values> {
        if depth > super::MAX_DEPTH {
            return None;
        }
        let deeper = depth + 1;
        match &expr.kind {
            ExprKind::Paren(inner) => self.values(inner, label, deeper),
            ExprKind::Unary(unary) => self.values(&unary.expr, label, deeper),
            ExprKind::Aggregate(aggregate) => {
                let grouping = aggregate.grouping.as_ref()?;
                let named = grouping.labels.iter().any(|own| own.name.as_plain() == Some(&**label));
                if named == grouping.without { None } else { self.values(&aggregate.expr, label, deeper) }
            }
            ExprKind::Binary(binary) => {
                let side = [&binary.lhs, &binary.rhs].into_iter().find(|side| self.line_of(side).is_none())?;
                self.values(side, label, deeper)
            }
            ExprKind::Call(call) if call.callee.name().starts_with("label_") => None,
            ExprKind::Call(call) => call.args.iter().find_map(|argument| self.values(argument, label, deeper)),
            ExprKind::Subquery(subquery) => self.values(&subquery.expr, label, deeper),
            ExprKind::Selector(selector) => self.values_of_selector(selector, label, deeper),
            ExprKind::Matrix(matrix) => self.values_of_selector(&matrix.selector, label, deeper),
            _ => None,
        }
    }

    fn values_of_selector(&self, selector: &crate::promql::VectorSelector, label: &Name, depth: usize) -> Option<Values> {
        let name = selector.metric_name()?;
        if let Some(records) = self.ground.records.get(name) {
            return self.values(&records.first()?.expr.ast, label, depth);
        }
        let filter = Filter::of(selector).ok()?;
        let mut all: Option<Values> = None;
        for variant in self.ground.catalog.variants(name) {
            if matches!(variant.status, Status::Planned(_)) {
                continue;
            }
            let domain = variant.label(label)?;
            let list = domain.values.list()?;
            let admitted = Values::closed(list.iter().filter(|value| filter.admits_value(label, value)).cloned());
            all = Some(all.map_or(admitted.clone(), |known| known.union(&admitted)));
        }
        all
    }
}

/// The value before a number on the right was applied.
fn before_right(op: BinaryOp, target: Line, number: Line) -> Result<Line, Why> {
    let constant = number.value();
    match (op, constant) {
        (BinaryOp::Add, _) => Ok(Line { start: snap(target.start - number.start), slope: target.slope - number.slope }),
        (BinaryOp::Sub, _) => Ok(Line { start: snap(target.start + number.start), slope: target.slope + number.slope }),
        (BinaryOp::Mul, Some(0.0)) if target.value() == Some(0.0) => Ok(Line::flat(1.0)),
        (BinaryOp::Mul, Some(0.0)) => Err(ZERO.to_owned()),
        (BinaryOp::Mul, Some(factor)) => Ok(target.map(|value| value / factor)),
        (BinaryOp::Div, Some(by)) if by != 0.0 => Ok(target.map(|value| value * by)),
        (BinaryOp::Mod, Some(by)) => match target.value() {
            Some(value) if value.abs() < by.abs() => Ok(target),
            _ => Err("a remainder is smaller than the divisor".to_owned()),
        },
        (BinaryOp::Pow, Some(exponent)) if exponent != 0.0 && target.value().is_some_and(|value| value >= 0.0) => {
            Ok(target.map(|value| value.powf(1.0 / exponent)))
        }
        _ => Err(format!("`{}` cannot be turned round here", op.symbol())),
    }
}

/// The value before a number on the left was applied.
fn before_left(op: BinaryOp, number: Line, target: Line) -> Result<Line, Why> {
    match op {
        BinaryOp::Add | BinaryOp::Mul => before_right(op, target, number),
        BinaryOp::Sub => Ok(Line { start: snap(number.start - target.start), slope: number.slope - target.slope }),
        BinaryOp::Div => match (number.value(), target.value()) {
            (Some(number), Some(target)) if target != 0.0 => Ok(Line::flat(snap(number / target))),
            _ => Err("a quotient cannot be turned round here".to_owned()),
        },
        _ => Err(format!("`{}` cannot be turned round here", op.symbol())),
    }
}

/// Values of both sides that give the target, one of them of this size.
fn sides(op: BinaryOp, target: Line, size: f64) -> Option<(Line, Line)> {
    let other = Line::flat(size);
    match op {
        BinaryOp::Add => match target.value() {
            Some(value) => Some((Line::flat(snap(value / 2.0)), Line::flat(snap(value / 2.0)))),
            None => Some((target, Line::flat(0.0))),
        },
        BinaryOp::Sub => Some((Line { start: snap(target.start + size), slope: target.slope }, other)),
        BinaryOp::Mul => Some((target.map(|value| value / size), other)),
        BinaryOp::Div => Some((target.map(|value| value * size), other)),
        _ => None,
    }
}
