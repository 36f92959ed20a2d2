//! What is scraped.

use std::collections::{BTreeMap, BTreeSet};

use super::Side;
use super::change::{Change, Detail, Subject, Verb};
use super::metrics::{key, some_of};
use super::series::Tally;
use crate::model::item::ItemKind;
use crate::model::job::{Job, Targets};

pub(super) fn compare(old: &Side<'_>, new: &Side<'_>, [was, is]: [&Tally<'_>; 2], changes: &mut Vec<Change>) {
    let (before, after) = (jobs(old), jobs(new));
    let all: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
    for key in all {
        let subject = match key.0 {
            ItemKind::Service => Subject::Service,
            ItemKind::Exporter => Subject::Exporter,
            ItemKind::GpuTarget => Subject::Pool,
            ItemKind::Probe => Subject::Probe,
            _ => Subject::Server,
        };
        let series = |tally: &Tally<'_>, job: Option<&&Job>| tally.by_job.get(job?.name.as_str()).copied();
        let (earlier, later) = (before.get(&key), after.get(&key));
        let (few, many) = (series(was, earlier), series(is, later));
        let change = match (earlier, later) {
            (Some(job), None) => {
                let details = vec![Detail::new("targets", targets(job), None), Detail::new("series", few.map(text), None)];
                Change::new(subject, key.1, Verb::Removed, Some(old.place(job.item.span))).with(details)
            }
            (None, Some(job)) => {
                let details = vec![Detail::new("targets", None, targets(job)), Detail::new("series", None, many.map(text))];
                Change::new(subject, key.1, Verb::Added, Some(new.place(job.item.span))).with(details)
            }
            (Some(earlier), Some(later)) => {
                let mut details = details(earlier, later);
                details.extend(self::spec(old, new, key));
                details.extend(Detail::of("series", few, many));
                if details.is_empty() {
                    continue;
                }
                Change::new(subject, key.1, Verb::Changed, Some(new.place(later.item.span))).with(details)
            }
            (None, None) => continue,
        };
        changes.push(change);
    }
}

fn text<T: ToString>(value: T) -> String {
    value.to_string()
}

fn jobs<'a>(side: &Side<'a>) -> BTreeMap<(ItemKind, &'a str), &'a Job> {
    side.model.jobs.iter().map(|job| (key(job), job)).collect()
}

fn targets(job: &Job) -> Option<String> {
    match &job.targets {
        Targets::Discovered { key, .. } => Some(format!("found by {key}")),
        known => {
            let mut addresses = known.addresses().unwrap_or_default();
            addresses.sort_unstable();
            Some(some_of(&addresses))
        }
    }
}

fn details(was: &Job, is: &Job) -> Vec<Detail> {
    let mut all = Vec::new();
    let status = |job: &Job| Some(if job.planned { "planned" } else { "scraped" });
    all.extend(Detail::of("status", status(was), status(is)));
    let fails = |job: &Job| job.fails.as_ref().map(|why| why.value.clone());
    all.extend(Detail::of("its scrapes fail", fails(was), fails(is)));
    all.extend(Detail::of("job", Some(&was.name), Some(&is.name)));
    all.extend(addresses(was, is));
    all.extend(Detail::of("interval", Some(was.interval), Some(is.interval)));
    all.extend(Detail::of("timeout", was.timeout, is.timeout));
    all.extend(Detail::of("scheme", was.scheme.as_ref(), is.scheme.as_ref()));
    all.extend(Detail::of("path", Some(&was.path), Some(&is.path)));
    all.extend(Detail::of("honor_labels", Some(was.honor_labels), Some(is.honor_labels)));
    let module = |job: &Job| job.probe.as_ref().map(|probe| format!("{} through {}", probe.module, probe.exporter));
    all.extend(Detail::of("probe", module(was), module(is)));
    let differs = |what: &str, differs: bool| differs.then(|| Detail::new(what, None, Some("differs".to_owned())));
    all.extend(differs("parameters", was.params != is.params));
    let steps = |job: &Job| -> Vec<String> {
        let text = |text: &Option<crate::spec::decode::Text>| text.as_ref().map(|text| text.value.clone());
        let all = job.relabel.iter().map(|step| ("target", step)).chain(job.metric_relabel.iter().map(|step| ("metric", step)));
        all.map(|(kind, step)| {
            let labels: Vec<&str> = step.source_labels.iter().map(|label| label.as_str()).collect();
            let parts = [&step.separator, &step.target_label, &step.regex, &step.replacement, &step.action].map(text);
            format!("{kind} {labels:?} {parts:?} {:?}", step.modulus)
        })
        .collect()
    };
    all.extend(differs("relabelling", steps(was) != steps(is)));
    all.extend(differs("other scrape fields", was.extra != is.extra));
    all
}

/// Targets that came and went, with their labels.
fn addresses(was: &Job, is: &Job) -> Vec<Detail> {
    if let (
        Targets::Discovered { key, config, labels },
        Targets::Discovered { key: new_key, config: new_config, labels: new_labels },
    ) = (&was.targets, &is.targets)
    {
        let same = key == new_key && config == new_config && labels == new_labels;
        return if same {
            Vec::new()
        } else {
            vec![Detail::new("discovery", Some((*key).to_owned()), Some((*new_key).to_owned()))]
        };
    }
    let sets = |job: &Job| -> BTreeSet<String> {
        job.targets.groups().iter().flat_map(|group| group.addresses.iter().cloned()).collect()
    };
    let (before, after) = (sets(was), sets(is));
    let some = |from: &BTreeSet<String>, without: &BTreeSet<String>| {
        let names: Vec<&str> = from.difference(without).map(String::as_str).collect();
        (!names.is_empty()).then(|| some_of(&names))
    };
    let mut all = Vec::new();
    let discovered = |job: &Job| matches!(job.targets, Targets::Discovered { .. });
    if discovered(was) != discovered(is) {
        all.push(Detail::new("targets", targets(was), targets(is)));
    } else if before != after {
        all.push(Detail::new("targets", some(&before, &after), some(&after, &before)));
    }
    let labels = |job: &Job| -> BTreeSet<String> {
        job.targets.groups().iter().flat_map(|group| group.labels.iter().map(|(name, value)| format!("{name}={value}"))).collect()
    };
    let (was, is) = (labels(was), labels(is));
    if was != is {
        all.push(Detail::new("target labels", some(&was, &is), some(&is, &was)));
    }
    all
}

/// What the item says of itself besides its job.
fn spec(old: &Side<'_>, new: &Side<'_>, (kind, name): (ItemKind, &str)) -> Vec<Detail> {
    let [was, is] = [old, new].map(|side| &side.model.spec);
    let mut all = Vec::new();
    match kind {
        ItemKind::Exporter => {
            let pack = |spec: &crate::spec::Spec| spec.exporters.get(name).map(|it| it.pack.value.clone());
            all.extend(Detail::of("pack", pack(was), pack(is)));
        }
        ItemKind::GpuTarget => {
            let pack = |spec: &crate::spec::Spec| spec.gpu_targets.get(name).map(|it| it.pack.value.clone());
            all.extend(Detail::of("pack", pack(was), pack(is)));
            let gpus = |spec: &crate::spec::Spec| spec.gpu_targets.get(name)?.gpus_per_node.as_ref().map(|count| count.value);
            all.extend(Detail::of("gpus_per_node", gpus(was), gpus(is)));
        }
        ItemKind::Service => {
            let language = |spec: &crate::spec::Spec| spec.services.get(name)?.language.as_ref().map(|it| it.value.word());
            all.extend(Detail::of("language", language(was), language(is)));
        }
        _ => {}
    }
    all
}
