//! What a document is, by what it says: file names promise nothing.

use super::fields::{get, pairs};
use crate::load::tree::{Node, Pair, Value};

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A rule file: `groups`.
    RuleGroups,
    /// Rules, or groups of them, in a plain list.
    RuleList,
    /// A `PrometheusRule` of the operator.
    RuleResource,
    /// A list of Kubernetes resources.
    ResourceList,
    /// A `ConfigMap`, whose entries may be files of any kind.
    ConfigMap,
    /// The configuration of a Prometheus.
    PrometheusConfig,
    /// A dashboard.
    Dashboard,
    /// A dashboard in an envelope: the answer of Grafana's API.
    DashboardEnvelope,
    /// A `GrafanaDashboard`, or a `Dashboard` of Grafana's own API.
    DashboardResource,
    /// The configuration of an Alertmanager.
    AlertmanagerConfig,
    /// Unit tests for promtool.
    UnitTests,
    /// Some other Kubernetes resource.
    OtherResource,
    /// A part of a spec.
    Spec,
    /// A Compose file.
    Compose,
    /// Nothing at all.
    Empty,
    /// Nothing that is known.
    Unknown,
}

impl Kind {
    /// Whether there is something to lint in it besides a spec.
    pub fn is_foreign(self) -> bool {
        matches!(
            self,
            Self::RuleGroups
                | Self::RuleList
                | Self::RuleResource
                | Self::ResourceList
                | Self::ConfigMap
                | Self::PrometheusConfig
                | Self::Dashboard
                | Self::DashboardEnvelope
                | Self::DashboardResource
        )
    }

    /// As a sentence says it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::RuleGroups | Self::RuleList => "a rule file",
            Self::RuleResource => "a PrometheusRule",
            Self::ResourceList => "a list of Kubernetes resources",
            Self::ConfigMap => "a ConfigMap",
            Self::PrometheusConfig => "a configuration of Prometheus",
            Self::Dashboard | Self::DashboardEnvelope | Self::DashboardResource => "a dashboard",
            Self::AlertmanagerConfig => "a configuration of Alertmanager",
            Self::UnitTests => "a file of unit tests for promtool",
            Self::OtherResource => "a Kubernetes resource without rules or dashboards",
            Self::Spec => "a part of a spec",
            Self::Compose => "a Compose file",
            Self::Empty => "an empty file",
            Self::Unknown => "nothing that is known",
        }
    }
}

/// Top-level keys that only a spec has.
const SPEC_KEYS: &[&str] = &[
    "stack",
    "metric_sets",
    "exporters",
    "gpu_targets",
    "probes",
    "queries",
    "recording_rules",
    "alerts",
    "dashboards",
    "notifications",
    "packs",
    "clients",
    "environments",
    "import",
    "variables",
];

/// Whether only a spec has such a top-level key.
pub fn is_spec_key(key: &str) -> bool {
    SPEC_KEYS.contains(&key)
}

/// Top-level keys of which a configuration of Prometheus has at least one.
const CONFIG_KEYS: &[&str] = &["scrape_configs", "scrape_config_files", "rule_files", "alerting", "remote_write", "remote_read"];

/// Keys of a dashboard, of which two make one.
const DASHBOARD_KEYS: &[&str] =
    &["panels", "rows", "schemaVersion", "templating", "annotations", "time", "timepicker", "graphTooltip"];

/// What a document is.
pub fn kind(root: &Node) -> Kind {
    match &root.value {
        Value::Map(pairs) => of_mapping(pairs),
        Value::Seq(items) => of_list(items),
        Value::Scalar(_) if root.is_null() => Kind::Empty,
        Value::Scalar(_) => Kind::Unknown,
    }
}

fn of_mapping(pairs: &[Pair]) -> Kind {
    let has = |key: &str| pairs.iter().any(|pair| pair.key.text == key);
    if has("apiVersion") && has("kind") {
        return of_resource(pairs);
    }
    if has("groups") {
        return Kind::RuleGroups;
    }
    if is_dashboard(pairs) {
        return Kind::Dashboard;
    }
    if get(pairs, "dashboard").is_some_and(|inner| matches!(&inner.value, Value::Map(inner) if is_dashboard(inner))) {
        return Kind::DashboardEnvelope;
    }
    if has("route") && (has("receivers") || has("global")) || has("receivers") && has("inhibit_rules") {
        return Kind::AlertmanagerConfig;
    }
    if has("tests") && (has("rule_files") || has("evaluation_interval")) {
        return Kind::UnitTests;
    }
    if CONFIG_KEYS.iter().any(|key| has(key)) {
        return Kind::PrometheusConfig;
    }
    if get(pairs, "global").is_some_and(|global| {
        ["scrape_interval", "evaluation_interval", "external_labels"].iter().any(|key| global.get(key).is_some())
    }) {
        return Kind::PrometheusConfig;
    }
    if SPEC_KEYS.iter().any(|key| has(key)) {
        return Kind::Spec;
    }
    match get(pairs, "services") {
        Some(services) if is_compose(services) => Kind::Compose,
        Some(_) => Kind::Spec,
        None if (has("alert") || has("record")) && has("expr") => Kind::RuleList,
        None if has("name") && has("rules") => Kind::RuleList,
        None if pairs.is_empty() => Kind::Empty,
        None => Kind::Unknown,
    }
}

fn is_dashboard(pairs: &[Pair]) -> bool {
    pairs.iter().filter(|pair| DASHBOARD_KEYS.contains(&pair.key.text.as_str())).take(2).count() == 2
        || (get(pairs, "title").is_some() && get(pairs, "panels").is_some_and(|panels| matches!(panels.value, Value::Seq(_))))
}

/// A Compose file says of each service where its image comes from; a spec does not.
fn is_compose(services: &Node) -> bool {
    let built = |pair: &Pair| pair.value.get("image").is_some() || pair.value.get("build").is_some();
    let services = pairs(services);
    !services.is_empty() && services.iter().all(built)
}

fn of_resource(pairs: &[Pair]) -> Kind {
    let word = |key: &str| get(pairs, key).and_then(Node::as_text).unwrap_or_default();
    match word("kind") {
        "PrometheusRule" => Kind::RuleResource,
        "ConfigMap" => Kind::ConfigMap,
        "GrafanaDashboard" => Kind::DashboardResource,
        "Dashboard" if word("apiVersion").contains("grafana") => Kind::DashboardResource,
        kind if kind.ends_with("List") && get(pairs, "items").is_some() => Kind::ResourceList,
        _ => Kind::OtherResource,
    }
}

fn of_list(list: &[Node]) -> Kind {
    let is_rule = |node: &Node| {
        (node.get("alert").is_some() || node.get("record").is_some() || node.get("expr").is_some())
            || (node.get("rules").is_some() && node.get("name").is_some())
    };
    match list {
        [] => Kind::Empty,
        _ if list.iter().any(is_rule) => Kind::RuleList,
        _ => Kind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::yaml;
    use crate::source::{SourceKind, Sources};

    fn of(text: &str) -> Kind {
        let source = Sources::default().add("x.yaml", text, SourceKind::File);
        kind(&yaml::parse(source, text).documents[0].root)
    }

    #[test]
    fn files_are_told_apart_by_what_they_say() {
        let cases = [
            ("groups: []", Kind::RuleGroups),
            ("- {alert: A, expr: up}", Kind::RuleList),
            ("- {name: g, rules: []}", Kind::RuleList),
            ("{apiVersion: monitoring.coreos.com/v1, kind: PrometheusRule, spec: {}}", Kind::RuleResource),
            ("{apiVersion: v1, kind: List, items: []}", Kind::ResourceList),
            ("{apiVersion: v1, kind: ConfigMap, data: {}}", Kind::ConfigMap),
            ("{apiVersion: apps/v1, kind: Deployment}", Kind::OtherResource),
            ("scrape_configs: []", Kind::PrometheusConfig),
            ("global: {scrape_interval: 15s}", Kind::PrometheusConfig),
            ("{global: {}, route: {receiver: x}, receivers: []}", Kind::AlertmanagerConfig),
            ("{rule_files: [a.yml], tests: []}", Kind::UnitTests),
            ("{title: x, panels: []}", Kind::Dashboard),
            ("{schemaVersion: 16, rows: []}", Kind::Dashboard),
            ("{meta: {}, dashboard: {title: x, panels: []}}", Kind::DashboardEnvelope),
            ("{apiVersion: grafana.integreatly.org/v1beta1, kind: GrafanaDashboard}", Kind::DashboardResource),
            ("{stack: {name: x}}", Kind::Spec),
            ("{services: {api: {port: 80}}}", Kind::Spec),
            ("{services: {api: {image: x}}}", Kind::Compose),
            ("", Kind::Empty),
            ("{}", Kind::Empty),
            ("[]", Kind::Empty),
            ("hello", Kind::Unknown),
            ("{hello: world}", Kind::Unknown),
        ];
        for (text, expected) in cases {
            assert_eq!(of(text), expected, "{text}");
        }
    }
}
