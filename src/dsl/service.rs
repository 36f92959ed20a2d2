//! What is scraped: services of your own, exporters, pools of GPUs.

use super::builder::{allows, builder, named};
use super::data::{Data, Map, map};
use super::metric::Metrics;
use super::place::Place;
use super::quantity::{Length, Quantity};
use super::spec::MetricSet;
use super::unit::Unit;

/// The language of a service, which decides which series its metrics library adds.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let service = Service::new("checkout", Language::Python, 8001);
/// assert_eq!(service.data().to_string(), r#"{"language": "python", "port": 8001}"#);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// prometheus/client_golang.
    Go,
    /// prometheus_client.
    Python,
    /// prom-client for Node.js.
    Node,
    /// The Java client.
    Java,
    /// prometheus-client: only what is declared.
    Rust,
    /// Anything else: only what is declared.
    Other,
}

impl Language {
    fn word(self) -> &'static str {
        match self {
            Self::Go => "go",
            Self::Python => "python",
            Self::Node => "node",
            Self::Java => "java",
            Self::Rust => "rust",
            Self::Other => "other",
        }
    }
}

/// How a thing is scraped.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let scrape = scrape().job("checkout").interval(seconds(15)).instances(["checkout:9000"]);
/// let service = Service::new("checkout", Language::Go, 9000).scrape(scrape);
/// # assert_eq!(service.name(), "checkout");
/// ```
#[derive(Debug, Clone)]
pub struct Scrape {
    fields: Map,
}

/// What is said of a scrape; everything else comes from the thing's name and port and from the stack.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// assert_eq!(scrape().job("checkout").data().to_string(), r#"{"job": "checkout"}"#);
/// ```
#[must_use]
pub fn scrape() -> Scrape {
    Scrape { fields: map() }
}

builder! { [] Scrape, "scrape()";
    /// The job's name.
    job(name: &str) "\"checkout\"" { "job": name }
    /// The path of the metrics; `/metrics` unless said.
    path(path: &str) "\"/metrics\"" { "path": path }
    /// Time between two scrapes.
    interval(interval: impl Into<Length>) "minutes(5)" { "interval": interval.into() }
    /// How long one scrape may take.
    timeout(timeout: impl Into<Length>) "minutes(5)" { "timeout": timeout.into() }
    /// Addresses with ports.
    instances(addresses: impl Into<Vec<&'static str>>) "[\"a\"]" { "instances": addresses.into() }
}

/// A service of your own: it exposes metrics that you declare.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let orders = Counter::<Requests>::new("orders_total", "Orders taken.");
/// let service = Service::new("checkout", Language::Go, 9000).help("Takes orders.").health("/healthz").metrics(&orders);
/// # assert_eq!(service.name(), "checkout");
/// ```
#[derive(Debug, Clone)]
pub struct Service {
    name: String,
    place: Place,
    fields: Map,
}

impl Service {
    /// Its name, its language, and the port that serves the metrics.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let service = Service::new("checkout", Language::Go, 9000);
    /// # assert_eq!(service.name(), "checkout");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(name: &str, language: Language, port: u16) -> Self {
        let fields = map().set("language", language.word()).set("port", port);
        Self { name: name.to_owned(), place: Place::here(), fields }
    }

    /// Metrics that it exposes: one, or what [`metrics!`](crate::metrics!) makes.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let orders = Counter::<Requests>::new("orders_total", "Orders taken.");
    /// let service = Service::new("checkout", Language::Go, 9000).metrics(&orders);
    /// # assert_eq!(service.name(), "checkout");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn metrics(mut self, metrics: &impl Metrics) -> Self {
        let here = Place::here();
        self.fields.within("metrics", here, |fields| {
            fields.within("define", here, |define| {
                for declaration in metrics.declarations() {
                    let place = declaration.place;
                    define.put_at(declaration.name, place, Data::from(declaration.fields).at(place));
                }
            });
        });
        self
    }

    /// A set of metrics that it shares with others.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let http = MetricSet::new("http", &Counter::<Requests>::new("requests_total", "Requests."));
    /// let service = Service::new("checkout", Language::Go, 9000).uses(&http);
    /// # assert_eq!(service.name(), "checkout");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn uses(mut self, set: &MetricSet) -> Self {
        let (here, name) = (Place::here(), Data::from(set.name()));
        self.fields.within("metrics", here, |fields| fields.push("use", name));
        self
    }
}

builder! { [] Service, "Service::new(\"checkout\", Language::Go, 9000)";
    /// What it does, in a sentence.
    help(text: &str) "\"What it does.\"" { "help": text }
    /// The path that answers when it is healthy.
    health(path: &str) "\"/healthz\"" { "health": path }
    /// How it is scraped.
    scrape(scrape: Scrape) "scrape().job(\"checkout\")" { "scrape": scrape.fields }
    /// It has no metrics.
    not_scraped() "" { "scrape": false }
    /// It is not running yet.
    planned() "" { "status": "planned" }
    /// Its container, when the generated Compose file is to run it.
    compose(workload: Map) "map().set(\"network\", \"shop\")" { "compose": workload }
}
allows! { [] Service, "Service::new(\"checkout\", Language::Go, 9000)" }

named! { [] Service, Services, "Service::new(\"checkout\", Language::Go, 9000)" }

/// An exporter: something that exposes metrics about something else, known by a pack.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let redis = Exporter::new("redis-exporter", "redis_exporter@1.55").watches("redis").address("redis://redis:6379");
/// # assert_eq!(redis.name(), "redis-exporter");
/// ```
#[derive(Debug, Clone)]
pub struct Exporter {
    name: String,
    place: Place,
    fields: Map,
}

impl Exporter {
    /// Its name and its pack, which can name the version of the image.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let redis = Exporter::new("redis-exporter", "redis_exporter@1.55");
    /// # assert_eq!(redis.name(), "redis-exporter");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(name: &str, pack: &str) -> Self {
        Self { name: name.to_owned(), place: Place::here(), fields: map().set("pack", pack) }
    }
}

builder! { [] Exporter, "Exporter::new(\"redis-exporter\", \"redis_exporter@1.55\")";
    /// What it does, in a sentence.
    help(text: &str) "\"What it does.\"" { "help": text }
    /// The Compose service that it watches.
    watches(service: &str) "\"redis\"" { "watches": service }
    /// The address of what it watches, without credentials.
    address(url: &str) "\"redis://redis:6379\"" { "address": url }
    /// The address of what it watches, with credentials.
    dsn(secret: super::Secret) "Secret::env(\"PASSWORD\")" { "dsn": secret }
    /// How it is scraped.
    scrape(scrape: Scrape) "scrape().job(\"checkout\")" { "scrape": scrape.fields }
    /// It runs somewhere else and is only scraped.
    not_deployed() "" { "deploy": false }
}
allows! { [] Exporter, "Exporter::new(\"redis-exporter\", \"redis_exporter@1.55\")" }
named! { [] Exporter, Exporters, "Exporter::new(\"redis-exporter\", \"redis_exporter@1.55\")" }

/// A pool of GPUs, scraped through an exporter on each node.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let inference = GpuTarget::new("inference", "dcgm_exporter", nodes(["gpu-01", "gpu-02"]))
///     .model("NVIDIA H100 80GB HBM3")
///     .gpus_per_node(8)
///     .threshold("temperature", celsius(83));
/// # assert_eq!(inference.name(), "inference");
/// ```
#[derive(Debug, Clone)]
pub struct GpuTarget {
    name: String,
    place: Place,
    fields: Map,
}

/// The nodes of a pool of GPUs.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let fleet = GpuTarget::new("fleet", "dcgm_exporter", node_range("gpu-{001..064}"));
/// # assert_eq!(fleet.name(), "fleet");
/// ```
#[derive(Debug, Clone)]
pub struct Nodes(Data);

/// Nodes by their names.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let pool = GpuTarget::new("pool", "dcgm_exporter", nodes(["gpu-01", "gpu-02"]));
/// # assert_eq!(pool.name(), "pool");
/// ```
#[must_use]
#[track_caller]
pub fn nodes<const N: usize>(names: [&str; N]) -> Nodes {
    Nodes(names.into())
}

/// Nodes by a pattern with one or more `{from..to}`.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let pool = GpuTarget::new("pool", "dcgm_exporter", node_range("gpu-{001..064}"));
/// # assert_eq!(pool.name(), "pool");
/// ```
#[must_use]
#[track_caller]
pub fn node_range(pattern: &str) -> Nodes {
    Nodes(map().set("range", pattern).into())
}

impl GpuTarget {
    /// Its name, the pack of its exporter, and its nodes.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let pool = GpuTarget::new("pool", "dcgm_exporter", nodes(["gpu-01"]));
    /// assert_eq!(pool.data().to_string(), r#"{"pack": "dcgm_exporter", "nodes": ["gpu-01"]}"#);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(name: &str, pack: &str, nodes: Nodes) -> Self {
        Self { name: name.to_owned(), place: Place::here(), fields: map().set("pack", pack).set("nodes", nodes.0) }
    }

    /// What counts as too much: alerts name it with [`pool`](super::pool()).
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let pool = GpuTarget::new("pool", "dcgm_exporter", nodes(["gpu-01"])).threshold("power", watts(700));
    /// # assert_eq!(pool.name(), "pool");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn threshold<U: Unit>(mut self, name: &str, value: Quantity<U>) -> Self {
        self.fields.insert("thresholds", name, value);
        self
    }
}

builder! { [] GpuTarget, "GpuTarget::new(\"pool\", \"dcgm_exporter\", nodes([\"gpu-01\"]))";
    /// What the pool is for, in a sentence.
    help(text: &str) "\"What it does.\"" { "help": text }
    /// The GPU's model, as the exporter says it.
    model(name: &str) "\"NVIDIA H100 80GB HBM3\"" { "model": name }
    /// How many GPUs a node has.
    gpus_per_node(count: u64) "8" { "gpus_per_node": count }
    /// How it is scraped.
    scrape(scrape: Scrape) "scrape().job(\"checkout\")" { "scrape": scrape.fields }
    /// Features of the pack that are switched on.
    features(names: impl Into<Vec<&'static str>>) "[\"a\"]" { "features": names.into() }
}
allows! { [] GpuTarget, "GpuTarget::new(\"pool\", \"dcgm_exporter\", nodes([\"gpu-01\"]))" }
named! { [] GpuTarget, GpuTargets, "GpuTarget::new(\"pool\", \"dcgm_exporter\", nodes([\"gpu-01\"]))" }
