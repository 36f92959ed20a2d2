//! The GitHub Action, as a runner calls it: the steps of `action.yml` are `scripts/action.sh`, and this runs them with a runner's variables.

use crate::tool::{Run, root, run};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Runner {
    folder: tempfile::TempDir,
}

impl Runner {
    fn new() -> Self {
        let runner = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(runner.path("work/specs")).unwrap();
        fs::create_dir_all(runner.path("temp")).unwrap();
        fs::copy(root().join("examples/minimal/specs/stack.yaml"), runner.path("work/specs/stack.yaml")).unwrap();
        let build = run(Command::new(env!("CARGO_BIN_EXE_optiinfra-gen")).arg("build").current_dir(runner.path("work")));
        build.accepted("the first build");
        runner
    }

    fn path(&self, within: &str) -> PathBuf {
        self.folder.path().join(within)
    }

    fn step(&self, step: &str, settings: &[(&str, &str)]) -> Run {
        let ours = Path::new(env!("CARGO_BIN_EXE_optiinfra-gen")).parent().unwrap();
        let path = std::env::var_os("PATH").unwrap();
        let path = std::env::join_paths([ours.to_owned()].into_iter().chain(std::env::split_paths(&path))).unwrap();
        let mut command = Command::new(root().join("scripts/action.sh"));
        command.arg(step).current_dir(self.path("work")).env("PATH", path).env("RUNNER_TEMP", self.path("temp"));
        for file in ["GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"] {
            command.env(file, self.path(file));
        }
        run(command.envs(settings.iter().copied()))
    }

    fn check(&self, specs: &str, out: &str) -> Run {
        self.step("check", &[("SPECS", specs), ("OUT", out), ("ENVIRONMENT", ""), ("FAIL_ON", "error")])
    }

    fn output(&self, name: &str) -> String {
        let outputs = fs::read_to_string(self.path("GITHUB_OUTPUT")).unwrap();
        let value = outputs.lines().rev().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        value.unwrap_or_else(|| panic!("no {name} in {outputs}")).to_owned()
    }

    fn verdict(&self) -> Run {
        self.step("verdict", &[("FINDINGS", &self.output("findings")), ("DRIFT", &self.output("drift"))])
    }

    fn edit(&self, from: &str, to: &str) {
        let file = self.path("work/specs/stack.yaml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(file, text.replace(from, to)).unwrap();
    }
}

#[test]
fn a_good_change_passes() {
    let runner = Runner::new();
    runner.step("install", &[]).accepted("install");
    runner.check("specs", "generated").accepted("check");
    runner.verdict().accepted("verdict");
    let sarif: serde_json::Value = serde_json::from_str(&fs::read_to_string(runner.output("sarif")).unwrap()).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert!(fs::read_to_string(runner.path("GITHUB_STEP_SUMMARY")).unwrap().contains("is what the spec compiles to"));
}

#[test]
fn findings_are_annotated_and_fail_at_the_end() {
    let runner = Runner::new();
    runner.edit("sum by (status) (rate(checkout_orders_total", "sum by (status) (rate(checkout_order_total");
    let check = runner.check("specs", "generated").accepted("check");
    assert!(check.output.contains("::error file=specs/stack.yaml,line="), "{}", check.output);
    let verdict = runner.verdict();
    assert_eq!(verdict.code, Some(1), "{}", verdict.output);
    assert!(fs::read_to_string(runner.output("sarif")).unwrap().contains("promql/unknown-metric"));
}

#[test]
fn drift_is_annotated_and_fails_at_the_end() {
    let runner = Runner::new();
    runner.edit("above: 5%", "above: 6%");
    let check = runner.check("specs", "generated").accepted("check");
    assert!(check.output.contains("::error file=generated/prometheus/alerts.yml"), "{}", check.output);
    let verdict = runner.verdict();
    assert_eq!(verdict.code, Some(1), "{}", verdict.output);
    runner.check("specs", "").accepted("check without drift");
    runner.verdict().accepted("verdict without drift");
}

#[test]
fn what_cannot_be_read_fails_at_once() {
    let runner = Runner::new();
    let check = runner.check("nowhere; touch injected", "generated");
    assert_eq!(check.code, Some(2), "{}", check.output);
    assert!(!runner.path("work/injected").exists());
}

#[test]
fn the_action_calls_nothing_else() {
    let action = fs::read_to_string(root().join("action.yml")).unwrap();
    let scripts: Vec<&str> = action.lines().filter(|line| line.contains("scripts/")).map(str::trim).collect();
    let steps = ["install", "check", "verdict"].map(|step| format!("\"$GITHUB_ACTION_PATH/scripts/action.sh\" {step}"));
    assert_eq!(scripts, steps);
    // A value of an input inside a script is run by the shell; as a variable it is text.
    let runs: Vec<&str> = action.split("run: |").skip(1).collect();
    assert!(runs.iter().all(|run| !run.lines().take_while(|line| !line.contains("- name:")).any(|line| line.contains("${{"))));
}

/// The container is built from the files that `.containerignore` lets through: all that the program is compiled from must be among them.
#[test]
fn the_container_gets_every_file_that_the_program_is_made_of() {
    let ignore = fs::read_to_string(root().join(".containerignore")).unwrap();
    let let_through: Vec<&str> = ignore.lines().filter_map(|line| line.strip_prefix('!')).collect();
    let containerfile = fs::read_to_string(root().join("Containerfile")).unwrap();
    let copies: String = containerfile.lines().filter(|line| line.starts_with("COPY ")).collect();
    assert!(let_through.iter().all(|name| copies.contains(name)), "{copies}");
    // What the compiler says that it read of this crate, its library and its program.
    let deps = Path::new(env!("CARGO_BIN_EXE_optiinfra-gen")).with_file_name("deps");
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(deps).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if name.starts_with("optiinfra_gen-") && name.ends_with(".d") {
            let text = fs::read_to_string(entry.path()).unwrap();
            files.extend(text.lines().filter_map(|line| line.strip_suffix(':')).map(PathBuf::from));
        }
    }
    assert!(files.len() > 100, "{files:?}");
    for file in files {
        let file = file.strip_prefix(root()).unwrap_or(&file);
        // Those elsewhere are not this crate's, and the lints' settings are not the program's.
        if file.is_absolute() || file == Path::new("clippy.toml") {
            continue;
        }
        assert!(let_through.iter().any(|name| file.starts_with(name)), "{} is not let through", file.display());
    }
}
