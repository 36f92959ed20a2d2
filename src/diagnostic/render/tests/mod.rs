mod github;
mod hostile;
#[cfg(feature = "cli")]
mod human;
mod json;
mod sarif;

use super::super::{Applicability, Diagnostic, Edit};
use super::Report;
use crate::source::{SourceId, SourceKind, Sources, Span};

const RULES: &str = "groups:\n  - name: disk\n    rules:\n      - alert: DiskFüll\n        expr: rate(node_filesystem_free_bytes[5m]) < 5\n        labels: {severity: warning}\n";

/// Texts and findings of every form.
struct Sample {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
}

impl Sample {
    fn report(&self) -> Report<'_> {
        Report { diagnostics: &self.diagnostics, sources: &self.sources }
    }
}

fn find(sources: &Sources, id: SourceId, text: &str) -> Span {
    let start = sources.get(id).text.find(text).unwrap();
    Span::new(id, start, start + text.len())
}

fn sample() -> Sample {
    let mut sources = Sources::default();
    let rules = sources.add("rules/disk use.yml", RULES, SourceKind::File);
    let pack =
        sources.add("pack:node_exporter@1.9", "metrics:\n  node_filesystem_free_bytes: {type: gauge}\n", SourceKind::Embedded);
    let argument = sources.add("<argument>", "sum(", SourceKind::Argument);
    let produced = sources.add("specs/main.jsonnet", "{\"a\": 1}", SourceKind::Evaluated);
    sources.add("specs/clean.yaml", "stack: {}\n", SourceKind::File);
    let call = find(&sources, rules, "rate(node_filesystem_free_bytes[5m])");
    let diagnostics = vec![
        Diagnostic::error("promql/rate-on-gauge", find(&sources, rules, "rate"), "`rate` of a gauge")
            .label(find(&sources, rules, "node_filesystem_free_bytes"), "a gauge")
            .label(find(&sources, pack, "gauge"), "declared here")
            .help("use `deriv`, or compare the value itself")
            .fix(Applicability::Unsafe, vec![Edit { span: find(&sources, rules, "rate"), text: "deriv".to_owned() }]),
        Diagnostic::warning(
            "alert/missing-for",
            find(&sources, rules, "DiskFüll"),
            "the alert has no `for`: 100%, always\r\nnow",
        )
        .fix(
            Applicability::Safe,
            vec![Edit { span: Span::new(rules, call.end as usize, call.end as usize), text: "\n        for: 5m".to_owned() }],
        ),
        Diagnostic::info("alert/untested", find(&sources, rules, "- alert: DiskFüll\n        expr"), "nothing tests this"),
        Diagnostic::error("promql/syntax-error", Span::new(argument, 4, 4), "the expression ends too early"),
        Diagnostic::warning("spec/unknown-field", find(&sources, produced, "\"a\""), "`a` is not a field"),
        Diagnostic::without_place("service/no-targets", "nothing is scraped"),
    ];
    Sample { sources, diagnostics }
}

fn written(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_sum_counts_files_and_not_packs() {
    assert_eq!(sample().report().counts().to_string(), "3 errors, 2 warnings, 1 note in 3 files");
    let nothing = Report { diagnostics: &[], sources: &Sources::default() };
    assert_eq!(nothing.counts().to_string(), "no findings in 0 files");
}

#[test]
fn places_agree_with_those_of_the_source() {
    let text = "aä\n\n€uro 💶 x\r\nlast".repeat(90);
    let mut sources = Sources::default();
    let id = sources.add("a", text.as_str(), SourceKind::File);
    let spans: Vec<Span> =
        (0..=text.len()).filter(|byte| text.is_char_boundary(*byte)).map(|byte| Span::new(id, byte, byte)).collect();
    let places = super::place::Places::new(&sources, &[Diagnostic::error("a/b", spans[0], "x")]);
    for span in spans {
        assert_eq!(places.start(span), sources.position(span));
    }
}
