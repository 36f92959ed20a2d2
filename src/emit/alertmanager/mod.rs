//! Alertmanager's configuration.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use crate::emit::artifact::Artifact;
use crate::emit::yaml;
use crate::plan::alertmanager::{Alertmanager, Route as PlannedRoute};

#[derive(Serialize)]
struct Config<'p> {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    global: &'p BTreeMap<String, Json>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    templates: &'p [String],
    route: Route<'p>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inhibit_rules: Vec<Inhibit<'p>>,
    receivers: Vec<Receiver<'p>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    time_intervals: Vec<TimeInterval<'p>>,
}

#[derive(Serialize)]
struct Route<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver: Option<&'p str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    matchers: &'p [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    group_by: Option<&'p [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_wait: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_interval: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat_interval: Option<&'p str>,
    #[serde(rename = "continue", skip_serializing_if = "std::ops::Not::not")]
    resume: bool,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    mute_time_intervals: &'p [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    active_time_intervals: &'p [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    routes: Vec<Route<'p>>,
}

#[derive(Serialize)]
struct Inhibit<'p> {
    source_matchers: &'p [String],
    target_matchers: &'p [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    equal: &'p [String],
}

#[derive(Serialize)]
struct Receiver<'p> {
    name: &'p str,
    #[serde(flatten)]
    integrations: &'p BTreeMap<&'static str, Vec<BTreeMap<String, Json>>>,
}

#[derive(Serialize)]
struct TimeInterval<'p> {
    name: &'p str,
    time_intervals: &'p Json,
}

/// `alertmanager.yml` and its templates.
pub fn emit(plan: &Alertmanager, out: &mut Vec<Artifact>) {
    let config = Config {
        global: &plan.global,
        templates: &plan.templates,
        route: route(&plan.route),
        inhibit_rules: plan
            .inhibit
            .iter()
            .map(|inhibit| Inhibit {
                source_matchers: &inhibit.source_matchers,
                target_matchers: &inhibit.target_matchers,
                equal: &inhibit.equal,
            })
            .collect(),
        receivers: plan
            .receivers
            .iter()
            .map(|receiver| Receiver { name: &receiver.name, integrations: &receiver.integrations })
            .collect(),
        time_intervals: plan.time_intervals.iter().map(|(name, times)| TimeInterval { name, time_intervals: times }).collect(),
    };
    out.push(Artifact::new("alertmanager/alertmanager.yml", yaml::to_yaml(&config), plan.items.clone()));
    for (name, bytes) in &plan.template_files {
        out.push(Artifact::new(format!("alertmanager/templates/{name}"), bytes.clone(), plan.items.clone()));
    }
}

fn route(plan: &PlannedRoute) -> Route<'_> {
    Route {
        receiver: plan.receiver.as_deref(),
        matchers: &plan.matchers,
        group_by: plan.group_by.as_deref(),
        group_wait: plan.group_wait.as_deref(),
        group_interval: plan.group_interval.as_deref(),
        repeat_interval: plan.repeat_interval.as_deref(),
        resume: plan.resume,
        mute_time_intervals: &plan.mute_time_intervals,
        active_time_intervals: &plan.active_time_intervals,
        routes: plan.routes.iter().map(route).collect(),
    }
}
