//! The documentation of `docs/`: generated pages are what the types say, links lead somewhere, examples are read by the compiler, and
//! every command of the tutorial is run.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` writes the generated pages and the outputs of the commands anew.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on is to stop")]
#![expect(clippy::disallowed_methods, reason = "the tests look which files there are, and run commands")]

mod command_line;
mod commands;
mod examples;
mod flow;
mod generated;
mod language;
mod links;
mod page;
mod rules;

use std::path::PathBuf;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Whether the pages are to be written instead of compared.
fn updating() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some_and(|value| !value.is_empty())
}

/// Says that a test could not do its work, past the capture of its output.
fn skip(reason: &str) {
    use std::io::Write as _;
    let _ = std::io::stderr().write_all(format!("SKIPPED: {reason}\n").as_bytes());
    assert!(std::env::var("CI").as_deref() != Ok("true"), "skipped although CI=true: {reason}");
}
