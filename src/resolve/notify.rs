//! Routes with what they inherit, and receivers that exist.

use crate::diagnostic::Diagnostic;
use crate::load::suggest;
use crate::model::delivery::Route;
use crate::model::matcher::AlertMatcher;
use crate::resolve::pack::UNKNOWN_NAME;
use crate::spec::decode::Text;
use crate::spec::notify::{Notifications, Route as Written};

/// The root route; `None` when nobody is told of anything.
pub fn resolve(notifications: &Notifications, diagnostics: &mut Vec<Diagnostic>) -> Option<Route> {
    let Some(written) = &notifications.route else {
        // With one receiver there is nothing to choose.
        let mut receivers = notifications.receivers.iter();
        if let (Some((name, entry)), None) = (receivers.next(), receivers.next()) {
            return Some(Route {
                id: "route".to_owned(),
                receiver: name.to_owned(),
                matchers: Vec::new(),
                resume: false,
                routes: Vec::new(),
                span: entry.key,
            });
        }
        diagnostics.push(
            Diagnostic::error(
                "service/no-delivery-path",
                notifications.span,
                "the notifications have no `route`: nobody is told of anything",
            )
            .help("add `route: {receiver: NAME}`"),
        );
        return None;
    };
    let Some(receiver) = &written.receiver else {
        diagnostics.push(
            Diagnostic::error("spec/missing-field", written.span, "the first route has no `receiver`")
                .help("name who is told of what no other route takes"),
        );
        return None;
    };
    for matcher in &written.matchers {
        diagnostics.push(
            Diagnostic::error("spec/invalid-value", matcher.span, "the first route takes every alert, it has no matchers")
                .help("move the matchers to a route under `routes`"),
        );
    }
    Some(route(written, "route".to_owned(), receiver, notifications, diagnostics))
}

fn route(
    written: &Written,
    place: String,
    above: &Text,
    notifications: &Notifications,
    diagnostics: &mut Vec<Diagnostic>,
) -> Route {
    let receiver = written.receiver.as_ref().unwrap_or(above);
    if written.receiver.is_some() && !notifications.receivers.knows(receiver.as_str()) {
        let near = suggest::nearest(receiver.as_str(), notifications.receivers.names());
        let help = suggest::did_you_mean(&near).unwrap_or_else(|| "declare it under `receivers:`".to_owned());
        let message = format!("there is no receiver `{}`", receiver.value);
        diagnostics.push(Diagnostic::error(UNKNOWN_NAME, receiver.span, message).help(help));
    }
    for name in written.mute_time_intervals.iter().chain(&written.active_time_intervals) {
        if !notifications.mute_timings.knows(name.as_str()) {
            let near = suggest::nearest(name.as_str(), notifications.mute_timings.names());
            let help = suggest::did_you_mean(&near).unwrap_or_else(|| "declare it under `mute_timings:`".to_owned());
            diagnostics
                .push(Diagnostic::error(UNKNOWN_NAME, name.span, format!("there is no mute timing `{}`", name.value)).help(help));
        }
    }
    let routes = written.routes.iter().enumerate();
    Route {
        id: written.id.as_ref().map_or_else(|| place.clone(), |id| id.value.clone()),
        receiver: receiver.value.clone(),
        matchers: written.matchers.iter().filter_map(|text| matcher(text, diagnostics)).collect(),
        resume: written.resume,
        routes: routes
            .map(|(index, below)| route(below, format!("{place}.routes[{index}]"), receiver, notifications, diagnostics))
            .collect(),
        span: written.id.as_ref().map_or(written.span, |id| id.span),
    }
}

/// Reads a matcher; reports one that cannot be read.
pub fn matcher(text: &Text, diagnostics: &mut Vec<Diagnostic>) -> Option<AlertMatcher> {
    match AlertMatcher::parse(text.as_str()) {
        Ok(matcher) => Some(matcher),
        Err(message) => {
            let help = "write a label, =, !=, =~ or !~, and a value in double quotes: severity=\"critical\"";
            diagnostics.push(Diagnostic::error("spec/invalid-value", text.span, message).help(help));
            None
        }
    }
}
