//! The containers of the monitoring stack, for a Compose file that stands beside a base file.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::plan::secret::Secrets;

/// All of the Compose file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Compose {
    /// Where the generated tree lies, as seen from the folder of the base file.
    pub generated: String,
    /// Containers by the name of their service.
    pub services: BTreeMap<String, Container>,
    /// The network that all of them share with the base file's services.
    pub network: Option<String>,
    /// Named volumes.
    pub volumes: BTreeSet<String>,
    /// The secrets that any of them reads.
    pub secrets: Secrets,
    /// The modules of the blackbox exporter's configuration; empty where its own configuration serves.
    pub modules: BTreeMap<&'static str, Json>,
    /// The spec items that it comes from.
    pub items: Vec<String>,
}

/// A container. Texts are as Compose reads them, what is not meant to be expanded has its `$` doubled; those of a health check and of the reason
/// for none are as they are meant.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Container {
    /// The image with its tag.
    pub image: Option<String>,
    /// How the image is built.
    pub build: Option<Json>,
    /// The container's name, where it is not Compose's choice.
    pub container_name: Option<String>,
    /// Profiles; it starts only with one of them. None: always.
    pub profiles: Vec<String>,
    /// Services that are started first.
    pub depends_on: BTreeMap<String, Condition>,
    /// The arguments of the program.
    pub command: Vec<String>,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
    /// The secrets that it reads.
    pub secrets: Secrets,
    /// Published ports.
    pub ports: Vec<String>,
    /// Generated folders that it reads.
    pub folders: Vec<Folder>,
    /// Other mounts.
    pub volumes: Vec<String>,
    /// How Compose asks whether it is healthy.
    pub health: Health,
    /// How long it may take to end.
    pub stop_grace_period: Option<&'static str>,
    /// It needs the machine's NVIDIA GPUs.
    pub gpus: bool,
    /// Further fields of the service. A mapping is joined with what is there, anything else replaces it.
    pub extra: BTreeMap<String, Json>,
}

/// When a service that waits for another may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// The other is started.
    Started,
    /// The other is healthy.
    Healthy,
}

/// A folder of the generated tree that a container reads. Folders are mounted, not files: a build replaces files, and a mount of a file
/// would go on showing the old one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its path in the generated tree: `prometheus`.
    pub path: &'static str,
    /// Where the container sees it.
    pub target: &'static str,
    /// Whether the program reads it only when it starts, so that a change of it needs a new container.
    pub read_at_start: bool,
    /// Folders inside which do not count for that: the program sees changes of them by itself, or never reads them.
    pub apart: &'static [&'static str],
}

/// How Compose asks whether a container is healthy.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Health {
    /// Nothing is said: what the image says counts.
    #[default]
    Unsaid,
    /// With a program that the image has.
    Check(Check),
    /// As somebody wrote it.
    Written(Json),
    /// Not at all, for a reason.
    None(String),
}

impl Health {
    /// Whether somebody can wait for it.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Check(_) | Self::Written(_))
    }
}

/// A health check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// How long failures do not count after the start: `30s`.
    pub start_period: &'static str,
}
