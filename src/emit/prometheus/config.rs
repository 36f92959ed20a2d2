//! `prometheus.yml` and file_sd target lists.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use crate::emit::{json, yaml};
use crate::plan::prometheus::{self as plan, Prometheus};

#[derive(Serialize)]
struct Config<'p> {
    global: Global<'p>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alerting: Option<Alerting<'p>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rule_files: Vec<String>,
    scrape_configs: Vec<ScrapeConfig<'p>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remote_write: Vec<RemoteWrite<'p>>,
}

#[derive(Serialize)]
struct Global<'p> {
    scrape_interval: &'p str,
    scrape_timeout: &'p str,
    evaluation_interval: &'p str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    external_labels: &'p BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Alerting<'p> {
    alertmanagers: [Alertmanagers<'p>; 1],
}

#[derive(Serialize)]
struct Alertmanagers<'p> {
    static_configs: [StaticConfig<'p>; 1],
}

#[derive(Serialize)]
struct StaticConfig<'p> {
    targets: &'p [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<&'p BTreeMap<String, String>>,
}

#[derive(Serialize)]
struct ScrapeConfig<'p> {
    job_name: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scrape_interval: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scrape_timeout: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics_path: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheme: Option<&'p str>,
    #[serde(skip_serializing_if = "is_false")]
    honor_labels: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    params: &'p BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    static_configs: Vec<StaticConfig<'p>>,
    #[serde(flatten)]
    discovery: BTreeMap<&'static str, Vec<&'p Json>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relabel_configs: Vec<Relabel<'p>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    metric_relabel_configs: Vec<Relabel<'p>>,
    #[serde(flatten)]
    extra: &'p BTreeMap<String, Json>,
}

#[derive(Serialize)]
struct Relabel<'p> {
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    source_labels: &'p [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    separator: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    regex: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modulus: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_label: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replacement: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'p str>,
}

#[derive(Serialize)]
struct RemoteWrite<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'p str>,
    url: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization: Option<Authorization<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    basic_auth: Option<BasicAuth<'p>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    write_relabel_configs: Vec<Relabel<'p>>,
    #[serde(flatten)]
    extra: &'p BTreeMap<String, Json>,
}

#[derive(Serialize)]
struct Authorization<'p> {
    credentials_file: &'p str,
}

#[derive(Serialize)]
struct BasicAuth<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_file: Option<&'p str>,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// `prometheus.yml`. Rule files are named relative to it, so that the folder can lie anywhere.
pub(super) fn yaml(plan: &Prometheus) -> Vec<u8> {
    let files = [("alerts.yml", &plan.alert_groups), ("recording_rules.yml", &plan.record_groups)];
    let config = Config {
        global: Global {
            scrape_interval: &plan.global.scrape_interval,
            scrape_timeout: &plan.global.scrape_timeout,
            evaluation_interval: &plan.global.evaluation_interval,
            external_labels: &plan.global.external_labels,
        },
        alerting: (!plan.alertmanagers.is_empty()).then(|| Alerting {
            alertmanagers: [Alertmanagers { static_configs: [StaticConfig { targets: &plan.alertmanagers, labels: None }] }],
        }),
        rule_files: files
            .into_iter()
            .filter(|(_, groups)| !groups.is_empty())
            .map(|(file, _)| format!("{}{file}", plan.rule_folder))
            .collect(),
        scrape_configs: plan.jobs.iter().map(scrape_config).collect(),
        remote_write: plan.remote_write.iter().map(remote_write).collect(),
    };
    yaml::to_yaml(&config)
}

fn scrape_config(job: &plan::ScrapeJob) -> ScrapeConfig<'_> {
    ScrapeConfig {
        job_name: &job.name,
        scrape_interval: job.interval.as_deref(),
        scrape_timeout: job.timeout.as_deref(),
        metrics_path: job.path.as_deref(),
        scheme: job.scheme.as_deref(),
        honor_labels: job.honor_labels,
        params: &job.params,
        static_configs: job
            .static_groups
            .iter()
            .map(|group| StaticConfig { targets: &group.targets, labels: (!group.labels.is_empty()).then_some(&group.labels) })
            .collect(),
        discovery: job.discovery.iter().map(|(key, config)| (*key, entries(config))).collect(),
        relabel_configs: job.relabel.iter().map(relabel).collect(),
        metric_relabel_configs: job.metric_relabel.iter().map(relabel).collect(),
        extra: &job.extra,
    }
}

/// A discovery is a list of entries; a spec may write one without the list.
fn entries(config: &Json) -> Vec<&Json> {
    match config {
        Json::Array(list) => list.iter().collect(),
        one => vec![one],
    }
}

fn relabel(step: &plan::Relabel) -> Relabel<'_> {
    Relabel {
        source_labels: &step.source_labels,
        separator: step.separator.as_deref(),
        regex: step.regex.as_deref(),
        modulus: step.modulus,
        target_label: step.target_label.as_deref(),
        replacement: step.replacement.as_deref(),
        action: step.action.as_deref(),
    }
}

fn remote_write(remote: &plan::RemoteWrite) -> RemoteWrite<'_> {
    let basic = remote.username.is_some() || remote.password_file.is_some();
    RemoteWrite {
        name: remote.name.as_deref(),
        url: &remote.url,
        authorization: remote.credentials_file.as_deref().map(|credentials_file| Authorization { credentials_file }),
        basic_auth: basic
            .then_some(BasicAuth { username: remote.username.as_deref(), password_file: remote.password_file.as_deref() }),
        write_relabel_configs: remote.relabel.iter().map(relabel).collect(),
        extra: &remote.extra,
    }
}

#[derive(Serialize)]
struct Targets<'p> {
    targets: &'p [String],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: &'p BTreeMap<String, String>,
}

/// A file_sd target list, which has no comments.
pub(super) fn target_list(groups: &[plan::TargetGroup]) -> Vec<u8> {
    let groups: Vec<Targets<'_>> =
        groups.iter().map(|group| Targets { targets: &group.targets, labels: &group.labels }).collect();
    json::to_json(&groups)
}
