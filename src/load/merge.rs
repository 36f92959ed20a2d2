//! Joins the files of a spec into one tree, by section and name.
//!
//! A section (`services`, `alerts`, ...) may be spread over files, each with names of its own; so may the fields of the one
//! `stack`. What is defined twice is an error that shows both places; the first definition stands.

use super::rule;
use super::tree::{Document, Key, Node, Pair, Style, Value};
use crate::diagnostic::Diagnostic;
use indexmap::IndexMap;

/// How many levels below a section files may share: 1 is the names of `services` or the fields of `stack`. An environment is a
/// small spec, so it has two levels more; `notifications` has named receivers below its fields.
fn shared_levels(section: &str) -> usize {
    match section {
        "environments" => 3,
        "notifications" => 2,
        _ => 1,
    }
}

/// One tree of all documents, in the order in which they are given; `None` when there are none. What is not a mapping at the top
/// is left out: the reader of files reports it.
pub fn merge(documents: impl IntoIterator<Item = Document>, diagnostics: &mut Vec<Diagnostic>) -> Option<Node> {
    join_roots(documents.into_iter().map(|document| document.root), diagnostics)
}

/// The same of trees.
pub(super) fn join_roots(roots: impl IntoIterator<Item = Node>, diagnostics: &mut Vec<Diagnostic>) -> Option<Node> {
    let mut roots: Vec<Node> = roots.into_iter().filter(|root| matches!(root.value, Value::Map(_))).collect();
    if roots.len() < 2 {
        return roots.pop();
    }
    let span = roots.first()?.span;
    let sections = grouped(roots)
        .into_iter()
        .map(|(name, parts)| {
            let levels = shared_levels(&name);
            join(&name, parts, levels, diagnostics)
        })
        .collect();
    Some(Node { value: Value::Map(sections), span, style: Style::Collection })
}

type Part = (Key, Node);

/// All entries with one key.
struct Group {
    first: Part,
    others: Vec<Part>,
}

/// The entries of several mappings by key, in the order of the first appearance.
fn grouped(mappings: impl IntoIterator<Item = Node>) -> IndexMap<String, Group> {
    let mut groups: IndexMap<String, Group> = IndexMap::new();
    for mapping in mappings {
        let Value::Map(pairs) = mapping.value else { continue };
        for Pair { key, value } in pairs {
            match groups.get_mut(&key.text) {
                Some(group) => group.others.push((key, value)),
                None => {
                    groups.insert(key.text.clone(), Group { first: (key, value), others: Vec::new() });
                }
            }
        }
    }
    groups
}

/// One entry from all that have this path.
fn join(path: &str, group: Group, levels: usize, diagnostics: &mut Vec<Diagnostic>) -> Pair {
    let Group { first: (mut key, mut value), mut others } = group;
    if levels > 0 {
        // A section without content (`alerts:` and nothing below) says nothing, so it is no second definition either.
        others.retain(|(_, other)| !other.is_null());
        if value.is_null() && !others.is_empty() {
            (key, value) = others.remove(0);
        }
    }
    if others.is_empty() {
        return Pair { key, value };
    }
    let mappings = [&value].into_iter().chain(others.iter().map(|(_, other)| other)).all(|v| matches!(v.value, Value::Map(_)));
    if levels == 0 || !mappings {
        for (other_key, other) in &others {
            diagnostics.push(twice(path, (&key, &value), (other_key, other), levels));
        }
        return Pair { key, value };
    }
    let span = value.span;
    let parts = [value].into_iter().chain(others.into_iter().map(|(_, other)| other));
    let pairs =
        grouped(parts).into_iter().map(|(name, group)| join(&format!("{path}.{name}"), group, levels - 1, diagnostics)).collect();
    Pair { key, value: Node { value: Value::Map(pairs), span, style: Style::Collection } }
}

fn twice(path: &str, first: (&Key, &Node), second: (&Key, &Node), levels: usize) -> Diagnostic {
    let (is, was) = (second.1.kind_name(), first.1.kind_name());
    if levels > 0 && is != was {
        let message = format!("`{path}` is {is} here and {was} elsewhere");
        return Diagnostic::error(rule::TOP_LEVEL, second.0.span, message).label(first.0.span, format!("{was} here"));
    }
    Diagnostic::error(rule::DUPLICATE_NAME, second.0.span, format!("`{path}` is defined twice"))
        .label(first.0.span, "first here")
        .help("rename or remove one of the two; to change it for one environment, put the change under `environments`")
}

#[cfg(test)]
mod tests;
