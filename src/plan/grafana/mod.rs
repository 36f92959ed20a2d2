//! Grafana: dashboards, data sources, and, where it evaluates the alerts itself, rules and whom they reach.

pub mod alerting;
pub mod panel;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::plan::grafana::alerting::Alerting;
use crate::plan::grafana::panel::{Link, Panel};
use crate::plan::secret::Secrets;

/// The folder of the dashboards as Grafana sees it: where its container has them and where its provider looks.
pub const DASHBOARDS_FOLDER: &str = "/var/lib/grafana/dashboards";

/// All of Grafana.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grafana {
    /// The stack's name: that of the dashboard provider.
    pub name: String,
    /// The folder in which people find the dashboards.
    pub folder: String,
    /// Where queries go; the first is the default.
    pub datasources: Vec<Datasource>,
    /// Dashboards in the order of their keys.
    pub dashboards: Vec<Dashboard>,
    /// Rules and whom they reach, where Grafana evaluates the alerts.
    pub alerting: Option<Alerting>,
    /// Settings that Grafana reads from its environment, besides those that the spec gives: how e-mail is sent.
    pub environment: BTreeMap<String, String>,
    /// The secrets that Grafana reads.
    pub secrets: Secrets,
}

/// Where queries go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datasource {
    /// The name that people see.
    pub name: String,
    /// The uid by which alert rules know it.
    pub uid: String,
    /// The address, as Grafana reaches it.
    pub url: String,
    /// What it is.
    pub kind: DatasourceKind,
}

/// What a data source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatasourceKind {
    /// Prometheus.
    Prometheus {
        /// Time between two scrapes, below which no step makes sense.
        scrape_interval: String,
        /// The data source that shows its alerts.
        alertmanager: Option<String>,
    },
    /// Alertmanager.
    Alertmanager,
}

/// A dashboard.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dashboard {
    /// Its key in the spec: the name of its file.
    pub key: String,
    /// The spec item that it comes from.
    pub item: String,
    /// Its uid.
    pub uid: String,
    /// What people see as its name.
    pub title: String,
    /// What it is for.
    pub description: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// How often it reloads: `30s`.
    pub refresh: Option<String>,
    /// The start of the time that it shows: `now-6h`.
    pub from: String,
    /// The time zone.
    pub timezone: String,
    /// The version of the dashboard's form that the server writes itself.
    pub schema_version: u32,
    /// The version of the panels that come with the server.
    pub panel_version: String,
    /// Links at the top.
    pub links: Vec<DashboardLink>,
    /// Choices at the top.
    pub variables: Vec<Variable>,
    /// Rows from the top.
    pub rows: Vec<Row>,
    /// Other fields, which win over all that is here.
    pub extra: Option<Json>,
}

/// A link at the top of a dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DashboardLink {
    /// The link.
    pub link: Link,
    /// Whether it leads to another dashboard, which then shows the same time.
    pub is_dashboard: bool,
}

/// A choice at the top of a dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What people see instead of the name.
    pub label: Option<String>,
    /// Not shown.
    pub hidden: bool,
    /// Where its values come from.
    pub kind: VariableKind,
    /// Several values can be chosen.
    pub multi: bool,
    /// There is a choice that means all.
    pub include_all: bool,
    /// What "all" stands for in queries.
    pub all_value: Option<String>,
    /// What is chosen at first.
    pub current: Current,
}

/// What is chosen at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Current {
    /// The first value.
    First,
    /// All values.
    All,
    /// This one.
    Value(String),
}

/// Where a variable's values come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableKind {
    /// The data sources of Prometheus.
    Datasource,
    /// The values of a label.
    LabelValues {
        /// The selector of the series.
        selector: String,
        /// The label.
        label: String,
        /// Keeps only values that match.
        regex: Option<String>,
    },
    /// Fixed values.
    Values(Vec<String>),
    /// Steps of time.
    Interval(Vec<String>),
}

/// A row with its panels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// What is shown of the row itself; nothing for panels at the top.
    pub header: Option<RowHeader>,
    /// Its panels.
    pub panels: Vec<Panel>,
}

/// The line above a row's panels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowHeader {
    /// Its number, unique in the dashboard.
    pub id: u32,
    /// What people see.
    pub title: String,
    /// Where it stands.
    pub y: u32,
    /// Closed at first.
    pub collapsed: bool,
    /// The variable for each of whose values there is one.
    pub repeat: Option<String>,
}
