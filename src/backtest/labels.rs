//! The labels of an alert: those of the series that the expression returns, without its name, and those of the rule.

use std::collections::BTreeMap;

use crate::model::rule::AlertRule;
use crate::template::{self, Node, Operand, Term};

/// Labels by name.
pub type Labels = BTreeMap<String, String>;

/// The labels that a rule adds.
pub(super) struct RuleLabels {
    name: String,
    labels: Vec<(String, Label)>,
    /// What should be known of labels whose value cannot be worked out.
    pub(super) notes: Vec<String>,
}

enum Label {
    /// Pieces: text, and values of labels of the series.
    Known(Vec<Piece>),
    /// The template as written.
    Unknown(String),
}

enum Piece {
    Text(String),
    ValueOf(String),
}

impl RuleLabels {
    pub(super) fn of(alert: &AlertRule) -> Self {
        let mut labels = Vec::new();
        let mut notes = Vec::new();
        for (name, text) in &alert.labels {
            let text = text.value.trim_end();
            let label = pieces(text).map_or_else(
                || {
                    notes.push(format!("the label `{name}` is shown as written: its template reads more than labels"));
                    Label::Unknown(text.to_owned())
                },
                Label::Known,
            );
            labels.push((name.clone(), label));
        }
        Self { name: alert.name.clone(), labels, notes }
    }

    /// The labels of the alert of a series. One that is empty is none.
    pub(super) fn apply(&self, series: &Labels) -> Labels {
        let mut all = series.clone();
        all.remove("__name__");
        for (name, label) in &self.labels {
            let value = match label {
                Label::Unknown(text) => text.clone(),
                Label::Known(pieces) => pieces
                    .iter()
                    .map(|piece| match piece {
                        Piece::Text(text) => text.as_str(),
                        Piece::ValueOf(label) => series.get(label).map_or("", String::as_str),
                    })
                    .collect(),
            };
            if value.is_empty() {
                all.remove(name);
            } else {
                all.insert(name.clone(), value);
            }
        }
        all.insert("alertname".to_owned(), self.name.clone());
        all
    }
}

/// A template of text and `{{ $labels.name }}`; `None` when there is more in it.
fn pieces(text: &str) -> Option<Vec<Piece>> {
    if !text.contains("{{") {
        return Some(vec![Piece::Text(text.to_owned())]);
    }
    let parsed = template::parse(text);
    if !parsed.errors.is_empty() || !parsed.template.defined.is_empty() {
        return None;
    }
    let mut pieces = Vec::new();
    for node in &parsed.template.body {
        match node {
            Node::Text { span } => pieces.push(Piece::Text(span.of(text).to_owned())),
            Node::Comment { .. } => {}
            Node::Action { pipeline, .. } => {
                let [command] = pipeline.commands.as_slice() else { return None };
                let [operand] = command.operands.as_slice() else { return None };
                if !pipeline.variables.is_empty() {
                    return None;
                }
                pieces.push(Piece::ValueOf(label(operand)?));
            }
            _ => return None,
        }
    }
    Some(pieces)
}

/// The label of `$labels.name` and of `.Labels.name`.
fn label(operand: &Operand) -> Option<String> {
    let fields: Vec<&str> = operand.fields.iter().map(|field| field.name.as_str()).collect();
    match (&operand.term, fields.as_slice()) {
        (Term::Variable(name), [label]) if name.trim_start_matches('$') == "labels" => Some((*label).to_owned()),
        (Term::Dot, ["Labels", label]) => Some((*label).to_owned()),
        _ => None,
    }
}
