//! Findings are written in every format of machines.

use std::io;

use optiinfra_gen::diagnostic::Diagnostic;
use optiinfra_gen::diagnostic::render::{Report, github, json, sarif};
use optiinfra_gen::source::Sources;

/// Writes them to nowhere.
pub(crate) fn all_formats(sources: &Sources, diagnostics: &[Diagnostic]) {
    let report = Report { diagnostics, sources };
    let written = [
        json::write(&report, &mut io::sink()),
        github::write(&report, &mut io::sink()),
        sarif::write(&report, &[], &mut io::sink()),
    ];
    assert!(written.iter().all(Result::is_ok));
}
