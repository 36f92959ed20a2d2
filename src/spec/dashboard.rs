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
        /// Example: `Checkout`
        title: Text,
        /// The uid; the stack's name and the key unless said.
        /// Example: `shop-checkout`
        uid: Option<Text>,
        /// What it is for.
        /// Example: `Orders and how they end.`
        description: Option<Text>,
        /// Tags; the stack's name unless said.
        /// Example: `[shop, payments]`
        tags: Option<Vec<Text>>,
        /// How often it reloads: 30s.
        /// Example: `30s`
        refresh: Option<Spanned<Duration>>,
        /// How far back it looks: 6h.
        /// Example: `6h`
        range: Option<Spanned<Duration>>,
        /// The time zone; `browser` unless said.
        /// Example: `utc`
        timezone: Option<Text>,
        /// Choices at the top, in this order.
        /// Example: `{provider: {values_of: cost_savings_usd_total.provider, multi: true}}`
        variables: Variables,
        /// Rows of panels, from the top.
        /// Example: `[{title: Orders, panels: [{title: Orders, kind: timeseries, expr: "sum(rate(orders_total[$__rate_interval]))"}]}]`
        rows: Vec<Row>,
        /// Links at the top.
        /// Example: `[{title: Runbooks, url: "https://runbooks.example.com/"}]`
        links: Vec<Link>,
        /// Other fields of the dashboard, passed through as they are.
        /// Example: `{fiscalYearStartMonth: 1}`
        grafana: Option<Raw>,
        /// Findings to leave out for this dashboard.
        /// Example: `[{rule: promql/unknown-label, reason: "the proxy adds it", until: 2027-01-01}]`
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
        /// Example: `provider`
        id: Option<Text>,
        /// `metric.label`: its values are those of that label of that metric.
        /// Example: `cost_savings_usd_total.provider`
        values_of: Option<Text>,
        /// Matchers that narrow `values_of`; a value may name another variable.
        /// Example: `{job: $job}`
        where_ as "where": Map<Text>,
        /// Fixed values.
        /// Example: `[aws, gcp, azure]`
        values: Option<Vec<Text>>,
        /// `true` for a choice of time steps.
        /// Example: `true`
        interval: bool,
        /// What people see instead of the name.
        /// Example: `Provider`
        label: Option<Text>,
        /// Several values can be chosen.
        /// Example: `true`
        multi: bool,
        /// There is a choice that means all; chosen at first where `multi` is set.
        /// Example: `true`
        include_all: Option<bool>,
        /// What "all" stands for in queries, instead of the list of all values.
        /// Example: `".+"`
        all_value: Option<Text>,
        /// What is chosen at first.
        /// Example: `aws`
        default: Option<Text>,
        /// Keeps only values that match, as Grafana does.
        /// Example: `"/prod-.*/"`
        regex: Option<Text>,
        /// Not shown.
        /// Example: `true`
        hidden: bool,
        /// Findings to leave out for this variable.
        /// Example: `[{rule: promql/unknown-label, reason: "the proxy adds it", until: 2027-01-01}]`
        allow: Vec<Allow>,
    }
}

record! {
    /// A row of panels.
    pub struct Row {
        /// Its name for overlays; made from the title unless said.
        /// Example: `orders`
        id: Option<Text>,
        /// What people see.
        /// Example: `Orders`
        title: Option<Text>,
        /// Closed at first.
        /// Example: `true`
        collapsed: bool,
        /// One row for each value of this variable.
        /// Example: `provider`
        repeat: Option<Text>,
        /// Its panels, from the left; a new line begins where the width is used up.
        /// Example: `[{title: Orders, kind: stat, expr: "sum(increase(orders_total[$__range]))"}]`
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
        /// Example: `orders`
        id: Option<Text>,
        /// What people see above it.
        /// Example: `Orders`
        title: Option<Text>,
        /// What it looks like.
        /// Example: `timeseries`
        kind: Spanned<PanelKind>,
        /// What it says, when somebody asks.
        /// Example: `Orders that were paid.`
        description: Option<Text>,
        /// The expression, when there is one target only.
        /// Example: `sum by (status) (rate(orders_total[$__rate_interval]))`
        expr: Option<Text>,
        /// The query, when there is one target only.
        /// Example: `error_ratio`
        query: Option<Text>,
        /// Matchers added to every selector that has the label.
        /// Example: `{job: checkout}`
        where_ as "where": Map<Text>,
        /// Parameters of the query.
        /// Example: `{quantile: 0.99}`
        with: Map<Text>,
        /// The window of the query; `$__rate_interval` unless said.
        /// Example: `$__rate_interval`
        window: Option<Text>,
        /// Several expressions.
        /// Example: `[{expr: "sum(rate(orders_total[5m]))", legend: orders}, {query: error_ratio, axis: right}]`
        targets: Vec<Target>,
        /// The legend of the only target: `{{job}}`; made from the labels that remain unless said.
        /// Example: `"{{provider}} calls"`
        legend: Option<Text>,
        /// Width in columns, of 24.
        /// Example: `12`
        width: Option<Spanned<u16>>,
        /// Height in lines of 30 pixels.
        /// Example: `8`
        height: Option<Spanned<u16>>,
        /// The unit: one of this language (seconds, bytes, usd/hour) or Grafana's own word; inferred unless said.
        /// Example: `seconds`
        unit: Option<Text>,
        /// Digits after the point.
        /// Example: `2`
        decimals: Option<u16>,
        /// The least value of the axis.
        /// Example: `0`
        min: Option<f64>,
        /// The greatest value of the axis.
        /// Example: `1`
        max: Option<f64>,
        /// Lines or colours at values; drawn from the alerts on the same query unless said.
        /// Example: `[{value: 5%, color: orange}, {value: 25%, color: red}]`
        thresholds: Option<Vec<PanelThreshold>>,
        /// Words for values.
        /// Example: `[{value: 0, text: down, color: red}, {value: 1, text: up, color: green}]`
        mappings: Vec<Mapping>,
        /// The value at one time instead of a range of time.
        /// Example: `true`
        instant: Option<bool>,
        /// Stack the lines of a timeseries.
        /// Example: `true`
        stack: bool,
        /// Tables of several targets are joined by this label.
        /// Example: `instance`
        join: Option<Text>,
        /// Columns of a table: how they are called and in which order.
        /// Example: `[{of: job, title: Service}, {of: A, title: Errors, unit: percent}]`
        columns: Vec<Column>,
        /// What is shown when there is no value.
        /// Example: `none`
        no_value: Option<Text>,
        /// One panel for each value of this variable.
        /// Example: `provider`
        repeat: Option<Text>,
        /// Links of the panel.
        /// Example: `[{title: Runbooks, url: "https://runbooks.example.com/"}]`
        links: Vec<Link>,
        /// The words of a text panel, in Markdown.
        /// Example: `"## Read this first"`
        content: Option<Text>,
        /// Other fields of the panel, passed through as they are.
        /// Example: `{transparent: true}`
        grafana: Option<Raw>,
        /// `planned`: its metric does not exist yet, and the panel says so.
        /// Example: `planned`
        status: Option<Status>,
        /// Findings to leave out for this panel.
        /// Example: `[{rule: promql/unknown-label, reason: "the proxy adds it", until: 2027-01-01}]`
        allow: Vec<Allow>,
    }
}

record! {
    /// One expression of a panel.
    pub struct Target {
        /// Its letter; in order from A unless said.
        /// Example: `A`
        id: Option<Text>,
        /// The expression.
        /// Example: `sum by (job) (rate(requests_total[5m]))`
        expr: Option<Text>,
        /// The query.
        /// Example: `error_ratio`
        query: Option<Text>,
        /// Matchers added to every selector that has the label.
        /// Example: `{job: checkout}`
        where_ as "where": Map<Text>,
        /// Parameters of the query.
        /// Example: `{quantile: 0.99}`
        with: Map<Text>,
        /// The window of the query; `$__rate_interval` unless said.
        /// Example: `5m`
        window: Option<Text>,
        /// The legend: `{{job}} errors`; made from the labels that remain unless said.
        /// Example: `"{{provider}} calls"`
        legend: Option<Text>,
        /// `right` for an axis of its own.
        /// Example: `right`
        axis: Option<Spanned<Axis>>,
        /// The unit of this target, when it differs from the panel's.
        /// Example: `seconds`
        unit: Option<Text>,
        /// The value at one time instead of a range of time.
        /// Example: `true`
        instant: Option<bool>,
        /// Computed but not shown.
        /// Example: `true`
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
        /// Example: `5%`
        value: crate::spec::quantity::Quantity,
        /// The colour from there on.
        /// Example: `orange`
        color: Text,
    }
}

record! {
    /// A word for a value or for a range of values.
    pub struct Mapping {
        /// The value.
        /// Example: `0`
        value: Option<Text>,
        /// From this value on.
        /// Example: `0`
        from: Option<f64>,
        /// Up to this value.
        /// Example: `0.5`
        to: Option<f64>,
        /// The word.
        /// Example: `down`
        text: Text,
        /// Its colour.
        /// Example: `red`
        color: Option<Text>,
    }
}

record! {
    /// A column of a table.
    pub struct Column {
        /// The label or the target's letter that it shows.
        /// Example: `job`
        of: Text,
        /// What people see; the label unless said.
        /// Example: `Service`
        title: Option<Text>,
        /// Not shown.
        /// Example: `true`
        hidden: bool,
        /// Its unit.
        /// Example: `percent`
        unit: Option<Text>,
    }
}

record! {
    /// A link.
    pub struct Link {
        /// What people see.
        /// Example: `Runbooks`
        title: Text,
        /// Where it leads.
        /// Example: `https://runbooks.example.com/`
        url: Option<Text>,
        /// The dashboard that it leads to.
        /// Example: `checkout`
        dashboard: Option<Text>,
        /// Opens in a new tab.
        /// Example: `true`
        new_tab: bool,
    }
}
