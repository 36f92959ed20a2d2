//! Comments that allow a finding become `allow` on the item: JSON has no comments, and those of Jsonnet are gone once it is evaluated.

use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::load::rule;
use crate::load::suppress::{self, Suppression};
use crate::load::tree::{Document, Key, Node, Pair, Scalar, ScalarKind, Style, Value};
use crate::source::Span;
use crate::spec::schema;

/// Writes what comments allow into `root`, a copy of the document's; warns of what covers more than before or is lost. Gives the number
/// of comments that are in the tree now.
pub(super) fn carry_over(text: &str, document: &Document, root: &mut Node, warnings: &mut Vec<Diagnostic>) -> usize {
    let found = suppress::suppressions(text, document).found;
    if found.is_empty() {
        return 0;
    }
    let schema = schema::spec();
    let mut carried = std::collections::BTreeSet::new();
    for suppression in found {
        let mut path = Vec::new();
        if !path_to(&document.root, suppression.covered, &mut path) {
            warnings.push(lost(&suppression));
            continue;
        }
        // The innermost item around that has `allow`.
        let whole = path.len();
        let fits = |path: &[Step], root: &mut Node| {
            takes_allow(&schema, path) && at(root, path).is_some_and(|node| matches!(node.value, Value::Map(_)))
        };
        while !(path.is_empty() || fits(&path, root)) {
            path.pop();
        }
        let Some(target) = at(root, &path).filter(|_| !path.is_empty()) else {
            warnings.push(lost(&suppression));
            continue;
        };
        if path.len() < whole {
            let name = path.last().map(Step::to_string).unwrap_or_default();
            let message = format!("`{}` is allowed on all of `{name}` now; the comment covered a part", suppression.rule);
            warnings.push(Diagnostic::warning(rule::CONVERSION, suppression.comment, message));
        }
        if add(target, &suppression) {
            carried.insert(suppression.comment);
        } else {
            warnings.push(lost(&suppression));
        }
    }
    carried.len()
}

fn lost(suppression: &Suppression) -> Diagnostic {
    let message = format!("`{}` is no longer allowed here: the item has no `allow`", suppression.rule);
    Diagnostic::warning(rule::CONVERSION, suppression.comment, message).help("write `allow` on an item around it")
}

/// One step from the root of a tree.
#[derive(Debug, Clone)]
enum Step {
    Key(String),
    Index(usize),
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key(key) => f.write_str(key),
            Self::Index(index) => write!(f, "item {}", index + 1),
        }
    }
}

/// The way to the item that a suppression covers, the outermost of those that begin where it does and end where it does.
fn path_to(node: &Node, covered: Span, path: &mut Vec<Step>) -> bool {
    match &node.value {
        Value::Scalar(_) => false,
        Value::Seq(items) => items.iter().enumerate().any(|(index, item)| {
            path.push(Step::Index(index));
            let found = item.span == covered || path_to(item, covered, path);
            if !found {
                path.pop();
            }
            found
        }),
        Value::Map(pairs) => pairs.iter().any(|pair| {
            path.push(Step::Key(pair.key.text.clone()));
            let found =
                pair.key.span.start == covered.start && covered.end >= pair.key.span.end || path_to(&pair.value, covered, path);
            if !found {
                path.pop();
            }
            found
        }),
    }
}

fn at<'n>(root: &'n mut Node, path: &[Step]) -> Option<&'n mut Node> {
    let mut node = root;
    for step in path {
        node = match (step, &mut node.value) {
            (Step::Key(key), Value::Map(pairs)) => &mut pairs.iter_mut().find(|pair| pair.key.text == *key)?.value,
            (Step::Index(index), Value::Seq(items)) => items.get_mut(*index)?,
            _ => return None,
        };
    }
    Some(node)
}

/// Whether the schema has `allow` on what stands at a path.
fn takes_allow(schema: &Json, path: &[Step]) -> bool {
    let mut here = vec![schema];
    for step in path {
        let mut next = Vec::new();
        for schema in here.iter().flat_map(|node| alternatives(schema, node)) {
            match step {
                Step::Key(key) => match schema["properties"].get(key) {
                    Some(field) => next.push(field),
                    None => next.extend(schema.get("additionalProperties").filter(|more| more.is_object())),
                },
                Step::Index(_) => next.extend(schema.get("items")),
            }
        }
        here = next;
    }
    here.iter().flat_map(|node| alternatives(schema, node)).any(|node| node["properties"].get("allow").is_some())
}

/// A schema, or those that it refers to.
fn alternatives<'s>(root: &'s Json, node: &'s Json) -> Vec<&'s Json> {
    let mut found = Vec::new();
    let mut open = vec![node];
    // References lead to objects within a few steps.
    for _ in 0..64 {
        let Some(node) = open.pop() else { break };
        if let Some(name) = node["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/")) {
            open.extend(root["$defs"].get(name));
            continue;
        }
        let several = ["anyOf", "oneOf", "allOf"].iter().filter_map(|word| node[word].as_array()).flatten();
        open.extend(several);
        found.push(node);
    }
    found
}

fn text(text: &str, span: Span) -> Node {
    let scalar = Scalar { text: text.to_owned(), kind: ScalarKind::String };
    Node { value: Value::Scalar(scalar), span, style: Style::Synthetic }
}

fn pair(key: &str, value: Node, span: Span) -> Pair {
    Pair { key: Key { text: key.to_owned(), span }, value }
}

fn add(target: &mut Node, suppression: &Suppression) -> bool {
    // Nothing is written at this place: what stands there counts as in brackets.
    let span = Span { end: suppression.comment.start, ..suppression.comment };
    let fields = vec![pair("rule", text(&suppression.rule, span), span), pair("reason", text(&suppression.reason, span), span)];
    let entry = Node { value: Value::Map(fields), span, style: Style::Synthetic };
    let Value::Map(pairs) = &mut target.value else { return false };
    match pairs.iter_mut().find(|pair| pair.key.text == "allow") {
        Some(Pair { value: Node { value: Value::Seq(items), .. }, .. }) => items.push(entry),
        Some(_) => return false,
        None => {
            let list = Node { value: Value::Seq(vec![entry]), span, style: Style::Synthetic };
            pairs.push(pair("allow", list, span));
        }
    }
    true
}
