//! The configuration of the blackbox exporter: the modules that the probes use, and no others.

use serde_json::{Value as Json, json};

use super::yard::Yard;
use crate::diagnostic::Diagnostic;
use crate::plan::compose::{Container, Folder};
use crate::resolve::pack::UNKNOWN_NAME;
use crate::spec::decode::Text;
use crate::spec::service::Exporter;

/// The flag that names the configuration.
const FLAG: &str = "--config.file";
/// The image's own configuration, which flags without this one would lose.
const OF_IMAGE: &str = "/etc/blackbox_exporter/config.yml";
/// The generated one.
const GENERATED: &str = "/etc/blackbox_exporter/blackbox.yml";

/// Gives the exporter the modules of its probes; returns the flag that it needs.
pub(super) fn configure(yard: &mut Yard<'_>, name: &str, exporter: &Exporter, container: &mut Container) -> Vec<String> {
    let given = |argument: &Text| argument.value.split('=').next() == Some(FLAG);
    if exporter.flags.iter().any(given) {
        return Vec::new();
    }
    let model = yard.model;
    let mut probed = false;
    for job in &model.jobs {
        let Some(probe) =
            job.probe.as_ref().filter(|probe| probe.exporter.rsplit_once(':').is_some_and(|(host, _)| host == name))
        else {
            continue;
        };
        probed = true;
        match module(&probe.module) {
            Some((known, config)) => {
                if known.starts_with("icmp") {
                    container.extra.insert("cap_add".to_owned(), json!(["NET_RAW"]));
                }
                yard.plan.modules.insert(known, config);
            }
            None => {
                let span = model.spec.probes.get(&job.item.name).map_or(job.item.span, |probe| probe.module.span);
                let message = format!("the module `{}` is not known", probe.module);
                yard.diagnostics.push(Diagnostic::error(UNKNOWN_NAME, span, message).help(format!(
                    "the modules are {}; for one of your own give the exporter a configuration: \
                     `flags: [--config.file=/etc/blackbox/own.yml]` and a mount under `compose: {{volumes: [...]}}`",
                    MODULES.join(", ")
                )));
            }
        }
    }
    if !probed {
        return vec![format!("{FLAG}={OF_IMAGE}")];
    }
    container.folders.push(Folder { path: "blackbox", target: "/etc/blackbox_exporter", read_at_start: true, apart: &[] });
    vec![format!("{FLAG}={GENERATED}")]
}

/// The modules by name; the names are those of the configuration in the image.
const MODULES: [&str; 10] = [
    "grpc",
    "grpc_plain",
    "http_2xx",
    "http_post_2xx",
    "icmp",
    "icmp_ttl5",
    "irc_banner",
    "pop3s_banner",
    "ssh_banner",
    "tcp_connect",
];

/// A module's configuration. Names resolve to IPv4 addresses first: a container seldom has IPv6.
fn module(name: &str) -> Option<(&'static str, Json)> {
    let known = MODULES.into_iter().find(|known| *known == name)?;
    let ip4 = "ip4";
    let config = match known {
        "grpc" => json!({"prober": "grpc", "grpc": {"tls": true, "preferred_ip_protocol": ip4}}),
        "grpc_plain" => json!({"prober": "grpc", "grpc": {"tls": false, "preferred_ip_protocol": ip4}}),
        "http_2xx" => json!({"prober": "http", "http": {"preferred_ip_protocol": ip4}}),
        "http_post_2xx" => json!({"prober": "http", "http": {"method": "POST", "preferred_ip_protocol": ip4}}),
        "icmp" => json!({"prober": "icmp", "icmp": {"preferred_ip_protocol": ip4}}),
        "icmp_ttl5" => json!({"prober": "icmp", "icmp": {"ttl": 5, "preferred_ip_protocol": ip4}}),
        "irc_banner" => json!({"prober": "tcp", "tcp": {"preferred_ip_protocol": ip4, "query_response": [
            {"send": "NICK prober"},
            {"send": "USER prober prober prober :prober"},
            {"expect": "PING :([^ ]+)", "send": "PONG ${1}"},
            {"expect": "^:[^ ]+ 001"},
        ]}}),
        "pop3s_banner" => json!({"prober": "tcp", "tcp": {"preferred_ip_protocol": ip4, "tls": true, "query_response": [
            {"expect": "^\\+OK"},
        ]}}),
        "ssh_banner" => json!({"prober": "tcp", "tcp": {"preferred_ip_protocol": ip4, "query_response": [
            {"expect": "^SSH-2.0-"},
        ]}}),
        _ => json!({"prober": "tcp", "tcp": {"preferred_ip_protocol": ip4}}),
    };
    Some((known, config))
}
