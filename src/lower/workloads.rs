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

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::plan::compose::Compose;
use crate::plan::secret::Secrets;
use yard::Yard;

/// What the servers' own configurations need of their containers.
#[derive(Debug, Clone, Copy)]
pub struct Servers<'a> {
    /// The secrets that Prometheus reads.
    pub prometheus: &'a Secrets,
    /// The secrets that Alertmanager reads.
    pub alertmanager: &'a Secrets,
    /// The secrets that Grafana reads.
    pub grafana: &'a Secrets,
    /// Settings that Grafana takes from its environment.
    pub grafana_environment: &'a BTreeMap<String, String>,
}

/// The containers, and what cannot be put into one.
pub fn lower(model: &Model, needs: &Servers<'_>) -> (Compose, Vec<Diagnostic>) {
    let mut yard = Yard::new(model);
    servers::add(&mut yard, needs);
    exporters::add(&mut yard);
    exporters::add_gpu_targets(&mut yard);
    services::add(&mut yard);
    yard.finish()
}
