use proptest::prelude::*;

use crate::template::{Dialect, ErrorKind, Node, inspect, parse};

fn read(text: &str) -> usize {
    let parsed = parse(text);
    let inspected = inspect(&parsed.template, Dialect::PrometheusAlert);
    for error in parsed.errors.iter().chain(&inspected.failures) {
        assert!(text.get(error.span.start..error.span.end).is_some(), "{:?} of {text:?}", error.span);
        assert!(!error.message.is_empty() && !error.message.ends_with('.'));
        assert!(error.labels.iter().all(|label| text.get(label.span.start..label.span.end).is_some()));
    }
    for found in &inspected.uses {
        assert!(text.get(found.span.start..found.span.end).is_some(), "{:?} of {text:?}", found.span);
        assert!(text.get(found.name_span.start..found.name_span.end).is_some(), "{:?} of {text:?}", found.name_span);
    }
    parsed.errors.len()
}

#[test]
fn nesting_ends_somewhere() {
    for (open, close) in [
        ("{{ if . }}", "{{ end }}"),
        ("{{ range . }}", "{{ end }}"),
        ("{{ with . }}", "{{ end }}"),
        ("{{ block \"a\" . }}", "{{ end }}"),
    ] {
        let fine = open.repeat(90) + &close.repeat(90);
        assert!(!parse(&fine).errors.iter().any(|error| error.kind == ErrorKind::TooDeep));
        let deep = open.repeat(50_000) + &close.repeat(50_000);
        assert_eq!(parse(&deep).errors.iter().filter(|error| error.kind == ErrorKind::TooDeep).count(), 1);
        read(&deep);
    }
    let parens = format!("{{{{ {}1{} }}}}", "(".repeat(50_000), ")".repeat(50_000));
    assert_eq!(parse(&parens).errors[0].kind, ErrorKind::TooDeep);
}

#[test]
fn a_long_chain_of_conditions_is_not_deep() {
    let text = format!("{{{{ if $value }}}}{}{{{{ end }}}}", "{{ else if $labels.job }}x".repeat(20_000));
    assert_eq!(read(&text), 0);
    let Node::Branch(branch) = &parse(&text).template.body[0] else { panic!("no branch") };
    assert_eq!(branch.arms.len(), 20_001);
}

// Each of these would take minutes if the time grew with the square of the length.
#[test]
fn long_texts_are_read_in_one_go() {
    let declared: String = (0..20_000).map(|n| format!("{{{{ $a{n} := $labels }}}}{{{{ $a{n}.x }}}}")).collect();
    assert_eq!(read(&declared), 0);
    let defined: String =
        (0..10_000).map(|n| format!("{{{{ define \"t{n}\" }}}}{{{{ template \"t{}\" . }}}}{{{{ end }}}}", n + 1)).collect();
    read(&(defined + "{{ template \"t0\" . }}"));
    let twice: String = (0..60)
        .map(|n| {
            format!("{{{{ define \"t{n}\" }}}}{{{{ template \"t{0}\" . }}}}{{{{ template \"t{0}\" $ }}}}{{{{ end }}}}", n + 1)
        })
        .collect();
    read(&(twice + "{{ template \"t0\" . }}"));
    for unit in [
        "{{",
        "}}",
        "{",
        "{{ ",
        "{{ \"",
        "{{ `",
        "{{ '\\",
        "{{ ! ",
        "{{ $x ",
        "{{/*",
        "{{- ",
        " -}}",
        "{{ end }}",
        "{{ else }}",
        "{{ . | ",
        "{{ .a.b.c }}",
        "\n",
    ] {
        read(&unit.repeat(100_000));
    }
    let queries: String = (0..2_000).map(|n| format!("{{{{ template \"t\" query \"up{n}\" }}}}")).collect();
    read(&format!("{{{{ define \"t\" }}}}{}{{{{ end }}}}{queries}", "{{ $.x }}".repeat(5_000)));
}

fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "{{", "}}", "{{-", "-}}", " ", "if", "else", "end", "range", "with", "define", "template", "block", "$labels", "$x",
        ":=", "=", ",", "|", "(", ")", ".", ".Labels", ".job", "index", "query", "first", "label", "\"up\"", "\"", "`", "'",
        "'a'", "1.5", "0x", "/*", "*/", "\\", "é", "💥", "\n", "text", "\u{a0}", "and", "nil", "true", "break",
    ]);
    prop_oneof![8 => known.prop_map(str::to_owned), 1 => any::<String>(), 1 => any::<char>().prop_map(String::from)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_text_makes_it_panic(pieces in prop::collection::vec(piece(), 0..40)) {
        read(&pieces.concat());
        read(&format!("{{{{ {} }}}}", pieces.join(" ")));
    }

    #[test]
    fn what_is_copied_and_what_is_not_cover_the_text_in_order(pieces in prop::collection::vec(piece(), 0..30)) {
        let text = pieces.concat();
        let mut last = 0;
        for node in parse(&text).template.body {
            let span = match node {
                Node::Text { span } | Node::Comment { span } | Node::Action { span, .. } | Node::Break { span } | Node::Continue { span } => span,
                Node::Branch(branch) => branch.span,
                Node::Range(range) => range.span,
                Node::Call(call) => call.span,
            };
            prop_assert!(span.start >= last && span.end > span.start, "{:?}", text);
            last = span.end;
        }
    }
}
