//! Arguments of `backup`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::reach::Reach;

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// The address of Grafana. Credentials: OPTIINFRA_GRAFANA_TOKEN, or _USERNAME and _PASSWORD.
    #[arg(long, value_name = "URL")]
    pub grafana: String,
    /// The folder that is written.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// How servers are reached.
    #[command(flatten)]
    pub reach: Reach,
}
