//! Arguments of `convert`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Format, Jsonnet};
use crate::convert::Notation;

/// Arguments of `convert`.
#[derive(Debug, Args)]
pub struct Convert {
    /// Folders of specs, or single files.
    #[arg(default_value = "specs", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The notation that is written.
    #[arg(long, value_enum, value_name = "NOTATION")]
    pub to: To,
    /// The folder that is written. Without it a single file goes to standard output.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Overwrite files that hold something else.
    #[arg(long, requires = "out")]
    pub force: bool,
    /// How findings are shown.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// What is given to Jsonnet files.
    #[command(flatten)]
    pub jsonnet: Jsonnet,
}

/// The notations that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum To {
    /// .yaml, laid out as `fmt` does it
    Yaml,
    /// .json; comments are lost
    Json,
    /// .jsonnet, laid out as jsonnetfmt does it
    Jsonnet,
}

impl From<To> for Notation {
    fn from(to: To) -> Self {
        match to {
            To::Yaml => Self::Yaml,
            To::Json => Self::Json,
            To::Jsonnet => Self::Jsonnet,
        }
    }
}
