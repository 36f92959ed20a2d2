//! What is known of one thing of a spec: an alert as a person on call needs it, a metric with who exposes and who reads it, and the rest.
//!
//! [`About::page`] joins the model with the [`Graph`]; a [`Page`] is the answer for people and for programs alike.

mod alert;
mod delivery;
pub mod findings;
mod metric;
pub mod names;
mod page;
mod returns;
mod things;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::graph::{Graph, Kind, NodeId, Reader};
use crate::lint::subject::Stack;
use crate::load::suppress::Suppression;
use crate::model::Model;
use crate::source::{Sources, Span};

pub use delivery::ways;
pub use page::{Page, Section};

/// How many lines of one kind a page shows; the others are counted. JSON has all.
const MOST: usize = 20;

/// A spec about which things are said.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The stack.
    pub model: &'a Model,
    /// All texts.
    pub sources: &'a Sources,
    /// Who uses what.
    pub graph: &'a Graph,
    /// What comments allow.
    pub suppressions: &'a [Suppression],
}

impl<'a> About<'a> {
    /// All that is known of a thing.
    pub fn page(&self, id: NodeId) -> Page {
        let node = self.graph.node(id);
        let mut page = Page::new(node.kind.word(), node.kind.noun(), &node.name, node.place.map(|span| self.place(span)));
        if let (Some(fields), Some(span)) = (page.json.as_object_mut(), node.place) {
            fields.extend(self.place_json(span));
        }
        match node.kind {
            Kind::Alert => self.alert(id, &mut page),
            Kind::Metric => self.metric(id, &mut page),
            Kind::Record => self.record(id, &mut page),
            Kind::Query => self.query(id, &mut page),
            Kind::Receiver => self.receiver(id, &mut page),
            Kind::Dashboard => self.dashboard(id, &mut page),
            Kind::Panel => self.panel(id, &mut page),
            Kind::Service | Kind::Exporter | Kind::Pool | Kind::Probe | Kind::Server => self.source(id, &mut page),
        }
        if let Some(reason) = self.graph.loose(id) {
            page.note(format!("{}: {reason}", node.kind.noun()));
        }
        page
    }

    fn stack(&self) -> Stack<'a> {
        Stack::of(self.model)
    }

    /// `specs/alerts.yaml:12`
    fn place(&self, span: Span) -> String {
        format!("{}:{}", self.sources.get(span.source).name, self.sources.position(span).line)
    }

    fn place_json(&self, span: Span) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("file".to_owned(), json!(self.sources.get(span.source).name));
        fields.insert("line".to_owned(), json!(self.sources.position(span).line));
        fields
    }

    /// A thing with its place, as one line and for programs.
    fn named(&self, id: NodeId, place: Option<Span>) -> (String, Value) {
        let node = self.graph.node(id);
        let mut line = match node.kind {
            Kind::Panel => {
                let dashboard = node.name.split_once('/').map_or("", |(dashboard, _)| dashboard);
                format!("panel {:?} on {dashboard}", node.label())
            }
            kind => format!("{} {}", kind.noun(), node.name),
        };
        if node.planned {
            line.push_str(" (planned)");
        }
        let mut fields = Map::new();
        fields.insert("id".to_owned(), json!(node.id()));
        fields.insert("kind".to_owned(), json!(node.kind.word()));
        fields.insert("name".to_owned(), json!(node.name));
        if let Some(title) = &node.title {
            fields.insert("title".to_owned(), json!(title));
        }
        if let Some(span) = place.or(node.place) {
            line.push_str(&format!("  {}", self.place(span)));
            fields.extend(self.place_json(span));
        }
        (line, Value::Object(fields))
    }

    /// Things that read a series, by their kind.
    fn readers(&self, readers: &[Reader], page: &mut Page) {
        let mut lines = Vec::new();
        let mut all = Vec::new();
        for reader in readers {
            let own = if reader.through.is_none() { reader.place } else { None };
            let (mut line, mut fields) = self.named(reader.node, own);
            if let Some(query) = reader.through {
                let name = &self.graph.node(query).name;
                let place = reader.place.map_or_else(String::new, |span| format!("  {}", self.place(span)));
                line.push_str(&format!("  through the query {name}{place}"));
                if let Some(fields) = fields.as_object_mut() {
                    fields.insert("through".to_owned(), json!(self.graph.node(query).id()));
                }
            }
            lines.push(line);
            all.push(fields);
        }
        page.list("read_by", "Read by", lines, all);
    }

    /// What comments and the item itself leave out.
    fn allowed(&self, item: Span, allows: &[crate::spec::shared::Allow], page: &mut Page) {
        let mut found: BTreeMap<Span, (String, String)> = BTreeMap::new();
        for allow in allows {
            let mut reason = allow.reason.value.clone();
            if let Some(until) = &allow.until {
                reason.push_str(&format!(" (until {})", until.value));
            }
            found.insert(allow.rule.span, (allow.rule.value.clone(), reason));
        }
        for comment in self.suppressions {
            let covered = comment.covered;
            if covered.source == item.source && covered.start <= item.start && item.end <= covered.end {
                found.insert(comment.comment, (comment.rule.clone(), comment.reason.clone()));
            }
        }
        let lines = found.iter().map(|(span, (rule, reason))| format!("{rule}: {reason}  {}", self.place(*span))).collect();
        let json = found
            .iter()
            .map(|(span, (rule, reason))| {
                let mut fields = self.place_json(*span);
                fields.insert("rule".to_owned(), json!(rule));
                fields.insert("reason".to_owned(), json!(reason));
                Value::Object(fields)
            })
            .collect();
        page.list("allowed", "Findings that are left out", lines, json);
    }
}
