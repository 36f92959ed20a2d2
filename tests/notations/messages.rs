//! What is said of a text that is no JSON.

use optiinfra_gen::load::json;
use optiinfra_gen::source::{SourceKind, Sources};

/// Place, message and help of the one finding.
fn one(text: &str) -> String {
    let mut sources = Sources::default();
    let source = sources.add("t.json", text, SourceKind::File);
    let parsed = json::parse(source, text);
    assert_eq!(parsed.diagnostics.len(), 1, "{text:?}: {:?}", parsed.diagnostics);
    let finding = &parsed.diagnostics[0];
    let at = sources.position(finding.span.unwrap());
    let under = sources.text(finding.span.unwrap());
    format!("{}:{} `{under}` {} ({})", at.line, at.column, finding.message, finding.help.clone().unwrap_or_default())
}

#[test]
fn each_mistake_is_explained() {
    for (text, expected) in [
        ("{\"a\": 1,}", "1:8 `,` a comma follows the last item (remove it: JSON allows none)"),
        ("[1,,2]", "1:4 `,` a second comma stands where a value is expected (remove one of the two)"),
        (
            "{\"a\": 1,, \"b\": 2}",
            "1:9 `,` a second comma stands where a key in double quotes is expected (remove one of the two)",
        ),
        (
            "{\"a\": 1 // why\n}",
            "1:9 `// why` a comment stands in the text (JSON has no comments; in YAML they are written with `#`)",
        ),
        (
            "{ /* why */ \"a\": 1}",
            "1:3 `/* why */` a comment stands in the text (JSON has no comments; in YAML they are written with `#`)",
        ),
        ("# why\n{}", "1:1 `# why` a comment stands in the text (JSON has no comments; in YAML they are written with `#`)"),
        ("{\"a\": NaN}", "1:7 `NaN` JSON has no number `NaN` (leave the field out, or write null)"),
        (
            "{\"a\": -Infinity}",
            "1:7 `-Infinity` JSON has no number `-Infinity` (a field of a spec that takes infinity takes the text \"-.inf\")",
        ),
        (
            "{\"a\": Infinity}",
            "1:7 `Infinity` JSON has no number `Infinity` (a field of a spec that takes infinity takes the text \".inf\")",
        ),
        ("{\"a\": .inf}", "1:7 `.inf` JSON has no number `.inf` (a field of a spec that takes infinity takes the text \".inf\")"),
        ("{\"a\": True}", "1:7 `True` `True` is no JSON value (write true)"),
        ("{\"a\": None}", "1:7 `None` `None` is no JSON value (write null)"),
        ("{\"a\": up}", "1:7 `up` `up` is no JSON value (put text into double quotes)"),
        ("{\"a\": 5m}", "1:7 `5m` `5m` is no JSON number (put text into double quotes)"),
        ("{\"a\": 012}", "1:7 `012` `012` is no JSON number (remove the leading zero, or put text into double quotes)"),
        ("{\"a\": .5}", "1:7 `.5` `.5` is no JSON number (write digits on both sides of the point)"),
        ("{\"a\": 5.}", "1:7 `5.` `5.` is no JSON number (write digits on both sides of the point)"),
        ("{\"a\": +5}", "1:7 `+5` `+5` is no JSON number (remove the sign)"),
        ("{\"a\": 0x1F}", "1:7 `0x1F` `0x1F` is no JSON number (write it with decimal digits)"),
        ("{'a': 1}", "1:2 `'` `'` stands where a key in double quotes is expected (JSON puts text into double quotes)"),
        ("{a: 1}", "1:2 `a` `a` stands where a key in double quotes is expected (write \"a\")"),
        (
            "{\"a\": \"\\ud83d\"}",
            "1:8 `\\ud83d` the escape \\ud83d is the first half of a character (its second half, \\udc00 to \\udfff, has to follow; or write the character itself)",
        ),
        (
            "{\"a\": \"\\ude00\"}",
            "1:8 `\\ude00` the escape \\ude00 is the second half of a character (its first half, \\ud800 to \\udbff, has to stand before it; or write the character itself)",
        ),
        ("\u{feff}{}", "1:1 `\u{feff}` a byte order mark stands in the text (remove it)"),
        ("{\"a\": 1, \"a\": 2}", "1:10 `\"a\"` the key `a` is here twice (rename or remove one of the two)"),
        ("{\"a\": \"x\ny\"}", "1:7 `\"` the quote is not closed on its line (write a line break as \\n)"),
        ("{\"a\": \"\\d\"}", "1:8 `\\d` `\\d` is no JSON escape (write a backslash as \\\\)"),
        ("{\"a\": 1", "1:8 `` the end of the text stands where `,` or `}` is expected ()"),
        ("{\"a\" 1}", "1:6 `1` `1` stands where `:` is expected ()"),
        ("{\"a\": 1 \"b\": 2}", "1:9 `\"` `\"` stands where `,` or `}` is expected (put a comma between the two)"),
        ("[1 2]", "1:4 `2` `2` stands where `,` or `]` is expected (put a comma between the two)"),
        ("{\"a\": 1]", "1:8 `]` `]` stands where `,` or `}` is expected ()"),
        ("{} {}", "1:4 `{` `{` stands where the end of the text is expected (a file holds one value)"),
        ("services:\n  api: 1\n", "1:1 `services` `services` is no JSON value (the text looks like YAML: call the file .yaml)"),
    ] {
        assert_eq!(one(text), expected, "{text}");
    }
    let deep = one(&"[".repeat(100_000));
    assert!(deep.starts_with("1:101 `[` lists and objects are nested deeper than 100 levels (is a bracket not closed"), "{deep}");
}
