//! Everything that is scraped, as scrape jobs: services, exporters, GPU pools, probes and the servers of the stack themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::diagnostic::{Diagnostic, RuleId};
use crate::load::suggest;
use crate::model::item::{Item, ItemKind};
use crate::model::job::{DeclaredBy, Exposed, Job, ProbeOf, TargetGroup, Targets};
use crate::resolve::nodes;
use crate::resolve::pack::{self, UNKNOWN_NAME};
use crate::resolve::stack::Settings;
use crate::source::Span;
use crate::spec::Spec;
use crate::spec::decode::{Entry, Text};
use crate::spec::metric::Metric;
use crate::spec::quantity::Duration;
use crate::spec::scrape::Scrape;
use crate::spec::service::{Exporter, GpuTarget, Nodes, Probe, ProbeTargets, ScrapeOrNot, Service, ServiceMetrics};
use crate::spec::shared::Status;

/// Two jobs of the same name.
pub const DUPLICATE_JOB: RuleId = "spec/duplicate-name";

/// What making the jobs needs.
pub struct Input<'s> {
    /// The user's spec.
    pub spec: &'s Spec,
    /// The packs that ship with the tool.
    pub shipped: &'s Spec,
    /// The stack's settings.
    pub settings: &'s Settings,
}

/// All jobs in the order of their names.
pub fn resolve(input: &Input<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Job> {
    let mut maker = Maker { input, shared: BTreeMap::new(), diagnostics };
    let mut jobs = Vec::new();
    for (name, entry) in input.spec.services.iter() {
        jobs.extend(maker.service(name, entry));
    }
    for (name, entry) in input.spec.exporters.iter() {
        jobs.extend(maker.exporter(name, entry));
    }
    for (name, entry) in input.spec.gpu_targets.iter() {
        jobs.extend(maker.gpu_target(name, entry));
    }
    for (name, entry) in input.spec.probes.iter() {
        jobs.extend(maker.probe(name, entry));
    }
    jobs.extend(maker.servers());
    jobs.sort_by(|a, b| a.name.cmp(&b.name));
    for pair in jobs.windows(2) {
        if pair[0].name == pair[1].name {
            let message = format!("two things are scraped by a job called `{}`", pair[1].name);
            diagnostics.push(
                Diagnostic::error(DUPLICATE_JOB, pair[1].item.span, message)
                    .label(pair[0].item.span, format!("{} has it too", pair[0].item))
                    .help("give one of them another name with `scrape: {job: NAME}`"),
            );
        }
    }
    jobs
}

struct Maker<'a, 's> {
    input: &'a Input<'s>,
    /// Metric sets, decoded once and shared by all services that use them.
    shared: BTreeMap<String, Arc<Vec<(String, Exposed)>>>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// What the several kinds of job have in common before their `scrape` is applied.
struct Base<'a> {
    item: Item,
    job: String,
    path: &'a str,
    addresses: Vec<String>,
    labels: BTreeMap<String, String>,
    planned: bool,
}

impl<'s> Maker<'_, 's> {
    fn service(&mut self, name: &str, entry: &'s Entry<Service>) -> Option<Job> {
        let service = &entry.value;
        let item = Item::new(ItemKind::Service, name, entry.key);
        let planned = service.status == Some(Status::Planned);
        let mut exposes = BTreeMap::new();
        let language = service.language.as_ref().map(|language| language.value);
        for (family, exposed) in pack::client_families(language, None, self.input.shipped) {
            exposes.insert(family, exposed);
        }
        self.own_metrics(service.metrics.as_ref(), &mut exposes);
        if matches!(service.scrape, ScrapeOrNot::Never) {
            return None;
        }
        let scrape = service.scrape.fields();
        let finds = scrape.is_some_and(|scrape| scrape.instances.is_some() || discovery(scrape).is_some());
        let addresses = match &service.port {
            Some(port) => vec![format!("{name}:{}", port.value)],
            None => Vec::new(),
        };
        if service.port.is_none() && !finds {
            if service.metrics.is_none() && matches!(service.scrape, ScrapeOrNot::Default) {
                return None;
            }
            let message = format!("the service `{name}` has metrics but no `port` and no `scrape.instances`");
            self.diagnostics.push(
                Diagnostic::error("service/not-scraped", entry.key, message)
                    .help("add `port: 8080`, or `scrape: false` for a service without metrics"),
            );
            return None;
        }
        let base = Base { item, job: name.to_owned(), path: "/metrics", addresses, labels: BTreeMap::new(), planned };
        let mut job = self.job(base, scrape, exposes);
        job.language = language;
        let client = language.and_then(|language| self.input.shipped.clients.get(language.word()));
        job.created_series = client.and_then(|client| client.created_series).unwrap_or(false);
        Some(job)
    }

    /// Adds the metrics of the sets that are used and those declared in place.
    fn own_metrics(&mut self, metrics: Option<&'s ServiceMetrics>, into: &mut BTreeMap<String, Exposed>) {
        let Some(metrics) = metrics else { return };
        for set in &metrics.reuse {
            let Some(families) = self.metric_set(set) else { continue };
            into.extend(families.iter().map(|(name, exposed)| (name.clone(), exposed.clone())));
        }
        into.extend(declared(metrics.define.iter()));
    }

    fn metric_set(&mut self, name: &Text) -> Option<Arc<Vec<(String, Exposed)>>> {
        if let Some(known) = self.shared.get(name.as_str()) {
            return Some(known.clone());
        }
        let sets = &self.input.spec.metric_sets;
        let Some(set) = sets.get(name.as_str()) else {
            if !sets.knows(name.as_str()) {
                let near = suggest::nearest(name.as_str(), sets.names());
                let help = suggest::did_you_mean(&near).unwrap_or_else(|| "declare it under `metric_sets:`".to_owned());
                let message = format!("there is no metric set `{}`", name.value);
                self.diagnostics.push(Diagnostic::error(UNKNOWN_NAME, name.span, message).help(help));
            }
            return None;
        };
        let families = Arc::new(declared(set.iter()).collect::<Vec<_>>());
        self.shared.insert(name.value.clone(), families.clone());
        Some(families)
    }

    fn exporter(&mut self, name: &str, entry: &'s Entry<Exporter>) -> Option<Job> {
        let exporter = &entry.value;
        let item = Item::new(ItemKind::Exporter, name, entry.key);
        let chosen = pack::choose(&exporter.pack, self.input.spec, self.input.shipped, self.diagnostics)?;
        chosen.check_features(&exporter.features, self.diagnostics);
        let mut exposes = chosen.exposes(&exporter.features, self.input.shipped);
        self.own_metrics(exporter.metrics.as_ref(), &mut exposes);
        if matches!(exporter.scrape, ScrapeOrNot::Never) {
            return None;
        }
        let port = exporter.port.as_ref().unwrap_or(&chosen.pack.port).value;
        let base = Base {
            item,
            job: chosen.pack.job.as_ref().map_or(chosen.name, Text::as_str).to_owned(),
            path: chosen.pack.path.as_ref().map_or("/metrics", Text::as_str),
            addresses: vec![format!("{name}:{port}")],
            labels: BTreeMap::new(),
            planned: exporter.status == Some(Status::Planned),
        };
        let mut job = self.job(base, exporter.scrape.fields(), exposes);
        of_pack(&mut job, &chosen);
        Some(job)
    }

    fn gpu_target(&mut self, name: &str, entry: &'s Entry<GpuTarget>) -> Option<Job> {
        let pool = &entry.value;
        let item = Item::new(ItemKind::GpuTarget, name, entry.key);
        let chosen = pack::choose(&pool.pack, self.input.spec, self.input.shipped, self.diagnostics)?;
        chosen.check_features(&pool.features, self.diagnostics);
        let mut exposes = chosen.exposes(&pool.features, self.input.shipped);
        bound_gpus(&mut exposes, pool);
        if matches!(pool.scrape, ScrapeOrNot::Never) {
            return None;
        }
        let scrape = pool.scrape.fields();
        let port = pool.port.as_ref().unwrap_or(&chosen.pack.port).value;
        let nodes = self.nodes(pool.nodes.as_ref());
        let base = Base {
            item,
            job: format!("gpu-{name}"),
            path: chosen.pack.path.as_ref().map_or("/metrics", Text::as_str),
            addresses: Vec::new(),
            labels: BTreeMap::from([("pool".to_owned(), name.to_owned())]),
            planned: pool.status == Some(Status::Planned),
        };
        let discovered = scrape.is_some_and(|scrape| scrape.instances.is_some() || discovery(scrape).is_some());
        let local = pool.compose.is_some();
        let mut job = self.job(base, scrape, exposes);
        of_pack(&mut job, &chosen);
        if !nodes.is_empty() {
            let groups = nodes
                .iter()
                .map(|node| {
                    let mut labels = BTreeMap::from([("node".to_owned(), node.clone()), ("pool".to_owned(), name.to_owned())]);
                    labels.extend(scrape.into_iter().flat_map(|scrape| scrape.labels.iter()).map(label));
                    TargetGroup { addresses: vec![format!("{node}:{port}")], labels }
                })
                .collect();
            job.targets = Targets::Fleet { file: format!("{}.json", job.name), groups };
        } else if local && !discovered {
            let labels = BTreeMap::from([("node".to_owned(), "localhost".to_owned()), ("pool".to_owned(), name.to_owned())]);
            job.targets = Targets::Static(vec![TargetGroup { addresses: vec![format!("{name}:{port}")], labels }]);
        } else if !discovered {
            self.diagnostics.push(
                Diagnostic::error("service/not-scraped", entry.key, format!("the GPU pool `{name}` has no nodes")).help(
                    "add `nodes: [gpu-01, gpu-02]`, `nodes: {range: \"gpu-{01..16}\"}`, or a service discovery under `scrape:`",
                ),
            );
            return None;
        }
        Some(job)
    }

    fn nodes(&mut self, nodes: Option<&Nodes>) -> Vec<String> {
        match nodes {
            None => Vec::new(),
            Some(Nodes::List(names)) => names.iter().map(|name| name.value.clone()).collect(),
            Some(Nodes::Range(pattern)) => match nodes::expand(pattern.as_str()) {
                Ok(names) => names,
                Err(message) => {
                    let message = format!("`{}` names no nodes: {message}", pattern.value);
                    self.diagnostics.push(
                        Diagnostic::error("spec/invalid-value", pattern.span, message)
                            .help("write a pattern such as gpu-{001..064}"),
                    );
                    Vec::new()
                }
            },
        }
    }

    fn probe(&mut self, name: &str, entry: &'s Entry<Probe>) -> Option<Job> {
        let probe = &entry.value;
        let item = Item::new(ItemKind::Probe, name, entry.key);
        let (exporter, chosen) = self.prober(probe, entry.key)?;
        let addresses = match &probe.of {
            ProbeTargets::List(list) => list.iter().map(|address| address.value.clone()).collect(),
            ProbeTargets::Services => self.health_addresses(),
        };
        let base = Base {
            item,
            job: probe.job.as_ref().map_or_else(|| format!("probe-{name}"), |job| job.value.clone()),
            path: chosen.pack.probe_path.as_ref().map_or("/probe", Text::as_str),
            addresses,
            labels: BTreeMap::new(),
            planned: false,
        };
        let exposes = chosen.probe_exposes(probe.module.as_str());
        let mut job = self.job(base, None, exposes);
        if let Some(interval) = &probe.interval {
            job.interval = interval.value;
        }
        let port = self.input.spec.exporters.get(exporter).and_then(|exporter| exporter.port.as_ref());
        let port = port.unwrap_or(&chosen.pack.port).value;
        job.probe = Some(ProbeOf { exporter: format!("{exporter}:{port}"), module: probe.module.value.clone() });
        Some(job)
    }

    /// The blackbox exporter that a probe goes through.
    fn prober(&mut self, probe: &'s Probe, key: Span) -> Option<(&'s str, pack::Chosen<'s>)> {
        let exporters = &self.input.spec.exporters;
        let found = match &probe.exporter {
            Some(wanted) => exporters.iter().find(|(name, _)| *name == wanted.as_str()),
            None => exporters.iter().find(|(_, entry)| entry.value.pack.value.starts_with("blackbox_exporter")),
        };
        let Some((name, entry)) = found else {
            let (span, message) = match &probe.exporter {
                Some(wanted) => (wanted.span, format!("there is no exporter `{}`", wanted.value)),
                None => (key, "a probe needs a blackbox exporter".to_owned()),
            };
            let help = "declare one: `exporters: {blackbox-exporter: {pack: blackbox_exporter}}`";
            self.diagnostics.push(Diagnostic::error(UNKNOWN_NAME, span, message).help(help));
            return None;
        };
        // What is wrong with the exporter's own pack is reported where the exporter is resolved.
        let chosen = pack::choose(&entry.value.pack, self.input.spec, self.input.shipped, &mut Vec::new())?;
        Some((name, chosen))
    }

    fn health_addresses(&self) -> Vec<String> {
        let services = self.input.spec.services.iter();
        services
            .filter(|(_, entry)| entry.value.status != Some(Status::Planned))
            .filter_map(|(name, entry)| {
                let health = entry.value.health.as_ref()?;
                let port = entry.value.port.as_ref()?.value;
                Some(format!("http://{name}:{port}{}", health.value))
            })
            .collect()
    }

    /// Prometheus, Alertmanager and Grafana, which expose metrics of their own.
    fn servers(&mut self) -> Vec<Job> {
        let Some(stack) = &self.input.spec.stack else { return Vec::new() };
        let settings = self.input.settings;
        let mut wanted = vec![(
            "prometheus",
            &settings.versions.prometheus,
            "localhost:9090".to_owned(),
            stack.prometheus.as_ref().and_then(|server| server.scrape.as_ref()),
        )];
        if settings.alertmanager {
            let scrape = stack.alertmanager.as_ref().and_then(|server| server.scrape.as_ref());
            wanted.push(("alertmanager", &settings.versions.alertmanager, "alertmanager:9093".to_owned(), scrape));
        }
        if settings.grafana {
            let scrape = stack.grafana.as_ref().and_then(|grafana| grafana.scrape.as_ref());
            wanted.push(("grafana", &settings.versions.grafana, "grafana:3000".to_owned(), scrape));
        }
        let mut jobs = Vec::new();
        for (name, version, address, scrape) in wanted {
            let wanted = Text::synthetic(name, stack.span);
            let Some(mut chosen) = pack::choose(&wanted, self.input.spec, self.input.shipped, self.diagnostics) else { continue };
            chosen.version = version;
            let base = Base {
                item: Item::new(ItemKind::Stack, "", stack.name.span),
                job: name.to_owned(),
                path: "/metrics",
                addresses: vec![address],
                labels: BTreeMap::new(),
                planned: false,
            };
            let mut job = self.job(base, scrape, chosen.exposes(&[], self.input.shipped));
            of_pack(&mut job, &chosen);
            jobs.push(job);
        }
        jobs
    }

    /// A job from what its kind says and what its `scrape` changes.
    fn job(&mut self, base: Base<'_>, scrape: Option<&'s Scrape>, exposes: BTreeMap<String, Exposed>) -> Job {
        let mut labels = base.labels;
        labels.extend(scrape.into_iter().flat_map(|scrape| scrape.labels.iter()).map(label));
        let targets = match scrape.and_then(discovery) {
            Some((key, config)) => Targets::Discovered { key, config, labels },
            None => {
                let written = scrape.and_then(|scrape| scrape.instances.as_ref());
                let addresses = written.map_or(base.addresses, |list| list.iter().map(|address| address.value.clone()).collect());
                Targets::Static(vec![TargetGroup { addresses, labels }])
            }
        };
        let text = |text: &Text| text.value.clone();
        let fails = scrape.and_then(|scrape| scrape.fails.clone());
        let exposes = if fails.is_some() { BTreeMap::new() } else { exposes };
        Job {
            fails,
            name: scrape.and_then(|scrape| scrape.job.as_ref()).map_or(base.job, text),
            item: base.item,
            interval: scrape
                .and_then(|scrape| scrape.interval.as_ref())
                .map_or(self.input.settings.scrape_interval, |interval| interval.value),
            timeout: scrape.and_then(|scrape| scrape.timeout.as_ref()).map(|timeout| timeout.value),
            scheme: scrape.and_then(|scrape| scrape.scheme.as_ref()).map(text),
            path: scrape.and_then(|scrape| scrape.path.as_ref()).map_or_else(|| base.path.to_owned(), text),
            targets,
            params: scrape
                .into_iter()
                .flat_map(|scrape| scrape.params.iter())
                .map(|(name, entry)| (name.to_owned(), entry.value.0.iter().map(text).collect()))
                .collect(),
            honor_labels: scrape.is_some_and(|scrape| scrape.honor_labels),
            relabel: scrape.map(|scrape| scrape.relabel.clone()).unwrap_or_default(),
            metric_relabel: scrape.map(|scrape| scrape.metric_relabel.clone()).unwrap_or_default(),
            extra: scrape.and_then(|scrape| scrape.prometheus.as_ref()).map(|raw| raw.json.clone()),
            planned: base.planned,
            language: None,
            exposes,
            open: Vec::new(),
            created_series: false,
            probe: None,
        }
    }
}

/// What a pack says of the job that scrapes its exporter.
fn of_pack(job: &mut Job, chosen: &pack::Chosen<'_>) {
    job.language = chosen.pack.language.as_ref().map(|language| language.value);
    job.open = chosen.pack.open.iter().map(|pattern| pattern.value.clone()).collect();
    job.created_series = chosen.pack.created_series.unwrap_or(false);
}

fn label((name, entry): (&str, &Entry<Text>)) -> (String, String) {
    (name.to_owned(), entry.value.value.clone())
}

fn declared<'m>(metrics: impl Iterator<Item = (&'m str, &'m Entry<Arc<Metric>>)>) -> impl Iterator<Item = (String, Exposed)> {
    let common = Arc::new(Vec::new());
    metrics.map(move |(name, entry)| {
        let planned = entry.value.status == Some(Status::Planned);
        let metric = Arc::clone(&entry.value);
        (
            name.to_owned(),
            Exposed {
                metric,
                declared: entry.key,
                common: common.clone(),
                by: DeclaredBy::Spec,
                planned,
                open_labels: entry.value.external,
            },
        )
    })
}

/// A pool knows how many GPUs a node has and which model they are; the pack does not.
fn bound_gpus(exposes: &mut BTreeMap<String, Exposed>, pool: &GpuTarget) {
    for exposed in exposes.values_mut() {
        let mut common = (*exposed.common).clone();
        let mut metric = (*exposed.metric).clone();
        let narrow = |name: &str, label: &mut crate::spec::metric::Label| match (name, &pool.gpus_per_node, &pool.model) {
            ("gpu" | "UUID" | "device" | "pci_bus_id", Some(count), _) => label.max = Some(count.value),
            ("modelName", _, Some(model)) => label.values = Some(vec![model.clone()]),
            _ => {}
        };
        for (name, label) in &mut common {
            narrow(name, label);
        }
        for (name, mut entry) in metric.labels.iter().map(|(name, entry)| (name.to_owned(), entry.clone())).collect::<Vec<_>>() {
            narrow(&name, &mut entry.value);
            metric.labels.insert(name, entry.key, entry.value);
        }
        exposed.common = Arc::new(common);
        exposed.metric = Arc::new(metric);
    }
}

/// The service discovery of a `scrape`, as the key and the value of the scrape config.
fn discovery(scrape: &Scrape) -> Option<(&'static str, Json)> {
    if let Some(files) = &scrape.file_sd {
        let paths: Vec<&str> = files.files.iter().map(Text::as_str).collect();
        let mut config = json!({"files": paths});
        if let (Json::Object(object), Some(interval)) = (&mut config, &files.refresh_interval) {
            object.insert("refresh_interval".to_owned(), Json::String(interval.value.to_string()));
        }
        return Some(("file_sd_configs", config));
    }
    let raw = [
        ("dns_sd_configs", &scrape.dns_sd),
        ("http_sd_configs", &scrape.http_sd),
        ("kubernetes_sd_configs", &scrape.kubernetes_sd),
    ];
    raw.into_iter().find_map(|(key, raw)| raw.as_ref().map(|raw| (key, raw.json.clone())))
}

/// The scrape interval that a job gets when neither it nor the stack says one.
pub const DEFAULT_INTERVAL: Duration = Duration::from_secs(15);
