//! The spec language as people write it: one file for each kind of thing. Nothing is resolved here: names are names, texts are texts.

pub mod dashboard;
pub mod decode;
pub mod metric;
pub mod notify;
pub mod pack;
pub mod quantity;
pub mod query;
pub mod scenario;
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
        stack: Option<stack::Stack>,
        /// Metrics that several services share, by set.
        metric_sets: Map<Map<Arc<metric::Metric>>>,
        /// Services of your own.
        services: Map<service::Service>,
        /// Exporters, known by packs.
        exporters: Map<service::Exporter>,
        /// Pools of GPUs.
        gpu_targets: Map<service::GpuTarget>,
        /// Checks from outside.
        probes: Map<service::Probe>,
        /// Expressions that are written once.
        queries: Map<query::Query>,
        /// Recording rules; the key is the name of the recorded series.
        recording_rules: Map<query::RecordingRule>,
        /// Alerts.
        alerts: Map<query::Alert>,
        /// Dashboards.
        dashboards: Map<dashboard::Dashboard>,
        /// Who is told what.
        notifications: Option<notify::Notifications>,
        /// States in which `simulate` can put the stack.
        scenarios: Map<scenario::Scenario>,
        /// Exporter packs of your own, besides those that ship with the tool.
        packs: Map<pack::Pack>,
        /// What metrics libraries expose by themselves.
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
