//! Services, exporters, GPU targets and probes: what is scraped.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::load::tree::{Node, Value};
use crate::spec::decode::{Decode, Decoder, Map, Raw, Schemas, Spanned, Text, record, words};
use crate::spec::metric::Metric;
use crate::spec::quantity::{Duration, Quantity};
use crate::spec::scrape::Scrape;
use crate::spec::shared::{Allow, Secret, Setting, Status};

words! {
    /// The language of a service decides which series its metrics library adds.
    pub enum Language {
        /// prometheus/client_golang: go_*, process_*, promhttp_*.
        Go = "go",
        /// prometheus_client: `_total`, `_created`, python_*, process_*.
        Python = "python",
        /// prom-client for Node.js.
        Node = "node" | "javascript" | "typescript",
        /// The Java client: jvm_*, process_*.
        Java = "java" | "kotlin",
        /// prometheus-client: only what is declared.
        Rust = "rust",
        /// Anything else: only what is declared.
        Other = "other",
    }
}

record! {
    /// A service of your own: it exposes metrics that you declare.
    pub struct Service {
        /// What it does.
        help: Option<Text>,
        /// Its language, which decides which series its metrics library adds.
        language: Option<Spanned<Language>>,
        /// The port that serves the metrics.
        port: Option<Spanned<u16>>,
        /// The path that answers when it is healthy.
        health: Option<Text>,
        /// How it is scraped; `false` for a service without metrics.
        scrape: ScrapeOrNot,
        /// `planned`: not running yet, so not scraped.
        status: Option<Status>,
        /// Its metrics.
        metrics: Option<ServiceMetrics>,
        /// Its container, when the generated Compose file is to run it.
        compose: Option<Workload>,
        /// The most series that it may have.
        series_budget: Option<Spanned<u64>>,
        /// Findings to leave out for this service.
        allow: Vec<Allow>,
    }
}

/// How a service is scraped, or that it is not.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum ScrapeOrNot {
    /// As the defaults say.
    #[default]
    Default,
    /// It has no metrics.
    Never,
    /// As written.
    As(Box<Scrape>),
}

impl Decode for ScrapeOrNot {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        match &node.value {
            Value::Scalar(scalar) if scalar.text == "false" => Some(Self::Never),
            Value::Scalar(scalar) if scalar.text == "true" => Some(Self::Default),
            _ => Scrape::decode(node, cx).map(|scrape| Self::As(Box::new(scrape))),
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::Default)
    }

    fn schema(schemas: &mut Schemas) -> Json {
        json!({"anyOf": [{"type": "boolean"}, Scrape::schema(schemas)]})
    }
}

impl ScrapeOrNot {
    /// The fields as written, if any.
    pub fn fields(&self) -> Option<&Scrape> {
        match self {
            Self::As(scrape) => Some(scrape),
            _ => None,
        }
    }
}

record! {
    /// The metrics of a service: shared sets and its own.
    pub struct ServiceMetrics {
        /// Names of metric sets.
        reuse as "use": Vec<Text>,
        /// Metrics of its own; one that a set has too replaces it.
        define: Map<Arc<Metric>>,
    }
}

record! {
    /// A container of the generated Compose file.
    pub struct Workload {
        /// The image with its tag.
        image: Option<Text>,
        /// How the image is built.
        build: Option<Raw>,
        /// The command.
        command: Option<Vec<Text>>,
        /// Services that must be there first; those of the base file too.
        depends_on: Vec<Text>,
        /// Environment variables.
        environment: Map<Setting>,
        /// Mounts, as in Compose.
        volumes: Vec<Text>,
        /// Ports published on the host, as in Compose.
        ports: Option<Vec<Text>>,
        /// A health check of its own.
        healthcheck: Option<Raw>,
        /// Profiles that it belongs to.
        profiles: Vec<Text>,
        /// Other fields of a Compose service, passed through as they are.
        compose as "extra": Option<Raw>,
    }
}

record! {
    /// An exporter: something that exposes metrics about something else, known by a pack.
    pub struct Exporter {
        /// The pack, with the version of the image: `redis_exporter@1.55`.
        pack: Text,
        /// What it does.
        help: Option<Text>,
        /// The Compose service that it watches.
        watches: Option<Text>,
        /// The address of what it watches, with credentials.
        dsn: Option<Setting>,
        /// The address of what it watches, without credentials.
        address: Option<Setting>,
        /// The user name for what it watches.
        user: Option<Setting>,
        /// The password for what it watches.
        password: Option<Secret>,
        /// Features of the pack that are switched on.
        features: Vec<Text>,
        /// The port, when it is not the pack's.
        port: Option<Spanned<u16>>,
        /// How it is scraped.
        scrape: ScrapeOrNot,
        /// `planned`: not running yet, so not scraped.
        status: Option<Status>,
        /// Environment variables of its image.
        environment: Map<Setting>,
        /// Flags of its program.
        flags: Vec<Text>,
        /// Metrics that this one has besides those of the pack.
        metrics: Option<ServiceMetrics>,
        /// `false`: it runs somewhere else and is only scraped.
        deploy: Option<Spanned<bool>>,
        /// Changes to its container.
        compose: Option<Workload>,
        /// The most series that it may have.
        series_budget: Option<Spanned<u64>>,
        /// Findings to leave out for this exporter.
        allow: Vec<Allow>,
    }
}

record! {
    /// A pool of GPUs, scraped through an exporter on each node.
    pub struct GpuTarget {
        /// The pack of the exporter: `dcgm_exporter`, or with a version `dcgm_exporter@4.2`.
        pack: Text,
        /// What the pool is for.
        help: Option<Text>,
        /// The GPU's model, as the exporter says it in `modelName`.
        model: Option<Text>,
        /// The nodes' names.
        nodes: Option<Nodes>,
        /// How many GPUs a node has.
        gpus_per_node: Option<Spanned<u64>>,
        /// The exporter's port, when it is not the pack's.
        port: Option<Spanned<u16>>,
        /// What counts as too much: thresholds that alerts name as `$pool.temperature`.
        thresholds: Map<Quantity>,
        /// Features of the pack that are switched on: mig, kubernetes, ...
        features: Vec<Text>,
        /// How it is scraped.
        scrape: ScrapeOrNot,
        /// `planned`: not running yet, so not scraped.
        status: Option<Status>,
        /// The container of an exporter on this machine, when the generated Compose file is to run one.
        compose: Option<Workload>,
        /// Findings to leave out for this pool.
        allow: Vec<Allow>,
    }
}

/// The nodes of a pool: a list, or a pattern such as `gpu-{001..064}`.
#[derive(Debug, Clone, PartialEq)]
pub enum Nodes {
    /// Names one by one.
    List(Vec<Text>),
    /// A pattern with one or more `{from..to}`.
    Range(Text),
}

impl Decode for Nodes {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        match &node.value {
            Value::Map(_) => {
                let fields = crate::spec::decode::Fields::open(node, "Nodes", &["range"], cx)?;
                fields.take::<Text>("range", cx).map(Self::Range)
            }
            _ => Vec::decode(node, cx).map(Self::List),
        }
    }

    fn schema(schemas: &mut Schemas) -> Json {
        json!({
            "anyOf": [
                Vec::<Text>::schema(schemas),
                {"type": "object", "properties": {"range": {"type": "string"}}, "required": ["range"], "additionalProperties": false},
            ],
            "examples": [["gpu-01", "gpu-02"], {"range": "gpu-{001..064}"}],
        })
    }
}

record! {
    /// Checks from outside, through the blackbox exporter.
    pub struct Probe {
        /// What it checks.
        help: Option<Text>,
        /// The module of the blackbox exporter: http_2xx, tcp_connect, icmp, ...
        module: Text,
        /// `services` for the health paths of all services, or a list of addresses.
        of: ProbeTargets,
        /// The exporter that does it; the only blackbox exporter unless said.
        exporter: Option<Text>,
        /// The job's name.
        job: Option<Text>,
        /// Time between two checks.
        interval: Option<Spanned<Duration>>,
        /// Findings to leave out for this probe.
        allow: Vec<Allow>,
    }
}

/// What a probe checks.
#[derive(Debug, Clone, PartialEq)]
pub enum ProbeTargets {
    /// The health path of every service that has one.
    Services,
    /// Addresses one by one.
    List(Vec<Text>),
}

impl Decode for ProbeTargets {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        match node.as_text() {
            Some("services") => Some(Self::Services),
            Some(other) => {
                crate::spec::decode::unknown_word(node.span, other, &["services"], cx);
                None
            }
            None => Vec::decode(node, cx).map(Self::List),
        }
    }

    fn schema(schemas: &mut Schemas) -> Json {
        json!({"anyOf": [{"enum": ["services"]}, Vec::<Text>::schema(schemas)]})
    }
}
