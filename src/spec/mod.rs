//! The spec language as people write it: one file for each kind of thing. Nothing is resolved here: names are names, texts are texts.

pub mod dashboard;
pub mod decode;
pub mod metric;
pub mod notify;
pub mod pack;
pub mod quantity;
pub mod query;
pub mod scenario;
pub mod schema;
pub mod scrape;
pub mod service;
pub mod shared;
pub mod stack;

use std::sync::Arc;

use crate::spec::decode::{Map, record};

record! {
    /// A whole spec: all files of a spec directory together.
    pub struct Spec {
        /// What holds for the whole stack.
        /// Example: `{name: shop, servers: {prometheus: "3.5", alertmanager: "0.28", grafana: "11.6"}}`
        stack: Option<stack::Stack>,
        /// Metrics that several services share, by set.
        /// Example: `{http: {requests_total: {type: counter, unit: requests, help: Requests handled.}}}`
        metric_sets: Map<Map<Arc<metric::Metric>>>,
        /// Services of your own.
        /// Example: `{checkout: {language: go, port: 9000, metrics: {use: [http]}}}`
        services: Map<service::Service>,
        /// Exporters, known by packs.
        /// Example: `{redis-exporter: {pack: redis_exporter@1.55, watches: redis, address: "redis://redis:6379"}}`
        exporters: Map<service::Exporter>,
        /// Pools of GPUs.
        /// Example: `{inference: {pack: dcgm_exporter, nodes: [gpu-01, gpu-02], thresholds: {temperature: 83 celsius}}}`
        gpu_targets: Map<service::GpuTarget>,
        /// Checks from outside.
        /// Example: `{live: {module: http_2xx, of: services}}`
        probes: Map<service::Probe>,
        /// Expressions that are written once.
        /// Example: `{error_ratio: {expr: "sum(rate(errors_total[$window])) / sum(rate(requests_total[$window]))"}}`
        queries: Map<query::Query>,
        /// Recording rules; the key is the name of the recorded series.
        /// Example: `{"job:requests:rate5m": {expr: "sum by (job) (rate(requests_total[5m]))"}}`
        recording_rules: Map<query::RecordingRule>,
        /// Alerts.
        /// Example: `{HighErrorRate: {query: error_ratio, above: 5%, for: 5m, severity: critical, summary: Too many requests fail}}`
        alerts: Map<query::Alert>,
        /// Dashboards.
        /// Example: `{checkout: {title: Checkout, rows: [{panels: [{title: Errors, kind: timeseries, query: error_ratio}]}]}}`
        dashboards: Map<dashboard::Dashboard>,
        /// Who is told what.
        /// Example: `{receivers: {team: {email: {to: team@example.com}}}, route: {receiver: team}}`
        notifications: Option<notify::Notifications>,
        /// States in which `simulate` can put the stack.
        /// Example: `{checkout-down: {down: [checkout], fires: [ServiceDown]}}`
        scenarios: Map<scenario::Scenario>,
        /// Exporter packs of your own, besides those that ship with the tool.
        /// Example: `{my_exporter: {help: What my exporter says, source: its code, versions: {"1.0": {}}, default_version: "1.0", port: 9999}}`
        packs: Map<pack::Pack>,
        /// What metrics libraries expose by themselves.
        /// Example: `{go: {help: client_golang, created_series: false, groups: {runtime: {default: true}}}}`
        clients: Map<pack::Client>,
    }
}

impl Spec {
    /// A spec that says nothing.
    pub fn empty(source: crate::source::SourceId) -> Self {
        Self {
            span: crate::source::Span::new(source, 0, 0),
            stack: None,
            metric_sets: Map::default(),
            services: Map::default(),
            exporters: Map::default(),
            gpu_targets: Map::default(),
            probes: Map::default(),
            queries: Map::default(),
            recording_rules: Map::default(),
            alerts: Map::default(),
            dashboards: Map::default(),
            notifications: None,
            scenarios: Map::default(),
            packs: Map::default(),
            clients: Map::default(),
        }
    }
}
