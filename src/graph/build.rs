//! From the model to the graph.

use std::collections::BTreeMap;

use super::{Edge, Graph, How, Kind, Node, NodeId};
use crate::lint::delivery::AlertLabels;
use crate::lint::subject::Stack;
use crate::model::Model;
use crate::model::expr::{Expr, place_in};
use crate::model::item::ItemKind;
use crate::model::job::{DeclaredBy, Job};
use crate::promql::catalog::{Catalog as _, Status};
use crate::promql::{self, Dialect};
use crate::source::{Sources, Span};
use crate::spec::decode::Text;

/// Kinds of target that expose a metric of one name and that are looked at.
const VARIANTS: usize = 256;

/// The kind of what a job scrapes, with its name.
pub(crate) fn source_of(job: &Job) -> (Kind, &str) {
    let kind = match job.item.kind {
        ItemKind::Service => Kind::Service,
        ItemKind::Exporter => Kind::Exporter,
        ItemKind::GpuTarget => Kind::Pool,
        ItemKind::Probe => Kind::Probe,
        _ => return (Kind::Server, &job.name),
    };
    (kind, &job.item.name)
}

impl Graph {
    /// The graph of a resolved stack.
    pub fn of(model: &Model, sources: &Sources) -> Self {
        let mut builder = Builder { model, sources, nodes: Vec::new(), by_name: BTreeMap::new(), edges: BTreeMap::new() };
        builder.sources();
        builder.records();
        builder.queries();
        builder.alerts();
        builder.dashboards();
        builder.finish()
    }
}

struct Builder<'m> {
    model: &'m Model,
    sources: &'m Sources,
    nodes: Vec<Node>,
    by_name: BTreeMap<(Kind, String), NodeId>,
    edges: BTreeMap<(NodeId, NodeId, How), Option<Span>>,
}

impl Builder<'_> {
    fn add(&mut self, kind: Kind, name: &str, place: Option<Span>) -> NodeId {
        if let Some(known) = self.by_name.get(&(kind, name.to_owned())) {
            return *known;
        }
        let node = Node { kind, name: name.to_owned(), title: None, place, planned: false, missing: false, shipped: false };
        self.by_name.insert((kind, name.to_owned()), self.nodes.len());
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn edge(&mut self, from: NodeId, to: NodeId, how: How, place: Option<Span>) {
        if from != to {
            self.edges.entry((from, to, how)).or_insert(place);
        }
    }

    fn sources(&mut self) {
        for job in &self.model.jobs {
            let (kind, name) = source_of(job);
            let source = self.add(kind, name, Some(job.item.span));
            self.nodes[source].planned = job.planned;
            for (family, exposed) in &job.exposes {
                let new = !self.by_name.contains_key(&(Kind::Metric, family.clone()));
                let metric = self.add(Kind::Metric, family, Some(exposed.declared));
                let planned = job.planned || exposed.planned;
                let shipped = exposed.by != DeclaredBy::Spec;
                let node = &mut self.nodes[metric];
                // One that exposes it is enough for it to be there.
                node.planned = if new { planned } else { node.planned && planned };
                node.shipped = if new { shipped } else { node.shipped && shipped };
                self.edge(source, metric, How::Exposes, Some(exposed.declared));
            }
        }
    }

    fn records(&mut self) {
        for record in &self.model.records {
            self.add(Kind::Record, &record.name, Some(record.item.span));
        }
        for record in &self.model.records {
            let node = self.add(Kind::Record, &record.name, Some(record.item.span));
            let query = record.query.as_ref().map(|(query, _)| query.as_str());
            if let Some((query, entry)) = query.and_then(|query| Some((query, self.model.spec.queries.entry(query)?))) {
                let query = self.add(Kind::Query, query, Some(entry.key));
                self.edge(query, node, How::Uses, Some(record.item.span));
            }
            self.read(&record.expr, node, query, Some(record.item.span));
        }
    }

    /// Queries that nothing uses read something too.
    fn queries(&mut self) {
        let spec = &self.model.spec;
        for (name, entry) in spec.queries.iter() {
            let query = self.add(Kind::Query, name, Some(entry.key));
            self.nodes[query].place = Some(entry.key);
            let text = &entry.value.expr;
            let parsed = promql::parse(text.as_str(), Dialect::Spec);
            let mut read: Vec<(String, promql::Span)> = Vec::new();
            parsed.expr.selectors(&mut |selector| {
                if let (Some(name), Some(span)) = (selector.metric_name(), selector.name_span()) {
                    read.push((name.to_owned(), span));
                }
            });
            for (series, span) in read {
                let place = place_in(std::slice::from_ref(text), span, self.sources);
                let metric = self.series(&series);
                self.edge(metric, query, How::Reads, place);
            }
        }
    }

    fn alerts(&mut self) {
        let model = self.model;
        let stack = Stack::of(model);
        if let Some(notifications) = &model.spec.notifications {
            for (name, entry) in notifications.receivers.iter() {
                self.add(Kind::Receiver, name, Some(entry.key));
            }
        }
        for rules in model.alerts.chunk_by(|a, b| a.name == b.name) {
            let Some(first) = rules.first() else { continue };
            let alert = self.add(Kind::Alert, &first.name, Some(first.item.span));
            self.nodes[alert].planned = rules.iter().all(|rule| rule.planned);
            for rule in rules {
                self.read(&rule.expr, alert, rule.query.as_deref(), Some(rule.item.span));
                let Some(route) = model.route.as_ref().filter(|_| !rule.planned) else { continue };
                for end in AlertLabels::of(rule, &stack).receivers(route) {
                    if let Some(receiver) = self.by_name.get(&(Kind::Receiver, end.receiver.clone())).copied() {
                        self.edge(alert, receiver, How::Tells, Some(end.span));
                    }
                }
            }
        }
    }

    fn dashboards(&mut self) {
        for dashboard in &self.model.dashboards {
            let node = self.add(Kind::Dashboard, &dashboard.key, Some(dashboard.item.span));
            self.nodes[node].title = Some(dashboard.spec.title.value.clone());
            for variable in &dashboard.variables {
                if let Some(values) = &variable.values_of {
                    self.read(&values.selector, node, None, Some(variable.name.span));
                }
            }
            for panel in dashboard.rows.iter().flat_map(|row| &row.panels) {
                if panel.targets.is_empty() && panel.planned.is_empty() {
                    continue;
                }
                let place = panel.spec.title.as_ref().map_or(panel.spec.span, |title| title.span);
                let shown = self.add(Kind::Panel, &format!("{}/{}", dashboard.key, panel.id), Some(place));
                self.nodes[shown].title = panel.spec.title.as_ref().map(|title| title.value.clone());
                self.nodes[shown].planned = panel.targets.is_empty();
                self.edge(shown, node, How::Shows, Some(place));
                for target in &panel.targets {
                    let query = target.query.as_deref().or_else(|| target.spec.query.as_ref().map(Text::as_str));
                    self.read(&target.expr, shown, query, Some(place));
                }
                for name in &panel.planned {
                    let metric = self.series(name);
                    self.edge(metric, shown, How::Reads, Some(place));
                }
            }
        }
    }

    /// What an expression reads, directly or through the query that it is.
    fn read(&mut self, expr: &Expr, reader: NodeId, query: Option<&str>, place: Option<Span>) {
        let known = query.and_then(|name| Some((name, self.model.spec.queries.entry(name)?.key)));
        let through = known.map(|(name, key)| self.add(Kind::Query, name, Some(key)));
        let mut directly = true;
        for metric in &expr.inference.metrics {
            let span = expr.place(metric.span, self.sources);
            let mut families: Vec<&str> = metric.variants.iter().take(VARIANTS).map(|variant| &*variant.family).collect();
            families.sort_unstable();
            families.dedup();
            let mut nodes: Vec<NodeId> = families.into_iter().map(|family| self.series(family)).collect();
            if nodes.is_empty() {
                nodes.push(self.series(&metric.name));
            }
            for node in nodes {
                match through {
                    // A recorded query is read by what it is recorded as.
                    Some(query) if self.edges.contains_key(&(query, node, How::Uses)) => {
                        self.edge(node, reader, How::Reads, place.or(span));
                    }
                    Some(query) => {
                        directly = false;
                        self.edge(node, query, How::Reads, span);
                    }
                    None => self.edge(node, reader, How::Reads, span),
                }
            }
        }
        if let Some(query) = through
            && (!directly || expr.inference.metrics.is_empty())
        {
            self.edge(query, reader, How::Uses, place);
        }
    }

    /// The node of a series: what records it, the metric that it belongs to, or a metric that does not exist.
    fn series(&mut self, name: &str) -> NodeId {
        if let Some(record) = self.by_name.get(&(Kind::Record, name.to_owned())) {
            return *record;
        }
        let variants = self.model.catalog.variants(name);
        let family = variants.first().map_or(name, |variant| &*variant.family);
        if let Some(metric) = self.by_name.get(&(Kind::Metric, family.to_owned())) {
            return *metric;
        }
        let declared = variants.first().and_then(|variant| variant.declared_at);
        // A family by its own name is in the catalog under the names of its series.
        let missing = variants.is_empty();
        let planned = variants.iter().any(|variant| matches!(variant.status, Status::Planned(_)));
        let node = self.add(Kind::Metric, family, declared);
        self.nodes[node].missing = missing;
        self.nodes[node].planned = planned;
        self.nodes[node].shipped = !missing;
        node
    }

    fn finish(self) -> Graph {
        let Self { model, nodes, by_name, edges, .. } = self;
        // Numbers follow the order of kinds and names, whatever was met first.
        let mut places = vec![0; nodes.len()];
        for (place, id) in by_name.values().enumerate() {
            places[*id] = place;
        }
        let mut sorted: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
        let nodes: Vec<Node> = by_name.values().filter_map(|id| sorted.get_mut(*id).and_then(Option::take)).collect();
        let by_name = by_name.into_keys().enumerate().map(|(place, key)| (key, place)).collect();
        let mut edges: Vec<Edge> =
            edges.into_iter().map(|((from, to, how), place)| Edge { from: places[from], to: places[to], how, place }).collect();
        edges.sort_by_key(|edge| (edge.from, edge.to, edge.how));
        let mut out = vec![Vec::new(); nodes.len()];
        let mut into = vec![Vec::new(); nodes.len()];
        for (number, edge) in edges.iter().enumerate() {
            out[edge.from].push(number);
            into[edge.to].push(number);
        }
        let families = model
            .catalog
            .iter()
            .filter_map(|(name, variants)| Some((name, &variants.first()?.family)))
            .filter(|(name, family)| name != family)
            .map(|(name, family)| (name.to_string(), family.to_string()))
            .collect();
        Graph { nodes, edges, by_name, families, out, into }
    }
}
