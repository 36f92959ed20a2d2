//! `drift` and `build --check` as programs read them, and with several trees of one spec.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{program, shop};

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let run = program(folder).args(arguments).output().unwrap();
    (run.status.code(), String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr))
}

/// A tree with a difference of each kind that a person can make.
fn spoiled() -> tempfile::TempDir {
    let folder = shop();
    assert_eq!(run(folder.path(), &["build"]).0, Some(0));
    let out = folder.path().join("generated");
    fs::write(out.join("alertmanager/alertmanager.yml"), "edited: true\n").unwrap();
    fs::remove_file(out.join("prometheus/prometheus.yml")).unwrap();
    fs::write(out.join("notes.txt"), "mine\n").unwrap();
    let spec = folder.path().join("specs/stack.yaml");
    let text = fs::read_to_string(&spec).unwrap();
    fs::write(spec, text.replace("above: 5%", "above: 6%")).unwrap();
    folder
}

#[test]
fn programs_get_differences_as_findings() {
    let folder = spoiled();
    for arguments in [&["drift"][..], &["build", "--check"][..]] {
        let run = program(folder.path()).args(arguments).args(["--format", "json"]).output().unwrap();
        assert_eq!(run.status.code(), Some(3));
        let report: Value = serde_json::from_slice(&run.stdout).unwrap();
        let schema: Value = serde_json::from_str(optiinfra_gen::diagnostic::render::json::SCHEMA).unwrap();
        assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&report), "{report}");
        let found: Vec<(&str, &str)> = report["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|found| found["severity"] == "error")
            .map(|found| (found["rule"].as_str().unwrap(), found["file"].as_str().unwrap()))
            .collect();
        for wanted in [
            ("drift/edited-by-hand", "generated/alertmanager/alertmanager.yml"),
            ("drift/missing", "generated/prometheus/prometheus.yml"),
            ("drift/changed", "generated/prometheus/alerts.yml"),
            ("drift/foreign", "generated/notes.txt"),
        ] {
            assert!(found.contains(&wanted), "{wanted:?} in {found:?}");
        }
    }
    let run = program(folder.path()).args(["drift", "--format", "github"]).output().unwrap();
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(text.contains("::error file=generated/prometheus/prometheus.yml,"), "{text}");
    let run = program(folder.path()).args(["drift", "--format", "sarif"]).output().unwrap();
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert!(report["runs"][0]["results"].as_array().unwrap().iter().any(|result| result["ruleId"] == "drift/foreign"));
}

#[test]
fn people_get_a_unified_diff_and_the_cure() {
    let folder = spoiled();
    let (code, text) = run(folder.path(), &["drift"]);
    assert_eq!(code, Some(3));
    for says in ["--- generated/prometheus/alerts.yml", "+++ ", "> 0.05", "> 0.06", "help: ", "notes.txt: "] {
        assert!(text.contains(says), "{says}\n{text}");
    }
    let last = text.trim_end().lines().last().unwrap();
    assert!(last.contains("differences in generated: 1 missing"), "{last}");
}

#[test]
fn each_environment_has_a_tree_of_its_own() {
    let folder = shop();
    let environments = "environments: {production: {alerts: {OrdersRefused: {above: 2%}}}}\n";
    fs::write(folder.path().join("specs/environments.yaml"), environments).unwrap();
    assert_eq!(run(folder.path(), &["build"]).0, Some(0));
    let production = ["--env", "production", "--out", "out/production"];
    let (code, text) = run(folder.path(), &[&["build"], &production[..]].concat());
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(run(folder.path(), &["drift"]).0, Some(0));
    assert_eq!(run(folder.path(), &[&["drift"], &production[..]].concat()).0, Some(0));
    // Each tree against the other environment differs, and only where the environments do.
    let (code, text) = run(folder.path(), &["drift", "--env", "production"]);
    assert_eq!(code, Some(3));
    assert!(text.contains("> 0.02") && !text.contains("prometheus.yml:"), "{text}");
    // What is taken out of the spec loses its file in each tree with its next build, and nothing else does.
    let spec = folder.path().join("specs/stack.yaml");
    let text = fs::read_to_string(&spec).unwrap();
    let (before, rest) = text.split_once("dashboards:\n").unwrap();
    let (_, after) = rest.split_once("notifications:\n").unwrap();
    fs::write(&spec, format!("{before}notifications:\n{after}")).unwrap();
    let dashboard = |out: &str| folder.path().join(out).join("grafana/dashboards/checkout.json").exists();
    assert!(dashboard("generated") && dashboard("out/production"));
    let (code, text) = run(folder.path(), &["drift"]);
    assert_eq!(code, Some(3));
    assert!(text.contains("no longer wanted"), "{text}");
    assert_eq!(run(folder.path(), &["build"]).0, Some(0));
    assert!(!dashboard("generated") && dashboard("out/production"));
}
