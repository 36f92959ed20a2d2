//! Imports and environments as a person uses them: the program, real folders, good input and bad.

// These tests start real programs on real files, and a panic is how a test fails: the rules of the product are not for them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic)]

mod confined;
mod environments;
mod findings;
mod fix;
mod imports;
mod limits;
mod revisions;
mod watch;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A folder with files, in which the program runs.
pub(crate) struct Project {
    folder: tempfile::TempDir,
}

/// The rest of a spec that has nothing to say of itself.
pub(crate) const STACK: &str = "stack: {name: shop, servers: {prometheus: \"3.5\", alertmanager: \"0.28\", grafana: \"11.6\"}, grafana: \
                                {admin_password: {env: P}}}\nnotifications: {receivers: {team: {email: {to: team@example.com}}}, route: \
                                {receiver: team}}\n";

/// A module with a parameter that must be given and one with a default.
pub(crate) const AGENT: &str = "variables:\n  name: {type: text}\n  port: {type: number, default: 8000}\nservices:\n  \"${var.name}\": {port: \
                                \"${var.port}\", metrics: {define: {\"${var.name}_done_total\": {type: counter}}}}\n";

impl Project {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        files.iter().for_each(|(name, text)| project.put(name, text));
        project
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The exit code, standard output and standard error.
    pub(crate) fn run(&self, line: &str) -> (Option<i32>, String, String) {
        run_in(self.folder.path(), line)
    }

    /// The same, of which only the exit code and both texts together are of interest.
    pub(crate) fn says(&self, line: &str) -> (Option<i32>, String) {
        let (code, out, err) = self.run(line);
        (code, out + &err)
    }

    /// The findings of `lint`, each in a line with its labels: `file:line: rule: message | file:line label | help: ...`.
    pub(crate) fn lint(&self, arguments: &str) -> Vec<String> {
        let (code, out, err) = self.run(&format!("lint --format json {arguments}"));
        assert!(matches!(code, Some(0 | 1)), "{code:?} {err}");
        let report: Value = serde_json::from_str(&out).unwrap();
        let schema: Value = serde_json::from_str(optiinfra_gen::diagnostic::render::json::SCHEMA).unwrap();
        assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&report), "{report}");
        report["diagnostics"].as_array().unwrap().iter().map(line).collect()
    }

    /// The errors of `lint`.
    pub(crate) fn errors(&self, arguments: &str) -> Vec<String> {
        let (_, out, _) = self.run(&format!("lint --format json {arguments}"));
        let report: Value = serde_json::from_str(&out).unwrap();
        let found = report["diagnostics"].as_array().unwrap();
        found.iter().filter(|found| found["severity"] == "error").map(line).collect()
    }
}

fn line(found: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let place = |value: &Value| format!("{}:{}", text(&value["file"]), value["start"]["line"]);
    let mut line = format!("{}: {}: {}", place(found), text(&found["rule"]), text(&found["message"]));
    for label in found["labels"].as_array().unwrap() {
        line.push_str(&format!(" | {} {}", place(label), text(&label["message"])));
    }
    if let Some(help) = found["help"].as_str() {
        line.push_str(&format!(" | help: {help}"));
    }
    line
}

/// Runs the program with the words of a line.
pub(crate) fn run_in(folder: &Path, line: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_optiinfra-gen"));
    command.current_dir(folder).args(line.split_whitespace()).env("COLUMNS", "160").env("GIT_CONFIG_NOSYSTEM", "1");
    let run = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (run.status.code(), text(run.stdout), text(run.stderr))
}
