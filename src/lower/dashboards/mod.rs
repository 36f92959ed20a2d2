//! From the model to Grafana: dashboards with everything decided, data sources, and the alerts where Grafana evaluates them.

mod layout;
mod links;
mod number;
mod panels;
mod tables;
mod targets;
mod thresholds;
mod units;
mod variables;

use crate::diagnostic::Diagnostic;
use crate::lower::grafana_alerting;
use crate::model::Model;
use crate::model::dashboard::{Dashboard as Written, Panel as WrittenPanel};
use crate::plan::grafana::{Dashboard, Datasource, DatasourceKind, Grafana, Row, RowHeader};
use crate::resolve::dashboards::slug;
use crate::resolve::pack::compare_versions;
use crate::spec::decode::rule;
use crate::spec::quantity::Duration;
use layout::Flow;
use number::Numbers;

/// The uid of the data source that queries go to.
pub(super) const PROMETHEUS_UID: &str = "prometheus";

/// How far back a dashboard looks that does not say.
const DEFAULT_RANGE: &str = "6h";

/// The versions of a dashboard's form, each with the first Grafana that writes it.
const SCHEMA_VERSIONS: &[(&str, u32)] = &[("12.2", 42), ("11.6", 41), ("11.4", 40), ("10.3", 39), ("0", 38)];

/// The longest uid that Grafana stores.
const MAX_UID: usize = 40;

/// What lowering a panel needs.
struct Context<'m> {
    model: &'m Model,
    alerts: thresholds::Alerts<'m>,
    diagnostics: &'m mut Vec<Diagnostic>,
}

/// All of Grafana. Empty where the stack has no Grafana.
pub fn lower(model: &Model) -> (Grafana, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    if !model.settings.grafana {
        return (Grafana::default(), diagnostics);
    }
    let mut plan = Grafana {
        name: model.settings.name.clone(),
        folder: folder(model),
        datasources: datasources(model),
        ..Grafana::default()
    };
    let mut cx = Context { model, alerts: thresholds::Alerts::of(model), diagnostics: &mut diagnostics };
    plan.dashboards = model.dashboards.iter().map(|written| dashboard(&mut cx, written)).collect();
    grafana_alerting::lower(model, &mut plan, &mut diagnostics);
    (plan, diagnostics)
}

/// The folder in which people find the dashboards: the stack's name unless said.
pub(super) fn folder(model: &Model) -> String {
    let written = model.spec.stack.as_ref().and_then(|stack| stack.grafana.as_ref()?.folder.as_ref());
    written.map_or_else(|| model.settings.name.clone(), |folder| folder.value.clone())
}

fn datasources(model: &Model) -> Vec<Datasource> {
    let settings = &model.settings;
    let stack = model.spec.stack.as_ref();
    let port = |server: Option<&crate::spec::stack::Server>, default: u16| {
        server.and_then(|server| server.port.as_ref()).map_or(default, |port| port.value)
    };
    let alertmanager = settings.alertmanager.then(|| Datasource {
        name: "Alertmanager".to_owned(),
        uid: "alertmanager".to_owned(),
        url: format!("http://alertmanager:{}", port(stack.and_then(|stack| stack.alertmanager.as_ref()), 9093)),
        kind: DatasourceKind::Alertmanager,
    });
    let prometheus = Datasource {
        name: "Prometheus".to_owned(),
        uid: PROMETHEUS_UID.to_owned(),
        url: format!("http://prometheus:{}", port(stack.and_then(|stack| stack.prometheus.as_ref()), 9090)),
        kind: DatasourceKind::Prometheus {
            scrape_interval: step(settings.scrape_interval),
            alertmanager: alertmanager.as_ref().map(|source| source.uid.clone()),
        },
    };
    std::iter::once(prometheus).chain(alertmanager).collect()
}

fn dashboard(cx: &mut Context<'_>, written: &Written) -> Dashboard {
    let spec = &written.spec;
    check_uid(written, cx.diagnostics);
    let version = &cx.model.settings.versions.grafana;
    let schema = SCHEMA_VERSIONS.iter().find(|(since, _)| compare_versions(version, since).is_ge());
    let mut numbers = Numbers::default();
    let mut y = 0;
    let mut rows = Vec::with_capacity(written.rows.len());
    for row in &written.rows {
        let needs_header = row.title.is_some() || row.collapsed || row.repeat.is_some();
        let header = needs_header.then(|| {
            let title = row.title.as_ref().map(|title| title.value.clone()).unwrap_or_default();
            RowHeader {
                id: numbers.number(&format!("row/{}", slug(&title))),
                title,
                y,
                collapsed: row.collapsed,
                repeat: row.repeat.as_ref().map(|variable| variable.value.clone()),
            }
        });
        let below = y.saturating_add(u32::from(needs_header));
        let mut flow = Flow::at(below);
        let panels = row
            .panels
            .iter()
            .map(|panel| {
                let (width, height) = size(cx, panel);
                let id = numbers.number(&panel.id);
                panels::lower(cx, panel, id, flow.place(width, height))
            })
            .collect();
        // The panels of a closed row take no room until it is opened.
        y = if row.collapsed { below } else { flow.end() };
        rows.push(Row { header, panels });
    }
    Dashboard {
        key: written.key.clone(),
        item: written.item.to_string(),
        uid: written.uid.clone(),
        title: spec.title.value.clone(),
        description: spec.description.as_ref().map(|text| text.value.trim().to_owned()),
        tags: match &spec.tags {
            Some(tags) => tags.iter().map(|tag| tag.value.clone()).collect(),
            None => vec![cx.model.settings.name.clone()],
        },
        refresh: spec.refresh.as_ref().map(|refresh| step(refresh.value)),
        from: format!("now-{}", spec.range.as_ref().map_or_else(|| DEFAULT_RANGE.to_owned(), |range| step(range.value))),
        timezone: spec.timezone.as_ref().map_or_else(|| "browser".to_owned(), |zone| zone.value.clone()),
        schema_version: schema.map_or(0, |(_, version)| *version),
        panel_version: panel_version(version),
        links: links::of_dashboard(&spec.links, cx.model, cx.diagnostics),
        variables: variables::lower(&written.variables, cx.diagnostics),
        rows,
        extra: spec.grafana.as_ref().map(|raw| raw.json.clone()),
    }
}

/// Grafana takes no dashboard whose uid is too long or holds anything but letters, digits, `-` and `_`.
fn check_uid(written: &Written, diagnostics: &mut Vec<Diagnostic>) {
    let uid = &written.uid;
    let wrong = if uid.is_empty() || uid.len() > MAX_UID {
        format!("the uid `{uid}` has {} characters: Grafana takes 1 to {MAX_UID}", uid.chars().count())
    } else if !uid.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        format!("the uid `{uid}` holds something else than letters, digits, `-` and `_`")
    } else {
        return;
    };
    let span = written.spec.uid.as_ref().map_or(written.item.span, |uid| uid.span);
    diagnostics.push(Diagnostic::error(rule::INVALID_VALUE, span, wrong).help("give the dashboard a short `uid:`"));
}

/// `11.6` as the version of a panel: `11.6.0`.
fn panel_version(version: &str) -> String {
    match version.split('.').count() {
        1 => format!("{version}.0.0"),
        2 => format!("{version}.0"),
        _ => version.to_owned(),
    }
}

/// Width and height of a panel; what cannot be is reported.
fn size(cx: &mut Context<'_>, panel: &WrittenPanel) -> (u16, u16) {
    let (width, height) = layout::default_size(panel.spec.kind.value);
    let mut within = |written: &Option<crate::spec::decode::Spanned<u16>>, default: u16, most: u16, what: &str| {
        let Some(written) = written else { return default };
        if !(1..=most).contains(&written.value) {
            let message = format!("a panel is 1 to {most} {what}, not {}", written.value);
            cx.diagnostics.push(Diagnostic::error(rule::INVALID_VALUE, written.span, message));
        }
        written.value
    };
    let width = within(&panel.spec.width, width, layout::COLUMNS, "columns wide");
    (width, within(&panel.spec.height, height, layout::MAX_HEIGHT, "lines high"))
}

/// A duration as Grafana writes it, with one unit: `90s`, `6h`, `1d`.
pub(super) fn step(duration: Duration) -> String {
    const UNITS: [(&str, i64); 5] = [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)];
    let whole = UNITS.iter().find(|(_, millis)| duration.millis >= *millis && duration.millis % millis == 0);
    match whole {
        Some((unit, millis)) => format!("{}{unit}", duration.millis / millis),
        None => format!("{}ms", duration.millis),
    }
}

#[cfg(test)]
mod tests;
