//! `fmt`: what it settles, what it keeps, and that it is safe on whatever it meets.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on is to stop")]
#![expect(clippy::disallowed_methods, reason = "the test looks which files there are")]

mod cases;
mod command;
mod corpus;
mod property;

use optiinfra_gen::format::{self, Options};
use optiinfra_gen::source::{SourceKind, Sources};

/// The text laid out, or what is said of it.
fn laid_out(text: &str) -> Result<String, Vec<String>> {
    laid_out_within(text, format::WIDTH)
}

fn laid_out_within(text: &str, width: usize) -> Result<String, Vec<String>> {
    let mut sources = Sources::default();
    let source = sources.add("t.yaml", text, SourceKind::File);
    format::yaml(source, text, Options { width }).map_err(|findings| {
        findings
            .iter()
            .map(|finding| {
                let at = finding.span.map(|span| sources.position(span)).unwrap();
                format!("{}:{} {}: {}", at.line, at.column, finding.rule, finding.message)
            })
            .collect()
    })
}

/// The text laid out, which laid out once more is the same.
fn twice(text: &str) -> String {
    let once = laid_out(text).unwrap_or_else(|findings| panic!("{text:?}: {findings:?}"));
    assert_eq!(laid_out(&once).as_deref(), Ok(once.as_str()), "not the same twice: {text:?}");
    once
}
