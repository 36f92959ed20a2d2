//! How a thing is scraped.

use crate::spec::decode::{Map, OneOrMany, Raw, Spanned, Text, record};
use crate::spec::quantity::Duration;

record! {
    /// How Prometheus finds and scrapes a thing. What is left out comes from the thing's name and port and from `stack`.
    pub struct Scrape {
        /// The job's name.
        /// Example: `cost-agent`
        job: Option<Text>,
        /// The path of the metrics; `/metrics` unless said.
        /// Example: `/metrics`
        path: Option<Text>,
        /// Time between two scrapes.
        /// Example: `30s`
        interval: Option<Spanned<Duration>>,
        /// How long one scrape may take.
        /// Example: `10s`
        timeout: Option<Spanned<Duration>>,
        /// `http` or `https`.
        /// Example: `https`
        scheme: Option<Text>,
        /// Why scrapes of it fail, as in "answers 404": it is scraped all the same, exposes nothing, and its `up` stays 0.
        /// Example: `answers 404`
        fails: Option<Text>,
        /// Addresses with ports.
        /// Example: `["checkout-1:9000", "checkout-2:9000"]`
        instances: Option<Vec<Text>>,
        /// Labels that every series of the target gets.
        /// Example: `{tier: front}`
        labels: Map<Text>,
        /// URL parameters.
        /// Example: `{"collect[]": [cpu, meminfo]}`
        params: Map<OneOrMany<Text>>,
        /// Keep the labels that the target sends where they clash with the target's own.
        /// Example: `true`
        honor_labels: bool,
        /// Paths of file_sd target lists.
        /// Example: `{files: [/etc/prometheus/rented/*.json], refresh_interval: 1m}`
        file_sd: Option<FileSd>,
        /// Targets from a DNS name.
        /// Example: `[{names: [_metrics._tcp.example.com]}]`
        dns_sd: Option<Raw>,
        /// Targets from a URL.
        /// Example: `[{url: "http://inventory/targets"}]`
        http_sd: Option<Raw>,
        /// Targets from Kubernetes.
        /// Example: `[{role: pod}]`
        kubernetes_sd: Option<Raw>,
        /// Relabelling of targets, as in Prometheus.
        /// Example: `[{source_labels: [__address__], regex: "10[.].*", action: keep}]`
        relabel: Vec<Relabel>,
        /// Relabelling of samples, as in Prometheus.
        /// Example: `[{source_labels: [__name__], regex: "go_memstats_.*", action: drop}]`
        metric_relabel: Vec<Relabel>,
        /// Other fields of a scrape config, passed through as they are.
        /// Example: `{follow_redirects: false}`
        prometheus: Option<Raw>,
    }
}

record! {
    /// Targets from files that something else writes.
    pub struct FileSd {
        /// Paths as Prometheus sees them; the last part may hold `*`.
        /// Example: `[/etc/prometheus/rented/*.json]`
        files: Vec<Text>,
        /// Time between two readings.
        /// Example: `1m`
        refresh_interval: Option<Spanned<Duration>>,
    }
}

record! {
    /// One relabelling step, in Prometheus' words.
    pub struct Relabel {
        /// Labels whose values are joined and matched.
        /// Example: `[__name__]`
        source_labels: Vec<Text>,
        /// What joins them; `;` unless said.
        /// Example: `";"`
        separator: Option<Text>,
        /// The label that is set.
        /// Example: `node`
        target_label: Option<Text>,
        /// The regular expression; `(.*)` unless said.
        /// Example: `"go_memstats_.*"`
        regex: Option<Text>,
        /// For `hashmod`.
        /// Example: `8`
        modulus: Option<u64>,
        /// What the label becomes; `$1` unless said.
        /// Example: `$1`
        replacement: Option<Text>,
        /// What is done; `replace` unless said.
        /// Example: `drop`
        action: Option<Text>,
    }
}
