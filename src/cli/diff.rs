//! Arguments of `diff`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::Jsonnet;

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The folder of the spec; or two, the old one and the new one.
    #[arg(default_value = "specs", value_name = "SPECS", num_args = 1..=2)]
    pub specs: Vec<PathBuf>,
    /// The git revision of the repository around the spec that it is compared with: main, HEAD~1, v1.2.
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// The environment whose changes are applied; given twice, the environments that are compared, of which an empty name is none.
    #[arg(long, value_name = "NAME")]
    pub env: Vec<String>,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    pub format: DiffFormat,
    /// Exit with 1 when something changes, as git diff does.
    #[arg(long)]
    pub exit_code: bool,
    /// What is given to Jsonnet files.
    #[command(flatten)]
    pub jsonnet: Jsonnet,
}

/// The forms of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people.
    Human,
    /// For a pull request.
    Markdown,
    /// For programs.
    Json,
}
