//! As DOT, the language of Graphviz.

use std::fmt::Write as _;

use super::mermaid::colours;
use super::{Kind, View};

/// The text of a graph.
pub fn dot(view: &View<'_>) -> String {
    let mut text = String::from("digraph stack {\n  rankdir=LR;\n");
    text.push_str("  node [style=\"filled\", fontname=\"sans-serif\", fontsize=10];\n  edge [color=\"#757575\"];\n");
    for id in &view.nodes {
        let node = view.graph.node(*id);
        let mut label = format!("{}\\n{}", escape(node.kind.noun()), escape(node.label()));
        let loose = view.graph.loose(*id);
        if let Some(reason) = loose.or(node.planned.then_some("planned")) {
            let _ = write!(label, "\\n({reason})");
        }
        let (fill, stroke) = colours(node.kind);
        let style = match (loose, node.planned) {
            (Some(_), _) => "style=\"filled,dashed\", color=\"#d50000\", fontcolor=\"#b71c1c\", penwidth=2".to_owned(),
            (None, true) => format!("style=\"filled,dotted\", color=\"{stroke}\", fontcolor=\"#757575\""),
            (None, false) => format!("color=\"{stroke}\""),
        };
        let shape = shape(node.kind);
        let _ = writeln!(text, "  \"{}\" [label=\"{label}\", shape={shape}, fillcolor=\"{fill}\", {style}];", escape(&node.id()));
    }
    for (id, count) in &view.unread {
        let noun = if *count == 1 { "metric" } else { "metrics" };
        let source = escape(&view.graph.node(*id).id());
        let _ = writeln!(
            text,
            "  \"unread {source}\" [label=\"{count} {noun}\\n(nothing reads them)\", shape=box, \
             style=\"filled,dashed\", color=\"#d50000\", fontcolor=\"#b71c1c\", fillcolor=\"#f1f8e9\"];"
        );
        let _ = writeln!(text, "  \"{source}\" -> \"unread {source}\" [style=dashed];");
    }
    for edge in &view.edges {
        let (from, to) = (view.graph.node(edge.from).id(), view.graph.node(edge.to).id());
        let _ = writeln!(text, "  \"{}\" -> \"{}\" [tooltip=\"{}\"];", escape(&from), escape(&to), edge.how.word());
    }
    text.push_str("}\n");
    text
}

fn shape(kind: Kind) -> &'static str {
    match kind {
        Kind::Service | Kind::Exporter | Kind::Pool | Kind::Probe | Kind::Server => "ellipse",
        Kind::Metric => "box",
        Kind::Query => "parallelogram",
        Kind::Record => "component",
        Kind::Alert => "octagon",
        Kind::Receiver => "cds",
        Kind::Panel => "note",
        Kind::Dashboard => "folder",
    }
}

/// A text inside quotes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            // Graphviz reads entities in labels.
            '&' => escaped.push_str("&amp;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
