use super::*;
use crate::load::yaml;
use crate::source::{SourceKind, Sources};

/// Merges texts and gives the tree as JSON-like text, and the findings with both places.
fn merged(texts: &[&str]) -> (String, Vec<String>) {
    let mut sources = Sources::default();
    let mut documents = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let id = sources.add(format!("{index}.yaml"), *text, SourceKind::File);
        documents.extend(yaml::parse(id, text).documents);
    }
    let mut diagnostics = Vec::new();
    let root = merge(documents, &mut diagnostics);
    let place = |span: crate::source::Span| format!("{}:{}", sources.get(span.source).name, sources.position(span).line);
    let findings = diagnostics
        .iter()
        .map(|d| {
            format!(
                "{} {} {} ({})",
                place(d.span.expect("a place")),
                d.rule,
                d.message,
                d.labels.iter().map(|l| place(l.span)).collect::<Vec<_>>().join(" ")
            )
        })
        .collect();
    (root.as_ref().map(show).unwrap_or_default(), findings)
}

fn show(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) => scalar.text.clone(),
        Value::Seq(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" ")),
        Value::Map(pairs) => {
            format!("{{{}}}", pairs.iter().map(|p| format!("{}:{}", p.key.text, show(&p.value))).collect::<Vec<_>>().join(" "))
        }
    }
}

#[test]
fn sections_are_joined_by_name() {
    let (tree, findings) =
        merged(&["services: {a: 1}\nstack: {name: x}\n", "alerts: {A: 2}\n", "stack: {retention: 15d}\nservices: {b: 3}\n"]);
    assert_eq!(tree, "{services:{a:1 b:3} stack:{name:x retention:15d} alerts:{A:2}}");
    assert!(findings.is_empty());
}

#[test]
fn a_second_definition_shows_both_places() {
    let (tree, findings) = merged(&[
        "services:\n  cost-agent: {port: 1}\n",
        "services:\n  x: 1\n  cost-agent: {port: 2}\n",
        "services:\n  cost-agent: 3\n",
    ]);
    assert_eq!(tree, "{services:{cost-agent:{port:1} x:1}}");
    assert_eq!(
        findings,
        [
            "1.yaml:3 spec/duplicate-name `services.cost-agent` is defined twice (0.yaml:2)",
            "2.yaml:2 spec/duplicate-name `services.cost-agent` is defined twice (0.yaml:2)",
        ]
    );
    let (_, findings) = merged(&["stack: {labels: {a: 1}}\n", "stack: {labels: {b: 1}}\n"]);
    assert_eq!(findings, ["1.yaml:1 spec/duplicate-name `stack.labels` is defined twice (0.yaml:1)"]);
}

#[test]
fn environments_are_joined_deeper() {
    let (tree, findings) = merged(&[
        "environments: {p: {alerts: {A: 1}, stack: {x: 1}}}\n",
        "environments: {p: {alerts: {B: 2}}, q: {}}\n",
        "environments: {p: {stack: {x: 2}}}",
    ]);
    assert_eq!(tree, "{environments:{p:{alerts:{A:1 B:2} stack:{x:1}} q:{}}}");
    assert_eq!(findings, ["2.yaml:1 spec/duplicate-name `environments.p.stack.x` is defined twice (0.yaml:1)"]);
    let (tree, findings) = merged(&["notifications: {receivers: {a: 1}}\n", "notifications: {receivers: {b: 1}, via: x}\n"]);
    assert_eq!((tree.as_str(), findings.len()), ("{notifications:{receivers:{a:1 b:1} via:x}}", 0));
}

#[test]
fn an_empty_section_says_nothing() {
    let (tree, findings) = merged(&["alerts:\n", "alerts: {A: 1}\n", "alerts:\n"]);
    assert_eq!((tree.as_str(), findings.len()), ("{alerts:{A:1}}", 0));
    let (tree, _) = merged(&["alerts:\n", "x: {}\n"]);
    assert_eq!(tree, "{alerts: x:{}}");
}

#[test]
fn sections_of_different_shape() {
    let (tree, findings) = merged(&["alerts: {A: 1}\n", "alerts: [B]\n", "alerts: x\n"]);
    assert_eq!(tree, "{alerts:{A:1}}");
    assert_eq!(
        findings,
        [
            "1.yaml:1 spec/top-level `alerts` is a list here and a mapping elsewhere (0.yaml:1)",
            "2.yaml:1 spec/top-level `alerts` is text here and a mapping elsewhere (0.yaml:1)",
        ]
    );
    assert_eq!(merged(&[]).0, "");
    assert_eq!(merged(&["[]", "a: 1"]).0, "{a:1}");
}
