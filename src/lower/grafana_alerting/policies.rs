//! From routes to notification policies.

use crate::model::Model;
use crate::plan::grafana::alerting::{Alerting, Policy};
use crate::resolve::notify::matcher;
use crate::spec::decode::{Spanned, Text};
use crate::spec::notify::{Notifications, Route};
use crate::spec::quantity::Duration;

/// Adds the policies and the times at which they are quiet.
pub(super) fn lower(model: &Model, notifications: &Notifications, plan: &mut Alerting) {
    let receiver = model.route.as_ref().map(|route| route.receiver.clone());
    plan.policy = match (&notifications.route, receiver) {
        (_, None) => None,
        (Some(route), receiver) => Some(Policy { receiver, ..policy(route) }),
        (None, receiver) => Some(Policy { receiver, ..Policy::default() }),
    };
    plan.mute_timings =
        notifications.mute_timings.iter().map(|(name, entry)| (name.to_owned(), entry.value.json.clone())).collect();
}

fn policy(route: &Route) -> Policy {
    let texts = |texts: &[Text]| texts.iter().map(|text| text.value.clone()).collect::<Vec<_>>();
    let duration = |value: &Option<Spanned<Duration>>| value.as_ref().map(|duration| duration.value.to_string());
    // What does not parse is reported by resolve.
    let matchers = route.matchers.iter().filter_map(|text| matcher(text, &mut Vec::new()));
    Policy {
        receiver: route.receiver.as_ref().map(|receiver| receiver.value.clone()),
        matchers: matchers.map(|matcher| [matcher.label, matcher.op.symbol().to_owned(), matcher.value]).collect(),
        group_by: route.group_by.as_ref().map(|labels| texts(labels)),
        group_wait: duration(&route.group_wait),
        group_interval: duration(&route.group_interval),
        repeat_interval: duration(&route.repeat_interval),
        resume: route.resume,
        mute_timings: texts(&route.mute_time_intervals),
        active_timings: texts(&route.active_time_intervals),
        routes: route.routes.iter().map(policy).collect(),
    }
}
