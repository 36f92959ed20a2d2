//! Compose v2 over the fragment beside a base file: does the whole resolve, and is there something at every path it mounts?

use crate::tool::{COMPOSE, Run, root, run};
use crate::tree::{named, trees};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

const FRAGMENT: &str = "compose/monitoring.yml";

/// `docker compose -f BASE -f FRAGMENT config`, from the root of the repository, with nothing set in the environment.
pub(crate) fn config(program: &Path, base: &Path, fragment: &Path) -> Run {
    let mut command = Command::new(program);
    command.current_dir(root()).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    run(command.args(["--log-level", "error", "-f"]).arg(base).arg("-f").arg(fragment).args(["config", "--format", "json"]))
}

#[test]
fn compose_accepts_the_fragment_beside_its_base() {
    let Some(program) = COMPOSE.find() else { return };
    for tree in trees() {
        let Some(fragment) = tree.file(FRAGMENT) else { continue };
        let what = format!("{} beside {}", named(&fragment), named(&tree.base()));
        let run = config(&program, &tree.base(), &fragment).accepted(&what);

        let (_, json) = run.output.split_once('{').unwrap_or_else(|| panic!("{what}: no JSON\n{}", run.output));
        let model: Value = serde_json::from_str(&format!("{{{json}")).unwrap_or_else(|error| panic!("{what}: {error}\n{json}"));
        for path in own_paths(&model) {
            assert!(Path::new(path).exists(), "{what}: nothing at {path}, which is mounted");
        }
    }
}

/// What is mounted from the repository, be it as a folder, a config or a secret. Compose would make an empty folder in place of
/// one that is absent. Paths of the host, as a node exporter needs them, differ from machine to machine.
fn own_paths(model: &Value) -> Vec<&str> {
    let root = root();
    let services = model["services"].as_object().into_iter().flat_map(|services| services.values());
    let volumes = services.filter_map(|service| service["volumes"].as_array()).flatten();
    let folders = volumes.filter(|volume| volume["type"] == "bind").filter_map(|volume| volume["source"].as_str());
    let configs = model["configs"].as_object().into_iter().flat_map(|configs| configs.values());
    let files = configs.filter_map(|config| config["file"].as_str());
    folders.chain(files).filter(|path| Path::new(path).starts_with(&root)).collect()
}
