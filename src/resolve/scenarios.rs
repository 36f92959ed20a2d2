//! The states of the simulated stack: are there such metrics, labels, values, things and alerts?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, RuleId};
use crate::load::suggest;
use crate::model::item::{Item, ItemKind};
use crate::model::job::{Job, Targets};
use crate::model::rule::AlertRule;
use crate::model::scenario::{Effect, Scenario};
use crate::promql::catalog::{MapCatalog, MetricType, SeriesRole, Status, Variant};
use crate::resolve::pack::UNKNOWN_NAME;
use crate::spec::Spec;
use crate::spec::decode::{Entry, Text, rule::INVALID_VALUE};
use crate::spec::quantity::Quantity;
use crate::spec::scenario::Scenario as Written;

/// A scenario that changes nothing.
pub const SELECTS_NOTHING: RuleId = "spec/scenario-selects-nothing";

/// All scenarios in the order of their names. One with a fault keeps what is right of it.
pub fn resolve(
    spec: &Spec,
    jobs: &[Job],
    catalog: &MapCatalog,
    alerts: &[AlertRule],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Scenario> {
    if spec.scenarios.is_empty() {
        return Vec::new();
    }
    let mut binder = Binder { spec, jobs, alerts, families: families(catalog), diagnostics };
    spec.scenarios.iter().map(|(name, entry)| binder.scenario(name, entry)).collect()
}

/// The series that stands for each metric: the samples of a gauge or a counter, the count of a histogram or a summary.
fn families(catalog: &MapCatalog) -> BTreeMap<&str, Vec<&Variant>> {
    let mut families: BTreeMap<&str, Vec<&Variant>> = BTreeMap::new();
    for (_, variants) in catalog.iter() {
        for variant in variants.iter().map(Arc::as_ref).filter(|variant| variant.recorded.is_none()) {
            let stands = match variant.role {
                SeriesRole::Value | SeriesRole::NativeHistogram => true,
                SeriesRole::Count => matches!(variant.metric_type, MetricType::Histogram | MetricType::Summary),
                _ => false,
            };
            if stands {
                families.entry(&variant.family).or_default().push(variant);
            }
        }
    }
    families
}

struct Binder<'a> {
    spec: &'a Spec,
    jobs: &'a [Job],
    alerts: &'a [AlertRule],
    families: BTreeMap<&'a str, Vec<&'a Variant>>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Binder<'_> {
    fn scenario(&mut self, name: &str, entry: &Entry<Written>) -> Scenario {
        let written = &entry.value;
        let on: BTreeMap<String, Vec<String>> = written
            .on
            .iter()
            .map(|(label, values)| (label.to_owned(), values.value.0.iter().map(|value| value.value.clone()).collect()))
            .collect();
        let mut effects = Vec::new();
        for (metric, level) in written.set.iter() {
            if let Some(variants) = self.metric(metric, level.key, written)
                && let Some(value) = self.level(metric, &level.value, &variants)
            {
                effects.push(Effect::Set(metric.to_owned(), value));
            }
        }
        for metric in &written.absent {
            if self.metric(metric.as_str(), metric.span, written).is_some() {
                effects.push(Effect::Absent(metric.value.clone()));
            }
        }
        for thing in &written.down {
            effects.extend(self.targets(thing, written).map(Effect::Down));
        }
        for thing in &written.unlisted {
            effects.extend(self.targets(thing, written).map(Effect::Unlisted));
        }
        if let Some(every) = &written.restart_every {
            let selected = self.jobs.iter().any(|job| !job.planned && job_has(job, &on));
            if every.value.millis <= 0 {
                self.diagnostics.push(
                    Diagnostic::error(INVALID_VALUE, every.span, "a process cannot start anew all the time")
                        .help("write a time such as 4m"),
                );
            } else if !selected {
                let help = "`restart_every` needs labels of a target under `on:`, such as {job: prometheus}";
                self.diagnostics.push(Diagnostic::error(SELECTS_NOTHING, every.span, "`on` selects no target").help(help));
            } else {
                effects.push(Effect::RestartEvery(every.value.as_secs_f64()));
            }
        }
        let empty = written.set.is_empty() && written.absent.is_empty() && written.down.is_empty();
        if empty && written.unlisted.is_empty() && written.restart_every.is_none() && written.set.broken.is_empty() {
            self.diagnostics.push(
                Diagnostic::error(SELECTS_NOTHING, entry.key, format!("the scenario `{name}` changes nothing"))
                    .help("say what happens under `set`, `absent`, `down`, `unlisted` or `restart_every`"),
            );
        }
        for alert in &written.fires {
            self.alert(alert);
        }
        Scenario {
            name: name.to_owned(),
            item: Item::new(ItemKind::Scenario, name, entry.key),
            help: written.help.as_ref().map(|help| help.value.clone()),
            effects,
            on,
            always: written.always,
            fires: written.fires.iter().map(|alert| alert.value.clone()).collect(),
        }
    }

    /// The series of a metric that `on` selects; `None` when there are none, which has then been reported.
    fn metric(&mut self, name: &str, span: crate::source::Span, written: &Written) -> Option<Vec<VariantFacts>> {
        let Some(variants) = self.families.get(name) else {
            let near = suggest::nearest(name, self.families.keys().copied());
            let help = suggest::did_you_mean(&near)
                .unwrap_or_else(|| "write the name of a metric, a histogram's without `_bucket`".to_owned());
            self.diagnostics.push(Diagnostic::error(UNKNOWN_NAME, span, format!("nothing exposes a metric `{name}`")).help(help));
            return None;
        };
        let mut live: Vec<&Variant> =
            variants.iter().copied().filter(|variant| !matches!(variant.status, Status::Planned(_))).collect();
        if live.is_empty() {
            let message = format!("`{name}` is only planned: nothing exposes it yet");
            self.diagnostics
                .push(Diagnostic::error(SELECTS_NOTHING, span, message).help("take it out until something exposes it"));
            return None;
        }
        for (label, entry) in written.on.iter() {
            let carrying: Vec<&Variant> =
                live.iter().copied().filter(|variant| variant.open_labels || variant.label(label).is_some()).collect();
            if carrying.is_empty() {
                let near =
                    suggest::nearest(label, live.iter().flat_map(|variant| variant.labels.iter().map(|(name, _)| &**name)));
                let help = suggest::did_you_mean(&near).unwrap_or_else(|| {
                    let all: BTreeSet<&str> =
                        live.iter().flat_map(|variant| variant.labels.iter().map(|(name, _)| &**name)).collect();
                    format!("its labels are {}", all.into_iter().collect::<Vec<_>>().join(", "))
                });
                let message = format!("`{name}` has no label `{label}`");
                self.diagnostics.push(Diagnostic::error(UNKNOWN_NAME, entry.key, message).help(help).label(span, "set here"));
                return None;
            }
            let possible = |variant: &Variant, value: &str| variant.label(label).is_none_or(|domain| domain.values.may_be(value));
            for value in &entry.value.0 {
                if !carrying.iter().any(|variant| possible(variant, value.as_str())) {
                    let known: BTreeSet<&str> = carrying
                        .iter()
                        .filter_map(|variant| variant.label(label)?.values.list())
                        .flat_map(|list| list.iter().map(|value| &**value))
                        .collect();
                    let near = suggest::nearest(value.as_str(), known.iter().copied());
                    let help = suggest::did_you_mean(&near)
                        .unwrap_or_else(|| format!("its values are {}", known.into_iter().collect::<Vec<_>>().join(", ")));
                    let message = format!("no series of `{name}` has `{label}` = `{}`", value.value);
                    self.diagnostics.push(Diagnostic::error(SELECTS_NOTHING, value.span, message).help(help));
                    return None;
                }
            }
            live = carrying
                .into_iter()
                .filter(|variant| entry.value.0.iter().any(|value| possible(variant, value.as_str())))
                .collect();
        }
        if live.is_empty() {
            let message = format!("no series of `{name}` has all labels of `on`");
            let help = "the labels fit series of different jobs: make two scenarios";
            self.diagnostics.push(Diagnostic::error(SELECTS_NOTHING, span, message).help(help));
            return None;
        }
        Some(live.into_iter().map(VariantFacts::of).collect())
    }

    /// The number that samples get.
    fn level(&mut self, metric: &str, level: &Quantity, variants: &[VariantFacts]) -> Option<f64> {
        let first = variants.first()?;
        let mut value = level.number;
        if let (Some(own), false) = (&level.unit, first.grows) {
            let Some(unit) = &first.unit else {
                let message = format!("`{}` has a unit, and `{metric}` has none", level.text);
                self.diagnostics.push(
                    Diagnostic::error(INVALID_VALUE, level.span, message)
                        .help("write the bare number, or give the metric a `unit`"),
                );
                return None;
            };
            let Some(number) = level.in_unit(unit) else {
                let message = format!("`{}` is in {own}, and `{metric}` is in {unit}", level.text);
                self.diagnostics.push(Diagnostic::error(INVALID_VALUE, level.span, message).help(format!("write it in {unit}")));
                return None;
            };
            value = number;
        }
        if first.grows && (value < 0.0 || level.unit.is_some()) {
            let message = format!("`{metric}` is a counter: `{}` is not by how much it grows in a second", level.text);
            self.diagnostics.push(Diagnostic::error(INVALID_VALUE, level.span, message).help("write a bare number from 0"));
            return None;
        }
        for facts in variants {
            if let Some((low, high)) = facts.range
                && !(low..=high).contains(&value)
            {
                let message = format!("`{metric}` lies between {low} and {high}, and never has the value {}", level.text);
                let help = "write a value inside the range, or correct the metric's `range`";
                self.diagnostics.push(Diagnostic::error(INVALID_VALUE, level.span, message).help(help));
                return None;
            }
        }
        Some(value)
    }

    /// The job of a service, an exporter, a pool, a probe or a server of the stack.
    fn targets(&mut self, thing: &Text, written: &Written) -> Option<String> {
        let called = |job: &&Job| job.item.name == thing.value || job.name == thing.value;
        let Some(job) = self.jobs.iter().find(called) else {
            let spec = self.spec;
            let unscraped = spec.services.knows(thing.as_str()) || spec.exporters.knows(thing.as_str());
            let message = if unscraped {
                format!("`{}` is not scraped", thing.value)
            } else {
                format!("there is no service, exporter or GPU pool `{}`", thing.value)
            };
            let names = self.jobs.iter().flat_map(|job| [job.item.name.as_str(), job.name.as_str()]);
            let near = suggest::nearest(thing.as_str(), names);
            let help = suggest::did_you_mean(&near).unwrap_or_else(|| "write the name of something that is scraped".to_owned());
            self.diagnostics.push(Diagnostic::error(UNKNOWN_NAME, thing.span, message).help(help));
            return None;
        };
        let on: BTreeMap<String, Vec<String>> = written
            .on
            .iter()
            .map(|(label, values)| (label.to_owned(), values.value.0.iter().map(|value| value.value.clone()).collect()))
            .collect();
        if job.planned || !job_has(job, &on) {
            let why = if job.planned { "it is only planned" } else { "none has the labels of `on`" };
            let message = format!("no target of `{}` is meant: {why}", thing.value);
            self.diagnostics
                .push(Diagnostic::error(SELECTS_NOTHING, thing.span, message).help(
                    "the labels of targets are job, instance, those under `scrape.labels`, and node and pool of GPU pools",
                ));
            return None;
        }
        Some(job.name.clone())
    }

    fn alert(&mut self, alert: &Text) {
        if !self.alerts.iter().any(|rule| rule.name == alert.value) && !self.spec.alerts.knows(alert.as_str()) {
            let near = suggest::nearest(alert.as_str(), self.spec.alerts.names());
            let help = suggest::did_you_mean(&near).unwrap_or_else(|| "write the name of an alert".to_owned());
            let message = format!("there is no alert `{}`", alert.value);
            self.diagnostics.push(Diagnostic::error(UNKNOWN_NAME, alert.span, message).help(help));
        }
    }
}

/// What of a series decides which values it can have.
struct VariantFacts {
    unit: Option<crate::unit::Unit>,
    range: Option<(f64, f64)>,
    grows: bool,
}

impl VariantFacts {
    fn of(variant: &Variant) -> Self {
        Self {
            unit: if variant.role == SeriesRole::Value { variant.unit.clone() } else { variant.observed.clone() },
            range: match variant.metric_type {
                MetricType::Info => Some((1.0, 1.0)),
                _ if variant.role == SeriesRole::Value => variant.range.map(|range| (range.lo, range.hi)),
                _ => None,
            },
            grows: variant.metric_type == MetricType::Counter,
        }
    }
}

/// Whether some target of the job has all these labels.
fn job_has(job: &Job, on: &BTreeMap<String, Vec<String>>) -> bool {
    let fits = |label: &str, found: Option<&str>| {
        on.get(label).is_none_or(|values| found.is_some_and(|found| values.iter().any(|value| value == found)))
    };
    match &job.targets {
        Targets::Discovered { labels, .. } => {
            on.keys().all(|label| matches!(label.as_str(), "job" | "instance") || labels.contains_key(label))
                && fits("job", Some(&job.name))
                && labels.iter().all(|(label, value)| fits(label, Some(value)))
        }
        targets => targets.groups().iter().any(|group| {
            group.addresses.iter().any(|address| {
                on.keys().all(|label| match label.as_str() {
                    "job" => fits("job", Some(&job.name)),
                    "instance" => fits("instance", Some(address)),
                    other => fits(other, group.labels.get(other).map(String::as_str)),
                })
            })
        }),
    }
}
