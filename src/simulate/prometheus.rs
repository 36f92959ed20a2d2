//! Prometheus' configuration, turned towards the simulation: the targets come from its control port, all else stays.

use serde_json::json;

use crate::plan::prometheus::{Prometheus, Relabel};
use crate::simulate::Simulation;
use crate::simulate::history::History;

/// What is changed besides the targets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The address of the control port.
    pub control: String,
    /// The folder of the rule files.
    pub rules: String,
    /// Time between two scrapes, as Prometheus writes it.
    pub scrape_interval: Option<String>,
    /// The address of an Alertmanager in place of the one in the spec.
    pub alertmanager: Option<String>,
}

/// The plan of a server that scrapes the simulation. What needs credentials or leads elsewhere is left out: `remote_write`, logins, TLS.
#[must_use]
pub fn turned(plan: &Prometheus, simulation: &Simulation, changes: &Changes) -> Prometheus {
    let mut plan = plan.clone();
    plan.remote_write.clear();
    plan.target_lists.clear();
    plan.rule_folder.clone_from(&changes.rules);
    if let Some(alertmanager) = &changes.alertmanager {
        plan.alertmanagers = vec![alertmanager.clone()];
    }
    if let Some(interval) = &changes.scrape_interval {
        plan.global.scrape_interval.clone_from(interval);
        plan.global.scrape_timeout.clone_from(interval);
    }
    for job in &mut plan.jobs {
        let refresh = changes.scrape_interval.as_deref().or(job.interval.as_deref()).unwrap_or(&plan.global.scrape_interval);
        let list = json!({"url": format!("http://{}/targets/{}", changes.control, job.name), "refresh_interval": refresh});
        job.discovery = Some(("http_sd_configs", list));
        job.static_groups.clear();
        job.scheme = None;
        if changes.scrape_interval.is_some() {
            job.interval = None;
            job.timeout = None;
        }
        for field in ["authorization", "basic_auth", "oauth2", "tls_config", "proxy_url", "bearer_token_file", "bearer_token"] {
            job.extra.remove(field);
        }
        let probe = simulation.targets.iter().find(|target| target.job == job.name && target.probe.is_some());
        if let Some(probe) = probe {
            // The exporter is asked where it is simulated; the list says where that is.
            for step in job.relabel.iter_mut().filter(|step| is_address_of(step, &probe.address)) {
                step.source_labels = vec!["__meta_simulation".to_owned()];
                step.replacement = None;
            }
        }
    }
    plan
}

fn is_address_of(step: &Relabel, exporter: &str) -> bool {
    step.target_label.as_deref() == Some("__address__") && step.replacement.as_deref() == Some(exporter)
}

/// What Prometheus is told of a job, in the form of its HTTP service discovery. `address` says where a target is simulated.
pub fn targets(
    simulation: &Simulation,
    job: &str,
    history: &History,
    t: f64,
    address: &dyn Fn(usize) -> Option<String>,
) -> serde_json::Value {
    let of_job = simulation.targets.iter().enumerate().filter(|(_, target)| target.job == job && target.is_listed(history, t));
    let groups = of_job.filter_map(|(place, target)| {
        let found = address(place)?;
        let mut labels = target.labels.clone();
        labels.remove("job");
        Some(match &target.probe {
            Some((_, asked)) => {
                labels.remove("instance");
                labels.insert("__meta_simulation".to_owned(), found);
                json!({"targets": [asked], "labels": labels})
            }
            None => json!({"targets": [found], "labels": labels}),
        })
    });
    serde_json::Value::Array(groups.collect())
}
