//! Whether every place lies in the text.

use optiinfra_gen::diagnostic::Diagnostic;
use optiinfra_gen::load::place;
use optiinfra_gen::load::tree::{Node, Value};
use optiinfra_gen::source::{Sources, Span};

fn inside(sources: &Sources, span: Span, what: &str) {
    let text = &sources.get(span.source).text;
    let found = text.get(span.start as usize..span.end as usize);
    assert!(span.start <= span.end && found.is_some(), "{what}: {span:?} is no place in {text:?}");
}

/// All places of a tree, and those of the parts of its scalars.
pub(crate) fn of_tree(sources: &Sources, node: &Node) {
    inside(sources, node.span, "a value");
    match &node.value {
        Value::Scalar(scalar) => {
            let length = scalar.text.len();
            for range in [0..0, 0..length, length / 2..length, length..length, 1..length.saturating_add(5)] {
                inside(sources, place::span_of(sources, node, range), "a part of a scalar");
            }
        }
        Value::Seq(items) => items.iter().for_each(|item| of_tree(sources, item)),
        Value::Map(pairs) => {
            for pair in pairs {
                inside(sources, pair.key.span, "a key");
                of_tree(sources, &pair.value);
            }
        }
    }
}

/// All places of findings, and those that their fixes change.
pub(crate) fn of_findings(sources: &Sources, findings: &[Diagnostic]) {
    for finding in findings {
        assert!(!finding.message.is_empty());
        let fixed = finding.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span));
        let labels = finding.labels.iter().map(|label| label.span);
        for span in finding.span.into_iter().chain(labels).chain(fixed) {
            inside(sources, span, &finding.message);
        }
    }
}
