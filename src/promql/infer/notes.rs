//! Where inference keeps what it notices while it walks.

use std::sync::Arc;

use super::events::{Event, EventKind};
use super::facts::MetricUse;
use super::inference::Context;
use crate::promql::catalog::{Catalog, Name, Variant};
use crate::promql::span::Span;

/// What inference has noticed so far, and what it may ask.
pub(super) struct Notes<'a> {
    pub(super) catalog: &'a dyn Catalog,
    pub(super) context: &'a Context,
    /// The index that the node at hand will have.
    pub(super) node: usize,
    /// Whether only it matters that the node at hand returns a series, not its value.
    pub(super) value_unused: bool,
    pub(super) events: Vec<Event>,
    pub(super) metrics: Vec<MetricUse>,
    /// Labels that a node needs of what is inside it.
    pub(super) needs: Vec<(Name, usize)>,
}

impl<'a> Notes<'a> {
    pub(super) fn new(catalog: &'a dyn Catalog, context: &'a Context) -> Self {
        Self { catalog, context, node: 0, value_unused: false, events: Vec::new(), metrics: Vec::new(), needs: Vec::new() }
    }

    /// Notes something at a piece of the node at hand.
    pub(super) fn event(&mut self, span: Span, kind: EventKind) {
        self.events.push(Event { node: self.node, span, kind });
    }

    /// Notes that the node at hand needs a label of what is inside it.
    pub(super) fn needs(&mut self, label: &str) {
        self.needs.push((label.into(), self.node));
    }

    /// The variants of all metrics that are read in the nodes `first..=last`.
    pub(super) fn variants_in(&self, first: usize, last: usize) -> Vec<Arc<Variant>> {
        self.metrics
            .iter()
            .filter(|used| (first..=last).contains(&used.node))
            .flat_map(|used| used.variants.iter().cloned())
            .collect()
    }

    /// The one metric that is read in the nodes `first..=last`.
    pub(super) fn only_metric_in(&self, first: usize, last: usize) -> Option<&MetricUse> {
        let mut inside = self.metrics.iter().filter(|used| (first..=last).contains(&used.node));
        inside.next().filter(|_| inside.next().is_none())
    }
}
