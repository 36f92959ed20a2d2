//! Arguments of `init`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The folder of the spec: one that does not exist yet, or is empty.
    #[arg(default_value = "specs", value_name = "DIR")]
    pub dir: PathBuf,
}
