//! The arguments of the command line, as types and nothing else.

pub mod apply;
mod backtest;
pub mod backup;
pub mod completions;
pub mod convert;
mod diff;
mod explain;
pub mod fmt;
mod graph;
pub mod init;
mod jsonnet;
pub mod prove;
pub mod reach;
pub mod schema;
pub mod simulate;
pub mod verify;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use backtest::{Backtest, BacktestFormat};
pub use diff::{Diff, DiffFormat};
pub use explain::{Explain, ExplainFormat};
pub use graph::{Graph, GraphFormat};
pub use jsonnet::Jsonnet;

/// A compiler for a monitoring stack: one typed spec in, checked files for Prometheus, Alertmanager, Grafana and Compose out.
#[derive(Debug, Parser)]
#[command(name = "optiinfra-gen", version, about, long_about = None)]
#[command(
    after_help = "Exit codes: 0 clean; 1 findings; 2 wrong usage, or a spec that cannot be read; 3 drift; 70 a bug in this program."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compile a spec and write what it describes.
    Build(Build),
    /// Say what is wrong with a spec; write nothing.
    Lint(Lint),
    /// Say how the written files differ from what the spec compiles to: the same as `build --check`.
    Drift(Drift),
    /// Say how often each alert of a spec would have fired over a time that has passed, by the samples of a Prometheus.
    Backtest(Backtest),
    /// Say how what runs differs from a spec.
    Verify(verify::Verify),
    /// Have servers take over what a build wrote; a dry run unless told otherwise.
    Apply(apply::Apply),
    /// Keep the dashboards of a Grafana as files.
    Backup(backup::Backup),
    /// Show with the real tools that each alert fires when it should, is silent when it should, and who is told.
    Prove(prove::Prove),
    /// Say what a PromQL expression returns.
    Query(Query),
    /// Show an alert, a metric or anything else of a spec with where it comes from and who uses it; or the page of a rule.
    Explain(Explain),
    /// Say what changes in meaning between two specs: alerts loosened, metrics dropped with the queries that break, panels gone.
    Diff(Diff),
    /// Draw who uses what: from services over metrics to alerts and who is told, and to panels.
    Graph(Graph),
    /// Serve made-up metrics for everything that the spec has scraped.
    Simulate(simulate::Simulate),
    /// Lay the files of a spec out in one way, with their comments and their order.
    Fmt(fmt::Fmt),
    /// Write the files of a spec in another notation: YAML, JSON or Jsonnet.
    Convert(convert::Convert),
    /// Write a first spec to change into your own.
    Init(init::Init),
    /// Print the JSON Schema of a spec, or of the findings that --format json writes.
    Schema(schema::Schema),
    /// Print the completion script of a shell.
    Completions(completions::Completions),
    /// Print a manual page, or write all of them.
    Man(completions::Man),
}

impl Command {
    /// What is given to Jsonnet files, for a command that reads specs.
    pub fn jsonnet(&self) -> Option<&Jsonnet> {
        match self {
            Self::Build(args) => Some(&args.jsonnet),
            Self::Lint(args) => Some(&args.jsonnet),
            Self::Drift(args) => Some(&args.jsonnet),
            Self::Backtest(args) => Some(&args.jsonnet),
            Self::Verify(args) => Some(&args.jsonnet),
            Self::Apply(args) => Some(&args.jsonnet),
            Self::Prove(args) => Some(&args.jsonnet),
            Self::Query(args) => Some(&args.jsonnet),
            Self::Explain(args) => Some(&args.jsonnet),
            Self::Diff(args) => Some(&args.jsonnet),
            Self::Graph(args) => Some(&args.jsonnet),
            Self::Simulate(args) => Some(&args.jsonnet),
            Self::Convert(args) => Some(&args.jsonnet),
            Self::Fmt(_) | Self::Backup(_) | Self::Init(_) | Self::Schema(_) | Self::Completions(_) | Self::Man(_) => None,
        }
    }
}

/// Arguments of `build`.
#[derive(Debug, Clone, Args)]
pub struct Build {
    /// The folder of the spec, or a single file.
    #[arg(default_value = "specs")]
    pub specs: PathBuf,
    /// The folder that is written.
    #[arg(long, default_value = "generated")]
    pub out: PathBuf,
    /// The environment whose changes are applied.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Write a tree for each environment of the spec, into a folder of --out that is called like it.
    #[arg(long, conflicts_with_all = ["env", "watch"])]
    pub all_envs: bool,
    /// Write only these parts.
    #[arg(long, value_name = "TARGET")]
    pub target: Vec<Target>,
    /// Write nothing; show how the files differ and exit with 3 when they do.
    #[arg(long, conflicts_with = "dry_run")]
    pub check: bool,
    /// Write nothing; say what would be done.
    #[arg(long)]
    pub dry_run: bool,
    /// Go on: build again whenever a file of the spec is saved, until Ctrl-C.
    #[arg(long, conflicts_with_all = ["check", "dry_run"])]
    pub watch: bool,
    /// Overwrite files that were edited by hand. Files that this program did not write stay in any case.
    #[arg(long)]
    pub force: bool,
    /// How findings are shown.
    #[command(flatten)]
    pub report: Reporting,
    /// What is given to Jsonnet files.
    #[command(flatten)]
    pub jsonnet: Jsonnet,
}

/// Parts of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Target {
    /// prometheus/
    Prometheus,
    /// alertmanager/
    Alertmanager,
    /// grafana/
    Grafana,
    /// compose/
    Compose,
    /// docs/
    Docs,
}

impl Target {
    /// The folder below the output.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::Alertmanager => "alertmanager",
            Self::Grafana => "grafana",
            Self::Compose => "compose",
            Self::Docs => "docs",
        }
    }
}

/// Arguments of `lint`.
#[derive(Debug, Args)]
pub struct Lint {
    /// Folders of specs; rule files, Prometheus configurations and Grafana dashboards, or folders of these.
    #[arg(default_value = "specs", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What exists, for files that are no spec: a folder of a spec, `pack:NAME@VERSION`, or the text of a /metrics page.
    #[arg(long, value_name = "PATH")]
    pub catalog: Vec<PathBuf>,
    /// The environment whose changes are applied.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Lint each spec in all of its environments, and say once what is the same in all.
    #[arg(long, conflicts_with = "env")]
    pub all_envs: bool,
    /// Mend what can be mended without a second look, and report what remains.
    #[arg(long)]
    pub fix: bool,
    /// With --fix: write nothing, show what would change.
    #[arg(long, requires = "fix")]
    pub dry_run: bool,
    /// How findings are shown.
    #[command(flatten)]
    pub report: Reporting,
    /// What is given to Jsonnet files.
    #[command(flatten)]
    pub jsonnet: Jsonnet,
}

/// Arguments of `drift`.
#[derive(Debug, Args)]
pub struct Drift {
    /// The folder of the spec, or a single file.
    #[arg(default_value = "specs")]
    pub specs: PathBuf,
    /// The folder that is compared.
    #[arg(long, default_value = "generated")]
    pub out: PathBuf,
    /// The environment whose changes are applied.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Compare the trees of all environments of the spec: the folders of --out that are called like them.
    #[arg(long, conflicts_with = "env")]
    pub all_envs: bool,
    /// Compare only these parts.
    #[arg(long, value_name = "TARGET")]
    pub target: Vec<Target>,
    /// How findings are shown.
    #[command(flatten)]
    pub report: Reporting,
    /// What is given to Jsonnet files.
    #[command(flatten)]
    pub jsonnet: Jsonnet,
}

/// How findings are shown, and from which severity on they make a command fail.
#[derive(Debug, Clone, Args)]
pub struct Reporting {
    /// The form of the report.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// The least severity that makes the exit code 1.
    #[arg(long, value_enum, default_value_t = Level::Error, value_name = "SEVERITY")]
    pub fail_on: Level,
    /// The severity of a rule: promql/unknown-label=warning, or =off. Stands above optiinfra.toml.
    #[arg(long, value_name = "ID=SEVERITY")]
    pub rule: Vec<String>,
    /// Say at the end how long each part of the work took.
    #[arg(long)]
    pub timings: bool,
}

/// The forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// For programs: see schemas/diagnostic.schema.json.
    Json,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
    /// For the log of a GitHub workflow.
    Github,
}

/// A severity on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// Wrong.
    Error,
    /// Probably not what was meant.
    Warning,
    /// Worth knowing.
    Info,
}

/// Arguments of `query`.
#[derive(Debug, Args)]
pub struct Query {
    /// The expression.
    #[arg(required_unless_present = "jsonl")]
    pub expr: Option<String>,
    /// Read one JSON object a line, {"expr": "..."}, and answer one a line.
    #[arg(long, conflicts_with = "expr")]
    pub jsonl: bool,
    /// What exists: a folder of a spec, `pack:NAME@VERSION`, or the text of a /metrics page.
    #[arg(long, value_name = "PATH")]
    pub catalog: Vec<PathBuf>,
    /// What is printed: the tree with what each node returns, or the expression laid out.
    #[arg(long, value_enum, default_value_t = QueryFormat::Tree)]
    pub format: QueryFormat,
    /// What is given to Jsonnet files.
    #[command(flatten)]
    pub jsonnet: Jsonnet,
}

/// The forms in which `query` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum QueryFormat {
    /// The tree with what each node returns.
    Tree,
    /// The expression, laid out.
    Promql,
}
