//! Services, exporters, GPU targets and probes: what is scraped.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::load::tree::{Node, ScalarKind, Value};
use crate::spec::decode::{Decode, Decoder, Map, Raw, Schemas, Spanned, Text, record, words};
use crate::spec::metric::Metric;
use crate::spec::quantity::{Duration, Quantity};
use crate::spec::schema::or_variable;
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
        /// Example: `Takes orders.`
        help: Option<Text>,
        /// Its language, which decides which series its metrics library adds.
        /// Example: `python`
        language: Option<Spanned<Language>>,
        /// The port that serves the metrics.
        /// Example: `9000`
        port: Option<Spanned<u16>>,
        /// The path that answers when it is healthy.
        /// Example: `/healthz`
        health: Option<Text>,
        /// How it is scraped; `false` for a service without metrics.
        /// Example: `{job: checkout, path: /metrics, interval: 15s, instances: ["checkout:9000"]}`
        scrape: ScrapeOrNot,
        /// `planned`: not running yet, so not scraped.
        /// Example: `planned`
        status: Option<Status>,
        /// Its metrics.
        /// Example: `{use: [http], define: {orders_total: {type: counter, unit: orders, help: Orders taken.}}}`
        metrics: Option<ServiceMetrics>,
        /// Its container, when the generated Compose file is to run it.
        /// Example: `{image: "registry.example.com/shop/checkout:1.4.2", depends_on: [postgres]}`
        compose: Option<Workload>,
        /// The most series that it may have.
        /// Example: `20000`
        series_budget: Option<Spanned<u64>>,
        /// Findings to leave out for this service.
        /// Example: `[{rule: promql/unknown-label, reason: "the proxy adds it", until: 2027-01-01}]`
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
            Value::Scalar(scalar) if scalar.kind == ScalarKind::Bool => {
                Some(if scalar.text == "false" { Self::Never } else { Self::Default })
            }
            _ => Scrape::decode(node, cx).map(|scrape| Self::As(Box::new(scrape))),
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::Default)
    }

    fn schema(schemas: &mut Schemas) -> Json {
        json!({"anyOf": [Option::<bool>::schema(schemas), Scrape::schema(schemas)]})
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
        /// Example: `[http]`
        reuse as "use": Vec<Text>,
        /// Metrics of its own; one that a set has too replaces it.
        /// Example: `{orders_total: {type: counter, unit: orders, help: Orders taken.}}`
        define: Map<Arc<Metric>>,
    }
}

record! {
    /// A container of the generated Compose file.
    pub struct Workload {
        /// The image with its tag.
        /// Example: `registry.example.com/shop/checkout:1.4.2`
        image: Option<Text>,
        /// How the image is built.
        /// Example: `{context: ., dockerfile: services/checkout/Dockerfile}`
        build: Option<Raw>,
        /// The command.
        /// Example: `[checkout, --listen=:9000]`
        command: Option<Vec<Text>>,
        /// Services that must be there first; those of the base file too.
        /// Example: `[postgres, redis]`
        depends_on: Vec<Text>,
        /// Environment variables.
        /// Example: `{LOG_LEVEL: info, API_KEY: {env: CLOUD_API_KEY}}`
        environment: Map<Setting>,
        /// Mounts, as in Compose.
        /// Example: `["./config:/etc/checkout:ro"]`
        volumes: Vec<Text>,
        /// Ports published on the host, as in Compose.
        /// Example: `["127.0.0.1:9000:9000"]`
        ports: Option<Vec<Text>>,
        /// A health check of its own.
        /// Example: `{test: [CMD, checkout, health], interval: 30s}`
        healthcheck: Option<Raw>,
        /// Profiles that it belongs to.
        /// Example: `[monitoring]`
        profiles: Vec<Text>,
        /// Other fields of a Compose service, passed through as they are.
        /// Example: `{mem_limit: 512m}`
        compose as "extra": Option<Raw>,
    }
}

record! {
    /// An exporter: something that exposes metrics about something else, known by a pack.
    pub struct Exporter {
        /// The pack, with the version of the image: `redis_exporter@1.55`.
        /// Example: `redis_exporter@1.55`
        pack: Text,
        /// What it does.
        /// Example: `Metrics of Redis.`
        help: Option<Text>,
        /// The Compose service that it watches.
        /// Example: `redis`
        watches: Option<Text>,
        /// The address of what it watches, with credentials.
        /// Example: `{env: POSTGRES_DSN}`
        dsn: Option<Setting>,
        /// The address of what it watches, without credentials.
        /// Example: `redis://redis:6379`
        address: Option<Setting>,
        /// The user name for what it watches.
        /// Example: `exporter`
        user: Option<Setting>,
        /// The password for what it watches.
        /// Example: `{env: DB_PASSWORD}`
        password: Option<Secret>,
        /// Features of the pack that are switched on.
        /// Example: `[check_keys]`
        features: Vec<Text>,
        /// The port, when it is not the pack's.
        /// Example: `9121`
        port: Option<Spanned<u16>>,
        /// How it is scraped.
        /// Example: `{interval: 30s}`
        scrape: ScrapeOrNot,
        /// `planned`: not running yet, so not scraped.
        /// Example: `planned`
        status: Option<Status>,
        /// Environment variables of its image.
        /// Example: `{REDIS_EXPORTER_DEBUG: "true"}`
        environment: Map<Setting>,
        /// Flags of its program.
        /// Example: `[--check-keys=orders*]`
        flags: Vec<Text>,
        /// Metrics that this one has besides those of the pack.
        /// Example: `{define: {queue_length: {type: gauge, help: Waiting jobs.}}}`
        metrics: Option<ServiceMetrics>,
        /// `false`: it runs somewhere else and is only scraped.
        /// Example: `false`
        deploy: Option<Spanned<bool>>,
        /// Changes to its container.
        /// Example: `{environment: {LOG_LEVEL: info}}`
        compose: Option<Workload>,
        /// The most series that it may have.
        /// Example: `20000`
        series_budget: Option<Spanned<u64>>,
        /// Findings to leave out for this exporter.
        /// Example: `[{rule: promql/unknown-label, reason: "the proxy adds it", until: 2027-01-01}]`
        allow: Vec<Allow>,
    }
}

record! {
    /// A pool of GPUs, scraped through an exporter on each node.
    pub struct GpuTarget {
        /// The pack of the exporter: `dcgm_exporter`, or with a version `dcgm_exporter@4.2`.
        /// Example: `dcgm_exporter`
        pack: Text,
        /// What the pool is for.
        /// Example: `GPUs that answer requests.`
        help: Option<Text>,
        /// The GPU's model, as the exporter says it in `modelName`.
        /// Example: `NVIDIA H100 80GB HBM3`
        model: Option<Text>,
        /// The nodes' names.
        /// Example: `{range: "gpu-{001..064}"}`
        nodes: Option<Nodes>,
        /// How many GPUs a node has.
        /// Example: `8`
        gpus_per_node: Option<Spanned<u64>>,
        /// The exporter's port, when it is not the pack's.
        /// Example: `9400`
        port: Option<Spanned<u16>>,
        /// What counts as too much: thresholds that alerts name as `$pool.temperature`.
        /// Example: `{utilization: 95%, memory: 90%, temperature: 83 celsius, power: 700 watts}`
        thresholds: Map<Quantity>,
        /// Features of the pack that are switched on: mig, kubernetes, ...
        /// Example: `[mig]`
        features: Vec<Text>,
        /// How it is scraped.
        /// Example: `{interval: 30s}`
        scrape: ScrapeOrNot,
        /// `planned`: not running yet, so not scraped.
        /// Example: `planned`
        status: Option<Status>,
        /// The container of an exporter on this machine, when the generated Compose file is to run one.
        /// Example: `{profiles: [gpu]}`
        compose: Option<Workload>,
        /// Findings to leave out for this pool.
        /// Example: `[{rule: promql/unknown-label, reason: "the proxy adds it", until: 2027-01-01}]`
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
                {
                    "type": "object",
                    "properties": {
                        "range": {
                            "type": ["string", "number", "boolean"],
                            "description": "A pattern with one or more {from..to}, which stands for a name for each number.",
                            "examples": ["gpu-{001..064}"],
                        },
                    },
                    "required": ["range"],
                    "additionalProperties": false,
                },
            ],
            "examples": [["gpu-01", "gpu-02"], {"range": "gpu-{001..064}"}],
        })
    }
}

record! {
    /// Checks from outside, through the blackbox exporter.
    pub struct Probe {
        /// What it checks.
        /// Example: `Whether people reach the portal.`
        help: Option<Text>,
        /// The module of the blackbox exporter: http_2xx, tcp_connect, icmp, ...
        /// Example: `http_2xx`
        module: Text,
        /// `services` for the health paths of all services, or a list of addresses.
        /// Example: `["https://portal.example.com/"]`
        of: ProbeTargets,
        /// The exporter that does it; the only blackbox exporter unless said.
        /// Example: `blackbox`
        exporter: Option<Text>,
        /// The job's name.
        /// Example: `portal`
        job: Option<Text>,
        /// Time between two checks.
        /// Example: `30s`
        interval: Option<Spanned<Duration>>,
        /// Findings to leave out for this probe.
        /// Example: `[{rule: promql/unknown-label, reason: "the proxy adds it", until: 2027-01-01}]`
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
        let word = json!({"enum": ["services"], "enumDescriptions": ["The health path of every service that has one."]});
        json!({"anyOf": [or_variable(word, schemas), Vec::<Text>::schema(schemas)]})
    }
}
