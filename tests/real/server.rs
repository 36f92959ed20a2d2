//! Real servers on loopback: started on a free port, awaited, asked, and ended with the test.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const READY_WITHIN: Duration = Duration::from_secs(60);
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// A running server; dropping it ends it.
pub(crate) struct Server {
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Server {
    /// Starts a program and waits until `/-/ready` answers 200. `arguments` makes the arguments from the port to listen on.
    /// The error is the log of a server that did not become ready.
    pub(crate) fn start(program: &Path, folder: &Path, arguments: impl Fn(u16) -> Vec<String>) -> Result<Self, String> {
        Self::start_at("/-/ready", program, folder, arguments)
    }

    /// The same for a program that answers 200 at another path.
    pub(crate) fn start_at(
        ready: &str,
        program: &Path,
        folder: &Path,
        arguments: impl Fn(u16) -> Vec<String>,
    ) -> Result<Self, String> {
        // Between the look for a free port and its use another process can take it: then the next one.
        let mut refusals = String::new();
        for _ in 0..3 {
            match Self::try_start(ready, program, folder, free_port(), &arguments) {
                Ok(server) => return Ok(server),
                Err(log) => refusals.push_str(&log),
            }
            if !refusals.contains("address already in use") {
                break;
            }
        }
        Err(format!("{} did not become ready\n{refusals}", program.display()))
    }

    fn try_start(
        ready: &str,
        program: &Path,
        folder: &Path,
        port: u16,
        arguments: &impl Fn(u16) -> Vec<String>,
    ) -> Result<Self, String> {
        let log = folder.join(format!("server-{port}.log"));
        let output = std::fs::File::create(&log).unwrap();
        let child = Command::new(program)
            .args(arguments(port))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let mut server = Self { child, port, log };
        let deadline = Instant::now() + READY_WITHIN;
        while Instant::now() < deadline && server.child.try_wait().unwrap().is_none() {
            let answers = server.get(ready).is_ok_and(|(status, _)| status == 200);
            if answers && server.child.try_wait().unwrap().is_none() {
                return Ok(server);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(server.log())
    }

    /// Where it listens.
    #[allow(dead_code, reason = "the end-to-end tests share this file")]
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What the server has logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The status and the body of an answer.
    pub(crate) fn get(&self, path: &str) -> std::io::Result<(u16, String)> {
        request(self.port, "GET", path)
    }

    /// The JSON at a path that must answer 200.
    #[track_caller]
    pub(crate) fn json(&self, path: &str) -> serde_json::Value {
        let (status, body) = self.get(path).unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }
}

/// The status and the body of an answer of whatever listens at a port of loopback.
pub(crate) fn request(port: u16, method: &str, path: &str) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(&(Ipv4Addr::LOCALHOST, port).into(), ANSWER_WITHIN)?;
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    stream.set_write_timeout(Some(ANSWER_WITHIN))?;
    // HTTP/1.0: the answer comes in one piece, and the end of the connection is its end.
    write!(stream, "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let malformed = || std::io::Error::other(format!("not an HTTP answer: {answer:?}"));
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(malformed)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(malformed)?;
    Ok((status, body.to_owned()))
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens on. None is given twice: of two servers that start at the same time on one port, the second would be
/// taken for ready because the first answers.
fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    loop {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        if GIVEN.lock().unwrap().insert(port) {
            return port;
        }
    }
}
