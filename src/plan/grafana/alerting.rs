//! Alerts that Grafana evaluates itself, and whom they reach.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// Rules and whom they reach.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Alerting {
    /// Groups of rules.
    pub groups: Vec<RuleGroup>,
    /// Who can be told.
    pub contact_points: Vec<ContactPoint>,
    /// Who is told of what no route below takes.
    pub policy: Option<Policy>,
    /// Times at which nobody is told, by name.
    pub mute_timings: BTreeMap<String, Json>,
    /// Templates of notifications, by name.
    pub templates: BTreeMap<String, String>,
    /// The spec items of the rules.
    pub items: Vec<String>,
}

/// A group of rules, evaluated together.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleGroup {
    /// Its name, unique in its folder.
    pub name: String,
    /// Its folder.
    pub folder: String,
    /// Time between two evaluations.
    pub interval: String,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// An alert rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its uid.
    pub uid: String,
    /// The value of the label `alertname`.
    pub title: String,
    /// The expression that Prometheus evaluates.
    pub expr: String,
    /// The uid of the data source that evaluates it.
    pub datasource: String,
    /// How far back it looks, in seconds.
    pub look_back: u64,
    /// What of the result makes it fire.
    pub condition: Condition,
    /// What it is when the expression cannot be evaluated.
    pub on_error: OnError,
    /// How long it must hold.
    pub hold: String,
    /// How long it goes on firing.
    pub keep_firing_for: Option<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
}

/// What of a result makes a rule fire.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// The value is above this.
    Above(f64),
    /// The value is below this.
    Below(f64),
    /// An expression over `$A` is not zero.
    Math(String),
}

/// What a rule is when its expression cannot be evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnError {
    /// People are told of the error.
    Error,
    /// It does not fire.
    Ok,
}

/// Who can be told.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactPoint {
    /// Its name.
    pub name: String,
    /// The ways in which it is told.
    pub receivers: Vec<Receiver>,
}

/// A way in which somebody is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Receiver {
    /// Its uid.
    pub uid: String,
    /// What it is, in Grafana's words.
    pub kind: &'static str,
    /// Its settings.
    pub settings: BTreeMap<&'static str, Setting>,
    /// Whether the end of an alert is told.
    pub send_resolved: bool,
}

/// A setting of a receiver.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// Its value.
    Plain(Json),
    /// The file that holds its value.
    SecretFile(String),
}

/// A notification policy: a route.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// Who is told.
    pub receiver: Option<String>,
    /// Which alerts: label, operator, value.
    pub matchers: Vec<[String; 3]>,
    /// Labels by which alerts come together.
    pub group_by: Option<Vec<String>>,
    /// How long the first message waits.
    pub group_wait: Option<String>,
    /// How long until new alerts of a group are told.
    pub group_interval: Option<String>,
    /// How long until it is told again.
    pub repeat_interval: Option<String>,
    /// Whether the policies after this one are asked too.
    pub resume: bool,
    /// Times at which nobody is told.
    pub mute_timings: Vec<String>,
    /// The only times at which somebody is told.
    pub active_timings: Vec<String>,
    /// Policies below.
    pub routes: Vec<Policy>,
}
