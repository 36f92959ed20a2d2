//! Arguments about the way to servers.

use std::path::PathBuf;

use clap::Args;

/// How servers are reached.
#[derive(Debug, Default, Args)]
pub struct Reach {
    /// Trust the certificate authorities in this PEM file and no others; OPTIINFRA_CA_FILE does the same.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// How long an answer may take, such as 30s; a minute unless said.
    #[arg(long, value_name = "DURATION")]
    pub timeout: Option<String>,
}
