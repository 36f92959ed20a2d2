//! Expressions in their final form.

use std::sync::Arc;

use crate::load::place;
use crate::promql;
use crate::promql::infer::{Facts, Inference};
use crate::source::{Sources, Span};
use crate::spec::decode::Text;

/// A PromQL expression exactly as it will be emitted, with what was inferred of it.
#[derive(Debug, Clone)]
pub struct Expr {
    /// The syntax tree; its places say in which of `parts` each node was written.
    pub ast: promql::Expr,
    /// The tree, printed: what the server gets.
    pub text: String,
    /// The texts of the spec that it was composed of.
    pub parts: Arc<[Text]>,
    /// What is known of the whole, and what was noticed of its parts.
    pub inference: Inference,
}

impl Expr {
    /// What is known of its result.
    pub fn facts(&self) -> &Facts {
        self.inference.facts()
    }

    /// Where a node of the tree stands in the spec.
    pub fn place(&self, span: promql::Span, sources: &Sources) -> Option<Span> {
        place_in(&self.parts, span, sources)
    }

    /// The whole of the text that the expression begins with.
    pub fn origin(&self) -> Option<Span> {
        self.parts.first().map(|part| part.span)
    }
}

/// Where a place inside a composed expression stands in the spec.
pub fn place_in(parts: &[Text], span: promql::Span, sources: &Sources) -> Option<Span> {
    let part = parts.get(usize::from(span.part)).or_else(|| parts.first())?;
    Some(place::span_of(sources, &part.to_node(), span.range()))
}
