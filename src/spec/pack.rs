//! Exporter packs and client libraries: what is known of exporters and of metrics libraries, as spec files.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::load::tree::Node;
use crate::spec::decode::{Decode, Decoder, Map, Raw, Schemas, Spanned, Text, record};
use crate::spec::metric::{Label, Metric};
use crate::spec::service::Language;

record! {
    /// What is known of an exporter.
    pub struct Pack {
        /// What it exports.
        /// Example: `Metrics of a queue`
        help: Text,
        /// Where the list of its metrics comes from.
        /// Example: `"/metrics of version 0.15.0"`
        source: Text,
        /// The versions that the pack describes, with what differs between them.
        /// Example: `{"1.55": {image: "oliver006/redis_exporter:v1.55.0"}}`
        versions: Map<PackVersion>,
        /// The version of a use that does not say one.
        /// Example: `"1.55"`
        default_version: Text,
        /// The port that it listens on.
        /// Example: `9121`
        port: Spanned<u16>,
        /// The path of its metrics; `/metrics` unless said.
        /// Example: `/metrics`
        path: Option<Text>,
        /// The name of its job; the pack's name unless said.
        /// Example: `redis`
        job: Option<Text>,
        /// The language it is written in.
        /// Example: `go`
        language: Option<Spanned<Language>>,
        /// Which groups of its metrics library's own metrics it exposes, or `false`; those that are usual unless said.
        /// Example: `[go, process]`
        client_metrics: Option<ClientMetrics>,
        /// Whether it exposes `_created` series.
        /// Example: `true`
        created_series: Option<bool>,
        /// Patterns of names that it may expose besides those listed: `clickhouse_*`.
        /// Example: `["clickhouse_*"]`
        open: Vec<Text>,
        /// Patterns of labels that its metrics may carry besides those listed.
        /// Example: `["label_*"]`
        open_labels: Vec<Text>,
        /// Patterns of environment variables that it may read besides those listed.
        /// Example: `["REDIS_EXPORTER_*"]`
        env_open: Vec<Text>,
        /// Why its image has no version.
        /// Example: `its author publishes no versions`
        unpinned_reason: Option<Text>,
        /// The path under which it checks something else.
        /// Example: `/probe`
        probe_path: Option<Text>,
        /// What it says of something else that it checks.
        /// Example: `{probe_success: {type: gauge, range: [0, 1], help: Whether the check succeeded.}}`
        probe_metrics: Map<Arc<Metric>>,
        /// The ways in which it can check.
        /// Example: `{http_2xx: {prober: http, help: Any answer of 200 to 299}}`
        modules: Map<PackModule>,
        /// The metric that says whether what it watches is up.
        /// Example: `redis_up`
        up: Option<Text>,
        /// The path that answers when it is healthy.
        /// Example: `/healthz`
        health: Option<Text>,
        /// The path that answers when it is ready.
        /// Example: `/ready`
        ready: Option<Text>,
        /// How Compose can ask whether it is healthy, with programs that the image has; `none` where it has none.
        /// Example: `{test: [CMD, wget, -q, -O-, "http://localhost:9121/health"]}`
        healthcheck: Option<Raw>,
        /// Why there is no health check.
        /// Example: `the image holds the exporter alone`
        healthcheck_reason: Option<Text>,
        /// The environment variables that the image reads.
        /// Example: `{DATA_SOURCE_NAME: {help: "Where the server is.", from: dsn, secret: true}}`
        env: Map<PackVariable>,
        /// The flags that the program reads.
        /// Example: `{web.listen-address: {help: Where it listens., default: ":9121"}}`
        flags: Map<PackFlag>,
        /// Features that can be switched on.
        /// Example: `{mig: "GPUs are split into instances"}`
        features: Map<Text>,
        /// Labels that all of its metrics have.
        /// Example: `{gpu: {max: 16}}`
        labels: Map<Label>,
        /// Other fields of its Compose service: mounts, devices, privileges.
        /// Example: `{privileged: true}`
        compose: Option<Raw>,
        /// Its metrics.
        /// Example: `{redis_up: {type: gauge, range: [0, 1], help: Whether the server answers.}}`
        metrics: Map<Arc<Metric>>,
    }
}

record! {
    /// A version of an exporter.
    pub struct PackVersion {
        /// The image with its tag.
        /// Example: `oliver006/redis_exporter:v1.55.0`
        image: Option<Text>,
        /// Which groups of its metrics library's own metrics this version exposes.
        /// Example: `[go, process]`
        client_metrics: Option<ClientMetrics>,
    }
}

/// Which groups of a metrics library's own metrics are exposed.
#[derive(Debug, Clone, PartialEq)]
pub enum ClientMetrics {
    /// None.
    No,
    /// Those of these names.
    Groups(Vec<Text>),
}

impl Decode for ClientMetrics {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        match node.as_text() {
            Some("false") => Some(Self::No),
            _ => Vec::decode(node, cx).map(Self::Groups),
        }
    }

    fn schema(schemas: &mut Schemas) -> Json {
        json!({"anyOf": [{"enum": [false, "false"]}, Vec::<Text>::schema(schemas)]})
    }
}

record! {
    /// A way in which the blackbox exporter checks something.
    pub struct PackModule {
        /// What it speaks: http, tcp, dns, icmp, grpc.
        /// Example: `http`
        prober: Text,
        /// What counts as success.
        /// Example: `Any answer of 200 to 299`
        help: Option<Text>,
    }
}

record! {
    /// An environment variable that an image reads.
    pub struct PackVariable {
        /// What it sets.
        /// Example: `Where the server is.`
        help: Option<Text>,
        /// The field of the spec that fills it: dsn, address, user, password.
        /// Example: `dsn`
        from: Option<Text>,
        /// It holds a secret.
        /// Example: `true`
        secret: bool,
        /// The variable that holds the path of a file with the secret instead.
        /// Example: `DATA_SOURCE_PASS_FILE`
        file_variant: Option<Text>,
        /// The value when nothing is said.
        /// Example: `"5s"`
        default: Option<Text>,
        /// It must be set.
        /// Example: `true`
        required: bool,
        /// Why it should not be used any more, and what to use.
        /// Example: `use requests_total`
        deprecated: Option<Text>,
        /// The first version that reads it.
        /// Example: `"0.15"`
        since: Option<Text>,
        /// The last version that reads it.
        /// Example: `"0.14"`
        until: Option<Text>,
    }
}

record! {
    /// A flag that a program reads.
    pub struct PackFlag {
        /// What it sets.
        /// Example: `Where it listens.`
        help: Option<Text>,
        /// It holds a secret.
        /// Example: `true`
        secret: bool,
        /// The field of the spec that fills it: dsn, address.
        /// Example: `dsn`
        from: Option<Text>,
        /// The value when nothing is said.
        /// Example: `"5s"`
        default: Option<Text>,
        /// Why it should not be used any more, and what to use.
        /// Example: `use requests_total`
        deprecated: Option<Text>,
        /// The first version that reads it.
        /// Example: `"0.15"`
        since: Option<Text>,
        /// The last version that reads it.
        /// Example: `"0.14"`
        until: Option<Text>,
    }
}

record! {
    /// What a metrics library exposes by itself.
    pub struct Client {
        /// What library it is.
        /// Example: `prometheus/client_golang`
        help: Option<Text>,
        /// Where the list comes from.
        /// Example: `"/metrics of version 0.15.0"`
        source: Option<Text>,
        /// Whether it exposes `_created` series.
        /// Example: `true`
        created_series: Option<bool>,
        /// Environment variables that every program of the language reads.
        /// Example: `{GOGC: {help: When the garbage collector runs.}}`
        env: Map<PackVariable>,
        /// Groups of its metrics.
        /// Example: `{runtime: {help: go_* of the runtime., default: true}}`
        groups: Map<ClientGroup>,
        /// The metrics that it adds.
        /// Example: `{go_goroutines: {type: gauge, help: Goroutines that exist.}}`
        metrics: Map<Arc<Metric>>,
    }
}

record! {
    /// A part of a metrics library's own metrics.
    pub struct ClientGroup {
        /// What exposes it.
        /// Example: `The collector of the Go runtime.`
        help: Option<Text>,
        /// Whether it is exposed unless somebody says otherwise.
        /// Example: `true`
        default: bool,
    }
}
