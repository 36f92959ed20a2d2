//! Dashboards: rows of panels, and the choices at their top.

use super::builder::{allows, builder, named};
use super::data::{Map, map};
use super::label::Label;
use super::metric::{Kind, Metric};
use super::panel::Panel;
use super::place::Place;
use super::quantity::Length;
use super::selector::LabelValue;
use super::unit::Unit;

/// A choice that people make at the top of a dashboard; it stands for `$name` in matchers.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// labels! { PROVIDER = "provider"; }
/// let savings = Gauge::<Usd>::new("savings_usd", "Money saved.").label(PROVIDER, up_to(8));
/// let provider = Variable::values_of("provider", &savings, PROVIDER).label("Provider").multi().include_all();
/// let panel = Panel::stat("Savings", sum(savings.like(PROVIDER, &provider)));
/// # assert_eq!(provider.name(), "provider");
/// ```
#[derive(Debug, Clone)]
pub struct Variable {
    name: String,
    place: Place,
    fields: Map,
}

impl Variable {
    /// The values that a label of a metric has.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// labels! { PROVIDER = "provider"; }
    /// let savings = Counter::<Usd>::new("savings_total", "Money saved.").label(PROVIDER, up_to(8));
    /// let provider = Variable::values_of("provider", &savings, PROVIDER);
    /// assert_eq!(provider.data().to_string(), r#"{"values_of": "savings_total.provider"}"#);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn values_of<K: Kind, U: Unit>(name: &str, metric: &Metric<K, U>, label: Label) -> Self {
        Self::new(name, map().set("values_of", format!("{}.{label}", metric.name())))
    }

    /// Fixed values.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let cloud = Variable::values("cloud", ["aws", "gcp", "azure"]);
    /// # assert_eq!(cloud.name(), "cloud");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn values<const N: usize>(name: &str, values: [&str; N]) -> Self {
        Self::new(name, map().set("values", values))
    }

    /// A choice of time steps.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let step = Variable::interval("step");
    /// # assert_eq!(step.name(), "step");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn interval(name: &str) -> Self {
        Self::new(name, map().set("interval", true))
    }

    #[track_caller]
    fn new(name: &str, fields: Map) -> Self {
        Self { name: name.to_owned(), place: Place::here(), fields }
    }

    /// Its name.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(Variable::interval("step").name(), "step");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

builder! { [] Variable, "Variable::interval(\"step\")";
    /// What people see instead of the name.
    label(text: &str) "\"Provider\"" { "label": text }
    /// Several values can be chosen.
    multi() "" { "multi": true }
    /// There is a choice that means all.
    include_all() "" { "include_all": true }
    /// What is chosen at first.
    default(value: &str) "\"aws\"" { "default": value }
    /// Not shown.
    hidden() "" { "hidden": true }
}

impl LabelValue for &Variable {
    fn text(self) -> String {
        format!("${}", self.name)
    }
}

/// A row of panels.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let row = Row::new("Targets", [Panel::stat("Up", sum(up())), Panel::timeseries("By job", sum(up()).by(JOB))]);
/// # let _ = row;
/// ```
#[derive(Debug, Clone)]
pub struct Row {
    fields: Map,
}

impl Row {
    /// Its title and its panels, from the left.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let row = Row::new("Targets", [Panel::stat("Up", sum(up()))]);
    /// # let _ = row;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(title: &str, panels: impl Into<Vec<Panel>>) -> Self {
        Self { fields: map().set("title", title).set("panels", panels.into()) }
    }
}

builder! { [] Row, "Row::new(\"Targets\", [Panel::stat(\"Up\", sum(up()))])";
    /// Closed at first.
    collapsed() "" { "collapsed": true }
    /// One row for each value of a variable.
    repeat(variable: &Variable) "&Variable::interval(\"step\")" { "repeat": variable.name() }
    /// Its name for overlays; made from the title unless said.
    id(id: &str) "\"targets\"" { "id": id }
}

/// A dashboard.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let dashboard = Dashboard::new("targets", "Targets", [Row::new("All", [Panel::stat("Up", sum(up()))])])
///     .refresh(minutes(1))
///     .range(hours(6));
/// # assert_eq!(dashboard.name(), "targets");
/// ```
#[derive(Debug, Clone)]
pub struct Dashboard {
    name: String,
    place: Place,
    fields: Map,
}

impl Dashboard {
    /// Its name, which is the last part of its uid and the name of its file; what people see as its title; its rows, from the top.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let dashboard = Dashboard::new("targets", "Targets", [Row::new("All", [Panel::stat("Up", sum(up()))])]);
    /// # assert_eq!(dashboard.name(), "targets");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(name: &str, title: &str, rows: impl Into<Vec<Row>>) -> Self {
        let rows: Vec<Map> = rows.into().into_iter().map(|row| row.fields).collect();
        Self { name: name.to_owned(), place: Place::here(), fields: map().set("title", title).set("rows", rows) }
    }

    /// A choice at the top; the order in which they are added is that in which they stand.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let dashboard = Dashboard::new("targets", "Targets", [Row::new("All", [Panel::stat("Up", sum(up()))])])
    ///     .variable(&Variable::interval("step"));
    /// # assert_eq!(dashboard.name(), "targets");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn variable(mut self, variable: &Variable) -> Self {
        self.fields.insert_at("variables", variable.name(), variable.place, variable.fields.clone());
        self
    }

    /// A link at the top to another dashboard.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let dashboard = Dashboard::new("targets", "Targets", [Row::new("All", [Panel::stat("Up", sum(up()))])]).link("Overview", "overview");
    /// # assert_eq!(dashboard.name(), "targets");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn link(mut self, title: &str, dashboard: &str) -> Self {
        self.fields.push("links", map().set("title", title).set("dashboard", dashboard));
        self
    }
}

builder! { [] Dashboard, "Dashboard::new(\"targets\", \"Targets\", [Row::new(\"All\", [Panel::stat(\"Up\", sum(up()))])])";
    /// What it is for.
    description(text: &str) "\"What it says.\"" { "description": text }
    /// How often it reloads.
    refresh(time: impl Into<Length>) "minutes(5)" { "refresh": time.into() }
    /// How far back it looks.
    range(time: impl Into<Length>) "minutes(5)" { "range": time.into() }
    /// The uid; the stack's name and this one's unless said.
    uid(uid: &str) "\"shop-targets\"" { "uid": uid }
}
allows! { [] Dashboard, "Dashboard::new(\"targets\", \"Targets\", [Row::new(\"All\", [Panel::stat(\"Up\", sum(up()))])])" }
named! { [] Dashboard, Dashboards, "Dashboard::new(\"targets\", \"Targets\", [Row::new(\"All\", [Panel::stat(\"Up\", sum(up()))])])" }
