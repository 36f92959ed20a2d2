//! JSON that is out to hurt.

use crate::program::lint_each;
use crate::texts::{DEEP, not_utf8, ten_megabytes};

#[test]
fn broken_json_is_refused() {
    let files = [
        ("lists", "[".repeat(DEEP)),
        ("closed lists", format!("{}{}", "[".repeat(DEEP), "]".repeat(DEEP))),
        ("objects", "{\"a\": ".repeat(DEEP)),
        ("a lone surrogate", r#"{"title": "\ud800", "panels": []}"#.to_owned()),
        ("surrogates the wrong way round", r#"{"title": "\udc00\ud800", "panels": []}"#.to_owned()),
        ("half an escape", r#"{"title": "\u12"#.to_owned()),
        ("a string without an end", format!("{{\"title\": \"{}", ten_megabytes("x"))),
        ("a NUL in a string", "{\"title\": \"\0\", \"panels\": []}".to_owned()),
        ("a line break in a string", "{\"title\": \"\n\", \"panels\": []}".to_owned()),
        ("something behind the end", "{\"panels\": []} x".to_owned()),
        ("a comma too many", "{\"panels\": [],}".to_owned()),
        ("no value", "{\"panels\": }".to_owned()),
        ("a number that is none", "{\"panels\": -}".to_owned()),
        ("a zero in front", "{\"panels\": 01}".to_owned()),
        ("words of JavaScript", "{\"panels\": NaN}".to_owned()),
        ("quotes of JavaScript", "{'panels': []}".to_owned()),
    ];
    for (what, text) in files {
        for (_, run) in lint_each([(what, "a.json", text)]) {
            run.refused(what);
        }
    }
    for (what, bytes) in not_utf8() {
        for (_, run) in lint_each([(what, "a.json", bytes)]) {
            assert_ne!(run.code, 0, "{what}: {}", run.text());
        }
    }
}

#[test]
fn long_json_comes_to_an_end() {
    let files = [
        ("a string", format!("{{\"title\": \"{}\", \"panels\": []}}", ten_megabytes("\\ud83d\\ude00"))),
        ("a number", format!("{{\"schemaVersion\": {}, \"panels\": []}}", ten_megabytes("9"))),
        ("an exponent", "{\"schemaVersion\": 1e999999999, \"panels\": [{\"maxDataPoints\": -1e-99999}]}".to_owned()),
        ("a list", format!("{{\"panels\": [{}1]}}", ten_megabytes("1,"))),
        ("keys", format!("{{{}\"panels\": []}}", "\"a\": 1,".repeat(20_000))),
        ("blanks", format!("{{\"panels\": [{}]}}", ten_megabytes(" \r\n\t"))),
    ];
    lint_each(files.map(|(what, text)| (what, "a.json", text)));
}
