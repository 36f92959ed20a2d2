//! Arguments of `backtest`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::Jsonnet;
use crate::cli::reach::Reach;

/// Arguments of `backtest`.
#[derive(Debug, Args)]
pub struct Backtest {
    /// The folder of the spec, or a single file.
    #[arg(default_value = "specs")]
    pub specs: PathBuf,
    /// The address of Prometheus. Credentials: OPTIINFRA_PROMETHEUS_TOKEN, or _USERNAME and _PASSWORD.
    #[arg(long, value_name = "URL")]
    pub prometheus: String,
    /// How far back: 6h, 30d.
    #[arg(long, value_name = "DURATION")]
    pub range: String,
    /// The end of that time, now if it is not given: 2026-01-31, 2026-01-31T06:30:00Z, or seconds since 1970.
    #[arg(long, value_name = "TIME")]
    pub end: Option<String>,
    /// Only these alerts.
    #[arg(long, value_name = "NAME")]
    pub alert: Vec<String>,
    /// The git revision of the repository around the spec whose alerts are shown beside those of now: main, HEAD~1, v1.2.
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// The environment whose changes are applied.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t = BacktestFormat::Human)]
    pub format: BacktestFormat,
    /// How servers are reached.
    #[command(flatten)]
    pub reach: Reach,
    /// What is given to Jsonnet files.
    #[command(flatten)]
    pub jsonnet: Jsonnet,
}

/// The forms of a backtest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BacktestFormat {
    /// A table for people.
    Human,
    /// For programs: every series with every time that it fired.
    Json,
}
