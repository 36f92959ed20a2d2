//! Dashboards: rows, panels, variables.

use std::sync::Arc;

use crate::load::tree::{Node, Value};
use crate::spec::decode::{Decode, Decoder, Map, Raw, Schemas, Spanned, Text, record, words};
use crate::spec::quantity::Duration;
use crate::spec::shared::{Allow, Status};
use serde_json::{Value as Json, json};

record! {
    /// A dashboard; its key is the last part of its uid and the name of its file.
    pub struct Dashboard {
        /// What people see as its name.
        title: Text,
        /// The uid; the stack's name and the key unless said.
        uid: Option<Text>,
        /// What it is for.
        description: Option<Text>,
        /// Tags; the stack's name unless said.
        tags: Option<Vec<Text>>,
        /// How often it reloads: 30s.
        refresh: Option<Spanned<Duration>>,
        /// How far back it looks: 6h.
        range: Option<Spanned<Duration>>,
        /// The time zone; `browser` unless said.
        timezone: Option<Text>,
        /// Choices at the top, in this order.
        variables: Variables,
        /// Rows of panels, from the top.
        rows: Vec<Row>,
        /// Links at the top.
        links: Vec<Link>,
        /// Other fields of the dashboard, passed through as they are.
        grafana: Option<Raw>,
        /// Findings to leave out for this dashboard.
        allow: Vec<Allow>,
    }
}

/// The variables of a dashboard: a mapping from names, or a list whose items have an `id`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Variables(pub Vec<(Text, Variable)>);

impl Decode for Variables {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        match &node.value {
            Value::Map(pairs) => Some(Self(
                pairs
                    .iter()
                    .filter_map(|pair| {
                        let variable = Variable::decode(&pair.value, cx)?;
                        Some((Text::synthetic(pair.key.text.clone(), pair.key.span), variable))
                    })
                    .collect(),
            )),
            _ => {
                let list = Vec::<Variable>::decode(node, cx)?;
                let mut named = Vec::new();
                for variable in list {
                    match variable.id.clone() {
                        Some(id) => named.push((id, variable)),
                        None => cx.invalid(
                            variable.span,
                            "a variable in a list has no `id`",
                            "add `id: NAME`, which queries use as `$NAME`",
                        ),
                    }
                }
                Some(Self(named))
            }
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn schema(schemas: &mut Schemas) -> Json {
        let variable = Variable::schema(schemas);
        json!({"anyOf": [{"type": "object", "additionalProperties": variable}, {"type": "array", "items": variable}]})
    }
}

record! {
    /// A choice that people make at the top of a dashboard; queries use it as `$name`.
    pub struct Variable {
        /// Its name, when the variables are a list.
        id: Option<Text>,
        /// `metric.label`: its values are those of that label of that metric.
        values_of: Option<Text>,
        /// Matchers that narrow `values_of`; a value may name another variable.
        where_ as "where": Map<Text>,
        /// Fixed values.
        values: Option<Vec<Text>>,
        /// `true` for a choice of time steps.
        interval: bool,
        /// What people see instead of the name.
        label: Option<Text>,
        /// Several values can be chosen.
        multi: bool,
        /// There is a choice that means all; chosen at first where `multi` is set.
        include_all: Option<bool>,
        /// What "all" stands for in queries, instead of the list of all values.
        all_value: Option<Text>,
        /// What is chosen at first.
        default: Option<Text>,
        /// Keeps only values that match, as Grafana does.
        regex: Option<Text>,
        /// Not shown.
        hidden: bool,
        /// Findings to leave out for this variable.
        allow: Vec<Allow>,
    }
}

record! {
    /// A row of panels.
    pub struct Row {
        /// Its name for overlays; made from the title unless said.
        id: Option<Text>,
        /// What people see.
        title: Option<Text>,
        /// Closed at first.
        collapsed: bool,
        /// One row for each value of this variable.
        repeat: Option<Text>,
        /// Its panels, from the left; a new line begins where the width is used up.
        panels: Vec<Arc<Panel>>,
    }
}

words! {
    /// What a panel looks like.
    pub enum PanelKind {
        /// Lines over time.
        Timeseries = "timeseries",
        /// Single numbers.
        Stat = "stat",
        /// A number on a scale.
        Gauge = "gauge",
        /// Bars side by side.
        Bargauge = "bargauge",
        /// Rows and columns.
        Table = "table",
        /// Buckets over time.
        Heatmap = "heatmap",
        /// Shares of a whole.
        Piechart = "piechart",
        /// States over time.
        StateTimeline = "state-timeline",
        /// Words.
        Text = "text",
    }
}

record! {
    /// A panel.
    pub struct Panel {
        /// Its name for overlays and reports; made from the title unless said.
        id: Option<Text>,
        /// What people see above it.
        title: Option<Text>,
        /// What it looks like.
        kind: Spanned<PanelKind>,
        /// What it says, when somebody asks.
        description: Option<Text>,
        /// The expression, when there is one target only.
        expr: Option<Text>,
        /// The query, when there is one target only.
        query: Option<Text>,
        /// Matchers added to every selector that has the label.
        where_ as "where": Map<Text>,
        /// Parameters of the query.
        with: Map<Text>,
        /// The window of the query; `$__rate_interval` unless said.
        window: Option<Text>,
        /// Several expressions.
        targets: Vec<Target>,
        /// The legend of the only target: `{{job}}`; made from the labels that remain unless said.
        legend: Option<Text>,
        /// Width in columns, of 24.
        width: Option<Spanned<u16>>,
        /// Height in lines of 30 pixels.
        height: Option<Spanned<u16>>,
        /// The unit: one of this language (seconds, bytes, usd/hour) or Grafana's own word; inferred unless said.
        unit: Option<Text>,
        /// Digits after the point.
        decimals: Option<u16>,
        /// The least value of the axis.
        min: Option<f64>,
        /// The greatest value of the axis.
        max: Option<f64>,
        /// Lines or colours at values; drawn from the alerts on the same query unless said.
        thresholds: Option<Vec<PanelThreshold>>,
        /// Words for values.
        mappings: Vec<Mapping>,
        /// The value at one time instead of a range of time.
        instant: Option<bool>,
        /// Stack the lines of a timeseries.
        stack: bool,
        /// Tables of several targets are joined by this label.
        join: Option<Text>,
        /// Columns of a table: how they are called and in which order.
        columns: Vec<Column>,
        /// What is shown when there is no value.
        no_value: Option<Text>,
        /// One panel for each value of this variable.
        repeat: Option<Text>,
        /// Links of the panel.
        links: Vec<Link>,
        /// The words of a text panel, in Markdown.
        content: Option<Text>,
        /// Other fields of the panel, passed through as they are.
        grafana: Option<Raw>,
        /// `planned`: its metric does not exist yet, and the panel says so.
        status: Option<Status>,
        /// Findings to leave out for this panel.
        allow: Vec<Allow>,
    }
}

record! {
    /// One expression of a panel.
    pub struct Target {
        /// Its letter; in order from A unless said.
        id: Option<Text>,
        /// The expression.
        expr: Option<Text>,
        /// The query.
        query: Option<Text>,
        /// Matchers added to every selector that has the label.
        where_ as "where": Map<Text>,
        /// Parameters of the query.
        with: Map<Text>,
        /// The window of the query; `$__rate_interval` unless said.
        window: Option<Text>,
        /// The legend: `{{job}} errors`; made from the labels that remain unless said.
        legend: Option<Text>,
        /// `right` for an axis of its own.
        axis: Option<Spanned<Axis>>,
        /// The unit of this target, when it differs from the panel's.
        unit: Option<Text>,
        /// The value at one time instead of a range of time.
        instant: Option<bool>,
        /// Computed but not shown.
        hidden: bool,
    }
}

words! {
    /// The side of the axis.
    pub enum Axis {
        /// The usual one.
        Left = "left",
        /// A second one.
        Right = "right",
    }
}

record! {
    /// A value at which a panel changes its colour.
    pub struct PanelThreshold {
        /// The value.
        value: crate::spec::quantity::Quantity,
        /// The colour from there on.
        color: Text,
    }
}

record! {
    /// A word for a value or for a range of values.
    pub struct Mapping {
        /// The value.
        value: Option<Text>,
        /// From this value on.
        from: Option<f64>,
        /// Up to this value.
        to: Option<f64>,
        /// The word.
        text: Text,
        /// Its colour.
        color: Option<Text>,
    }
}

record! {
    /// A column of a table.
    pub struct Column {
        /// The label or the target's letter that it shows.
        of: Text,
        /// What people see; the label unless said.
        title: Option<Text>,
        /// Not shown.
        hidden: bool,
        /// Its unit.
        unit: Option<Text>,
    }
}

record! {
    /// A link.
    pub struct Link {
        /// What people see.
        title: Text,
        /// Where it leads.
        url: Option<Text>,
        /// The dashboard that it leads to.
        dashboard: Option<Text>,
        /// Opens in a new tab.
        new_tab: bool,
    }
}
