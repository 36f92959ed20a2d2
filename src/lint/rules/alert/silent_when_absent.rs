//! `alert/silent-when-absent`

use std::collections::BTreeSet;

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::outline::AlertOutline;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::words;
use crate::promql::infer::{Condition, MetricUse};

/// The rule.
pub const RULE: Rule = rule!(
    "alert/silent-when-absent",
    Info,
    "An alert falls silent when its metric is gone, and no other alert says that it is",
    "silent_when_absent.md",
    Check::Whole(check)
);

fn check(cx: &Context<'_>, findings: &mut Findings) {
    let mut watched_jobs: BTreeSet<&str> = BTreeSet::new();
    let mut watched_metrics: BTreeSet<&str> = BTreeSet::new();
    for alert in &cx.subject.outlines {
        let metrics = &alert.metrics;
        for up in metrics.iter().filter(|metric| &*metric.name == "up") {
            watched_jobs.extend(jobs(up).unwrap_or_default());
        }
        if alert.tells_absence {
            watched_metrics.extend(metrics.iter().map(|metric| &*metric.name));
        }
    }
    for alert in cx.subject.outlines.iter().filter(|alert| !alert.heartbeat && alert.condition == Condition::Comparison) {
        let unwatched = unwatched(alert, &watched_jobs, &watched_metrics);
        if unwatched.is_empty() {
            continue;
        }
        let names = words::list(&unwatched);
        let message = format!("`{}` falls silent when {names} can no longer be scraped, and no alert says so", alert.name);
        let help = format!("add an alert on `up{{job=\"{}\"}} == 0`", unwatched.iter().next().copied().unwrap_or_default());
        findings.push_about(alert.span, RULE.at(alert.span, message).help(help));
    }
}

/// The jobs that the alert reads from and that no alert watches; none when that is not known.
fn unwatched<'a>(alert: &'a AlertOutline, watched_jobs: &BTreeSet<&str>, watched_metrics: &BTreeSet<&str>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    for metric in &alert.metrics {
        if watched_metrics.contains(&*metric.name) {
            continue;
        }
        match jobs(metric) {
            Some(jobs) => found.extend(jobs.into_iter().filter(|job| !watched_jobs.contains(job))),
            None => return BTreeSet::new(),
        }
    }
    found
}

/// The jobs whose targets expose a metric.
fn jobs(metric: &MetricUse) -> Option<Vec<&str>> {
    let mut all = Vec::new();
    for variant in &metric.variants {
        all.extend(variant.label("job")?.values.list()?.iter().map(|job| &**job));
    }
    Some(all)
}
