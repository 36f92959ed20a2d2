//! Scrape jobs and what their targets expose.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::model::item::Item;
use crate::source::Span;
use crate::spec::decode::Text;
use crate::spec::metric::Metric;
use crate::spec::quantity::Duration;
use crate::spec::scrape::Relabel;
use crate::spec::service::Language;

/// One scrape job.
#[derive(Debug, Clone)]
pub struct Job {
    /// The value of the label `job`.
    pub name: String,
    /// The thing of the spec that it scrapes.
    pub item: Item,
    /// Time between two scrapes.
    pub interval: Duration,
    /// How long one scrape may take, where it differs from the stack's.
    pub timeout: Option<Duration>,
    /// `https`, where it is not `http`.
    pub scheme: Option<String>,
    /// The path of the metrics.
    pub path: String,
    /// Where the targets are.
    pub targets: Targets,
    /// URL parameters.
    pub params: BTreeMap<String, Vec<String>>,
    /// Whether the target's labels win over those of the job.
    pub honor_labels: bool,
    /// Relabelling of targets.
    pub relabel: Vec<Relabel>,
    /// Relabelling of samples.
    pub metric_relabel: Vec<Relabel>,
    /// Further fields, passed through.
    pub extra: Option<Json>,
    /// It does not exist yet: described, not scraped.
    pub planned: bool,
    /// Why its scrapes fail, where they are known to.
    pub fails: Option<Text>,
    /// The language of what exposes the metrics, which decides how it writes numbers in labels.
    pub language: Option<Language>,
    /// What the targets expose, by family, in the order of the names.
    pub exposes: BTreeMap<String, Exposed>,
    /// Patterns of names that the targets may expose besides those listed.
    pub open: Vec<String>,
    /// Whether `_created` series are exposed.
    pub created_series: bool,
    /// A probe: scraped through an exporter that is asked about the target.
    pub probe: Option<ProbeOf>,
}

/// The part of a probe's job that is peculiar to probes.
#[derive(Debug, Clone)]
pub struct ProbeOf {
    /// The address of the exporter that does the checking.
    pub exporter: String,
    /// The exporter's module.
    pub module: String,
}

/// Where a job's targets come from.
#[derive(Debug, Clone)]
pub enum Targets {
    /// Addresses in `prometheus.yml`.
    Static(Vec<TargetGroup>),
    /// Addresses in a generated file_sd list.
    Fleet {
        /// The file's name without folder: `gpu-inference.json`.
        file: String,
        /// The addresses.
        groups: Vec<TargetGroup>,
    },
    /// Files, DNS, HTTP or Kubernetes: the addresses are found at run time. The value is the `*_sd_configs` entry.
    Discovered {
        /// The key in the scrape config: `file_sd_configs`.
        key: &'static str,
        /// Its value.
        config: Json,
        /// Labels that all targets get.
        labels: BTreeMap<String, String>,
    },
}

/// Addresses with common labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetGroup {
    /// Addresses with ports: the values of the label `instance`.
    pub addresses: Vec<String>,
    /// Labels that all of their series get.
    pub labels: BTreeMap<String, String>,
}

impl Targets {
    /// The groups whose addresses are known.
    pub fn groups(&self) -> &[TargetGroup] {
        match self {
            Self::Static(groups) | Self::Fleet { groups, .. } => groups,
            Self::Discovered { .. } => &[],
        }
    }

    /// All addresses, when they are known.
    pub fn addresses(&self) -> Option<Vec<&str>> {
        match self {
            Self::Static(groups) | Self::Fleet { groups, .. } => {
                Some(groups.iter().flat_map(|group| group.addresses.iter().map(String::as_str)).collect())
            }
            Self::Discovered { .. } => None,
        }
    }
}

/// A metric family that a job's targets expose.
#[derive(Debug, Clone)]
pub struct Exposed {
    /// As declared.
    pub metric: Arc<Metric>,
    /// Where its name is declared.
    pub declared: Span,
    /// Labels that all metrics of its pack have, with whether they may be missing.
    pub common: Arc<Vec<(String, crate::spec::metric::Label)>>,
    /// Who declares it.
    pub by: DeclaredBy,
    /// It does not exist yet.
    pub planned: bool,
    /// It may carry labels that are not listed.
    pub open_labels: bool,
}

/// Who declares a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeclaredBy {
    /// The spec itself: a service, a metric set.
    Spec,
    /// An exporter's pack.
    Pack,
    /// The metrics library of a language.
    Client,
}
