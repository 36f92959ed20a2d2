//! From the model to rule groups.

use std::collections::BTreeMap;

use crate::model::Model;
use crate::model::expr::Expr;
use crate::model::rule::{AlertRule, RecordRule};
use crate::plan::prometheus::{Prometheus, Rule, RuleGroup, RuleKind};
use crate::spec::quantity::Duration;

/// Expressions longer than this are laid out over several lines.
const LINE: usize = 100;

/// Adds the rule groups to the plan.
pub fn lower(model: &Model, plan: &mut Prometheus) {
    plan.record_groups = groups(&model.records, |record| (&record.group, record.interval), record);
    let alerts: Vec<&AlertRule> = model.alerts.iter().filter(|alert| !alert.planned).collect();
    if !model.settings.grafana_alerting {
        plan.alert_groups = groups(&alerts, |alert| (&alert.group, alert.interval), |alert| self::alert(alert));
        plan.items.insert("alerts.yml", alerts.iter().map(|alert| alert.item.to_string()).collect());
    }
    plan.items.insert("recording_rules.yml", model.records.iter().map(|record| record.item.to_string()).collect());
}

/// Rules by group and interval. Two intervals in one group make two groups, since a group has one interval.
fn groups<T>(rules: &[T], place: impl Fn(&T) -> (&String, Option<Duration>), lower: impl Fn(&T) -> Rule) -> Vec<RuleGroup> {
    let mut by_place: BTreeMap<(&String, Option<Duration>), Vec<Rule>> = BTreeMap::new();
    for rule in rules {
        by_place.entry(place(rule)).or_default().push(lower(rule));
    }
    let names: Vec<&String> = by_place.keys().map(|(name, _)| *name).collect();
    let shared = |name: &String| names.iter().filter(|other| **other == name).count() > 1;
    let shared: Vec<bool> = names.iter().map(|name| shared(name)).collect();
    by_place
        .into_iter()
        .zip(shared)
        .map(|(((name, interval), rules), shared)| RuleGroup {
            name: match interval {
                Some(interval) if shared => format!("{name}-{interval}"),
                _ => name.clone(),
            },
            interval: interval.map(|interval| interval.to_string()),
            rules,
        })
        .collect()
}

fn record(record: &RecordRule) -> Rule {
    Rule {
        kind: RuleKind::Record(record.name.clone()),
        expr: layout(&record.expr),
        hold: None,
        keep_firing_for: None,
        labels: record.labels.clone(),
        annotations: BTreeMap::new(),
    }
}

fn alert(alert: &AlertRule) -> Rule {
    let texts = |map: &BTreeMap<String, crate::spec::decode::Text>| {
        map.iter().map(|(name, text)| (name.clone(), text.value.trim_end().to_owned())).collect()
    };
    Rule {
        kind: RuleKind::Alert(alert.name.clone()),
        expr: layout(&alert.expr),
        hold: alert.hold.filter(|hold| hold.millis > 0).map(|hold| hold.to_string()),
        keep_firing_for: alert.keep_firing_for.map(|keep| keep.to_string()),
        labels: texts(&alert.labels),
        annotations: texts(&alert.annotations),
    }
}

/// The expression on one line, or laid out when that would be too long to read.
pub(crate) fn layout(expr: &Expr) -> String {
    if expr.text.chars().count() <= LINE { expr.text.clone() } else { expr.ast.pretty() }
}
