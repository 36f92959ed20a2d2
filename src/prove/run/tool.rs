//! Finds promtool and amtool.

use std::path::{Path, PathBuf};

use crate::world::{Kind, World};

/// The variable that names the folder of installed tools.
pub const TOOLS_DIR: &str = "OPTIINFRA_TOOLS_DIR";

/// A program: the one that was named, else one of the tools folder, else one on the PATH. `folders` are those of the tools folder, the best
/// first.
///
/// # Errors
///
/// What was looked for where, when there is none.
pub fn find(world: &dyn World, name: &str, named: Option<&Path>, folders: &[&str]) -> Result<PathBuf, String> {
    let is_file =
        |path: &Path| world.canonicalize(path).and_then(|path| world.metadata(&path)).is_ok_and(|found| found.kind == Kind::File);
    if let Some(path) = named {
        return if is_file(path) {
            world.canonicalize(path).map_err(|error| format!("`{}` cannot be used: {error}", path.display()))
        } else {
            Err(format!("there is no program `{}`", path.display()))
        };
    }
    let tools = world.env(TOOLS_DIR).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let installed = tools.iter().flat_map(|tools| folders.iter().map(move |folder| tools.join(folder).join("bin").join(name)));
    let path = world.env("PATH").unwrap_or_default();
    // Debian installs Alertmanager's tool under a name of its own.
    let debian = format!("prometheus-{name}");
    let on_path = std::env::split_paths(&path).flat_map(|folder| [folder.join(name), folder.join(&debian)]).collect::<Vec<_>>();
    let found = installed.chain(on_path).find(|path| is_file(path));
    match found {
        Some(path) => world.canonicalize(&path).map_err(|error| format!("`{}` cannot be used: {error}", path.display())),
        None => Err(format!("`{name}` is neither on the PATH nor below ${TOOLS_DIR}")),
    }
}
