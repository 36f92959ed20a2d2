//! The stack's settings with their defaults filled in.

use std::collections::BTreeMap;

use crate::spec::Spec;
use crate::spec::decode::Text;
use crate::spec::notify::Via;
use crate::spec::quantity::Duration;

/// The versions of the servers that run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// Prometheus.
    pub prometheus: String,
    /// Alertmanager.
    pub alertmanager: String,
    /// Grafana.
    pub grafana: String,
}

/// The stack's settings: everything has a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The stack's name.
    pub name: String,
    /// Time between two scrapes.
    pub scrape_interval: Duration,
    /// How long a scrape may take.
    pub scrape_timeout: Duration,
    /// Time between two evaluations of rules.
    pub evaluation_interval: Duration,
    /// How long samples are kept.
    pub retention: Duration,
    /// Labels added to what is sent elsewhere.
    pub external_labels: BTreeMap<String, String>,
    /// The versions that run.
    pub versions: Versions,
    /// Whether Alertmanager is part of the stack.
    pub alertmanager: bool,
    /// Whether Grafana is part of the stack.
    pub grafana: bool,
    /// Whether Grafana evaluates the alerts.
    pub grafana_alerting: bool,
    /// Whether samples are sent elsewhere too, so that older ones can be queried.
    pub remote_storage: bool,
    /// The start of runbook addresses, with a `/` at its end.
    pub runbook_base: Option<String>,
}

/// Versions when the spec does not say: long-term support where there is one.
const PROMETHEUS: &str = "3.5";
const ALERTMANAGER: &str = "0.28";
const GRAFANA: &str = "11.6";

/// Fills in the defaults.
pub fn resolve(spec: &Spec) -> Settings {
    let stack = spec.stack.as_ref();
    let servers = stack.and_then(|stack| stack.servers.as_ref());
    let version = |text: Option<&Text>, default: &str| text.map_or(default, Text::as_str).trim_start_matches('v').to_owned();
    let via = spec.notifications.as_ref().and_then(|notifications| notifications.via.as_ref()).map(|via| via.value);
    let duration = |value: Option<Duration>, default: Duration| value.unwrap_or(default);
    let grafana_alerting = via == Some(Via::Grafana);
    Settings {
        name: stack.map_or_else(|| "stack".to_owned(), |stack| stack.name.value.clone()),
        scrape_interval: duration(
            stack.and_then(|stack| stack.scrape_interval.as_ref()).map(|interval| interval.value),
            super::jobs::DEFAULT_INTERVAL,
        ),
        scrape_timeout: duration(
            stack.and_then(|stack| stack.scrape_timeout.as_ref()).map(|timeout| timeout.value),
            Duration::from_secs(10),
        ),
        evaluation_interval: duration(
            stack.and_then(|stack| stack.evaluation_interval.as_ref()).map(|interval| interval.value),
            Duration::from_secs(15),
        ),
        retention: duration(
            stack.and_then(|stack| stack.retention.as_ref()).map(|retention| retention.value),
            Duration::from_secs(15 * 86_400),
        ),
        external_labels: stack
            .into_iter()
            .flat_map(|stack| stack.external_labels.iter())
            .map(|(name, entry)| (name.to_owned(), entry.value.value.clone()))
            .collect(),
        versions: Versions {
            prometheus: version(servers.and_then(|servers| servers.prometheus.as_ref()), PROMETHEUS),
            alertmanager: version(servers.and_then(|servers| servers.alertmanager.as_ref()), ALERTMANAGER),
            grafana: version(servers.and_then(|servers| servers.grafana.as_ref()), GRAFANA),
        },
        alertmanager: spec.notifications.is_some() && !grafana_alerting,
        grafana: !spec.dashboards.is_empty() || grafana_alerting || stack.is_some_and(|stack| stack.grafana.is_some()),
        grafana_alerting,
        remote_storage: stack.is_some_and(|stack| !stack.remote_write.is_empty()),
        runbook_base: stack
            .and_then(|stack| stack.runbook_base.as_ref())
            .map(|base| format!("{}/", base.as_str().trim_end_matches('/'))),
    }
}
