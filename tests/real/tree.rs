//! The generated trees that the real tools are run over.

use crate::tool::{root, run};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A folder of generated files.
pub(crate) struct Tree {
    pub(crate) path: PathBuf,
}

impl Tree {
    /// The files of a folder of the tree with this extension, in order; none when the folder is absent.
    pub(crate) fn files(&self, folder: &str, extension: &str) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.path.join(folder)) else { return Vec::new() };
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|found| found == extension));
        files.sort();
        files
    }

    /// A file of the tree, if the tree has it.
    pub(crate) fn file(&self, path: &str) -> Option<PathBuf> {
        Some(self.path.join(path)).filter(|path| path.is_file())
    }

    /// The Compose file beside which the fragment of this tree is used.
    pub(crate) fn base(&self) -> PathBuf {
        let beside = self.path.with_file_name("docker-compose.yml");
        if beside.is_file() { beside } else { root().join("examples/base/docker-compose.yml") }
    }
}

/// `generated/`, the tree of every example, that of the first spec, and a small tree written by hand, which shows that the tests look at something.
pub(crate) fn trees() -> Vec<Tree> {
    let mut trees = vec![Tree { path: root().join("tests/real/fixtures/good/generated") }];
    trees.extend(own());
    if let Ok(entries) = std::fs::read_dir(root().join("examples")) {
        let mut examples: Vec<_> = entries.map(|entry| entry.unwrap().path().join("generated")).collect();
        examples.push(root().join("examples/four-ways/yaml/generated"));
        // A link leads to a tree that is in the list already.
        examples.retain(|path| path.is_dir() && !path.is_symlink());
        examples.sort();
        trees.extend(examples.into_iter().map(|path| Tree { path }));
    }
    trees.push(Tree { path: first().to_owned() });
    trees
}

/// What the spec that `init` writes is built into.
fn first() -> &'static Path {
    static FIRST: OnceLock<PathBuf> = OnceLock::new();
    FIRST.get_or_init(|| {
        let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = tempfile::Builder::new().prefix("first-").tempdir_in(parent).unwrap().keep();
        for arguments in [["init", "specs"], ["build", "specs"]] {
            let program = env!("CARGO_BIN_EXE_optiinfra-gen");
            run(Command::new(program).args(arguments).current_dir(&folder)).accepted(arguments[0]);
        }
        folder.join("generated")
    })
}

/// `generated/`, once there is a spec for it.
pub(crate) fn own() -> Option<Tree> {
    let path = root().join("generated");
    path.join("MANIFEST.json").is_file().then_some(Tree { path })
}

/// A path as a person names it, from the root of the repository.
pub(crate) fn named(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

#[test]
fn the_tree_of_specs_is_there() {
    let specs = root().join("specs");
    assert!(!specs.is_dir() || own().is_some(), "specs/ has no generated/: cargo run --release -- build specs/");
}
