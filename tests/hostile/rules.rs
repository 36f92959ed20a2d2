//! Rule files whose expressions are out to hurt.

use crate::program::lint_each;
use crate::texts::{NUMBERS, UNTERMINATED, deep_expressions, long_expressions};

/// A rule file with these expressions, each as an alert. Strings of YAML in double quotes are nearly those of JSON.
fn file<'a>(expressions: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = "groups:\n- name: g\n  rules:\n".to_owned();
    for (number, expression) in expressions.into_iter().enumerate() {
        let quoted = serde_json::to_string(expression).unwrap();
        text.push_str(&format!("  - {{alert: A{number}, expr: {quoted}, annotations: {{summary: x}}}}\n"));
    }
    text
}

#[test]
fn nested_expressions_are_refused() {
    let deep = deep_expressions();
    let text = file(deep.iter().filter(|(what, _)| !what.contains("pattern")).map(|(_, text)| text.as_str()));
    for (what, run) in lint_each([("nested expressions", "rules.yml", text)]) {
        run.refused(what);
        assert!(run.text().contains("deeper"), "{}", crate::program::head(&run.text()));
    }
    lint_each([(
        "patterns",
        "rules.yml",
        file(deep.iter().filter(|(what, _)| what.contains("pattern")).map(|(_, text)| text.as_str())),
    )]);
}

#[test]
fn long_expressions_come_to_an_end() {
    for (what, text) in long_expressions() {
        lint_each([(what, "rules.yml", file([text.as_str()]))]);
    }
}

#[test]
fn broken_expressions_are_reported_each() {
    for (what, run) in lint_each([("expressions without an end", "rules.yml", file(UNTERMINATED))]) {
        run.refused(what);
        assert!(run.text().contains(&format!("{} errors", UNTERMINATED.len())) || run.text().contains("A21"), "{}", run.text());
    }
    lint_each([("numbers", "rules.yml", file(NUMBERS))]);
}

#[test]
fn fields_may_be_anything() {
    let odd = "groups:\n- {name: [], interval: 99999999999999999999y, limit: -1e999, rules: {a: b}}\n- 5\n- rules: [~, 5, [], {alert: {}, expr: []}, \
               {record: \"\\0\", expr: ''}, {alert: A, expr: up, for: 18446744073709551616s, keep_firing_for: -5m, labels: [], annotations: 5}]\n- name: g\n";
    for (what, run) in lint_each([("odd fields", "rules.yml", odd)]) {
        run.refused(what);
    }
    let cycle: String = (0..20_000).map(|n| format!("  - {{record: 'a:b{n}:c', expr: 'a:b{}:c'}}\n", (n + 1) % 20_000)).collect();
    lint_each([("a long cycle of recording rules", "rules.yml", format!("groups:\n- name: g\n  rules:\n{cycle}"))]);
}
