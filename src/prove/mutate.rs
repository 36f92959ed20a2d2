//! Changes alerts on purpose, one small change at a time: a test that does not notice a change does not protect from it.

use std::collections::BTreeMap;

use crate::model::Model;
use crate::model::rule::{AlertRule, RecordRule};
use crate::promql::ast::{Expr, ExprKind, Number, VectorSelector};
use crate::promql::catalog::{Catalog, Presence, Status};
use crate::promql::infer::{Context, Interval, infer};
use crate::promql::operators::{BinaryOp, MatchOp};
use crate::prove::Proof;
use crate::prove::evaluate::Filter;
use crate::prove::solve::{Bind, Ground, Question, Side, Wish, ZERO, labels_of, snap, solve, turned, whole_numbers};
use crate::prove::witness::{FACTORS, with_range};
use crate::spec::quantity::Duration;

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A threshold, up or down.
    Threshold,
    /// A comparison.
    Comparison,
    /// A matcher, left out or turned into its opposite.
    Matcher,
    /// A label of a grouping, left out.
    Grouping,
    /// How long it must hold, halved or doubled.
    For,
    /// A range, halved or doubled.
    Window,
    /// A branch of `or`, left out.
    Branch,
}

impl Kind {
    /// As the report says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Threshold => "threshold",
            Self::Comparison => "comparison",
            Self::Matcher => "matcher",
            Self::Grouping => "grouping",
            Self::For => "for",
            Self::Window => "window",
            Self::Branch => "branch",
        }
    }
}

/// A changed alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Mutant {
    /// What is changed.
    pub kind: Kind,
    /// The change, in words.
    pub change: String,
    /// The expression, printed.
    pub expr: String,
    /// How long it must hold.
    pub hold: Option<String>,
    /// Why no sample could tell it from the alert itself, where that is so.
    pub equivalent: Option<String>,
}

/// How much thresholds are changed.
const PARTS: [(f64, &str); 2] = [(1.1, "up"), (0.9, "down")];

/// All changed forms of an alert.
pub fn mutants(model: &Model, proof: &Proof) -> Vec<Mutant> {
    let Some(alert) = model.alerts.get(proof.alert).filter(|alert| !alert.heartbeat) else { return Vec::new() };
    let mut work = Work { model, alert, inexact: inexact(proof), found: Vec::new() };
    let count = nodes(&alert.expr.ast);
    for index in 0..count {
        let before = work.found.len();
        work.node(index);
        if let Some(reason) = work.dead_branch(index) {
            for mutant in work.found.iter_mut().skip(before) {
                mutant.equivalent.get_or_insert_with(|| reason.clone());
            }
        }
    }
    work.holds();
    let mut found = work.found;
    let mut seen = Vec::new();
    found.retain(|mutant| {
        let key = (mutant.expr.clone(), mutant.hold.clone());
        let new = !seen.contains(&key);
        seen.push(key);
        new
    });
    found
}

/// Whether no test of it lies exactly on the threshold.
fn inexact(proof: &Proof) -> bool {
    proof.tests.iter().flatten().all(|test| !test.exact)
}

struct Work<'m> {
    model: &'m Model,
    alert: &'m AlertRule,
    inexact: bool,
    found: Vec<Mutant>,
}

fn nodes(expr: &Expr) -> usize {
    let mut count = 0;
    expr.visit(&mut |_| count += 1);
    count
}

/// The node of a number, outer ones first.
fn node(expr: &Expr, index: usize) -> Option<&Expr> {
    let mut at = 0;
    let mut found = None;
    expr.visit(&mut |inner| {
        if at == index {
            found = Some(inner);
        }
        at += 1;
    });
    found
}

/// A copy in which one node is changed.
fn changed(expr: &Expr, index: usize, change: &dyn Fn(&mut Expr)) -> Expr {
    fn walk(expr: &mut Expr, next: &mut usize, index: usize, change: &dyn Fn(&mut Expr)) {
        let own = *next;
        *next += 1;
        for child in expr.children_mut() {
            walk(child, next, index, change);
        }
        if own == index {
            change(expr);
        }
    }
    let mut copy = expr.clone();
    walk(&mut copy, &mut 0, index, change);
    copy
}

/// The expression as it is when of every `or` above a node only the branch with the node is there.
fn only_through(expr: &Expr, target: &Expr, depth: usize) -> Option<Expr> {
    if std::ptr::eq(expr, target) {
        return Some(expr.clone());
    }
    if depth > usize::from(crate::promql::MAX_DEPTH) {
        return None;
    }
    let children = expr.children();
    let (at, inner) =
        children.into_iter().enumerate().find_map(|(at, child)| Some((at, only_through(child, target, depth + 1)?)))?;
    if matches!(&expr.kind, ExprKind::Binary(binary) if binary.op == BinaryOp::Or) {
        return Some(inner);
    }
    let mut copy = expr.clone();
    **copy.children_mut().get_mut(at)? = inner;
    Some(copy)
}

fn number_of(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Number(number) => Some(number.value),
        ExprKind::Paren(inner) => number_of(inner),
        _ => None,
    }
}

impl Work<'_> {
    fn hold(&self) -> Option<String> {
        self.alert.hold.filter(|hold| hold.millis > 0).map(|hold| hold.to_string())
    }

    fn add(&mut self, kind: Kind, change: String, expr: &Expr, equivalent: Option<String>) {
        let hold = self.hold();
        self.found.push(Mutant { kind, change, expr: expr.to_string(), hold, equivalent });
    }

    fn node(&mut self, index: usize) {
        let root = &self.alert.expr.ast;
        let Some(expr) = node(root, index) else { return };
        match &expr.kind {
            ExprKind::Binary(binary) if binary.op.is_comparison() && binary.bool_modifier.is_none() => {
                self.comparison(index, binary)
            }
            ExprKind::Binary(binary) if binary.op == BinaryOp::Or => {
                for (side, other, name) in [(&binary.lhs, &binary.rhs, "right"), (&binary.rhs, &binary.lhs, "left")] {
                    let copy = changed(root, index, &|expr| *expr = side.clone());
                    let equivalent = self.never_fires(other);
                    self.add(Kind::Branch, format!("without the {name} branch of `or`"), &copy, equivalent);
                }
            }
            ExprKind::Selector(selector) => self.selector(index, selector),
            ExprKind::Matrix(matrix) => {
                self.selector(index, &matrix.selector);
                if let Some(range) = matrix.range.constant() {
                    self.window(index, range);
                }
            }
            ExprKind::Aggregate(aggregate) => {
                let labels = aggregate.grouping.iter().flat_map(|grouping| &grouping.labels).enumerate();
                for (at, label) in labels {
                    let copy = changed(root, index, &|expr| {
                        if let ExprKind::Aggregate(aggregate) = &mut expr.kind
                            && let Some(grouping) = &mut aggregate.grouping
                        {
                            grouping.labels.remove(at);
                        }
                    });
                    let equivalent = self.on_no_series(&aggregate.expr, label.name.as_plain());
                    self.add(Kind::Grouping, format!("`{}` left out of a grouping", label.name), &copy, equivalent);
                }
            }
            _ => {}
        }
    }

    /// Why nothing that a branch of `or` returns makes the alert fire, where that is certain.
    fn never_fires(&self, branch: &Expr) -> Option<String> {
        let alone = only_through(&self.alert.expr.ast, branch, 0)?;
        let empty = infer(&alone, &self.model.catalog, &Context::default()).facts().empty.is_some();
        if empty {
            return Some("what this branch of `or` returns never passes the comparison".to_owned());
        }
        let mut records: BTreeMap<&str, Vec<&RecordRule>> = BTreeMap::new();
        for record in &self.model.records {
            records.entry(&record.name).or_default().push(record);
        }
        let ground = Ground { catalog: &self.model.catalog, records, step: 60_000, left_open: true };
        let question = Question { script: &[], focus: None, side: Side::Hold, scale: 0, origin: 0.0, length: 0.0, loose: None };
        // The one reason of the search that says that there is nothing, not only that it knows no way.
        let why = solve(&ground, &alone, question).leaves.err().filter(|why| why == ZERO)?;
        Some(format!("what this branch of `or` returns never passes the comparison: {why}"))
    }

    /// Why it makes no difference whether one groups by a label, where no series has it.
    fn on_no_series(&self, expr: &Expr, label: Option<&str>) -> Option<String> {
        let label = label?;
        let facts = infer(expr, &self.model.catalog, &Context::default());
        let absent = facts.facts().labels.get(&label.into()).presence == Presence::Absent;
        absent.then(|| format!("no series that is grouped has `{label}`"))
    }

    /// The nodes above a node and the node itself, the outermost first.
    fn above(&self, index: usize) -> Vec<&Expr> {
        let mut path = Vec::new();
        let (mut at, mut expr) = (0, &self.alert.expr.ast);
        while at != index {
            path.push(expr);
            let mut next = at + 1;
            let Some(child) = expr.children().into_iter().find(|child| {
                let size = nodes(child);
                let inside = (next..next + size).contains(&index);
                next += if inside { 0 } else { size };
                inside
            }) else {
                break;
            };
            at = next;
            expr = child;
        }
        path.push(expr);
        path
    }

    /// Why a change inside of a branch of `or` makes no difference.
    fn dead_branch(&self, index: usize) -> Option<String> {
        self.above(index).windows(2).find_map(|pair| {
            let ExprKind::Binary(binary) = &pair[0].kind else { return None };
            (binary.op == BinaryOp::Or).then(|| self.never_fires(pair[1])).flatten()
        })
    }

    /// Why the other side of an operator keeps out what a matcher keeps out.
    fn kept_out_beside(&self, index: usize, filter: &Filter, label: &str) -> Option<String> {
        self.above(index).windows(2).find_map(|pair| {
            let ExprKind::Binary(binary) = &pair[0].kind else { return None };
            let meets = match &binary.matching {
                None => true,
                Some(matching) => matching.labels.iter().any(|own| own.name.as_plain() == Some(label)) == matching.on,
            };
            if !meets || matches!(binary.op, BinaryOp::Or | BinaryOp::Unless) {
                return None;
            }
            let other = if std::ptr::eq(pair[1], &raw const binary.lhs) { &binary.rhs } else { &binary.lhs };
            let facts = infer(other, &self.model.catalog, &Context::default());
            let known = facts.facts().labels.get(&label.into());
            let admitted = known.presence == Presence::Present
                && known.values.list().is_some_and(|list| list.iter().all(|value| filter.admits_value(label, value)));
            admitted.then(|| format!("the other side of `{}` keeps the same series out", binary.op.symbol()))
        })
    }

    fn comparison(&mut self, index: usize, binary: &crate::promql::Binary) {
        let root = &self.alert.expr.ast;
        let (value, op, number) = match (number_of(&binary.lhs), number_of(&binary.rhs)) {
            (None, Some(number)) => (&binary.lhs, binary.op, Some(number)),
            (Some(number), None) => (&binary.rhs, turned(binary.op), Some(number)),
            _ => (&binary.lhs, binary.op, None),
        };
        let range = infer(value, &self.model.catalog, &Context::default()).facts().range.interval;
        let others: &[BinaryOp] = match binary.op {
            BinaryOp::Greater => &[BinaryOp::GreaterOrEqual, BinaryOp::Less],
            BinaryOp::GreaterOrEqual => &[BinaryOp::Greater, BinaryOp::LessOrEqual],
            BinaryOp::Less => &[BinaryOp::LessOrEqual, BinaryOp::Greater],
            BinaryOp::LessOrEqual => &[BinaryOp::Less, BinaryOp::GreaterOrEqual],
            BinaryOp::Equal => &[BinaryOp::NotEqual, BinaryOp::GreaterOrEqual, BinaryOp::LessOrEqual],
            _ => &[BinaryOp::Equal],
        };
        for other in others {
            let copy = changed(root, index, &|expr| {
                if let ExprKind::Binary(binary) = &mut expr.kind {
                    binary.op = *other;
                }
            });
            let meant = if std::ptr::eq(value, &raw const binary.rhs) { turned(*other) } else { *other };
            let equivalent = number.and_then(|number| self.same_comparison(op, meant, number, range));
            let change = format!("`{}` for `{}`", other.symbol(), binary.op.symbol());
            self.add(Kind::Comparison, change, &copy, equivalent);
        }
        let Some(number) = number else { return };
        let numbers: Vec<(f64, &str)> = if number == 0.0 || whole_numbers(value) {
            vec![(number + 1.0, "up"), (number - 1.0, "down")]
        } else {
            PARTS.iter().map(|(part, name)| (snap(number * part), *name)).collect()
        };
        for (other, name) in numbers {
            let copy = changed(root, index, &|expr| {
                if let ExprKind::Binary(binary) = &mut expr.kind {
                    let side = if number_of(&binary.rhs).is_some() { &mut binary.rhs } else { &mut binary.lhs };
                    side.kind = ExprKind::Number(Number::new(other));
                }
            });
            let equivalent = same_threshold(op, number, other, range);
            self.add(Kind::Threshold, format!("{name} from {number} to {other}"), &copy, equivalent);
        }
    }

    /// Why two comparisons with a number are the same for all values that occur.
    fn same_comparison(&self, op: BinaryOp, other: BinaryOp, number: f64, range: Interval) -> Option<String> {
        let (below, above) = (range.lo < number, range.hi > number);
        match (op, other) {
            (BinaryOp::Equal, BinaryOp::LessOrEqual) if !below => Some(format!("the value is never below {number}")),
            (BinaryOp::Equal, BinaryOp::GreaterOrEqual) if !above => Some(format!("the value is never above {number}")),
            (BinaryOp::Greater, BinaryOp::GreaterOrEqual)
            | (BinaryOp::GreaterOrEqual, BinaryOp::Greater)
            | (BinaryOp::Less, BinaryOp::LessOrEqual)
            | (BinaryOp::LessOrEqual, BinaryOp::Less) => {
                if !range.contains(number) {
                    return Some(format!("the value is never {number}"));
                }
                self.inexact.then(|| format!("no samples give exactly {number}: floats near it are not met by the computation"))
            }
            _ => None,
        }
    }

    fn selector(&mut self, index: usize, selector: &VectorSelector) {
        for (at, matcher) in selector.matchers.iter().enumerate() {
            if matcher.label.name.as_plain() == Some("__name__") {
                continue;
            }
            let edit = |change: &dyn Fn(&mut VectorSelector)| {
                changed(&self.alert.expr.ast, index, &|expr| match &mut expr.kind {
                    ExprKind::Selector(selector) => change(selector),
                    ExprKind::Matrix(matrix) => change(&mut matrix.selector),
                    _ => {}
                })
            };
            let dropped = edit(&|selector| drop(selector.matchers.remove(at)));
            let negated = edit(&|selector| {
                if let Some(matcher) = selector.matchers.get_mut(at) {
                    matcher.op = match matcher.op {
                        MatchOp::Equal => MatchOp::NotEqual,
                        MatchOp::NotEqual => MatchOp::Equal,
                        MatchOp::Regex => MatchOp::NotRegex,
                        MatchOp::NotRegex => MatchOp::Regex,
                    };
                }
            });
            let written = format!("`{}{}\"{}\"`", matcher.label.name, matcher.op.symbol(), matcher.value);
            let nothing = self.keeps_nothing_out(selector, at).then(|| "every declared series passes it".to_owned());
            let beside = || {
                let label = matcher.label.name.as_plain()?;
                self.kept_out_beside(index, &Filter::of(selector).ok()?, label)
            };
            let equivalent = nothing.or_else(beside);
            self.add(Kind::Matcher, format!("without {written}"), &dropped, equivalent);
            self.add(Kind::Matcher, format!("the opposite of {written}"), &negated, None);
        }
    }

    /// Whether all declared series that pass the other matchers pass this one too.
    fn keeps_nothing_out(&self, selector: &VectorSelector, at: usize) -> bool {
        let (Some(name), Ok(filter)) = (selector.metric_name(), Filter::of(selector)) else { return false };
        let name_tests = usize::from(selector.name.is_some());
        let Some(negated) = filter.negated(at + name_tests) else { return false };
        let wish = Wish { filter: &negated, bind: &Bind::default(), like: None, avoid: &[] };
        self.model.catalog.variants(name).iter().all(|variant| {
            matches!(variant.status, Status::Planned(_)) || variant.recorded.is_some() || labels_of(name, variant, &wish).is_err()
        })
    }

    fn window(&mut self, index: usize, range: f64) {
        for (factor, name) in FACTORS {
            let Some(other) = with_range(range, factor) else { continue };
            let copy = changed(&self.alert.expr.ast, index, &|expr| {
                if let ExprKind::Matrix(matrix) = &mut expr.kind {
                    matrix.range.clone_from(&other);
                }
            });
            self.add(Kind::Window, format!("a range of {range} s {name}"), &copy, None);
        }
    }

    fn holds(&mut self) {
        let expr = self.alert.expr.text.clone();
        let mut add = |hold: Duration, change: String| {
            let hold = Some(hold.to_string());
            self.found.push(Mutant { kind: Kind::For, change, expr: expr.clone(), hold, equivalent: None });
        };
        match self.alert.hold.filter(|hold| hold.millis > 0) {
            Some(hold) => {
                add(Duration::from_millis(hold.millis / 2), format!("{hold} halved"));
                add(Duration::from_millis(hold.millis.saturating_mul(2)), format!("{hold} doubled"));
            }
            None => add(Duration::from_secs(300), "5m in place of none".to_owned()),
        }
    }
}

/// Why a threshold can be moved without any difference.
fn same_threshold(op: BinaryOp, number: f64, other: f64, range: Interval) -> Option<String> {
    let (low, high) = (number.min(other), number.max(other));
    let nothing_between = !range.contains(number) && !range.contains(other) && (range.hi < low || range.lo > high);
    (nothing_between && op != BinaryOp::NotEqual).then(|| format!("no value lies between {low} and {high}"))
}
