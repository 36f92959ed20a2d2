//! What `--catalog` names, joined: spec folders, packs, and texts in the exposition format.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::prometheus::{Config, ScrapeJob};
use super::{detect, exposition, rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::load::files::{self, LoadError, Wanted};
use crate::model::item::{Item, ItemKind};
use crate::model::job::{Exposed, Job, Targets};
use crate::packs;
use crate::promql::catalog::{Catalog as _, Completeness, LabelDomain, MapCatalog, Name, Presence, Server, Values, Variant};
use crate::resolve::{self, catalog as resolved, pack, stack};
use crate::source::{SourceId, SourceKind, Sources, Span};
use crate::spec::Spec;
use crate::spec::decode::Text;
use crate::world::World;

/// What is known of the series that exist, from several places.
#[derive(Debug, Default)]
pub struct Known {
    /// Each place with what it knows.
    parts: Vec<Part>,
    /// Configurations, which know targets but no metrics.
    configs: Vec<Config>,
    /// What is wrong with the places.
    pub diagnostics: Vec<Diagnostic>,
    shipped: Option<Arc<Spec>>,
}

#[derive(Debug)]
struct Part {
    catalog: MapCatalog,
    /// Whether the labels of targets are those that the part says. A pack or a capture does not know how it is scraped.
    knows_targets: bool,
}

impl Known {
    /// Reads what an argument of `--catalog` names.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn add(
        &mut self,
        world: &dyn World,
        sources: &mut Sources,
        argument: &Path,
        environment: Option<&str>,
    ) -> Result<(), LoadError> {
        if let Some(wanted) = argument.to_str().and_then(|text| text.strip_prefix("pack:")) {
            let source = sources.add(format!("--catalog pack:{wanted}"), wanted, SourceKind::Argument);
            let text = Text::synthetic(wanted, Span::new(source, 0, wanted.len()));
            let own = Spec::empty(source);
            self.pack(sources, &text, &own);
            return Ok(());
        }
        if let Some(text) = files::read_other(world, argument)?.filter(|text| exposition::looks_like(text)) {
            let source = sources.add(files::name_of(argument), text, SourceKind::File);
            let text = Arc::clone(&sources.get(source).text);
            self.exposition(source, &text);
            return Ok(());
        }
        self.documents(world, sources, argument, environment)
    }

    fn exposition(&mut self, source: SourceId, text: &str) {
        let found = exposition::parse(source, text);
        self.diagnostics.extend(found.diagnostics);
        let mut catalog = MapCatalog::new(Completeness::Open, Server::default());
        for (name, variant) in found.families.iter().flat_map(exposition::Observed::series) {
            catalog.add(name, variant);
        }
        self.parts.push(Part { catalog, knows_targets: false });
    }

    fn documents(
        &mut self,
        world: &dyn World,
        sources: &mut Sources,
        argument: &Path,
        environment: Option<&str>,
    ) -> Result<(), LoadError> {
        let read = files::read_documents(world, sources, argument, Wanted::Any)?;
        let kinds = read.files.iter().flat_map(|file| file.documents.iter().map(|document| detect::kind(&document.root)));
        let kinds: Vec<detect::Kind> = kinds.collect();
        if kinds.contains(&detect::Kind::PrometheusConfig) && !kinds.contains(&detect::Kind::Spec) {
            for document in read.files.iter().flat_map(|file| &file.documents) {
                if detect::kind(&document.root) == detect::Kind::PrometheusConfig {
                    self.configs.push(super::prometheus::read(&document.root, &mut self.diagnostics));
                }
            }
            return Ok(());
        }
        if !kinds.contains(&detect::Kind::Spec) {
            let message = format!("`{}` says nothing of metrics", files::name_of(argument));
            let help = "a catalog is a spec folder, `pack:NAME`, a file of packs, or the text of a /metrics page";
            let span = read.files.first().map(|file| Span::new(file.source, 0, 0));
            self.diagnostics.extend(read.diagnostics);
            self.diagnostics.extend(read.files.into_iter().flat_map(|file| file.diagnostics));
            let mut finding = Diagnostic::without_place(rule::INVALID_CATALOG, message).help(help);
            finding.span = span;
            self.diagnostics.push(finding);
            return Ok(());
        }
        let spec = crate::load::with_imports(world, sources, argument, read.into_spec())?;
        let (spec, mut diagnostics) = crate::pipeline::decode(crate::load::compose(sources, spec, environment));
        if let Some(spec) = spec {
            self.spec(sources, spec, &mut diagnostics);
        }
        diagnostics.retain(|found| found.severity == Severity::Error);
        self.diagnostics.extend(diagnostics);
        Ok(())
    }

    fn spec(&mut self, sources: &mut Sources, spec: Spec, diagnostics: &mut Vec<Diagnostic>) {
        let scrapes = spec.stack.is_some()
            || !(spec.services.is_empty() && spec.exporters.is_empty() && spec.gpu_targets.is_empty() && spec.probes.is_empty());
        if !scrapes {
            for (name, entry) in spec.packs.iter() {
                self.pack(sources, &Text::synthetic(name, entry.key), &spec);
            }
            return;
        }
        let shipped = self.shipped(sources);
        let model = resolve::resolve(Arc::new(spec), shipped, sources, diagnostics);
        let mut catalog = model.catalog;
        if diagnostics.iter().any(|found| found.severity == Severity::Error) {
            // What could not be resolved may well exist.
            catalog = with_completeness(&catalog, Completeness::Open);
        }
        self.parts.push(Part { catalog, knows_targets: true });
    }

    fn pack(&mut self, sources: &mut Sources, wanted: &Text, own: &Spec) {
        let shipped = self.shipped(sources);
        let Some(chosen) = pack::choose(wanted, own, &shipped, &mut self.diagnostics) else { return };
        let features: Vec<Text> = chosen.pack.features.names().map(|name| Text::synthetic(name, wanted.span)).collect();
        let mut exposed = vec![chosen.exposes(&[], &shipped)];
        if !features.is_empty() {
            exposed.push(chosen.exposes(&features, &shipped));
        }
        exposed.extend(chosen.pack.modules.names().map(|module| chosen.probe_exposes(module)));
        let settings = stack::resolve(own);
        let mut catalog = MapCatalog::new(Completeness::Open, Server::default());
        chosen.pack.open.iter().for_each(|pattern| catalog.open(pattern.as_str()));
        for families in exposed {
            let job = unscraped(wanted, families, chosen.pack.created_series.unwrap_or(false));
            // What the packs of the tool say clashes with no target here.
            let found = resolved::resolve(&[job], &settings, &mut Vec::new());
            for (name, variants) in found.iter().filter(|(name, _)| !is_builtin(name)) {
                for variant in variants {
                    let mut variant = Variant::clone(variant);
                    variant.scrape_interval = None;
                    variant.set_label("job", LabelDomain::any().of_target());
                    if !catalog.variants(name).iter().any(|known| **known == variant) {
                        catalog.add(name.clone(), variant);
                    }
                }
            }
        }
        self.parts.push(Part { catalog, knows_targets: false });
    }

    fn shipped(&mut self, sources: &mut Sources) -> Arc<Spec> {
        Arc::clone(self.shipped.get_or_insert_with(|| Arc::new(packs::shipped(sources))))
    }

    /// All parts as one catalog: closed when all of them are. The jobs of configurations that are linted along say which labels the targets of
    /// packs and captures have.
    pub fn join(&self, configs: &[Config]) -> MapCatalog {
        let closed = |part: &Part| part.catalog.completeness() == Completeness::Closed;
        let completeness = match self.parts.as_slice() {
            [] => Completeness::Nothing,
            parts if parts.iter().all(closed) => Completeness::Closed,
            _ => Completeness::Open,
        };
        let jobs: Vec<&ScrapeJob> = self.configs.iter().chain(configs).flat_map(|config| &config.jobs).collect();
        let scraped = of_jobs(jobs.iter().copied());
        let mut server =
            self.parts.iter().find(|part| part.knows_targets).map(|part| part.catalog.server().clone()).unwrap_or_default();
        if server.scrape_interval.is_none() {
            let intervals = jobs.iter().map(|job| job.job.interval.as_secs_f64());
            server.scrape_interval = intervals.min_by(f64::total_cmp);
        }
        let mut all = MapCatalog::new(completeness, server);
        let targets = scraped.variants("up");
        for part in &self.parts {
            part.catalog.open_names().iter().for_each(|pattern| all.open(pattern.clone()));
            for (name, variants) in part.catalog.iter() {
                for variant in variants {
                    let mut variant = Variant::clone(variant);
                    if part.knows_targets {
                        // It is scraped as the part says.
                    } else if targets.is_empty() {
                        variant.open_labels = true;
                    } else {
                        scraped_by(&mut variant, targets);
                    }
                    all.add(name.clone(), variant);
                }
            }
        }
        if completeness != Completeness::Closed {
            for (name, variants) in scraped.iter() {
                variants.iter().for_each(|variant| all.add(name.clone(), Variant::clone(variant)));
            }
        }
        all
    }
}

/// Gives a series the labels that some target may have: which target exposes it is not known.
fn scraped_by(variant: &mut Variant, targets: &[Arc<Variant>]) {
    let names: std::collections::BTreeSet<&Name> =
        targets.iter().flat_map(|target| target.labels.iter().map(|(name, _)| name)).collect();
    for name in names {
        let domains: Vec<&LabelDomain> = targets.iter().filter_map(|target| target.label(name)).collect();
        let everywhere = domains.len() == targets.len() && domains.iter().all(|domain| domain.presence == Presence::Present);
        let values = domains.iter().map(|domain| domain.values.clone()).reduce(|a, b| a.union(&b)).unwrap_or(Values::Any);
        let presence = if everywhere { Presence::Present } else { Presence::Perhaps };
        let declared_at = domains.first().and_then(|domain| domain.declared_at);
        variant.set_label(name.clone(), LabelDomain { presence, values, declared_at, ..LabelDomain::any().of_target() });
    }
    variant.open_labels |= targets.iter().any(|target| target.open_labels);
}

/// The series that a server makes itself for jobs: `up` and its kin.
fn of_jobs<'j>(jobs: impl IntoIterator<Item = &'j ScrapeJob>) -> MapCatalog {
    let mut all = MapCatalog::new(Completeness::Open, Server::default());
    for ScrapeJob { job, renames } in jobs {
        let made =
            resolved::resolve(std::slice::from_ref(job), &stack::resolve(&Spec::empty(job.item.span.source)), &mut Vec::new());
        for (name, variants) in made.iter().filter(|(name, _)| is_scraped(name)) {
            for variant in variants {
                let mut variant = Variant::clone(variant);
                if *renames {
                    for label in ["job", "instance"] {
                        variant.set_label(label, LabelDomain::any().of_target());
                    }
                    // Targets that are found at run time bring labels with them.
                    variant.open_labels = true;
                }
                all.add(name.clone(), variant);
            }
        }
    }
    all
}

/// A job that exposes these families and of whose targets nothing is known.
fn unscraped(name: &Text, exposes: BTreeMap<String, Exposed>, created_series: bool) -> Job {
    Job {
        name: name.value.clone(),
        item: Item::new(ItemKind::Exporter, name.value.clone(), name.span),
        interval: resolve::jobs::DEFAULT_INTERVAL,
        timeout: None,
        scheme: None,
        path: "/metrics".to_owned(),
        targets: Targets::Discovered { key: "", config: serde_json::Value::Null, labels: BTreeMap::new() },
        params: BTreeMap::new(),
        honor_labels: false,
        relabel: Vec::new(),
        metric_relabel: Vec::new(),
        extra: None,
        planned: false,
        fails: None,
        language: None,
        exposes,
        open: Vec::new(),
        created_series,
        probe: None,
    }
}

fn is_scraped(name: &str) -> bool {
    name == "up" || name.starts_with("scrape_")
}

fn is_builtin(name: &str) -> bool {
    is_scraped(name) || matches!(name, "ALERTS" | "ALERTS_FOR_STATE")
}

/// The same series under another claim.
pub(super) fn with_completeness(catalog: &MapCatalog, completeness: Completeness) -> MapCatalog {
    let mut copy = MapCatalog::new(completeness, catalog.server().clone());
    catalog.open_names().iter().for_each(|pattern| copy.open(pattern.clone()));
    for (name, variants) in catalog.iter() {
        variants.iter().for_each(|variant| copy.add(name.clone(), Variant::clone(variant)));
    }
    copy
}
