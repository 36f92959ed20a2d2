//! Each trap: what is said of it, and that the fix mends it.

use super::tests::{findings, load, show};

fn one(text: &str) -> String {
    let found = findings(text);
    assert_eq!(found.len(), 1, "{text:?}: {found:#?}");
    found[0].clone()
}

fn help(text: &str) -> String {
    load(text).1.diagnostics[0].help.clone().unwrap_or_default()
}

/// The tree of the text after its fix, which leaves nothing to say.
fn fixed(text: &str) -> String {
    let (_, parsed) = load(text);
    let mut changed = text.to_owned();
    for edit in &parsed.diagnostics[0].fix.as_ref().expect("a fix").edits {
        changed.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    let (_, parsed) = load(&changed);
    assert_eq!(parsed.diagnostics, [], "{changed:?}");
    show(&parsed.documents[0].root)
}

#[test]
fn a_value_cut_at_a_comma() {
    let text = "{expr: topk(10, x)}";
    assert_eq!(one(text), "1:8 `topk(10, x)` spec/syntax: the value of `expr` ends at its first comma: YAML reads `topk(10`");
    assert_eq!(help(text), "quote it: 'topk(10, x)'");
    assert_eq!(fixed(text), r#"{expr: "topk(10, x)"}"#);
    let (_, parsed) = load(text);
    assert_eq!(show(&parsed.documents[0].root), r#"{expr: "topk(10, x)"}"#, "what was meant goes on");

    let text = "a: {expr: sum by (a, b, c) (x) > 5, for: 5m, title: it's}";
    one(text);
    assert_eq!(fixed(text), r#"{a: {expr: "sum by (a, b, c) (x) > 5", for: "5m", title: "it's"}}"#);
    assert_eq!(fixed("[sum by (a, b) (x), y]"), r#"["sum by (a, b) (x)", "y"]"#);
    assert_eq!(fixed("{e: max(a,\n  b)}"), r#"{e: "max(a, b)"}"#);

    for text in ["{a: f(x), b}", "{a: 'f(x', b}", "{a: b, c}", "[f(x), y]", "{a: f(, b: c}", "['f(', x]"] {
        assert_eq!(findings(text), [""; 0], "{text:?} is what it says");
    }
}

#[test]
fn a_selector_read_as_a_mapping() {
    let text = "expr: {job=\"a\", x=~'b.*'}\n";
    assert_eq!(
        one(text),
        "1:7 `{job=\"a\", x=~'b.*'}` spec/syntax: a selector that begins with `{` is read as a mapping (1:8 this becomes a key)"
    );
    assert_eq!(fixed(text), r#"{expr: "{job=\"a\", x=~'b.*'}"}"#);
    assert_eq!(findings("{a=b, c}"), [""; 0], "no matcher: its value is not quoted");
    let text = "expr: {job=\"a\"} > 1 # c\n";
    assert_eq!(
        one(text),
        "1:7 `{job=\"a\"} > 1` spec/syntax: a value that begins with `{` is read as a mapping (1:16 this is left over)"
    );
    assert_eq!(fixed(text), r#"{expr: "{job=\"a\"} > 1"}"#);
}

#[test]
fn brackets_in_a_value_in_brackets() {
    let text = "a: {expr: rate(x[5m]), for: 5m}\n";
    assert_eq!(one(text), "1:11 `rate(x[` spec/syntax: the value `rate(x` ends at `[` (1:4 opened here)");
    assert!(help(text).contains("must be quoted"));
    assert!(one("{expr: x{job=\"a\"}}").contains("the value `x` ends at `{`"));
    assert!(one("expr: [5m] x\n").contains("a value that begins with `[` is read as a list"));
    assert_eq!(fixed("s: {{ $value }} is bad\n"), r#"{s: "{{ $value }} is bad"}"#);
    assert_eq!(one("s: {{ $value }}\n"), "1:5 `{ $value }` spec/invalid-key: a mapping cannot be a key");
    assert!(help("s: {{ $value }}\n").contains("'{{ ... }}'"));
}

#[test]
fn no_space_after_a_colon() {
    assert_eq!(one("a:1\nb: 2\n"), "1:1 `a:1` spec/syntax: `a:1` has no space after its colon, so it is text and not a key");
    assert_eq!(fixed("a:1\nb: 2\n"), "{a: 1, b: 2}");
    assert_eq!(fixed("x: 1\na:1\n"), "{x: 1, a: 1}");
    assert_eq!(fixed("s:\n  name:foo\n  b: 1\n"), r#"{s: {name: "foo", b: 1}}"#);
}

#[test]
fn no_space_after_a_colon_in_brackets() {
    let text = "{for:5m, n:3, above: 1}";
    let found = findings(text);
    assert_eq!(found[0], "1:2 `for:5m` spec/syntax: `for:5m` has no space after its colon, so it is one key without a value");
    let (_, parsed) = load(text);
    assert_eq!(show(&parsed.documents[0].root), r#"{for: "5m", n: 3, above: 1}"#, "what was meant goes on");
    assert_eq!(fixed("{for:5m}"), r#"{for: "5m"}"#);
    assert_eq!(findings("{http://host, a}"), [""; 0]);
}

#[test]
fn a_value_that_is_a_comment() {
    let text = "channel: #alerts # main\nnext: 1\n";
    assert_eq!(one(text), "1:10 `#alerts` spec/syntax: `channel` has no value: what follows is a comment");
    assert_eq!(fixed(text), r##"{channel: "#alerts", next: 1}"##);
    for text in ["a: # todo\nb: 1\n", "a: #todo\n  b: 1\n", "a: x #todo\n", "a:\n#todo\nb: 1\n"] {
        assert_eq!(findings(text), [""; 0], "{text:?}");
    }
}

#[test]
fn a_colon_inside_a_value() {
    let text = "summary: Disk: full # soon\n";
    assert_eq!(one(text), "1:10 `Disk: full` spec/syntax: `: ` stands inside a value that is not quoted");
    assert_eq!(fixed(text), r#"{summary: "Disk: full"}"#);
    assert_eq!(
        one("a: b\n  c: d\n"),
        "2:3 `c` spec/syntax: the key `c` is indented under a value (1:4 the value that it continues)"
    );
}

#[test]
fn a_value_that_begins_with_a_sign() {
    for (text, sign) in [("a: %x # c\n", '%'), ("a: @x\n", '@'), ("a: `x`\n", '`'), ("a: * 3\n", '*'), ("a: & 3\n", '&')] {
        let found = one(text);
        assert!(found.ends_with(&format!("a value cannot begin with `{sign}`")), "{found}");
        fixed(text);
    }
    assert_eq!(fixed("{a: @x, b: 1}"), r#"{a: "@x", b: 1}"#);
    assert!(help("a: *up\n").contains("'*up'"));
    assert!(help("a: !up\n").contains("must be quoted"));
    assert!(one("a: > 5\n").contains("text follows `>`"));
}

#[test]
fn tabs() {
    for (text, place) in
        [("a:\n\tb: 1\n", "2:1"), ("a:\n  b: 1\n\tc: 2\n", "3:1"), ("a:\n  - b\n \t- c\n", "3:2"), ("e: |\n\tx\n", "2:1")]
    {
        let found = one(text);
        assert!(found.starts_with(place) && found.contains("a tab stands in the indentation"), "{found}");
    }
    assert_eq!(findings("a:\t1\n"), [""; 0], "a tab between key and value is allowed");
}

#[test]
fn quotes() {
    assert_eq!(one("a: \"foo\nb: 1\n"), "1:4 `\"` spec/syntax: the quote `\"` is not closed");
    assert_eq!(one("a: 'it's'\n"), "1:8 `s` spec/syntax: text follows a closing quote (1:4 the quoted value begins here)");
    assert!(help("a: 'it's'\n").contains("''"));
    assert!(help("a: \"foo\nb: \"bar\"\n").contains("missing on that line"));
    assert_eq!(one("expr: \"x\" > 1\n"), "1:11 `>` spec/syntax: text follows a closing quote (1:7 the quoted value begins here)");
    assert_eq!(one("a: \"\\d+\\.\"\n"), "1:5 `\\d` spec/syntax: `\\d` is no escape in a double-quoted value");
    assert!(one("a: \"x\"#c\n").contains("without a space before `#`"));
}

#[test]
fn brackets_and_indentation() {
    assert!(one("{a: {b: 1}\n").contains("1:1 `{` spec/syntax: `{` is not closed"));
    assert!(one("a: ]\n").contains("`]` closes nothing"));
    assert!(one("a: [1}\n").contains("1:4 `[` spec/syntax: `[` is closed by `}`"));
    assert!(one("a: [1, 2\nb: 3\n").starts_with("2:2"), "{}", one("a: [1, 2\nb: 3\n"));
    assert_eq!(
        one("a:\n  - b\n c: d\n"),
        "3:2 `c: d` spec/syntax: the indentation of this line fits nothing above it (1:1 the mapping begins here)"
    );
    assert!(one("a: b\n- c\n").contains("a list item stands among the keys of a mapping"));
    assert!(one("- a\nb: c\n").contains("a key stands among the items of a list"));
    assert!(one("a: - b\n").contains("a list cannot begin on the line of its key"));
    assert!(one("foo: 1\nbar\n").contains("2:1 `bar` spec/syntax: a key without `:`"));
    assert!(one("a: {b: 1 c: 2}\n").contains("`:` stands where `{` expects a comma"));
    assert!(one("a: {b: \"x\" c}\n").contains("text follows a closing quote"));
}
