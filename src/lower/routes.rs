//! From the model to Alertmanager's configuration: routes, inhibitions, receivers.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::lower::receivers;
use crate::model::Model;
use crate::model::rule::AlertRule;
use crate::plan::alertmanager::{Alertmanager, Inhibit, Receiver, Route};
use crate::plan::secret::Secrets;
use crate::promql::catalog::Presence;
use crate::spec::decode::{Spanned, Text};
use crate::spec::notify::Route as Written;
use crate::spec::quantity::Duration;

/// How loud a severity is, for inhibition: a louder level keeps a quieter one of the same alert quiet.
const LOUDNESS: [&str; 3] = ["critical", "warning", "info"];

/// Alertmanager's configuration; `None` when the stack has none.
pub fn lower(model: &Model, diagnostics: &mut Vec<Diagnostic>) -> Option<Alertmanager> {
    let notifications = model.spec.notifications.as_ref().filter(|_| model.settings.alertmanager)?;
    let mut plan = Alertmanager { items: vec!["notifications".to_owned()], ..Alertmanager::default() };
    let mut secrets = Secrets::new();
    plan.global = receivers::global(notifications, &mut secrets);
    plan.route = match &notifications.route {
        Some(written) => route(written),
        None => Route { receiver: model.route.as_ref().map(|route| route.receiver.clone()), ..Route::default() },
    };
    plan.inhibit = notifications.inhibit.iter().map(|inhibit| inhibition(inhibit, diagnostics)).collect();
    plan.inhibit.extend(levels(&model.alerts));
    for (name, entry) in notifications.receivers.iter() {
        let context = receivers::Context { name, version: &model.settings.versions.alertmanager };
        let integrations = receivers::lower(&context, &entry.value, &mut secrets, diagnostics);
        plan.receivers.push(Receiver { name: name.to_owned(), integrations });
    }
    plan.time_intervals =
        notifications.mute_timings.iter().map(|(name, entry)| (name.to_owned(), entry.value.json.clone())).collect();
    plan.template_files = model.templates.iter().map(|file| (file.name.clone(), file.text.as_bytes().to_vec())).collect();
    plan.templates = plan.template_files.keys().map(|name| format!("templates/{name}")).collect();
    plan.secrets = secrets;
    Some(plan)
}

fn route(written: &Written) -> Route {
    let texts = |texts: &[Text]| texts.iter().map(|text| text.value.clone()).collect::<Vec<_>>();
    let duration = |value: &Option<Spanned<Duration>>| value.as_ref().map(|duration| duration.value.to_string());
    Route {
        receiver: written.receiver.as_ref().map(|receiver| receiver.value.clone()),
        group_by: written.group_by.as_ref().map(|labels| texts(labels)),
        group_wait: duration(&written.group_wait),
        group_interval: duration(&written.group_interval),
        repeat_interval: duration(&written.repeat_interval),
        // What does not parse is reported by resolve.
        matchers: written.matchers.iter().filter_map(|text| matcher(text, &mut Vec::new())).collect(),
        resume: written.resume,
        mute_time_intervals: texts(&written.mute_time_intervals),
        active_time_intervals: texts(&written.active_time_intervals),
        routes: written.routes.iter().map(route).collect(),
    }
}

fn matcher(text: &Text, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    crate::resolve::notify::matcher(text, diagnostics).map(|matcher| matcher.to_string())
}

fn inhibition(written: &crate::spec::notify::Inhibit, diagnostics: &mut Vec<Diagnostic>) -> Inhibit {
    let mut matchers = |texts: &[Text]| texts.iter().filter_map(|text| matcher(text, diagnostics)).collect();
    Inhibit {
        source_matchers: matchers(&written.source_matchers),
        target_matchers: matchers(&written.target_matchers),
        equal: written.equal.iter().map(|label| label.value.clone()).collect(),
    }
}

/// Between the levels of one alert: the louder one keeps the quieter one quiet where the labels of the value are equal.
fn levels(alerts: &[AlertRule]) -> Vec<Inhibit> {
    let mut by_name: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<String>)> = BTreeMap::new();
    for alert in alerts.iter().filter(|alert| alert.level.is_some() && !alert.planned) {
        let (severities, labels) = by_name.entry(&alert.name).or_default();
        severities.insert(alert.severity());
        let facts = alert.expr.facts();
        labels.extend(
            facts
                .labels
                .iter()
                .filter(|label| label.presence != Presence::Absent && &*label.name != "__name__")
                .map(|label| label.name.to_string()),
        );
        labels.extend(alert.generated_labels.iter().cloned());
    }
    let mut all = Vec::new();
    for (name, (severities, labels)) in by_name {
        let ordered: Vec<&str> = LOUDNESS.into_iter().filter(|severity| severities.contains(severity)).collect();
        for (index, loud) in ordered.iter().enumerate() {
            for quiet in &ordered[index + 1..] {
                all.push(Inhibit {
                    source_matchers: vec![format!("alertname=\"{name}\""), format!("severity=\"{loud}\"")],
                    target_matchers: vec![format!("alertname=\"{name}\""), format!("severity=\"{quiet}\"")],
                    equal: labels.iter().filter(|label| *label != "severity" && *label != "alertname").cloned().collect(),
                });
            }
        }
    }
    all
}
