//! The walk over an expression: inner nodes first, each node once.

use std::cell::Cell;

use smallvec::SmallVec;

use super::aggregate;
use super::binary;
use super::derive;
use super::events::{Consumer, EventKind};
use super::facts::{Cause, Facts, Reason, SampleKind};
use super::functions;
use super::inference::{Context, Inference, Node};
use super::labels::{LabelFact, METRIC_NAME, metric_name};
use super::notes::Notes;
use super::selector;
use crate::promql::ast::{Expr, ExprKind, Modifiers, Subquery, Unary, ValueType};
use crate::promql::catalog::Catalog;
use crate::promql::functions::LANGUAGE_VERSION;
use crate::promql::operators::{AggregateOp, BinaryOp, UnaryOp};
use crate::promql::requirement::requirements;
use crate::promql::span::Span;

/// Computes what an expression returns, node by node.
pub fn infer(expr: &Expr, catalog: &dyn Catalog, context: &Context) -> Inference {
    infer_within(Vec::with_capacity(8), expr, catalog, context)
}

/// The same as [`infer`] without what is known of the inner nodes, which is most of it: for those who keep a hundred thousand of these.
pub fn infer_root(expr: &Expr, catalog: &dyn Catalog, context: &Context) -> Inference {
    thread_local! {
        /// The nodes of one expression take kilobytes, so that room for them is not asked for again with each expression.
        static ROOM: Cell<Vec<Node>> = const { Cell::new(Vec::new()) };
    }
    let mut inference = infer_within(ROOM.take(), expr, catalog, context);
    let root = inference.nodes.pop().map(|root| Node { children: SmallVec::new(), first: 0, ..root });
    let mut room = std::mem::replace(&mut inference.nodes, root.into_iter().collect());
    room.clear();
    ROOM.set(room);
    for event in &mut inference.events {
        event.node = 0;
    }
    inference.events.shrink_to_fit();
    inference.metrics.shrink_to_fit();
    inference
}

fn infer_within(room: Vec<Node>, expr: &Expr, catalog: &dyn Catalog, context: &Context) -> Inference {
    let mut walk = Walk { notes: Notes::new(catalog, context), nodes: room };
    let root = walk.visit(expr, Role { guard: false, absent: false, unused: false, reach: 0.0 });
    walk.finish(expr, root)
}

/// What a node is to the nodes around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Role {
    /// It protects another part of the expression.
    pub(super) guard: bool,
    /// It stands in `absent(...)`.
    pub(super) absent: bool,
    /// Only it matters which series it returns, not their values: it is counted, or stands on the right of `and`.
    pub(super) unused: bool,
    /// How far back it is evaluated, by subqueries and offsets around it, in seconds.
    pub(super) reach: f64,
}

/// A node that has been visited.
#[derive(Clone, Copy)]
pub(super) struct Operand<'a> {
    pub(super) expr: &'a Expr,
    pub(super) facts: &'a Facts,
    pub(super) first: usize,
    pub(super) node: usize,
    nodes: &'a [Node],
}

impl<'a> Operand<'a> {
    /// The facts of the last node inside it, parentheses aside: of what an aggregation aggregates.
    pub(super) fn inner(&self) -> Option<&'a Facts> {
        let (mut expr, mut node) = (self.expr, self.node);
        while let ExprKind::Paren(inner) = &expr.kind {
            expr = inner;
            node = *self.nodes.get(node)?.children.last()?;
        }
        let last = *self.nodes.get(node)?.children.last()?;
        self.nodes.get(last).map(|node| &node.facts)
    }
}

struct Walk<'a> {
    notes: Notes<'a>,
    nodes: Vec<Node>,
}

impl Walk<'_> {
    fn visit(&mut self, expr: &Expr, role: Role) -> usize {
        let first = self.nodes.len();
        let mut children: SmallVec<[usize; 2]> = SmallVec::new();
        let facts = match &expr.kind {
            ExprKind::Number(number) => derive::number(number.value, number.is_duration, expr.span),
            ExprKind::String(_) => derive::string(expr.span),
            ExprKind::Variable(_) | ExprKind::Hole => derive::hidden(expr.value_type(), expr.span),
            ExprKind::Selector(selector) => {
                self.notes.node = first;
                self.modifiers(&selector.modifiers, 0.0, role, expr.span);
                selector::facts(&mut self.notes, selector, expr.span, role.absent)
            }
            ExprKind::Matrix(matrix) => {
                self.notes.node = first;
                let range = matrix.range.constant().unwrap_or(0.0);
                self.modifiers(&matrix.selector.modifiers, range, role, matrix.range_span);
                let facts = selector::facts(&mut self.notes, &matrix.selector, matrix.selector_span, role.absent);
                Facts { kind: Some(ValueType::RangeVector), ..facts }
            }
            ExprKind::Subquery(subquery) => {
                children.push(self.subquery_operand(subquery, role));
                self.notes.node = self.nodes.len();
                self.modifiers(&subquery.modifiers, 0.0, role, expr.span);
                derive::subquery(&self.nodes[children[0]].facts)
            }
            ExprKind::Paren(inner) => {
                children.push(self.visit(inner, role));
                self.nodes[children[0]].facts.clone()
            }
            ExprKind::Unary(unary) => {
                children.push(self.visit(&unary.expr, Role { guard: true, ..role }));
                self.notes.node = self.nodes.len();
                self.unary(unary, children[0], expr.span)
            }
            ExprKind::Call(call) => {
                let absent = role.absent || functions::asks_for_absence(call);
                let inner = Role { absent, unused: role.unused || functions::ignores_values(call), ..role };
                children.extend(call.args.iter().map(|arg| self.visit(arg, inner)));
                self.notes.node = self.nodes.len();
                self.notes.value_unused = role.unused;
                let operands = operands(&self.nodes, &call.args, &children);
                functions::facts(&mut self.notes, call, &operands, expr.span)
            }
            ExprKind::VariableCall(call) => {
                children.extend(call.args.iter().map(|arg| self.visit(arg, role)));
                derive::hidden(None, expr.span)
            }
            ExprKind::Aggregate(aggregate) => {
                let param = aggregate.param.as_ref().map(|param| self.visit(param, role));
                let unused = match aggregate.op {
                    AggregateOp::Count | AggregateOp::Group => true,
                    AggregateOp::Topk | AggregateOp::Bottomk | AggregateOp::CountValues => false,
                    _ => role.unused,
                };
                let operand = self.visit(&aggregate.expr, Role { unused, ..role });
                children.extend(param.into_iter().chain([operand]));
                self.notes.node = self.nodes.len();
                self.notes.value_unused = role.unused;
                let param = param.zip(aggregate.param.as_ref()).map(|(node, expr)| operand_at(&self.nodes, expr, node));
                let operand = operand_at(&self.nodes, &aggregate.expr, operand);
                aggregate::facts(&mut self.notes, aggregate, param, operand, expr.span)
            }
            ExprKind::Binary(binary) => {
                let unused = role.unused && !binary.op.is_comparison();
                let inner = Role { guard: role.guard || !binary.op.is_set(), unused, ..role };
                let protecting = matches!(binary.op, BinaryOp::And | BinaryOp::Unless);
                let left = self.visit(&binary.lhs, inner);
                let right =
                    self.visit(&binary.rhs, Role { guard: inner.guard || protecting, unused: unused || protecting, ..role });
                children.extend([left, right]);
                self.notes.node = self.nodes.len();
                self.notes.value_unused = role.unused && !binary.op.is_comparison();
                let left = operand_at(&self.nodes, &binary.lhs, left);
                let right = operand_at(&self.nodes, &binary.rhs, right);
                binary::facts(&mut self.notes, binary, left, right, expr.span, role)
            }
        };
        self.nodes.push(Node { span: expr.span, facts, children, first });
        self.nodes.len() - 1
    }

    fn subquery_operand(&mut self, subquery: &Subquery, role: Role) -> usize {
        let offset = subquery.modifiers.offset.as_ref().and_then(|offset| offset.duration.constant()).unwrap_or(0.0);
        let reach = role.reach + subquery.range.constant().unwrap_or(0.0) + offset;
        self.visit(&subquery.expr, Role { reach, ..role })
    }

    /// Checks how far back a selector or a subquery reaches.
    fn modifiers(&mut self, modifiers: &Modifiers, range: f64, role: Role, span: Span) {
        let offset = modifiers.offset.as_ref().and_then(|offset| offset.duration.constant()).unwrap_or(0.0);
        let server = self.notes.catalog.server();
        let reach = role.reach + range + offset;
        if let Some(retention) = server.retention
            && modifiers.at.is_none()
            && reach > retention
        {
            let remote_read = server.remote_read;
            self.notes.event(span, EventKind::RangeExceedsRetention { reach, retention, remote_read });
        }
    }

    fn unary(&self, unary: &Unary, operand: usize, span: Span) -> Facts {
        let mut facts = self.nodes[operand].facts.clone();
        if unary.op == UnaryOp::Minus {
            facts.range.interval = facts.range.interval.negated();
            facts.samples = derive::after_arithmetic(facts.samples);
            facts.condition = derive::after_computation(facts.condition, facts.samples);
            let reason = Reason::new(span, Cause::Operator(BinaryOp::Sub));
            derive::drop_name(&mut facts.labels, &reason, self.notes.context);
        }
        facts
    }

    /// Notes what the targeted server is too old for.
    fn check_server(&mut self, expr: &Expr) {
        let Some(server) = self.notes.catalog.server().version.filter(|version| *version < LANGUAGE_VERSION) else { return };
        for requirement in requirements(expr) {
            if server < requirement.since {
                let (construct, since) = (requirement.construct, requirement.since);
                self.notes.event(requirement.span, EventKind::UnsupportedByServer { construct, since, server });
            }
        }
    }

    fn finish(mut self, expr: &Expr, root: usize) -> Inference {
        self.notes.node = root;
        self.notes.value_unused = false;
        consume(&mut self.notes, operand_at(&self.nodes, expr, root), Consumer::Result);
        self.check_server(expr);
        let labels = &mut self.nodes[root].facts.labels;
        if labels.name_is_dropped() && labels.listed(METRIC_NAME).is_some() {
            let reason = Reason::new(expr.span, Cause::NameDropped);
            let labels = std::sync::Arc::make_mut(labels);
            labels.set(LabelFact::absent(metric_name(), reason));
        }
        let hidden = self.nodes.iter().any(|node| node.facts.kind.is_none());
        let mut inference = Inference { nodes: self.nodes, events: self.notes.events, metrics: self.notes.metrics, hidden };
        for index in 0..inference.events.len() {
            let node = inference.events[index].node;
            let used = match &inference.events[index].kind {
                EventKind::GroupingByAbsentLabel { label, .. } => {
                    self.notes.needs.iter().any(|(needed, by)| needed == label && *by != node && inference.is_inside(node, *by))
                }
                _ => false,
            };
            if let EventKind::GroupingByAbsentLabel { used_later, .. } = &mut inference.events[index].kind {
                *used_later = used;
            }
        }
        inference
    }
}

fn operand_at<'a>(nodes: &'a [Node], expr: &'a Expr, node: usize) -> Operand<'a> {
    Operand { expr, facts: &nodes[node].facts, first: nodes[node].first, node, nodes }
}

fn operands<'a>(nodes: &'a [Node], exprs: &'a [Expr], children: &[usize]) -> SmallVec<[Operand<'a>; 4]> {
    exprs.iter().zip(children).map(|(expr, node)| operand_at(nodes, expr, *node)).collect()
}

/// Notes that the raw value of a counter is used, where the operand is nothing else.
pub(super) fn consume(notes: &mut Notes<'_>, operand: Operand<'_>, consumer: Consumer) {
    if !operand.facts.samples.is_cumulative() || operand.facts.empty.is_some() || notes.value_unused {
        return;
    }
    let Some(used) = notes.only_metric_in(operand.first, operand.node) else { return };
    let (variants, name) = (used.variants.clone(), used.name.clone());
    notes.event(operand.expr.span, EventKind::CounterWithoutRate { variants, name, consumer });
}

/// The samples of an operand whose raw value has been used and, if need be, reported.
pub(super) fn consumed(samples: SampleKind) -> SampleKind {
    if samples.is_cumulative() { SampleKind::AggregatedCounter } else { samples }
}
