//! Rule files.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::emit::yaml;
use crate::plan::prometheus::{Rule, RuleGroup, RuleKind};

#[derive(Serialize)]
struct File<'p> {
    groups: Vec<Group<'p>>,
}

#[derive(Serialize)]
struct Group<'p> {
    name: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<&'p str>,
    rules: Vec<RuleFields<'p>>,
}

#[derive(Serialize)]
struct RuleFields<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<&'p str>,
    expr: &'p str,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    hold: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_firing_for: Option<&'p str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<&'p str, &'p str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'p str, &'p str>,
}

/// A rule file.
pub(super) fn yaml(groups: &[RuleGroup]) -> Vec<u8> {
    let groups = groups
        .iter()
        .map(|group| Group {
            name: &group.name,
            interval: group.interval.as_deref(),
            rules: group.rules.iter().map(fields).collect(),
        })
        .collect();
    yaml::to_yaml(&File { groups })
}

fn fields(rule: &Rule) -> RuleFields<'_> {
    fn texts(map: &BTreeMap<String, String>) -> BTreeMap<&str, &str> {
        map.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
    }
    let (alert, record) = match &rule.kind {
        RuleKind::Alert(name) => (Some(name.as_str()), None),
        RuleKind::Record(name) => (None, Some(name.as_str())),
    };
    RuleFields {
        alert,
        record,
        expr: &rule.expr,
        hold: rule.hold.as_deref(),
        keep_firing_for: rule.keep_firing_for.as_deref(),
        labels: texts(&rule.labels),
        annotations: texts(&rule.annotations),
    }
}
