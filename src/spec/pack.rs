//! Exporter packs and client libraries: what is known of exporters and of metrics libraries, as spec files.

use crate::spec::decode::{Map, Raw, Spanned, Text, record};
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
        /// The image, when no version says another.
        image: Option<Text>,
        /// The port that it listens on.
        port: Spanned<u16>,
        /// The path of its metrics; `/metrics` unless said.
        path: Option<Text>,
        /// The name of its job; the pack's name unless said.
        job: Option<Text>,
        /// The language it is written in.
        language: Option<Spanned<Language>>,
        /// `false` when it does not expose its own process's metrics.
        client_metrics: Option<bool>,
        /// The metric that says whether what it watches is up.
        up: Option<Text>,
        /// The path that answers when it is healthy.
        health: Option<Text>,
        /// How Compose can ask whether it is healthy, with programs that the image has.
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
        metrics: Map<Metric>,
    }
}

record! {
    /// A version of an exporter.
    pub struct PackVersion {
        /// The image with its tag.
        image: Option<Text>,
        /// What to know about it.
        note: Option<Text>,
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
        /// The first version that reads it.
        since: Option<Text>,
        /// The first version that no longer reads it.
        until: Option<Text>,
    }
}

record! {
    /// A flag that a program reads.
    pub struct PackFlag {
        /// What it sets.
        help: Option<Text>,
        /// The field of the spec that fills it: dsn, address.
        from: Option<Text>,
        /// The value when nothing is said.
        default: Option<Text>,
        /// The first version that reads it.
        since: Option<Text>,
        /// The first version that no longer reads it.
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
        /// The metrics that it adds.
        metrics: Map<Metric>,
    }
}
