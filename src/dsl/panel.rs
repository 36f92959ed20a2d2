//! Panels: what they look like and what they show.

use super::alert::Source;
use super::builder::{allows, builder};
use super::data::{Data, Map, map};
use super::label::Label;
use super::quantity::{Length, Quantity};
use super::unit::Unit;

/// One expression of a panel that shows several.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let panel = Panel::timeseries("Targets", [
///     Target::new(sum(up())).legend("answer"),
///     Target::new(count(up())).legend("are there").right(),
/// ]);
/// # let _ = panel;
/// ```
#[derive(Debug, Clone)]
pub struct Target {
    fields: Map,
}

impl Target {
    /// Of an expression or the use of a query.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(Target::new(sum(up())).data().to_string(), r#"{"expr": "sum(up)"}"#);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(source: impl Source) -> Self {
        Self { fields: source.fields() }
    }
}

builder! { [] Target, "Target::new(sum(up()))";
    /// The legend, in which `{{job}}` is the value of a label.
    legend(text: &str) "\"{{job}}\"" { "legend": text }
    /// The unit, when it differs from the panel's.
    unit(word: &str) "\"percent\"" { "unit": word }
    /// An axis of its own, on the right.
    right() "" { "axis": "right" }
    /// Computed but not shown.
    hidden() "" { "hidden": true }
    /// The value at one time instead of a range of time.
    instant() "" { "instant": true }
}

/// What a panel shows: an expression, the use of a query, or several [`Target`]s.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let one = Panel::stat("Targets", sum(up()));
/// let several = Panel::stat("Targets", [Target::new(sum(up())), Target::new(count(up()))]);
/// # let _ = (one, several);
/// ```
pub trait Shown {
    /// It as fields of a panel.
    #[doc(hidden)]
    fn shown(self) -> Map;
}

impl<S: Source> Shown for S {
    #[track_caller]
    fn shown(self) -> Map {
        self.fields()
    }
}

impl<const N: usize> Shown for [Target; N] {
    #[track_caller]
    fn shown(self) -> Map {
        map().set("targets", self.map(|target| target.fields))
    }
}

impl Shown for Vec<Target> {
    #[track_caller]
    fn shown(self) -> Map {
        let targets: Vec<Map> = self.into_iter().map(|target| target.fields).collect();
        map().set("targets", targets)
    }
}

/// A panel.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let panel = Panel::timeseries("Targets by job", sum(up()).by(JOB)).id("targets").size(12, 8).stack();
/// assert_eq!(
///     panel.data().to_string(),
///     concat!(
///         r#"{"title": "Targets by job", "kind": "timeseries", "expr": "sum by (job) (up)", "#,
///         r#""id": "targets", "width": 12, "height": 8, "stack": true}"#,
///     ),
/// );
/// ```
#[derive(Debug, Clone)]
pub struct Panel {
    pub(super) fields: Map,
}

macro_rules! kinds {
    ($($(#[$meta:meta])* $name:ident $word:literal;)*) => {
        impl Panel {$(
            $(#[$meta])*
            ///
            /// ```
            /// use optiinfra_gen::dsl::*;
            ///
            #[doc = concat!("let panel = Panel::", stringify!($name), "(\"Targets\", sum(up()).by(JOB));")]
            #[doc = concat!("assert!(panel.data().to_string().contains(\"", $word, "\"));")]
            /// ```
            #[must_use]
            #[track_caller]
            pub fn $name(title: &str, shown: impl Shown) -> Self {
                Self::of($word, title, shown.shown())
            }
        )*}
    };
}

kinds! {
    /// Lines over time.
    timeseries "timeseries";
    /// Single numbers.
    stat "stat";
    /// A number on a scale.
    gauge "gauge";
    /// Bars side by side.
    bargauge "bargauge";
    /// Rows and columns.
    table "table";
    /// Shares of a whole.
    piechart "piechart";
    /// States over time.
    state_timeline "state-timeline";
}

impl Panel {
    #[track_caller]
    fn of(kind: &str, title: &str, shown: Map) -> Self {
        let fields = map().set("title", title).set("kind", kind);
        Self { fields: fields.and(shown) }
    }

    /// Buckets over time.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let duration = Histogram::<Seconds>::new("duration_seconds", "Time it took.", [0.1, 1.0]);
    /// let panel = Panel::heatmap("Duration", sum(rate(duration.buckets().over(RATE_INTERVAL))).by(LE));
    /// # let _ = panel;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn heatmap<U: Unit>(title: &str, buckets: super::Vector<super::Buckets<U>>) -> Self {
        Self::of("heatmap", title, map().set("expr", buckets.built.data()))
    }

    /// Words, in Markdown.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let panel = Panel::text("Read this first", "## Who to ask");
    /// # let _ = panel;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn text(title: &str, markdown: &str) -> Self {
        Self::of("text", title, map().set("content", markdown))
    }

    /// Width in columns, of 24, and height in lines of 30 pixels.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let panel = Panel::stat("Targets", sum(up())).size(4, 8);
    /// # let _ = panel;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn size(mut self, width: u16, height: u16) -> Self {
        self.fields.put("width", width);
        self.fields.put("height", height);
        self
    }

    /// A colour from a value on.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let panel = Panel::stat("Answered", avg(up())).threshold(percent(90), "orange").threshold(percent(99), "green");
    /// # let _ = panel;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn threshold<U: Unit>(mut self, value: Quantity<U>, color: &str) -> Self {
        self.fields.push("thresholds", map().set("value", value).set("color", color));
        self
    }

    /// A column of a table.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let panel = Panel::table("Targets", sum(up()).by(JOB)).column(Column::of(JOB).title("Service")).column(Column::target("A").title("Up"));
    /// # let _ = panel;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn column(mut self, column: Column) -> Self {
        self.fields.push("columns", column.fields);
        self
    }

    /// A word for a value.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let panel = Panel::stat("Checkout", up().is(JOB, "checkout")).mapping("0", "down", "red").mapping("1", "up", "green");
    /// # let _ = panel;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn mapping(mut self, value: &str, text: &str, color: &str) -> Self {
        self.fields.push("mappings", map().set("value", value).set("text", text).set("color", color));
        self
    }
}

builder! { [] Panel, "Panel::stat(\"Targets\", sum(up()))";
    /// Its name for overlays and reports; made from the title unless said.
    id(id: &str) "\"targets\"" { "id": id }
    /// What it says, when somebody asks.
    description(text: &str) "\"What it says.\"" { "description": text }
    /// The legend of the only target, in which `{{job}}` is the value of a label.
    legend(text: &str) "\"{{job}}\"" { "legend": text }
    /// The unit: one of the spec language or Grafana's own word; inferred unless said.
    unit(word: &str) "\"percent\"" { "unit": word }
    /// Digits after the point.
    decimals(digits: u16) "2" { "decimals": digits }
    /// The least value of the axis.
    min(value: f64) "1.0" { "min": value }
    /// The greatest value of the axis.
    max(value: f64) "1.0" { "max": value }
    /// Stacks the lines of a timeseries.
    stack() "" { "stack": true }
    /// The value at one time instead of a range of time.
    instant() "" { "instant": true }
    /// Tables of several targets are joined by this label.
    join(label: Label) "JOB" { "join": label }
    /// What is shown when there is no value.
    no_value(text: &str) "\"none\"" { "no_value": text }
    /// One panel for each value of a variable.
    repeat(variable: &super::dashboard::Variable) "&Variable::interval(\"step\")" { "repeat": variable.name() }
    /// The window of the query that is shown.
    window(window: impl Into<Length>) "minutes(5)" { "window": window.into() }
    /// Its metric does not exist yet, and the panel says so.
    planned() "" { "status": "planned" }
}
allows! { [] Panel, "Panel::stat(\"Targets\", sum(up()))" }

/// A column of a table.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let column = Column::of(JOB).title("Service");
/// # let _ = column;
/// ```
#[derive(Debug, Clone)]
pub struct Column {
    fields: Map,
}

impl Column {
    /// Of a label.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let column = Column::of(JOB);
    /// # let _ = column;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn of(label: Label) -> Self {
        Self { fields: map().set("of", label) }
    }

    /// Of a target, by its letter.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let column = Column::target("A");
    /// # let _ = column;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn target(letter: &str) -> Self {
        Self { fields: map().set("of", letter) }
    }
}

builder! { [] Column, "Column::of(JOB)";
    /// What people see; the label unless said.
    title(text: &str) "\"Service\"" { "title": text }
    /// Its unit.
    unit(word: &str) "\"percent\"" { "unit": word }
    /// Not shown.
    hidden() "" { "hidden": true }
}

impl From<Panel> for Data {
    #[track_caller]
    fn from(panel: Panel) -> Self {
        panel.fields.into()
    }
}
