//! How a thing is scraped.

use crate::spec::decode::{Map, OneOrMany, Raw, Spanned, Text, record};
use crate::spec::quantity::Duration;

record! {
    /// How Prometheus finds and scrapes a thing. What is left out comes from the thing's name and port and from `stack`.
    pub struct Scrape {
        /// The job's name.
        job: Option<Text>,
        /// The path of the metrics; `/metrics` unless said.
        path: Option<Text>,
        /// Time between two scrapes.
        interval: Option<Spanned<Duration>>,
        /// How long one scrape may take.
        timeout: Option<Spanned<Duration>>,
        /// `http` or `https`.
        scheme: Option<Text>,
        /// Why scrapes of it fail, as in "answers 404": it is scraped all the same, exposes nothing, and its `up` stays 0.
        fails: Option<Text>,
        /// Addresses with ports.
        instances: Option<Vec<Text>>,
        /// Labels that every series of the target gets.
        labels: Map<Text>,
        /// URL parameters.
        params: Map<OneOrMany<Text>>,
        /// Keep the labels that the target sends where they clash with the target's own.
        honor_labels: bool,
        /// Paths of file_sd target lists.
        file_sd: Option<FileSd>,
        /// Targets from a DNS name.
        dns_sd: Option<Raw>,
        /// Targets from a URL.
        http_sd: Option<Raw>,
        /// Targets from Kubernetes.
        kubernetes_sd: Option<Raw>,
        /// Relabelling of targets, as in Prometheus.
        relabel: Vec<Relabel>,
        /// Relabelling of samples, as in Prometheus.
        metric_relabel: Vec<Relabel>,
        /// Other fields of a scrape config, passed through as they are.
        prometheus: Option<Raw>,
    }
}

record! {
    /// Targets from files that something else writes.
    pub struct FileSd {
        /// Paths as Prometheus sees them; the last part may hold `*`.
        files: Vec<Text>,
        /// Time between two readings.
        refresh_interval: Option<Spanned<Duration>>,
    }
}

record! {
    /// One relabelling step, in Prometheus' words.
    pub struct Relabel {
        /// Labels whose values are joined and matched.
        source_labels: Vec<Text>,
        /// What joins them; `;` unless said.
        separator: Option<Text>,
        /// The label that is set.
        target_label: Option<Text>,
        /// The regular expression; `(.*)` unless said.
        regex: Option<Text>,
        /// For `hashmod`.
        modulus: Option<u64>,
        /// What the label becomes; `$1` unless said.
        replacement: Option<Text>,
        /// `replace` unless said.
        action: Option<Text>,
    }
}
