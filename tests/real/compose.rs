//! Compose v2 over the fragment beside a base file: does the whole resolve, and is there something at every path it mounts?

use crate::tool::{COMPOSE, Run, root, run};
use crate::tree::{named, trees};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

const FRAGMENT: &str = "compose/monitoring.yml";

/// `docker compose -f FILE -f FILE config`, from the root of the repository, with nothing set in the environment. The JSON goes
/// to the file `to`, so that warnings do not mix with it.
pub(crate) fn config(program: &Path, files: &[&Path], to: &Path) -> Run {
    let mut command = Command::new(program);
    command.current_dir(root()).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    for file in files {
        command.arg("-f").arg(file);
    }
    run(command.args(["config", "--format", "json", "--output"]).arg(to))
}

/// The resolved model of files that must be right, with no variable left to chance.
#[track_caller]
fn model(program: &Path, files: &[&Path]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("model.json");
    let run = config(program, files, &json).accepted("Compose refuses the files");
    assert!(!run.output.contains("variable is not set"), "a variable has neither a default nor `:?`\n{}", run.output);
    serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap()
}

#[test]
fn compose_accepts_the_base_alone() {
    let Some(program) = COMPOSE.find() else { return };
    model(&program, &[&root().join("examples/base/docker-compose.yml")]);
}

#[test]
fn compose_accepts_the_fragment_beside_its_base() {
    let Some(program) = COMPOSE.find() else { return };
    for tree in trees() {
        let Some(fragment) = tree.file(FRAGMENT) else { continue };
        let model = model(&program, &[&tree.base(), &fragment]);
        for path in own_paths(&model) {
            assert!(Path::new(path).exists(), "{}: nothing at {path}, which is mounted", named(&fragment));
        }
    }
}

/// What is mounted from the repository, as a folder or as a config. Compose would make an empty folder in place of one that is
/// absent. Paths of the host, as a node exporter needs them, differ from machine to machine; secrets are their owner's.
fn own_paths(model: &Value) -> Vec<&str> {
    let root = root();
    let services = model["services"].as_object().into_iter().flat_map(|services| services.values());
    let volumes = services.filter_map(|service| service["volumes"].as_array()).flatten();
    let folders = volumes.filter(|volume| volume["type"] == "bind").filter_map(|volume| volume["source"].as_str());
    let configs = model["configs"].as_object().into_iter().flat_map(|configs| configs.values());
    let files = configs.filter_map(|config| config["file"].as_str());
    folders.chain(files).filter(|path| Path::new(path).starts_with(&root)).collect()
}
