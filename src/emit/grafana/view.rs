//! The options of each kind of panel.

use serde::Serialize;

use crate::plan::grafana::panel::{Field, ThresholdStyle, View};

/// The kind of a panel in Grafana's words.
pub(super) fn name(view: &View) -> &'static str {
    match view {
        View::Timeseries { .. } => "timeseries",
        View::Stat { .. } => "stat",
        View::Gauge => "gauge",
        View::Bargauge => "bargauge",
        View::Table => "table",
        View::Heatmap { .. } => "heatmap",
        View::Piechart => "piechart",
        View::StateTimeline => "state-timeline",
        View::Text { .. } => "text",
    }
}

/// Options that one kind of panel alone knows.
#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(super) enum Options<'p> {
    Timeseries {
        legend: Legend,
        tooltip: Tooltip,
    },
    Stat {
        color_mode: &'static str,
        graph_mode: &'static str,
        justify_mode: &'static str,
        orientation: &'static str,
        percent_change_color_mode: &'static str,
        reduce_options: Reduce,
        show_percent_change: bool,
        text_mode: &'static str,
        wide_layout: bool,
    },
    Gauge {
        min_viz_height: u16,
        min_viz_width: u16,
        orientation: &'static str,
        reduce_options: Reduce,
        show_threshold_labels: bool,
        show_threshold_markers: bool,
        sizing: &'static str,
    },
    Bargauge {
        display_mode: &'static str,
        legend: Legend,
        max_viz_height: u16,
        min_viz_height: u16,
        min_viz_width: u16,
        name_placement: &'static str,
        orientation: &'static str,
        reduce_options: Reduce,
        show_unfilled: bool,
        sizing: &'static str,
        value_mode: &'static str,
    },
    Table {
        cell_height: &'static str,
        footer: Footer,
        show_header: bool,
    },
    Heatmap {
        calculate: bool,
        cell_gap: u8,
        color: HeatmapColor,
        filter_values: HeatmapFilter,
        legend: Shown,
        rows_frame: RowsFrame,
        tooltip: HeatmapTooltip,
        y_axis: YAxis<'p>,
    },
    Piechart {
        display_labels: [&'static str; 1],
        legend: PieLegend,
        pie_type: &'static str,
        reduce_options: Reduce,
        tooltip: Tooltip,
    },
    StateTimeline {
        align_value: &'static str,
        legend: Legend,
        merge_values: bool,
        row_height: f32,
        show_value: &'static str,
        tooltip: Tooltip,
    },
    Text {
        code: Code,
        content: &'p str,
        mode: &'static str,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Legend {
    calcs: Vec<&'static str>,
    display_mode: &'static str,
    placement: &'static str,
    show_legend: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PieLegend {
    display_mode: &'static str,
    placement: &'static str,
    show_legend: bool,
    values: [&'static str; 2],
}

#[derive(Serialize)]
pub(super) struct Tooltip {
    mode: &'static str,
    sort: &'static str,
}

#[derive(Serialize)]
pub(super) struct Reduce {
    calcs: [&'static str; 1],
    fields: &'static str,
    values: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Footer {
    count_rows: bool,
    reducer: [&'static str; 1],
    show: bool,
}

#[derive(Serialize)]
pub(super) struct HeatmapColor {
    exponent: f32,
    fill: &'static str,
    mode: &'static str,
    reverse: bool,
    scale: &'static str,
    scheme: &'static str,
    steps: u8,
}

#[derive(Serialize)]
pub(super) struct HeatmapFilter {
    le: f64,
}

#[derive(Serialize)]
pub(super) struct Shown {
    show: bool,
}

#[derive(Serialize)]
pub(super) struct RowsFrame {
    layout: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HeatmapTooltip {
    mode: &'static str,
    show_color_scale: bool,
    y_histogram: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct YAxis<'p> {
    axis_placement: &'static str,
    reverse: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'p str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Code {
    language: &'static str,
    show_line_numbers: bool,
    show_mini_map: bool,
}

/// One number of each series: the last.
const LAST: Reduce = Reduce { calcs: ["lastNotNull"], fields: "", values: false };

fn list(placement: &'static str, show_legend: bool) -> Legend {
    Legend { calcs: Vec::new(), display_mode: "list", placement, show_legend }
}

/// The options of a panel with so many queries.
pub(super) fn options(view: &View, targets: usize) -> Options<'_> {
    match view {
        View::Timeseries { .. } => {
            Options::Timeseries { legend: list("bottom", true), tooltip: Tooltip { mode: "multi", sort: "desc" } }
        }
        View::Stat { background } => Options::Stat {
            color_mode: if *background { "background" } else { "value" },
            graph_mode: "none",
            justify_mode: "auto",
            orientation: "auto",
            percent_change_color_mode: "standard",
            reduce_options: LAST,
            show_percent_change: false,
            // Numbers of several queries are nothing without their names.
            text_mode: if targets > 1 { "value_and_name" } else { "auto" },
            wide_layout: true,
        },
        View::Gauge => Options::Gauge {
            min_viz_height: 75,
            min_viz_width: 75,
            orientation: "auto",
            reduce_options: LAST,
            show_threshold_labels: false,
            show_threshold_markers: true,
            sizing: "auto",
        },
        View::Bargauge => Options::Bargauge {
            display_mode: "gradient",
            legend: list("bottom", false),
            max_viz_height: 300,
            min_viz_height: 16,
            min_viz_width: 8,
            name_placement: "auto",
            orientation: "horizontal",
            reduce_options: LAST,
            show_unfilled: true,
            sizing: "auto",
            value_mode: "color",
        },
        View::Table => Options::Table {
            cell_height: "sm",
            footer: Footer { count_rows: false, reducer: ["sum"], show: false },
            show_header: true,
        },
        View::Heatmap { unit } => Options::Heatmap {
            // The query returns the buckets, they need not be made from single values.
            calculate: false,
            cell_gap: 1,
            color: HeatmapColor {
                exponent: 0.5,
                fill: "dark-orange",
                mode: "scheme",
                reverse: false,
                scale: "exponential",
                scheme: "Oranges",
                steps: 64,
            },
            filter_values: HeatmapFilter { le: 1e-9 },
            legend: Shown { show: true },
            rows_frame: RowsFrame { layout: "auto" },
            tooltip: HeatmapTooltip { mode: "single", show_color_scale: false, y_histogram: true },
            y_axis: YAxis { axis_placement: "left", reverse: false, unit: unit.as_deref() },
        },
        View::Piechart => Options::Piechart {
            display_labels: ["percent"],
            legend: PieLegend { display_mode: "table", placement: "right", show_legend: true, values: ["value", "percent"] },
            pie_type: "pie",
            reduce_options: LAST,
            tooltip: Tooltip { mode: "single", sort: "none" },
        },
        View::StateTimeline => Options::StateTimeline {
            align_value: "left",
            legend: list("bottom", true),
            merge_values: true,
            row_height: 0.9,
            show_value: "auto",
            tooltip: Tooltip { mode: "single", sort: "none" },
        },
        View::Text { content } => Options::Text {
            code: Code { language: "plaintext", show_line_numbers: false, show_mini_map: false },
            content,
            mode: "markdown",
        },
    }
}

/// Settings of fields that one kind of panel alone knows.
#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(super) enum Custom<'p> {
    Timeseries {
        #[serde(skip_serializing_if = "Option::is_none")]
        axis_label: Option<&'p str>,
        axis_placement: &'static str,
        draw_style: &'static str,
        fill_opacity: u8,
        gradient_mode: &'static str,
        line_interpolation: &'static str,
        line_width: u8,
        point_size: u8,
        show_points: &'static str,
        span_nulls: bool,
        stacking: Stacking,
        thresholds_style: Style,
    },
    StateTimeline {
        fill_opacity: u8,
        line_width: u8,
    },
    Table {
        align: &'static str,
        cell_options: Cell,
        inspect: bool,
    },
}

#[derive(Serialize)]
pub(super) struct Stacking {
    group: &'static str,
    mode: &'static str,
}

#[derive(Serialize)]
pub(super) struct Style {
    mode: &'static str,
}

#[derive(Serialize)]
pub(super) struct Cell {
    #[serde(rename = "type")]
    kind: &'static str,
}

/// The settings of a panel's fields.
pub(super) fn custom<'p>(view: &'p View, field: &Field) -> Option<Custom<'p>> {
    match view {
        View::Timeseries { stack, thresholds, axis_label } => Some(Custom::Timeseries {
            axis_label: axis_label.as_deref(),
            axis_placement: "auto",
            draw_style: "line",
            fill_opacity: if *stack { 40 } else { 10 },
            gradient_mode: "none",
            line_interpolation: "linear",
            line_width: 1,
            point_size: 5,
            show_points: "auto",
            span_nulls: false,
            stacking: Stacking { group: "A", mode: if *stack { "normal" } else { "none" } },
            thresholds_style: Style {
                mode: match thresholds {
                    ThresholdStyle::Off => "off",
                    ThresholdStyle::Lines => "dashed",
                    ThresholdStyle::Areas => "dashed+area",
                },
            },
        }),
        View::StateTimeline => Some(Custom::StateTimeline { fill_opacity: 70, line_width: 0 }),
        View::Table => Some(Custom::Table {
            align: "auto",
            // Beside the lowest step there is something to tell apart.
            cell_options: Cell { kind: if field.thresholds.len() > 1 { "color-text" } else { "auto" } },
            inspect: false,
        }),
        _ => None,
    }
}
