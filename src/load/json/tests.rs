use super::*;
use crate::load::tree::Value;
use crate::load::yaml;
use crate::source::{SourceKind, Sources};
use proptest::prelude::*;

fn load(text: &str) -> (Sources, Parsed) {
    let mut sources = Sources::default();
    let id = sources.add("t.json", text, SourceKind::File);
    let parsed = parse(id, text);
    (sources, parsed)
}

fn findings(text: &str) -> Vec<String> {
    let (sources, parsed) = load(text);
    let place = |d: &Diagnostic| sources.position(d.span.expect("a place"));
    parsed.diagnostics.iter().map(|d| format!("{}:{} {}: {}", place(d).line, place(d).column, d.rule, d.message)).collect()
}

#[test]
fn reads_values_with_places() {
    let (sources, parsed) = load("\r\n{\"ä\": [1.50, true, null], \"b\\n\": \"x\\ud83d\\ude00\", \"c\": {}, \"d\": []}\n");
    assert_eq!(parsed.diagnostics, []);
    let root = &parsed.documents[0].root;
    let text = |key: &str| sources.text(root.get(key).expect("the key").span);
    assert_eq!((text("ä"), text("b\n"), text("c"), text("d")), ("[1.50, true, null]", "\"x\\ud83d\\ude00\"", "{}", "[]"));
    assert_eq!(root.get("b\n").and_then(Node::as_text), Some("x😀"));
    assert_eq!(root.get("b\n").map(|node| node.style), Some(Style::Json));
    let Some(Value::Seq(items)) = root.get("ä").map(|node| &node.value) else { panic!("no list") };
    assert_eq!(items.iter().map(Node::kind_name).collect::<Vec<_>>(), ["a number", "true or false", "nothing"]);
    assert_eq!(items[0].as_text(), Some("1.50"));
    assert!(load(" \n").1.documents[0].root.is_null());
}

#[test]
fn is_strict() {
    for text in [
        "{",
        "[",
        "\"",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "[1,]",
        "{\"a\":1,}",
        "[1 2]",
        "{a: 1}",
        "'a'",
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "1e",
        "0x1",
        "tru",
        "NaN",
        "\"\\q\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\t\"",
        "\"\n\"",
        "// c\n1",
        "1 // c",
        "[1] 2",
        "\u{FEFF}1",
        "nul",
        "5m",
        "\"\\u+123\"",
        "\0",
        "\"a\0\"",
    ] {
        assert_eq!(findings(text).len(), 1, "{text:?}: {:?}", findings(text));
    }
    assert_eq!(findings("{\"a\": 1,\n \"b\" 2}"), ["2:6 spec/syntax: `2` stands where `:` is expected"]);
    assert_eq!(findings("[1,\n]"), ["1:3 spec/syntax: a comma follows the last item"]);
    assert_eq!(findings("{\"a\": 1, \"a\": 2}"), ["1:10 spec/duplicate-key: the key `a` is here twice"]);
}

#[test]
fn limits() {
    assert_eq!(findings(&"[".repeat(100_000)), ["1:101 spec/limit: lists and objects are nested deeper than 100 levels"]);
    assert_eq!(findings(&"{\"a\":".repeat(100_000)).len(), 1);
    assert_eq!(findings(&format!("{}{}", "[".repeat(100), "]".repeat(100))), [""; 0]);
    assert_eq!(findings(&format!("\"{}\"", "x".repeat(10 << 20))), [""; 0]);
}

/// A tree without places and styles.
fn shape(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) => format!("{:?} {:?}", scalar.kind, scalar.text),
        Value::Seq(items) => format!("{:?}", items.iter().map(shape).collect::<Vec<_>>()),
        Value::Map(pairs) => format!("{:?}", pairs.iter().map(|p| (&p.key.text, shape(&p.value))).collect::<Vec<_>>()),
    }
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        (-1e9f64..1e9).prop_map(serde_json::Value::from),
        any::<String>().prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            prop::collection::btree_map("[a-z]{1,4}", inner, 0..6).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn accepts_what_serde_json_writes(value in value()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).expect("text")] {
            let (_, parsed) = load(&text);
            prop_assert_eq!(parsed.diagnostics, vec![]);
        }
    }

    #[test]
    fn agrees_with_serde_json(text in "[\\[\\]{}:,\"\\\\ntru0-9.eE+ -]{0,12}") {
        let ours = !load(&text).1.has_errors();
        let theirs = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        // An empty text is an empty file here, and a number too large for a float is still a number.
        prop_assert!(ours == theirs || text.trim_matches([' ', '\n', '\t', '\r']).is_empty() || text.contains(['e', 'E']) || findings(&text).iter().any(|f| f.contains("duplicate")), "{:?}", text);
    }

    #[test]
    fn any_text_never_panics(text in any::<String>()) { load(&text); }

    #[test]
    fn says_what_the_same_text_says_as_yaml(value in value()) {
        let text = value.to_string();
        if text.chars().any(|c| c.is_control() || matches!(c, '\u{85}' | '\u{FEFF}' | '\u{2028}' | '\u{2029}' | '\u{FFFE}' | '\u{FFFF}')) {
            return Ok(());
        }
        let (_, parsed) = load(&text);
        let mut sources = Sources::default();
        let id = sources.add("t", text.as_str(), SourceKind::File);
        let other = yaml::parse(id, &text);
        prop_assert_eq!(&other.diagnostics, &vec![], "{}", text);
        prop_assert_eq!(shape(&parsed.documents[0].root).replace("\"null\"", "\"\""), shape(&other.documents[0].root).replace("\"null\"", "\"\""));
    }
}
