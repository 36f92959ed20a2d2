//! How things are written.

use super::{convert, shape_of};
use optiinfra_gen::convert::Notation::{Json, Jsonnet, Yaml};
use proptest::prelude::*;

#[test]
fn yaml_to_json() {
    let text = "a: {b: 1, c: ['x', \"y\\t\"]}\nd:\n  - e: ~\n  - |\n    l1\n    l2\nf: 2.10\ng: 0x1F\nh: .5\ni: [true]\n";
    assert_eq!(
        convert(text, Yaml, Json).unwrap().text,
        "{\n  \"a\": {\"b\": 1, \"c\": [\"x\", \"y\\t\"]},\n  \"d\": [\n    {\n      \"e\": null\n    },\n    \"l1\\nl2\\n\"\n  ],\n  \"f\": 2.10,\n  \"g\": 31,\n  \"h\": 0.5,\n  \"i\": [true]\n}\n"
    );
    let text = "a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2\n";
    assert_eq!(
        shape_of(&convert(text, Yaml, Json).unwrap().text, Json),
        shape_of(text, Yaml),
        "aliases and merge keys are written out"
    );
    assert_eq!(convert("a: [.inf, 1, .nan]\n", Yaml, Json).unwrap_err(), ["JSON has no number `.nan`"]);
    let converted = convert("# one\na: 1 # two\n", Yaml, Json).unwrap();
    assert_eq!((converted.comments_lost, converted.warnings.len()), (2, 0));
}

#[test]
fn json_to_yaml() {
    let text = r##"{"alerts": {"A": {"expr": "up == 0", "for": "5m", "m": "5", "labels": {"a": "x", "b": "#y"}, "e": "", "z": null},
        "B": {"text": "one\ntwo\n", "strip": "a\nb", "keep": "a\n\n", "odd": "a \nb", "tab": "\ta\nb"}}, "list": [[1, [2]], {}, [], "yes", "{{ $x }}"]}"##;
    let converted = convert(text, Json, Yaml).unwrap().text;
    assert_eq!(
        converted,
        "alerts:\n  A: {expr: up == 0, for: 5m, m: \"5\", labels: {a: x, b: \"#y\"}, e: \"\", z: null}\n  B:\n    text: |\n      one\n      two\n    strip: |-\n      a\n      b\n    keep: |+\n      a\n\n    odd: \"a \\nb\"\n    tab: \"\\ta\\nb\"\nlist:\n  - [1, [2]]\n  - {}\n  - []\n  - \"yes\"\n  - \"{{ $x }}\"\n"
    );
    assert_eq!(shape_of(&converted, Yaml), shape_of(text, Json));
    assert_eq!(convert("\"\\ud83d\\ude00 \\u0007\"", Json, Yaml).unwrap().text, "\"😀 \\u0007\"\n");
}

#[test]
fn yaml_to_jsonnet() {
    let text = "# top\n\n# of a\na-b: {c: 1, for: 5m}  # beside\nd:  # head\n  - 'it''s'\n  # of e\n  - e: say \"x\"\n    f: |\n      sum(x)\n        / y\n  # end\ng: 'a\"b''c'\nh: []\n# last\n";
    assert_eq!(
        convert(text, Yaml, Jsonnet).unwrap().text,
        "{\n  // top\n\n  // of a\n  'a-b': { c: 1, 'for': '5m' },  // beside\n  // head\n  d: [\n    \"it's\",\n    // of e\n    {\n      e: 'say \"x\"',\n      f: |||\n        sum(x)\n          / y\n      |||,\n    },\n    // end\n  ],\n  g: 'a\"b\\'c',\n  h: [],\n}\n// last\n"
    );
    let converted = convert(text, Yaml, Jsonnet).unwrap();
    assert_eq!(converted.comments_lost, 0);
    let converted = convert("a: 2.10\nb: 2.5\n", Yaml, Jsonnet).unwrap();
    assert_eq!(
        converted.warnings.iter().map(|w| w.message.as_str()).collect::<Vec<_>>(),
        ["Jsonnet makes 2.1 of the number 2.10"]
    );
}

#[test]
fn an_order_that_jsonnet_changes() {
    let text = "dashboards:\n  x:\n    variables:\n      b: {values: [c]}\n      a: {values: [d]}\n  y:\n    variables: {a: {}, b: {}}\n";
    let converted = convert(text, Yaml, Jsonnet).unwrap();
    let warnings: Vec<&str> = converted.warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(warnings, ["Jsonnet sorts the variables of the dashboard `x` by name"]);
    assert_eq!(convert(text, Yaml, Json).unwrap().warnings.len(), 0);
}

#[test]
fn suppression_comments_become_allow() {
    let text = "alerts:\n  # optiinfra-gen allow alert/no-runbook, a/b: it is new\n  A: {expr: up == 0}\n  B:\n    # optiinfra-gen allow promql/x: the proxy adds it\n    expr: up == 1\n    allow: [{rule: c/d, reason: known}]\n# optiinfra-gen allow e/f: everything\nvariables: {x: {default: 1}}\n";
    let converted = convert(text, Yaml, Json).unwrap();
    assert_eq!(converted.comments_lost, 1);
    let warnings: Vec<&str> = converted.warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(
        warnings,
        [
            "`promql/x` is allowed on all of `B` now; the comment covered a part",
            "`e/f` is no longer allowed here: the item has no `allow`"
        ]
    );
    let value: serde_json::Value = serde_json::from_str(&converted.text).unwrap();
    let rules = |name: &str| -> Vec<String> {
        value["alerts"][name]["allow"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["rule"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(rules("A"), ["alert/no-runbook", "a/b"]);
    assert_eq!(rules("B"), ["c/d", "promql/x"]);
    assert_eq!(value["alerts"]["A"]["allow"][0]["reason"], "it is new");
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::{Value, json};
    let text = prop_oneof!["[a-z]{0,6}", "[ -~]{0,12}", "[ a-z\\n]{0,12}", "\\PC{0,8}", any::<String>()];
    let leaf = prop_oneof![
        4 => text.prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("[a-z]{0,4}|[ -~]{1,8}", inner), 0..5)
                .prop_map(|pairs| json!(pairs.into_iter().collect::<serde_json::Map<String, Value>>())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn there_and_back(value in value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let yaml = convert(&text, Json, Yaml).unwrap().text;
        prop_assert_eq!(shape_of(&yaml, Yaml), shape_of(&text, Json), "{}", yaml);
        let json = convert(&yaml, Yaml, Json).unwrap().text;
        prop_assert_eq!(shape_of(&json, Json), shape_of(&text, Json), "{}", json);
    }
}
