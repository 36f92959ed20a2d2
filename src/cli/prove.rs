//! Arguments of `prove`.

use std::path::PathBuf;

use clap::Args;

use super::Reporting;
use crate::cli::Jsonnet;

/// Arguments of `prove`.
#[derive(Debug, Clone, Args)]
pub struct Prove {
    /// The folder of the spec, or a single file.
    #[arg(default_value = "specs")]
    pub specs: PathBuf,
    /// The environment whose changes are applied.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Change each alert in small ways and say which changes the tests miss.
    #[arg(long)]
    pub mutate: bool,
    /// The least score of --mutate, in percent, below which it fails.
    #[arg(long, value_name = "PERCENT", default_value_t = 95.0, requires = "mutate")]
    pub least_score: f64,
    /// promtool; else that of $OPTIINFRA_TOOLS_DIR, else that of the PATH.
    #[arg(long, value_name = "PROGRAM")]
    pub promtool: Option<PathBuf>,
    /// amtool; else that of $OPTIINFRA_TOOLS_DIR, else that of the PATH.
    #[arg(long, value_name = "PROGRAM")]
    pub amtool: Option<PathBuf>,
    /// How findings are shown.
    #[command(flatten)]
    pub report: Reporting,
    /// What is given to Jsonnet files.
    #[command(flatten)]
    pub jsonnet: Jsonnet,
}
