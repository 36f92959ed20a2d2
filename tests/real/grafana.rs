//! Grafana's own types over every dashboard: TypeScript's compiler finds unknown fields, values of the wrong type and words that a field does
//! not know. There is no Grafana server to be had as a package; these types are what its panels are written against.

use crate::tool::{Run, root, run, skip};
use crate::tree::{named, trees};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the types, or `None` after a skip has been reported.
fn types() -> Option<PathBuf> {
    let tools = std::env::var_os("OPTIINFRA_TOOLS_DIR").filter(|folder| !folder.is_empty());
    let folder = root().join(tools.unwrap_or_else(|| ".tools".into())).join("grafana-schema");
    let modules = folder.join("node_modules");
    if modules.join("typescript").is_dir() && modules.join("@grafana/schema").is_dir() {
        return Some(modules);
    }
    let reason = std::fs::read_to_string(folder.with_extension("unavailable"));
    let reason = reason.map_or_else(|_| "not installed, scripts/tools.sh does it".to_owned(), |reason| reason.trim().to_owned());
    skip(&format!("the types of Grafana's dashboards: {reason}"));
    None
}

fn check(modules: &Path, dashboards: &[PathBuf]) -> Run {
    run(Command::new("node").arg(root().join("tests/real/grafana/check.cjs")).arg(modules).args(dashboards))
}

#[test]
fn grafanas_types_fit_every_dashboard() {
    let Some(modules) = types() else { return };
    for tree in trees() {
        let dashboards = tree.files("grafana/dashboards", "json");
        if !dashboards.is_empty() {
            check(&modules, &dashboards).accepted(&format!("Grafana would not know the dashboards of {}", named(&tree.path)));
        }
    }
}

#[test]
fn grafanas_types_find_what_is_wrong() {
    let Some(modules) = types() else { return };
    let good = r#"{"uid": "u", "title": "t", "panels": [{"type": "stat", "title": "a", "gridPos": {"h": 1, "w": 1, "x": 0, "y": 0},
        "fieldConfig": {"defaults": {"unit": "s"}, "overrides": []}, "options": {"colorMode": "value"}, "targets": []}],
        "templating": {"list": [{"name": "v", "type": "custom", "query": "a"}]}}"#;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("d.json");
    let checked = |text: &str| {
        std::fs::write(&file, text).unwrap();
        check(&modules, std::slice::from_ref(&file))
    };
    checked(good).accepted("a dashboard that is right");
    for (from, to, word) in [
        ("\"unit\"", "\"units\"", "units"),
        ("\"value\"", "\"valeu\"", "valeu"),
        ("\"colorMode\"", "\"colourMode\"", "colourMode"),
        ("\"h\": 1", "\"h\": \"1\"", "h"),
        ("\"custom\"", "\"costum\"", "costum"),
        ("\"uid\"", "\"uuid\"", "uuid"),
        ("\"type\": \"stat\"", "\"type\": \"graph\"", "graph"),
    ] {
        let run = checked(&good.replacen(from, to, 1));
        assert_eq!(run.code, Some(1), "{to}\n{}", run.output);
        assert!(run.output.contains(word), "{}", run.output);
    }
}
