//! Reads the section `import`.

use super::SECTION;
use crate::diagnostic::Diagnostic;
use crate::load::rule;
use crate::load::suggest::{did_you_mean, nearest};
use crate::load::tree::{Key, Node, Pair, Value};
use crate::load::variable;
use crate::source::Span;

/// An import as it is written.
#[derive(Debug, Clone)]
pub(super) struct Declaration {
    /// What the module is called.
    pub(super) key: Key,
    /// All of the entry.
    pub(super) entry: Span,
    /// Where the module lies.
    pub(super) from: String,
    /// Where that is said.
    pub(super) from_span: Span,
    /// The values for its parameters.
    pub(super) with: Vec<Pair>,
}

const SHAPE: &str = "write `cost: {from: ../modules/agent, with: {name: cost-agent}}`";

fn invalid(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(rule::INVALID_IMPORT, span, message)
}

/// The imports of one file.
pub(super) fn declarations(root: &Node, diagnostics: &mut Vec<Diagnostic>) -> Vec<Declaration> {
    let Some(section) = root.get(SECTION) else { return Vec::new() };
    match &section.value {
        Value::Map(pairs) => pairs.iter().filter_map(|pair| one(pair, diagnostics)).collect(),
        _ if section.is_null() => Vec::new(),
        _ => {
            let message = format!("`{SECTION}` is a mapping of names, not {}", section.kind_name());
            diagnostics.push(invalid(section.span, message).help(SHAPE));
            Vec::new()
        }
    }
}

fn one(pair: &Pair, diagnostics: &mut Vec<Diagnostic>) -> Option<Declaration> {
    let Pair { key, value } = pair;
    let Value::Map(fields) = &value.value else {
        let message = format!("the import `{}` is a mapping, not {}", key.text, value.kind_name());
        diagnostics.push(invalid(value.span, message).help(SHAPE));
        return None;
    };
    let mut from = None;
    let mut with = Vec::new();
    for Pair { key: field, value } in fields {
        match (field.text.as_str(), &value.value) {
            ("from", _) => match value.as_text().filter(|text| !text.is_empty()) {
                Some(text) if variable::refers(text) => {
                    let message = format!("the path of the import `{}` refers to a variable", key.text);
                    diagnostics.push(
                        invalid(value.span, message)
                            .help("write the path itself; what differs from one environment to another is given under `with`"),
                    );
                    return None;
                }
                Some(text) => from = Some((text.to_owned(), value.span)),
                None => {
                    let message = format!("`from` is the path of a folder, not {}", value.kind_name());
                    diagnostics.push(invalid(value.span, message).help(SHAPE));
                    return None;
                }
            },
            ("with", Value::Map(values)) => with.clone_from(values),
            ("with", _) if value.is_null() => {}
            ("with", _) => {
                let message = format!("`with` is a mapping of parameters to values, not {}", value.kind_name());
                diagnostics.push(invalid(value.span, message).help(SHAPE));
            }
            (other, _) => {
                let help = did_you_mean(&nearest(other, ["from", "with"])).unwrap_or_else(|| SHAPE.to_owned());
                diagnostics.push(invalid(field.span, format!("an import has no field `{other}`")).help(help));
            }
        }
    }
    let Some((from, from_span)) = from else {
        diagnostics.push(invalid(key.span, format!("the import `{}` does not say from where", key.text)).help(SHAPE));
        return None;
    };
    let entry = if value.span.source == key.span.source { key.span.to(value.span) } else { key.span };
    Some(Declaration { key: key.clone(), entry, from, from_span, with })
}
