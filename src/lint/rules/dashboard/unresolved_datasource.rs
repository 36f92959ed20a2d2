//! `dashboard/unresolved-datasource`

use serde_json::Value as Json;

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::grafana;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Dashboard;
use crate::source::Span;

/// The rule.
pub const RULE: Rule = rule!(
    "dashboard/unresolved-datasource",
    Error,
    "A dashboard names a data source by a variable that it does not have",
    "unresolved_datasource.md",
    Check::Dashboard(check)
);

fn check(_: &Context<'_>, dashboard: &Dashboard<'_>, findings: &mut Findings) {
    let is_known = |name: &str| {
        // The generated dashboards have a variable of their own for the data source.
        name == "datasource" || grafana::is_builtin(name) || dashboard.variables.iter().any(|known| known.name.as_str() == name)
    };
    let mut look = |json: &Json, span: Span| {
        for text in named(json) {
            for mention in grafana::mentions(text).into_iter().filter(|mention| !is_known(mention.name)) {
                let message = format!("the data source `{text}` is never resolved: nothing gives `{}` a value", mention.name);
                let help = "leave the data source out, or name it by its uid";
                findings.push(RULE.at(span, message).help(help));
            }
        }
    };
    for (json, span) in dashboard.raw.iter().chain(dashboard.panels().flat_map(|panel| &panel.raw)) {
        look(json, *span);
    }
}

/// All data sources that a part of a dashboard names: plain, or by their `uid`.
fn named(json: &Json) -> Vec<&str> {
    match json {
        Json::Object(fields) => {
            let own = fields.get("datasource").and_then(|source| match source {
                Json::String(name) => Some(name.as_str()),
                other => other.get("uid").and_then(Json::as_str),
            });
            own.into_iter().chain(fields.values().flat_map(named)).collect()
        }
        Json::Array(items) => items.iter().flat_map(named).collect(),
        _ => Vec::new(),
    }
}
