//! Grafana: its data sources and dashboards are those of the spec.

use serde_json::Value as Json;

use crate::diagnostic::{RuleId, Severity};
use crate::plan::grafana::{Dashboard, Datasource, DatasourceKind};
use crate::server::grafana::Grafana;
use crate::server::{ServerError, printable};
use crate::source::Span;
use crate::verify::json::{self, Difference, Rules};
use crate::verify::{Stack, Verified, counted};

/// A data source that Grafana does not have.
pub(super) const MISSING_DATASOURCE: RuleId = "verify/missing-datasource";
/// A data source that leads elsewhere.
pub(super) const DATASOURCE_DIFFERS: RuleId = "verify/datasource-differs";
/// A dashboard that Grafana does not have.
pub const MISSING_DASHBOARD: RuleId = "verify/missing-dashboard";
/// A dashboard that Grafana holds in another form.
pub const DASHBOARD_DIFFERS: RuleId = "verify/dashboard-differs";

/// Differences of one dashboard that are named.
const MOST: usize = 5;

pub(super) fn verify(stack: Stack<'_>, server: &Grafana<'_>, found: &mut Verified) -> Result<(), ServerError> {
    let running = server.version()?;
    super::other_version(stack, &server.0, &running, &stack.model.settings.versions.grafana, found);
    for datasource in &stack.plan.grafana.datasources {
        self::datasource(stack, server, datasource, found)?;
    }
    let dashboards = &stack.plan.grafana.dashboards;
    let mut same = 0;
    for dashboard in dashboards {
        let span = place(stack, dashboard);
        match compare(stack, server, dashboard)? {
            State::Same => same += 1,
            State::Missing => {
                let message = format!("Grafana does not have the dashboard `{}` (uid `{}`)", dashboard.key, dashboard.uid);
                found.add(MISSING_DASHBOARD, Severity::Error, span, message).help =
                    Some("provision it, or push it with `optiinfra-gen apply --grafana URL --yes`".to_owned());
            }
            State::Different { differences, provisioned } => {
                let list: Vec<String> = differences.iter().take(MOST).map(Difference::to_string).collect();
                let more = if differences.len() > MOST { "; and more" } else { "" };
                let message = format!("the dashboard `{}` differs in Grafana: {}{more}", dashboard.key, list.join("; "));
                let cure = if provisioned {
                    "give Grafana the generated files"
                } else {
                    "take what was changed by hand into the spec, or push the spec's with `optiinfra-gen apply --grafana URL --yes`"
                };
                found.add(DASHBOARD_DIFFERS, Severity::Error, span, message).help = Some(cure.to_owned());
            }
        }
    }
    let version = if running.is_empty() { "its version is hidden".to_owned() } else { printable(&running) };
    let total = counted(dashboards.len(), "dashboard");
    found.facts.push(format!("{} ({version}): {same} of {total} as in the spec", server.0));
    Ok(())
}

fn place(stack: Stack<'_>, dashboard: &Dashboard) -> Option<Span> {
    let written = stack.model.dashboards.iter().find(|written| written.key == dashboard.key);
    written.map(|written| written.item.span).or_else(|| stack.span())
}

fn datasource(stack: Stack<'_>, server: &Grafana<'_>, wanted: &Datasource, found: &mut Verified) -> Result<(), ServerError> {
    let Some(there) = server.datasource(&wanted.uid)? else {
        let message = format!("Grafana does not have the data source `{}` (uid `{}`)", wanted.name, wanted.uid);
        found.add(MISSING_DATASOURCE, Severity::Error, stack.span(), message);
        return Ok(());
    };
    let kind = match wanted.kind {
        DatasourceKind::Prometheus { .. } => "prometheus",
        DatasourceKind::Alertmanager => "alertmanager",
    };
    for (what, wanted_value, value) in [("type", kind, there.kind.as_str()), ("address", wanted.url.as_str(), there.url.as_str())]
    {
        if wanted_value.trim_end_matches('/') != value.trim_end_matches('/') {
            let message = format!(
                "the {what} of the data source `{}` in Grafana is `{}` instead of `{wanted_value}`",
                wanted.uid,
                printable(value.rsplit('@').next().unwrap_or_default())
            );
            found.add(DATASOURCE_DIFFERS, Severity::Error, stack.span(), message);
        }
    }
    Ok(())
}

/// A dashboard of the spec in Grafana.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// As in the spec.
    Same,
    /// Not there.
    Missing,
    /// In another form.
    Different {
        /// Where.
        differences: Vec<Difference>,
        /// Whether it comes from files, which the API cannot change.
        provisioned: bool,
    },
}

/// The generated JSON of a dashboard.
pub fn generated(stack: Stack<'_>, dashboard: &Dashboard) -> Option<Json> {
    let artifact = stack.artifacts.get(&format!("grafana/dashboards/{}.json", dashboard.key))?;
    serde_json::from_slice(&artifact.bytes).ok()
}

/// Compares a dashboard with what Grafana holds under its uid.
///
/// # Errors
///
/// When Grafana does not answer.
pub fn compare(stack: Stack<'_>, server: &Grafana<'_>, dashboard: &Dashboard) -> Result<State, ServerError> {
    let Some(stored) = server.dashboard(&dashboard.uid)? else { return Ok(State::Missing) };
    let wanted = generated(stack, dashboard).unwrap_or(Json::Null);
    let differences = json::differences(&wanted, &stored.dashboard, &OfGrafana, MOST + 1);
    let provisioned = stored.meta.provisioned;
    Ok(if differences.is_empty() { State::Same } else { State::Different { differences, provisioned } })
}

/// What Grafana adds to a dashboard when it stores it.
struct OfGrafana;

impl Rules for OfGrafana {
    fn ignores_extra(&self, path: &str, key: &str, _: &Json) -> bool {
        path.is_empty() && matches!(key, "id" | "version" | "iteration" | "gnetId") || key == "pluginVersion"
    }

    fn means_the_same(&self, path: &str, _: &Json, _: &Json) -> bool {
        matches!(path, "id" | "version" | "iteration")
    }

    fn key_of(&self, _: &str) -> Option<&'static str> {
        None
    }
}
