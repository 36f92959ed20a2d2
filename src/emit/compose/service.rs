//! One service of the Compose file.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::plan::compose::{Compose, Condition, Container, Health};

/// The label with the digest of the files that the container reads.
const DIGEST: &str = "io.optiinfra.config-digest";
/// The label with the reason why there is no health check.
const NO_HEALTHCHECK: &str = "io.optiinfra.no-healthcheck";

#[derive(Serialize)]
struct Service<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    build: Option<&'p Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    container_name: Option<&'p str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    profiles: &'p [String],
    restart: &'static str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    depends_on: BTreeMap<&'p str, DependsOn>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    command: &'p [String],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    environment: &'p BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<&'p str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    ports: &'p [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    volumes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    networks: Vec<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    healthcheck: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_grace_period: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deploy: Option<Deploy>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<&'p str, String>,
}

#[derive(Serialize)]
struct DependsOn {
    condition: &'static str,
}

#[derive(Serialize)]
struct Check {
    test: Vec<String>,
    interval: &'static str,
    timeout: &'static str,
    retries: u8,
    start_period: &'static str,
}

#[derive(Serialize)]
struct Deploy {
    resources: Resources,
}

#[derive(Serialize)]
struct Resources {
    reservations: Reservations,
}

#[derive(Serialize)]
struct Reservations {
    devices: [Device; 1],
}

#[derive(Serialize)]
struct Device {
    driver: &'static str,
    count: &'static str,
    capabilities: [&'static str; 1],
}

/// A service, with the fields that pass through joined to its own.
pub(super) fn json(container: &Container, plan: &Compose, digest: Option<String>) -> Json {
    let folders = container.folders.iter().map(|folder| format!("{}/{}:{}:ro", plan.generated, folder.path, folder.target));
    let mut labels: BTreeMap<&str, String> = digest.map(|digest| (DIGEST, digest)).into_iter().collect();
    let healthcheck = match &container.health {
        Health::Check(check) => json_of(&Check {
            test: std::iter::once("CMD".to_owned()).chain(check.command.iter().map(|word| unexpanded(word))).collect(),
            interval: "15s",
            timeout: "5s",
            retries: 4,
            start_period: check.start_period,
        }),
        Health::Written(json) => Some(json.clone()),
        Health::None(reason) => {
            labels.insert(NO_HEALTHCHECK, unexpanded(reason));
            None
        }
        Health::Unsaid => None,
    };
    let devices = [Device { driver: "nvidia", count: "all", capabilities: ["gpu"] }];
    let deploy = container.gpus.then_some(Deploy { resources: Resources { reservations: Reservations { devices } } });
    let depends_on = container.depends_on.iter().map(|(name, condition)| {
        let condition = match condition {
            Condition::Started => "service_started",
            Condition::Healthy => "service_healthy",
        };
        (name.as_str(), DependsOn { condition })
    });
    // A container in the network of the host or of another container can be in no network of its own.
    let apart = container.extra.contains_key("network_mode");
    let service = Service {
        image: container.image.as_deref(),
        build: container.build.as_ref(),
        container_name: container.container_name.as_deref(),
        profiles: &container.profiles,
        restart: "unless-stopped",
        depends_on: depends_on.collect(),
        command: &container.command,
        environment: &container.environment,
        secrets: container.secrets.keys().map(String::as_str).collect(),
        ports: if apart { &[] } else { &container.ports },
        volumes: folders.chain(container.volumes.iter().cloned()).collect(),
        networks: plan.network.iter().map(String::as_str).filter(|_| !apart).collect(),
        healthcheck,
        stop_grace_period: container.stop_grace_period,
        deploy,
        labels,
    };
    let mut service = json_of(&service).unwrap_or_default();
    for (key, value) in &container.extra {
        if let Json::Object(fields) = &mut service {
            join(fields, key, value);
        }
    }
    service
}

/// A text that Compose leaves as it is.
fn unexpanded(text: &str) -> String {
    text.replace('$', "$$")
}

/// Plain structs of texts, numbers and lists always become JSON.
fn json_of(value: &impl Serialize) -> Option<Json> {
    serde_json::to_value(value).ok()
}

/// Sets a field: a mapping is joined with the one that is there, anything else takes its place. Variables and labels may also be written as a
/// list of `NAME=VALUE`.
fn join(fields: &mut Map<String, Json>, key: &str, value: &Json) {
    match (fields.get_mut(key), value) {
        (Some(Json::Object(mine)), Json::Object(others)) => {
            for (key, value) in others {
                join(mine, key, value);
            }
        }
        (Some(Json::Object(mine)), Json::Array(pairs)) if matches!(key, "labels" | "environment") => {
            for pair in pairs.iter().filter_map(Json::as_str) {
                let (name, value) = pair.split_once('=').map_or((pair, Json::Null), |(name, value)| (name, Json::from(value)));
                mine.insert(name.to_owned(), value);
            }
        }
        _ => {
            fields.insert(key.to_owned(), value.clone());
        }
    }
}
