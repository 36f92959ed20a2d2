//! As JSON: every thing and every step, with its place.

use serde_json::{Map, Value, json};

use super::View;
use crate::source::{Sources, Span};

/// `{"nodes": [...], "edges": [...]}`
pub fn json(view: &View<'_>, sources: &Sources) -> Value {
    let nodes = view.nodes.iter().map(|id| {
        let node = view.graph.node(*id);
        let mut fields = Map::new();
        fields.insert("id".to_owned(), json!(node.id()));
        fields.insert("kind".to_owned(), json!(node.kind.word()));
        fields.insert("name".to_owned(), json!(node.name));
        if let Some(title) = &node.title {
            fields.insert("title".to_owned(), json!(title));
        }
        place(&mut fields, node.place, sources);
        fields.insert("planned".to_owned(), json!(node.planned));
        fields.insert("loose".to_owned(), json!(view.graph.loose(*id)));
        Value::Object(fields)
    });
    let edges = view.edges.iter().map(|edge| {
        let mut fields = Map::new();
        fields.insert("from".to_owned(), json!(view.graph.node(edge.from).id()));
        fields.insert("to".to_owned(), json!(view.graph.node(edge.to).id()));
        fields.insert("how".to_owned(), json!(edge.how.word()));
        place(&mut fields, edge.place, sources);
        Value::Object(fields)
    });
    json!({"nodes": nodes.collect::<Vec<_>>(), "edges": edges.collect::<Vec<_>>()})
}

/// Adds the file and the line.
pub(crate) fn place(fields: &mut Map<String, Value>, span: Option<Span>, sources: &Sources) {
    if let Some(span) = span {
        let at = sources.position(span);
        fields.insert("file".to_owned(), json!(sources.get(span.source).name));
        fields.insert("line".to_owned(), json!(at.line));
        fields.insert("column".to_owned(), json!(at.column));
    }
}
