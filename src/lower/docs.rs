//! From the model to pages for people.
//!
//! A stack may have a hundred thousand alerts and fifty thousand metrics, and a file each would take longer to write than everything else. So:
//!
//! - each thing that is scraped has a page, with a table of the metrics that it declares itself;
//! - what several things expose in common (a metric set, a pack, a metrics library) has one page with a table, so that it is said once;
//! - each alert has a page, its runbook, while there are at most [`ALERT_PAGES`] of them. Beyond that an alert is a line of one of 256 pages; which one
//!   depends on its name alone, so that a link to it stays right when others come and go. Nobody writes runbooks for so many, and
//!   those who do have them at `runbook_base`.
//!
//! Nothing here depends on where the spec lies: the same spec gives the same pages on any machine.

mod alerts;
mod metrics;
mod names;
mod services;
mod uses;
pub mod words;

#[cfg(test)]
mod tests;

use crate::model::Model;
use crate::model::dashboard::Dashboard as ModelDashboard;
use crate::plan::docs::{Alerts, Dashboard, Docs, Link, Record};

/// Up to how many alerts have a page each.
pub const ALERT_PAGES: usize = 1000;

/// All pages.
pub fn lower(model: &Model) -> Docs {
    let places = alerts::Places::new(model);
    let uses = uses::Uses::new(model, &places);
    let described = services::Described::new(model, &places, &uses);
    let alerts = alerts::lower(model, &places, &uses, &described);
    let mut items: Vec<String> = model.jobs.iter().map(|job| job.item.to_string()).collect();
    if let Alerts::Pages(pages) = &alerts {
        items.extend(pages.iter().map(|page| format!("alerts.{}", page.name)));
    }
    items.extend(model.records.iter().map(|record| record.item.to_string()));
    items.extend(model.dashboards.iter().map(|dashboard| dashboard.item.to_string()));
    items.dedup();
    Docs {
        stack: model.settings.name.clone(),
        services: described.services,
        metrics: described.metrics,
        alerts,
        dashboards: model.dashboards.iter().map(|dashboard| self::dashboard(model, dashboard)).collect(),
        records: records(model),
        items,
    }
}

fn dashboard(model: &Model, dashboard: &ModelDashboard) -> Dashboard {
    Dashboard {
        link: dashboard_link(model, dashboard),
        description: dashboard.spec.description.as_ref().map(|text| text.value.clone()),
        panels: dashboard.rows.iter().map(|row| row.panels.len()).sum(),
    }
}

/// A dashboard in Grafana, or its file where Grafana's address is not known.
fn dashboard_link(model: &Model, dashboard: &ModelDashboard) -> Link {
    let grafana = model.spec.stack.as_ref().and_then(|stack| stack.grafana.as_ref());
    let path = match grafana.and_then(|grafana| grafana.root_url.as_ref()) {
        Some(url) => format!("{}/d/{}", url.as_str().trim_end_matches('/'), names::encode(&dashboard.uid)),
        None => format!("../grafana/dashboards/{}.json", names::encode(&dashboard.key)),
    };
    Link { title: dashboard.spec.title.value.clone(), path }
}

fn records(model: &Model) -> Vec<Record> {
    let mut records: Vec<Record> = model
        .records
        .iter()
        .map(|record| {
            let rule = model.spec.recording_rules.get(&record.item.name).and_then(|rule| rule.help.as_ref());
            let query = record.query.as_ref().and_then(|(query, _)| model.spec.queries.get(query)?.help.as_ref());
            Record {
                name: record.name.clone(),
                help: rule.or(query).map(|help| help.value.clone()),
                expr: record.expr.text.clone(),
            }
        })
        .collect();
    records.sort_by(|a, b| a.name.cmp(&b.name));
    records
}
