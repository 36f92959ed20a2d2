//! The choices at the top of a dashboard as JSON.

use serde::Serialize;

use crate::emit::grafana::panel::{CHOSEN, Datasource};
use crate::plan::grafana::{Current, Variable, VariableKind};

/// What stands for all values.
const ALL: &str = "$__all";

/// The query editor's form of `label_values(...)`.
const LABEL_VALUES: u8 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VariableJson<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    all_value: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto: Option<bool>,
    current: CurrentJson<'p>,
    #[serde(skip_serializing_if = "Option::is_none")]
    datasource: Option<Datasource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<String>,
    hide: u8,
    include_all: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'p str>,
    multi: bool,
    name: &'p str,
    options: Vec<Choice<'p>>,
    query: Query,
    refresh: u8,
    regex: &'p str,
    skip_url_sync: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort: Option<u8>,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum CurrentJson<'p> {
    None {},
    One { text: &'p str, value: &'p str },
    Several { text: [&'p str; 1], value: [&'p str; 1] },
}

#[derive(Serialize)]
struct Choice<'p> {
    selected: bool,
    text: &'p str,
    value: &'p str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Query {
    Text(String),
    #[serde(rename_all = "camelCase")]
    LabelValues {
        qry_type: u8,
        query: String,
        ref_id: &'static str,
    },
}

pub(super) fn json(plan: &Variable) -> VariableJson<'_> {
    let fixed: &[String] = match &plan.kind {
        VariableKind::Values(values) | VariableKind::Interval(values) => values,
        _ => &[],
    };
    let chosen = match (&plan.current, fixed.first(), &plan.kind) {
        (Current::All, ..) => Some(("All", ALL)),
        (Current::Value(value), ..) => Some((value.as_str(), value.as_str())),
        (Current::First, Some(first), _) => Some((first.as_str(), first.as_str())),
        // The server's default data source.
        (Current::First, None, VariableKind::Datasource) => Some(("default", "default")),
        (Current::First, None, _) => None,
    };
    let current = match chosen {
        None => CurrentJson::None {},
        Some((text, value)) if plan.multi => CurrentJson::Several { text: [text], value: [value] },
        Some((text, value)) => CurrentJson::One { text, value },
    };
    let label_values = match &plan.kind {
        VariableKind::LabelValues { selector, label, .. } => Some(format!("label_values({selector}, {label})")),
        _ => None,
    };
    let all = (plan.include_all && !fixed.is_empty()).then_some(("All", ALL));
    let choices = all.into_iter().chain(fixed.iter().map(|value| (value.as_str(), value.as_str())));
    VariableJson {
        all_value: plan.all_value.as_deref(),
        auto: matches!(plan.kind, VariableKind::Interval(_)).then_some(false),
        current,
        datasource: label_values.is_some().then_some(CHOSEN),
        definition: label_values.clone(),
        hide: if plan.hidden { 2 } else { 0 },
        include_all: plan.include_all,
        label: plan.label.as_deref(),
        multi: plan.multi,
        name: &plan.name,
        options: choices
            .map(|(text, value)| Choice { selected: chosen.is_some_and(|(_, chosen)| chosen == value), text, value })
            .collect(),
        query: match (&plan.kind, label_values) {
            (_, Some(query)) => {
                Query::LabelValues { qry_type: LABEL_VALUES, query, ref_id: "PrometheusVariableQueryEditor-VariableQuery" }
            }
            (VariableKind::Datasource, None) => Query::Text("prometheus".to_owned()),
            (_, None) => Query::Text(fixed.iter().map(|value| value.replace(',', "\\,")).collect::<Vec<_>>().join(",")),
        },
        // Values of labels come and go with the time that is shown.
        refresh: match plan.kind {
            VariableKind::LabelValues { .. } | VariableKind::Interval(_) => 2,
            VariableKind::Datasource => 1,
            VariableKind::Values(_) => 0,
        },
        regex: match &plan.kind {
            VariableKind::LabelValues { regex, .. } => regex.as_deref().unwrap_or_default(),
            _ => "",
        },
        skip_url_sync: false,
        sort: matches!(plan.kind, VariableKind::LabelValues { .. }).then_some(1),
        kind: match plan.kind {
            VariableKind::Datasource => "datasource",
            VariableKind::LabelValues { .. } => "query",
            VariableKind::Values(_) => "custom",
            VariableKind::Interval(_) => "interval",
        },
    }
}
