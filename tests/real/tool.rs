//! Finds the real programs and runs them, bounded in time.

use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long a program that checks files may take.
const LIMIT: Duration = Duration::from_secs(120);

/// A program of one version.
pub(crate) struct Tool {
    /// Its folder among the installed tools, which names the version.
    pub(crate) folder: &'static str,
    pub(crate) program: &'static str,
    /// The versions that will do: from the first, up to but without the second.
    versions: [(u32, u32); 2],
}

pub(crate) const PROMTOOLS: [Tool; 2] =
    [tool("prometheus-2.42", "promtool", [(2, 42), (2, 43)]), tool("prometheus-3", "promtool", [(3, 5), (4, 0)])];
pub(crate) const PROMETHEUS: [Tool; 2] =
    [tool("prometheus-2.42", "prometheus", [(2, 42), (2, 43)]), tool("prometheus-3", "prometheus", [(3, 5), (4, 0)])];
pub(crate) const AMTOOLS: [Tool; 2] =
    [tool("alertmanager-0.25", "amtool", [(0, 25), (0, 26)]), tool("alertmanager-current", "amtool", [(0, 28), (1, 0)])];
pub(crate) const ALERTMANAGER: Tool = tool("alertmanager-current", "alertmanager", [(0, 28), (1, 0)]);
pub(crate) const COMPOSE: Tool = tool("compose-2", "docker-compose", [(2, 20), (6, 0)]);
pub(crate) const PRE_COMMIT: Tool = tool("pre-commit", "pre-commit", [(4, 0), (5, 0)]);

pub(crate) const fn tool(folder: &'static str, program: &'static str, versions: [(u32, u32); 2]) -> Tool {
    Tool { folder, program, versions }
}

impl Tool {
    /// The path of the program, or `None` after a skip has been reported.
    pub(crate) fn find(&self) -> Option<PathBuf> {
        match self.locate() {
            Ok(path) => Some(path),
            Err(reason) => {
                skip(&format!("{} of {}: {reason}", self.program, self.folder));
                None
            }
        }
    }

    fn locate(&self) -> Result<PathBuf, String> {
        let tools = std::env::var_os("OPTIINFRA_TOOLS_DIR").filter(|folder| !folder.is_empty());
        let tools = root().join(tools.unwrap_or_else(|| ".tools".into()));
        let installed = tools.join(self.folder).join("bin").join(self.program);
        if installed.is_file() {
            return Ok(installed);
        }
        // Debian installs Alertmanager under a name of its own.
        let debian = format!("prometheus-{}", self.program);
        let path = std::env::var_os("PATH").unwrap_or_default();
        for folder in std::env::split_paths(&path) {
            for name in [self.program, &debian] {
                let program = folder.join(name);
                if program.is_file() && self.will_do(&program) {
                    return Ok(program);
                }
            }
        }
        let reason = std::fs::read_to_string(tools.join(format!("{}.unavailable", self.folder)));
        Err(reason.map_or_else(|_| "not installed, scripts/tools.sh does it".into(), |reason| reason.trim().to_owned()))
    }

    fn will_do(&self, program: &Path) -> bool {
        let run = run(Command::new(program).arg("--version"));
        let [lowest, too_new] = self.versions;
        version(&run.output).is_some_and(|version| lowest <= version && version < too_new)
    }
}

/// The first dotted number of a text, its first two parts.
fn version(text: &str) -> Option<(u32, u32)> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.').find_map(|word| {
        let mut parts = word.split('.').map(str::parse);
        Some((parts.next()?.ok()?, parts.next()?.ok()?))
    })
}

/// Says that a test could not do its work. It is printed past the capture of the test's output, so that a run that passes shows it.
pub(crate) fn skip(reason: &str) {
    // One write a line, or lines of tests that run side by side mix.
    let _ = std::io::stderr().write_all(format!("SKIPPED: {reason}\n").as_bytes());
    assert!(std::env::var("CI").as_deref() != Ok("true"), "skipped although CI=true: {reason}");
}

/// How a program ended, and all that it printed.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) output: String,
}

impl Run {
    /// Fails the test unless the program was content.
    #[track_caller]
    pub(crate) fn accepted(self, what: &str) -> Self {
        assert_eq!(self.code, Some(0), "{what}\n{}", self.output);
        self
    }
}

/// Runs a program to its end; one that takes too long is killed, and has no exit code.
pub(crate) fn run(command: &mut Command) -> Run {
    // A file takes any amount of output without a reader, a pipe does not.
    let mut file = tempfile::tempfile().unwrap();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(file.try_clone().unwrap())
        .stderr(file.try_clone().unwrap())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let deadline = Instant::now() + LIMIT;
    let code = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status.code(),
            None if Instant::now() > deadline => {
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    Run { code, output: format!("{command:?}\n{}", String::from_utf8_lossy(&bytes)) }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn versions_are_read_from_what_programs_print() {
    assert_eq!(version("promtool, version 2.42.0+ds (branch: debian/sid)"), Some((2, 42)));
    assert_eq!(version("Docker Compose version v5.0.1"), Some((5, 0)));
    assert_eq!(version("Docker Compose version 2.40.3-3"), Some((2, 40)));
    assert_eq!(version("usage: none. of 7"), None);
}
