//! Rules: Prometheus has loaded those of the spec, and they can be evaluated.

use std::collections::BTreeMap;

use crate::diagnostic::{RuleId, Severity};
use crate::plan::prometheus::{Rule as Planned, RuleGroup, RuleKind};
use crate::promql::{Dialect, parse};
use crate::server::printable;
use crate::server::prometheus::{Group, Rule};
use crate::source::Span;
use crate::spec::quantity::Duration;
use crate::verify::{Stack, Verified, counted, names};

/// A rule of the spec that is not loaded.
pub const MISSING_RULE: RuleId = "verify/missing-rule";
/// A rule that is loaded and not in the spec.
pub const UNKNOWN_RULE: RuleId = "verify/unknown-rule";
/// A rule that is loaded in another form.
pub const RULE_DIFFERS: RuleId = "verify/rule-differs";
/// A rule whose last evaluation failed.
pub const RULE_FAILS: RuleId = "verify/rule-fails";

const RELOAD: &str = "give Prometheus the generated rules, and have it reload";

/// Compares; the text says how many there are.
pub(super) fn verify(stack: Stack<'_>, groups: &[Group], found: &mut Verified) -> String {
    let plan = &stack.plan.prometheus;
    let wanted = plan.alert_groups.iter().chain(&plan.record_groups);
    let mut taken: Vec<Vec<bool>> = groups.iter().map(|group| vec![false; group.rules.len()]).collect();
    for group in wanted {
        let kind = group.rules.first().map_or("", |rule| kind(&rule.kind));
        // Alerts and recording rules may have groups of one name, in two files.
        let at = groups
            .iter()
            .position(|loaded| loaded.name == group.name && loaded.rules.first().is_none_or(|rule| rule.kind == kind));
        match at {
            Some(at) => self::group(stack, group, &groups[at], &mut taken[at], found),
            None => absent(stack, group, groups, &mut taken, found),
        }
    }
    for (group, taken) in groups.iter().zip(&taken) {
        let extra: Vec<&str> =
            group.rules.iter().zip(taken).filter(|(_, taken)| !**taken).map(|(rule, _)| rule.name.as_str()).collect();
        for rule in group.rules.iter().zip(taken).filter(|(_, taken)| !**taken).map(|(rule, _)| rule) {
            if rule.health == "err" {
                let (name, error) = (printable(&rule.name), printable(&rule.last_error));
                found.add(RULE_FAILS, Severity::Error, stack.span(), format!("the rule `{name}` cannot be evaluated: {error}"));
            }
        }
        if !extra.is_empty() {
            let list = names(extra.iter().copied());
            let group_name = printable(&group.name);
            let message = format!("Prometheus evaluates {list} in the group `{group_name}`, which the spec does not have there");
            found.add(UNKNOWN_RULE, Severity::Warning, stack.span(), message).help =
                Some(format!("take them into the spec, or out of {}", printable(&group.file)));
        }
    }
    let loaded: usize = groups.iter().map(|group| group.rules.len()).sum();
    counted(loaded, "rule")
}

fn kind(kind: &RuleKind) -> &'static str {
    match kind {
        RuleKind::Alert(_) => "alerting",
        RuleKind::Record(_) => "recording",
    }
}

fn name(kind: &RuleKind) -> &str {
    match kind {
        RuleKind::Alert(name) | RuleKind::Record(name) => name,
    }
}

/// Where a rule stands in the spec: the alert with these labels, or the recording rule.
fn place(stack: Stack<'_>, rule: &Planned) -> Option<Span> {
    let model = stack.model;
    match &rule.kind {
        RuleKind::Alert(name) => {
            let mut named = model.alerts.iter().filter(|alert| alert.name == *name);
            let same = |labels: &BTreeMap<String, crate::spec::decode::Text>| {
                labels.len() == rule.labels.len()
                    && labels
                        .iter()
                        .all(|(label, text)| rule.labels.get(label).is_some_and(|value| value == text.as_str().trim_end()))
            };
            let first = named.clone().next();
            named.find(|alert| same(&alert.labels)).or(first).map(|alert| alert.item.span)
        }
        RuleKind::Record(name) => model.records.iter().find(|record| record.name == *name).map(|record| record.item.span),
    }
}

/// A group of the spec that is not loaded under its name: its rules may stand in others.
fn absent(stack: Stack<'_>, group: &RuleGroup, groups: &[Group], taken: &mut [Vec<bool>], found: &mut Verified) {
    for rule in &group.rules {
        let free = groups.iter().enumerate().find_map(|(at, loaded)| {
            let within = loaded.rules.iter().enumerate().position(|(within, candidate)| {
                taken.get(at).and_then(|taken| taken.get(within)) == Some(&false)
                    && differences(rule, candidate).is_some_and(|list| list.is_empty())
            })?;
            Some((at, within))
        });
        let span = place(stack, rule);
        match free {
            Some((at, within)) => {
                if let Some(flag) = taken.get_mut(at).and_then(|taken| taken.get_mut(within)) {
                    *flag = true;
                }
                let elsewhere = groups.get(at).map_or("", |group| group.name.as_str());
                let message =
                    format!("{} is loaded in the group `{}` instead of `{}`", subject(rule), printable(elsewhere), group.name);
                found.add(RULE_DIFFERS, Severity::Warning, span, message).help = Some(RELOAD.to_owned());
            }
            None => missing(rule, span, found),
        }
    }
}

fn missing(rule: &Planned, span: Option<Span>, found: &mut Verified) {
    let message = format!("Prometheus has not loaded {}", subject(rule));
    found.add(MISSING_RULE, Severity::Error, span, message).help = Some(RELOAD.to_owned());
}

fn subject(rule: &Planned) -> String {
    match &rule.kind {
        RuleKind::Alert(name) => format!("the alert `{name}`"),
        RuleKind::Record(name) => format!("the recording rule `{name}`"),
    }
}

fn group(stack: Stack<'_>, wanted: &RuleGroup, loaded: &Group, taken: &mut [bool], found: &mut Verified) {
    let interval = wanted.interval.as_deref().unwrap_or(&stack.plan.prometheus.global.evaluation_interval);
    let first = wanted.rules.first().and_then(|rule| place(stack, rule));
    if let Some(interval) = Duration::parse(interval)
        && (interval.as_secs_f64() - loaded.interval).abs() > 1e-6
    {
        let message =
            format!("the group `{}` is evaluated every {} instead of every {interval}", wanted.name, seconds(loaded.interval));
        found.add(RULE_DIFFERS, Severity::Error, first, message).help = Some(RELOAD.to_owned());
    }
    // Those that are alike first, so that one changed rule of several with one name is told as that one.
    let mut places: Vec<Option<usize>> = vec![None; wanted.rules.len()];
    for alike in [true, false] {
        for (rule, place) in wanted.rules.iter().zip(&mut places) {
            if place.is_some() {
                continue;
            }
            let candidates = loaded.rules.iter().enumerate().filter(|(at, _)| taken.get(*at) == Some(&false));
            let differing = candidates.filter_map(|(at, candidate)| Some((at, differences(rule, candidate)?)));
            let best = if alike {
                differing.into_iter().find(|(_, list)| list.is_empty())
            } else {
                differing.into_iter().min_by_key(|(_, list)| list.len())
            };
            if let Some((at, list)) = best {
                *place = Some(at);
                if let Some(flag) = taken.get_mut(at) {
                    *flag = true;
                }
                differs(stack, rule, &list, found);
            }
        }
    }
    let mut last = 0;
    for (rule, at) in wanted.rules.iter().zip(&places) {
        match at {
            None => missing(rule, place(stack, rule), found),
            Some(at) => {
                if *at < last {
                    let message = format!("{} stands earlier in the group `{}` than in the spec", subject(rule), wanted.name);
                    found.add(RULE_DIFFERS, Severity::Warning, place(stack, rule), message).help = Some(RELOAD.to_owned());
                }
                last = last.max(*at);
                if let Some(loaded) = loaded.rules.get(*at) {
                    health(stack, rule, loaded, found);
                }
            }
        }
    }
}

fn health(stack: Stack<'_>, rule: &Planned, loaded: &Rule, found: &mut Verified) {
    if loaded.health == "err" {
        let message = format!("{} cannot be evaluated: {}", subject(rule), printable(&loaded.last_error));
        found.add(RULE_FAILS, Severity::Error, place(stack, rule), message);
    }
}

fn differs(stack: Stack<'_>, rule: &Planned, list: &[String], found: &mut Verified) {
    if list.is_empty() {
        return;
    }
    let message = format!("{} differs in Prometheus: {}", subject(rule), list.join("; "));
    found.add(RULE_DIFFERS, Severity::Error, place(stack, rule), message).help = Some(RELOAD.to_owned());
}

/// How a loaded rule differs; `None` where it is another rule.
fn differences(wanted: &Planned, loaded: &Rule) -> Option<Vec<String>> {
    if loaded.kind != kind(&wanted.kind) || loaded.name != name(&wanted.kind) {
        return None;
    }
    let mut list = Vec::new();
    if !same_expression(&wanted.expr, &loaded.query) {
        list.push(format!("its expression is `{}`", printable(&loaded.query)));
    }
    let times = [("for", &wanted.hold, loaded.duration), ("keep_firing_for", &wanted.keep_firing_for, loaded.keep_firing_for)];
    for (field, wanted, loaded) in times {
        let wanted = wanted.as_deref().and_then(Duration::parse).unwrap_or(Duration::from_millis(0));
        if (wanted.as_secs_f64() - loaded).abs() > 1e-6 {
            list.push(format!("`{field}` is {} instead of {wanted}", seconds(loaded)));
        }
    }
    texts("label", &wanted.labels, &loaded.labels, &mut list);
    texts("annotation", &wanted.annotations, &loaded.annotations, &mut list);
    Some(list)
}

/// Compares trees: a server prints an expression in its own way.
fn same_expression(wanted: &str, loaded: &str) -> bool {
    let (wanted_tree, loaded_tree) = (parse(wanted, Dialect::Prometheus), parse(loaded, Dialect::Prometheus));
    if wanted_tree.errors.is_empty() && loaded_tree.errors.is_empty() {
        return wanted_tree.expr.equivalent(&loaded_tree.expr);
    }
    wanted.split_whitespace().eq(loaded.split_whitespace())
}

fn texts(what: &str, wanted: &BTreeMap<String, String>, loaded: &BTreeMap<String, String>, list: &mut Vec<String>) {
    for (name, value) in wanted {
        match loaded.get(name) {
            None => list.push(format!("the {what} `{name}` is missing")),
            Some(other) if other != value => list.push(format!("the {what} `{name}` is `{}`", printable(other))),
            Some(_) => {}
        }
    }
    for (name, value) in loaded.iter().filter(|(name, _)| !wanted.contains_key(*name)) {
        list.push(format!("it has the {what} `{}` with `{}`", printable(name), printable(value)));
    }
}

/// Seconds as Prometheus writes times.
fn seconds(seconds: f64) -> String {
    let millis = (seconds * 1000.0).round();
    if millis.is_finite() && (0.0..1e15).contains(&millis) {
        Duration::from_millis(millis as i64).to_string()
    } else {
        format!("{seconds}s")
    }
}
