//! Rules, contact points, policies, mute timings and templates.
//!
//! Grafana reads `$NAME` as an environment variable in labels, titles, policies and settings, but not in annotations, queries, mute timings and
//! templates: only in the former a `$` is doubled.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use crate::emit::grafana::{Number, literal};
use crate::emit::{Artifact, yaml};
use crate::plan::grafana::alerting::{Alerting, Condition, ContactPoint, OnError, Policy, Receiver, Rule, RuleGroup, Setting};

/// What evaluates expressions over the results of queries.
const EXPRESSION: &str = "__expr__";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<T> {
    api_version: u8,
    #[serde(flatten)]
    list: BTreeMap<&'static str, Vec<T>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupYaml<'p> {
    org_id: u8,
    name: String,
    folder: String,
    interval: &'p str,
    rules: Vec<RuleYaml<'p>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleYaml<'p> {
    uid: &'p str,
    title: String,
    condition: &'static str,
    data: [QueryYaml<'p>; 2],
    no_data_state: &'static str,
    exec_err_state: &'static str,
    #[serde(rename = "for")]
    hold: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_firing_for: Option<&'p str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: &'p BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<&'p str, String>,
    is_paused: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QueryYaml<'p> {
    ref_id: &'static str,
    relative_time_range: TimeRange,
    datasource_uid: &'p str,
    model: ModelYaml<'p>,
}

#[derive(Serialize)]
struct TimeRange {
    from: u64,
    to: u64,
}

#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum ModelYaml<'p> {
    Prometheus {
        editor_mode: &'static str,
        expr: &'p str,
        instant: bool,
        interval_ms: u32,
        max_data_points: u32,
        range: bool,
        ref_id: &'static str,
    },
    Threshold {
        #[serde(rename = "type")]
        kind: &'static str,
        expression: &'static str,
        conditions: [ConditionYaml; 1],
        datasource: DatasourceRef,
        ref_id: &'static str,
    },
    Math {
        #[serde(rename = "type")]
        kind: &'static str,
        expression: &'p str,
        datasource: DatasourceRef,
        ref_id: &'static str,
    },
}

#[derive(Serialize)]
struct ConditionYaml {
    evaluator: Evaluator,
}

#[derive(Serialize)]
struct Evaluator {
    #[serde(rename = "type")]
    kind: &'static str,
    params: [Number; 1],
}

#[derive(Serialize)]
struct DatasourceRef {
    #[serde(rename = "type")]
    kind: &'static str,
    uid: &'static str,
}

const EXPRESSION_REF: DatasourceRef = DatasourceRef { kind: EXPRESSION, uid: EXPRESSION };

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContactPointYaml<'p> {
    org_id: u8,
    name: String,
    receivers: Vec<ReceiverYaml<'p>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReceiverYaml<'p> {
    uid: &'p str,
    #[serde(rename = "type")]
    kind: &'static str,
    settings: BTreeMap<&'static str, Json>,
    disable_resolve_message: bool,
}

#[derive(Serialize)]
struct PolicyYaml<'p> {
    #[serde(rename = "orgId", skip_serializing_if = "Option::is_none")]
    org_id: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    object_matchers: Vec<[String; 3]>,
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mute_time_intervals: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    active_time_intervals: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    routes: Vec<PolicyYaml<'p>>,
}

#[derive(Serialize)]
struct MuteTimingYaml<'p> {
    #[serde(rename = "orgId")]
    org_id: u8,
    name: &'p str,
    time_intervals: &'p Json,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TemplateYaml<'p> {
    org_id: u8,
    name: &'p str,
    template: &'p str,
}

/// The files of `provisioning/alerting`; a file that would hold nothing is not written.
pub(super) fn emit(plan: &Alerting, out: &mut Vec<Artifact>) {
    let notifications = || vec!["notifications".to_owned()];
    file(out, "rules", "groups", plan.groups.iter().map(group).collect(), plan.items.clone());
    file(out, "contact-points", "contactPoints", plan.contact_points.iter().map(contact_point).collect(), notifications());
    file(out, "policies", "policies", plan.policy.iter().map(|root| policy(root, true)).collect(), notifications());
    let timings = plan.mute_timings.iter().map(|(name, times)| MuteTimingYaml { org_id: 1, name, time_intervals: times });
    file(out, "mute-timings", "muteTimes", timings.collect(), notifications());
    let templates = plan.templates.iter().map(|(name, template)| TemplateYaml { org_id: 1, name, template });
    file(out, "templates", "templates", templates.collect(), notifications());
}

fn file<T: Serialize>(out: &mut Vec<Artifact>, name: &str, key: &'static str, list: Vec<T>, items: Vec<String>) {
    if list.is_empty() {
        return;
    }
    let file = File { api_version: 1, list: BTreeMap::from([(key, list)]) };
    out.push(Artifact::new(format!("grafana/provisioning/alerting/{name}.yaml"), yaml::to_yaml(&file), items));
}

fn group(plan: &RuleGroup) -> GroupYaml<'_> {
    GroupYaml {
        org_id: 1,
        name: literal(&plan.name),
        folder: literal(&plan.folder),
        interval: &plan.interval,
        rules: plan.rules.iter().map(rule).collect(),
    }
}

fn rule(plan: &Rule) -> RuleYaml<'_> {
    let query = QueryYaml {
        ref_id: "A",
        relative_time_range: TimeRange { from: plan.look_back, to: 0 },
        datasource_uid: &plan.datasource,
        model: ModelYaml::Prometheus {
            editor_mode: "code",
            expr: &plan.expr,
            instant: true,
            interval_ms: 1000,
            max_data_points: 43_200,
            range: false,
            ref_id: "A",
        },
    };
    let condition = QueryYaml {
        ref_id: "B",
        relative_time_range: TimeRange { from: 0, to: 0 },
        datasource_uid: EXPRESSION,
        model: match &plan.condition {
            Condition::Above(limit) => threshold("gt", *limit),
            Condition::Below(limit) => threshold("lt", *limit),
            Condition::Math(expression) => ModelYaml::Math { kind: "math", expression, datasource: EXPRESSION_REF, ref_id: "B" },
        },
    };
    RuleYaml {
        uid: &plan.uid,
        title: literal(&plan.title),
        condition: "B",
        data: [query, condition],
        // Where nothing is returned Prometheus has no alert either.
        no_data_state: "OK",
        exec_err_state: match plan.on_error {
            OnError::Error => "Error",
            OnError::Ok => "OK",
        },
        hold: &plan.hold,
        keep_firing_for: plan.keep_firing_for.as_deref(),
        annotations: &plan.annotations,
        labels: plan.labels.iter().map(|(name, value)| (name.as_str(), literal(value))).collect(),
        is_paused: false,
    }
}

fn threshold(kind: &'static str, limit: f64) -> ModelYaml<'static> {
    ModelYaml::Threshold {
        kind: "threshold",
        expression: "A",
        conditions: [ConditionYaml { evaluator: Evaluator { kind, params: [Number(limit)] } }],
        datasource: EXPRESSION_REF,
        ref_id: "B",
    }
}

fn contact_point(plan: &ContactPoint) -> ContactPointYaml<'_> {
    ContactPointYaml { org_id: 1, name: literal(&plan.name), receivers: plan.receivers.iter().map(receiver).collect() }
}

fn receiver(plan: &Receiver) -> ReceiverYaml<'_> {
    let setting = |setting: &Setting| match setting {
        Setting::Plain(value) => plain(value),
        Setting::SecretFile(path) => Json::String(format!("$__file{{{path}}}")),
    };
    ReceiverYaml {
        uid: &plan.uid,
        kind: plan.kind,
        settings: plan.settings.iter().map(|(key, value)| (*key, setting(value))).collect(),
        disable_resolve_message: !plan.send_resolved,
    }
}

/// A value whose texts stay what they are.
fn plain(value: &Json) -> Json {
    match value {
        Json::String(text) => Json::String(literal(text)),
        Json::Array(list) => Json::Array(list.iter().map(plain).collect()),
        Json::Object(map) => Json::Object(map.iter().map(|(key, value)| (key.clone(), plain(value))).collect()),
        other => other.clone(),
    }
}

fn policy(plan: &Policy, is_root: bool) -> PolicyYaml<'_> {
    let literals = |texts: &[String]| texts.iter().map(|text| literal(text)).collect();
    PolicyYaml {
        org_id: is_root.then_some(1),
        receiver: plan.receiver.as_deref().map(literal),
        object_matchers: plan.matchers.iter().map(|matcher| matcher.each_ref().map(|part| literal(part))).collect(),
        group_by: plan.group_by.as_deref(),
        group_wait: plan.group_wait.as_deref(),
        group_interval: plan.group_interval.as_deref(),
        repeat_interval: plan.repeat_interval.as_deref(),
        resume: plan.resume,
        mute_time_intervals: literals(&plan.mute_timings),
        active_time_intervals: literals(&plan.active_timings),
        routes: plan.routes.iter().map(|below| policy(below, false)).collect(),
    }
}
