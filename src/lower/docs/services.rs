//! A page for each thing that is scraped, and one for each set of metrics that several have in common.

use std::collections::BTreeMap;

use crate::lower::docs::alerts::Places;
use crate::lower::docs::metrics;
use crate::lower::docs::names::{Files, anchor};
use crate::lower::docs::uses::Uses;
use crate::model::Model;
use crate::model::item::ItemKind;
use crate::model::job::{DeclaredBy, Exposed, Job, Targets};
use crate::plan::docs::{Fact, Link, MetricPage, ServicePage, Shared};
use crate::source::Span;
use crate::spec::decode::Text;
use crate::spec::service::Nodes;
use crate::spec::shared::Status;

/// How many addresses, nodes, alerts and exposers are named; the others are counted.
const NAMED: usize = 8;

/// The pages, and where each metric is described.
pub(super) struct Described {
    pub(super) services: Vec<ServicePage>,
    pub(super) metrics: Vec<MetricPage>,
    links: BTreeMap<Span, Link>,
}

/// A set of metrics that several things can have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    Set(String),
    Pack(String),
    Client(&'static str),
}

#[derive(Default)]
struct Common<'m> {
    metrics: BTreeMap<&'m str, &'m Exposed>,
    exposed_by: Vec<Link>,
}

/// A thing that has a page.
struct Thing<'m> {
    kind: ItemKind,
    noun: &'static str,
    name: &'m str,
    help: Option<&'m Text>,
    planned: bool,
    facts: Vec<Fact>,
    pack: Option<&'m str>,
}

impl Described {
    pub(super) fn new(model: &Model, places: &Places<'_>, uses: &Uses<'_>) -> Self {
        let jobs: BTreeMap<(ItemKind, &str), &Job> = model.jobs.iter().map(|job| ((job.item.kind, name_of(job)), job)).collect();
        let sets: BTreeMap<Span, &str> = model
            .spec
            .metric_sets
            .iter()
            .flat_map(|(set, entry)| entry.value.iter().map(move |(_, metric)| (metric.key, set)))
            .collect();
        let mut described = Self { services: Vec::new(), metrics: Vec::new(), links: BTreeMap::new() };
        let mut common: BTreeMap<Origin, Common<'_>> = BTreeMap::new();
        let mut files = Files::default();
        // The pages of the sets have their names before anything leads to them.
        let mut set_files = SetFiles::default();
        for thing in things(model) {
            let path = format!("services/{}.md", files.take(thing.name));
            let mut page = ServicePage {
                name: thing.name.to_owned(),
                path: path.clone(),
                item: if thing.kind == ItemKind::Stack {
                    thing.kind.key().to_owned()
                } else {
                    format!("{}.{}", thing.kind.key(), thing.name)
                },
                noun: thing.noun.to_owned(),
                help: thing.help.map(|help| help.value.clone()),
                planned: thing.planned,
                facts: thing.facts,
                ..ServicePage::default()
            };
            if let Some(job) = jobs.get(&(thing.kind, thing.name)) {
                page.facts.splice(0..0, scraping(job));
                page.has_metrics = !job.exposes.is_empty();
                let names = uses.alerts_of(&job.name);
                page.alerts = names.iter().take(NAMED * 4).map(|name| places.link(name)).collect();
                page.more_alerts = names.len().saturating_sub(page.alerts.len());
                let mut counts: BTreeMap<Origin, usize> = BTreeMap::new();
                for (family, exposed) in &job.exposes {
                    let origin = match exposed.by {
                        DeclaredBy::Spec => sets.get(&exposed.declared).map(|set| Origin::Set((*set).to_owned())),
                        DeclaredBy::Pack => thing.pack.map(|pack| Origin::Pack(pack.to_owned())),
                        DeclaredBy::Client => job.language.map(|language| Origin::Client(language.word())),
                    };
                    let Some(origin) = origin else {
                        let path = format!("{path}#{}", anchor(family));
                        described.links.insert(exposed.declared, Link { title: family.clone(), path });
                        page.metrics.push(metrics::line(family, exposed, uses));
                        continue;
                    };
                    *counts.entry(origin.clone()).or_default() += 1;
                    common.entry(origin).or_default().metrics.entry(family).or_insert(exposed);
                }
                for (origin, count) in counts {
                    page.shared.push(Shared { page: Link { title: title(&origin), path: set_files.path(&origin) }, count });
                    let common = common.entry(origin).or_default();
                    common.exposed_by.push(Link { title: thing.name.to_owned(), path: path.clone() });
                }
            }
            described.services.push(page);
        }
        for (origin, common) in common {
            described.set(model, &origin, &common, set_files.path(&origin), uses);
        }
        described
    }

    fn set(&mut self, model: &Model, origin: &Origin, common: &Common<'_>, path: String, uses: &Uses<'_>) {
        let pack = |name: &str| model.spec.packs.get(name).or_else(|| model.shipped.packs.get(name));
        let (noun, help) = match origin {
            Origin::Set(_) => ("metric set", None),
            Origin::Pack(name) => ("exporter pack", pack(name).map(|pack| &pack.help)),
            Origin::Client(name) => ("metrics library", model.shipped.clients.get(name).and_then(|client| client.help.as_ref())),
        };
        let mut lines = Vec::new();
        for (name, exposed) in &common.metrics {
            let path = format!("{path}#{}", anchor(name));
            self.links.insert(exposed.declared, Link { title: (*name).to_owned(), path });
            lines.push(metrics::line(name, exposed, uses));
        }
        self.metrics.push(MetricPage {
            name: title(origin),
            path,
            noun: noun.to_owned(),
            help: help.map(|help| help.value.clone()),
            exposed_by: common.exposed_by.iter().take(NAMED * 4).cloned().collect(),
            more_exposed_by: common.exposed_by.len().saturating_sub(NAMED * 4),
            metrics: lines,
        });
    }

    /// Where the metric that is declared there is described.
    pub(super) fn metric(&self, declared: Span) -> Option<&Link> {
        self.links.get(&declared)
    }
}

/// The files of the sets' pages.
#[derive(Default)]
struct SetFiles {
    files: Files,
    paths: BTreeMap<Origin, String>,
}

impl SetFiles {
    fn path(&mut self, origin: &Origin) -> String {
        let files = &mut self.files;
        self.paths.entry(origin.clone()).or_insert_with(|| format!("metrics/{}.md", files.take(&title(origin)))).clone()
    }
}

fn title(origin: &Origin) -> String {
    match origin {
        Origin::Set(name) | Origin::Pack(name) => name.clone(),
        Origin::Client(language) => format!("client_{language}"),
    }
}

/// The name of what a job scrapes; the servers of the stack have no name of their own in the spec.
fn name_of(job: &Job) -> &str {
    if job.item.kind == ItemKind::Stack { &job.name } else { &job.item.name }
}

fn things(model: &Model) -> Vec<Thing<'_>> {
    let mut things = Vec::new();
    let spec = &model.spec;
    let planned = |status: Option<Status>| status == Some(Status::Planned);
    let thing =
        |kind: ItemKind, name, help| Thing { kind, noun: kind.noun(), name, help, planned: false, facts: Vec::new(), pack: None };
    for (name, entry) in spec.services.iter() {
        let service = &entry.value;
        let mut thing = Thing { planned: planned(service.status), ..thing(ItemKind::Service, name, service.help.as_ref()) };
        fact(&mut thing.facts, "Language", service.language.as_ref().map(|language| language.value.word().to_owned()));
        fact(&mut thing.facts, "Port", service.port.as_ref().map(|port| port.value.to_string()));
        fact(&mut thing.facts, "Health", service.health.as_ref().map(|path| path.value.clone()));
        things.push(thing);
    }
    for (name, entry) in spec.exporters.iter() {
        let exporter = &entry.value;
        let mut thing = Thing {
            planned: planned(exporter.status),
            pack: Some(pack_name(&exporter.pack)),
            ..thing(ItemKind::Exporter, name, exporter.help.as_ref())
        };
        fact(&mut thing.facts, "Pack", Some(exporter.pack.value.clone()));
        fact(&mut thing.facts, "Watches", exporter.watches.as_ref().map(|service| service.value.clone()));
        things.push(thing);
    }
    for (name, entry) in spec.gpu_targets.iter() {
        let pool = &entry.value;
        let mut thing = Thing {
            planned: planned(pool.status),
            pack: Some(pack_name(&pool.pack)),
            ..thing(ItemKind::GpuTarget, name, pool.help.as_ref())
        };
        fact(&mut thing.facts, "Pack", Some(pool.pack.value.clone()));
        fact(&mut thing.facts, "Model", pool.model.as_ref().map(|model| model.value.clone()));
        let nodes = pool.nodes.as_ref().map(|nodes| match nodes {
            Nodes::List(names) => some_of(names.iter().map(Text::as_str)),
            Nodes::Range(pattern) => pattern.value.clone(),
        });
        fact(&mut thing.facts, "Nodes", nodes);
        fact(&mut thing.facts, "GPUs a node", pool.gpus_per_node.as_ref().map(|count| count.value.to_string()));
        let limits: Vec<String> = pool.thresholds.iter().map(|(name, entry)| format!("{name} {}", entry.value.text)).collect();
        fact(&mut thing.facts, "Thresholds", (!limits.is_empty()).then(|| limits.join(", ")));
        things.push(thing);
    }
    for (name, entry) in spec.probes.iter() {
        let probe = &entry.value;
        let mut thing = thing(ItemKind::Probe, name, probe.help.as_ref());
        let job = model.jobs.iter().find(|job| job.item.kind == ItemKind::Probe && job.item.name == name);
        let exporter = job.and_then(|job| job.probe.as_ref()).and_then(|probe| probe.exporter.rsplit_once(':'));
        thing.pack = exporter.and_then(|(exporter, _)| spec.exporters.get(exporter)).map(|exporter| pack_name(&exporter.pack));
        fact(&mut thing.facts, "Module", Some(probe.module.value.clone()));
        things.push(thing);
    }
    for job in model.jobs.iter().filter(|job| job.item.kind == ItemKind::Stack) {
        let pack = model.spec.packs.get(&job.name).or_else(|| model.shipped.packs.get(&job.name));
        let server = thing(ItemKind::Stack, job.name.as_str(), pack.map(|pack| &pack.help));
        things.push(Thing { noun: "server of the stack", pack: Some(&job.name), ..server });
    }
    things.sort_by(|a, b| a.name.cmp(b.name));
    things
}

fn pack_name(pack: &Text) -> &str {
    pack.value.split('@').next().unwrap_or_default()
}

fn fact(facts: &mut Vec<Fact>, word: &'static str, text: Option<String>) {
    facts.extend(text.map(|text| Fact { word, text }));
}

/// How a thing is scraped.
fn scraping(job: &Job) -> Vec<Fact> {
    let mut facts = Vec::new();
    fact(&mut facts, "Job", Some(job.name.clone()));
    let targets = match &job.targets {
        Targets::Discovered { key, .. } => format!("found by {key}"),
        Targets::Static(_) | Targets::Fleet { .. } => some_of(job.targets.addresses().unwrap_or_default().into_iter()),
    };
    fact(&mut facts, "Targets", (!targets.is_empty()).then_some(targets));
    let every = format!("{} every {}", job.path, super::words::duration(job.interval));
    fact(&mut facts, "Scraped", Some(every));
    facts
}

/// The first few of a list, and how many there are in all.
fn some_of<'a>(all: impl Iterator<Item = &'a str> + Clone) -> String {
    let count = all.clone().count();
    let named: Vec<&str> = all.take(NAMED).collect();
    let text = named.join(", ");
    if count > named.len() { format!("{text} and {} more", count - named.len()) } else { text }
}
