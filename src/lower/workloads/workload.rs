//! What `compose:` changes about a container.

use serde_json::Value as Json;

use super::variables::{self, Owner};
use crate::diagnostic::Diagnostic;
use crate::lower::scrape::fields;
use crate::plan::compose::{Container, Health};
use crate::spec::service::Workload;

/// Arguments of a program: those that are always given, then those of the spec. A flag of the spec takes the place of one given always.
pub(super) fn arguments(always: Vec<String>, own: impl IntoIterator<Item = String>) -> Vec<String> {
    let flag = |argument: &str| argument.split('=').next().unwrap_or_default().trim_start_matches('-').to_owned();
    let own: Vec<String> = own.into_iter().collect();
    let replaced: Vec<String> = own.iter().map(|argument| flag(argument)).collect();
    let kept = always.into_iter().filter(|argument| !replaced.contains(&flag(argument)));
    kept.chain(own.iter().cloned()).collect()
}

/// Applies what `compose:` says; its texts are as in Compose. `file_variant` names the variable from which a program reads the path of a file with
/// another variable's secret.
pub(super) fn apply(
    container: &mut Container,
    name: &str,
    workload: Option<&Workload>,
    file_variant: &dyn Fn(&str) -> Option<String>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(workload) = workload else { return };
    let texts = |list: &[crate::spec::decode::Text]| list.iter().map(|text| text.value.clone()).collect::<Vec<_>>();
    if let Some(image) = &workload.image {
        container.image = Some(image.value.clone());
    }
    if let Some(build) = &workload.build {
        container.build = Some(build.json.clone());
        // An image beside `build` is the name of what is built; that of a pack would be overwritten by it.
        container.image = workload.image.as_ref().map(|image| image.value.clone());
    }
    if let Some(command) = &workload.command {
        container.command = texts(command);
    }
    for (variable, entry) in workload.environment.iter() {
        let owner = Owner { name, as_in_compose: true };
        variables::set(container, owner, variable, &entry.value, file_variant(variable).as_deref(), diagnostics);
    }
    container.volumes.extend(texts(&workload.volumes));
    if let Some(ports) = &workload.ports {
        container.ports = texts(ports);
    }
    if let Some(check) = &workload.healthcheck {
        container.health = Health::Written(check.json.clone());
    }
    if !workload.profiles.is_empty() {
        container.profiles = texts(&workload.profiles);
    }
    merge(container, workload.compose.as_ref().map(|raw| &raw.json));
}

/// Joins fields that pass through with those that are there already.
pub(super) fn merge(container: &mut Container, extra: Option<&Json>) {
    for (key, value) in fields(extra) {
        match (key.as_str(), value) {
            ("volumes", Json::Array(list)) if list.iter().all(Json::is_string) => {
                container.volumes.extend(list.iter().filter_map(Json::as_str).map(str::to_owned));
            }
            ("command", Json::Array(list)) if list.iter().all(Json::is_string) => {
                container.command.extend(list.iter().filter_map(Json::as_str).map(str::to_owned));
            }
            // The older, longer way to ask for GPUs is the one that every Compose v2 knows.
            ("gpus", Json::String(all)) if all == "all" => container.gpus = true,
            (_, value) => {
                container.extra.insert(key, value);
            }
        }
    }
}
