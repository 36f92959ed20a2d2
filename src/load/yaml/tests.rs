use super::*;
use crate::load::tree::{Document, Node, ScalarKind, Style, Value};
use crate::source::{SourceKind, Sources};

pub(super) fn load(text: &str) -> (Sources, Parsed) {
    let mut sources = Sources::default();
    let id = sources.add("t.yaml", text, SourceKind::File);
    let parsed = parse(id, text);
    (sources, parsed)
}

/// The tree in one line, to compare with.
pub(super) fn show(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) => match scalar.kind {
            ScalarKind::Null => "null".into(),
            ScalarKind::String => format!("{:?}", scalar.text),
            ScalarKind::Bool | ScalarKind::Number => scalar.text.clone(),
        },
        Value::Seq(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Map(pairs) => {
            format!("{{{}}}", pairs.iter().map(|p| format!("{}: {}", p.key.text, show(&p.value))).collect::<Vec<_>>().join(", "))
        }
    }
}

/// The documents of a text in which nothing is wrong.
fn clean(text: &str) -> Vec<Document> {
    let (_, parsed) = load(text);
    assert_eq!(parsed.diagnostics, [], "{text:?}");
    parsed.documents
}

fn tree(text: &str) -> String {
    let documents = clean(text);
    assert_eq!(documents.len(), 1);
    show(&documents[0].root)
}

/// Each finding as `line:column rule message`, with its labels and help behind.
pub(super) fn findings(text: &str) -> Vec<String> {
    let (sources, parsed) = load(text);
    parsed
        .diagnostics
        .iter()
        .map(|d| {
            let span = d.span.expect("a place");
            let at = sources.position(span);
            let mut line = format!("{}:{} `{}` {}: {}", at.line, at.column, sources.text(span), d.rule, d.message);
            for label in &d.labels {
                let at = sources.position(label.span);
                line.push_str(&format!(" ({}:{} {})", at.line, at.column, label.message));
            }
            line
        })
        .collect()
}

#[test]
fn reads_values() {
    assert_eq!(
        tree("a: 1\nb: [x, 'y', \"z\", true, ~, 1.5]\nc:\n  d:\n"),
        r#"{a: 1, b: ["x", "y", "z", true, null, 1.5], c: {d: null}}"#
    );
    assert_eq!(tree("yes: no\nv: 2.10\nw: 0x1F\n"), r#"{yes: "no", v: 2.10, w: 0x1F}"#);
    assert_eq!(tree("- - a\n  - b\n-\n- {c: [d: e]}"), r#"[["a", "b"], null, {c: [{d: "e"}]}]"#);
    assert_eq!(tree("a: !!str 5\nb: ! 6\nc: !!int 7\nd: !!seq [x]"), r#"{a: "5", b: "6", c: 7, d: ["x"]}"#);
    assert_eq!(tree("a: |\n  x\n  y\nb: >-\n  x\n  y\n"), r#"{a: "x\ny\n", b: "x y"}"#);
    assert_eq!(tree("{\"a\":1,\"b\":[]}"), "{a: 1, b: []}");
}

#[test]
fn nothing_is_a_null_document() {
    for text in ["", "\n", "# only\n", "---\n", "\r\n"] {
        let documents = clean(text);
        assert_eq!(documents.len(), 1, "{text:?}");
        assert!(documents[0].root.is_null());
    }
    assert_eq!(clean("# only\n")[0].comments.len(), 1);
}

#[test]
fn documents_are_kept_apart() {
    let documents = clean("# a\nx: 1 # b\n---\n# c\ny: &q 2\n...\n---\nz: 3\n");
    assert_eq!(documents.iter().map(|d| show(&d.root)).collect::<Vec<_>>(), ["{x: 1}", "{y: 2}", "{z: 3}"]);
    let comments: Vec<Vec<&str>> = documents.iter().map(|d| d.comments.iter().map(|c| c.text.as_str()).collect()).collect();
    assert_eq!(comments, [vec!["a", "b"], vec!["c"], vec![]]);
    assert_eq!(findings("a: &x 1\n---\nb: *x\n").len(), 1, "an anchor ends with its document");
}

#[test]
fn comments_keep_their_places() {
    let (sources, parsed) = load("# one\na: |  # two\n  # text\nb: [1, # three\n  2]\n#four\n");
    let comments = &parsed.documents[0].comments;
    assert_eq!(comments.iter().map(|c| c.text.as_str()).collect::<Vec<_>>(), ["one", "two", "three", "four"]);
    assert_eq!(comments.iter().map(|c| sources.text(c.span)).collect::<Vec<_>>(), ["# one", "# two", "# three", "#four"]);
    let many = "# c\n".repeat(5000) + "a: 1\n" + &"  # d\n".repeat(5000) + "b: 2\n";
    assert_eq!(clean(&many)[0].comments.len(), 10_000);
}

fn places(text: &str) -> Vec<String> {
    fn walk(sources: &Sources, node: &Node, out: &mut Vec<String>) {
        out.push(sources.text(node.span).to_owned());
        match &node.value {
            Value::Scalar(_) => {}
            Value::Seq(items) => items.iter().for_each(|item| walk(sources, item, out)),
            Value::Map(pairs) => {
                for pair in pairs {
                    out.push(format!("{}=", sources.text(pair.key.span)));
                    walk(sources, &pair.value, out);
                }
            }
        }
    }
    let (sources, parsed) = load(text);
    assert_eq!(parsed.diagnostics, []);
    let mut out = Vec::new();
    walk(&sources, &parsed.documents[0].root, &mut out);
    out
}

#[test]
fn spans_are_exact() {
    assert_eq!(
        places("ä: 'é'\n\"b\":\n  - x # c\n  - {y: z}\n\nc: d\n\n"),
        [
            "ä: 'é'\n\"b\":\n  - x # c\n  - {y: z}\n\nc: d",
            "ä=",
            "'é'",
            "\"b\"=",
            "- x # c\n  - {y: z}",
            "x",
            "{y: z}",
            "y=",
            "z",
            "c=",
            "d"
        ]
    );
    assert_eq!(
        places("a: |2- # c\n    x\n   y  \n\n\nb: >\n\nc: 1"),
        ["a: |2- # c\n    x\n   y  \n\n\nb: >\n\nc: 1", "a=", "|2- # c\n    x\n   y  ", "b=", ">", "c=", "1"]
    );
    assert_eq!(places("a: &x !!str |\r\n  t\r\n"), ["a: &x !!str |\r\n  t", "a=", "|\r\n  t"]);
    assert_eq!(
        places("- |\n  x\n- |\n  y\n- a: |\n   z"),
        ["- |\n  x\n- |\n  y\n- a: |\n   z", "|\n  x", "|\n  y", "a: |\n   z", "a=", "|\n   z"]
    );
}

#[test]
fn what_is_not_written_stands_behind_its_colon() {
    let (_, parsed) = load("a :\nb: 1\n");
    let node = parsed.documents[0].root.get("a").expect("a");
    assert_eq!((node.span.start, node.span.end, node.style), (3, 3, Style::Plain));
}

#[test]
fn duplicate_keys_show_both_places() {
    assert_eq!(findings("a: 1\nb: 2\n'a': 3\n"), ["3:1 `'a'` spec/duplicate-key: the key `a` is here twice (1:1 first here)"]);
    let (_, parsed) = load("a: 1\nb: 2\na: 3\n");
    assert_eq!(show(&parsed.documents[0].root), "{a: 1, b: 2}");
    let many: String = (0..500).map(|i| format!("k{}: {i}\n", i % 499)).collect();
    assert_eq!(findings(&many), ["500:1 `k0` spec/duplicate-key: the key `k0` is here twice (1:1 first here)"]);
    assert_eq!(findings("{a: 1, b: {c: 1, c: 2}, a: 2, a: 3}").len(), 3);
}

#[test]
fn aliases_and_merge_keys() {
    assert_eq!(tree("a: &x {p: 1, q: [2]}\nb: *x\nc: &y z\n*y : d"), r#"{a: {p: 1, q: [2]}, b: {p: 1, q: [2]}, c: "z", z: "d"}"#);
    assert_eq!(
        tree("a: &x {p: 1, q: 2}\nb: &y {q: 3, r: 4}\nc:\n  s: 0\n  <<: [*x, *y]\n  q: 5\n"),
        "{a: {p: 1, q: 2}, b: {q: 3, r: 4}, c: {s: 0, p: 1, r: 4, q: 5}}"
    );
    assert_eq!(tree("'<<': 1"), "{<<: 1}", "a quoted key is a key");
    assert_eq!(findings("<<: 1\n"), ["1:1 `<<` spec/invalid-merge: `<<` merges mappings, and this is a number (1:5 a number)"]);
    assert_eq!(
        findings("a: &x {}\nb:\n  <<: *x\n  <<: *x\n"),
        ["4:3 `<<` spec/duplicate-key: the key `<<` is here twice (3:3 first here)"]
    );
    assert_eq!(findings("a: &x [*x]\n"), ["1:8 `*x` spec/unknown-anchor: `*x` stands inside the value that it names"]);
    assert_eq!(findings("a: *up\nb: *up\n").len(), 2);
    let (sources, parsed) = load("a: &x 1\nb: *x\n");
    let copy = parsed.documents[0].root.get("b").expect("b");
    assert_eq!(sources.position(copy.span).line, 1, "a copy keeps the place where it is written");
}

#[test]
fn tags_and_keys_that_mean_nothing() {
    assert_eq!(findings("a: !vault x\n"), ["1:4 `!vault` spec/tag: the tag `!vault` means nothing here"]);
    assert_eq!(findings("a: !!int x\n"), ["1:4 `!!int` spec/tag: the value is not what its tag `!!int` says"]);
    assert_eq!(findings("a: !!set {x}\n").len(), 1);
    assert_eq!(findings("[a]: b\n"), ["1:1 `[a]` spec/invalid-key: a list cannot be a key"]);
    assert_eq!(findings("? {a: b}\n: c\n"), ["1:3 `{a: b}` spec/invalid-key: a mapping cannot be a key"]);
    assert_eq!(findings(": c\n").len(), 1);
    let (_, parsed) = load("[a]: {b: c}\nd: e\n");
    assert_eq!(show(&parsed.documents[0].root), r#"{d: "e"}"#);
}

#[test]
fn several_syntax_errors_in_one_run() {
    let text = "a: [1, 2\nb: 3\nc: ok\nd: \"x\" y\ne:\n  f: @z\ng: 1\ng: 2\n";
    let found = findings(text);
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found[1].starts_with("4:8") && found[2].starts_with("6:6") && found[3].starts_with("8:1"), "{found:#?}");
    assert!(load(text).1.documents.is_empty(), "what is not whole is not handed on");
    let found = findings(&"a: @\n".repeat(1000));
    assert_eq!(found.len(), 10);
}

#[test]
fn values_are_counted() {
    let limits = Limits { values: 10, ..Limits::default() };
    let mut sources = Sources::default();
    let text = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]";
    let id = sources.add("t", text, SourceKind::File);
    let parsed = parse_within(id, text, &limits);
    assert_eq!(parsed.diagnostics[0].rule, rule::LIMIT);
    assert!(parsed.documents.is_empty());
}
