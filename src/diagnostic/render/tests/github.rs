use super::{sample, written};
use crate::diagnostic::render::{Report, github};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceKind, Sources, Span};

#[test]
fn commands_that_the_runner_understands() {
    let sample = sample();
    let text = written(|out| github::write(&sample.report(), out));
    let expected = [
        "::error file=rules/disk use.yml,line=5,col=15,endColumn=19,title=promql/rate-on-gauge::`rate` of a gauge%0Arules/disk use.yml:5:20: a gauge%0Apack:node_exporter@1.9:2:38: declared here%0Ahelp: use `deriv`, or compare the value itself",
        "::warning file=rules/disk use.yml,line=4,col=16,endColumn=24,title=alert/missing-for::the alert has no `for`: 100%25, always%0D%0Anow",
        "::notice file=rules/disk use.yml,line=4,endLine=5,title=alert/untested::nothing tests this",
        "::error title=promql/syntax-error::the expression ends too early",
        "::warning file=specs/main.jsonnet,line=1,title=spec/unknown-field::`a` is not a field",
        "::error title=service/no-targets::nothing is scraped",
        "3 errors, 2 warnings, 1 note in 3 files",
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn nothing_in_a_name_or_a_message_ends_the_command() {
    let mut sources = Sources::default();
    let id = sources.add("a,b:c%\n::stop-commands::x", "one\ntwo\n", SourceKind::File);
    let diagnostics = [
        Diagnostic::error("a/b", Span::new(id, 0, 4), "x\n::set-output name=a::b"),
        Diagnostic::new("a/b", Severity::Info, Span::new(id, 0, 8), ""),
        Diagnostic::error("a/b", Span::new(id, 3, 3), ""),
    ];
    let text = written(|out| github::write(&Report { diagnostics: &diagnostics, sources: &sources }, out));
    let file = "file=a%2Cb%3Ac%25%0A%3A%3Astop-commands%3A%3Ax";
    let expected = [
        format!("::error {file},line=1,col=1,title=a/b::x%0A::set-output name=a::b"),
        format!("::notice {file},line=1,endLine=2,title=a/b::"),
        format!("::error {file},line=1,col=4,title=a/b::"),
        "2 errors, 1 note in 1 file".to_owned(),
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
}
