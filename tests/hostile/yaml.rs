//! YAML that is out to hurt, as a spec and as a file that was written elsewhere.

use crate::program::lint_each;
use crate::texts::{DEEP, not_utf8, ten_megabytes};

/// Ten times ten times ten ... copies.
fn alias_bomb() -> String {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..40 {
        text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", ")));
    }
    text
}

fn merge_bomb() -> String {
    let mut text = "a0: &a0 {k0: x}\n".to_owned();
    for level in 1..60 {
        text.push_str(&format!("a{level}: &a{level} {{b: *a{0}, c: *a{0}, <<: [*a{0}, *a{0}]}}\n", level - 1));
    }
    text
}

#[test]
fn what_grows_without_bound_is_refused() {
    let steps: String = (0..3000).map(|step| format!("{}a:\n", " ".repeat(step))).collect();
    let files = [
        ("lists in brackets", "a.yaml", "[".repeat(DEEP)),
        ("mappings in braces", "a.yaml", "{a: ".repeat(DEEP)),
        ("closed brackets", "a.yaml", format!("a: {}{}", "[".repeat(DEEP), "]".repeat(DEEP))),
        ("lists in lists", "a.yaml", "- ".repeat(DEEP)),
        ("keys in keys", "a.yaml", "? ".repeat(DEEP)),
        ("indentation", "a.yaml", steps),
        ("aliases", "a.yaml", alias_bomb()),
        ("merge keys", "a.yaml", merge_bomb()),
        ("an anchor in itself", "a.yaml", "a: &a [*a]\nb: &b {<<: *b}\n".to_owned()),
        ("a long key", "a.yaml", format!("{}: 1\n", ten_megabytes("k"))),
    ];
    for (what, run) in lint_each(files) {
        run.refused(what);
    }
}

#[test]
fn what_is_long_comes_to_an_end() {
    let files = [
        ("a plain scalar", "a.yaml", format!("groups: {}\n", ten_megabytes("x"))),
        ("a quoted scalar", "a.yaml", format!("groups: \"{}\"\n", ten_megabytes("\\n"))),
        ("a scalar on many lines", "a.yaml", format!("groups: >\n{}", ten_megabytes("  x\n"))),
        ("a list", "a.yaml", format!("groups: [{}]\n", ten_megabytes("x, "))),
        ("parentheses that are not closed", "a.yaml", format!("groups: [{}]\n", "f(, ".repeat(100_000))),
        ("keys", "a.yaml", (0..100_000).map(|n| format!("k{n}: 1\n")).collect()),
        ("one key again and again", "a.yaml", "groups: []\n".repeat(20_000)),
        ("documents", "a.yaml", "---\na: 1\n".repeat(100_000)),
        ("comments", "a.yaml", ten_megabytes("# optiinfra-gen allow a/b: c\n")),
        ("empty lines", "a.yaml", ten_megabytes("\r\n")),
    ];
    lint_each(files);
}

#[test]
fn what_is_not_closed_is_reported() {
    let texts = [
        "a: \"",
        "a: '",
        "a: [",
        "a: {",
        "a: {b: [",
        "a: \"\\",
        "a: \"\\u12",
        "a: *",
        "a: &",
        "a: !<",
        "a: \"\\ud800\"",
        "%YAML",
        "a: |9\n x",
        "\ta: 1",
        "a: b: c",
        "a: @b",
        "a: `b`",
        "- a\nb: c",
    ];
    for (what, run) in lint_each(texts.map(|text| (text, "a.yaml", text))) {
        run.refused(what);
    }
}

#[test]
fn what_is_no_text_is_refused() {
    for (what, bytes) in not_utf8() {
        for (_, run) in lint_each([(what, "a.yaml", bytes)]) {
            assert_ne!(run.code, 0, "{what}: {}", run.text());
        }
    }
}

#[test]
fn a_byte_order_mark_and_line_ends_of_windows_are_nothing_special() {
    let rules = "\u{feff}groups:\r\n- name: g\r\n  rules:\r\n  - alert: A\r\n    expr: up ==\r\n      0\r\n    for: 5m\r\n    annotations: {summary: x}\r\n";
    for (what, run) in lint_each([("a rule file", "rules.yaml", rules)]) {
        assert_eq!(run.code, 0, "{what}: {}", run.text());
    }
}
