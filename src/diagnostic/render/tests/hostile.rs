use proptest::prelude::*;

use super::{Sample, written};
use crate::diagnostic::render::{github, json, sarif};
use crate::diagnostic::{Applicability, Diagnostic, Edit};
use crate::source::{SourceKind, Sources, Span};

// For people only where that is compiled in.
#[cfg_attr(not(feature = "cli"), allow(unused_variables))]
fn all(sample: &Sample, width: usize, colours: &[bool]) -> String {
    let report = sample.report();
    let mut text = written(|out| json::write(&report, out));
    text += &written(|out| sarif::write(&report, &[], out));
    text += &written(|out| github::write(&report, out));
    #[cfg(feature = "cli")]
    for colour in colours {
        let options = crate::diagnostic::render::human::Options { colour: *colour, width };
        text += &written(|out| crate::diagnostic::render::human::write(&report, options, out));
    }
    text
}

// Each would take minutes if a finding cost as much as its file is long.
#[test]
fn many_findings_in_a_large_file() {
    let line = "  - {name: some_metric_name_that_is_long, expr: \"sum(rate(x[5m]))\", label: ö}\n";
    for text in [line.repeat(14_000), line.replace('\n', " ").repeat(14_000)] {
        let mut sources = Sources::default();
        let id = sources.add("large.yaml", text.as_str(), SourceKind::File);
        // Messages of different shapes, so that every one is drawn, and of one shape, so that they are counted.
        for shapes in [26, 1] {
            let diagnostics = text
                .match_indices("some_metric")
                .take(10_000)
                .enumerate()
                .map(|(n, (at, name))| {
                    let word: String =
                        (0..4).map(|digit| char::from(b'a' + u8::try_from(n / 26_usize.pow(digit) % shapes).unwrap())).collect();
                    Diagnostic::error("promql/unknown-metric", Span::new(id, at, at + name.len()), format!("{word} is unknown"))
                        .label(Span::new(id, at + 30, at + 40), "here")
                        .help("declare it")
                })
                .collect();
            let written = all(&Sample { sources: sources.clone(), diagnostics }, 100, &[false]);
            assert!(written.contains("10000 errors in 1 file"));
            assert!(written.len() < 40_000_000, "{}", written.len());
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "\n",
            "\r\n",
            "\r",
            "\t",
            " ",
            "",
            "a",
            "é",
            "💥",
            "漢字",
            "\u{1b}[31m",
            "\u{202e}",
            "\u{0}",
            "e\u{301}",
            "\u{200d}",
            "\u{7f}",
            "\u{9b}31m"
        ])
        .prop_map(str::to_owned),
        "[a-z ]{0,20}".prop_map(String::from),
        "[a-z]{300}".prop_map(String::from),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn span_in(sources: &Sources, at: (usize, usize, usize)) -> Span {
    let (id, source) = sources.iter().nth(at.0 % 2).unwrap();
    let floor = |byte: usize| source.text.floor_char_boundary(byte % (source.text.len() + 1));
    let (a, b) = (floor(at.1), floor(at.2));
    Span::new(id, a.min(b), a.max(b))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_in_a_file_breaks_a_format(
        texts in (text(), text()), message in text(), help in text(),
        places in prop::collection::vec((0usize..2, any::<usize>(), any::<usize>()), 1..12), width in 0usize..150,
    ) {
        let mut sources = Sources::default();
        sources.add(format!("a{message}.yml"), texts.0.as_str(), SourceKind::File);
        sources.add("b.yml", texts.1.as_str(), SourceKind::File);
        let spans: Vec<Span> = places.iter().map(|at| span_in(&sources, *at)).collect();
        let mut diagnostic = Diagnostic::warning("a/b", spans[0], message.clone()).help(help.clone()).fix(Applicability::Safe, vec![Edit { span: spans[0], text: help }]);
        for span in &spans[1..] {
            diagnostic = diagnostic.label(*span, message.clone());
        }
        let sample = Sample { sources, diagnostics: vec![diagnostic, Diagnostic::without_place("a/c", message)] };
        all(&sample, width, &[false, true]);
        #[cfg(feature = "cli")]
        {
            let options = crate::diagnostic::render::human::Options { colour: false, width };
            let text = written(|out| crate::diagnostic::render::human::write(&sample.report(), options, out));
            prop_assert!(!text.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'), "{:?}", text);
        }
    }
}
