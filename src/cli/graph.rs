//! Arguments of `graph`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::Jsonnet;

/// Arguments of `graph`.
#[derive(Debug, Args)]
pub struct Graph {
    /// The folder of the spec, or a single file.
    #[arg(default_value = "specs")]
    pub specs: PathBuf,
    /// The form of the graph.
    #[arg(long, value_enum, default_value_t = GraphFormat::Mermaid)]
    pub format: GraphFormat,
    /// Only what is fed by this: requests_total, or service:checkout where several have the name.
    #[arg(long, value_name = "NAME")]
    pub from: Option<String>,
    /// Only what feeds this: HighErrorRate, or dashboard:overview where several have the name.
    #[arg(long, value_name = "NAME")]
    pub to: Option<String>,
    /// Every metric that nothing reads, those of packs and metrics libraries too, which are else counted. JSON names them in any case.
    #[arg(long)]
    pub all: bool,
    /// The environment whose changes are applied.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// What is given to Jsonnet files.
    #[command(flatten)]
    pub jsonnet: Jsonnet,
}

/// The forms of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// A flowchart for Markdown.
    Mermaid,
    /// For Graphviz: `dot -Tsvg`.
    Dot,
    /// For programs: nodes and edges with their places.
    Json,
}
