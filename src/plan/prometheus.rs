//! Prometheus: what it scrapes, which rules it evaluates, whom it sends alerts and samples.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::plan::secret::Secrets;
pub use crate::prove::UnitTest;

/// All of Prometheus.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prometheus {
    /// Defaults for all jobs and groups.
    pub global: Global,
    /// Addresses of Alertmanagers.
    pub alertmanagers: Vec<String>,
    /// Jobs in the order of their names.
    pub jobs: Vec<ScrapeJob>,
    /// Where samples go too.
    pub remote_write: Vec<RemoteWrite>,
    /// Target lists by the name of their file.
    pub target_lists: BTreeMap<String, Vec<TargetGroup>>,
    /// The folder of the rule files, with a `/` at its end; empty where they lie beside the configuration.
    pub rule_folder: String,
    /// Groups of alert rules; empty where Grafana evaluates the alerts.
    pub alert_groups: Vec<RuleGroup>,
    /// Groups of recording rules.
    pub record_groups: Vec<RuleGroup>,
    /// Files of unit tests by their name.
    pub unit_tests: BTreeMap<String, UnitTestFile>,
    /// The secrets that Prometheus reads.
    pub secrets: Secrets,
    /// The spec items of each file, by its name.
    pub items: BTreeMap<&'static str, Vec<String>>,
}

/// Defaults for all jobs and groups. Durations are as Prometheus writes them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Global {
    /// Time between two scrapes.
    pub scrape_interval: String,
    /// How long a scrape may take.
    pub scrape_timeout: String,
    /// Time between two evaluations.
    pub evaluation_interval: String,
    /// Labels of what is sent elsewhere.
    pub external_labels: BTreeMap<String, String>,
}

/// A scrape job.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScrapeJob {
    /// Its name.
    pub name: String,
    /// Time between two scrapes, where it is not the default.
    pub interval: Option<String>,
    /// How long a scrape may take, where it is not the default.
    pub timeout: Option<String>,
    /// The path, where it is not `/metrics`.
    pub path: Option<String>,
    /// The scheme, where it is not `http`.
    pub scheme: Option<String>,
    /// URL parameters.
    pub params: BTreeMap<String, Vec<String>>,
    /// Whether the target's labels win.
    pub honor_labels: bool,
    /// Targets that are written into the configuration.
    pub static_groups: Vec<TargetGroup>,
    /// Other discovery: the key and its entry.
    pub discovery: Option<(&'static str, Json)>,
    /// Relabelling of targets.
    pub relabel: Vec<Relabel>,
    /// Relabelling of samples.
    pub metric_relabel: Vec<Relabel>,
    /// Further fields, passed through.
    pub extra: BTreeMap<String, Json>,
}

/// Targets with common labels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TargetGroup {
    /// Addresses with ports.
    pub targets: Vec<String>,
    /// Labels that all of them get.
    pub labels: BTreeMap<String, String>,
}

/// A relabelling step; what is `None` is left to Prometheus' default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Relabel {
    /// Labels whose values are joined and matched.
    pub source_labels: Vec<String>,
    /// What joins them.
    pub separator: Option<String>,
    /// The label that is set.
    pub target_label: Option<String>,
    /// The regular expression.
    pub regex: Option<String>,
    /// For `hashmod`.
    pub modulus: Option<u64>,
    /// What the label becomes.
    pub replacement: Option<String>,
    /// What is done.
    pub action: Option<String>,
}

/// A server that samples are sent to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RemoteWrite {
    /// Its name.
    pub name: Option<String>,
    /// Its address.
    pub url: String,
    /// The file with the bearer token.
    pub credentials_file: Option<String>,
    /// The user name of basic authentication.
    pub username: Option<String>,
    /// The file with the password of basic authentication.
    pub password_file: Option<String>,
    /// Relabelling of what is sent.
    pub relabel: Vec<Relabel>,
    /// Further fields, passed through.
    pub extra: BTreeMap<String, Json>,
}

/// A file of promtool's unit tests.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnitTestFile {
    /// The rule files, relative to the tests.
    pub rule_files: Vec<String>,
    /// Milliseconds between two evaluations, and between two samples.
    pub step: i64,
    /// Groups in the order in which they are evaluated.
    pub group_order: Vec<String>,
    /// Labels that templates see.
    pub external_labels: BTreeMap<String, String>,
    /// The tests with the alert that each is about.
    pub tests: Vec<(String, UnitTest)>,
    /// The spec items that it comes from.
    pub items: Vec<String>,
}

/// A group of rules, evaluated one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleGroup {
    /// Its name, unique in its file.
    pub name: String,
    /// Time between two evaluations, where it is not the default.
    pub interval: Option<String>,
    /// Its rules, in the order in which they are evaluated.
    pub rules: Vec<Rule>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// An alert or a recording rule, with its name.
    pub kind: RuleKind,
    /// The expression.
    pub expr: String,
    /// How long it must hold.
    pub hold: Option<String>,
    /// How long it goes on firing.
    pub keep_firing_for: Option<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
}

/// The two kinds of rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleKind {
    /// An alert of this name.
    Alert(String),
    /// A recording rule for the series of this name.
    Record(String),
}
