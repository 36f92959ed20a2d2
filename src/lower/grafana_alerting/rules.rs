//! From alert rules to the rules that Grafana evaluates.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::diagnostic::Diagnostic;
use crate::lower::dashboards::{PROMETHEUS_UID, folder, step};
use crate::lower::grafana_alerting::{UNSUPPORTED, templates};
use crate::lower::rules::layout;
use crate::model::Model;
use crate::model::rule::{AlertRule, Threshold};
use crate::plan::grafana::alerting::{Alerting, Condition, OnError, Rule, RuleGroup};
use crate::promql::BinaryOp;
use crate::resolve::dashboards::slug;
use crate::resolve::pack::compare_versions;
use crate::spec::decode::Text;
use crate::spec::quantity::Duration;

/// Grafana looks at its rules this often; every interval is a multiple of it.
const SCHEDULER: i64 = 10_000;

/// How far back a query looks, in seconds. It is asked for one moment, so nothing depends on it.
const LOOK_BACK: u64 = 600;

/// The first Grafana that keeps a rule firing, and that takes two rules of one title in one folder.
const RECOVERING: &str = "12.0";

/// The longest uid.
const MAX_UID: usize = 40;

/// A series is there, whatever its value: that is what a comparison in the expression itself leaves.
const PRESENT: &str = "is_null($A) == 0";

/// Adds the groups of rules.
pub(super) fn lower(model: &Model, plan: &mut Alerting, diagnostics: &mut Vec<Diagnostic>) {
    let alerts: Vec<&AlertRule> = model.alerts.iter().filter(|alert| !alert.planned).collect();
    let own_folder = format!("{} alerts", folder(model));
    let one_folder = compare_versions(&model.settings.versions.grafana, RECOVERING).is_ge();
    let mut of_name: BTreeMap<&str, usize> = BTreeMap::new();
    for alert in &alerts {
        *of_name.entry(&alert.name).or_default() += 1;
    }
    let mut groups: BTreeMap<(String, String, i64), Vec<Rule>> = BTreeMap::new();
    for alert in &alerts {
        // The title is the alert's name, by which people route; where it has to be unique in its folder, levels and pools have one each.
        let alone = one_folder || of_name.get(alert.name.as_str()) == Some(&1);
        let folder = if alone { own_folder.clone() } else { format!("{own_folder} ({})", case(alert)) };
        let interval = round_up(alert.interval.unwrap_or(model.settings.evaluation_interval).millis);
        groups.entry((folder, alert.group.clone(), interval)).or_default().push(rule(model, alert, diagnostics));
    }
    let shared: Vec<(String, String)> = groups.keys().map(|(folder, name, _)| (folder.clone(), name.clone())).collect();
    for ((folder, name, interval), rules) in groups {
        let interval = step(Duration::from_millis(interval));
        let several = shared.iter().filter(|(other, group)| *other == folder && *group == name).count() > 1;
        let name = if several { format!("{name}-{interval}") } else { name };
        plan.groups.push(RuleGroup { name, folder, interval, rules });
    }
    plan.items = alerts.iter().map(|alert| alert.item.to_string()).collect();
    plan.items.sort();
    plan.items.dedup();
    told_twice(model, &alerts, diagnostics);
}

/// What tells a rule from the others of its alert.
fn case(alert: &AlertRule) -> String {
    let parts: Vec<&str> = alert.level.as_deref().into_iter().chain(alert.pool.as_deref()).collect();
    if parts.is_empty() { alert.severity().to_owned() } else { parts.join(", ") }
}

fn round_up(millis: i64) -> i64 {
    let rounds = millis.max(1).saturating_add(SCHEDULER - 1) / SCHEDULER;
    rounds.saturating_mul(SCHEDULER)
}

fn rule(model: &Model, alert: &AlertRule, diagnostics: &mut Vec<Diagnostic>) -> Rule {
    let by_threshold = alert.value.as_ref().zip(alert.threshold.as_ref().and_then(condition));
    let (expr, condition) = match by_threshold {
        Some((value, condition)) => (layout(value), condition),
        None => (layout(&alert.expr), Condition::Math(PRESENT.to_owned())),
    };
    let version = &model.settings.versions.grafana;
    let mut keep_firing_for = alert.keep_firing_for.map(|keep| keep.to_string());
    if keep_firing_for.is_some() && compare_versions(version, RECOVERING).is_lt() {
        let message =
            format!("Grafana {version} ends an alert at once: `keep_firing_for` of `{}` came with {RECOVERING}", alert.name);
        diagnostics.push(
            Diagnostic::warning(UNSUPPORTED, alert.item.span, message)
                .help(format!("set `stack: {{servers: {{grafana: \"{RECOVERING}\"}}}}` or a later version, or take it out")),
        );
        keep_firing_for = None;
    }
    let mut texts = |texts: &BTreeMap<String, Text>| {
        texts.iter().map(|(name, text)| (name.clone(), templates::translate(text, &alert.name, diagnostics))).collect()
    };
    let labels = texts(&alert.labels);
    let annotations = texts(&alert.annotations);
    Rule {
        uid: uid(&[Some(&alert.name), alert.level.as_deref(), alert.pool.as_deref()]),
        title: alert.name.clone(),
        expr,
        datasource: PROMETHEUS_UID.to_owned(),
        look_back: LOOK_BACK,
        condition,
        // A heartbeat that fires although nothing is evaluated is none.
        on_error: if alert.heartbeat { OnError::Ok } else { OnError::Error },
        hold: alert.hold.unwrap_or(Duration::from_millis(0)).to_string(),
        keep_firing_for,
        labels,
        annotations,
    }
}

/// The comparison in Grafana's words; `None` when it cannot be said there.
fn condition(threshold: &Threshold) -> Option<Condition> {
    if threshold.bounds.iter().any(|bound| !bound.number.is_finite()) {
        return None;
    }
    if let [bound] = threshold.bounds.as_slice() {
        match bound.op {
            BinaryOp::Greater => return Some(Condition::Above(bound.number)),
            BinaryOp::Less => return Some(Condition::Below(bound.number)),
            _ => {}
        }
    }
    let parts: Vec<String> = threshold.bounds.iter().map(|bound| format!("$A {} {}", bound.op.symbol(), bound.number)).collect();
    (!parts.is_empty()).then(|| Condition::Math(parts.join(" || ")))
}

/// A uid made of words, the same in every build: what can be read of the words, and a hash of all of them.
pub(super) fn uid(parts: &[Option<&str>]) -> String {
    let words: Vec<&str> = parts.iter().copied().flatten().collect();
    let mut hash = String::new();
    let mut hasher = Sha256::new();
    for part in parts {
        // What separates the parts cannot stand in them.
        hasher.update(part.unwrap_or("\u{1}").as_bytes());
        hasher.update([0]);
    }
    for byte in hasher.finalize().iter().take(4) {
        hash.push_str(&format!("{byte:02x}"));
    }
    // A slug is ASCII, so that it can be cut anywhere.
    let mut slug = slug(&words.join("-"));
    slug.truncate(MAX_UID - 1 - hash.len());
    format!("{}-{hash}", slug.trim_end_matches('-'))
}

/// Grafana keeps no alert quiet for another: where the spec counts on it, it says so.
fn told_twice(model: &Model, alerts: &[&AlertRule], diagnostics: &mut Vec<Diagnostic>) {
    let Some(notifications) = &model.spec.notifications else { return };
    let message = "Grafana has no inhibition: no alert keeps another quiet";
    let help = "route the louder alerts to a receiver of their own, or use `via: alertmanager`";
    if let Some(inhibit) = notifications.inhibit.first() {
        diagnostics.push(Diagnostic::warning(UNSUPPORTED, inhibit.span, message).help(help));
    }
    let levels = alerts.windows(2).find(|pair| pair[0].name == pair[1].name && pair[0].level != pair[1].level);
    if let Some([alert, _]) = levels {
        let message = format!("{message}; every level of `{}` is told that holds", alert.name);
        diagnostics.push(Diagnostic::info(UNSUPPORTED, alert.item.span, message).help(help));
    }
}
