//! A whole spec, and how it becomes what the files of one become.

use std::marker::PhantomData;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::builder::{builder, named};
use super::data::{Data, Json, Map};
use super::place::{Place, Places};
use super::stack::Stack;
use crate::diagnostic::{Diagnostic, sort};
use crate::load;
use crate::load::files::{LoadError, SpecFile, SpecFiles};
use crate::pipeline::{self, CheckOptions, Checked, Observer};
use crate::source::Sources;
use crate::world::World;

/// A section of a spec, as a type: it says what a [`Named`] item is.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// assert_eq!(<section::GpuTargets as Section>::NAME, "gpu_targets");
/// ```
pub trait Section: 'static {
    /// Its name in the spec language.
    const NAME: &'static str;
}

/// The sections of a spec.
pub mod section {
    macro_rules! sections {
        ($($(#[$meta:meta])* $name:ident = $word:literal;)*) => {$(
            $(#[$meta])*
            ///
            /// ```
            /// use optiinfra_gen::dsl::*;
            ///
            #[doc = concat!("assert_eq!(<section::", stringify!($name), " as Section>::NAME, \"", $word, "\");")]
            /// ```
            #[derive(Debug, Clone, Copy)]
            pub enum $name {}
            impl super::Section for $name {
                const NAME: &'static str = $word;
            }
        )*};
    }

    sections! {
        /// Metrics that several services share.
        MetricSets = "metric_sets";
        /// Services of your own.
        Services = "services";
        /// Exporters, known by packs.
        Exporters = "exporters";
        /// Pools of GPUs.
        GpuTargets = "gpu_targets";
        /// Checks from outside.
        Probes = "probes";
        /// Expressions that are written once.
        Queries = "queries";
        /// Recording rules.
        RecordingRules = "recording_rules";
        /// Alerts.
        Alerts = "alerts";
        /// Dashboards.
        Dashboards = "dashboards";
        /// States in which `simulate` can put the stack.
        Scenarios = "scenarios";
        /// Exporter packs of your own.
        Packs = "packs";
        /// What metrics libraries expose by themselves.
        Clients = "clients";
        /// What differs elsewhere.
        Environments = "environments";
        /// Values that environments set.
        Variables = "variables";
        /// Modules of other folders, which may be written in YAML.
        Imports = "import";
    }
}

/// What a spec is made of: services, queries, alerts, dashboards and everything else that has a section.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let services = ["checkout", "payments"].map(|name| Service::new(name, Language::Go, 9000));
/// let spec = Spec::new(Stack::new("shop", Servers::new("3.5", "0.28", "11.6"))).with(services);
/// # let _ = spec;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no item of a spec",
    label = "this is not complete, or belongs into something else",
    note = "an alert is made with `Alert::new`, a panel stands in a row of a `Dashboard`, a metric in a `Service`"
)]
pub trait Item {
    /// Its entries in the sections of the spec.
    #[doc(hidden)]
    fn entries(&self) -> Vec<Entry>;
}

/// One entry of a section.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Entry {
    section: &'static str,
    name: Option<String>,
    place: Place,
    data: Data,
}

impl Entry {
    pub(super) fn named(section: &'static str, name: &str, place: Place, fields: Map) -> Self {
        Self { section, name: Some(name.to_owned()), place, data: Data::from(fields).at(place) }
    }

    pub(super) fn only(section: &'static str, place: Place, fields: Map) -> Self {
        Self { section, name: None, place, data: Data::from(fields).at(place) }
    }
}

impl<T: Item> Item for &T {
    fn entries(&self) -> Vec<Entry> {
        (**self).entries()
    }
}

impl<T: Item> Item for Vec<T> {
    fn entries(&self) -> Vec<Entry> {
        self.iter().flat_map(Item::entries).collect()
    }
}

impl<T: Item, const N: usize> Item for [T; N] {
    fn entries(&self) -> Vec<Entry> {
        self.iter().flat_map(Item::entries).collect()
    }
}

/// Any item of a section, field by field: for the sections that have no builder of their own.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let down = item::<section::Scenarios>("checkout-down").set("down", ["checkout"]).set("fires", ["ServiceDown"]);
/// let production = item::<section::Environments>("production").set("stack", map().set("retention", "30d"));
/// # assert_eq!((down.name(), production.name()), ("checkout-down", "production"));
/// ```
#[derive(Debug, Clone)]
pub struct Named<S> {
    name: String,
    place: Place,
    fields: Map,
    section: PhantomData<fn() -> S>,
}

/// An item of a section, whose fields follow.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let probe = item::<section::Probes>("portal").set("module", "http_2xx").set("of", ["https://portal.example.com/"]);
/// # assert_eq!(probe.name(), "portal");
/// ```
#[must_use]
#[track_caller]
pub fn item<S: Section>(name: &str) -> Named<S> {
    Named { name: name.to_owned(), place: Place::here(), fields: Map::default(), section: PhantomData }
}

builder! { [S: Section] Named<S>, "item::<section::Probes>(\"portal\")"; }

impl<S: Section> Named<S> {
    /// Its name.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(item::<section::Probes>("portal").name(), "portal");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl<S: Section> Item for Named<S> {
    fn entries(&self) -> Vec<Entry> {
        vec![Entry::named(S::NAME, &self.name, self.place, self.fields.clone())]
    }
}

/// Metrics that several services share.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let requests = Counter::<Requests>::new("requests_total", "Requests.");
/// let http = MetricSet::new("http", &requests);
/// let service = Service::new("checkout", Language::Go, 9000).uses(&http);
/// # assert_eq!(service.name(), "checkout");
/// ```
#[derive(Debug, Clone)]
pub struct MetricSet {
    name: String,
    place: Place,
    fields: Map,
}

impl MetricSet {
    /// A set with its metrics.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let http = MetricSet::new("http", &Counter::<Requests>::new("requests_total", "Requests."));
    /// # assert_eq!(http.name(), "http");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(name: &str, metrics: &impl super::Metrics) -> Self {
        let mut fields = Map::default();
        for declaration in metrics.declarations() {
            fields.put_at(declaration.name, declaration.place, Data::from(declaration.fields).at(declaration.place));
        }
        Self { name: name.to_owned(), place: Place::here(), fields }
    }

    /// It as a value of a spec.
    #[must_use]
    #[track_caller]
    pub fn data(&self) -> Data {
        self.fields.clone().into()
    }
}

named! { [] MetricSet, MetricSets, "MetricSet::new(\"http\", &Counter::<Requests>::new(\"requests_total\", \"Requests.\"))" }

/// A whole spec, which is checked and built as one in files is.
///
/// ```
/// use std::path::Path;
/// use optiinfra_gen::dsl::*;
/// use optiinfra_gen::pipeline::CheckOptions;
/// use optiinfra_gen::world::MemoryWorld;
///
/// let orders = Counter::<Requests>::new("orders_total", "Orders taken.");
/// let spec = Spec::new(Stack::new("shop", Servers::new("3.5", "0.28", "11.6")))
///     .with(Service::new("checkout", Language::Go, 9000).metrics(&orders))
///     .with(Alert::new(
///         "NoOrders",
///         sum(rate(orders.over(minutes(5)))).by(JOB).below(quantity::<Per<Requests, Seconds>>(0.1)).severity(WARNING),
///         "Hardly anybody orders",
///     ));
///
/// let checked = spec.check(&MemoryWorld::default(), Path::new("/"), &CheckOptions::default()).unwrap();
/// let model = checked.model.as_ref().unwrap();
/// assert_eq!(model.alerts[0].expr.text, "sum by (job) (rate(orders_total[5m])) < 0.1");
/// ```
#[derive(Debug, Clone)]
pub struct Spec {
    entries: Vec<Entry>,
}

impl Spec {
    /// The spec of a stack, to which everything else is added.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let spec = Spec::new(Stack::new("shop", Servers::new("3.5", "0.28", "11.6")));
    /// # let _ = spec;
    /// ```
    #[must_use]
    pub fn new(stack: Stack) -> Self {
        Self { entries: stack.entries() }
    }

    /// A part of a spec, which has no stack of its own: for what several programs have in common.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let agents = Spec::part().with(Service::new("cost-agent", Language::Python, 8001));
    /// let spec = Spec::new(Stack::new("optiinfra", Servers::new("3.5", "0.28", "11.6"))).with(&agents);
    /// # let _ = spec;
    /// ```
    #[must_use]
    pub fn part() -> Self {
        Self { entries: Vec::new() }
    }

    /// Adds an item. Two of one section with the same name are an error that shows both lines.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let spec = Spec::part().with(Service::new("checkout", Language::Go, 9000));
    /// # let _ = spec;
    /// ```
    #[must_use]
    pub fn with(mut self, item: impl Item) -> Self {
        self.entries.extend(item.entries());
        self
    }

    /// The documents of the spec, as files of YAML would give them, each from a text that is registered with the lines of Rust that made its
    /// values: see [`Sources::lead_back`]. The Rust files are looked for from the current folder, in `root`, and in the folders around it.
    ///
    /// ```
    /// use std::path::Path;
    /// use optiinfra_gen::dsl::*;
    /// use optiinfra_gen::source::Sources;
    /// use optiinfra_gen::world::MemoryWorld;
    ///
    /// let spec = Spec::part().with(Service::new("checkout", Language::Go, 9000));
    /// let files = spec.files(&MemoryWorld::default(), Path::new("/"), &mut Sources::default());
    /// assert_eq!(files.files.len(), 1);
    /// ```
    #[must_use]
    pub fn files(&self, world: &dyn World, root: &Path, sources: &mut Sources) -> SpecFiles {
        let mut found = Vec::new();
        self.entries.iter().for_each(|entry| entry.places(&mut found));
        found.sort();
        found.dedup();
        let places = Places::register(world, root, sources, &found);
        let mut diagnostics = Vec::new();
        let files = self.entries.iter().map(|entry| entry.file(root, &places, sources, &mut diagnostics)).collect();
        sort(&mut diagnostics);
        SpecFiles { files, diagnostics }
    }

    /// Resolves and lints the spec. `root` is the folder that paths in the spec are relative to, such as `env!("CARGO_MANIFEST_DIR")`. What follows
    /// is the same as for a spec in files: [`pipeline::plan`], [`pipeline::emit`], [`emit::write`](crate::emit::write::write).
    ///
    /// ```
    /// use std::path::Path;
    /// use optiinfra_gen::dsl::*;
    /// use optiinfra_gen::pipeline::CheckOptions;
    /// use optiinfra_gen::world::MemoryWorld;
    ///
    /// let spec = Spec::new(Stack::new("shop", Servers::new("3.5", "0.28", "11.6")));
    /// let checked = spec.check(&MemoryWorld::default(), Path::new("/"), &CheckOptions::default()).unwrap();
    /// assert!(!checked.has_errors());
    /// ```
    ///
    /// # Errors
    ///
    /// When a file that the spec names cannot be read.
    pub fn check(&self, world: &dyn World, root: &Path, options: &CheckOptions<'_>) -> Result<Checked, LoadError> {
        self.check_observed(world, root, options, &())
    }

    /// The same as [`Spec::check`], for somebody who is told how far it is.
    ///
    /// # Errors
    ///
    /// When a file that the spec names cannot be read.
    pub fn check_observed(
        &self,
        world: &dyn World,
        root: &Path,
        options: &CheckOptions<'_>,
        observer: &dyn Observer,
    ) -> Result<Checked, LoadError> {
        observer.begins(pipeline::Phase::Load);
        let mut sources = Sources::default();
        let files = self.files(world, root, &mut sources);
        pipeline::check_files(world, root, sources, files, options, observer)
    }
}

impl Item for Spec {
    fn entries(&self) -> Vec<Entry> {
        self.entries.clone()
    }
}

impl Entry {
    fn places(&self, found: &mut Vec<Place>) {
        found.push(self.place);
        self.data.places(found);
    }

    /// The entry as a file of its own, so that entries meet each other as files do: it is written as JSON and read again.
    fn file(&self, root: &Path, places: &Places, sources: &mut Sources, diagnostics: &mut Vec<Diagnostic>) -> SpecFile {
        let mut json = Json::default();
        json.text.push('{');
        json.key(self.section, self.place);
        match &self.name {
            Some(name) => {
                json.text.push('{');
                json.key(name, self.place);
                self.data.write(&mut json);
                json.text.push('}');
            }
            None => self.data.write(&mut json),
        }
        json.text.push('}');
        json.pieces.push((0..json.text.len(), self.place));
        let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let piece =
            |(range, place): (Range<usize>, Place)| Some((narrow(range.start)..narrow(range.end), places.span(place, sources)?));
        let pieces = json.pieces.into_iter().filter_map(piece).collect();
        let name = self.name.as_ref().map_or_else(|| self.section.to_owned(), |name| format!("{}.{name}", self.section));
        let text: Arc<str> = json.text.into();
        let source = sources.add_made(name.clone(), Arc::clone(&text), pieces);
        let parsed = load::json::parse(source, &text);
        let (has_errors, document) = (parsed.has_errors(), parsed.documents.into_iter().next());
        diagnostics.extend(parsed.diagnostics);
        let is_broken = has_errors && document.is_none();
        // Paths in it are relative to the folder that this would lie in.
        SpecFile { source, path: root.join(name), byte_order_mark: false, document, is_broken }
    }
}
