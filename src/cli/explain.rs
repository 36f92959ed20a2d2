//! Arguments of `explain`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::Jsonnet;

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A rule (promql/unknown-label), an alert, a metric, a recording rule, a query, a service, a receiver, a dashboard or a panel; alert:NAME
    /// where several have the name. Without it all rules are listed.
    pub name: Option<String>,
    /// The folder of the spec, or a single file.
    #[arg(default_value = "specs")]
    pub specs: PathBuf,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = ExplainFormat::Human)]
    pub format: ExplainFormat,
    /// The environment whose changes are applied.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// What is given to Jsonnet files.
    #[command(flatten)]
    pub jsonnet: Jsonnet,
}

/// The forms in which `explain` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// For people.
    Human,
    /// For programs.
    Json,
}
