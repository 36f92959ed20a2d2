//! Dashboards whose every expression stands in its final form.

use std::sync::Arc;

use crate::model::expr::Expr;
use crate::model::item::Item;
use crate::promql::catalog::Name;
use crate::spec::dashboard as spec;
use crate::spec::decode::Text;

/// A dashboard.
#[derive(Debug, Clone)]
pub struct Dashboard {
    /// Its key in the spec: the name of its file.
    pub key: String,
    /// The dashboard in the spec.
    pub item: Item,
    /// Its uid.
    pub uid: String,
    /// As written.
    pub spec: spec::Dashboard,
    /// Its variables, in their order.
    pub variables: Vec<Variable>,
    /// Its rows, from the top.
    pub rows: Vec<Row>,
}

/// A variable.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name.
    pub name: Text,
    /// As written.
    pub spec: spec::Variable,
    /// The metric and the label that its values come from.
    pub values_of: Option<ValuesOf>,
}

/// Where a variable's values come from.
#[derive(Debug, Clone)]
pub struct ValuesOf {
    /// The selector of the metric, as it is emitted.
    pub selector: Expr,
    /// The label.
    pub label: String,
}

/// A row.
#[derive(Debug, Clone)]
pub struct Row {
    /// As written; its panels are in `panels`.
    pub title: Option<Text>,
    /// Closed at first.
    pub collapsed: bool,
    /// The variable for each of whose values there is one.
    pub repeat: Option<Text>,
    /// Its panels.
    pub panels: Vec<Panel>,
}

/// A panel.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Its name in its dashboard, unique.
    pub id: String,
    /// As written.
    pub spec: Arc<spec::Panel>,
    /// Its expressions.
    pub targets: Vec<Target>,
    /// Series that it reads and that are only planned.
    pub planned: Vec<Name>,
}

/// One expression of a panel.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its letter.
    pub ref_id: String,
    /// The expression, in Grafana's dialect.
    pub expr: Expr,
    /// As written.
    pub spec: spec::Target,
    /// The query that it is, whose alerts give the panel its thresholds; not where a `where` changes its values, rather than leaving series out.
    pub query: Option<String>,
}
