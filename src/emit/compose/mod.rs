//! `compose/monitoring.yml`, and the configuration of the blackbox exporter that it mounts.

mod digest;
mod service;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::emit::artifact::{Artifact, Artifacts};
use crate::emit::yaml;
use crate::plan::compose::Compose;
use crate::plan::secret::SecretSource;

#[derive(Serialize)]
struct File<'p> {
    services: BTreeMap<&'p str, Json>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    networks: BTreeMap<&'p str, Map<String, Json>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    volumes: BTreeMap<&'p str, Map<String, Json>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    secrets: BTreeMap<&'p str, Secret<'p>>,
}

/// Where Compose gets a secret from.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Secret<'p> {
    Environment(&'p str),
    File(String),
}

#[derive(Serialize)]
struct Blackbox<'p> {
    modules: &'p BTreeMap<&'static str, Json>,
}

/// The files. `mounted` holds those of all other emitters: each container is labelled with the digest of what it reads from there.
pub fn emit(plan: &Compose, mounted: &Artifacts, out: &mut Vec<Artifact>) {
    let mut blackbox = None;
    if !plan.modules.is_empty() {
        let artifact =
            Artifact::new("blackbox/blackbox.yml", yaml::to_yaml(&Blackbox { modules: &plan.modules }), plan.items.clone());
        blackbox = Some(artifact);
    }
    let services = plan
        .services
        .iter()
        .map(|(name, container)| {
            let digest = digest::of(&container.folders, mounted.iter().chain(&blackbox));
            (name.as_str(), service::json(container, plan, digest))
        })
        .collect();
    let file = File {
        services,
        networks: plan.network.iter().map(|name| (name.as_str(), Map::new())).collect(),
        volumes: plan.volumes.iter().map(|name| (name.as_str(), Map::new())).collect(),
        secrets: plan.secrets.iter().map(|(name, source)| (name.as_str(), secret(source))).collect(),
    };
    out.push(Artifact::new("compose/monitoring.yml", yaml::to_yaml(&file), plan.items.clone()));
    out.extend(blackbox);
}

fn secret(source: &SecretSource) -> Secret<'_> {
    match source {
        SecretSource::Env(variable) => Secret::Environment(variable),
        SecretSource::File { variable, default } => Secret::File(format!("${{{variable}:-{default}}}")),
    }
}
