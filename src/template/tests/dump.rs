//! Writes a template in the form in which `testdata/go.jsonl` holds what Go's parser made of it.

use std::fmt::Write;

use crate::template::{Arm, Branch, BranchKind, Else, Node, Operand, Pipeline, Template, Term};

/// The main template, then the named ones that are not blank, by name.
pub(super) fn dump(template: &Template, text: &str) -> String {
    let mut defined: Vec<_> = template.defined.iter().map(|define| (define.name.as_str(), list(&define.body, text))).collect();
    defined.retain(|(_, body)| !body.is_empty());
    defined.sort();
    let mut out = list(&template.body, text);
    for (name, body) in defined {
        let _ = write!(out, "\n{}:{body}", json(name));
    }
    out
}

fn list(nodes: &[Node], text: &str) -> String {
    if nodes.iter().all(|node| match node {
        Node::Comment { .. } => true,
        Node::Text { span } => span.of(text).trim().is_empty(),
        _ => false,
    }) {
        return String::new();
    }
    let mut out = String::new();
    for node in nodes {
        match node {
            Node::Text { span } => {
                let _ = write!(out, "t{}", json(span.of(text)));
            }
            Node::Comment { .. } => {}
            Node::Action { pipeline: p, .. } => {
                let _ = write!(out, "[{}]", pipeline(p));
            }
            Node::Branch(branch) => out.push_str(&arms(branch.kind, &branch.arms, branch, text)),
            Node::Range(range) => {
                let _ = write!(
                    out,
                    "[range {}]{}{}[end]",
                    pipeline(&range.pipeline),
                    list(&range.body, text),
                    other(&range.otherwise, text)
                );
            }
            Node::Call(call) => {
                let _ =
                    write!(out, "[template {} {}]", json(&call.name), call.argument.as_ref().map(pipeline).unwrap_or_default());
            }
            Node::Break { .. } => out.push_str("[break]"),
            Node::Continue { .. } => out.push_str("[continue]"),
        }
    }
    out
}

// Go keeps `else if` as an `if` inside the `else`.
fn arms(kind: BranchKind, rest: &[Arm], branch: &Branch, text: &str) -> String {
    let Some((arm, rest)) = rest.split_first() else { return String::new() };
    let word = if kind == BranchKind::If { "if" } else { "with" };
    let other =
        if rest.is_empty() { other(&branch.otherwise, text) } else { format!("[else]{}", arms(kind, rest, branch, text)) };
    format!("[{word} {}]{}{other}[end]", pipeline(&arm.pipeline), list(&arm.body, text))
}

fn other(otherwise: &Option<Else>, text: &str) -> String {
    otherwise.as_ref().map(|part| format!("[else]{}", list(&part.body, text))).unwrap_or_default()
}

fn pipeline(pipeline: &Pipeline) -> String {
    let mut out = String::new();
    for variable in &pipeline.variables {
        let _ = write!(out, "{} ", variable.name);
    }
    if !pipeline.variables.is_empty() {
        out.push_str(if pipeline.assigns { "= " } else { ":= " });
    }
    let commands: Vec<String> =
        pipeline.commands.iter().map(|command| command.operands.iter().map(operand).collect::<Vec<_>>().join(" ")).collect();
    out + &commands.join(" | ")
}

fn operand(operand: &Operand) -> String {
    let mut out = match &operand.term {
        Term::Dot if operand.fields.is_empty() => ".".to_owned(),
        Term::Dot => String::new(),
        Term::Nil => "nil".to_owned(),
        Term::Bool(value) => value.to_string(),
        Term::Number(value) => format!("#{:016x}", (value + 0.0).to_bits()),
        Term::Text(value) => json(value),
        Term::Variable(name) | Term::Function(name) => name.to_string(),
        Term::Group(inner) => format!("({})", pipeline(inner)),
    };
    for field in &operand.fields {
        let _ = write!(out, ".{}", field.name);
    }
    out
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
