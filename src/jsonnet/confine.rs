//! Where imports may lead: into the folder of the spec and into the folders of libraries, all links followed.

use std::path::{Component, Path, PathBuf};

use super::Settings;
use crate::load::files::{MAX_FILE_BYTES, name_of};
use crate::world::{Kind, World};

/// The folders that imports may lead to.
pub(super) struct Roots<'w> {
    world: &'w dyn World,
    /// With every link followed.
    folders: Vec<PathBuf>,
    /// The folders of libraries as they were given, the one that is searched first first.
    paths: Vec<PathBuf>,
    /// All of them as they were given.
    given: Vec<PathBuf>,
    spec: String,
}

/// What an import leads to.
pub(super) struct Found {
    /// With every link followed.
    pub(super) file: PathBuf,
    /// What people call it.
    pub(super) shown: PathBuf,
}

/// Why an import leads nowhere.
pub(super) struct Refusal {
    pub(super) message: String,
    pub(super) help: String,
}

impl<'w> Roots<'w> {
    pub(super) fn new(world: &'w dyn World, spec: &Path, settings: &Settings) -> Self {
        let paths: Vec<PathBuf> = settings.paths.iter().rev().cloned().collect();
        // A folder that is not there holds nothing that could be imported.
        let given = || [spec].into_iter().chain(paths.iter().map(PathBuf::as_path));
        let folders = given().filter_map(|folder| world.canonicalize(here(folder)).ok()).collect();
        let given = given().map(cleaned).collect();
        Self { world, folders, paths, given, spec: name_of(here(spec)) }
    }

    /// Looks for an import of a file in the folder `from`.
    pub(super) fn find(&self, from: &Path, path: &str) -> Result<Found, Refusal> {
        if path.is_empty() {
            return Err(Refusal { message: "an import names no file".to_owned(), help: "write the path of a file".to_owned() });
        }
        let written = Path::new(path);
        if written.is_absolute() {
            let message = format!("the import `{path}` is an absolute path");
            let help = "write it relative to this file, or give its folder with -J and write it relative to that".to_owned();
            return Err(Refusal { message, help });
        }
        for folder in [from].into_iter().chain(self.paths.iter().map(PathBuf::as_path)) {
            let candidate = folder.join(written);
            let Ok(file) = self.world.canonicalize(&candidate) else { continue };
            let metadata = self.world.metadata(&file);
            if !self.folders.iter().any(|root| file.starts_with(root)) {
                // Where a link leads is not seen in what is written.
                let shown = cleaned(&candidate);
                let below =
                    |folder: &PathBuf| shown.starts_with(folder) && (!folder.as_os_str().is_empty() || !shown.starts_with(".."));
                let is_link = self.given.iter().any(below);
                let target = name_of(if is_link { &file } else { &shown });
                let message = format!("the import `{path}` leads out of {}, to `{target}`", self.allowed());
                let help =
                    "move the file there, or give its folder with -J (or `jpath` of [jsonnet] in optiinfra.toml)".to_owned();
                return Err(Refusal { message, help });
            }
            return match metadata {
                Ok(metadata) if metadata.kind == Kind::File && metadata.len > MAX_FILE_BYTES => Err(Refusal {
                    message: format!("`{}` is longer than {} MiB", name_of(&candidate), MAX_FILE_BYTES >> 20),
                    help: "import a smaller file".to_owned(),
                }),
                Ok(metadata) if metadata.kind == Kind::File => Ok(Found { file, shown: cleaned(&candidate) }),
                _ => Err(Refusal {
                    message: format!("the import `{path}` leads to `{}`, which is no file", name_of(&candidate)),
                    help: "name the file to import".to_owned(),
                }),
            };
        }
        Err(self.missing(from, path))
    }

    fn missing(&self, from: &Path, path: &str) -> Refusal {
        let mut places: Vec<String> = Vec::new();
        for folder in [from].into_iter().chain(self.paths.iter().map(PathBuf::as_path)) {
            let place = format!("`{}`", name_of(here(folder)));
            if !places.contains(&place) {
                places.push(place);
            }
        }
        let message = format!("the import `{path}` is not in {}", places.join(" or "));
        Refusal { message, help: "correct the path, or give the folder of the library with -J".to_owned() }
    }

    fn allowed(&self) -> String {
        match self.paths.is_empty() {
            true => format!("the folder of the spec (`{}`)", self.spec),
            false => format!("the folder of the spec (`{}`) and of the libraries (-J)", self.spec),
        }
    }
}

/// The path of a folder that can be asked for; the empty one is that in which the program runs.
pub(super) fn here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// A path without `.` and without `..` behind a name, for people.
fn cleaned(path: &Path) -> PathBuf {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(parts.last(), Some(Component::Normal(_))) => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.into_iter().collect()
}
