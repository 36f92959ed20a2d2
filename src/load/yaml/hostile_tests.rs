//! Text that is out to hurt: nothing panics, nothing takes long, everything ends with a message.

use super::tests::{findings, load};
use crate::load::rule;
use proptest::prelude::*;

fn only_rule(text: &str) -> &'static str {
    let (_, parsed) = load(text);
    assert_eq!(parsed.diagnostics.len(), 1, "{:#?}", parsed.diagnostics.iter().take(5).collect::<Vec<_>>());
    assert!(parsed.documents.is_empty());
    parsed.diagnostics[0].rule
}

#[test]
fn an_alias_bomb() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..40 {
        text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", ")));
    }
    assert_eq!(only_rule(&text), rule::LIMIT);
    let mut merges = "a0: &a0 {k0: x}\n".to_owned();
    for level in 1..60 {
        merges.push_str(&format!("a{level}: &a{level} {{b: *a{0}, c: *a{0}, <<: [*a{0}, *a{0}]}}\n", level - 1));
    }
    assert_eq!(only_rule(&merges), rule::LIMIT);
    let long = format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(1000));
    assert_eq!(only_rule(&long), rule::LIMIT);
    let deep: String = (1..200).fold("a0: &a0 [x]\n".to_owned(), |text, i| format!("{text}a{i}: &a{i} [*a{}]\n", i - 1));
    assert_eq!(only_rule(&deep), rule::LIMIT, "copies nest as deep as what is written");
}

#[test]
fn depth() {
    let depth = 100_000;
    assert_eq!(only_rule(&"[".repeat(depth)), rule::LIMIT);
    assert_eq!(only_rule(&"{a: ".repeat(depth)), rule::LIMIT);
    assert_eq!(only_rule(&"- ".repeat(depth)), rule::LIMIT);
    assert_eq!(only_rule(&(0..5000).map(|i| format!("{}a:\n", " ".repeat(i))).collect::<String>()), rule::LIMIT);
    let fine = format!("{}{}", "[".repeat(100), "]".repeat(100));
    assert_eq!(findings(&fine), [""; 0]);
    assert_eq!(findings(&format!("a: {fine}")).len(), 1);
}

#[test]
fn what_never_ends() {
    for text in [
        "\"", "'", "{", "[", "a: \"", "a: 'x", "a: {", "a: [", "? ", "&", "*", "!", "!<", "|", ">", "%", "---", "...", "a: \"\\",
        "a: \"\\u", "{a: {b",
    ] {
        let (_, parsed) = load(text);
        assert!(parsed.documents.len() <= 1, "{text:?}");
    }
}

#[test]
fn size() {
    let long = "x".repeat(10 << 20);
    for text in [format!("a: {long}\n"), format!("a: '{long}'\n"), format!("a: |\n  {long}\n")] {
        let (_, parsed) = load(&text);
        assert_eq!(parsed.diagnostics, []);
        let text = parsed.documents[0].root.get("a").and_then(|a| a.as_text());
        assert_eq!(text.map(|t| t.trim_end().len()), Some(long.len()));
    }
    let (_, parsed) = load(&format!("{long}: 1\n"));
    assert_eq!(parsed.diagnostics.len(), 1, "a key has at most 1024 characters");
    for text in [
        "a: @\n".repeat(1 << 20),
        "\n".repeat(1 << 20),
        "#\n".repeat(1 << 18),
        "{a, ".repeat(1 << 18),
        format!("[{}]", "f(, ".repeat(200_000)),
        format!("{{{}}}", "a: f(, ".repeat(200_000)),
        format!("{{a: f({}}}", "f(, ".repeat(200_000)),
        format!("[{}]", "f(, ) , ".repeat(100_000)),
        format!("a: '{}'", "x\n ".repeat(1 << 18)),
    ] {
        load(&text);
    }
}

#[test]
fn nul_and_control_bytes() {
    assert_eq!(findings("a: b\0c\n"), ["1:5 `\0` spec/encoding: a NUL byte stands in the text"]);
    assert_eq!(findings("a: b\u{7}c\n").len(), 1);
    assert_eq!(findings("a: \"b\u{1}\"\n").len(), 1);
    load("\u{FEFF}a: 1\n");
    load("a: \u{FEFF}b\n\u{FEFF}c: 1\n");
}

fn fragments() -> impl Strategy<Value = String> {
    let atoms = [
        "a", "b: ", ": ", ":", "- ", "-", "? ", "{", "}", "[", "]", ",", ", ", "\"", "'", "|", ">", "|2-\n", ">+\n", "\n",
        "\n  ", "\n    ", "\r\n", "\t", " ", "#", " # c\n", "&x ", "*x", "<<: ", "!t ", "!!str ", "%", "@", "`", "---\n",
        "...\n", "\\", "\\u00e4", "(", ")", "ä", "😀", "\u{FEFF}", "\u{85}", "\u{2028}", "1", "true", "~", "=\"x\"",
    ];
    prop::collection::vec(prop::sample::select(atoms.to_vec()), 0..40).prop_map(|atoms| atoms.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_of_yaml_never_panic(text in fragments()) { every_place_is_in_the_text(&text); }

    #[test]
    fn any_text_never_panics(text in any::<String>()) { every_place_is_in_the_text(&text); }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        every_place_is_in_the_text(&String::from_utf8_lossy(&bytes));
    }
}

fn every_place_is_in_the_text(text: &str) {
    use crate::load::tree::{Node, Value};
    fn walk(text: &str, node: &Node) {
        assert!(text.get(node.span.start as usize..node.span.end as usize).is_some(), "{node:?} in {text:?}");
        match &node.value {
            Value::Scalar(_) => {}
            Value::Seq(items) => items.iter().for_each(|item| walk(text, item)),
            Value::Map(pairs) => {
                for pair in pairs {
                    assert!(text.get(pair.key.span.start as usize..pair.key.span.end as usize).is_some(), "{pair:?} in {text:?}");
                    walk(text, &pair.value);
                }
            }
        }
    }
    let (_, parsed) = load(text);
    parsed.documents.iter().for_each(|document| walk(text, &document.root));
    assert!(parsed.has_errors() || !parsed.documents.is_empty());
    for finding in &parsed.diagnostics {
        for span in finding.span.iter().chain(finding.labels.iter().map(|label| &label.span)) {
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{finding:?} in {text:?}");
        }
    }
}
