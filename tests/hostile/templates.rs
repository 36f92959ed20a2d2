//! Go templates in annotations that are out to hurt.

use crate::program::lint_each;
use crate::texts::{DEEP, ten_megabytes};

fn file(summary: &str) -> String {
    let quoted = serde_json::to_string(summary).unwrap();
    format!("groups: [{{name: g, rules: [{{alert: A, expr: up == 0, for: 1m, annotations: {{summary: {quoted}}}}}]}}]\n")
}

#[test]
fn nesting_is_refused() {
    let texts = [
        ("if", "{{ if . }}".repeat(DEEP)),
        ("range that is closed", format!("{}{}", "{{ range . }}".repeat(DEEP), "{{ end }}".repeat(DEEP))),
        ("with", "{{ with . }}".repeat(DEEP)),
        ("block", "{{ block \"a\" . }}".repeat(DEEP)),
        ("define", "{{ define \"a\" }}".repeat(DEEP)),
        ("parentheses", format!("{{{{ {}1{} }}}}", "(".repeat(DEEP), ")".repeat(DEEP))),
        ("an open parenthesis", format!("{{{{ {}", "(".repeat(DEEP))),
    ];
    for (what, text) in texts {
        for (_, run) in lint_each([(what, "rules.yml", file(&text))]) {
            run.refused(what);
        }
    }
}

#[test]
fn long_and_broken_templates_come_to_an_end() {
    let mut texts: Vec<(&str, String)> = [
        "{{",
        "}}",
        "{{ \"",
        "{{ `",
        "{{ '\\",
        "{{/*",
        "{{- ",
        "{{ end }}",
        "{{ else }}",
        "{{ . | ",
        "{{ template \"",
        "{{ $x := ",
    ]
    .map(|text| (text, text.to_owned()))
    .into();
    texts.extend([
        ("text", ten_megabytes("x")),
        ("actions", ten_megabytes("{{ $labels.job }}")),
        ("pipes", format!("{{{{ . {} }}}}", ten_megabytes("| title "))),
        ("fields", format!("{{{{ {} }}}}", ten_megabytes(".a"))),
        ("else if", format!("{{{{ if . }}}}{}{{{{ end }}}}", "{{ else if . }}x".repeat(DEEP))),
        ("a template that calls itself", "{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}".to_owned()),
        ("a number", format!("{{{{ {} }}}}", ten_megabytes("9"))),
        (
            "characters",
            "{{ 'ab' }}{{ '\\ud800' }}{{ \"\\x\" }}{{ \"\\400\" }}{{ 1e999999 }}{{ 0x }}{{ 1i }}\0\u{feff}\r\n".to_owned(),
        ),
    ]);
    for (what, text) in &texts {
        lint_each([("a template", "rules.yml", file(text))].map(|(_, name, text)| ("a template", name, text))).iter().for_each(
            |(_, run)| {
                assert!(run.code <= 1, "{what}: {}", run.text());
            },
        );
    }
}
