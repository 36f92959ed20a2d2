//! A folder with specs, the program, and servers that end with the test.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::tool::{Run, run};

/// How long something that comes by itself is awaited.
const WITHIN: Duration = Duration::from_secs(120);

pub(crate) struct Stage {
    folder: tempfile::TempDir,
    /// Set for every program that is run.
    pub(crate) environment: Vec<(String, String)>,
}

/// A finding of the program.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) rule: String,
    pub(crate) severity: String,
    pub(crate) message: String,
    pub(crate) file: String,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), environment: Vec::new() }
    }

    pub(crate) fn path(&self, within: &str) -> PathBuf {
        self.folder.path().join(within)
    }

    pub(crate) fn write(&self, within: &str, text: &str) {
        let path = self.path(within);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, within: &str) -> String {
        std::fs::read_to_string(self.path(within)).unwrap()
    }

    /// The program in the folder, with nothing in its environment that leads it elsewhere.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_optiinfra-gen"));
        command.current_dir(self.folder.path()).args(arguments).env("COLUMNS", "1000");
        for name in ["NO_COLOR", "http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY", "OPTIINFRA_CA_FILE"] {
            command.env_remove(name);
        }
        for server in ["PROMETHEUS", "ALERTMANAGER", "GRAFANA"] {
            for part in ["TOKEN", "USERNAME", "PASSWORD"] {
                command.env_remove(format!("OPTIINFRA_{server}_{part}"));
            }
        }
        command.envs(self.environment.iter().cloned());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        run(&mut self.command(arguments))
    }

    /// Builds a spec into the folder `out`. The secrets that it names exist nowhere: servers read them when they send.
    pub(crate) fn build(&self, spec: &str, out: &str) {
        self.run(&["build", spec, "--out", out, "--force"]).accepted("build");
    }

    /// What `verify` finds.
    pub(crate) fn verify(&self, arguments: &[&str]) -> (Option<i32>, Vec<Found>) {
        let mut all = vec!["verify"];
        all.extend(arguments);
        all.extend(["--format", "json"]);
        let output = self.command(&all).output().unwrap();
        let json: Json = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)));
        let text = |finding: &Json, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let list = json["diagnostics"].as_array().unwrap().iter();
        let found = list.map(|finding| Found {
            rule: text(finding, "rule"),
            severity: text(finding, "severity"),
            message: text(finding, "message"),
            file: text(finding, "file"),
        });
        (output.status.code(), found.collect())
    }
}

/// A running server; dropping it ends it.
pub(crate) struct Server {
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Server {
    /// Starts a program and waits until it is ready; the error is its log.
    pub(crate) fn start(program: &Path, folder: &Path, port: u16, arguments: &[String]) -> Result<Self, String> {
        Self::start_when(program, folder, port, arguments, |server| server.get("/-/ready").is_some())
    }

    fn start_when(
        program: &Path,
        folder: &Path,
        port: u16,
        arguments: &[String],
        is_ready: impl Fn(&Self) -> bool,
    ) -> Result<Self, String> {
        let log = folder.join(format!("server-{port}.log"));
        let output = std::fs::File::create(&log).unwrap();
        let child = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let mut server = Self { child, port, log };
        let ready = wait(|| server.child.try_wait().unwrap().is_some() || is_ready(&server));
        if ready && server.child.try_wait().unwrap().is_none() {
            Ok(server)
        } else {
            Err(format!("{} did not become ready\n{}", program.display(), server.log()))
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The body at a path that answers 200.
    pub(crate) fn get(&self, path: &str) -> Option<String> {
        let agent = ureq::Agent::new_with_config(ureq::Agent::config_builder().proxy(None).build());
        agent.get(format!("{}{path}", self.url())).call().ok()?.body_mut().read_to_string().ok()
    }

    pub(crate) fn json(&self, path: &str) -> Json {
        self.get(path).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }
}

/// A server that only those reach who know its authority and its password.
pub(crate) struct Secured(Server);

impl Secured {
    /// Starts it and waits until it listens; the error is its log.
    pub(crate) fn start(program: &Path, folder: &Path, port: u16, arguments: &[String]) -> Result<Self, String> {
        let listens = |server: &Server| TcpStream::connect((Ipv4Addr::LOCALHOST, server.port)).is_ok();
        Server::start_when(program, folder, port, arguments, listens).map(Self)
    }

    pub(crate) fn port(&self) -> u16 {
        self.0.port
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is so, and says whether it came to be.
pub(crate) fn wait(mut is_so: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + WITHIN;
    while Instant::now() < deadline {
        if is_so() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    false
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
