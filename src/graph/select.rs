//! The part of a graph that is drawn.

use std::collections::{BTreeMap, BTreeSet};

use super::{Edge, Graph, How, Kind, NodeId};

/// A part of a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View<'g> {
    /// The whole.
    pub graph: &'g Graph,
    /// The things that are drawn.
    pub nodes: Vec<NodeId>,
    /// The steps between them.
    pub edges: Vec<Edge>,
    /// How many metrics of packs, metrics libraries and servers nothing reads, by what exposes them: they are drawn as one.
    pub unread: BTreeMap<NodeId, usize>,
}

impl Graph {
    /// All of it.
    pub fn view(&self) -> View<'_> {
        self.among((0..self.nodes.len()).collect())
    }

    /// What is fed by `from`, and what feeds `to`; with both, what lies between them.
    pub fn between(&self, from: Option<NodeId>, to: Option<NodeId>) -> View<'_> {
        let mut kept: BTreeSet<NodeId> = (0..self.nodes.len()).collect();
        if let Some(start) = from {
            let reached = self.reach(start, |id| self.out(id).map(|edge| edge.to).collect());
            kept.retain(|id| reached.contains(id));
        }
        if let Some(end) = to {
            let reached = self.reach(end, |id| self.into(id).map(|edge| edge.from).collect());
            kept.retain(|id| reached.contains(id));
        }
        self.among(kept)
    }

    fn reach(&self, start: NodeId, next: impl Fn(NodeId) -> Vec<NodeId>) -> BTreeSet<NodeId> {
        let mut reached = BTreeSet::from([start]);
        let mut open = vec![start];
        while let Some(id) = open.pop() {
            open.extend(next(id).into_iter().filter(|id| reached.insert(*id)));
        }
        reached
    }

    fn among(&self, kept: BTreeSet<NodeId>) -> View<'_> {
        let edges = self.edges.iter().filter(|edge| kept.contains(&edge.from) && kept.contains(&edge.to)).copied().collect();
        View { graph: self, nodes: kept.into_iter().collect(), edges, unread: BTreeMap::new() }
    }
}

impl View<'_> {
    /// The same with the metrics that nothing reads and nobody expects to be read counted instead of drawn: a pack has hundreds of them.
    #[must_use]
    pub fn counting_unread(mut self) -> Self {
        let graph = self.graph;
        let idle = |id: NodeId| {
            let node = graph.node(id);
            node.kind == Kind::Metric && node.shipped && graph.loose(id).is_some() && !node.missing
        };
        for edge in &self.edges {
            if edge.how == How::Exposes && idle(edge.to) {
                *self.unread.entry(edge.from).or_default() += 1;
            }
        }
        self.nodes.retain(|id| !idle(*id) || graph.into(*id).next().is_none());
        self.edges.retain(|edge| !idle(edge.to));
        self
    }
}
