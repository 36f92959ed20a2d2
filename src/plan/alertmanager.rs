//! Alertmanager: who is told what.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::plan::secret::Secrets;

/// All of Alertmanager.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Alertmanager {
    /// Fields of `global`.
    pub global: BTreeMap<String, Json>,
    /// Paths of templates as Alertmanager sees them.
    pub templates: Vec<String>,
    /// The root route.
    pub route: Route,
    /// Alerts that keep others quiet.
    pub inhibit: Vec<Inhibit>,
    /// Receivers in the order of their names.
    pub receivers: Vec<Receiver>,
    /// Times by name.
    pub time_intervals: BTreeMap<String, Json>,
    /// The secrets that Alertmanager reads.
    pub secrets: Secrets,
    /// Template files to be written beside the configuration, by name.
    pub template_files: BTreeMap<String, Vec<u8>>,
    /// The spec items that it comes from.
    pub items: Vec<String>,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Route {
    /// Who is told.
    pub receiver: Option<String>,
    /// Labels by which alerts come together.
    pub group_by: Option<Vec<String>>,
    /// How long the first message waits.
    pub group_wait: Option<String>,
    /// How long until new alerts of a group are told.
    pub group_interval: Option<String>,
    /// How long until it is told again.
    pub repeat_interval: Option<String>,
    /// Which alerts.
    pub matchers: Vec<String>,
    /// Whether the routes after this one are asked too.
    pub resume: bool,
    /// Times at which nobody is told.
    pub mute_time_intervals: Vec<String>,
    /// The only times at which somebody is told.
    pub active_time_intervals: Vec<String>,
    /// Routes below.
    pub routes: Vec<Route>,
}

/// Alerts that keep others quiet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inhibit {
    /// The alerts that do.
    pub source_matchers: Vec<String>,
    /// The alerts that are kept quiet.
    pub target_matchers: Vec<String>,
    /// Labels that must be equal in both.
    pub equal: Vec<String>,
}

/// Somebody who can be told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Receiver {
    /// Its name.
    pub name: String,
    /// Integrations: the key (`slack_configs`) and the fields of each.
    pub integrations: BTreeMap<&'static str, Vec<BTreeMap<String, Json>>>,
}
