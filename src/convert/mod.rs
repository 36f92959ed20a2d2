//! One notation of a spec into another: the same tree, in the same order.
//!
//! | from, to | how |
//! |---|---|
//! | JSON to YAML | a [`crate::format::layout::Layout`] is made of the tree, which the printer of `fmt` writes |
//! | YAML to JSON | aliases and merge keys are written out; comments are lost, those that allow a finding become `allow` |
//! | YAML or JSON to Jsonnet | as JSON, in the form that `jsonnetfmt` gives; comments stay |
//!
//! What was evaluated from Jsonnet is a tree as that of JSON is.

mod allow;
mod json;
mod jsonnet;
mod number;
mod yaml;

use crate::diagnostic::{Diagnostic, Severity};
use crate::format::Options;
use crate::load::rule;
use crate::load::tree::{Document, Node, Value};
use crate::source::{Sources, Span};

/// A way of writing a spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// YAML
    Yaml,
    /// JSON
    Json,
    /// Jsonnet
    Jsonnet,
}

impl Notation {
    /// The notation of a file with this extension.
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "jsonnet" => Some(Self::Jsonnet),
            _ => None,
        }
    }

    /// The extension of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Jsonnet => "jsonnet",
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yaml => "YAML",
            Self::Json => "JSON",
            Self::Jsonnet => "Jsonnet",
        }
    }
}

/// A text in its new notation.
#[derive(Debug, Clone, PartialEq)]
pub struct Converted {
    /// The text.
    pub text: String,
    /// What could not be carried over, each with its place.
    pub warnings: Vec<Diagnostic>,
    /// How many comments are lost.
    pub comments_lost: usize,
}

/// A document of one file in another notation.
///
/// # Errors
///
/// The values that the notation cannot hold.
pub fn convert(sources: &Sources, document: &Document, to: Notation, options: Options) -> Result<Converted, Vec<Diagnostic>> {
    let text = &sources.get(document.root.span.source).text;
    let is_nothing = document.root.is_null() && document.root.span.start == document.root.span.end;
    if to == Notation::Yaml {
        let text = if is_nothing {
            String::new()
        } else {
            yaml::text(text, &document.root, options).map_err(|stuck| vec![unwritten(document, stuck)])?
        };
        return Ok(Converted { text, warnings: Vec::new(), comments_lost: 0 });
    }
    let mut problems = Vec::new();
    let mut root = document.root.clone();
    numbers(&mut root, to, &mut problems);
    let (errors, mut warnings): (Vec<_>, Vec<_>) = problems.into_iter().partition(|finding| finding.severity == Severity::Error);
    if !errors.is_empty() {
        return Err(errors);
    }
    let allowed = allow::carry_over(text, document, &mut root, &mut warnings);
    let comments = document.comments.len() - allowed;
    if to == Notation::Json {
        let text = json::text(text, &root, options);
        return Ok(Converted { text, warnings, comments_lost: comments });
    }
    sorted_by_jsonnet(&root, &mut warnings);
    let (text, kept) = jsonnet::text(text, document, &root, options);
    Ok(Converted { text, warnings, comments_lost: comments.saturating_sub(kept) })
}

/// Warns of the order that Jsonnet changes where it is seen: the variables of a dashboard.
fn sorted_by_jsonnet(root: &Node, warnings: &mut Vec<Diagnostic>) {
    let Some(Node { value: Value::Map(dashboards), .. }) = root.get("dashboards") else { return };
    for dashboard in dashboards {
        let Some(Node { value: Value::Map(variables), span, .. }) = dashboard.value.get("variables") else { continue };
        if !variables.is_sorted_by_key(|variable| &variable.key.text) {
            let message = format!("Jsonnet sorts the variables of the dashboard `{}` by name", dashboard.key.text);
            warnings.push(Diagnostic::warning(rule::CONVERSION, *span, message));
        }
    }
}

fn unwritten(document: &Document, stuck: crate::format::Stuck) -> Diagnostic {
    Diagnostic::error(rule::CONVERSION, document.root.span, stuck.message)
}

/// Puts every number into a form that JSON has.
fn numbers(node: &mut Node, to: Notation, problems: &mut Vec<Diagnostic>) {
    match &mut node.value {
        Value::Scalar(scalar) => number::settle(scalar, node.span, to, problems),
        Value::Seq(items) => items.iter_mut().for_each(|item| numbers(item, to, problems)),
        Value::Map(pairs) => pairs.iter_mut().for_each(|pair| numbers(&mut pair.value, to, problems)),
    }
}

/// What a value looks like in its file.
fn written(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or_default()
}

/// Whether a list or mapping is written in brackets, on one line where `one_line` asks for it.
fn in_brackets(text: &str, node: &Node, one_line: bool) -> bool {
    let written = written(text, node.span);
    written.is_empty() || written.starts_with(['[', '{']) && !(one_line && written.contains('\n'))
}
