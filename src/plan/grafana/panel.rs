//! Panels.

use serde_json::Value as Json;

/// A panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Its number, unique in the dashboard.
    pub id: u32,
    /// What people see above it.
    pub title: String,
    /// What it says, when somebody asks.
    pub description: Option<String>,
    /// Where it stands.
    pub place: Place,
    /// What it looks like.
    pub view: View,
    /// How values are shown.
    pub field: Field,
    /// Where a target's or a column's values are shown otherwise.
    pub overrides: Vec<Override>,
    /// What it queries.
    pub targets: Vec<Target>,
    /// The least step between two points: `30s`.
    pub min_step: Option<String>,
    /// What happens to the results before they are shown.
    pub transformations: Vec<Transformation>,
    /// Links.
    pub links: Vec<Link>,
    /// The variable for each of whose values there is one.
    pub repeat: Option<String>,
    /// Other fields, which win over all that is here.
    pub extra: Option<Json>,
}

/// Where a panel stands: columns of 24, lines of 30 pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// The first column.
    pub x: u32,
    /// The first line.
    pub y: u32,
    /// How many columns.
    pub w: u32,
    /// How many lines.
    pub h: u32,
}

/// What a panel looks like.
#[derive(Debug, Clone, PartialEq)]
pub enum View {
    /// Lines over time.
    Timeseries {
        /// The lines stand on each other.
        stack: bool,
        /// How thresholds are drawn.
        thresholds: ThresholdStyle,
        /// The words beside the axis.
        axis_label: Option<String>,
    },
    /// Single numbers.
    Stat {
        /// Whether the background is coloured, as for states.
        background: bool,
    },
    /// A number on a scale.
    Gauge,
    /// Bars side by side.
    Bargauge,
    /// Rows and columns.
    Table,
    /// Buckets over time.
    Heatmap {
        /// The unit of the buckets' bounds.
        unit: Option<String>,
    },
    /// Shares of a whole.
    Piechart,
    /// States over time.
    StateTimeline,
    /// Words in Markdown.
    Text {
        /// The words.
        content: String,
    },
}

/// How a timeseries draws thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThresholdStyle {
    /// Not at all.
    Off,
    /// Dashed lines.
    Lines,
    /// Areas between dashed lines.
    Areas,
}

/// How values are shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Field {
    /// The unit, in Grafana's words.
    pub unit: Option<String>,
    /// Digits after the point.
    pub decimals: Option<u16>,
    /// The least value of the axis.
    pub min: Option<f64>,
    /// The greatest value of the axis.
    pub max: Option<f64>,
    /// What is shown when there is no value.
    pub no_value: Option<String>,
    /// Colours by value, from the lowest; empty where values have no colour of their own.
    pub thresholds: Vec<Step>,
    /// Whether values are coloured by thresholds rather than series by a palette.
    pub color_by_value: bool,
    /// Words for values.
    pub mappings: Vec<Mapping>,
}

/// A colour from a value on.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The value; `None` for the lowest step.
    pub from: Option<f64>,
    /// The colour.
    pub color: String,
}

/// A word for a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// Which values.
    pub of: Mapped,
    /// The word.
    pub text: String,
    /// Its colour.
    pub color: Option<String>,
}

/// Which values a word stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Mapped {
    /// This one.
    Value(String),
    /// `null`, `nan` and the like.
    Special(&'static str),
    /// All from one to the other.
    Range {
        /// From this value on.
        from: Option<f64>,
        /// Up to this value.
        to: Option<f64>,
    },
}

/// Where values are shown otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    /// Which values.
    pub of: Overridden,
    /// Their unit.
    pub unit: Option<String>,
    /// Whether they have an axis of their own, on the right.
    pub right_axis: bool,
}

/// Which values are shown otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overridden {
    /// Those of a target.
    Target(String),
    /// Those of a column.
    Column(String),
}

/// One expression of a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its letter.
    pub ref_id: String,
    /// The expression.
    pub expr: String,
    /// How its series are called.
    pub legend: String,
    /// The value at one time instead of a range of time.
    pub instant: bool,
    /// The form of the result.
    pub format: Format,
    /// Computed but not shown.
    pub hidden: bool,
}

/// The form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Series.
    TimeSeries,
    /// Rows and columns.
    Table,
    /// Buckets.
    Heatmap,
}

/// What happens to results before they are shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Transformation {
    /// Rows with equal labels come together.
    Merge,
    /// Rows with an equal value of a field come together.
    Join(String),
    /// Only these fields stay.
    Keep(Vec<String>),
    /// Fields are hidden, ordered and renamed.
    Organize {
        /// Fields that are not shown.
        hide: Vec<String>,
        /// The first fields, in order.
        order: Vec<String>,
        /// What people see instead of the field's name.
        rename: Vec<(String, String)>,
    },
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What people see.
    pub title: String,
    /// Where it leads.
    pub url: String,
    /// Opens in a new tab.
    pub new_tab: bool,
}
