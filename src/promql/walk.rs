//! Ways through the tree: children, places, equality without places.

use smallvec::SmallVec;

use super::ast::*;
use super::duration::{DurationExpr, DurationKind};
use super::span::Span;
use super::text::{Text, TextPart, Variable};

impl Expr {
    /// The expressions directly inside, in the order in which they are evaluated.
    pub fn children(&self) -> SmallVec<[&Expr; 2]> {
        match &self.kind {
            ExprKind::Call(call) => call.args.iter().collect(),
            ExprKind::VariableCall(call) => call.args.iter().collect(),
            ExprKind::Aggregate(aggregate) => aggregate.param.iter().chain([&aggregate.expr]).collect(),
            ExprKind::Binary(binary) => SmallVec::from_buf([&binary.lhs, &binary.rhs]),
            ExprKind::Unary(unary) => SmallVec::from_iter([&*unary.expr]),
            ExprKind::Paren(inner) => SmallVec::from_iter([&**inner]),
            ExprKind::Subquery(subquery) => SmallVec::from_iter([&subquery.expr]),
            ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Selector(_)
            | ExprKind::Matrix(_)
            | ExprKind::Variable(_)
            | ExprKind::Hole => SmallVec::new(),
        }
    }

    /// The expressions directly inside, to change them.
    pub fn children_mut(&mut self) -> SmallVec<[&mut Expr; 2]> {
        match &mut self.kind {
            ExprKind::Call(call) => call.args.iter_mut().collect(),
            ExprKind::VariableCall(call) => call.args.iter_mut().collect(),
            ExprKind::Aggregate(aggregate) => {
                let aggregate = &mut **aggregate;
                aggregate.param.iter_mut().chain([&mut aggregate.expr]).collect()
            }
            ExprKind::Binary(binary) => {
                let binary = &mut **binary;
                SmallVec::from_buf([&mut binary.lhs, &mut binary.rhs])
            }
            ExprKind::Unary(unary) => SmallVec::from_iter([&mut *unary.expr]),
            ExprKind::Paren(inner) => SmallVec::from_iter([&mut **inner]),
            ExprKind::Subquery(subquery) => SmallVec::from_iter([&mut subquery.expr]),
            ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Selector(_)
            | ExprKind::Matrix(_)
            | ExprKind::Variable(_)
            | ExprKind::Hole => SmallVec::new(),
        }
    }

    /// Calls `visit` for this expression and all inside it, outer ones first, left to right.
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        visit(self);
        for child in self.children() {
            child.visit(visit);
        }
    }

    /// Calls `visit` for this expression and all inside it, inner ones first, so that `visit` may replace what it gets.
    pub fn visit_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        for child in self.children_mut() {
            child.visit_mut(visit);
        }
        visit(self);
    }

    /// Calls `visit` for every selector, those of ranges included, left to right.
    pub fn selectors<'a>(&'a self, visit: &mut dyn FnMut(&'a VectorSelector)) {
        self.visit(&mut |expr| match &expr.kind {
            ExprKind::Selector(selector) => visit(selector),
            ExprKind::Matrix(matrix) => visit(&matrix.selector),
            _ => {}
        });
    }

    /// Calls `visit` for every selector, to change it.
    pub fn selectors_mut(&mut self, visit: &mut dyn FnMut(&mut VectorSelector)) {
        self.visit_mut(&mut |expr| match &mut expr.kind {
            ExprKind::Selector(selector) => visit(selector),
            ExprKind::Matrix(matrix) => visit(&mut matrix.selector),
            _ => {}
        });
    }

    /// Calls `visit` for every duration of a range, step or offset, outermost ones only, to change it.
    pub fn durations_mut(&mut self, visit: &mut dyn FnMut(&mut DurationExpr)) {
        self.visit_mut(&mut |expr| match &mut expr.kind {
            ExprKind::Selector(selector) => offset_mut(&mut selector.modifiers, visit),
            ExprKind::Matrix(matrix) => {
                visit(&mut matrix.range);
                offset_mut(&mut matrix.selector.modifiers, visit);
            }
            ExprKind::Subquery(subquery) => {
                visit(&mut subquery.range);
                subquery.step.iter_mut().for_each(&mut *visit);
                offset_mut(&mut subquery.modifiers, visit);
            }
            _ => {}
        });
    }

    /// Says that the whole expression was written in text number `part`.
    pub fn set_part(&mut self, part: u16) {
        self.spans_mut(&mut |span| span.part = part);
    }

    /// Whether two expressions are the same but for the places where they are written, the side on which a grouping stands, the
    /// quotes of a metric name, and parentheses around the duration of an offset.
    pub fn equivalent(&self, other: &Expr) -> bool {
        self.without_places() == other.without_places()
    }

    /// The expression with all places empty and the other differences that [`Expr::equivalent`] ignores removed.
    #[must_use]
    pub fn without_places(&self) -> Expr {
        let mut expr = self.clone();
        expr.spans_mut(&mut |span| *span = Span::default());
        expr.visit_mut(&mut |expr| match &mut expr.kind {
            ExprKind::Aggregate(aggregate) => aggregate.grouping.iter_mut().for_each(|grouping| grouping.after = false),
            ExprKind::VariableCall(call) => call.grouping.iter_mut().for_each(|grouping| grouping.after = false),
            ExprKind::Selector(selector) => normalize(selector),
            ExprKind::Matrix(matrix) => normalize(&mut matrix.selector),
            ExprKind::Subquery(subquery) => normalize_offset(&mut subquery.modifiers),
            _ => {}
        });
        expr
    }

    /// Calls `visit` for every place in the expression, in an order that depends on its structure alone.
    pub fn spans_mut(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        self.visit_mut(&mut |expr| {
            visit(&mut expr.span);
            match &mut expr.kind {
                ExprKind::Number(_) | ExprKind::Paren(_) | ExprKind::Hole => {}
                ExprKind::String(value) => text(value, visit),
                ExprKind::Variable(variable) => visit(&mut variable.span),
                ExprKind::Selector(inner) => selector(inner, visit),
                ExprKind::Matrix(matrix) => {
                    selector(&mut matrix.selector, visit);
                    visit(&mut matrix.selector_span);
                    duration(&mut matrix.range, visit);
                    visit(&mut matrix.range_span);
                }
                ExprKind::Subquery(subquery) => {
                    duration(&mut subquery.range, visit);
                    subquery.step.iter_mut().for_each(|step| duration(step, visit));
                    visit(&mut subquery.range_span);
                    modifiers(&mut subquery.modifiers, visit);
                }
                ExprKind::Call(call) => visit(&mut call.callee_span),
                ExprKind::VariableCall(call) => {
                    text(&mut call.callee, visit);
                    visit(&mut call.callee_span);
                    call.grouping.iter_mut().for_each(|inner| grouping(inner, visit));
                    if let Some(infix) = &mut call.infix {
                        operator(&mut infix.bool_modifier, &mut infix.matching, &mut infix.fill, visit);
                    }
                }
                ExprKind::Aggregate(aggregate) => {
                    visit(&mut aggregate.op_span);
                    aggregate.grouping.iter_mut().for_each(|inner| grouping(inner, visit));
                }
                ExprKind::Binary(inner) => binary(inner, visit),
                ExprKind::Unary(unary) => visit(&mut unary.op_span),
            }
        });
    }
}

fn normalize(selector: &mut VectorSelector) {
    selector.braces = None;
    if let Some(name) = &mut selector.name {
        name.quoted = false;
    }
    normalize_offset(&mut selector.modifiers);
}

fn normalize_offset(modifiers: &mut Modifiers) {
    let Some(offset) = &mut modifiers.offset else { return };
    while let DurationKind::Paren(inner) = &mut offset.duration.kind {
        let inner = std::mem::replace(&mut **inner, DurationExpr { kind: DurationKind::Hole, span: Span::default() });
        offset.duration = inner;
    }
}

type Visit<'a> = &'a mut dyn FnMut(&mut Span);

fn offset_mut(modifiers: &mut Modifiers, visit: &mut dyn FnMut(&mut DurationExpr)) {
    if let Some(offset) = &mut modifiers.offset {
        visit(&mut offset.duration);
    }
}

fn text(value: &mut Text, visit: Visit<'_>) {
    if let Text::Template(parts) = value {
        for part in parts {
            if let TextPart::Variable(variable) = part {
                visit(&mut variable.span);
            }
        }
    }
}

fn labels(labels: &mut [Label], visit: Visit<'_>) {
    for label in labels {
        text(&mut label.name, visit);
        visit(&mut label.span);
    }
}

fn selector(selector: &mut VectorSelector, visit: Visit<'_>) {
    if let Some(name) = &mut selector.name {
        text(&mut name.text, visit);
        visit(&mut name.span);
    }
    for matcher in &mut selector.matchers {
        text(&mut matcher.label.name, visit);
        visit(&mut matcher.label.span);
        visit(&mut matcher.op_span);
        text(&mut matcher.value, visit);
        visit(&mut matcher.value_span);
    }
    selector.matcher_variables.iter_mut().for_each(|variable: &mut Variable| visit(&mut variable.span));
    selector.braces.iter_mut().for_each(&mut *visit);
    modifiers(&mut selector.modifiers, visit);
}

fn modifiers(modifiers: &mut Modifiers, visit: Visit<'_>) {
    if let Some(offset) = &mut modifiers.offset {
        duration(&mut offset.duration, visit);
        visit(&mut offset.span);
    }
    if let Some(at) = &mut modifiers.at {
        if let Moment::Variable(variable) = &mut at.moment {
            visit(&mut variable.span);
        }
        visit(&mut at.span);
    }
    if let Some(extension) = &mut modifiers.range_extension {
        visit(&mut extension.span);
    }
}

fn duration(expr: &mut DurationExpr, visit: Visit<'_>) {
    visit(&mut expr.span);
    match &mut expr.kind {
        DurationKind::Literal(_) | DurationKind::Step | DurationKind::Range | DurationKind::Hole => {}
        DurationKind::Variable(value) => text(value, visit),
        DurationKind::MinOf(pair) | DurationKind::MaxOf(pair) | DurationKind::Binary(_, pair) => {
            pair.iter_mut().for_each(|operand| duration(operand, visit));
        }
        DurationKind::Unary(_, operand) | DurationKind::Paren(operand) => duration(operand, visit),
    }
}

fn grouping(grouping: &mut Grouping, visit: Visit<'_>) {
    labels(&mut grouping.labels, visit);
    visit(&mut grouping.span);
}

fn binary(binary: &mut Binary, visit: Visit<'_>) {
    visit(&mut binary.op_span);
    operator(&mut binary.bool_modifier, &mut binary.matching, &mut binary.fill, visit);
}

fn operator(bool_modifier: &mut Option<Span>, matching: &mut Option<Matching>, fill: &mut Fill, visit: Visit<'_>) {
    bool_modifier.iter_mut().for_each(&mut *visit);
    if let Some(matching) = matching {
        labels(&mut matching.labels, visit);
        visit(&mut matching.span);
        if let Some(group) = &mut matching.group {
            labels(&mut group.include, visit);
            visit(&mut group.span);
        }
    }
    for fill in [&mut fill.left, &mut fill.right].into_iter().flatten() {
        if let FillNumber::Variable(variable) = &mut fill.value {
            visit(&mut variable.span);
        }
        visit(&mut fill.span);
    }
}
