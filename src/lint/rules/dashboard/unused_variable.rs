//! `dashboard/unused-variable`

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Dashboard;
use crate::lint::{expressions, grafana};

/// The rule.
pub const RULE: Rule = rule!(
    "dashboard/unused-variable",
    Warning,
    "A dashboard offers a choice that changes nothing",
    "unused_variable.md",
    Check::Dashboard(check)
);

fn check(cx: &Context<'_>, dashboard: &Dashboard<'_>, findings: &mut Findings) {
    if !cx.whole {
        return;
    }
    let mut used: BTreeSet<String> = BTreeSet::new();
    for expression in dashboard.uses() {
        used.extend(expressions::variables(&expression.expr.ast).into_iter().map(|variable| variable.name.clone()));
    }
    let texts = dashboard.texts.iter().chain(dashboard.panels().flat_map(|panel| &panel.texts));
    let texts = texts.chain(dashboard.variables.iter().flat_map(|variable| &variable.texts));
    let titles = dashboard.rows.iter().filter_map(|row| row.title);
    for text in texts.copied().chain(titles) {
        used.extend(grafana::mentions(text.as_str()).into_iter().map(|mention| mention.name.to_owned()));
    }
    for row in &dashboard.rows {
        let repeats = row.repeat.into_iter().chain(row.panels.iter().filter_map(|panel| panel.repeat));
        used.extend(repeats.map(|repeat| repeat.as_str().trim_start_matches('$').to_owned()));
    }
    for (json, _) in dashboard.raw.iter().chain(dashboard.panels().flat_map(|panel| &panel.raw)) {
        collect(json, &mut used);
    }
    for variable in dashboard.variables.iter().filter(|variable| !used.contains(variable.name.as_str())) {
        if works_by_itself(variable.name.as_str()) {
            continue;
        }
        let message = format!("nothing in the dashboard uses `${}`", variable.name.value);
        let help = "use it in a query, such as `where: {job: $job}`, or take it out";
        findings.push_about(variable.span, RULE.at(variable.name.span, message).help(help));
    }
}

/// Variables in the texts of what passes through.
fn collect(json: &Json, used: &mut BTreeSet<String>) {
    match json {
        Json::String(text) => used.extend(grafana::mentions(text).into_iter().map(|mention| mention.name.to_owned())),
        Json::Array(items) => items.iter().for_each(|item| collect(item, used)),
        Json::Object(fields) => fields.values().for_each(|field| collect(field, used)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// Whether a variable has an effect though nothing names it, or is harmless: filters apply to all queries, and a choice of data sources stands
/// in many dashboards for panels that were taken out.
fn works_by_itself(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("datasource") || name.starts_with("ds_") || matches!(name.as_str(), "adhoc" | "filter" | "filters" | "ds")
}
