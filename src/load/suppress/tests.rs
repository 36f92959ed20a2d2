use super::*;
use crate::load::yaml;
use crate::source::{SourceKind, Sources};

fn covered(text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    let id = sources.add("t", text, SourceKind::File);
    let parsed = yaml::parse(id, text);
    assert_eq!(parsed.diagnostics, []);
    let result = suppressions(text, &parsed.documents[0]);
    let found = result.found.iter().map(|s| format!("{} ({}): {}", s.rule, s.reason, sources.text(s.covered)));
    found.chain(result.diagnostics.iter().map(|d| format!("{} {}", d.rule, d.message))).collect()
}

#[test]
fn above_an_item() {
    let text = "alerts:\n  # optiinfra-gen allow a/b: known\n  A:\n    expr: x\n  B: {}\n";
    assert_eq!(covered(text), ["a/b (known): A:\n    expr: x"]);
    assert_eq!(covered("alerts:\n# optiinfra-gen allow a/b: known\n  A: 1\n"), ["a/b (known): A: 1"]);
    assert_eq!(covered("# optiinfra-gen allow a/b: known\n\n# other\na: 1\nb: 2\n"), ["a/b (known): a: 1"]);
    assert_eq!(covered("- x: 1\n# optiinfra-gen allow a/b: known\n- y: 2\n  z: 3\n- w\n"), ["a/b (known): y: 2\n  z: 3"]);
    assert_eq!(covered("a: [\n  # optiinfra-gen allow a/b: known\n  x,\n  y]\n"), ["a/b (known): x"]);
}

#[test]
fn behind_something() {
    assert_eq!(covered("A:\n  expr: x # optiinfra-gen allow a/b: known\n  for: 5m\n"), ["a/b (known): expr: x"]);
    assert_eq!(
        covered("A: # optiinfra-gen allow a/b: known\n  expr: x\nB: 1\n"),
        ["a/b (known): A: # optiinfra-gen allow a/b: known\n  expr: x"]
    );
    assert_eq!(
        covered("- id: x # optiinfra-gen allow a/b: known\n  expr: y\n"),
        ["a/b (known): id: x # optiinfra-gen allow a/b: known\n  expr: y"]
    );
    assert_eq!(covered("- {a: 1, b: 2} # optiinfra-gen allow a/b: known\n"), ["a/b (known): {a: 1, b: 2}"]);
    assert_eq!(
        covered("e: | # optiinfra-gen allow a/b: known\n  up\n"),
        ["a/b (known): e: | # optiinfra-gen allow a/b: known\n  up"]
    );
    assert_eq!(covered("a: [x,\n  y\n ] # optiinfra-gen allow a/b: known\n"), ["a/b (known): a: [x,\n  y\n ]"]);
}

#[test]
fn at_the_end_of_an_item() {
    let text = "alerts:\n  A:\n    expr: x\n    # optiinfra-gen allow a/b: known\n  B: 1\n";
    assert_eq!(covered(text), ["a/b (known): A:\n    expr: x"]);
    assert_eq!(covered("- a: 1\n  b: 2\n  # optiinfra-gen allow a/b: known\n- c\n"), ["a/b (known): a: 1\n  b: 2"]);
}

#[test]
fn several_rules_and_mistakes() {
    assert_eq!(
        covered("# optiinfra-gen allow a/b, c/d-2: known: yes\nx: 1\n"),
        ["a/b (known: yes): x: 1", "c/d-2 (known: yes): x: 1"]
    );
    let wrong = |comment: &str| covered(&format!("# {comment}\nx: 1\n"));
    assert_eq!(wrong("optiinfra-gen allow a/b"), ["spec/invalid-suppression the comment gives no reason"]);
    assert_eq!(wrong("optiinfra-gen allow a/b: "), ["spec/invalid-suppression the comment gives no reason"]);
    assert_eq!(wrong("optiinfra-gen allow: x"), ["spec/invalid-suppression the comment does not say what to allow"]);
    assert_eq!(wrong("optiinfra-gen allow everything: x"), ["spec/invalid-suppression the comment names no rule"]);
    assert_eq!(wrong("optiinfra-gen ignore a/b: x"), ["spec/invalid-suppression the comment does not say what to allow"]);
    assert_eq!(wrong("see optiinfra-gen allow a/b: x"), [""; 0]);
    assert_eq!(wrong("optiinfra-generated"), [""; 0]);
    assert_eq!(covered("x: 1\n# optiinfra-gen allow a/b: known\n"), ["spec/invalid-suppression the comment covers nothing"]);
    assert_eq!(
        covered("e: |\n  # optiinfra-gen allow a/b: known\n  up\n"),
        [""; 0],
        "the text of a block scalar holds no comments"
    );
    assert_eq!(covered("# optiinfra-gen allow a/b: known\n"), ["spec/invalid-suppression the comment covers nothing"]);
}
