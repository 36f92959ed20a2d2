//! How Compose asks whether a container is healthy: with a program that the image is known to have, or not at all and with the reason why.

use serde_json::Value as Json;

use crate::plan::compose::{Check, Health};
use crate::spec::pack::Pack;
use crate::spec::service::{Language, Service};

/// How long an exporter's failures do not count: it is there at once.
const EXPORTER_START: &str = "10s";
/// How long failures of a service of one's own do not count: what it does at its start is not known.
const SERVICE_START: &str = "30s";

/// A check over HTTP with the wget of busybox, which the images of Prometheus, Alertmanager and Grafana have.
pub fn wget(port: u16, path: &str, start_period: &'static str) -> Health {
    let url = format!("http://127.0.0.1:{port}{path}");
    let command = ["wget", "-q", "-O", "/dev/null", &url].map(str::to_owned).to_vec();
    Health::Check(Check { command, start_period })
}

/// The check that an exporter's pack knows, for the port on which the exporter listens.
pub fn of_pack(pack: &Pack, port: u16) -> Health {
    let reason = || pack.healthcheck_reason.as_ref().map(|reason| reason.value.clone());
    match pack.healthcheck.as_ref().map(|raw| &raw.json) {
        Some(Json::Object(fields)) => match fields.get("command").and_then(Json::as_array) {
            Some(words) => {
                let command = words.iter().filter_map(Json::as_str).map(|word| at_port(word, pack.port.value, port)).collect();
                Health::Check(Check { command, start_period: EXPORTER_START })
            }
            None => Health::Written(Json::Object(fields.clone())),
        },
        Some(_) => Health::None(reason().unwrap_or_else(|| "no way to ask is known".to_owned())),
        None => reason().map_or(Health::Unsaid, Health::None),
    }
}

/// A word of a pack's check, which names the usual port, for another port.
fn at_port(word: &str, usual: u16, port: u16) -> String {
    if usual == port {
        return word.to_owned();
    }
    let renamed = word.replace(&format!("127.0.0.1:{usual}"), &format!("127.0.0.1:{port}"));
    renamed.replace(&format!("127.0.0.1/{usual}"), &format!("127.0.0.1/{port}"))
}

/// The check of a service of one's own: its health path, asked with the interpreter that an image of its language has.
pub fn of_service(service: &Service) -> Health {
    let (Some(path), Some(port)) = (&service.health, &service.port) else { return Health::Unsaid };
    let url = format!("http://127.0.0.1:{}{}", port.value, path.value);
    // The address becomes a literal of the script; what could end the literal is not asked for.
    if url.contains(['\'', '"', '\\', '\n']) {
        return Health::None("the health path holds characters that a command cannot quote".to_owned());
    }
    let command: [String; 3] = match service.language.as_ref().map(|language| language.value) {
        Some(Language::Python) => {
            ["python".to_owned(), "-c".to_owned(), format!("import urllib.request as r; r.urlopen('{url}', timeout=4)")]
        }
        Some(Language::Node) => [
            "node".to_owned(),
            "-e".to_owned(),
            format!("fetch('{url}').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"),
        ],
        _ => return Health::None("it is not known what the image holds; say it with `compose: {healthcheck: ...}`".to_owned()),
    };
    Health::Check(Check { command: command.to_vec(), start_period: SERVICE_START })
}
