//! Who reads which metric.

use std::collections::{BTreeMap, BTreeSet};

use crate::lower::docs::alerts::Places;
use crate::lower::docs::dashboard_link;
use crate::model::Model;
use crate::model::expr::Expr;
use crate::plan::docs::Link;
use crate::source::Span;

/// How many uses of a metric are named; the others are counted.
const NAMED: usize = 6;
/// An alert that reads metrics of more jobs than this is about everything, and about none of them.
const JOBS: usize = 20;
/// Kinds of target that expose a metric of the same name and that are looked at.
const VARIANTS: usize = 256;

/// The uses of one metric.
#[derive(Debug, Default)]
pub(super) struct Use {
    /// Those that are named.
    pub(super) links: Vec<Link>,
    /// How many more there are.
    pub(super) more: usize,
    /// The dashboards among all of them, by their position.
    pub(super) dashboards: BTreeSet<usize>,
    /// The last that was counted: one that reads it twice counts once.
    last: Option<usize>,
}

/// Who reads which metric, by the place where the metric is declared.
pub(super) struct Uses<'m> {
    by_metric: BTreeMap<Span, Use>,
    /// Names of alerts by the job whose metrics they read.
    alerts: BTreeMap<&'m str, Vec<&'m str>>,
}

impl<'m> Uses<'m> {
    pub(super) fn new(model: &'m Model, places: &Places<'m>) -> Self {
        let mut uses = Self { by_metric: BTreeMap::new(), alerts: BTreeMap::new() };
        let known: BTreeSet<&str> = model.jobs.iter().map(|job| job.name.as_str()).collect();
        let mut reader = 0;
        for rules in model.alerts.chunk_by(|a, b| a.name == b.name) {
            let Some(first) = rules.first() else { continue };
            let link = || places.link(&first.name);
            let mut jobs = BTreeSet::new();
            for rule in rules {
                uses.read(&rule.expr, reader, None, &link);
                for variant in rule.expr.inference.metrics.iter().flat_map(|metric| metric.variants.iter().take(VARIANTS)) {
                    let names = variant.label("job").and_then(|domain| domain.values.list()).unwrap_or_default();
                    jobs.extend(names.iter().cloned());
                    if jobs.len() > JOBS {
                        break;
                    }
                }
            }
            if jobs.len() <= JOBS {
                for job in jobs.iter().filter_map(|job| known.get(&**job)) {
                    uses.alerts.entry(job).or_default().push(&first.name);
                }
            }
            reader += 1;
        }
        for record in &model.records {
            let link = || Link { title: record.name.clone(), path: "recording_rules.md".to_owned() };
            uses.read(&record.expr, reader, None, &link);
            reader += 1;
        }
        for (position, dashboard) in model.dashboards.iter().enumerate() {
            let link = || dashboard_link(model, dashboard);
            let targets = dashboard.rows.iter().flat_map(|row| &row.panels).flat_map(|panel| &panel.targets);
            for target in targets {
                uses.read(&target.expr, reader, Some(position), &link);
            }
            reader += 1;
        }
        uses
    }

    fn read(&mut self, expr: &Expr, reader: usize, dashboard: Option<usize>, link: &dyn Fn() -> Link) {
        for span in declared(expr) {
            let used = self.by_metric.entry(span).or_default();
            used.dashboards.extend(dashboard);
            if used.last == Some(reader) {
                continue;
            }
            used.last = Some(reader);
            if used.links.len() < NAMED {
                used.links.push(link());
            } else {
                used.more += 1;
            }
        }
    }

    /// The uses of the metric that is declared there.
    pub(super) fn of(&self, declared: Span) -> Option<&Use> {
        self.by_metric.get(&declared)
    }

    /// Names of the alerts that read metrics of a job, but for those that read everybody's.
    pub(super) fn alerts_of(&self, job: &str) -> &[&'m str] {
        self.alerts.get(job).map_or(&[], Vec::as_slice)
    }
}

/// Where the metrics that an expression reads are declared, in its order; a metric that several kinds of target expose has several places.
pub(super) fn declared(expr: &Expr) -> Vec<Span> {
    let mut seen = Vec::new();
    for metric in &expr.inference.metrics {
        for variant in metric.variants.iter().take(VARIANTS) {
            if let Some(span) = variant.declared_at.filter(|span| !seen.contains(span)) {
                seen.push(span);
            }
        }
    }
    seen
}
