//! `convert`: the same spec in another notation.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on is to stop")]
#![expect(clippy::disallowed_methods, reason = "the test looks which files there are")]

mod command;
mod forms;
mod same;

use optiinfra_gen::convert::{self, Converted, Notation};
use optiinfra_gen::format::Options;
use optiinfra_gen::load::tree::{Node, ScalarKind, Value};
use optiinfra_gen::load::{json, yaml};
use optiinfra_gen::source::{SourceKind, Sources};

/// A text in another notation.
fn convert(text: &str, from: Notation, to: Notation) -> Result<Converted, Vec<String>> {
    let mut sources = Sources::default();
    let source = sources.add("t", text, SourceKind::File);
    let parsed = if from == Notation::Yaml { yaml::parse(source, text) } else { json::parse(source, text) };
    assert_eq!(parsed.diagnostics, [], "{text}");
    convert::convert(&sources, &parsed.documents[0], to, Options::default())
        .map_err(|found| found.iter().map(|finding| finding.message.clone()).collect())
}

/// A tree without places and styles.
fn shape(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) if scalar.kind == ScalarKind::Null => "null".to_owned(),
        // A number that JSON has not, for which a spec takes the word.
        Value::Scalar(scalar) if scalar.text == ".inf" => "infinity".to_owned(),
        Value::Scalar(scalar) => format!("{:?}:{:?}", scalar.kind, scalar.text),
        Value::Seq(items) => format!("[{}]", items.iter().map(shape).collect::<Vec<_>>().join(",")),
        Value::Map(pairs) => {
            let pairs: Vec<String> = pairs.iter().map(|pair| format!("{:?}={}", pair.key.text, shape(&pair.value))).collect();
            format!("{{{}}}", pairs.join(","))
        }
    }
}

fn shape_of(text: &str, notation: Notation) -> String {
    let mut sources = Sources::default();
    let source = sources.add("t", text, SourceKind::File);
    let parsed = if notation == Notation::Yaml { yaml::parse(source, text) } else { json::parse(source, text) };
    assert_eq!(parsed.diagnostics, [], "{text}");
    shape(&parsed.documents[0].root)
}
