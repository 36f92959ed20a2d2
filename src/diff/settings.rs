//! What holds for the whole stack, and the containers.

use std::collections::{BTreeMap, BTreeSet};

use super::Side;
use super::change::{Change, Detail, Subject, Verb};
use crate::lower::workloads::{self, Servers};
use crate::plan::compose::Container;
use crate::plan::secret::Secrets;
use crate::spec::decode::{Spanned, Text};

pub(super) fn compare(old: &Side<'_>, new: &Side<'_>, changes: &mut Vec<Change>) {
    let (before, after) = (all(old), all(new));
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    for name in names {
        if let Some(detail) = Detail::of("value", before.get(name), after.get(name)) {
            let verb = match (&detail.before, &detail.after) {
                (None, _) => Verb::Added,
                (_, None) => Verb::Removed,
                _ => Verb::Changed,
            };
            changes.push(Change::new(Subject::Setting, name, verb, None).with(vec![detail]));
        }
    }
    containers(old, new, changes);
}

/// The settings by name. Addresses may hold a password, so what samples are sent to is named by its host.
fn all(side: &Side<'_>) -> BTreeMap<&'static str, String> {
    let settings = &side.model.settings;
    let mut all = BTreeMap::from([
        ("stack name", settings.name.clone()),
        ("scrape interval", settings.scrape_interval.to_string()),
        ("scrape timeout", settings.scrape_timeout.to_string()),
        ("evaluation interval", settings.evaluation_interval.to_string()),
        ("retention", settings.retention.to_string()),
        ("version of Prometheus", settings.versions.prometheus.clone()),
        ("version of Alertmanager", settings.versions.alertmanager.clone()),
        ("version of Grafana", settings.versions.grafana.clone()),
        ("alerts are evaluated by", if settings.grafana_alerting { "Grafana" } else { "Prometheus" }.to_owned()),
    ]);
    let labels: Vec<String> = settings.external_labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut set = |name: &'static str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            all.insert(name, value);
        }
    };
    set("external labels", Some(labels.join(", ")));
    set("runbook base", settings.runbook_base.clone());
    if let Some(stack) = &side.model.spec.stack {
        let text = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
        let number = |number: &Option<Spanned<u64>>| number.as_ref().map(|number| number.value.to_string());
        set("retention size", text(&stack.retention_size));
        set("external address", text(&stack.external_url));
        set("series budget", number(&stack.series_budget));
        let host = |url: &Text| {
            let rest = url.as_str().split_once("://").map_or(url.as_str(), |(_, rest)| rest);
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            host.rsplit('@').next().unwrap_or_default().to_owned()
        };
        let mut remote: Vec<String> = stack.remote_write.iter().map(|remote| host(&remote.url)).collect();
        remote.sort();
        set("samples are sent to", Some(remote.join(", ")));
        if let Some(grafana) = &stack.grafana {
            set("home dashboard", text(&grafana.home));
            set("address of Grafana", text(&grafana.root_url));
        }
    }
    all
}

fn containers(old: &Side<'_>, new: &Side<'_>, changes: &mut Vec<Change>) {
    let none = Secrets::new();
    let environment = BTreeMap::new();
    let servers = Servers { prometheus: &none, alertmanager: &none, grafana: &none, grafana_environment: &environment };
    let [(was, _), (is, _)] = [old, new].map(|side| workloads::lower(side.model, &servers));
    let names: BTreeSet<&String> = was.services.keys().chain(is.services.keys()).collect();
    let image = |container: &Container| container.image.clone();
    for name in names {
        match (was.services.get(name), is.services.get(name)) {
            (Some(container), None) => {
                changes.push(Change::new(Subject::Container, name, Verb::Removed, None).with(vec![Detail::new(
                    "image",
                    image(container),
                    None,
                )]))
            }
            (None, Some(container)) => changes.push(
                Change::new(Subject::Container, name, Verb::Added, None).with(vec![Detail::new("image", None, image(container))]),
            ),
            (Some(was), Some(is)) if was != is => {
                let details = details(was, is);
                changes.push(Change::new(Subject::Container, name, Verb::Changed, None).with(details));
            }
            _ => {}
        }
    }
}

/// The fields that differ. Values of the environment may be secret, so they are not shown.
fn details(was: &Container, is: &Container) -> Vec<Detail> {
    let mut all: Vec<Detail> = Detail::of("image", was.image.as_ref(), is.image.as_ref()).into_iter().collect();
    let list = |list: &[String]| (!list.is_empty()).then(|| list.join(" "));
    all.extend(Detail::of("command", list(&was.command), list(&is.command)));
    all.extend(Detail::of("ports", list(&was.ports), list(&is.ports)));
    all.extend(Detail::of("volumes", list(&was.volumes), list(&is.volumes)));
    all.extend(Detail::of("profiles", list(&was.profiles), list(&is.profiles)));
    let differ: Vec<&str> = [
        ("build", was.build != is.build),
        ("name", was.container_name != is.container_name),
        ("depends_on", was.depends_on != is.depends_on),
        ("environment", was.environment != is.environment),
        ("secrets", was.secrets != is.secrets),
        ("folders", was.folders != is.folders),
        ("health check", was.health != is.health),
        ("GPUs", was.gpus != is.gpus),
        ("other fields", was.extra != is.extra || was.stop_grace_period != is.stop_grace_period),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect();
    if !differ.is_empty() {
        all.push(Detail::new("fields that differ", None, Some(differ.join(", "))));
    }
    all
}
