//! A dashboard as JSON.

use serde::Serialize;
use serde_json::Value as Json;

use crate::emit::grafana::panel::{self, GridPos, PanelJson};
use crate::emit::grafana::variable::{self, VariableJson};
use crate::emit::{Artifact, json};
use crate::plan::grafana::{Dashboard, DashboardLink, RowHeader};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DashboardJson<'p> {
    annotations: Annotations,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'p str>,
    editable: bool,
    fiscal_year_start_month: u8,
    graph_tooltip: u8,
    links: Vec<LinkJson<'p>>,
    live_now: bool,
    panels: Vec<ItemJson<'p>>,
    preload: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh: Option<&'p str>,
    schema_version: u32,
    tags: &'p [String],
    templating: Templating<'p>,
    time: Time<'p>,
    timepicker: Empty,
    timezone: &'p str,
    title: &'p str,
    uid: &'p str,
    week_start: &'static str,
}

/// `{}`
#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct Annotations {
    list: [Annotation; 1],
}

/// Grafana's own annotations, which every dashboard has.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Annotation {
    built_in: u8,
    datasource: OwnDatasource,
    enable: bool,
    hide: bool,
    icon_color: &'static str,
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct OwnDatasource {
    #[serde(rename = "type")]
    kind: &'static str,
    uid: &'static str,
}

const OWN_ANNOTATIONS: Annotation = Annotation {
    built_in: 1,
    datasource: OwnDatasource { kind: "grafana", uid: "-- Grafana --" },
    enable: true,
    hide: true,
    icon_color: "rgba(0, 211, 255, 1)",
    name: "Annotations & Alerts",
    kind: "dashboard",
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LinkJson<'p> {
    as_dropdown: bool,
    icon: &'static str,
    include_vars: bool,
    keep_time: bool,
    tags: [&'static str; 0],
    target_blank: bool,
    title: &'p str,
    tooltip: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    url: &'p str,
}

#[derive(Serialize)]
struct Templating<'p> {
    list: Vec<VariableJson<'p>>,
}

#[derive(Serialize)]
struct Time<'p> {
    from: &'p str,
    to: &'static str,
}

/// A panel or the line above a row.
#[derive(Serialize)]
#[serde(untagged)]
enum ItemJson<'p> {
    Row(RowJson<'p>),
    Panel(MaybeMerged<PanelJson<'p>>),
}

/// Something as it is, or with what passes through.
#[derive(Serialize)]
#[serde(untagged)]
enum MaybeMerged<T> {
    Plain(Box<T>),
    Merged(Json),
}

impl<T: Serialize> MaybeMerged<T> {
    fn new(value: T, extra: Option<&Json>) -> Self {
        match (extra, extra.and_then(|_| serde_json::to_value(&value).ok())) {
            (Some(extra), Some(mut json)) => {
                merge(&mut json, extra);
                sort(&mut json);
                Self::Merged(json)
            }
            _ => Self::Plain(Box::new(value)),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RowJson<'p> {
    collapsed: bool,
    grid_pos: GridPos,
    id: u32,
    panels: Vec<MaybeMerged<PanelJson<'p>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat: Option<&'p str>,
    title: &'p str,
    #[serde(rename = "type")]
    kind: &'static str,
}

/// The file of a dashboard.
pub(super) fn emit(plan: &Dashboard) -> Artifact {
    let dashboard = MaybeMerged::new(dashboard(plan), plan.extra.as_ref());
    Artifact::new(format!("grafana/dashboards/{}.json", plan.key), json::to_json(&dashboard), vec![plan.item.clone()])
}

fn dashboard(plan: &Dashboard) -> DashboardJson<'_> {
    DashboardJson {
        annotations: Annotations { list: [OWN_ANNOTATIONS] },
        description: plan.description.as_deref(),
        editable: true,
        fiscal_year_start_month: 0,
        // The crosshair is shared by all panels.
        graph_tooltip: 1,
        links: plan.links.iter().map(link).collect(),
        live_now: false,
        panels: items(plan),
        preload: false,
        refresh: plan.refresh.as_deref(),
        schema_version: plan.schema_version,
        tags: &plan.tags,
        templating: Templating { list: plan.variables.iter().map(variable::json).collect() },
        time: Time { from: &plan.from, to: "now" },
        timepicker: Empty {},
        timezone: &plan.timezone,
        title: &plan.title,
        uid: &plan.uid,
        week_start: "",
    }
}

fn link(plan: &DashboardLink) -> LinkJson<'_> {
    LinkJson {
        as_dropdown: false,
        icon: if plan.is_dashboard { "dashboard" } else { "external link" },
        include_vars: false,
        keep_time: plan.is_dashboard,
        tags: [],
        target_blank: plan.link.new_tab,
        title: &plan.link.title,
        tooltip: "",
        kind: "link",
        url: &plan.link.url,
    }
}

/// Rows and panels as Grafana lists them: the panels of an open row follow it, those of a closed one are in it.
fn items(plan: &Dashboard) -> Vec<ItemJson<'_>> {
    let mut all = Vec::new();
    for row in &plan.rows {
        let mut panels: Vec<_> = row
            .panels
            .iter()
            .map(|panel| MaybeMerged::new(panel::json(panel, &plan.panel_version), panel.extra.as_ref()))
            .collect();
        if let Some(header) = &row.header {
            let inside = if header.collapsed { std::mem::take(&mut panels) } else { Vec::new() };
            all.push(ItemJson::Row(self::row(header, inside)));
        }
        all.extend(panels.into_iter().map(ItemJson::Panel));
    }
    all
}

fn row<'p>(header: &'p RowHeader, panels: Vec<MaybeMerged<PanelJson<'p>>>) -> RowJson<'p> {
    RowJson {
        collapsed: header.collapsed,
        grid_pos: GridPos { h: 1, w: 24, x: 0, y: header.y },
        id: header.id,
        panels,
        repeat: header.repeat.as_deref(),
        title: &header.title,
        kind: "row",
    }
}

/// Lays one value over another: mappings are merged, `null` removes a key, everything else replaces what was there.
fn merge(value: &mut Json, over: &Json) {
    match (value, over) {
        (Json::Object(value), Json::Object(over)) => {
            for (key, over) in over {
                if over.is_null() {
                    value.shift_remove(key);
                } else {
                    merge(value.entry(key.clone()).or_insert_with(|| Json::Object(serde_json::Map::new())), over);
                }
            }
        }
        (value, over) => {
            *value = over.clone();
            strip(value);
        }
    }
}

/// Takes out keys without a value.
fn strip(value: &mut Json) {
    match value {
        Json::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(strip);
        }
        Json::Array(list) => list.iter_mut().for_each(strip),
        _ => {}
    }
}

fn sort(value: &mut Json) {
    match value {
        Json::Object(map) => {
            map.sort_keys();
            map.values_mut().for_each(sort);
        }
        Json::Array(list) => list.iter_mut().for_each(sort),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_passes_through_wins_and_null_removes() {
        let mut value = json!({"b": {"x": 1, "y": [1, 2]}, "a": 1, "c": 2});
        merge(&mut value, &json!({"b": {"y": [3], "z": {"k": null, "l": [{"m": null}]}}, "c": null, "d": null}));
        sort(&mut value);
        assert_eq!(value.to_string(), r#"{"a":1,"b":{"x":1,"y":[3],"z":{"l":[{}]}}}"#);
    }
}
