//! Infers what was collected: recording rules in the order of their dependencies, then alerts and dashboards.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rayon::prelude::*;

use super::collect::Collected;
use super::dashboard::{self, Dashboard};
use super::rule::DUPLICATE_RULE;
use super::rules::{WrittenAlert, WrittenRecord};
use crate::diagnostic::Diagnostic;
use crate::model::item::{Item, ItemKind};
use crate::model::rule::{AlertRule, RecordRule};
use crate::promql::Dialect;
use crate::promql::catalog::{Catalog, Completeness, MapCatalog, Variant};
use crate::promql::infer::{Context, Purpose};
use crate::resolve::compose::Draft;
use crate::resolve::records::{self, Unfinished};
use crate::source::{Sources, Span};
use crate::spec::decode::Text;

/// What is linted of foreign files, but for the alerts: [`alerts`] resolves them a part at a time.
#[derive(Debug)]
pub struct Foreign {
    /// Recording rules; each stands after those that it reads.
    pub records: Vec<RecordRule>,
    /// Dashboards in the order of the files.
    pub dashboards: Vec<Dashboard>,
    /// The series that are known, recorded ones included.
    pub catalog: MapCatalog,
}

/// Infers what was collected against the series that are known, but for the alerts.
pub fn resolve(collected: &mut Collected, known: MapCatalog, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Foreign {
    let mut catalog = known;
    let context = context(collected, Purpose::Record);
    let interval = context.evaluation_interval;
    let records = records(std::mem::take(&mut collected.rules.records), &mut catalog, &context, sources, diagnostics);
    let dashboards = {
        let seen = as_dashboards_see(&catalog);
        let input = dashboard::Input { catalog: seen.as_ref().unwrap_or(&catalog), sources, evaluation_interval: interval };
        let roots = std::mem::take(&mut collected.dashboards);
        roots.iter().map(|root| dashboard::read(root, &input, diagnostics)).collect()
    };
    Foreign { records, dashboards, catalog }
}

fn context(collected: &Collected, purpose: Purpose) -> Context {
    let intervals = collected.configs.iter().map(|config| config.evaluation_interval.as_secs_f64());
    Context { purpose, evaluation_interval: intervals.min_by(f64::total_cmp), ..Context::default() }
}

/// So many alerts are resolved, linted and forgotten at once.
const BATCH: usize = 2048;

/// Infers the alerts, and hands over a part of them at a time, in the order of the files. What they are made of is dropped after each part: the
/// trees and facts of a hundred thousand expressions take half a gigabyte.
pub fn alerts(
    collected: &mut Collected,
    catalog: &MapCatalog,
    sources: &Sources,
    mut each: impl FnMut(Vec<AlertRule>, Vec<Diagnostic>),
) {
    let context = context(collected, Purpose::Alert);
    let mut written = std::mem::take(&mut collected.rules.alerts).into_iter();
    while written.len() > 0 {
        let batch: Vec<WrittenAlert> = written.by_ref().take(BATCH).collect();
        let resolved = batch.into_par_iter().map(|written| alert(written, catalog, &context, sources)).collect();
        let (rules, found): (Vec<AlertRule>, Vec<Vec<Diagnostic>>) = Vec::into_iter(resolved).unzip();
        each(rules, found.into_iter().flatten().collect());
    }
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
    let rules = records::finish(rules, catalog, context, diagnostics);
    duplicates(&rules, diagnostics);
    rules
}

/// Reports recording rules that write the same samples twice. Files that lie side by side need not be loaded by one server.
fn duplicates(rules: &[RecordRule], diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<_, Span> = BTreeMap::new();
    let mut written: Vec<&RecordRule> = rules.iter().collect();
    written.sort_by_key(|rule| rule.item.span);
    for rule in written {
        let place = rule.item.span;
        match seen.entry((place.source, rule.name.as_str(), rule.expr.text.as_str(), &rule.labels)) {
            Entry::Vacant(free) => {
                free.insert(place);
            }
            Entry::Occupied(first) => diagnostics.push(
                Diagnostic::warning(DUPLICATE_RULE, place, format!("`{}` is recorded twice from the same expression", rule.name))
                    .label(*first.get(), "first here")
                    .help("keep one of them: both write the same series"),
            ),
        }
    }
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
    let not_empty = |labels: Vec<(String, Text)>| labels.into_iter().filter(|(_, text)| !text.value.is_empty()).collect();
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
        annotations: written.annotations.into_iter().collect(),
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
    catalog.open_names().iter().for_each(|pattern| seen.open(pattern.clone()));
    for (name, variants) in catalog.iter() {
        for variant in variants {
            let mut variant = Variant::clone(variant);
            variant.open_labels |= variant.recorded.is_some();
            seen.add(name.clone(), variant);
        }
    }
    Some(seen)
}
