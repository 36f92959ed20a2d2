//! Arguments of `simulate`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Jsonnet;

/// Arguments of `simulate`.
#[derive(Debug, Args)]
pub struct Simulate {
    /// The folder of the spec, or a single file.
    #[arg(default_value = "specs")]
    pub specs: PathBuf,
    /// The environment whose changes are applied.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Decides all values: the same seed gives the same.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many there are of each target of a service and of each GPU node.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub instances: u16,
    /// Listen on this port of 127.0.0.1 for control, and on those after it for the targets; on ports that are free unless said.
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub port_base: Option<u16>,
    /// A scenario that holds from the start.
    #[arg(long, value_name = "NAME")]
    pub scenario: Vec<String>,
    /// Write a prometheus.yml whose targets are the simulated ones.
    #[arg(long, value_name = "FILE")]
    pub prometheus_config: Option<PathBuf>,
    /// The folder that `build` wrote, whose rule files that configuration names.
    #[arg(long, default_value = "generated", value_name = "FOLDER")]
    pub out: PathBuf,
    /// Time between two scrapes in that configuration, such as 1s.
    #[arg(long, value_name = "DURATION", requires = "prometheus_config")]
    pub scrape_interval: Option<String>,
    /// The Alertmanager in that configuration; the one of the spec unless said.
    #[arg(long, value_name = "HOST:PORT", requires = "prometheus_config")]
    pub alertmanager: Option<String>,
    /// What is given to Jsonnet files.
    #[command(flatten)]
    pub jsonnet: Jsonnet,
}
