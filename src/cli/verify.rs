//! Arguments of `verify`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Jsonnet;
use crate::cli::Reporting;
use crate::cli::reach::Reach;

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The folder of the spec, or a single file.
    #[arg(default_value = "specs")]
    pub specs: PathBuf,
    /// Where the servers are.
    #[command(flatten)]
    pub servers: Servers,
    /// How servers are reached.
    #[command(flatten)]
    pub reach: Reach,
    /// The environment whose changes are applied.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// How findings are shown.
    #[command(flatten)]
    pub report: Reporting,
    /// What is given to Jsonnet files.
    #[command(flatten)]
    pub jsonnet: Jsonnet,
}

/// The addresses of servers, without users and passwords: those come from OPTIINFRA_PROMETHEUS_TOKEN, or OPTIINFRA_PROMETHEUS_USERNAME and
/// OPTIINFRA_PROMETHEUS_PASSWORD, and the same for the other servers.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct Servers {
    /// The address of Prometheus. Credentials: OPTIINFRA_PROMETHEUS_TOKEN, or _USERNAME and _PASSWORD.
    #[arg(long, value_name = "URL")]
    pub prometheus: Option<String>,
    /// The address of Alertmanager. Credentials: OPTIINFRA_ALERTMANAGER_TOKEN, or _USERNAME and _PASSWORD.
    #[arg(long, value_name = "URL")]
    pub alertmanager: Option<String>,
    /// The address of Grafana. Credentials: OPTIINFRA_GRAFANA_TOKEN, or _USERNAME and _PASSWORD.
    #[arg(long, value_name = "URL")]
    pub grafana: Option<String>,
}
