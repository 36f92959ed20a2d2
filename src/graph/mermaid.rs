//! As Mermaid's flowchart, which GitHub and GitLab draw in Markdown.

use std::fmt::Write as _;

use super::{Kind, View};

/// How many edges Mermaid draws at most, unless its page is set up otherwise.
pub const MOST_EDGES: usize = 500;

/// The classes: kind of thing, fill, stroke.
const CLASSES: [(&str, &str, &str); 7] = [
    ("source", "#e3f2fd", "#1565c0"),
    ("metric", "#f1f8e9", "#558b2f"),
    ("query", "#fffde7", "#f9a825"),
    ("record", "#fff3e0", "#ef6c00"),
    ("alert", "#ffebee", "#c62828"),
    ("receiver", "#f3e5f5", "#6a1b9a"),
    ("panel", "#e0f2f1", "#00695c"),
];

/// The text of a diagram.
pub fn mermaid(view: &View<'_>) -> String {
    let mut text = String::from("flowchart LR\n");
    for id in &view.nodes {
        let node = view.graph.node(*id);
        let mut label = format!("{}<br/>{}", escape(node.kind.noun()), escape(node.label()));
        let loose = view.graph.loose(*id);
        if let Some(reason) = loose.or(node.planned.then_some("planned")) {
            let _ = write!(label, "<br/><i>{reason}</i>");
        }
        let (open, close) = shape(node.kind);
        let _ = writeln!(text, "  n{id}{open}\"{label}\"{close}:::{}", class(node.kind));
        if loose.is_some() {
            let _ = writeln!(text, "  class n{id} loose");
        } else if node.planned {
            let _ = writeln!(text, "  class n{id} planned");
        }
    }
    for (id, count) in &view.unread {
        let noun = if *count == 1 { "metric" } else { "metrics" };
        let _ = writeln!(text, "  u{id}[\"{count} {noun}<br/><i>nothing reads them</i>\"]:::metric");
        let _ = writeln!(text, "  class u{id} loose");
    }
    for edge in &view.edges {
        let _ = writeln!(text, "  n{} --> n{}", edge.from, edge.to);
    }
    for id in view.unread.keys() {
        let _ = writeln!(text, "  n{id} -.-> u{id}");
    }
    for (name, fill, stroke) in CLASSES {
        let _ = writeln!(text, "  classDef {name} fill:{fill},stroke:{stroke},color:#212121");
    }
    text.push_str("  classDef planned stroke-dasharray:2 4,color:#757575\n");
    text.push_str("  classDef loose stroke:#d50000,stroke-width:2px,stroke-dasharray:6 4,color:#b71c1c\n");
    text
}

fn shape(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Service | Kind::Exporter | Kind::Pool | Kind::Probe | Kind::Server => ("([", "])"),
        Kind::Metric => ("[", "]"),
        Kind::Query => ("[/", "/]"),
        Kind::Record => ("[[", "]]"),
        Kind::Alert => ("{{", "}}"),
        Kind::Receiver => (">", "]"),
        Kind::Panel => ("(", ")"),
        Kind::Dashboard => ("[(", ")]"),
    }
}

pub(super) fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Service | Kind::Exporter | Kind::Pool | Kind::Probe | Kind::Server => "source",
        Kind::Metric => "metric",
        Kind::Query => "query",
        Kind::Record => "record",
        Kind::Alert => "alert",
        Kind::Receiver => "receiver",
        Kind::Panel | Kind::Dashboard => "panel",
    }
}

/// The colours of a kind of thing.
pub(super) fn colours(kind: Kind) -> (&'static str, &'static str) {
    let name = class(kind);
    CLASSES.iter().find(|(class, ..)| *class == name).map_or(("#ffffff", "#000000"), |(_, fill, stroke)| (*fill, *stroke))
}

/// A text inside quotes: what Mermaid, its Markdown or HTML would read as more than a character is written by its number.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | ':' | '/' | '.' | ',' | '(' | ')' | '%' | '+' | '=') => {
                escaped.push(c);
            }
            c if c.is_control() => escaped.push(' '),
            c => {
                let _ = write!(escaped, "#{};", u32::from(c));
            }
        }
    }
    escaped
}
