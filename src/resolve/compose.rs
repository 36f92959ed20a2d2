//! Expressions are composed here, as syntax trees: a window in place of `$window`, a parameter in place of `$quantile`, a matcher
//! that `where` adds, a comparison with a threshold. Every node keeps the place where it was written.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Applicability, Diagnostic, Fix};
use crate::load::{place, suggest};
use crate::model::expr::{Expr, place_in};
use crate::promql::catalog::{Catalog, Name, Presence};
use crate::promql::infer::{Context, Facts, infer, infer_root};
use crate::promql::{
    self, BinaryOp, Dialect, DurationExpr, DurationKind, ExprKind, Label, MatchOp, Matcher, Number, Text as PromText, TextPart,
    Variable, VectorSelector,
};
use crate::source::{SourceKind, Sources};
use crate::spec::decode::{Map, Text};
use crate::spec::quantity::Duration;

/// What stands in place of `$window`.
#[derive(Debug, Clone, PartialEq)]
pub enum Window {
    /// A length of time.
    Fixed(Duration),
    /// A variable of Grafana, such as `__rate_interval`.
    Variable(String),
}

impl Window {
    /// Reads what a panel says: a duration, or `$__interval`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix('$') {
            Some(name) => Some(Self::Variable(name.trim_start_matches('{').trim_end_matches('}').to_owned())),
            None => Duration::parse(text).map(Self::Fixed),
        }
    }
}

/// An expression on its way to its final form.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The tree so far.
    pub ast: promql::Expr,
    parts: Vec<Text>,
}

impl Draft {
    /// Reads an expression; reports all of its errors. What could not be understood is a hole, of which nothing is concluded.
    pub fn parse(text: &Text, dialect: Dialect, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Self {
        Self::parse_part(text, 0..text.value.len(), dialect, sources, diagnostics)
    }

    /// Reads an expression that is a range of a text; reports all of its errors.
    pub fn parse_part(
        text: &Text,
        range: Range<usize>,
        dialect: Dialect,
        sources: &Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let parsed = promql::parse(text.value.get(range.clone()).unwrap_or_default(), dialect);
        let mut draft = Self { ast: parsed.expr, parts: vec![text.clone()] };
        let offset = u32::try_from(range.start).unwrap_or(u32::MAX);
        let shift = |span: &mut promql::Span| {
            span.start = span.start.saturating_add(offset);
            span.end = span.end.saturating_add(offset);
        };
        if offset > 0 {
            draft.ast.spans_mut(&mut |span| shift(span));
        }
        for error in parsed.errors {
            let moved = |mut span: promql::Span| {
                shift(&mut span);
                span
            };
            let mut diagnostic = error.diagnostic(text.span, |span| place_in(&draft.parts, moved(span), sources));
            // The new text is written as the file writes this one: with its quotes and escapes.
            diagnostic.fix = error.replacement.as_ref().and_then(|(span, new)| {
                let ours = sources.get(text.span.source).kind == SourceKind::File;
                let edit = ours.then(|| place::edit(sources, &text.to_node(), moved(*span).range(), new))??;
                Some(Fix { applicability: Applicability::Unsafe, edits: vec![edit] })
            });
            diagnostics.push(diagnostic);
        }
        draft
    }

    /// A tree that is made in code; all of it is said to be written at `text`.
    pub fn of_tree(mut ast: promql::Expr, text: &Text) -> Self {
        let end = u32::try_from(text.value.len()).unwrap_or(u32::MAX);
        ast.spans_mut(&mut |span| *span = promql::Span { part: 0, start: 0, end });
        Self { ast, parts: vec![text.clone()] }
    }

    fn add_part(&mut self, text: &Text) -> u16 {
        let part = u16::try_from(self.parts.len()).unwrap_or(u16::MAX);
        self.parts.push(text.clone());
        part
    }

    /// Puts a window in place of `$window`.
    pub fn set_window(&mut self, window: &Window) {
        let replacement = |span: promql::Span| match window {
            Window::Fixed(duration) => DurationKind::Literal(Number { value: duration.as_secs_f64(), is_duration: true }),
            Window::Variable(name) => DurationKind::Variable(PromText::variable(Variable::new(name.clone(), span))),
        };
        self.replace_durations("window", &mut |span| Some(replacement(span)));
    }

    /// Whether `$window` stands in it.
    pub fn uses_window(&self) -> bool {
        self.variables().iter().any(|variable| variable.name == "window")
    }

    /// Puts a parameter's value in place of `$name`: an expression, a duration, or a part of a label's value.
    pub fn set_param(
        &mut self,
        name: &str,
        value: &Text,
        dialect: Dialect,
        sources: &Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let part = self.add_part(value);
        let duration = Duration::parse(value.as_str());
        if let Some(duration) = duration {
            let literal = DurationKind::Literal(Number { value: duration.as_secs_f64(), is_duration: true });
            self.replace_durations(name, &mut |_| Some(literal.clone()));
        } else if let Some(variable) = value.as_str().strip_prefix('$') {
            self.replace_durations(name, &mut |span| {
                Some(DurationKind::Variable(PromText::variable(Variable::new(variable, span))))
            });
        }
        self.replace_texts(name, value.as_str());
        let mut wanted = false;
        self.ast.visit(&mut |expr| {
            wanted |= matches!(&expr.kind, ExprKind::Variable(variable) if variable.name == name);
        });
        if !wanted {
            return;
        }
        let mut inner = Self::parse(value, dialect, sources, diagnostics);
        inner.ast.set_part(part);
        self.ast.visit_mut(&mut |expr| {
            if matches!(&expr.kind, ExprKind::Variable(variable) if variable.name == name) {
                *expr = inner.ast.clone();
            }
        });
    }

    fn replace_durations(&mut self, name: &str, replacement: &mut dyn FnMut(promql::Span) -> Option<DurationKind>) {
        self.ast.durations_mut(&mut |duration| replace_duration(duration, name, replacement));
    }

    /// Puts a value in place of `$name` inside label values and label names.
    fn replace_texts(&mut self, name: &str, value: &str) {
        self.ast.selectors_mut(&mut |selector| {
            for matcher in &mut selector.matchers {
                fill_text(&mut matcher.value, name, value);
            }
        });
        self.ast.visit_mut(&mut |expr| match &mut expr.kind {
            ExprKind::String(text) => fill_text(text, name, value),
            ExprKind::Aggregate(aggregate) => {
                for label in aggregate.grouping.iter_mut().flat_map(|grouping| grouping.labels.iter_mut()) {
                    fill_text(&mut label.name, name, value);
                }
            }
            _ => {}
        });
    }

    /// Adds a matcher to every selector that can have the label; `false` when there is none.
    pub fn narrow(&mut self, label: &str, value: &Text, several: bool, catalog: &dyn Catalog) -> bool {
        let part = self.add_part(value);
        let (op, text) = match_operator(value.as_str());
        let whole = promql::Span { part, start: 0, end: u32::try_from(value.value.len()).unwrap_or(u32::MAX) };
        let variable = text.strip_prefix('$').map(|name| name.trim_start_matches('{').trim_end_matches('}'));
        let value = match variable {
            Some(name) => PromText::variable(Variable::new(name, whole)),
            None => PromText::plain(text),
        };
        let op = op.unwrap_or(if several { MatchOp::Regex } else { MatchOp::Equal });
        let mut found = false;
        self.ast.selectors_mut(&mut |selector| {
            if can_have(selector, label, catalog) {
                found = true;
                selector.matchers.push(Matcher {
                    label: Label { name: PromText::plain(label), span: whole },
                    op,
                    op_span: whole,
                    value: value.clone(),
                    value_span: whole,
                });
            }
        });
        found
    }

    /// Compares the result with a number that is written at `place`.
    #[must_use]
    pub fn compare(mut self, op: BinaryOp, number: f64, place: &Text) -> Self {
        let part = self.add_part(place);
        let span = promql::Span { part, start: 0, end: u32::try_from(place.value.len()).unwrap_or(u32::MAX) };
        let number = promql::Expr::new(ExprKind::Number(Number::new(number)), span);
        self.ast = promql::Expr::binary(op, span, self.ast, number);
        self
    }

    /// Both, as `self or other`; the texts of `other` follow those of `self`.
    #[must_use]
    pub fn or(mut self, mut other: Self) -> Self {
        let offset = u16::try_from(self.parts.len()).unwrap_or(u16::MAX);
        other.ast.spans_mut(&mut |span| span.part = span.part.saturating_add(offset));
        self.parts.append(&mut other.parts);
        self.ast = promql::Expr::binary(BinaryOp::Or, promql::Span::default(), self.ast, other.ast);
        self
    }

    /// The variables that stand in it.
    pub fn variables(&self) -> Vec<Variable> {
        let mut found: Vec<Variable> = Vec::new();
        let mut copy = self.ast.clone();
        copy.visit(&mut |expr| {
            if let ExprKind::Variable(variable) = &expr.kind {
                found.push((**variable).clone());
            }
        });
        copy.durations_mut(&mut |duration| duration_variables(duration, &mut found));
        copy.selectors(&mut |selector| {
            found.extend(selector.matchers.iter().flat_map(|matcher| matcher.value.variables().cloned()));
            found.extend(selector.name.iter().flat_map(|name| name.text.variables().cloned()));
            found.extend(selector.matcher_variables.iter().cloned());
        });
        copy.visit(&mut |expr| match &expr.kind {
            ExprKind::String(text) => found.extend(text.variables().cloned()),
            ExprKind::Aggregate(aggregate) => {
                let labels = aggregate.grouping.iter().flat_map(|grouping| grouping.labels.iter());
                found.extend(labels.flat_map(|label| label.name.variables().cloned()));
            }
            ExprKind::Binary(binary) => {
                let labels = binary.matching.iter().flat_map(|matching| matching.labels.iter());
                found.extend(labels.flat_map(|label| label.name.variables().cloned()));
            }
            ExprKind::VariableCall(call) => found.extend(call.callee.variables().cloned()),
            _ => {}
        });
        found
    }

    /// Reports parameters that nothing gives a value to.
    pub fn check_params(&self, known: &[&str], sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
        for variable in self.variables() {
            if known.contains(&variable.name.as_str()) {
                continue;
            }
            let near = suggest::nearest(&variable.name, known.iter().copied());
            let help = suggest::did_you_mean(&near)
                .unwrap_or_else(|| format!("declare it: `params: {{{}: DEFAULT}}`; `$window` is always there", variable.name));
            let Some(span) = place_in(&self.parts, variable.span, sources) else { continue };
            let message = format!("nothing gives `${}` a value here", variable.name);
            diagnostics.push(Diagnostic::error("spec/unknown-parameter", span, message).help(help));
        }
    }

    /// Whether each series of the result still has what it has of these labels where it is read: then a matcher on one of them leaves series out
    /// and changes the value of none.
    pub fn keeps<'l>(&self, labels: impl IntoIterator<Item = &'l str>, catalog: &dyn Catalog, context: &Context) -> bool {
        let inference = infer(&self.ast, catalog, context);
        let names: Vec<Name> = labels.into_iter().map(Name::from).collect();
        inference.nodes.iter().all(|node| {
            let lost = |name: &Name| {
                let has = |facts: &Facts| facts.labels.get(name).presence != Presence::Absent;
                let inner = node.children.iter().filter_map(|child| inference.nodes.get(*child));
                !has(&node.facts) && inner.into_iter().any(|child| has(&child.facts))
            };
            !names.iter().any(lost)
        })
    }

    /// The expression in its final form, with what can be inferred of it.
    pub fn finish(self, catalog: &dyn Catalog, context: &Context) -> Expr {
        let inference = infer_root(&self.ast, catalog, context);
        let mut text = String::with_capacity(self.parts.iter().map(|part| part.value.len()).sum());
        // Writing to a string cannot fail.
        let _ = write!(text, "{}", self.ast);
        text.shrink_to_fit();
        Expr { text, ast: self.ast, parts: Arc::from(self.parts), inference }
    }

    /// The first text that it is made of.
    pub fn origin(&self) -> &Text {
        &self.parts[0]
    }
}

/// `=~.*-agent` is a matcher's operator and its value.
fn match_operator(text: &str) -> (Option<MatchOp>, &str) {
    for (symbol, op) in [("=~", MatchOp::Regex), ("!~", MatchOp::NotRegex), ("!=", MatchOp::NotEqual)] {
        if let Some(rest) = text.strip_prefix(symbol) {
            return (Some(op), rest);
        }
    }
    (None, text)
}

fn can_have(selector: &VectorSelector, label: &str, catalog: &dyn Catalog) -> bool {
    let Some(name) = selector.metric_name() else { return true };
    let variants = catalog.variants(name);
    variants.is_empty()
        || variants
            .iter()
            .any(|variant| variant.open_labels || variant.label(label).is_some_and(|domain| domain.presence != Presence::Absent))
}

fn replace_duration(duration: &mut DurationExpr, name: &str, replacement: &mut dyn FnMut(promql::Span) -> Option<DurationKind>) {
    let span = duration.span;
    match &mut duration.kind {
        DurationKind::Variable(text) if text.as_variable().is_some_and(|variable| variable.name == name) => {
            if let Some(kind) = replacement(span) {
                duration.kind = kind;
            }
        }
        DurationKind::MinOf(pair) | DurationKind::MaxOf(pair) | DurationKind::Binary(_, pair) => {
            pair.iter_mut().for_each(|operand| replace_duration(operand, name, replacement));
        }
        DurationKind::Unary(_, operand) | DurationKind::Paren(operand) => replace_duration(operand, name, replacement),
        DurationKind::Literal(_) | DurationKind::Variable(_) | DurationKind::Step | DurationKind::Range | DurationKind::Hole => {}
    }
}

fn duration_variables(duration: &DurationExpr, found: &mut Vec<Variable>) {
    match &duration.kind {
        DurationKind::Variable(text) => found.extend(text.variables().cloned()),
        DurationKind::MinOf(pair) | DurationKind::MaxOf(pair) | DurationKind::Binary(_, pair) => {
            pair.iter().for_each(|operand| duration_variables(operand, found));
        }
        DurationKind::Unary(_, operand) | DurationKind::Paren(operand) => duration_variables(operand, found),
        DurationKind::Literal(_) | DurationKind::Step | DurationKind::Range | DurationKind::Hole => {}
    }
}

/// Puts `value` in place of `$name`; a value that is itself a variable stays one.
fn fill_text(text: &mut PromText, name: &str, value: &str) {
    let PromText::Template(parts) = text else { return };
    for part in parts.iter_mut() {
        if let TextPart::Variable(variable) = part
            && variable.name == name
        {
            *part = match value.strip_prefix('$') {
                Some(inner) => TextPart::Variable(Variable::new(inner, variable.span)),
                None => TextPart::Literal(value.to_owned()),
            };
        }
    }
    let literals: Option<String> = parts
        .iter()
        .map(|part| match part {
            TextPart::Literal(literal) => Some(literal.as_str()),
            TextPart::Variable(_) => None,
        })
        .collect();
    if let Some(plain) = literals {
        *text = PromText::plain(plain);
    }
}

/// The parameters of a query: its defaults, then what the use says.
pub fn set_params(
    draft: &mut Draft,
    defaults: &Map<Text>,
    with: &Map<Text>,
    dialect: Dialect,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (name, entry) in with.iter() {
        if !defaults.knows(name) && name != "window" {
            let near = suggest::nearest(name, defaults.names());
            let help = suggest::did_you_mean(&near).unwrap_or_else(|| {
                let all: Vec<&str> = defaults.names().collect();
                if all.is_empty() {
                    "the query has no parameters".to_owned()
                } else {
                    format!("its parameters are {}", all.join(", "))
                }
            });
            let message = format!("the query has no parameter `{name}`");
            diagnostics.push(Diagnostic::error("spec/unknown-parameter", entry.key, message).help(help));
        }
    }
    for (name, entry) in defaults.iter() {
        let value = with.get(name).unwrap_or(&entry.value);
        draft.set_param(name, value, dialect, sources, diagnostics);
    }
}
