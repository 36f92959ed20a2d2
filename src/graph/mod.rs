//! Who uses what: the one join from what is scraped to who is told and what is looked at.
//!
//! ```text
//! service ─ exposes → metric ─ is read by → query ─ is used by → recording rule ─ is read by → alert ─ tells → receiver
//!                                                                                └────────────→ panel ─ is on → dashboard
//! ```
//!
//! Any step may be left out: an alert reads a metric without a query between them. Commands that answer "where does it come from" and "who needs
//! it" walk this graph.

mod build;
mod dot;
mod json;
mod mermaid;
mod select;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::source::Span;

pub(crate) use build::source_of;
pub use dot::dot;
pub use json::json;
pub use mermaid::{MOST_EDGES, mermaid};
pub use select::View;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A service of one's own.
    Service,
    /// An exporter.
    Exporter,
    /// A pool of GPUs.
    Pool,
    /// Checks from outside.
    Probe,
    /// Prometheus, Alertmanager, Grafana: scraped as well.
    Server,
    /// A metric, by the name of its family.
    Metric,
    /// An expression that is written once.
    Query,
    /// A recording rule and the series that it makes.
    Record,
    /// An alert with all of its rules.
    Alert,
    /// Somebody who is told.
    Receiver,
    /// A panel: `dashboard/panel`.
    Panel,
    /// A dashboard.
    Dashboard,
}

impl Kind {
    /// All of them, from what is scraped to what is looked at.
    pub const ALL: [Self; 12] = [
        Self::Service,
        Self::Exporter,
        Self::Pool,
        Self::Probe,
        Self::Server,
        Self::Metric,
        Self::Query,
        Self::Record,
        Self::Alert,
        Self::Receiver,
        Self::Panel,
        Self::Dashboard,
    ];

    /// The word before the colon in `alert:HighErrorRate`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Exporter => "exporter",
            Self::Pool => "pool",
            Self::Probe => "probe",
            Self::Server => "server",
            Self::Metric => "metric",
            Self::Query => "query",
            Self::Record => "record",
            Self::Alert => "alert",
            Self::Receiver => "receiver",
            Self::Panel => "panel",
            Self::Dashboard => "dashboard",
        }
    }

    /// As a sentence says it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Pool => "GPU pool",
            Self::Server => "server of the stack",
            Self::Record => "recording rule",
            other => other.word(),
        }
    }

    /// The kind of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether it exposes metrics.
    pub fn is_source(self) -> bool {
        matches!(self, Self::Service | Self::Exporter | Self::Pool | Self::Probe | Self::Server)
    }
}

/// The number of a node in its graph.
pub type NodeId = usize;

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Its name, unique among its kind.
    pub name: String,
    /// What people see in its place: the title of a panel or a dashboard.
    pub title: Option<String>,
    /// Where it is declared.
    pub place: Option<Span>,
    /// It does not exist yet.
    pub planned: bool,
    /// Nothing declares it, though something reads it.
    pub missing: bool,
    /// A pack, a metrics library or the server itself declares it: nobody expects all of these to be used.
    pub shipped: bool,
}

impl Node {
    /// `alert:HighErrorRate`
    pub fn id(&self) -> String {
        format!("{}:{}", self.kind.word(), self.name)
    }

    /// What people see.
    pub fn label(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name)
    }
}

/// What leads from one thing to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// A service exposes a metric.
    Exposes,
    /// A series is read by an expression.
    Reads,
    /// A query is used by something.
    Uses,
    /// A receiver is told of an alert.
    Tells,
    /// A panel is on a dashboard.
    Shows,
}

impl How {
    /// In one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exposes => "exposes",
            Self::Reads => "read-by",
            Self::Uses => "used-by",
            Self::Tells => "tells",
            Self::Shows => "on",
        }
    }
}

/// One step, in the direction in which data flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// What gives.
    pub from: NodeId,
    /// What takes.
    pub to: NodeId,
    /// How.
    pub how: How,
    /// Where the text stands that makes it so.
    pub place: Option<Span>,
}

/// Who uses what. Nodes are sorted by kind and name, edges by their ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    by_name: BTreeMap<(Kind, String), NodeId>,
    /// The family of each series whose name is another.
    families: BTreeMap<String, String>,
    out: Vec<Vec<usize>>,
    into: Vec<Vec<usize>>,
}

impl Graph {
    /// All things.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// All steps.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// A thing.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    /// The thing of a kind and a name. A metric is found by the names of its series too.
    pub fn find(&self, kind: Kind, name: &str) -> Option<NodeId> {
        let found = |name: &str| self.by_name.get(&(kind, name.to_owned())).copied();
        found(name).or_else(|| if kind == Kind::Metric { found(self.families.get(name)?) } else { None })
    }

    /// All things that a text may mean: `HighErrorRate`, or `alert:HighErrorRate` where several have the name.
    pub fn named(&self, text: &str) -> Vec<NodeId> {
        if let Some((word, name)) = text.split_once(':')
            && let Some(kind) = Kind::of_word(word)
            && let Some(found) = self.find(kind, name)
        {
            return vec![found];
        }
        Kind::ALL.into_iter().filter_map(|kind| self.find(kind, text)).collect()
    }

    /// The steps that lead to a thing.
    pub fn into(&self, id: NodeId) -> impl Iterator<Item = &Edge> {
        self.into.get(id).into_iter().flatten().map(|edge| &self.edges[*edge])
    }

    /// The steps that lead away from a thing.
    pub fn out(&self, id: NodeId) -> impl Iterator<Item = &Edge> {
        self.out.get(id).into_iter().flatten().map(|edge| &self.edges[*edge])
    }

    /// The recording rules, alerts, panels and dashboards that read a metric or a recorded series, each once, with the place where they name it
    /// and the query in between where there is one.
    pub fn readers(&self, id: NodeId) -> Vec<Reader> {
        let mut readers: BTreeMap<NodeId, Reader> = BTreeMap::new();
        for edge in self.out(id) {
            if self.nodes[edge.to].kind == Kind::Query {
                for used in self.out(edge.to) {
                    let reader = Reader { node: used.to, place: edge.place, through: Some(edge.to) };
                    readers.entry(used.to).or_insert(reader);
                }
            } else {
                readers.insert(edge.to, Reader { node: edge.to, place: edge.place, through: None });
            }
        }
        readers.into_values().collect()
    }

    /// Why a thing is a loose end; `None` when it is none.
    pub fn loose(&self, id: NodeId) -> Option<&'static str> {
        let node = self.node(id);
        let ends = |list: &[Vec<usize>]| list.get(id).is_none_or(Vec::is_empty);
        match node.kind {
            _ if node.missing => Some("does not exist"),
            Kind::Metric | Kind::Record if ends(&self.out) => Some("nothing reads it"),
            Kind::Query if ends(&self.out) => Some("nothing uses it"),
            Kind::Receiver if ends(&self.into) => Some("no alert goes to it"),
            Kind::Alert if ends(&self.out) && !node.planned => Some("nobody is told"),
            Kind::Dashboard if ends(&self.into) => Some("nothing is on it"),
            _ => None,
        }
    }
}

/// Something that reads a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// A recording rule, an alert, a panel or a dashboard.
    pub node: NodeId,
    /// Where the series is named.
    pub place: Option<Span>,
    /// The query that names it.
    pub through: Option<NodeId>,
}
