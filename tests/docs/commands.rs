//! The commands of the pages, run in the order in which they stand, each page in an empty folder of its own: what they print is what
//! the page says.
//!
//! - ```` ```console ````: a line that begins with `$ ` is a command, what follows is its output.
//! - ```` ```diff ````: a change to files, applied as it stands.
//! - a block with `file=PATH` is written to that file.
//! - `<!-- needs PROGRAM -->` ... `<!-- end -->`: left out, and said aloud, where the program is not installed.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::page::{Block, Page, blocks, pages};
use crate::{root, skip, updating};

const PROGRAM: &str = env!("CARGO_BIN_EXE_optiinfra-gen");

/// Where a page's commands run, and how the last of them ended.
struct Shell {
    folder: tempfile::TempDir,
    home: tempfile::TempDir,
    path: String,
    code: i32,
}

impl Shell {
    fn new() -> Self {
        let program = Path::new(PROGRAM).parent().unwrap().display().to_string();
        let tools = std::env::var("OPTIINFRA_TOOLS_DIR").unwrap_or_default();
        let tools = root().join(if tools.is_empty() { ".tools" } else { &tools }).join("pre-commit/bin");
        let system = std::env::var("PATH").unwrap_or_default();
        // The tools stand last: a folder with a Python of its own is not to hide the system's.
        let [folder, home] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        Self { folder, home, path: format!("{program}:{system}:{}", tools.display()), code: 0 }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", &self.path)
            .env("HOME", self.home.path())
            .env("LC_ALL", "C.UTF-8")
            .env("COLUMNS", "120")
            .env("TERM", "dumb")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "Ann")))
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "ann@example.com")))
            .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
            .stdin(Stdio::null());
        command
    }

    /// Runs one command line; all that it prints, in the order of printing.
    fn run(&mut self, line: &str) -> String {
        let script = format!("exec 2>&1\n(exit {})\n{line}\n", self.code);
        let output = self.command("bash").arg("-c").arg(script).output().unwrap();
        self.code = output.status.code().unwrap_or(-1);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn has(&self, program: &str) -> bool {
        self.command("bash").arg("-c").arg(format!("command -v {program}")).output().unwrap().status.success()
    }

    fn apply(&self, diff: &str) -> Result<(), String> {
        let file = self.folder.path().join(".change.diff");
        fs::write(&file, diff).unwrap();
        let output = self.command("git").args(["apply", "--recount", ".change.diff"]).output().unwrap();
        fs::remove_file(file).unwrap();
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }
}

/// The page as it would be with the real outputs.
fn played(page: &Page) -> String {
    let mut shell = Shell::new();
    let mut text = String::new();
    let mut missing: Option<&str> = None;
    let mut blocks = blocks(&page.text).into_iter();
    let mut lines = page.text.lines();
    while let Some(line) = lines.next() {
        let _ = writeln!(text, "{line}");
        if let Some(program) = line.strip_prefix("<!-- needs ").and_then(|rest| rest.strip_suffix(" -->"))
            && !shell.has(program)
        {
            skip(&format!("the part of {} that needs {program}, which is not installed", page.name));
            missing = Some(program);
        }
        if line == "<!-- end -->" {
            missing = None;
        }
        if !line.starts_with("```") {
            continue;
        }
        let block = blocks.next().unwrap();
        let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let real = if missing.is_some() { block.text.clone() } else { play(&block, &mut shell, page) };
        assert_eq!(inside.len(), block.text.lines().count());
        let _ = writeln!(text, "{real}```");
    }
    text
}

/// Does what a block says; the block as it would be with the real outputs.
fn play(block: &Block, shell: &mut Shell, page: &Page) -> String {
    let place = format!("{}:{}", page.name, block.line);
    if let Some(file) = block.file() {
        let path = shell.folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &block.text).unwrap();
    } else if block.language() == "diff" {
        shell.apply(&block.text).unwrap_or_else(|error| panic!("{place}: {error}"));
    } else if block.language() == "console" {
        let mut out = String::new();
        for line in block.text.lines().filter_map(|line| line.strip_prefix("$ ")) {
            let printed = shell.run(line);
            let printed = printed.replace(&shell.folder.path().display().to_string(), "~");
            let newline = if printed.is_empty() || printed.ends_with('\n') { "" } else { "\n" };
            let _ = write!(out, "$ {line}\n{printed}{newline}");
        }
        return out;
    }
    block.text.clone()
}

#[test]
fn every_command_prints_what_the_page_says() {
    let mut played_pages = 0;
    for page in pages() {
        if !page.name.starts_with("docs/") || !page.text.contains("```console") {
            continue;
        }
        played_pages += 1;
        let real = played(&page);
        if real == page.text {
            continue;
        }
        if updating() {
            fs::write(root().join(&page.name), real).unwrap();
        } else {
            let diff = similar::TextDiff::from_lines(page.text.as_str(), real.as_str());
            panic!(
                "{} does not say what happens; renew the outputs: UPDATE_DOCS=1 cargo test --test docs\n{}",
                page.name,
                diff.unified_diff().header("written", "real")
            );
        }
    }
    assert!(played_pages >= 2, "only {played_pages} pages with commands");
}
