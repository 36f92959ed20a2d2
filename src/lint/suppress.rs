//! Findings that are left out on purpose: `allow` on an item of the spec, or a comment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smallvec::SmallVec;

use crate::diagnostic::Diagnostic;
use crate::lint::date::Date;
use crate::lint::finding::Finding;
use crate::lint::registry;
use crate::lint::rules::lint::{expired_allow, unknown_rule, unused_allow};
use crate::lint::settings::LintSettings;
use crate::load::suppress::Suppression;
use crate::source::Span;
use crate::spec::Spec;
use crate::spec::decode::{Entry, Map};
use crate::spec::metric::Metric;
use crate::spec::shared::Allow;

/// One rule allowed for one item.
#[derive(Debug)]
pub struct Allowed {
    rule: String,
    /// Where the rule is named.
    span: Span,
    /// All of the item: its name and what it says, which an environment may have put elsewhere. `None` covers everything.
    covered: Option<SmallVec<[Span; 2]>>,
    until: Option<(Option<Date>, Span, String)>,
}

impl Allowed {
    fn covers(&self, finding: &Finding) -> bool {
        let Some(covered) = &self.covered else { return true };
        let inside = |span: Span| covered.iter().any(|item| contains(*item, span));
        finding.diagnostic.span.is_some_and(inside) || finding.about.iter().any(|span| inside(*span))
    }
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.source == inner.source && outer.start <= inner.start && inner.end <= outer.end
}

/// What a spec and its comments allow.
pub fn allowed(spec: Option<&Spec>, comments: &[Suppression]) -> Vec<Allowed> {
    let mut all = Vec::new();
    for comment in comments {
        all.push(Allowed {
            rule: comment.rule.clone(),
            span: comment.comment,
            covered: Some(SmallVec::from_slice(&[comment.covered])),
            until: None,
        });
    }
    if let Some(spec) = spec {
        of_spec(spec, &mut Collector { all: &mut all });
    }
    all
}

struct Collector<'c> {
    all: &'c mut Vec<Allowed>,
}

impl Collector<'_> {
    fn add(&mut self, allows: &[Allow], covered: Option<&[Span]>) {
        self.all.extend(allows.iter().map(|allow| Allowed {
            rule: allow.rule.value.clone(),
            span: allow.rule.span,
            covered: covered.map(SmallVec::from_slice),
            until: allow.until.as_ref().map(|until| (Date::parse(until.as_str()), until.span, until.value.clone())),
        }));
    }

    /// An item with its name.
    fn named(&mut self, key: Span, value: Span, allows: &[Allow]) {
        if key.source == value.source {
            self.add(allows, Some(&[key.to(value)]));
        } else {
            self.add(allows, Some(&[key, value]));
        }
    }

    fn metrics(&mut self, metrics: &Map<Arc<Metric>>) {
        for (_, entry) in metrics.iter() {
            self.named(entry.key, entry.value.span, &entry.value.allow);
        }
    }
}

fn of_spec(spec: &Spec, into: &mut Collector<'_>) {
    fn each<T>(map: &Map<T>, mut visit: impl FnMut(&Entry<T>)) {
        map.iter().for_each(|(_, entry)| visit(entry));
    }
    if let Some(stack) = &spec.stack {
        into.add(&stack.allow, None);
    }
    each(&spec.metric_sets, |entry| into.metrics(&entry.value));
    each(&spec.services, |entry| {
        into.named(entry.key, entry.value.span, &entry.value.allow);
        entry.value.metrics.iter().for_each(|metrics| into.metrics(&metrics.define));
    });
    each(&spec.exporters, |entry| {
        into.named(entry.key, entry.value.span, &entry.value.allow);
        entry.value.metrics.iter().for_each(|metrics| into.metrics(&metrics.define));
    });
    each(&spec.gpu_targets, |entry| into.named(entry.key, entry.value.span, &entry.value.allow));
    each(&spec.probes, |entry| into.named(entry.key, entry.value.span, &entry.value.allow));
    each(&spec.queries, |entry| into.named(entry.key, entry.value.span, &entry.value.allow));
    each(&spec.recording_rules, |entry| into.named(entry.key, entry.value.span, &entry.value.allow));
    each(&spec.alerts, |entry| into.named(entry.key, entry.value.span, &entry.value.allow));
    each(&spec.scenarios, |entry| into.named(entry.key, entry.value.span, &entry.value.allow));
    each(&spec.dashboards, |entry| {
        let dashboard = &entry.value;
        into.named(entry.key, dashboard.span, &dashboard.allow);
        for (name, variable) in &dashboard.variables.0 {
            into.named(name.span, variable.span, &variable.allow);
        }
        for panel in dashboard.rows.iter().flat_map(|row| &row.panels) {
            into.add(&panel.allow, Some(&[panel.span]));
        }
    });
    if let Some(notifications) = &spec.notifications {
        into.add(&notifications.allow, Some(&[notifications.span]));
        each(&notifications.receivers, |entry| into.named(entry.key, entry.value.span, &entry.value.allow));
    }
}

/// Leaves out what is allowed, and reports suppressions that are wrong, have expired or allow nothing. Unless the `whole` spec could be read,
/// nothing is said of those that allow nothing: what they are for may not have been looked at.
pub fn apply(findings: Vec<Finding>, allowed: &[Allowed], settings: &LintSettings, whole: bool) -> Vec<Diagnostic> {
    let mut reports = Vec::new();
    let mut active: Vec<&Allowed> = Vec::new();
    for allow in allowed {
        if is_active(allow, settings, &mut reports) {
            active.push(allow);
        }
    }
    let mut by_rule: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, allow) in active.iter().enumerate() {
        by_rule.entry(&allow.rule).or_default().push(index);
    }
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let mut kept = Vec::new();
    for finding in findings {
        let mut covered = false;
        for index in by_rule.get(finding.diagnostic.rule).into_iter().flatten() {
            if active[*index].covers(&finding) {
                used.insert(*index);
                covered = true;
            }
        }
        if !covered {
            kept.push(finding.diagnostic);
        }
    }
    for (index, allow) in active.iter().enumerate() {
        if whole && !used.contains(&index) && settings.is_on(&allow.rule) {
            let message = format!("there is no finding of `{}` here to allow", allow.rule);
            reports.push(unused_allow::RULE.at(allow.span, message).help("take the suppression out"));
        }
    }
    kept.extend(reports);
    kept
}

/// Whether a suppression holds today; reports what is wrong with it.
fn is_active(allow: &Allowed, settings: &LintSettings, reports: &mut Vec<Diagnostic>) -> bool {
    let Some(rule) = registry::find(&allow.rule) else {
        let message = format!("there is no rule `{}` to allow", allow.rule);
        reports.push(unknown_rule::RULE.at(allow.span, message).help(registry::help_for(&allow.rule)));
        return false;
    };
    if rule.firm {
        let message = format!("findings of `{}` cannot be allowed", allow.rule);
        reports.push(unknown_rule::RULE.at(allow.span, message).help("what it reports cannot be emitted: mend it"));
        return false;
    }
    match &allow.until {
        None => true,
        Some((None, span, text)) => {
            reports
                .push(Diagnostic::error("spec/invalid-value", *span, format!("`{text}` is not a day")).help("write 2027-01-31"));
            false
        }
        Some((Some(until), span, _)) if settings.today.is_some_and(|today| today >= *until) => {
            let message = format!("the suppression of `{}` ended on {until}", allow.rule);
            reports.push(
                expired_allow::RULE
                    .at(*span, message)
                    .help(format!("mend what `{}` reports, or give it a later day", allow.rule)),
            );
            false
        }
        Some(_) => true,
    }
}
