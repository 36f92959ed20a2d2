//! What will be emitted, with everything decided: ordered collections, no format. Emitters see this and nothing else.

pub mod alertmanager;
pub mod compose;
pub mod docs;
pub mod grafana;
pub mod prometheus;
pub mod secret;

/// Everything that will be emitted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Prometheus.
    pub prometheus: prometheus::Prometheus,
    /// Alertmanager; `None` when the stack has none.
    pub alertmanager: Option<alertmanager::Alertmanager>,
    /// Grafana; empty when the stack has none.
    pub grafana: grafana::Grafana,
    /// The containers.
    pub compose: compose::Compose,
    /// Pages for people.
    pub docs: docs::Docs,
}
