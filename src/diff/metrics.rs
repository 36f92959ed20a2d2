//! Metrics: dropped or renamed with every query that breaks, changed, added.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Side;
use super::change::{Change, Detail, Subject, Verb};
use super::readers::Readers;
use super::series::Tally;
use crate::load::suggest;
use crate::model::item::ItemKind;
use crate::model::job::{DeclaredBy, Exposed, Job};
use crate::spec::metric::{Label, Metric};

/// How many metrics that a pack or a metrics library brings are named; the others are counted.
const NAMED: usize = 3;

/// The name of a metric with what is said of it.
type Described<'a> = (&'a str, Option<String>);

/// The jobs that expose a metric.
type Exposers<'a> = BTreeMap<(ItemKind, &'a str), &'a Exposed>;

/// The name of what a job scrapes.
pub(super) fn key(job: &Job) -> (ItemKind, &str) {
    if job.item.kind == ItemKind::Stack { (ItemKind::Stack, &job.name) } else { (job.item.kind, &job.item.name) }
}

pub(super) fn compare(
    old: &Side<'_>,
    new: &Side<'_>,
    readers: &Readers<'_>,
    tallies: [&Tally<'_>; 2],
    changes: &mut Vec<Change>,
) {
    let (before, after) = (families(old), families(new));
    let all: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let (mut gone, mut fresh) = (Vec::new(), Vec::new());
    for name in all {
        match (before.get(name), after.get(name)) {
            (Some(was), None) => gone.push((name, was)),
            (None, Some(is)) => fresh.push((name, is)),
            (Some(was), Some(is)) => changes.extend(changed(new, name, was, is, readers, tallies)),
            (None, None) => {}
        }
    }
    let renamed = renamed(&gone, &fresh);
    let recorded: BTreeSet<&str> = new.model.records.iter().map(|record| record.name.as_str()).collect();
    let mut quiet: BTreeMap<(Verb, String), Vec<&str>> = BTreeMap::new();
    for (name, exposers) in &gone {
        let Some(first) = exposers.values().next() else { continue };
        let series: Vec<String> = series(name).into_iter().filter(|series| !recorded.contains(series.as_str())).collect();
        let breaks = readers.reading(series.iter().map(String::as_str));
        let place = Some(old.place(first.declared));
        let mut change = match renamed.get(name) {
            Some(to) => {
                let place = after.get(to).and_then(|is| is.values().next()).map(|exposed| new.place(exposed.declared));
                let detail = Detail::new("name", Some((*name).to_owned()), Some((*to).to_owned()));
                Change::new(Subject::Metric, *name, Verb::Renamed, place).with(vec![detail])
            }
            None => Change::new(Subject::Metric, *name, Verb::Removed, place),
        };
        if first.by != DeclaredBy::Spec && breaks.is_empty() {
            quiet.entry((Verb::Removed, exposed_by(exposers))).or_default().push(name);
            continue;
        }
        if change.verb == Verb::Removed {
            change.details.push(Detail::new("exposed by", Some(exposed_by(exposers)), None));
        }
        change.breaks = breaks;
        changes.push(change);
    }
    let taken: BTreeSet<&str> = renamed.values().copied().collect();
    for (name, exposers) in fresh.iter().filter(|(name, _)| !taken.contains(name)) {
        let Some(first) = exposers.values().next() else { continue };
        if first.by != DeclaredBy::Spec {
            quiet.entry((Verb::Added, exposed_by(exposers))).or_default().push(name);
            continue;
        }
        let mut details = vec![Detail::new("exposed by", None, Some(exposed_by(exposers)))];
        if let Some(series) = tallies[1].by_metric.get(name) {
            details.push(Detail::new("series", None, Some(series.to_string())));
        }
        changes.push(Change::new(Subject::Metric, *name, Verb::Added, Some(new.place(first.declared))).with(details));
    }
    for ((verb, by), names) in quiet {
        let mut text = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        if names.len() > NAMED {
            text.push_str(&format!(" and {} more", names.len() - NAMED));
        }
        let detail = match verb {
            Verb::Added => Detail::new("exposed by", None, Some(by)),
            _ => Detail::new("exposed by", Some(by), None),
        };
        changes.push(Change::new(Subject::Metric, text, verb, None).with(vec![detail]));
    }
}

fn families<'a>(side: &Side<'a>) -> BTreeMap<&'a str, Exposers<'a>> {
    let mut all: BTreeMap<&str, Exposers<'a>> = BTreeMap::new();
    for job in &side.model.jobs {
        for (name, exposed) in &job.exposes {
            all.entry(name).or_default().insert(key(job), exposed);
        }
    }
    all
}

fn exposed_by(exposers: &Exposers<'_>) -> String {
    let names: Vec<&str> = exposers.keys().map(|(_, name)| *name).collect();
    some_of(&names)
}

pub(super) fn some_of(names: &[&str]) -> String {
    const MOST: usize = 6;
    let text = names.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
    if names.len() > MOST { format!("{text} and {} more", names.len() - MOST) } else { text }
}

/// The names under which a family's series can be read.
fn series(family: &str) -> Vec<String> {
    ["", "_bucket", "_sum", "_count"].iter().map(|suffix| format!("{family}{suffix}")).collect()
}

/// Metrics that are gone and that something new stands for: the same kind, unit and labels from the same services, and either nothing else that
/// could be meant, or the same words about it, or a name that is near.
fn renamed<'a>(gone: &[(&'a str, &Exposers<'a>)], fresh: &[(&'a str, &Exposers<'a>)]) -> BTreeMap<&'a str, &'a str> {
    let sign = |exposers: &Exposers<'_>| -> Option<String> {
        let (_, first) = exposers.iter().next()?;
        let metric = &first.metric;
        let labels: Vec<&str> = metric.labels.names().collect();
        let unit = metric.unit.as_ref().map(|unit| unit.value.to_string());
        let by: Vec<_> = exposers.keys().collect();
        (first.by == DeclaredBy::Spec).then(|| format!("{:?} {unit:?} {labels:?} {by:?}", metric.kind.value))
    };
    let help =
        |exposers: &Exposers<'_>| exposers.values().next().and_then(|first| Some(first.metric.help.as_ref()?.value.clone()));
    let mut groups: BTreeMap<String, [Vec<Described<'a>>; 2]> = BTreeMap::new();
    for (side, list) in [gone, fresh].into_iter().enumerate() {
        for (name, exposers) in list {
            let Some(sign) = sign(exposers) else { continue };
            if let Some(group) = groups.entry(sign).or_default().get_mut(side) {
                group.push((name, help(exposers)));
            }
        }
    }
    let mut found = BTreeMap::new();
    for [gone, fresh] in groups.into_values() {
        if let ([(gone, _)], [(fresh, _)]) = (gone.as_slice(), fresh.as_slice()) {
            found.insert(*gone, *fresh);
            continue;
        }
        let mut free: BTreeSet<&str> = fresh.iter().map(|(name, _)| *name).collect();
        let mut by_help: BTreeMap<&str, Vec<&'a str>> = BTreeMap::new();
        for (name, help) in &fresh {
            by_help.entry(help.as_deref().unwrap_or_default()).or_default().push(name);
        }
        for (name, help) in &gone {
            let same = help.as_deref().and_then(|help| by_help.get(help)).map(Vec::as_slice).unwrap_or_default();
            // Names are compared one by one, which is done for a few of them only.
            let near = if fresh.len() <= 64 { suggest::nearest(name, free.iter().copied()) } else { Vec::new() };
            let chosen = match same {
                [one] if free.contains(one) => Some(*one),
                _ => near.first().and_then(|near| free.get(near).copied()),
            };
            if let Some(chosen) = chosen {
                free.remove(chosen);
                found.insert(*name, chosen);
            }
        }
    }
    found
}

fn changed(
    new: &Side<'_>,
    name: &str,
    was: &Exposers<'_>,
    is: &Exposers<'_>,
    readers: &Readers<'_>,
    [before, after]: [&Tally<'_>; 2],
) -> Option<Change> {
    let jobs = |side: &Exposers<'_>, other: &Exposers<'_>| -> Vec<String> {
        side.keys().filter(|key| !other.contains_key(*key)).map(|(_, name)| (*name).to_owned()).collect()
    };
    let mut details = Vec::new();
    let mut gone_labels: BTreeSet<String> = BTreeSet::new();
    // One metric set is the same for all who use it.
    let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (key, exposed) in is {
        let Some(earlier) = was.get(key) else { continue };
        let pair = (Arc::as_ptr(&earlier.metric).addr(), Arc::as_ptr(&exposed.metric).addr());
        if !seen.insert(pair) && earlier.planned == exposed.planned {
            continue;
        }
        for detail in definition(earlier, exposed) {
            if detail.after.is_none()
                && let Some(label) = detail.what.strip_prefix("label ")
            {
                gone_labels.insert(label.to_owned());
            }
            if !details.contains(&detail) {
                details.push(detail);
            }
        }
    }
    let first = is.values().next()?;
    let (left, joined) = (jobs(was, is), jobs(is, was));
    // What a pack or a library brings comes and goes with its exporter or service.
    if first.by == DeclaredBy::Spec && !(left.is_empty() && joined.is_empty()) {
        details.push(Detail::new("exposed by", Some(exposed_by(was)), Some(exposed_by(is))));
    }
    if details.is_empty() {
        return None;
    }
    let (was, is) = (before.by_metric.get(name), after.by_metric.get(name));
    details.extend(Detail::of("series", was, is));
    let names = series(name);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut breaks: Vec<_> = gone_labels.iter().flat_map(|label| readers.naming(&names, label)).collect();
    breaks.sort();
    breaks.dedup();
    let change = Change::new(Subject::Metric, name, Verb::Changed, Some(new.place(first.declared))).with(details);
    Some(Change { breaks, ..change })
}

/// What differs between two declarations.
fn definition(was: &Exposed, is: &Exposed) -> Vec<Detail> {
    let (before, after) = (&was.metric, &is.metric);
    let mut all = Vec::new();
    all.extend(Detail::of("type", Some(before.kind.value.word()), Some(after.kind.value.word())));
    let unit = |metric: &Metric| metric.unit.as_ref().map(|unit| unit.value.to_string());
    all.extend(Detail::of("unit", unit(before), unit(after)));
    let status = |exposed: &Exposed| Some(if exposed.planned { "planned" } else { "active" });
    all.extend(Detail::of("status", status(was), status(is)));
    let (labels, new_labels) = (labels(was), labels(is));
    let names: BTreeSet<&str> = labels.keys().chain(new_labels.keys()).copied().collect();
    for name in names {
        let text = |label: Option<&&Label>| label.map(|label| values(label));
        all.extend(Detail::of(&format!("label {name}"), text(labels.get(name)), text(new_labels.get(name))));
    }
    let buckets = |metric: &Metric| {
        let bounds = metric.buckets.as_ref()?;
        Some(bounds.value.iter().map(|bound| bound.value.to_string()).collect::<Vec<_>>().join(", "))
    };
    all.extend(Detail::of("buckets", buckets(before), buckets(after)));
    let quantiles = |metric: &Metric| {
        let all: Vec<String> = metric.quantiles.iter().map(|quantile| quantile.value.to_string()).collect();
        (!all.is_empty()).then(|| all.join(", "))
    };
    all.extend(Detail::of("quantiles", quantiles(before), quantiles(after)));
    let range = |metric: &Metric| metric.range.as_ref().map(|range| format!("{} to {}", range.low, range.high));
    all.extend(Detail::of("range", range(before), range(after)));
    let deprecated = |metric: &Metric| metric.deprecated.as_ref().map(|text| text.value.clone());
    all.extend(Detail::of("deprecated", deprecated(before), deprecated(after)));
    let help = |metric: &Metric| metric.help.as_ref().map(|text| text.value.trim().to_owned());
    all.extend(Detail::of("help", help(before), help(after)));
    all
}

fn labels(exposed: &Exposed) -> BTreeMap<&str, &Label> {
    let common = exposed.common.iter().map(|(name, label)| (name.as_str(), label));
    common.chain(exposed.metric.labels.iter().map(|(name, entry)| (name, &entry.value))).collect()
}

/// The values of a label in words.
fn values(label: &Label) -> String {
    let mut text = match (&label.values, &label.matches) {
        (Some(values), _) => {
            let mut values: Vec<&str> = values.iter().map(|value| value.as_str()).collect();
            values.sort_unstable();
            values.join(", ")
        }
        (None, Some(pattern)) => format!("matches {}", pattern.value),
        (None, None) => "any value".to_owned(),
    };
    if let Some(max) = label.max {
        text.push_str(&format!(", at most {max}"));
    }
    if label.optional {
        text.push_str(", optional");
    }
    if let Some(total) = &label.total {
        text.push_str(&format!(", {} is the total", total.value));
    }
    text
}
