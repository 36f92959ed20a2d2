//! The program as a person has it before them: on a real terminal (a pty), and while it watches.

// These tests start real programs on real files, and a panic is how a test fails: the rules of the product are not for them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic)]

mod drift;
mod pty;
mod watch;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The program, with nothing in its environment that changes how it speaks.
fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_optiinfra-gen"));
    command.current_dir(folder);
    for name in ["NO_COLOR", "COLUMNS", "CI", "TERM"] {
        command.env_remove(name);
    }
    command
}

/// A folder with the spec of the smallest example.
fn shop() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("specs")).unwrap();
    let example = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/minimal/specs/stack.yaml");
    std::fs::copy(example, folder.path().join("specs/stack.yaml")).unwrap();
    folder
}
