//! Prometheus and Alertmanager, started and asked.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use optiinfra_gen::emit::Artifact;
use serde_json::Value;

use crate::server::Server;
use crate::stack::write;
use crate::tool::{ALERTMANAGER, PROMETHEUS};

/// The real Prometheus over these files; `None` when it is not installed.
pub(crate) fn prometheus(files: &[Artifact], folder: &Path) -> Option<Server> {
    let [_, prometheus] = PROMETHEUS;
    let program = prometheus.find()?;
    write(files, folder);
    let config = folder.join("prometheus/prometheus.yml");
    let data = folder.join("data");
    let server = Server::start(&program, folder, |port| {
        vec![
            format!("--config.file={}", config.display()),
            format!("--storage.tsdb.path={}", data.display()),
            format!("--web.listen-address=127.0.0.1:{port}"),
            "--storage.tsdb.retention.time=30d".into(),
            // What fires before Alertmanager has been found is told again soon.
            "--rules.alert.resend-delay=1s".into(),
            "--log.level=warn".into(),
        ]
    });
    Some(server.unwrap_or_else(|log| panic!("{log}")))
}

/// The real Alertmanager over these files; `None` when it is not installed.
pub(crate) fn alertmanager(files: &[Artifact], folder: &Path) -> Option<Server> {
    let program = ALERTMANAGER.find()?;
    write(files, folder);
    let config = folder.join("alertmanager/alertmanager.yml");
    let data = folder.join("alertmanager-data");
    let server = Server::start(&program, folder, |port| {
        vec![
            format!("--config.file={}", config.display()),
            format!("--storage.path={}", data.display()),
            format!("--web.listen-address=127.0.0.1:{port}"),
            // No cluster: it would listen beyond loopback.
            "--cluster.listen-address=".into(),
        ]
    });
    Some(server.unwrap_or_else(|log| panic!("{log}")))
}

/// Asks until there is an answer; fails with what was last seen when there is none in time.
#[track_caller]
pub(crate) fn until<T>(what: &str, within: Duration, mut ask: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + within;
    loop {
        match ask() {
            Ok(found) => return found,
            Err(last) if Instant::now() > deadline => panic!("{what}: not within {within:?}\n{last}"),
            Err(_) => std::thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// The series that an expression returns now.
#[track_caller]
pub(crate) fn query(server: &Server, expr: &str) -> Vec<Value> {
    match try_query(server, expr) {
        Ok(series) => series,
        Err(error) => panic!("{expr}\n{error}"),
    }
}

/// The same, or what the server says.
pub(crate) fn try_query(server: &Server, expr: &str) -> Result<Vec<Value>, String> {
    let (status, body) = server.get(&format!("/api/v1/query?query={}", encoded(expr))).map_err(|error| error.to_string())?;
    let answer: Value = serde_json::from_str(&body).map_err(|error| format!("{status} {error}: {body}"))?;
    match &answer["data"] {
        data if data["resultType"] == "vector" || data["resultType"] == "matrix" => {
            Ok(data["result"].as_array().cloned().unwrap_or_default())
        }
        data if data["resultType"] == "scalar" => Ok(vec![data["result"].clone()]),
        _ => Err(body),
    }
}

/// A text as a part of an address.
pub(crate) fn encoded(text: &str) -> String {
    let mut result = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            result.push(char::from(byte));
        } else {
            let _ = write!(result, "%{byte:02X}");
        }
    }
    result
}

/// The alerts of a Prometheus in a state, by the labels that Prometheus gives them.
pub(crate) fn alerts(server: &Server, state: &str) -> Vec<Value> {
    let answer = server.json("/api/v1/alerts");
    let alerts = answer["data"]["alerts"].as_array().cloned().unwrap_or_default();
    alerts.into_iter().filter(|alert| alert["state"] == state).collect()
}

/// The names of alerts.
pub(crate) fn names(alerts: &[Value]) -> BTreeSet<String> {
    alerts.iter().filter_map(|alert| alert["labels"]["alertname"].as_str()).map(str::to_owned).collect()
}

/// When each rule group was evaluated last, as the server writes it.
pub(crate) fn evaluations(server: &Server) -> Vec<(String, String)> {
    let answer = server.json("/api/v1/rules");
    let groups = answer["data"]["groups"].as_array().cloned().unwrap_or_default();
    let text = |group: &Value, field: &str| group[field].as_str().unwrap_or_default().to_owned();
    groups.iter().map(|group| (text(group, "name"), text(group, "lastEvaluation"))).collect()
}

/// Waits until every rule group has been evaluated again.
#[track_caller]
pub(crate) fn all_evaluated(server: &Server, within: Duration) {
    let before = evaluations(server);
    until("all rules are evaluated again", within, || {
        let now = evaluations(server);
        let again = now.iter().zip(&before).all(|((_, now), (_, before))| now > before);
        if again && now.len() == before.len() { Ok(()) } else { Err(format!("{now:?}")) }
    });
}
