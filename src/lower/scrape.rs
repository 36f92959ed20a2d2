//! From the model to Prometheus' configuration: jobs, target lists, remote write.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::lower::secrets;
use crate::model::Model;
use crate::model::job::{Job, TargetGroup as Targets, Targets as Where};
use crate::plan::prometheus::{Global, Prometheus, Relabel, RemoteWrite, ScrapeJob, TargetGroup};
use crate::plan::secret::Secrets;
use crate::spec::decode::{Raw, Text};
use crate::spec::scrape::Relabel as Written;

/// The path of the metrics that Prometheus takes when nothing is said.
const DEFAULT_PATH: &str = "/metrics";

/// Everything of Prometheus but its rules.
pub fn lower(model: &Model) -> Prometheus {
    let settings = &model.settings;
    let mut plan = Prometheus {
        global: Global {
            scrape_interval: settings.scrape_interval.to_string(),
            scrape_timeout: settings.scrape_timeout.min(settings.scrape_interval).to_string(),
            evaluation_interval: settings.evaluation_interval.to_string(),
            external_labels: settings.external_labels.clone(),
        },
        ..Prometheus::default()
    };
    if settings.alertmanager {
        plan.alertmanagers.push("alertmanager:9093".to_owned());
    }
    for scraped in model.jobs.iter().filter(|job| !job.planned) {
        if let Where::Fleet { file, groups } = &scraped.targets {
            plan.target_lists.insert(file.clone(), groups.iter().map(group).collect());
        }
        plan.jobs.push(job(scraped, model));
    }
    if let Some(stack) = &model.spec.stack {
        let mut secrets = Secrets::new();
        plan.remote_write = stack
            .remote_write
            .iter()
            .map(|remote| RemoteWrite {
                name: remote.id.as_ref().map(|id| id.value.clone()),
                url: remote.url.value.clone(),
                credentials_file: remote.bearer_token.as_ref().map(|token| secrets::path(token, &mut secrets)),
                username: remote.user.as_ref().map(|user| user.value.clone()),
                password_file: remote.password.as_ref().map(|password| secrets::path(password, &mut secrets)),
                relabel: remote.relabel.iter().map(relabel).collect(),
                extra: fields(remote.prometheus.as_ref().map(|raw: &Raw| &raw.json)),
            })
            .collect();
        plan.secrets = secrets;
    }
    let mut items: Vec<String> = model.jobs.iter().map(|job| job.item.to_string()).collect();
    items.push("stack".to_owned());
    plan.items.insert("prometheus.yml", items);
    plan
}

fn group(group: &Targets) -> TargetGroup {
    TargetGroup { targets: group.addresses.clone(), labels: group.labels.clone() }
}

fn job(job: &Job, model: &Model) -> ScrapeJob {
    let settings = &model.settings;
    let mut plan = ScrapeJob {
        name: job.name.clone(),
        interval: (job.interval != settings.scrape_interval).then(|| job.interval.to_string()),
        timeout: timeout(job, model),
        path: (job.path != DEFAULT_PATH).then(|| job.path.clone()),
        scheme: job.scheme.clone().filter(|scheme| scheme != "http"),
        params: job.params.clone(),
        honor_labels: job.honor_labels,
        relabel: job.relabel.iter().map(relabel).collect(),
        metric_relabel: job.metric_relabel.iter().map(relabel).collect(),
        extra: fields(job.extra.as_ref()),
        ..ScrapeJob::default()
    };
    match &job.targets {
        Where::Static(groups) => plan.static_groups = groups.iter().map(group).collect(),
        Where::Fleet { file, .. } => {
            plan.discovery = Some(("file_sd_configs", json!({"files": [format!("targets/{file}")]})));
        }
        Where::Discovered { key, config, labels } => {
            plan.discovery = Some((key, config.clone()));
            let fixed = labels.iter().map(|(name, value)| Relabel {
                target_label: Some(name.clone()),
                replacement: Some(value.clone()),
                ..Relabel::default()
            });
            plan.relabel.splice(0..0, fixed);
        }
    }
    if let Some(probe) = &job.probe {
        plan.params.insert("module".to_owned(), vec![probe.module.clone()]);
        let step = |source: &[&str], target: &str, replacement: Option<&str>| Relabel {
            source_labels: source.iter().map(|label| (*label).to_owned()).collect(),
            target_label: Some(target.to_owned()),
            replacement: replacement.map(str::to_owned),
            ..Relabel::default()
        };
        // The exporter is asked; what it is asked about stays the instance.
        plan.relabel.splice(
            0..0,
            [
                step(&["__address__"], "__param_target", None),
                step(&["__param_target"], "instance", None),
                step(&[], "__address__", Some(&probe.exporter)),
            ],
        );
    }
    plan
}

/// A scrape may not take longer than the time between two scrapes.
fn timeout(job: &Job, model: &Model) -> Option<String> {
    let settings = &model.settings;
    let wanted = job.timeout.unwrap_or(settings.scrape_timeout).min(job.interval);
    (wanted != settings.scrape_timeout.min(settings.scrape_interval)).then(|| wanted.to_string())
}

fn relabel(written: &Written) -> Relabel {
    let text = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
    Relabel {
        source_labels: written.source_labels.iter().map(|label| label.value.clone()).collect(),
        separator: text(&written.separator),
        target_label: text(&written.target_label),
        regex: text(&written.regex),
        modulus: written.modulus,
        replacement: text(&written.replacement),
        action: text(&written.action),
    }
}

/// The fields of a mapping that passes through.
pub(super) fn fields(json: Option<&Json>) -> BTreeMap<String, Json> {
    match json {
        Some(Json::Object(object)) => object.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        _ => BTreeMap::new(),
    }
}
