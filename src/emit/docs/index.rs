//! The page that leads to all others.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::plan::docs::{AlertPage, Alerts, Dashboard, Docs, Link, MetricPage, ServicePage};

/// What the page shows.
#[derive(Serialize)]
pub(super) struct Index<'p> {
    stack: &'p str,
    services: Vec<Service<'p>>,
    alerts: Vec<Alert<'p>>,
    shelves: Vec<Link>,
    alert_count: usize,
    shelf_count: usize,
    dashboards: &'p [Dashboard],
    metrics: Vec<Metrics<'p>>,
    records: usize,
}

#[derive(Serialize)]
struct Service<'p> {
    title: &'p str,
    path: &'p str,
    noun: &'p str,
    planned: bool,
    help: Option<&'p str>,
}

#[derive(Serialize)]
struct Alert<'p> {
    title: &'p str,
    path: &'p str,
    severities: String,
    planned: bool,
    summary: Option<&'p str>,
}

#[derive(Serialize)]
struct Metrics<'p> {
    title: &'p str,
    path: &'p str,
    noun: &'p str,
    help: Option<&'p str>,
    count: usize,
}

pub(super) fn of(plan: &Docs) -> Index<'_> {
    let (alerts, shelves, alert_count) = match &plan.alerts {
        Alerts::Pages(pages) => (pages.iter().map(alert).collect(), Vec::new(), pages.len()),
        Alerts::Shelves(shelves) => {
            let links = shelves.iter().map(|shelf| Link { title: shelf.name.clone(), path: shelf.path.clone() });
            (Vec::new(), links.collect(), shelves.iter().map(|shelf| shelf.alerts.len()).sum())
        }
    };
    Index {
        stack: &plan.stack,
        services: plan.services.iter().map(service).collect(),
        alerts,
        shelf_count: shelves.len(),
        shelves,
        alert_count,
        dashboards: &plan.dashboards,
        metrics: plan.metrics.iter().map(metrics).collect(),
        records: plan.records.len(),
    }
}

fn service(page: &ServicePage) -> Service<'_> {
    Service { title: &page.name, path: &page.path, noun: &page.noun, planned: page.planned, help: page.help.as_deref() }
}

fn alert(page: &AlertPage) -> Alert<'_> {
    let severities: BTreeSet<&str> = page.rules.iter().map(|rule| rule.severity.as_str()).collect();
    Alert {
        title: &page.name,
        path: &page.path,
        severities: severities.into_iter().collect::<Vec<_>>().join(", "),
        planned: page.planned,
        summary: page.summary.as_deref(),
    }
}

fn metrics(page: &MetricPage) -> Metrics<'_> {
    Metrics { title: &page.name, path: &page.path, noun: &page.noun, help: page.help.as_deref(), count: page.metrics.len() }
}
