use super::*;
use crate::load::tree::Scalar;
use crate::load::{json, yaml};
use crate::source::SourceKind;
use proptest::prelude::*;

fn load_as(text: &str, json_text: bool) -> (Sources, Option<Node>) {
    let mut sources = Sources::default();
    let id = sources.add("t", text, SourceKind::File);
    let parsed = if json_text { json::parse(id, text) } else { yaml::parse(id, text) };
    let root = parsed.documents.into_iter().next().map(|document| document.root);
    (sources, root)
}

fn scalars<'n>(node: &'n Node, out: &mut Vec<(&'n Node, &'n Scalar)>) {
    match &node.value {
        Value::Scalar(scalar) => out.push((node, scalar)),
        Value::Seq(items) => items.iter().for_each(|item| scalars(item, out)),
        Value::Map(pairs) => pairs.iter().for_each(|pair| scalars(&pair.value, out)),
    }
}

/// Whether `written` can have become `c`.
fn made(c: char, written: &str, style: Style) -> bool {
    let line_break = written.ends_with(['\n', '\r']) || written.is_empty();
    let escape = matches!(style, Style::DoubleQuoted | Style::Json) && written.starts_with('\\') && written.len() > 1;
    if written.chars().eq([c]) {
        return true;
    }
    match c {
        ' ' => written.contains(['\n', '\r']) && written.trim().is_empty() || escape,
        '\n' => line_break && written.trim().is_empty() || escape,
        '\'' => written == "''",
        _ => escape,
    }
}

/// Checks every character of every scalar of a text; gives how many scalars there were.
fn check(text: &str, json_text: bool) -> usize {
    let (sources, root) = load_as(text, json_text);
    let Some(root) = root else { return 0 };
    let mut found = Vec::new();
    scalars(&root, &mut found);
    for (node, scalar) in &found {
        let decoded = decode(text, node.span.start as usize, node.span.end as usize, node.style, &scalar.text);
        assert_eq!(decoded.map(|d| d.text).as_ref(), Some(&scalar.text), "decoding {:?} again in {text:?}", node.style);
        let mut end = 0;
        for (at, c) in scalar.text.char_indices() {
            let span = span_of(&sources, node, at..at + c.len_utf8());
            let written = sources.text(span);
            assert!(made(c, written, node.style), "{c:?} from {written:?} in {text:?}");
            assert!(span.start >= end, "{c:?} goes back in {text:?}");
            end = span.end;
        }
        let whole = span_of(&sources, node, 0..scalar.text.len());
        assert!(whole.start >= node.span.start, "{text:?}");
    }
    found.len()
}

fn at(text: &str, needle: &str) -> String {
    let (sources, root) = load_as(text, false);
    let root = root.expect("a document");
    let mut found = Vec::new();
    scalars(&root, &mut found);
    let (node, scalar) = found[0];
    let start = scalar.text.find(needle).expect("the needle");
    let span = span_of(&sources, node, start..start + needle.len());
    assert_eq!(sources.text(span).len(), (span.end - span.start) as usize);
    format!("{}:{}", span.start, sources.text(span))
}

#[test]
fn leads_back_to_the_characters() {
    assert_eq!(at("e: rate(x[5m])", "x"), "8:x");
    assert_eq!(at("e: 'it''s up'", "'s"), "6:''s");
    assert_eq!(at("e: \"a\\\"b\\u00e4c\"", "ä"), "8:\\u00e4");
    assert_eq!(at("e: |\n  sum(\n    up\n  )\n", "up"), "16:up");
    assert_eq!(at("e: >\n  sum(\n  up)\n", "sum( up"), "7:sum(\n  up");
    assert_eq!(at("e: >-\r\n  sum(\r\n  up)\r\n", "up"), "17:up");
    assert_eq!(at("e: a\n  b\n\n  c", "b\nc"), "7:b\n\n  c");
    assert_eq!(at("- |2\n    deep\n  x\n", "deep"), "9:deep");
    assert_eq!(at("--- |\nabc\ndef\n", "def"), "10:def");
}

#[test]
fn an_empty_range_is_where_text_goes() {
    let (sources, root) = load_as("e: |\n  a\n  b\n", false);
    let node = root.as_ref().and_then(|root| root.get("e")).expect("e");
    let start = |range: Range<usize>| span_of(&sources, node, range);
    assert_eq!((start(0..0).start, start(0..0).end), (7, 7));
    assert_eq!((start(1..1).start, start(1..1).end), (8, 8), "the end of the first line");
    assert_eq!((start(2..2).start, start(2..2).end), (9, 9));
    assert_eq!(start(0..99), node.span, "no such range");
}

#[test]
fn what_is_not_written_has_the_whole_place() {
    let (sources, root) = load_as("e: abc", false);
    let mut node = root.and_then(|root| root.get("e").cloned()).expect("e");
    node.style = Style::Synthetic;
    assert_eq!(span_of(&sources, &node, 0..1), node.span);
    node.style = Style::Plain;
    if let Value::Scalar(scalar) = &mut node.value {
        scalar.text = "other".into();
    }
    assert_eq!(span_of(&sources, &node, 0..1), node.span, "text that is not the source's");
}

#[test]
fn shapes_by_hand() {
    for text in [
        "a: |\n\n\nb: 1",
        "a: |+\n\n\nb: 1",
        "a: |\n  x",
        "a: |+\n  x\n\n\n",
        "a: |-\n  x\n\n\n",
        "a: |+2\n    x\n\n\n  y\n",
        "a: >\n  x\n   y\n\n  z\n\n\n  w\n",
        "a: >1-\n  x\n y\n",
        "a: >\n\n\n  x\n  \n  y\n",
        "a: |\n  x\n     \n  \n",
        "a: >\n  x\n  \ty\n",
        "- - |\n    x\n- >+\n   y\n\n",
        "? |\n  k\n: v\n",
        "a:\n  # c |\n  | # d\n  x\n",
        "a: &q |\n  x\n",
        "a: !!str >\n  x\n  y\n",
        "--- |\nabc\n---x\n\n",
        "a: 'x\n\n   y  \n  z'",
        "a: \"x \\\n   y\\\n\n  z  \n  w\"",
        "a: \"\\0\\a\\b\\t\\n\\v\\f\\r\\e\\ \\\"\\/\\\\\\N\\_\\L\\P\\x41\\u00e4\\U0001F600\\ud83d\\ude00\\\t\"",
        "a: b\r\n  c\r\n\r\n  d\r\nb: |\r\n  x\r\n\r\n  y\r\n",
        "{a: b\n c, 'd': \"e\n f\"}",
        "a: |\n  ä😀\n  ß\n",
    ] {
        assert!(check(text, false) > 0, "{text:?} holds no scalar");
    }
    assert!(check(r#"{"a": "x\ud83d\ude00\n\"\\\/y", "b": [1.5, null, "ä"]}"#, true) == 4);
}

fn document_of(style: &'static str) -> BoxedStrategy<String> {
    let text = |atoms: &'static [&'static str]| {
        prop::collection::vec(prop::sample::select(atoms), 0..12).prop_map(|atoms| atoms.concat())
    };
    match style {
        "single" => text(&["a", "b c", "''", " ", "\t", "\n  ", "\r\n ", "\n\n  ", "ä", "😀", ":", " #x", "\\", "\""])
            .prop_map(|inner| format!("k: '{inner}'\nz: 1\n"))
            .boxed(),
        "double" => text(&[
            "a",
            "b",
            " ",
            "\t",
            "\n  ",
            "\r\n\r\n ",
            "\\\n  ",
            "\\\r\n\n ",
            "\\n",
            "\\\"",
            "\\u00e4",
            "\\ud83d\\ude00",
            "\\x41",
            "\\ ",
            "'",
            "ä",
        ])
        .prop_map(|inner| format!("k: \"{inner}\"\nz: 1\n"))
        .boxed(),
        "plain" => text(&["a", "b", " ", "\t", "\n  ", "\r\n   ", "\n\n  ", "ä", "(", ":b", "#", "'", "\"", "|"])
            .prop_map(|inner| format!("k: x{inner}\nz: 1\n"))
            .boxed(),
        "json" => text(&["a", " ", "\\n", "\\\"", "\\\\", "\\/", "\\u00e4", "\\ud83d\\ude00", "ä", "'", "#"])
            .prop_map(|inner| format!("{{\"k\": \"{inner}\"}}"))
            .boxed(),
        _ => (
            prop::sample::select(&["|", ">"][..]),
            prop::sample::select(&["", "+", "-", "2", "2-", "+1", " # c"][..]),
            prop::collection::vec(
                prop::sample::select(&["", " ", "  ", "   ", "  a", "  b c ", "   d", "  \te", "  ä", "  # x", "  - y"][..]),
                0..9,
            ),
            prop::sample::select(&["\n", "\r\n"][..]),
            any::<bool>(),
            prop::sample::select(&["k: ", "- ", "- k: ", "--- "][..]),
        )
            .prop_map(|(sign, indicators, lines, newline, end, parent)| {
                let mut text = format!("{parent}{sign}{indicators}{newline}{}", lines.join(newline));
                if end {
                    text.push_str(newline);
                }
                text
            })
            .boxed(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn single(text in document_of("single")) { check(&text, false); }

    #[test]
    fn double(text in document_of("double")) { check(&text, false); }

    #[test]
    fn plain(text in document_of("plain")) { check(&text, false); }

    #[test]
    fn json_strings(text in document_of("json")) { prop_assert_eq!(check(&text, true), 1); }

    #[test]
    fn block(text in document_of("block")) { check(&text, false); }
}

/// Applies an edit of the first scalar and reads the result.
fn edited(text: &str, json_text: bool, range: Range<usize>, new_text: &str) -> Option<(String, String, String)> {
    let (sources, root) = load_as(text, json_text);
    let root = root?;
    let mut found = Vec::new();
    scalars(&root, &mut found);
    let (node, scalar) = *found.first()?;
    let edit = edit(&sources, node, range.clone(), new_text)?;
    let mut wanted = scalar.text.clone();
    wanted.replace_range(range, new_text);
    let mut changed = text.to_owned();
    changed.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    let (_, root) = load_as(&changed, json_text);
    let mut found = Vec::new();
    let root = root.unwrap_or_else(|| panic!("{changed:?} is broken"));
    scalars(&root, &mut found);
    Some((changed, found[0].1.text.clone(), wanted))
}

fn edit_text(text: &str, old: &str, new: &str) -> Option<String> {
    let (_, root) = load_as(text, false);
    let mut found = Vec::new();
    let root = root.expect("a document");
    scalars(&root, &mut found);
    let start = found[0].1.text.find(old).expect("the old text");
    let (changed, read, wanted) = edited(text, false, start..start + old.len(), new)?;
    assert_eq!(read, wanted, "{changed:?}");
    Some(changed)
}

#[test]
fn writes_in_the_style_of_the_scalar() {
    let edit = |text, old, new| edit_text(text, old, new).unwrap_or_default();
    assert_eq!(edit("e: rate(x[5m])", "x", "y{job=\"a\"}"), "e: rate(y{job=\"a\"}[5m])", "brackets are plain here");
    assert_eq!(edit("e: up", "up", "up{job=\"a\"}"), "e: 'up{job=\"a\"}'", "brackets may not be plain here");
    assert_eq!(edit("{e: up}", "up", "a, b"), "{e: 'a, b'}");
    assert_eq!(edit("e: up", "up", "a: b"), "e: 'a: b'");
    assert_eq!(edit("e: up", "up", "5"), "e: '5'");
    assert_eq!(edit("e: up", "up", "- x"), "e: '- x'");
    assert_eq!(edit("e: up", "up", "a\nb"), "e: \"a\\nb\"");
    assert_eq!(edit("e: 'up'", "up", "it's"), "e: 'it''s'");
    assert_eq!(edit("e: \"up\"", "up", "a\"\\d\n"), "e: \"a\\\"\\\\d\\n\"");
    assert_eq!(edit("e: |\n  sum(up)\n  > 1\n", "up", "x{a=\"b\"}"), "e: |\n  sum(x{a=\"b\"})\n  > 1\n");
    assert_eq!(edit("e: |\r\n  a\r\n", "a", "a\n\nb"), "e: |\r\n  a\r\n\r\n  b\r\n");
    assert_eq!(edit("e: >\n  sum(up)\n  > 1\n", "sum(up) >", "max(up) >"), "e: >\n  max(up) > 1\n");
}

#[test]
fn refuses_what_is_not_safe() {
    assert_eq!(edit_text("e: |\n  a\n", "a", " a"), None, "the first line decides the indentation");
    assert_eq!(edit_text("e: |\n  a\n", "a", "a\u{7}"), None);
    assert_eq!(edit_text("e: >\n  a\n", "a", "a\nb"), None);
    assert_eq!(edit_text("e: |\n  a\n  b\n", "a\nb", "a\n b"), Some("e: |\n  a\n   b\n".into()));
    assert_eq!(edit_text("e: |\n", "", "a\nb"), None, "an empty text has no indentation");
    let (sources, root) = load_as("e:\n", false);
    let node = root.and_then(|root| root.get("e").cloned()).expect("e");
    assert_eq!(super::edit(&sources, &node, 0..0, "x"), None, "nothing is written there");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is put where: either it is refused, or the file then says just that.
    #[test]
    fn an_edit_says_what_was_asked(
        text in prop_oneof![document_of("single"), document_of("double"), document_of("plain"), document_of("block")],
        from in 0usize..12, length in 0usize..5, new_text in "[a'\" \\\\\n\t:#,{}\\[\\]äé-]{0,6}"
    ) {
        let (_, root) = load_as(&text, false);
        let Some(root) = root else { return Ok(()) };
        let mut found = Vec::new();
        scalars(&root, &mut found);
        let Some((_, scalar)) = found.first() else { return Ok(()) };
        let range = from..from + length;
        if scalar.text.get(range.clone()).is_none() {
            return Ok(());
        }
        if let Some((changed, read, wanted)) = edited(&text, false, range, &new_text) {
            prop_assert_eq!(read, wanted, "{:?} became {:?}", text, changed);
        }
    }

    #[test]
    fn an_edit_in_json_is_always_possible(text in document_of("json"), new_text in any::<String>()) {
        let (_, read, wanted) = edited(&text, true, 0..0, &new_text).expect("an edit");
        prop_assert_eq!(read, wanted);
    }
}
