//! Recording rules are replaced by their own expressions, labels that the rule sets included.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::rule::RecordRule;
use crate::promql::functions;
use crate::promql::{
    Binary, BinaryOp, Call, Callee, DurationExpr, Expr, ExprKind, Fill, Label, MatchOp, Matcher, Matching, MetricName, Modifiers,
    Span, Subquery, Text, VectorSelector,
};
use crate::spec::quantity::Duration;

/// More nodes than this are no expression that a server should be asked.
const MOST_NODES: usize = 2000;

/// Deeper trees are not walked.
const MOST_DEPTH: usize = 500;

/// A label that nothing else has: marks the series that a matcher selects.
const MARK: &str = "__optiinfra_selected";

/// The labels of `ALERTS` depend on what the server's own rules did.
const ALERTS: [&str; 2] = ["ALERTS", "ALERTS_FOR_STATE"];

/// Recording rules whose expressions read no recording rules any more.
pub(super) struct Inliner {
    ready: BTreeMap<String, Ready>,
}

struct Ready {
    /// `None` when it is too long.
    expr: Option<Expr>,
    nodes: usize,
    /// How often it is recorded.
    interval: Duration,
    /// What it still takes from the server.
    notes: BTreeSet<String>,
}

/// An expression in which recording rules are replaced.
pub(super) struct Inlined {
    pub(super) expr: Expr,
    /// Why it still reads what the server recorded.
    pub(super) notes: BTreeSet<String>,
}

impl Inliner {
    /// Of these rules, of which each stands after those that it reads.
    pub(super) fn new(records: &[RecordRule], interval: Duration) -> Self {
        let mut inliner = Self { ready: BTreeMap::new() };
        for record in records {
            let Inlined { expr, notes } = inliner.inline(&record.expr.ast);
            let mut expr = set_label(expr, "__name__", &record.name);
            for (label, value) in &record.labels {
                expr = set_label(expr, label, value);
            }
            inliner.add(record, expr, notes, interval);
        }
        inliner
    }

    fn add(&mut self, record: &RecordRule, expr: Expr, notes: BTreeSet<String>, interval: Duration) {
        let interval = record.interval.unwrap_or(interval);
        // Several rules may record under one name, with labels that tell them apart.
        let (expr, notes, interval) = match self.ready.remove(&record.name) {
            Some(before) => {
                let both = before.expr.map(|before| operation(BinaryOp::Or, None, before, expr));
                (both, notes.into_iter().chain(before.notes).collect(), interval.min(before.interval))
            }
            None => (Some(expr), notes, interval),
        };
        let nodes = expr.as_ref().map_or(0, nodes);
        let expr = expr.filter(|expr| nodes <= MOST_NODES && depth(expr) <= MOST_DEPTH);
        self.ready.insert(record.name.clone(), Ready { expr, nodes, interval, notes });
    }

    /// Replaces the recording rules that an expression reads.
    pub(super) fn inline(&self, expr: &Expr) -> Inlined {
        let mut run = Run { inliner: self, grown: 0, notes: BTreeSet::new() };
        let mut expr = expr.clone();
        run.walk(&mut expr);
        Inlined { expr, notes: run.notes }
    }
}

struct Run<'i> {
    inliner: &'i Inliner,
    grown: usize,
    notes: BTreeSet<String>,
}

impl Run<'_> {
    /// Trees that come here are no deeper than the parser or [`MOST_DEPTH`] allow.
    fn walk(&mut self, expr: &mut Expr) {
        let mut labels = Vec::new();
        if let ExprKind::Call(call) = &mut expr.kind {
            if matches!(call.callee.name(), "absent" | "absent_over_time") {
                // Their result has the labels of the matchers, which are gone when the selector is.
                if let Some(selector) = call.args.first().and_then(selector).filter(|selector| self.find(selector).is_some()) {
                    labels = absent_labels(selector);
                }
            }
            // The second argument of info() is no expression: it names labels.
            let count = if call.callee.name() == "info" { 1 } else { call.args.len() };
            call.args.iter_mut().take(count).for_each(|arg| self.walk(arg));
        } else {
            expr.children_mut().into_iter().for_each(|child| self.walk(child));
        }
        let replacement = match &expr.kind {
            ExprKind::Selector(selector) => self.instant(selector),
            ExprKind::Matrix(matrix) => self.range(&matrix.selector, matrix.range.clone()),
            _ => None,
        };
        if let Some(replacement) = replacement {
            *expr = replacement;
        }
        if !labels.is_empty() {
            let inner = std::mem::replace(expr, node(ExprKind::Hole));
            *expr = labels.into_iter().fold(inner, |expr, (label, value)| set_label(expr, &label, &value));
        }
    }

    /// The rule whose series a selector selects by name.
    fn find(&self, selector: &VectorSelector) -> Option<&Ready> {
        self.inliner.ready.get(name(selector)?)
    }

    fn series(&mut self, selector: &VectorSelector) -> Option<(Expr, Duration)> {
        let Some(name) = name(selector) else {
            if !self.inliner.ready.is_empty() {
                self.notes.insert("series that it selects without a whole name are those that the server recorded".to_owned());
            }
            return None;
        };
        if ALERTS.contains(&name) {
            self.notes.insert(format!("`{name}` is what the rules of the server did"));
            return None;
        }
        let inliner = self.inliner;
        let ready = inliner.ready.get(name)?;
        let mut refuse = |why: &str| {
            self.notes.insert(format!("`{name}` is what the server recorded: {why}"));
        };
        if selector.modifiers.range_extension.is_some() {
            refuse("`anchored` and `smoothed` are for series that are stored");
            return None;
        }
        let fits = self.grown.saturating_add(ready.nodes) <= MOST_NODES;
        let Some(expr) = ready.expr.as_ref().filter(|_| fits) else {
            refuse("its expression is too long to stand in its place");
            return None;
        };
        let mut expr = expr.clone();
        for matcher in &selector.matchers {
            let Some(value) = matcher.value.as_plain() else { continue };
            let Some(label) = matcher.label.name.as_plain() else { continue };
            if label != "__name__" {
                expr = select(expr, label, matcher.op, value);
            }
        }
        self.grown = self.grown.saturating_add(ready.nodes);
        self.notes.extend(ready.notes.iter().cloned());
        Some((expr, ready.interval))
    }

    fn instant(&mut self, selector: &VectorSelector) -> Option<Expr> {
        let (expr, interval) = self.series(selector)?;
        if selector.modifiers == Modifiers::default() {
            return Some(expr);
        }
        // What was recorded last before that time.
        let range = DurationExpr::seconds(interval.as_secs_f64());
        Some(call("last_over_time", vec![subquery(expr, range, interval, selector.modifiers.clone())]))
    }

    fn range(&mut self, selector: &VectorSelector, range: DurationExpr) -> Option<Expr> {
        let (expr, interval) = self.series(selector)?;
        Some(subquery(expr, range, interval, selector.modifiers.clone()))
    }
}

/// The metric name of a selector, when it is known whole.
fn name(selector: &VectorSelector) -> Option<&str> {
    if let Some(name) = &selector.name {
        return name.text.as_plain();
    }
    let is_name = |matcher: &&Matcher| matcher.op == MatchOp::Equal && matcher.label.name.as_plain() == Some("__name__");
    selector.matchers.iter().find(is_name)?.value.as_plain()
}

/// The names of the metrics that an expression reads; those that are not known whole are left out.
pub(super) fn metrics(expr: &Expr) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    expr.selectors(&mut |selector| names.extend(name(selector).map(str::to_owned)));
    names
}

/// Whether every selector has a whole name.
pub(super) fn all_named(expr: &Expr) -> bool {
    let mut all = true;
    expr.selectors(&mut |selector| all &= name(selector).is_some());
    all
}

fn selector(expr: &Expr) -> Option<&VectorSelector> {
    match &expr.kind {
        ExprKind::Selector(selector) => Some(selector),
        ExprKind::Matrix(matrix) => Some(&matrix.selector),
        ExprKind::Paren(inner) => selector(inner),
        _ => None,
    }
}

/// The labels that absent() takes from a selector: those that are compared once, with `=`.
fn absent_labels(selector: &VectorSelector) -> Vec<(String, String)> {
    let mut labels: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for matcher in &selector.matchers {
        let (Some(label), Some(value)) = (matcher.label.name.as_plain(), matcher.value.as_plain()) else { continue };
        let known = if matcher.op == MatchOp::Equal && !labels.contains_key(label) { Some(value) } else { None };
        labels.insert(label, known);
    }
    labels.remove("__name__");
    labels.into_iter().filter_map(|(label, value)| Some((label.to_owned(), value?.to_owned()))).collect()
}

fn node(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

fn string(text: &str) -> Expr {
    node(ExprKind::String(Text::plain(text)))
}

fn call(name: &'static str, args: Vec<Expr>) -> Expr {
    let callee = functions::get(name).map_or_else(|| Callee::Unknown(name.to_owned()), Callee::Known);
    node(ExprKind::Call(Call { callee, callee_span: Span::default(), args }))
}

fn label_replace(expr: Expr, target: &str, value: &str, source: &str, pattern: &str) -> Expr {
    call("label_replace", vec![expr, string(target), string(&value.replace('$', "$$")), string(source), string(pattern)])
}

/// Gives all series of an expression a label; an empty value takes it away.
fn set_label(expr: Expr, label: &str, value: &str) -> Expr {
    label_replace(expr, label, value, "", "")
}

/// Those series of an expression that a matcher selects: they are marked, and the others are dropped.
fn select(expr: Expr, label: &str, op: MatchOp, value: &str) -> Expr {
    let pattern = if op.is_regex() { value.to_owned() } else { regex::escape(value) };
    let marked = label_replace(expr, MARK, "1", label, &pattern);
    let one = call("vector", vec![node(ExprKind::Number(crate::promql::Number::new(1.0)))]);
    let set = if op.is_negative() { BinaryOp::Unless } else { BinaryOp::And };
    let on = Matching { on: true, labels: vec![Label::new(MARK)], group: None, span: Span::default() };
    set_label(operation(set, Some(on), marked, set_label(one, MARK, "1")), MARK, "")
}

fn operation(op: BinaryOp, matching: Option<Matching>, lhs: Expr, rhs: Expr) -> Expr {
    let (op_span, bool_modifier, fill) = (Span::default(), None, Fill::default());
    node(ExprKind::Binary(Box::new(Binary { op, op_span, bool_modifier, matching, fill, lhs, rhs })))
}

fn subquery(expr: Expr, range: DurationExpr, interval: Duration, modifiers: Modifiers) -> Expr {
    let step = Some(DurationExpr::seconds(interval.as_secs_f64()));
    node(ExprKind::Subquery(Box::new(Subquery { expr, range, step, range_span: Span::default(), modifiers })))
}

/// A selector of all series of a metric.
pub(super) fn selector_of(metric: &str) -> String {
    let name = MetricName { text: Text::plain(metric), quoted: false, span: Span::default() };
    node(ExprKind::Selector(Box::new(VectorSelector { name: Some(name), ..VectorSelector::default() }))).to_string()
}

fn nodes(expr: &Expr) -> usize {
    let mut count = 0;
    expr.visit(&mut |_| count += 1);
    count
}

fn depth(expr: &Expr) -> usize {
    1 + expr.children().into_iter().map(depth).max().unwrap_or(0)
}
