//! What inference is asked with, and what it answers.

use smallvec::SmallVec;

use super::events::Event;
use super::facts::{Facts, MetricUse};
use crate::promql::catalog::Name;
use crate::promql::span::Span;

/// What an expression is for, and what is known of the place where it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Context {
    /// What it is for.
    pub purpose: Purpose,
    /// Seconds between two evaluations, which is the default step of a subquery.
    pub evaluation_interval: Option<f64>,
    /// Variables of a dashboard or a spec, with what they can stand for. Others can stand for anything.
    pub variables: Vec<(Name, VariableValues)>,
    /// Whether the server drops metric names only at the end (a feature flag), so that inner aggregations may still group by name. `None`: not known.
    pub delayed_name_removal: Option<bool>,
}

/// What an expression is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Purpose {
    /// A query that somebody asks.
    #[default]
    Query,
    /// An alert.
    Alert,
    /// A recording rule.
    Record,
    /// A panel.
    Panel,
}

/// What a variable can stand for.
#[derive(Debug, Clone, PartialEq)]
pub enum VariableValues {
    /// Anything.
    Unknown,
    /// One of these.
    Closed(Vec<Name>),
}

/// One node of the expression, with what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it is written.
    pub span: Span,
    /// What is known.
    pub facts: Facts,
    /// The nodes directly inside, in the order of [`crate::promql::Expr::children`].
    pub children: SmallVec<[usize; 2]>,
    /// The first node of its subtree, which is `first..=` its own index.
    pub first: usize,
}

/// What an expression returns, node by node.
#[derive(Debug, Clone, PartialEq)]
pub struct Inference {
    /// The nodes, inner ones before outer ones; the last one is the whole expression. Never empty.
    pub nodes: Vec<Node>,
    /// What was noticed, in the order of the nodes.
    pub events: Vec<Event>,
    /// The metrics that are read, in the order in which they are written.
    pub metrics: Vec<MetricUse>,
    /// Whether a variable or an error hides what some node returns.
    pub hidden: bool,
}

impl Inference {
    /// The whole expression.
    pub fn root(&self) -> &Node {
        &self.nodes[self.nodes.len() - 1]
    }

    /// What is known of the whole expression.
    pub fn facts(&self) -> &Facts {
        &self.root().facts
    }

    /// The outermost node that is written exactly there.
    pub fn at(&self, span: Span) -> Option<&Node> {
        self.nodes.iter().rev().find(|node| node.span == span)
    }

    /// Whether node `inner` lies in the subtree of node `outer`, or is it.
    pub fn is_inside(&self, inner: usize, outer: usize) -> bool {
        self.nodes.get(outer).is_some_and(|node| (node.first..=outer).contains(&inner))
    }
}
