//! Arguments of `schema`.

use clap::{Args, ValueEnum};

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// What the schema describes.
    #[arg(value_enum, default_value_t = Subject::Spec, value_name = "WHAT")]
    pub subject: Subject,
}

/// What there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Subject {
    /// A file of a spec.
    Spec,
    /// What commands write with --format json.
    Diagnostic,
}
