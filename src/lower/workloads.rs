//! From the model to the containers of the Compose file: the servers, the exporters, and services that are to run there.
//!
//! The file is a fragment beside a base file, whose services it joins: what it needs of them are their names and their network. Texts that
//! Compose would expand are written as they are where the spec says "as in Compose" (`compose:` of a service or an exporter); everywhere else a
//! `$` is doubled, and only secrets become `${NAME:?...}`.

mod blackbox;
mod exporters;
mod servers;
mod services;
mod variables;
mod workload;
mod yard;

#[cfg(test)]
mod tests;

use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::plan::compose::Compose;
use crate::plan::secret::Secrets;
use yard::Yard;

/// Where Grafana finds the dashboards in its container; the provider that is provisioned names this folder.
pub const DASHBOARDS: &str = "/etc/grafana/dashboards";

/// The secrets that the servers' own configurations read.
#[derive(Debug, Clone, Copy)]
pub struct ServerSecrets<'a> {
    /// Those of Prometheus.
    pub prometheus: &'a Secrets,
    /// Those of Alertmanager.
    pub alertmanager: &'a Secrets,
    /// Those of Grafana.
    pub grafana: &'a Secrets,
}

/// The containers, and what cannot be put into one.
pub fn lower(model: &Model, secrets: &ServerSecrets<'_>) -> (Compose, Vec<Diagnostic>) {
    let mut yard = Yard::new(model);
    servers::add(&mut yard, secrets);
    exporters::add(&mut yard);
    exporters::add_gpu_targets(&mut yard);
    services::add(&mut yard);
    yard.finish()
}
