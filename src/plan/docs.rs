//! Pages for people: what there is, what it means, what to do. Texts are plain; what is Markdown says so.

use serde::Serialize;

/// All pages.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Docs {
    /// The stack's name.
    pub stack: String,
    /// A page for each thing that is scraped.
    pub services: Vec<ServicePage>,
    /// A page for each set of metrics that several things have in common.
    pub metrics: Vec<MetricPage>,
    /// The alerts.
    pub alerts: Alerts,
    /// The dashboards.
    pub dashboards: Vec<Dashboard>,
    /// The recorded series.
    pub records: Vec<Record>,
    /// The spec items that the pages come from.
    pub items: Vec<String>,
}

/// A place that a page leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Link {
    /// What people see.
    pub title: String,
    /// An address, or a path below the folder of the pages.
    pub path: String,
}

/// A service, an exporter, a pool of GPUs, a probe, a server of the stack.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ServicePage {
    /// Its name.
    pub name: String,
    /// The page's file, below the folder of the pages.
    pub path: String,
    /// The spec item that it comes from.
    pub item: String,
    /// What kind of thing it is: `exporter`.
    pub noun: String,
    /// What it does.
    pub help: Option<String>,
    /// It does not exist yet.
    pub planned: bool,
    /// Facts about it: a word and what it is.
    pub facts: Vec<Fact>,
    /// Whether it exposes any metric.
    pub has_metrics: bool,
    /// Where the metrics are described that it has in common with others.
    pub shared: Vec<Shared>,
    /// The metrics of its own.
    #[serde(skip)]
    pub metrics: Vec<Metric>,
    /// The alerts that read its metrics and not those of everything.
    pub alerts: Vec<Link>,
    /// How many more there are.
    pub more_alerts: usize,
}

/// A fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What it is about.
    pub word: &'static str,
    /// What it is.
    pub text: String,
}

/// A set of metrics on another page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shared {
    /// Its page.
    pub page: Link,
    /// How many metrics of it the thing exposes.
    pub count: usize,
}

/// A set of metrics: a metric set of the spec, an exporter's pack, a metrics library.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct MetricPage {
    /// Its name.
    pub name: String,
    /// The page's file, below the folder of the pages.
    pub path: String,
    /// What kind of set it is: `exporter pack`.
    pub noun: String,
    /// What it is.
    pub help: Option<String>,
    /// Who exposes it.
    pub exposed_by: Vec<Link>,
    /// How many more there are.
    pub more_exposed_by: usize,
    /// The metrics.
    #[serde(skip)]
    pub metrics: Vec<Metric>,
}

/// A metric.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// What leads to it on its page.
    pub anchor: String,
    /// Its type.
    pub kind: String,
    /// Its unit, when it is known.
    pub unit: Option<String>,
    /// Its labels.
    pub labels: Vec<Label>,
    /// What it measures.
    pub help: Option<String>,
    /// It does not exist yet.
    pub planned: bool,
    /// Why it should not be used any more.
    pub deprecated: Option<String>,
    /// Alerts, dashboards and recording rules that read it.
    pub uses: Vec<Link>,
    /// How many more there are.
    pub more_uses: usize,
}

/// A label of a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// How many values it has at most, when it is known.
    pub size: Option<u64>,
}

/// The alerts, as pages of their own or, where there are very many, as lines of pages that many share.
#[derive(Debug, Clone, PartialEq)]
pub enum Alerts {
    /// A page each.
    Pages(Vec<AlertPage>),
    /// Shared pages.
    Shelves(Vec<Shelf>),
}

impl Default for Alerts {
    fn default() -> Self {
        Self::Pages(Vec::new())
    }
}

/// The runbook of an alert.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct AlertPage {
    /// Its name.
    pub name: String,
    /// The page's file, below the folder of the pages.
    pub path: String,
    /// What it says, in a sentence.
    pub summary: Option<String>,
    /// The text of a message, a template.
    pub description: Option<String>,
    /// It is not evaluated yet.
    pub planned: bool,
    /// It fires always, on purpose.
    pub heartbeat: bool,
    /// One for each level and pool.
    pub rules: Vec<AlertRule>,
    /// How many of these do not show their expression.
    pub more_rules: usize,
    /// Whether there is one for each pool.
    pub pools: bool,
    /// Whether its comparison is written as a threshold, apart from the expression.
    pub threshold: bool,
    /// The expression whose value is compared; the whole one where the comparison stands in it.
    pub value: String,
    /// Where that can be run.
    pub run: Option<String>,
    /// The labels of what it returns, when they are known.
    pub returns: Option<Vec<String>>,
    /// What its number counts, when it is known.
    pub unit: Option<String>,
    /// The metrics that it reads.
    pub metrics: Vec<Link>,
    /// Dashboards that show the same query.
    pub panels: Vec<Link>,
    /// Other dashboards that read the same metrics.
    pub related: Vec<Link>,
    /// What to do, in Markdown.
    pub runbook: Option<String>,
}

/// One rule of an alert.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AlertRule {
    /// Its severity.
    pub severity: String,
    /// Its pool.
    pub pool: Option<String>,
    /// When it fires, in words.
    pub condition: String,
    /// How long that must hold, in words.
    pub hold: Option<String>,
    /// How long it goes on firing, in words.
    pub keep: Option<String>,
    /// Who is told.
    pub receivers: Vec<String>,
    /// The whole expression, on one line or several; `None` where it differs from those before in its number or its pool alone.
    pub expr: Option<String>,
}

/// A page that many alerts share.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Shelf {
    /// Its name: two digits.
    pub name: String,
    /// The page's file, below the folder of the pages.
    pub path: String,
    /// Its alerts.
    #[serde(skip)]
    pub alerts: Vec<ShelfLine>,
}

/// An alert on a shared page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShelfLine {
    /// Its name.
    pub name: String,
    /// What leads to it on its page.
    pub anchor: String,
    /// Its severities.
    pub severities: String,
    /// What it says, in a sentence.
    pub summary: String,
    /// When it fires, in words.
    pub condition: String,
    /// The whole expression of its first rule.
    pub expr: String,
}

/// A dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Dashboard {
    /// Where it is.
    pub link: Link,
    /// What it is for.
    pub description: Option<String>,
    /// How many panels it has.
    pub panels: usize,
}

/// A recorded series.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Record {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub help: Option<String>,
    /// The expression.
    pub expr: String,
}
