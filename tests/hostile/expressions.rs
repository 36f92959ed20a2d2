//! `query`: one expression as an argument, many on the standard input.

use serde_json::{Value, json};

use crate::program::{head, run};
use crate::texts::{NUMBERS, UNTERMINATED, deep_expressions, long_expressions, not_utf8, ten_megabytes};

/// Asks for each line of the input; gives the answers, one a line.
fn answers(input: &[u8]) -> Vec<Value> {
    let run = run(std::path::Path::new("."), &["query", "--jsonl"], input);
    assert_eq!(run.code, 0, "{}", head(&run.err));
    run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A line for each expression.
fn lines<'a>(expressions: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let mut input = Vec::new();
    for expression in expressions {
        input.extend(json!({"expr": expression}).to_string().into_bytes());
        input.push(b'\n');
    }
    input
}

#[test]
fn nesting_is_refused_on_its_line_and_the_next_is_answered() {
    let deep = deep_expressions();
    let input: Vec<&str> = deep.iter().flat_map(|(_, text)| [text.as_str(), "up"]).collect();
    let found = answers(&lines(input));
    assert_eq!(found.len(), deep.len() * 2);
    let up = json!({
        "ok": true,
        "kind": "instant-vector",
        "labels": {"__name__": {"presence": "present", "values": ["up"]}},
        "other_labels": "perhaps",
        "unit": null,
        "range": [null, null],
        "series": null,
        "diagnostics": [],
    });
    for ((what, _), pair) in deep.iter().zip(found.chunks(2)) {
        // A pattern that is too large for this program may be right for a server.
        assert!(pair[0]["ok"] == json!(false) || what.contains("pattern"), "{what}: {}", pair[0]);
        assert_eq!(pair[1], up, "after {what}");
    }
}

#[test]
fn ten_megabytes_are_answered() {
    for (what, text) in long_expressions() {
        let found = answers(&lines([text.as_str(), "up"]));
        assert_eq!((found.len(), &found[1]["ok"]), (2, &json!(true)), "after {what}");
    }
}

#[test]
fn what_is_not_closed_and_what_is_too_great_has_places_in_the_text() {
    let texts: Vec<&str> = UNTERMINATED.iter().chain(&NUMBERS).copied().collect();
    let found = answers(&lines(texts.iter().copied()));
    assert_eq!(found.len(), texts.len());
    for (text, answer) in texts.iter().zip(&found) {
        if answer["ok"] == json!(false) {
            let place = |key: &str| usize::try_from(answer[key].as_u64().unwrap()).unwrap();
            assert!(text.get(place("start")..place("end")).is_some(), "{text}: {answer}");
        }
    }
    assert!(found[..UNTERMINATED.len()].iter().all(|answer| answer["ok"] == json!(false)));
}

#[test]
fn lines_that_are_no_requests_are_answered_one_by_one() {
    let mut input: Vec<u8> = Vec::new();
    let broken: [&[u8]; 14] = [
        b"{",
        b"[]",
        b"null",
        b"{\"expr\": 5}",
        b"{\"expr\": \"\\ud800\"}",
        b"{\"expr\": \"\\udc00\\ud800\"}",
        b"{\"expr\": \"\xff\"}",
        b"{\"expr\": \"\0\"}",
        b"\0",
        b"\xef\xbb\xbf{\"expr\": \"up\"}",
        b"{\"expr\": \"up\"} {\"expr\": \"up\"}",
        b"{\"expr\": \"up",
        b"{\"expr\": \"a\\u0000b\"}",
        b"{\"expr\": 1e999999}",
    ];
    for line in broken {
        input.extend(line);
        input.extend(b"\r\n");
    }
    input.extend("[".repeat(100_000).bytes());
    input.push(b'\n');
    input.extend(b"{\"expr\": \"up\"}\r\n\n  \n{\"expr\": \"up\"}");
    let found = answers(&input);
    assert_eq!(found.len(), broken.len() + 3);
    assert!(found[..=broken.len()].iter().all(|answer| answer["ok"] == json!(false)), "{found:#?}");
    assert!(found[broken.len() + 1..].iter().all(|answer| answer["ok"] == json!(true)), "{found:#?}");
    for (what, bytes) in not_utf8() {
        assert!(answers(&bytes).iter().all(|answer| answer["ok"] == json!(false)), "{what}");
    }
    assert_eq!(answers(ten_megabytes("x").as_bytes()).len(), 1);
    assert_eq!(answers(b"").len(), 0);
}

#[test]
fn an_argument_may_be_hostile_too() {
    let here = std::path::Path::new(".");
    // Longer arguments are refused by the operating system.
    for text in ["(".repeat(100_000), "a + ".repeat(30_000), "\\".repeat(100_000), "$".repeat(100_000)] {
        let short: String = text.chars().take(10).collect();
        run(here, &["query", &text], b"").refused(&short);
    }
    for text in UNTERMINATED {
        run(here, &["query", "--format", "promql", text], b"").refused(text);
    }
}
