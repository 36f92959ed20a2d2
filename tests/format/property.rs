//! Made-up texts: trees with comments, written in all the ways that YAML allows.

use proptest::prelude::*;

use super::{laid_out, laid_out_within};

/// A value in brackets.
fn flow() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-z]{1,8}".prop_map(|text| text),
        "[ -~äé]{0,12}".prop_map(|text| format!("'{}'", text.replace('\'', "''"))),
        "[ -~]{0,12}".prop_map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))),
        Just("12".to_owned()),
        Just("true".to_owned()),
        Just("~".to_owned()),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..4), "[ ]{0,2}")
                .prop_map(|(items, space)| format!("[{space}{}]", items.join(&format!(",{space}")))),
            (prop::collection::vec(("[a-z]{1,5}", inner), 0..4), prop_oneof![Just(" "), Just("\n         ")]).prop_map(
                |(pairs, space)| {
                    let pairs: Vec<String> =
                        pairs.into_iter().enumerate().map(|(n, (key, value))| format!("{key}{n}: {value}")).collect();
                    format!("{{{}}}", pairs.join(&format!(",{space}")))
                }
            ),
        ]
    })
}

/// Lines of a value that goes below its key, indented to nothing.
#[derive(Debug, Clone)]
enum Block {
    Inline(String),
    Below(Vec<String>),
}

fn indented(lines: &[String], by: usize) -> Vec<String> {
    lines.iter().map(|line| if line.is_empty() { String::new() } else { format!("{:by$}{line}", "") }).collect()
}

fn comment() -> impl Strategy<Value = Option<String>> {
    prop::option::weighted(0.3, "#[ a-z]{0,6}")
}

fn block_scalar() -> impl Strategy<Value = Block> {
    (
        prop_oneof![Just("|"), Just(">"), Just("|-"), Just(">-"), Just("|+"), Just(">+")],
        prop::collection::vec("[a-z]{1,5}[ a-z#:]{0,8}|", 1..5),
        1usize..5,
    )
        .prop_map(|(header, lines, by)| {
            let mut all = vec![header.to_owned()];
            let first = lines.iter().position(|line| !line.trim().is_empty());
            if first.is_some() {
                all.extend(indented(&lines, by));
            }
            Block::Below(all)
        })
}

fn block() -> impl Strategy<Value = Block> {
    let leaf = prop_oneof![4 => flow().prop_map(Block::Inline), 1 => block_scalar(), 1 => Just(Block::Inline(String::new()))];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let entry = (comment(), comment(), any::<bool>(), inner);
        (prop::collection::vec(entry, 1..5), any::<bool>(), 1usize..5, prop::collection::vec(comment(), 0..2)).prop_map(
            |(entries, mapping, by, last)| {
                let mut lines = vec![String::new()];
                for (index, (above, beside, blank, value)) in entries.into_iter().enumerate() {
                    if blank && index > 0 {
                        lines.push(String::new());
                    }
                    lines.extend(above);
                    let lead = if mapping { format!("k{index}:") } else { "-".to_owned() };
                    let beside = beside.map(|text| format!(" {text}")).unwrap_or_default();
                    match value {
                        Block::Inline(text) => {
                            let text = format!("{lead} {text}{beside}");
                            lines.extend(
                                text.split('\n')
                                    .enumerate()
                                    .map(|(n, line)| if n == 0 { line.to_owned() } else { format!("  {line}") }),
                            );
                        }
                        Block::Below(below) => {
                            let header = below.first().cloned().unwrap_or_default();
                            lines.push(format!("{lead} {header}{beside}").trim_end().to_owned());
                            lines.extend(indented(below.get(1..).unwrap_or_default(), by));
                        }
                    }
                }
                lines.extend(last.into_iter().flatten());
                Block::Below(lines)
            },
        )
    })
}

fn text() -> impl Strategy<Value = String> {
    (block(), any::<bool>()).prop_map(|(block, windows)| {
        let text = match block {
            Block::Inline(text) => text,
            Block::Below(lines) if lines[0].is_empty() => lines[1..].join("\n"),
            Block::Below(lines) => lines.join("\n"),
        };
        if windows { text.replace('\n', "\r\n") } else { text }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    /// What `laid_out` gives has been read again and compared by itself; here it has to be a fixed point, and hardly anything may be left alone.
    #[test]
    fn made_up_texts(text in text(), width in 20usize..140) {
        match laid_out_within(&text, width) {
            Ok(once) => {
                let twice = laid_out_within(&once, width);
                prop_assert_eq!(twice.as_deref(), Ok(once.as_str()), "{}", text);
                for line in once.lines().filter(|line| !line.trim_start().starts_with('#')) {
                    prop_assert!(!line.contains('\r'));
                }
            }
            Err(findings) => prop_assert!(!findings.iter().any(|finding| finding.contains("would be another") || finding.contains("could not be read") || finding.contains("would be lost")), "{:?}\n{}", findings, text),
        }
    }

    #[test]
    fn any_bytes_at_all(text in "[-a: \n\t#|>&*!%@\"'\\[\\]{},?0-9.~+\r<]{0,40}") {
        if let Ok(once) = laid_out(&text) {
            let twice = laid_out(&once);
            prop_assert_eq!(twice.as_deref(), Ok(once.as_str()), "{:?}", text);
        }
    }
}
