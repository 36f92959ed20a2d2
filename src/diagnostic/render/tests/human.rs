use super::{Sample, sample, written};
use crate::diagnostic::render::human::{Options, write};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceKind, Sources, Span};

fn draw(sample: &Sample, width: usize) -> String {
    written(|out| write(&sample.report(), Options { colour: false, width }, out))
}

#[test]
fn what_a_person_sees() {
    insta::assert_snapshot!(draw(&sample(), 100));
}

#[test]
fn colour_only_when_asked_for() {
    let sample = sample();
    assert!(!draw(&sample, 80).contains('\u{1b}'));
    let coloured = written(|out| write(&sample.report(), Options { colour: true, width: 80 }, out));
    assert!(coloured.contains("\u{1b}["));
    assert_eq!(coloured.lines().last(), Some("3 errors, 2 warnings, 1 note in 3 files"));
}

#[test]
fn a_long_line_is_cut_around_its_marks() {
    let text = format!("{}broken{}other{}", "a".repeat(500_000), "b".repeat(300), "ü".repeat(200_000));
    let mut sources = Sources::default();
    let id = sources.add("board.json", text.as_str(), SourceKind::File);
    let at = |word: &str| text.find(word).map(|start| Span::new(id, start, start + word.len())).unwrap();
    let diagnostics = vec![Diagnostic::error("dashboard/x", at("broken"), "x").label(at("other"), "because of this")];
    let drawn = draw(&Sample { sources, diagnostics }, 80);
    insta::assert_snapshot!(drawn);
    assert!(drawn.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn odd_places() {
    let mut sources = Sources::default();
    let id = sources.add("a.yml", "\tkey: |\n  one\n\n  two\n  three\n  four\n\u{1b}[2Jend\r\n漢字: x", SourceKind::File);
    let all = "\tkey: |\n  one\n\n  two\n  three\n  four\n\u{1b}[2Jend\r\n漢字: x";
    let at = |word: &str| all.find(word).map(|start| Span::new(id, start, start + word.len())).unwrap();
    let diagnostics = vec![
        Diagnostic::new("a/tab", Severity::Info, at("key"), "behind a tab"),
        Diagnostic::error("a/long", at("|\n  one\n\n  two\n  three\n  four"), "more lines than are marked"),
        Diagnostic::error("a/few", at("one\n\n  two"), "a few lines"),
        Diagnostic::error("a/empty", Span::new(id, 14, 14), "an empty line"),
        Diagnostic::error("a/escape", at("end\r\n"), "an escape sequence and a line break"),
        Diagnostic::error("a/end", Span::new(id, all.len(), all.len()), "the end of the file"),
        Diagnostic::error("a/wide", at("字"), "a wide character"),
        Diagnostic::error("a/beyond", Span::new(id, 9_000, 9_001), "beyond the end"),
    ];
    insta::assert_snapshot!(draw(&Sample { sources, diagnostics }, 80));
}

#[test]
fn repetitions_are_listed() {
    let text: String = (0..60).map(|n| format!("expr_{n}: metric_{n}\n")).collect();
    let mut sources = Sources::default();
    let id = sources.add("rules.yml", text.as_str(), SourceKind::File);
    let mut diagnostics: Vec<Diagnostic> = text
        .match_indices("metric_")
        .map(|(at, _)| {
            Diagnostic::error(
                "promql/unknown-metric",
                Span::new(id, at, at + 8),
                format!("`{}` does not exist", &text[at..at + 8]),
            )
        })
        .collect();
    diagnostics.insert(30, Diagnostic::warning("alert/missing-for", Span::new(id, 0, 4), "something else"));
    let sample = Sample { sources, diagnostics };
    let drawn = draw(&sample, 80);
    insta::assert_snapshot!(drawn);
    let some = Sample { sources: sample.sources.clone(), diagnostics: sample.diagnostics[..5].to_vec() };
    assert!(!draw(&some, 80).contains("more of this kind"));
}

#[test]
fn of_many_marks_some_are_drawn() {
    let text = "x\n".repeat(200);
    let mut sources = Sources::default();
    let id = sources.add("a.yml", text.as_str(), SourceKind::File);
    let mut diagnostic = Diagnostic::error("a/b", Span::new(id, 0, 1), "x");
    for n in 1..100 {
        diagnostic = diagnostic.label(Span::new(id, n * 2, n * 2 + 1), "again");
    }
    let drawn = draw(&Sample { sources, diagnostics: vec![diagnostic] }, 80);
    assert!(drawn.contains("92 further places not shown"), "{drawn}");
}
