//! Specs in Jsonnet, by the program as people run it: limits, imports, values from outside, reports, examples.

// These tests start real programs on real files, and a panic is how a test fails: the rules of the product are not for them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic)]

mod arguments;
mod examples;
mod imports;
mod limits;
mod reports;
mod revisions;
mod watch;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A folder with files, in which the program is run.
struct Project {
    folder: tempfile::TempDir,
}

/// What the program said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        files.iter().for_each(|(name, text)| project.put(name, text));
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn link(&self, name: &str, target: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, path).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_optiinfra-gen"));
        command.current_dir(self.folder.path()).env_remove("CI").env("NO_COLOR", "1").env("COLUMNS", "200");
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        said(self.command().args(arguments).output().unwrap())
    }
}

fn said(output: Output) -> Said {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

impl Said {
    #[track_caller]
    fn has(&self, code: i32, parts: &[&str]) -> &Self {
        let whole = format!("exit code {}\n{}\n{}", self.code, self.out, self.err);
        assert_eq!(self.code, code, "{whole}");
        for part in parts {
            assert!(whole.contains(part), "{part}\n--- is not in\n{whole}");
        }
        self
    }
}

/// A service whose name and port are put in.
const SERVICE: &str = "{ services: { shop: { language: 'go', port: 80, metrics: { define: { orders_total: { type: 'counter', unit: 'orders', \
                       help: 'Orders.' } } } } } }";
