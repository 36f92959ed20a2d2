//! Arguments of `apply`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Jsonnet;
use crate::cli::Reporting;
use crate::cli::reach::Reach;
use crate::cli::verify::Servers;

/// Arguments of `apply`.
#[derive(Debug, Args)]
pub struct Apply {
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
    /// Do it. Without this nothing is changed and nobody is told.
    #[arg(long)]
    pub yes: bool,
    /// Send a test notification to this receiver, or to `all`, by the alert that the routes lead there.
    #[arg(long, value_name = "RECEIVER", requires = "alertmanager")]
    pub test_notification: Vec<String>,
    /// How findings are shown.
    #[command(flatten)]
    pub report: Reporting,
    /// What is given to Jsonnet files.
    #[command(flatten)]
    pub jsonnet: Jsonnet,
}
