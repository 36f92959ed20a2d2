//! A panel as JSON.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::emit::grafana::Number;
use crate::emit::grafana::view::{self, Custom, Options};
use crate::plan::grafana::panel::{
    Field, Format, Link, Mapped, Mapping, Overridden, Override, Panel, Step, Target, Transformation, View,
};

/// The data source that people choose at the top.
#[derive(Serialize, Clone, Copy)]
pub(super) struct Datasource {
    #[serde(rename = "type")]
    kind: &'static str,
    uid: &'static str,
}

/// The data source of every query of a dashboard.
pub(super) const CHOSEN: Datasource = Datasource { kind: "prometheus", uid: "${datasource}" };

#[derive(Serialize)]
pub(super) struct GridPos {
    pub(super) h: u32,
    pub(super) w: u32,
    pub(super) x: u32,
    pub(super) y: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PanelJson<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    datasource: Option<Datasource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'p str>,
    field_config: FieldConfig<'p>,
    grid_pos: GridPos,
    id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<&'p str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<LinkJson<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_per_row: Option<u8>,
    options: Options<'p>,
    plugin_version: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat_direction: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    targets: Option<Vec<TargetJson<'p>>>,
    title: &'p str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    transformations: Vec<TransformationJson<'p>>,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct FieldConfig<'p> {
    defaults: Defaults<'p>,
    overrides: Vec<OverrideJson<'p>>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Defaults<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<Mode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom: Option<Custom<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decimals: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mappings: Vec<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    no_value: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thresholds: Option<Thresholds<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'p str>,
}

#[derive(Serialize)]
struct Mode {
    mode: &'static str,
}

#[derive(Serialize)]
struct Thresholds<'p> {
    mode: &'static str,
    steps: Vec<StepJson<'p>>,
}

#[derive(Serialize)]
struct StepJson<'p> {
    color: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Number>,
}

#[derive(Serialize)]
struct OverrideJson<'p> {
    matcher: Matcher<'p>,
    properties: Vec<Property<'p>>,
}

#[derive(Serialize)]
struct Matcher<'p> {
    id: &'static str,
    options: &'p str,
}

#[derive(Serialize)]
struct Property<'p> {
    id: &'static str,
    value: &'p str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LinkJson<'p> {
    target_blank: bool,
    title: &'p str,
    url: &'p str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TargetJson<'p> {
    datasource: Datasource,
    editor_mode: &'static str,
    expr: &'p str,
    format: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    hide: bool,
    instant: bool,
    legend_format: &'p str,
    range: bool,
    ref_id: &'p str,
}

#[derive(Serialize)]
struct TransformationJson<'p> {
    id: &'static str,
    options: TransformationOptions<'p>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum TransformationOptions<'p> {
    Merge {},
    #[serde(rename_all = "camelCase")]
    Join {
        by_field: &'p str,
        mode: &'static str,
    },
    Keep {
        include: Names<'p>,
    },
    #[serde(rename_all = "camelCase")]
    Organize {
        exclude_by_name: BTreeMap<&'p str, bool>,
        index_by_name: BTreeMap<&'p str, usize>,
        rename_by_name: BTreeMap<&'p str, &'p str>,
    },
}

#[derive(Serialize)]
struct Names<'p> {
    names: &'p [String],
}

/// How many repeated panels stand beside each other.
const PER_ROW: u8 = 4;

pub(super) fn json<'p>(plan: &'p Panel, version: &'p str) -> PanelJson<'p> {
    let is_text = matches!(plan.view, View::Text { .. });
    let repeats = plan.repeat.is_some();
    PanelJson {
        datasource: (!is_text).then_some(CHOSEN),
        description: plan.description.as_deref(),
        field_config: FieldConfig {
            defaults: if is_text { Defaults::default() } else { defaults(&plan.field, &plan.view) },
            overrides: plan.overrides.iter().map(override_).collect(),
        },
        grid_pos: GridPos { h: plan.place.h, w: plan.place.w, x: plan.place.x, y: plan.place.y },
        id: plan.id,
        interval: plan.min_step.as_deref(),
        links: plan.links.iter().map(link).collect(),
        max_per_row: repeats.then_some(PER_ROW),
        options: view::options(&plan.view, plan.targets.len()),
        plugin_version: version,
        repeat: plan.repeat.as_deref(),
        repeat_direction: repeats.then_some("h"),
        targets: (!is_text).then(|| plan.targets.iter().map(target).collect()),
        title: &plan.title,
        transformations: plan.transformations.iter().map(transformation).collect(),
        kind: view::name(&plan.view),
    }
}

fn link(plan: &Link) -> LinkJson<'_> {
    LinkJson { target_blank: plan.new_tab, title: &plan.title, url: &plan.url }
}

fn target(plan: &Target) -> TargetJson<'_> {
    TargetJson {
        datasource: CHOSEN,
        editor_mode: "code",
        expr: &plan.expr,
        format: match plan.format {
            Format::TimeSeries => "time_series",
            Format::Table => "table",
            Format::Heatmap => "heatmap",
        },
        hide: plan.hidden,
        instant: plan.instant,
        legend_format: &plan.legend,
        range: !plan.instant,
        ref_id: &plan.ref_id,
    }
}

fn defaults<'p>(field: &'p Field, view: &'p View) -> Defaults<'p> {
    Defaults {
        color: Some(Mode { mode: if field.color_by_value { "thresholds" } else { "palette-classic" } }),
        custom: view::custom(view, field),
        decimals: field.decimals,
        mappings: mappings(&field.mappings),
        max: finite(field.max),
        min: finite(field.min),
        no_value: field.no_value.as_deref(),
        thresholds: Some(Thresholds { mode: "absolute", steps: field.thresholds.iter().map(step).collect() }),
        unit: field.unit.as_deref(),
    }
}

/// JSON has no infinity; an axis without an end says nothing.
fn finite(number: Option<f64>) -> Option<Number> {
    number.filter(|number| number.is_finite()).map(Number)
}

fn step(plan: &Step) -> StepJson<'_> {
    StepJson { color: &plan.color, value: plan.from.map(Number) }
}

/// Words for single values stand together; ranges and special values have an entry each.
fn mappings(plan: &[Mapping]) -> Vec<Json> {
    let mut values: BTreeMap<&str, Json> = BTreeMap::new();
    let mut others = Vec::new();
    for (index, mapping) in plan.iter().enumerate() {
        let result = match &mapping.color {
            Some(color) => json!({"color": color, "index": index, "text": mapping.text}),
            None => json!({"index": index, "text": mapping.text}),
        };
        match &mapping.of {
            Mapped::Value(value) => {
                values.insert(value, result);
            }
            Mapped::Special(value) => others.push(json!({"options": {"match": value, "result": result}, "type": "special"})),
            Mapped::Range { from, to } => {
                let mut options = serde_json::Map::new();
                options.extend(from.map(|end| ("from".to_owned(), json!(Number(end)))));
                options.insert("result".to_owned(), result);
                options.extend(to.map(|end| ("to".to_owned(), json!(Number(end)))));
                others.push(json!({"options": options, "type": "range"}));
            }
        }
    }
    let values = (!values.is_empty()).then(|| json!({"options": values, "type": "value"}));
    values.into_iter().chain(others).collect()
}

fn override_(plan: &Override) -> OverrideJson<'_> {
    let mut properties = Vec::new();
    if plan.right_axis {
        properties.push(Property { id: "custom.axisPlacement", value: "right" });
    }
    properties.extend(plan.unit.as_deref().map(|unit| Property { id: "unit", value: unit }));
    let matcher = match &plan.of {
        Overridden::Target(letter) => Matcher { id: "byFrameRefID", options: letter },
        Overridden::Column(name) => Matcher { id: "byName", options: name },
    };
    OverrideJson { matcher, properties }
}

fn transformation(plan: &Transformation) -> TransformationJson<'_> {
    match plan {
        Transformation::Merge => TransformationJson { id: "merge", options: TransformationOptions::Merge {} },
        Transformation::Join(label) => {
            TransformationJson { id: "joinByField", options: TransformationOptions::Join { by_field: label, mode: "outer" } }
        }
        Transformation::Keep(names) => {
            TransformationJson { id: "filterFieldsByName", options: TransformationOptions::Keep { include: Names { names } } }
        }
        Transformation::Organize { hide, order, rename } => TransformationJson {
            id: "organize",
            options: TransformationOptions::Organize {
                exclude_by_name: hide.iter().map(|name| (name.as_str(), true)).collect(),
                index_by_name: order.iter().enumerate().map(|(index, name)| (name.as_str(), index)).collect(),
                rename_by_name: rename.iter().map(|(name, title)| (name.as_str(), title.as_str())).collect(),
            },
        },
    }
}
