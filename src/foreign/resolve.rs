//! Infers what was collected: recording rules in the order of their dependencies, then alerts and dashboards.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::collect::Collected;
use super::dashboard::{self, Dashboard};
use super::rules::{WrittenAlert, WrittenRecord};
use crate::diagnostic::Diagnostic;
use crate::model::item::{Item, ItemKind};
use crate::model::rule::{AlertRule, RecordRule};
use crate::promql::Dialect;
use crate::promql::catalog::{Catalog, Completeness, MapCatalog, Variant};
use crate::promql::infer::{Context, Purpose};
use crate::resolve::compose::Draft;
use crate::resolve::records::{self, Unfinished};
use crate::source::Sources;
use crate::spec::decode::Text;

/// What is linted of foreign files.
#[derive(Debug)]
pub struct Foreign {
    /// Alert rules in the order of the files.
    pub alerts: Vec<AlertRule>,
    /// Recording rules; each stands after those that it reads.
    pub records: Vec<RecordRule>,
    /// Dashboards in the order of the files.
    pub dashboards: Vec<Dashboard>,
    /// The series that are known, recorded ones included.
    pub catalog: MapCatalog,
}

/// Infers what was collected against the series that are known.
pub fn resolve(collected: &mut Collected, known: MapCatalog, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Foreign {
    let mut catalog = known;
    let interval = collected.configs.iter().map(|config| config.evaluation_interval.as_secs_f64()).min_by(f64::total_cmp);
    let rules = std::mem::take(&mut collected.rules);
    let context = |purpose| Context { purpose, evaluation_interval: interval, ..Context::default() };
    let records = records(rules.records, &mut catalog, &context(Purpose::Record), sources, diagnostics);
    let found: Vec<(AlertRule, Vec<Diagnostic>)> =
        rules.alerts.into_par_iter().map(|written| alert(written, &catalog, &context(Purpose::Alert), sources)).collect();
    let mut alerts = Vec::with_capacity(found.len());
    for (rule, found) in found {
        alerts.push(rule);
        diagnostics.extend(found);
    }
    let dashboards = {
        let seen = as_dashboards_see(&catalog);
        let input = dashboard::Input { catalog: seen.as_ref().unwrap_or(&catalog), sources, evaluation_interval: interval };
        let roots = std::mem::take(&mut collected.dashboards);
        roots.iter().map(|root| dashboard::read(root, &input, diagnostics)).collect()
    };
    Foreign { alerts, records, dashboards, catalog }
}

fn records(
    written: Vec<WrittenRecord>,
    catalog: &mut MapCatalog,
    context: &Context,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<RecordRule> {
    let parsed: Vec<(Unfinished, Vec<Diagnostic>)> = written
        .into_par_iter()
        .map(|written| {
            let mut found = Vec::new();
            let draft = Draft::parse(&written.expr, Dialect::Prometheus, sources, &mut found);
            let rule = Unfinished {
                item: Item::new(ItemKind::RecordingRule, written.name.value.clone(), written.name.span),
                name: written.name.value,
                draft,
                labels: written.labels.into_iter().map(|(name, text)| (name, text.value)).collect(),
                group: written.group,
                interval: written.interval,
                query: None,
            };
            (rule, found)
        })
        .collect();
    let mut rules = Vec::with_capacity(parsed.len());
    for (rule, found) in parsed {
        rules.push(rule);
        diagnostics.extend(found);
    }
    records::finish(rules, catalog, context, diagnostics)
}

fn alert(written: WrittenAlert, catalog: &dyn Catalog, context: &Context, sources: &Sources) -> (AlertRule, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let draft = Draft::parse(&written.expr, Dialect::Prometheus, sources, &mut found);
    let expr = match written.interval {
        Some(interval) => {
            let context = Context { evaluation_interval: Some(interval.as_secs_f64()), ..context.clone() };
            draft.finish(catalog, &context)
        }
        None => draft.finish(catalog, context),
    };
    let not_empty = |labels: BTreeMap<String, Text>| labels.into_iter().filter(|(_, text)| !text.value.is_empty()).collect();
    let rule = AlertRule {
        item: Item::new(ItemKind::Alert, written.name.value.clone(), written.name.span),
        name: written.name.value,
        level: None,
        pool: None,
        expr,
        value: None,
        threshold: None,
        hold: written.hold,
        keep_firing_for: written.keep_firing_for,
        labels: not_empty(written.labels),
        annotations: written.annotations,
        group: written.group,
        interval: written.interval,
        query: None,
        heartbeat: false,
        planned: false,
        generated_labels: Vec::new(),
        runbook: None,
        tests: Vec::new(),
    };
    (rule, found)
}

/// What dashboards may see of recorded series. A dashboard often reads through something that adds labels to all series (external labels, a tenant),
/// which the rules do not know; where a catalog is closed it says so itself. `None`: the same.
fn as_dashboards_see(catalog: &MapCatalog) -> Option<MapCatalog> {
    if catalog.completeness() == Completeness::Closed
        || !catalog.iter().any(|(_, all)| all.iter().any(|variant| variant.recorded.is_some()))
    {
        return None;
    }
    let mut seen = MapCatalog::new(catalog.completeness(), catalog.server().clone());
    for (name, variants) in catalog.iter() {
        for variant in variants {
            let mut variant = Variant::clone(variant);
            variant.open_labels |= variant.recorded.is_some();
            seen.add(name.clone(), variant);
        }
    }
    Some(seen)
}
