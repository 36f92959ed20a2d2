//! Arguments for specs that are written in Jsonnet.

use std::path::PathBuf;

use clap::Args;

/// What is given to Jsonnet files; the options are those of `jsonnet`. What they say stands above `[jsonnet]` of optiinfra.toml.
#[derive(Debug, Clone, Default, Args)]
pub struct Jsonnet {
    /// A folder of libraries that Jsonnet files may import from; the last one is searched first.
    #[arg(help_heading = "Jsonnet", short = 'J', long = "jpath", value_name = "DIR")]
    pub jpath: Vec<PathBuf>,
    /// A text for std.extVar; without a value it is taken from the environment.
    #[arg(help_heading = "Jsonnet", short = 'V', long = "ext-str", value_name = "NAME[=VALUE]")]
    pub ext_str: Vec<String>,
    /// Jsonnet code whose value std.extVar gives.
    #[arg(help_heading = "Jsonnet", long = "ext-code", value_name = "NAME[=CODE]")]
    pub ext_code: Vec<String>,
    /// A text for a Jsonnet file that is a function; without a value it is taken from the environment.
    #[arg(help_heading = "Jsonnet", short = 'A', long = "tla-str", value_name = "NAME[=VALUE]")]
    pub tla_str: Vec<String>,
    /// Jsonnet code whose value a Jsonnet file that is a function gets.
    #[arg(help_heading = "Jsonnet", long = "tla-code", value_name = "NAME[=CODE]")]
    pub tla_code: Vec<String>,
}
