//! The tests above can fail: each real tool refuses a file that is wrong in a way a compiler could emit.

use crate::compose;
use crate::tool::{AMTOOLS, COMPOSE, PROMTOOLS, Run, Tool, root, run};
use std::path::PathBuf;
use std::process::Command;

fn bad(file: &str) -> PathBuf {
    root().join("tests/real/fixtures/bad").join(file)
}

/// Every version of a tool ends with this code, and says this.
#[track_caller]
fn refused(tools: [Tool; 2], arguments: &[&str], file: &str, code: i32, says: &str) {
    for tool in tools {
        let Some(program) = tool.find() else { continue };
        let run = run(Command::new(program).args(arguments).arg(bad(file)));
        said(&run, code, says);
    }
}

#[track_caller]
fn said(run: &Run, code: i32, says: &str) {
    assert_eq!(run.code, Some(code), "{}", run.output);
    assert!(run.output.contains(says), "does not say {says:?}\n{}", run.output);
}

#[test]
fn an_expression_with_a_syntax_error() {
    refused(PROMTOOLS, &["check", "rules", "--lint=all", "--lint-fatal"], "syntax.yml", 1, "parse error");
}

#[test]
fn the_same_rule_twice() {
    refused(PROMTOOLS, &["check", "rules", "--lint=all", "--lint-fatal"], "duplicate.yml", 3, "duplicate");
}

#[test]
fn a_field_in_the_wrong_place() {
    refused(PROMTOOLS, &["check", "config"], "misplaced-field.yml", 1, "metric_relabel_configs");
}

#[test]
fn a_rule_file_that_is_absent() {
    refused(PROMTOOLS, &["check", "config"], "absent-rule-file.yml", 1, "absent.yml");
}

#[test]
fn a_route_to_a_receiver_that_is_absent() {
    refused(AMTOOLS, &["check-config"], "absent-receiver.yml", 1, "undefined receiver");
}

#[test]
fn a_variable_that_alertmanager_does_not_expand() {
    refused(AMTOOLS, &["check-config"], "variable.yml", 1, "unsupported scheme");
}

/// Compose refuses the file beside a good base, and says this.
#[track_caller]
fn refused_by_compose(file: &str, says: &str) {
    let Some(program) = COMPOSE.find() else { return };
    let base = root().join("tests/real/fixtures/good/docker-compose.yml");
    let folder = tempfile::tempdir().unwrap();
    said(&compose::config(&program, &[&base, &bad(file)], &folder.path().join("model.json")), 1, says);
}

#[test]
fn a_network_that_no_file_declares() {
    refused_by_compose("absent-network.yml", "undefined network");
}

#[test]
fn a_variable_that_must_be_set() {
    refused_by_compose("unset-variable.yml", "GRAFANA_PASSWORD");
}
