//! Typed variables: declared at the top of a spec, set by environments, put into any value by `${var.NAME}`.
//!
//! ```yaml
//! variables:
//!   replicas: {type: number, default: 3, help: How many instances run}
//!   team: {type: text}                 # without a default: each environment must set it
//! environments:
//!   production: {variables: {replicas: 5, team: core}}
//! services:
//!   api: {replicas: "${var.replicas}", owner: "team ${var.team}"}
//! ```
//!
//! A value that is one reference and nothing else takes the variable's type; a reference inside other text puts text in. Only
//! `${var.NAME}` is a reference: `${provider:regex}`, `$window` and `${__field.name}` belong to others and stay as they are, and so
//! does `${var.name:csv}`, which is Grafana's. `$${var.NAME}` writes `${var.NAME}`. Keys may hold references as values do.

use super::suggest::{did_you_mean, nearest};
use super::tree::{Node, Pair, Scalar, ScalarKind, Style, Value};
use super::{rule, unique};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};
use indexmap::IndexMap;
use std::collections::BTreeSet;

/// What a variable may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableType {
    /// Any text.
    Text,
    /// A number without a unit.
    Number,
    /// `true` or `false`.
    Bool,
    /// A time as Prometheus writes it: `30s`, `1h30m`, `15d`.
    Duration,
    /// A number with a unit: `5%`, `40GiB`, `83 celsius`, `20 usd/hour`; or a bare number.
    Quantity,
}

impl VariableType {
    /// All types with the words that name them.
    pub const ALL: [(&'static str, VariableType); 5] = [
        ("text", VariableType::Text),
        ("number", VariableType::Number),
        ("bool", VariableType::Bool),
        ("duration", VariableType::Duration),
        ("quantity", VariableType::Quantity),
    ];

    /// The word for it in a spec.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("text", |(name, _)| name)
    }

    /// What it holds, for people who choose one.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Text => "Any text.",
            Self::Number => "A number without a unit.",
            Self::Bool => "true or false.",
            Self::Duration => "A time as Prometheus writes it: 30s, 1h30m, 15d.",
            Self::Quantity => "A number with a unit: 5%, 40GiB, 83 celsius, 20 usd/hour; or a bare number.",
        }
    }

    /// What a value of it looks like.
    fn example(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number, such as 3 or 0.5",
            Self::Bool => "true or false",
            Self::Duration => "a duration, such as 30s or 1h30m",
            Self::Quantity => "a quantity, such as 5%, 40GiB or 83 celsius",
        }
    }

    fn accepts(self, scalar: &Scalar) -> bool {
        match self {
            Self::Text => scalar.kind != ScalarKind::Null,
            Self::Number => scalar.kind == ScalarKind::Number,
            Self::Bool => scalar.kind == ScalarKind::Bool,
            Self::Duration => is_duration(&scalar.text),
            Self::Quantity => scalar.kind == ScalarKind::Number || is_quantity(&scalar.text),
        }
    }
}

/// A declared variable with the value that it has.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// What it may hold.
    pub kind: VariableType,
    /// What it is for.
    pub help: Option<String>,
    /// Its value: what the environment sets, or the default; `None` when it has neither, or one of another type.
    pub value: Option<Scalar>,
    /// Where its name is declared.
    pub declared: Span,
    /// Where its value is written.
    pub set: Option<Span>,
    /// Whether a value was given that is not of its type, which has been reported.
    refused: bool,
}

/// All variables by name, in the order of their declaration.
pub type Variables = IndexMap<String, Variable>;

/// Reads the section `variables`.
pub(super) fn declare(section: &Node, diagnostics: &mut Vec<Diagnostic>) -> Variables {
    let mut variables = Variables::new();
    let Value::Map(pairs) = &section.value else {
        if !section.is_null() {
            let message = format!("`variables` is a mapping of names, not {}", section.kind_name());
            diagnostics.push(Diagnostic::error(rule::INVALID_VARIABLE, section.span, message).help(SHAPE));
        }
        return variables;
    };
    for Pair { key, value } in pairs {
        if !is_name(&key.text) {
            let message = format!("`{}` cannot name a variable", key.text);
            diagnostics.push(
                Diagnostic::error(rule::INVALID_VARIABLE, key.span, message).help("a name has letters, digits, `_` and `-`"),
            );
            continue;
        }
        if let Some(variable) = declare_one(&key.text, key.span, value, diagnostics) {
            variables.insert(key.text.clone(), variable);
        }
    }
    variables
}

const SHAPE: &str = "write `name: {type: number, default: 3}`; types are text, number, bool, duration and quantity";

fn declare_one(name: &str, declared: Span, node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Variable> {
    let Value::Map(fields) = &node.value else {
        let message = format!("the variable `{name}` is declared by {}", node.kind_name());
        diagnostics.push(Diagnostic::error(rule::INVALID_VARIABLE, node.span, message).help(SHAPE));
        return None;
    };
    let mut kind = None;
    let mut help = None;
    let mut default = None;
    for Pair { key, value } in fields {
        match key.text.as_str() {
            "type" => {
                let word = value.as_text().unwrap_or_default();
                kind = VariableType::ALL.iter().find(|(name, _)| *name == word).map(|(_, kind)| *kind);
                if kind.is_none() {
                    let names: Vec<&str> = VariableType::ALL.iter().map(|(name, _)| *name).collect();
                    let help = did_you_mean(&nearest(word, names)).unwrap_or_else(|| SHAPE.to_owned());
                    let message = format!("`{word}` is no type of a variable");
                    diagnostics.push(Diagnostic::error(rule::INVALID_VARIABLE, value.span, message).help(help));
                    return None;
                }
            }
            "help" => help = value.as_text().map(str::to_owned),
            "default" => default = Some(value),
            other => {
                let help = did_you_mean(&nearest(other, ["type", "default", "help"])).unwrap_or_else(|| SHAPE.to_owned());
                let message = format!("a variable has no field `{other}`");
                diagnostics.push(Diagnostic::error(rule::INVALID_VARIABLE, key.span, message).help(help));
            }
        }
    }
    let Some(kind) = kind else {
        let message = format!("the variable `{name}` has no type");
        diagnostics.push(Diagnostic::error(rule::INVALID_VARIABLE, declared, message).help(SHAPE));
        return None;
    };
    let mut variable = Variable { kind, help, value: None, declared, set: None, refused: false };
    if let Some(default) = default {
        set(name, &mut variable, default, diagnostics);
    }
    Some(variable)
}

/// Takes the values that an environment gives.
pub(super) fn assign(variables: &mut Variables, values: &Node, diagnostics: &mut Vec<Diagnostic>) {
    let Value::Map(pairs) = &values.value else {
        if !values.is_null() {
            let message = format!("`variables` is a mapping of names to values, not {}", values.kind_name());
            diagnostics.push(Diagnostic::error(rule::VARIABLE_TYPE, values.span, message));
        }
        return;
    };
    for Pair { key, value } in pairs {
        match variables.get_mut(&key.text) {
            Some(variable) => set(&key.text, variable, value, diagnostics),
            None => diagnostics.push(unknown(&key.text, key.span, variables)),
        }
    }
}

fn unknown(name: &str, span: Span, variables: &Variables) -> Diagnostic {
    let finding = Diagnostic::error(rule::UNKNOWN_VARIABLE, span, format!("there is no variable `{name}`"));
    match did_you_mean(&nearest(name, variables.keys().map(String::as_str))) {
        Some(suggestion) => finding.help(suggestion),
        None => finding.help("declare it under `variables` at the top of the spec"),
    }
}

/// Gives a variable the value that is written at a node.
pub(super) fn set(name: &str, variable: &mut Variable, node: &Node, diagnostics: &mut Vec<Diagnostic>) {
    variable.value = None;
    variable.refused = true;
    let refers = node.as_text().is_some_and(refers);
    match &node.value {
        Value::Scalar(_) if refers => {
            let message = format!("the value of the variable `{name}` refers to a variable");
            diagnostics.push(Diagnostic::error(rule::INVALID_VARIABLE, node.span, message).help("write the value itself"));
        }
        Value::Scalar(scalar) if variable.kind.accepts(scalar) => {
            let kind = if variable.kind == VariableType::Text { ScalarKind::String } else { scalar.kind };
            variable.value = Some(Scalar { text: scalar.text.clone(), kind });
            variable.set = Some(node.span);
            variable.refused = false;
        }
        _ => {
            let given = match node.as_text() {
                Some(text) if text.len() <= 40 => format!("`{text}`"),
                _ => node.kind_name().to_owned(),
            };
            let message = format!("the variable `{name}` is {}, and {given} is not", variable.kind.example());
            diagnostics
                .push(Diagnostic::error(rule::VARIABLE_TYPE, node.span, message).label(variable.declared, "declared here"));
        }
    }
}

/// Puts the values of variables into every scalar of a tree. What is put in keeps the place of the reference. Texts of the sources
/// that are `done` stay as they are: they are those of modules, which have variables of their own.
pub(super) fn substitute(node: &mut Node, variables: &Variables, done: &BTreeSet<SourceId>, diagnostics: &mut Vec<Diagnostic>) {
    match &mut node.value {
        Value::Scalar(scalar) => {
            if refers(&scalar.text)
                && !done.contains(&node.span.source)
                && let Some(replaced) = replace(&scalar.text, scalar.kind, node.span, variables, diagnostics)
            {
                *scalar = replaced;
                node.style = Style::Synthetic;
            }
        }
        Value::Seq(items) => items.iter_mut().for_each(|item| substitute(item, variables, done, diagnostics)),
        Value::Map(pairs) => pairs.iter_mut().for_each(|pair| substitute(&mut pair.value, variables, done, diagnostics)),
    }
}

/// Puts the values of variables into every key of a tree. Keys that become equal are reported, and the first stays.
pub(super) fn substitute_keys(node: &mut Node, variables: &Variables, diagnostics: &mut Vec<Diagnostic>) {
    match &mut node.value {
        Value::Scalar(_) => {}
        Value::Seq(items) => items.iter_mut().for_each(|item| substitute_keys(item, variables, diagnostics)),
        Value::Map(pairs) => {
            let mut changed = false;
            for Pair { key, value } in pairs.iter_mut() {
                if refers(&key.text)
                    && let Some(replaced) = replace(&key.text, ScalarKind::String, key.span, variables, diagnostics)
                {
                    key.text = replaced.text;
                    changed = true;
                }
                substitute_keys(value, variables, diagnostics);
            }
            if changed {
                unique::keep_first(pairs, diagnostics);
            }
        }
    }
}

/// Whether a key or, with `values`, any text of a tree refers to a variable.
pub(super) fn any_reference(node: &Node, values: bool) -> bool {
    match &node.value {
        Value::Scalar(scalar) => values && refers(&scalar.text),
        Value::Seq(items) => items.iter().any(|item| any_reference(item, values)),
        Value::Map(pairs) => pairs.iter().any(|Pair { key, value }| refers(&key.text) || any_reference(value, values)),
    }
}

/// Whether a reference to a variable may stand in a text.
pub(super) fn refers(text: &str) -> bool {
    text.contains("${var.")
}

/// The text with every reference replaced; `None` when it stays as it is.
fn replace(text: &str, kind: ScalarKind, span: Span, variables: &Variables, diagnostics: &mut Vec<Diagnostic>) -> Option<Scalar> {
    let mut out = String::new();
    let mut changed = false;
    let mut rest = text;
    while let Some(at) = rest.find("${var.") {
        let (before, reference) = rest.split_at(at);
        let name_and_more = reference.get("${var.".len()..).unwrap_or_default();
        let length = name_and_more.find(|c: char| !is_name_char(c)).unwrap_or(name_and_more.len());
        let (name, after) = name_and_more.split_at(length);
        if let Some(escaped) = before.strip_suffix('$') {
            out.push_str(escaped);
            out.push_str("${var.");
            rest = name_and_more;
            changed = true;
            continue;
        }
        out.push_str(before);
        let Some(after) = after.strip_prefix('}').filter(|_| !name.is_empty()) else {
            if !after.starts_with(':') {
                let message = format!("`${{var.{name}` is not closed by `}}`");
                diagnostics.push(
                    Diagnostic::error(rule::UNKNOWN_VARIABLE, span, message)
                        .help("a reference is ${var.NAME}; $${var.NAME} writes it as text"),
                );
            }
            out.push_str("${var.");
            rest = name_and_more;
            continue;
        };
        rest = after;
        let Some(value) = value_of(name, span, variables, diagnostics) else {
            out.push_str("${var.");
            out.push_str(name);
            out.push('}');
            continue;
        };
        if out.is_empty() && rest.trim_end_matches(['\n', '\r']).is_empty() {
            return Some(value.clone());
        }
        out.push_str(&value.text);
        changed = true;
    }
    out.push_str(rest);
    changed.then_some(Scalar { text: out, kind })
}

fn value_of<'v>(name: &str, span: Span, variables: &'v Variables, diagnostics: &mut Vec<Diagnostic>) -> Option<&'v Scalar> {
    let Some(variable) = variables.get(name) else {
        diagnostics.push(unknown(name, span, variables));
        return None;
    };
    if variable.value.is_none() && !variable.refused {
        diagnostics.push(
            Diagnostic::error(rule::VARIABLE_NOT_SET, span, format!("the variable `{name}` has no value"))
                .label(variable.declared, "declared without a default")
                .help("set it in the environment under `variables` and choose the environment with --env, or give it a default"),
        );
    }
    variable.value.as_ref()
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_name_char)
}

/// A duration as Prometheus reads it: numbers with y, w, d, h, m, s and ms, each once and in this order; or `0`.
fn is_duration(text: &str) -> bool {
    if text == "0" {
        return true;
    }
    let mut rest = text;
    let mut units = ["y", "w", "d", "h", "m", "s", "ms"].as_slice();
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let length = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(length);
        let Some(at) = units.iter().position(|known| *known == unit).filter(|_| !number.is_empty()) else { return false };
        units = units.get(at + 1..).unwrap_or_default();
        rest = after;
    }
    !text.is_empty()
}

/// A number with a unit behind it. Which units there are is known where a quantity is used.
fn is_quantity(text: &str) -> bool {
    let unit_at = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '+' | '-'))).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let unit = unit.strip_prefix(' ').unwrap_or(unit);
    super::yaml::is_number(number)
        && unit.starts_with(|c: char| c.is_alphabetic() || matches!(c, '%' | '°' | '$'))
        && unit.chars().all(|c| c.is_alphanumeric() || matches!(c, '%' | '/' | '_' | '°' | '$' | ' ' | '^'))
        && !unit.ends_with(' ')
}

#[cfg(test)]
mod tests;
