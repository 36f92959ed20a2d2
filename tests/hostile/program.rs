//! One run of the program.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// After so long a run is killed: far beyond what any input here takes on a slow machine.
const LIMIT: Duration = Duration::from_secs(300);

/// What a run gave.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// Both texts.
    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    /// That the input was found wanting, and that this was said.
    pub(crate) fn refused(&self, what: &str) {
        assert_eq!(self.code, 1, "{what}: {}", head(&self.text()));
        assert!(self.text().contains("error"), "{what}: {}", head(&self.text()));
    }
}

/// The first lines of a long text.
pub(crate) fn head(text: &str) -> String {
    text.lines().take(12).map(|line| line.chars().take(300).collect::<String>()).collect::<Vec<_>>().join("\n")
}

/// Runs the program in a folder and checks what holds for every input.
pub(crate) fn run(folder: &Path, arguments: &[&str], input: &[u8]) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_optiinfra-gen"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // The program may end before it has read everything.
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let out = collect(child.stdout.take().unwrap());
    let err = collect(child.stderr.take().unwrap());
    let status = wait(&mut child, arguments);
    writer.join().unwrap();
    let (out, err) = (out.join().unwrap(), err.join().unwrap());
    let code = status.code().unwrap_or_else(|| panic!("{arguments:?} ended by {status}: {}", head(&err)));
    assert!((0..=3).contains(&code), "{arguments:?} ended with {code}: {}", head(&err));
    assert!(!err.contains("panicked at"), "{arguments:?}: {}", head(&err));
    Run { code, out, err }
}

fn collect(mut from: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    })
}

fn wait(child: &mut Child, arguments: &[&str]) -> ExitStatus {
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if begin.elapsed() > LIMIT {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{arguments:?} did not end by itself");
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Writes files and lints each in a run of its own; gives the run of each.
pub(crate) fn lint_each<B: AsRef<[u8]>>(
    files: impl IntoIterator<Item = (&'static str, &'static str, B)>,
) -> Vec<(&'static str, Run)> {
    let folder = tempfile::tempdir().unwrap();
    let mut runs = Vec::new();
    for (what, name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        runs.push((what, run(folder.path(), &["lint", name], b"")));
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
    runs
}
