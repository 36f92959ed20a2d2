//! Syntax trees that are put together in code, each node with the line that made it.

use std::ops::Range;

use super::data::{Data, Written};
use super::place::Place;
use crate::promql::{self, Binary, Dialect, ExprKind, Grouping, Label, VectorSelector};

/// An expression. The `start` of each span in the tree is an index into `places`.
#[derive(Debug, Clone)]
pub(super) struct Built {
    pub(super) ast: promql::Expr,
    places: Vec<Place>,
    depth: u16,
    /// Text that is no expression, for the checker to say what is wrong with it: it stands for all that was made of it.
    broken: Option<(String, Place)>,
}

/// The span that stands for a place.
pub(super) fn span_of(index: usize) -> promql::Span {
    promql::Span::new(index, index)
}

impl Built {
    /// A node of other nodes. What `make` makes of these has no spans, and counts as made at `place`.
    pub(super) fn node(
        place: Place,
        children: impl IntoIterator<Item = Built>,
        make: impl FnOnce(Vec<promql::Expr>) -> ExprKind,
    ) -> Self {
        Self::with_places(vec![place], children, make)
    }

    /// The same with several places of the node's own: `span_of(1)` is the second one.
    pub(super) fn with_places(
        mut places: Vec<Place>,
        children: impl IntoIterator<Item = Built>,
        make: impl FnOnce(Vec<promql::Expr>) -> ExprKind,
    ) -> Self {
        let (mut depth, mut broken) = (0, None);
        let mut expressions = Vec::new();
        for mut child in children {
            let offset = u32::try_from(places.len()).unwrap_or(u32::MAX);
            child.ast.spans_mut(&mut |span| span.start = span.start.saturating_add(offset));
            places.extend(child.places);
            depth = depth.max(child.depth);
            broken = broken.or(child.broken);
            expressions.push(child.ast);
        }
        // What is nested so deep is refused by every server; everything that walks the tree may recurse.
        let kind = if depth >= promql::MAX_DEPTH { ExprKind::Hole } else { make(expressions) };
        Self { ast: promql::Expr::new(kind, promql::Span::default()), places, depth: depth.saturating_add(1), broken }
    }

    /// An expression that is given as text. What is wrong with it is found when the spec is checked.
    pub(super) fn text(text: &str, place: Place) -> Self {
        let parsed = promql::parse(text, Dialect::Grafana);
        let broken = (!parsed.errors.is_empty()).then(|| (text.to_owned(), place));
        let mut ast = parsed.expr;
        ast.spans_mut(&mut |span| *span = promql::Span::default());
        Self { depth: height(&ast), ast, places: vec![place], broken }
    }

    /// Adds a place for a part that is added to the outermost node.
    pub(super) fn add_place(&mut self, place: Place) -> promql::Span {
        self.places.push(place);
        span_of(self.places.len() - 1)
    }

    /// The place of the outermost node.
    pub(super) fn place(&self) -> Option<Place> {
        self.place_of(self.ast.span)
    }

    fn place_of(&self, span: promql::Span) -> Option<Place> {
        self.places.get(span.start as usize).copied()
    }

    /// The text of the expression, with the places that made its parts.
    fn written(&self) -> Written {
        if let Some((text, _)) = &self.broken {
            return Written { text: text.clone(), pieces: Vec::new() };
        }
        let text = self.ast.to_string();
        let parsed = promql::parse(&text, Dialect::Grafana).expr;
        let mut pieces = Pieces { built: self, found: Vec::new() };
        pieces.expr(&self.ast, &parsed);
        Written { text, pieces: pieces.found }
    }

    /// The expression as a value of a spec.
    pub(super) fn data(&self) -> Data {
        let data = Data::written(self.written(), Place::here());
        let broken = self.broken.as_ref().map(|(_, place)| *place);
        match broken.or_else(|| self.place()) {
            Some(place) => data.at(place),
            None => data,
        }
    }
}

fn height(expr: &promql::Expr) -> u16 {
    expr.children().into_iter().map(height).max().unwrap_or(0).saturating_add(1)
}

/// Walks a tree that was built and the one that its text was parsed to, which differ in parentheses alone.
struct Pieces<'b> {
    built: &'b Built,
    found: Vec<(Range<usize>, Place)>,
}

impl Pieces<'_> {
    fn add(&mut self, made: promql::Span, at: promql::Span) {
        if let Some(place) = self.built.place_of(made) {
            self.found.push((at.range(), place));
        }
    }

    fn expr(&mut self, built: &promql::Expr, parsed: &promql::Expr) {
        let (built, parsed) = (built.without_parens(), parsed.without_parens());
        if std::mem::discriminant(&built.kind) != std::mem::discriminant(&parsed.kind) {
            return;
        }
        self.add(built.span, parsed.span);
        match (&built.kind, &parsed.kind) {
            (ExprKind::Selector(a), ExprKind::Selector(b)) => self.selector(a, b),
            (ExprKind::Matrix(a), ExprKind::Matrix(b)) => {
                self.selector(&a.selector, &b.selector);
                self.add(a.range_span, b.range_span);
            }
            (ExprKind::Subquery(a), ExprKind::Subquery(b)) => self.add(a.range_span, b.range_span),
            (ExprKind::Aggregate(a), ExprKind::Aggregate(b)) => {
                if let (Some(a), Some(b)) = (&a.grouping, &b.grouping) {
                    self.grouping(a, b);
                }
            }
            (ExprKind::Binary(a), ExprKind::Binary(b)) => self.binary(a, b),
            _ => {}
        }
        for (a, b) in built.children().into_iter().zip(parsed.children()) {
            self.expr(a, b);
        }
    }

    fn selector(&mut self, built: &VectorSelector, parsed: &VectorSelector) {
        if let (Some(a), Some(b)) = (&built.name, &parsed.name) {
            self.add(a.span, b.span);
        }
        for (a, b) in built.matchers.iter().zip(&parsed.matchers) {
            self.add(a.label.span, b.span());
        }
        if let (Some(a), Some(b)) = (&built.modifiers.offset, &parsed.modifiers.offset) {
            self.add(a.span, b.span);
        }
    }

    fn grouping(&mut self, built: &Grouping, parsed: &Grouping) {
        self.add(built.span, parsed.span);
        self.labels(&built.labels, &parsed.labels);
    }

    fn binary(&mut self, built: &Binary, parsed: &Binary) {
        self.add(built.op_span, parsed.op_span);
        let (Some(a), Some(b)) = (&built.matching, &parsed.matching) else { return };
        self.add(a.span, b.span);
        self.labels(&a.labels, &b.labels);
        if let (Some(a), Some(b)) = (&a.group, &b.group) {
            self.add(a.span, b.span);
            self.labels(&a.include, &b.include);
        }
    }

    fn labels(&mut self, built: &[Label], parsed: &[Label]) {
        for (a, b) in built.iter().zip(parsed) {
            self.add(a.span, b.span);
        }
    }
}
