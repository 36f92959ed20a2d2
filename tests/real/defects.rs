//! What lint calls an error without a catalog is one: the real server, given samples, returns nothing or prints an empty text.

use std::process::Command;

use optiinfra_gen::diagnostic::Severity;
use optiinfra_gen::lint::LintSettings;
use optiinfra_gen::{pipeline, world};

use crate::tool::{PROMTOOLS, root, run};

#[test]
fn lint_finds_each() {
    let rules = root().join("tests/real/fixtures/defects/rules.yml");
    let linted = pipeline::lint(&world::OsWorld, &[rules], &[], None, &LintSettings::default()).unwrap();
    let errors = linted.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    let lines = errors.map(|found| linted.sources.get(found.span.unwrap().source).position(found.span.unwrap().start).line);
    assert_eq!(lines.collect::<Vec<u32>>(), (5..=14).collect::<Vec<u32>>(), "one error on the line of each alert");
}

#[test]
fn the_server_does_as_lint_says() {
    for tool in PROMTOOLS {
        let Some(program) = tool.find() else { continue };
        let run = run(Command::new(program).args(["test", "rules"]).arg(root().join("tests/real/fixtures/defects/tests.yml")));
        assert_eq!(run.code, Some(0), "{}", run.output);
    }
}
