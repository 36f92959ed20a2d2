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
        help: Text,
        /// Where the list of its metrics comes from.
        source: Text,
        /// The versions that the pack describes, with what differs between them.
        versions: Map<PackVersion>,
        /// The version of a use that does not say one.
        default_version: Text,
        /// The port that it listens on.
        port: Spanned<u16>,
        /// The path of its metrics; `/metrics` unless said.
        path: Option<Text>,
        /// The name of its job; the pack's name unless said.
        job: Option<Text>,
        /// The language it is written in.
        language: Option<Spanned<Language>>,
        /// Which groups of its metrics library's own metrics it exposes, or `false`; those that are usual unless said.
        client_metrics: Option<ClientMetrics>,
        /// Whether it exposes `_created` series.
        created_series: Option<bool>,
        /// Patterns of names that it may expose besides those listed: `clickhouse_*`.
        open: Vec<Text>,
        /// Patterns of labels that its metrics may carry besides those listed.
        open_labels: Vec<Text>,
        /// Patterns of environment variables that it may read besides those listed.
        env_open: Vec<Text>,
        /// Why its image has no version.
        unpinned_reason: Option<Text>,
        /// The path under which it checks something else.
        probe_path: Option<Text>,
        /// What it says of something else that it checks.
        probe_metrics: Map<Arc<Metric>>,
        /// The ways in which it can check.
        modules: Map<PackModule>,
        /// The metric that says whether what it watches is up.
        up: Option<Text>,
        /// The path that answers when it is healthy.
        health: Option<Text>,
        /// The path that answers when it is ready.
        ready: Option<Text>,
        /// How Compose can ask whether it is healthy, with programs that the image has; `none` where it has none.
        healthcheck: Option<Raw>,
        /// Why there is no health check.
        healthcheck_reason: Option<Text>,
        /// The environment variables that the image reads.
        env: Map<PackVariable>,
        /// The flags that the program reads.
        flags: Map<PackFlag>,
        /// Features that can be switched on.
        features: Map<Text>,
        /// Labels that all of its metrics have.
        labels: Map<Label>,
        /// Other fields of its Compose service: mounts, devices, privileges.
        compose: Option<Raw>,
        /// Its metrics.
        metrics: Map<Arc<Metric>>,
    }
}

record! {
    /// A version of an exporter.
    pub struct PackVersion {
        /// The image with its tag.
        image: Option<Text>,
        /// Which groups of its metrics library's own metrics this version exposes.
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
        json!({"anyOf": [{"const": false}, Vec::<Text>::schema(schemas)]})
    }
}

record! {
    /// A way in which the blackbox exporter checks something.
    pub struct PackModule {
        /// What it speaks: http, tcp, dns, icmp, grpc.
        prober: Text,
        /// What counts as success.
        help: Option<Text>,
    }
}

record! {
    /// An environment variable that an image reads.
    pub struct PackVariable {
        /// What it sets.
        help: Option<Text>,
        /// The field of the spec that fills it: dsn, address, user, password.
        from: Option<Text>,
        /// It holds a secret.
        secret: bool,
        /// The variable that holds the path of a file with the secret instead.
        file_variant: Option<Text>,
        /// The value when nothing is said.
        default: Option<Text>,
        /// It must be set.
        required: bool,
        /// Why it should not be used any more, and what to use.
        deprecated: Option<Text>,
        /// The first version that reads it.
        since: Option<Text>,
        /// The last version that reads it.
        until: Option<Text>,
    }
}

record! {
    /// A flag that a program reads.
    pub struct PackFlag {
        /// What it sets.
        help: Option<Text>,
        /// It holds a secret.
        secret: bool,
        /// The field of the spec that fills it: dsn, address.
        from: Option<Text>,
        /// The value when nothing is said.
        default: Option<Text>,
        /// Why it should not be used any more, and what to use.
        deprecated: Option<Text>,
        /// The first version that reads it.
        since: Option<Text>,
        /// The last version that reads it.
        until: Option<Text>,
    }
}

record! {
    /// What a metrics library exposes by itself.
    pub struct Client {
        /// What library it is.
        help: Option<Text>,
        /// Where the list comes from.
        source: Option<Text>,
        /// Whether it exposes `_created` series.
        created_series: Option<bool>,
        /// Environment variables that every program of the language reads.
        env: Map<PackVariable>,
        /// Groups of its metrics.
        groups: Map<ClientGroup>,
        /// The metrics that it adds.
        metrics: Map<Arc<Metric>>,
    }
}

record! {
    /// A part of a metrics library's own metrics.
    pub struct ClientGroup {
        /// What exposes it.
        help: Option<Text>,
        /// Whether it is exposed unless somebody says otherwise.
        default: bool,
    }
}
