//! A tree to YAML, in the layout of `fmt`.

use super::in_brackets;
use crate::format::layout::{Chomp, Collection, Document, Item, Kind, Layout, Scalar, Value as Written};
use crate::format::{self, Options, Stuck};
use crate::load::tree::{Node, ScalarKind, Style, Value};

/// Deeper than this a list or mapping on one line stays in brackets; further out each name has lines of its own.
const LINES: usize = 2;

/// The YAML of a tree, whose places lie in `source`.
pub(super) fn text(source: &str, root: &Node, options: Options) -> Result<String, Stuck> {
    let mut layout = Layout::default();
    let root = value(source, root, 0, &mut layout);
    layout.documents.push(Document { root, ..Document::default() });
    format::print::yaml(&layout, options)
}

fn value(source: &str, node: &Node, depth: usize, layout: &mut Layout) -> Written {
    let flow = |node: &Node| depth >= LINES && in_brackets(source, node, true) && !holds_lines(node);
    let kind = match &node.value {
        Value::Scalar(scalar) => Kind::Scalar(match scalar.kind {
            ScalarKind::String => written(&scalar.text),
            ScalarKind::Null => plain("null"),
            ScalarKind::Bool | ScalarKind::Number => plain(&scalar.text),
        }),
        Value::Seq(nodes) => {
            let items = nodes.iter().map(|node| item(source, None, node, depth, layout)).collect();
            Kind::Collection(Collection { mapping: false, flow: flow(node) || nodes.is_empty(), broken: false, items })
        }
        Value::Map(pairs) => {
            let items = pairs.iter().map(|pair| item(source, Some(&pair.key.text), &pair.value, depth, layout)).collect();
            Kind::Collection(Collection { mapping: true, flow: flow(node) || pairs.is_empty(), broken: false, items })
        }
    };
    Written { kind, ..Written::default() }
}

fn item(source: &str, key: Option<&str>, node: &Node, depth: usize, layout: &mut Layout) -> usize {
    let id = layout.items.len();
    layout.items.push(Item::default());
    let key = key.map(|key| Written { kind: Kind::Scalar(quotable(key)), ..Written::default() });
    let item = Item { key, value: value(source, node, depth + 1, layout), colon: true, ..Item::default() };
    if let Some(slot) = layout.items.get_mut(id) {
        *slot = item;
    }
    id
}

fn plain(text: &str) -> Scalar {
    Scalar { text: text.to_owned(), style: Style::Plain, lines: vec![text.to_owned()], chomp: Chomp::Clip, tagged: false }
}

/// A text that gets quotes where it needs them.
fn quotable(text: &str) -> Scalar {
    Scalar { style: Style::SingleQuoted, ..plain(text) }
}

fn written(text: &str) -> Scalar {
    if !text.contains('\n') || !suits_block(text) {
        return quotable(text);
    }
    let body = text.trim_end_matches('\n');
    let chomp = match text.len() - body.len() {
        0 => Chomp::Strip,
        1 => Chomp::Clip,
        _ => Chomp::Keep,
    };
    let content = if chomp == Chomp::Strip { text } else { text.strip_suffix('\n').unwrap_or(text) };
    Scalar { style: Style::Literal, lines: content.split('\n').map(str::to_owned).collect(), chomp, ..plain(text) }
}

/// Whether a block scalar can hold the text, and a reader sees all of it.
fn suits_block(text: &str) -> bool {
    let visible = |line: &str| {
        !line.starts_with('\t')
            && line.trim_end().len() == line.len()
            && line.chars().all(|c| c == '\t' || !c.is_control() && !"\u{2028}\u{2029}\u{feff}".contains(c))
    };
    !text.trim().is_empty() && text.split('\n').all(visible)
}

fn holds_lines(node: &Node) -> bool {
    match &node.value {
        Value::Scalar(scalar) => scalar.kind == ScalarKind::String && scalar.text.contains('\n') && suits_block(&scalar.text),
        Value::Seq(items) => items.iter().any(holds_lines),
        Value::Map(pairs) => pairs.iter().any(|pair| holds_lines(&pair.value)),
    }
}
