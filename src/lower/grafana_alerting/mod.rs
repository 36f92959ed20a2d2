//! Alerts that Grafana evaluates itself: rules, contact points, notification policies.

mod contact_points;
mod policies;
mod rules;
mod templates;

use crate::diagnostic::{Diagnostic, RuleId};
use crate::model::Model;
use crate::plan::grafana::Grafana;
use crate::plan::grafana::alerting::Alerting;
use crate::plan::secret::Secrets;

/// What the server that runs cannot do.
const UNSUPPORTED: RuleId = "service/unsupported-by-server";

/// Adds rules and whom they reach to the plan, where Grafana evaluates the alerts.
pub fn lower(model: &Model, plan: &mut Grafana, diagnostics: &mut Vec<Diagnostic>) {
    if !model.settings.grafana_alerting {
        return;
    }
    let mut alerting = Alerting::default();
    rules::lower(model, &mut alerting, diagnostics);
    if let Some(notifications) = &model.spec.notifications {
        let mut secrets = Secrets::new();
        contact_points::lower(notifications, &mut alerting, &mut secrets, diagnostics);
        contact_points::mail(notifications, plan, &mut secrets);
        plan.secrets.extend(secrets);
        policies::lower(model, notifications, &mut alerting);
    }
    alerting.templates =
        model.templates.iter().map(|file| (template_name(&file.name).to_owned(), file.text.to_string())).collect();
    plan.alerting = Some(alerting);
}

/// What Grafana calls the templates of a file.
fn template_name(file: &str) -> &str {
    file.strip_suffix(".tmpl").unwrap_or(file)
}

#[cfg(test)]
mod tests;
