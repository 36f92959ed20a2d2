//! A real Prometheus on loopback that is asked to parse, over connections that stay open.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use optiinfra_gen::promql::Version;
use serde_json::Value;

const READY_WITHIN: Duration = Duration::from_secs(60);
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// All that makes the parser of a server accept more. A server warns of a flag that it does not know.
pub(crate) const FLAGS: &str = "promql-experimental-functions,promql-duration-expr,promql-extended-range-selectors,promql-binop-fill-modifiers,\
                     use-start-timestamps";

/// Where the server's program is, or why there is none.
pub(crate) fn find() -> Result<PathBuf, String> {
    if let Some(path) = std::env::var_os("OPTIINFRA_PROMETHEUS").filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        return if path.is_file() { Ok(path) } else { Err(format!("there is no file {}", path.display())) };
    }
    // The language's own version first.
    ["prometheus-3.14", "prometheus-3"].into_iter().find_map(|name| installed(name, "prometheus")).ok_or_else(|| {
        "no Prometheus 3: scripts/tools.sh installs one, or set OPTIINFRA_PROMETHEUS to the path of one".to_owned()
    })
}

/// A program of a tool that scripts/tools.sh installs.
pub(crate) fn installed(tool: &str, program: &str) -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let tools = std::env::var_os("OPTIINFRA_TOOLS_DIR").filter(|folder| !folder.is_empty());
    let installed = root.join(tools.unwrap_or_else(|| ".tools".into())).join(tool).join("bin").join(program);
    installed.is_file().then_some(installed)
}

/// Reports a check that could not be made.
pub(crate) fn skip(reason: &str) {
    // Past the capture of the test's output, so that a run that passes shows it.
    let _ = std::io::stderr().write_all(format!("SKIPPED: {reason}\n").as_bytes());
    assert!(std::env::var("CI").as_deref() != Ok("true"), "skipped although CI=true: {reason}");
}

/// The header line of a body that is a form.
pub(crate) const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

/// A running server; dropping it ends it.
pub(crate) struct Server {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Server {
    /// Starts the program over the samples in `folder/data`, with the configuration in `folder/prometheus.yml`.
    pub(crate) fn start(program: &Path, folder: tempfile::TempDir, flags: &str, further: &[&str]) -> Self {
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let child = Command::new(program)
            .arg("--config.file=prometheus.yml")
            .arg("--storage.tsdb.path=data")
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg(format!("--enable-feature={flags}"))
            .args(further)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Self { child, port, folder };
        let deadline = Instant::now() + READY_WITHIN;
        while !server.is_ready() {
            assert!(
                server.child.try_wait().unwrap().is_none() && Instant::now() < deadline,
                "the server does not start: {}",
                server.log()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    fn is_ready(&self) -> bool {
        Client::connect(self)
            .is_ok_and(|mut client| client.ask("GET", "/-/ready", "", b"").is_ok_and(|(status, _)| status == 200))
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What it has written.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The version that the server says it has.
    pub(crate) fn version(&self) -> Version {
        let (_, body) = Client::connect(self).unwrap().ask("GET", "/api/v1/status/buildinfo", "", b"").unwrap();
        let answer: Value = serde_json::from_str(&body).unwrap();
        let version = answer["data"]["version"].as_str().unwrap();
        let mut parts = version.split('.').map(|part| part.parse().unwrap());
        Version(parts.next().unwrap(), parts.next().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One connection to a server.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    pub(crate) fn connect(server: &Server) -> std::io::Result<Self> {
        let stream = TcpStream::connect(server.address())?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// The status and the body of the answer to a request whose further header lines and body these are.
    pub(crate) fn ask(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) -> std::io::Result<(u16, String)> {
        let length = body.len();
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Content-Length: {length}\r\n\r\n").into_bytes();
        request.extend(body);
        self.stream.get_mut().write_all(&request)?;
        let malformed = |line: &str| std::io::Error::other(format!("not an HTTP answer: {line:?}"));
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| malformed(&first))?;
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| malformed(&line))?;
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().map_err(|_| malformed(&line))?,
                "transfer-encoding" => chunked = value.trim() == "chunked",
                _ => {}
            }
        }
        let mut body = Vec::new();
        loop {
            if chunked {
                let line = self.line()?;
                length = usize::from_str_radix(&line, 16).map_err(|_| malformed(&line))?;
            }
            let mut piece = vec![0; length];
            self.stream.read_exact(&mut piece)?;
            body.extend(piece);
            if chunked {
                self.line()?;
            }
            if !chunked || length == 0 {
                return Ok((status, String::from_utf8_lossy(&body).into_owned()));
            }
        }
    }

    fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }
}
