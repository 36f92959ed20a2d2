//! The same text imported again: its tree with other places.

use crate::diagnostic::Diagnostic;
use crate::load::suppress::Suppression;
use crate::load::tree::{Document, Node, Value};
use crate::source::{SourceId, Span};
use std::collections::BTreeMap;

/// Which source stands for which.
#[derive(Debug, Default)]
pub(super) struct Stamp(pub(super) BTreeMap<SourceId, SourceId>);

impl Stamp {
    fn span(&self, span: &mut Span) {
        if let Some(source) = self.0.get(&span.source) {
            span.source = *source;
        }
    }

    fn node(&self, node: &mut Node) {
        self.span(&mut node.span);
        match &mut node.value {
            Value::Scalar(_) => {}
            Value::Seq(items) => items.iter_mut().for_each(|item| self.node(item)),
            Value::Map(pairs) => pairs.iter_mut().for_each(|pair| {
                self.span(&mut pair.key.span);
                self.node(&mut pair.value);
            }),
        }
    }

    pub(super) fn document(&self, document: &mut Document) {
        self.node(&mut document.root);
        document.comments.iter_mut().for_each(|comment| self.span(&mut comment.span));
    }

    pub(super) fn suppression(&self, suppression: &mut Suppression) {
        self.span(&mut suppression.comment);
        self.span(&mut suppression.covered);
    }

    pub(super) fn diagnostic(&self, diagnostic: &mut Diagnostic) {
        diagnostic.span.iter_mut().for_each(|span| self.span(span));
        diagnostic.labels.iter_mut().for_each(|label| self.span(&mut label.span));
        diagnostic.fix.iter_mut().flat_map(|fix| &mut fix.edits).for_each(|edit| self.span(&mut edit.span));
    }
}

/// How many values a tree holds.
pub(super) fn values(node: &Node) -> usize {
    match &node.value {
        Value::Scalar(_) => 1,
        Value::Seq(items) => items.iter().map(values).fold(1, usize::saturating_add),
        Value::Map(pairs) => pairs.iter().map(|pair| values(&pair.value)).fold(1, usize::saturating_add),
    }
}
