//! Who is told: receivers, routes, inhibitions, times at which routes are quiet.

use std::collections::{BTreeMap, BTreeSet};

use super::Side;
use super::change::{Change, Detail, Place, Subject, Verb};
use crate::explain::ways;
use crate::lower;
use crate::plan::alertmanager::Alertmanager;
use crate::source::Span;
use crate::spec::decode::{Spanned, Text};
use crate::spec::notify::{Notifications, Receiver, Route};
use crate::spec::quantity::Duration;

pub(super) fn compare(old: &Side<'_>, new: &Side<'_>, changes: &mut Vec<Change>) {
    let [was, is] = [old, new].map(|side| side.model.spec.notifications.as_ref());
    let [plan, new_plan] = [old, new].map(|side| lower::routes::lower(side.model, &mut Vec::new()));
    receivers(old, new, [was, is], [plan.as_ref(), new_plan.as_ref()], changes);
    let routes = |side: &Side<'_>, notifications: Option<&Notifications>| {
        let mut found = Vec::new();
        if let Some(route) = notifications.and_then(|notifications| notifications.route.as_ref()) {
            flatten(side, route, "", &mut found);
        }
        found
    };
    let (before, after) = (routes(old, was), routes(new, is));
    listed(Subject::Route, &before, &after, changes);
    let shown = |found: &[(String, Place)]| found.iter().map(|(text, _)| text.clone()).collect::<Vec<_>>();
    let (texts, new_texts) = (shown(&before), shown(&after));
    let sorted = |texts: &[String]| {
        let mut texts = texts.to_vec();
        texts.sort();
        texts
    };
    if texts != new_texts && sorted(&texts) == sorted(&new_texts) {
        let place = after.first().map(|(_, place)| place.clone());
        let details = vec![Detail::new("order", None, Some("the first route that matches takes an alert".to_owned()))];
        changes.push(Change::new(Subject::Route, "routes", Verb::Changed, place).with(details));
    }
    let inhibitions = |side: &Side<'_>, notifications: Option<&Notifications>| -> Vec<(String, Place)> {
        let all = notifications.into_iter().flat_map(|notifications| &notifications.inhibit);
        all.map(|inhibit| {
            let mut equal: Vec<&str> = inhibit.equal.iter().map(Text::as_str).collect();
            equal.sort_unstable();
            let equal = if equal.is_empty() { String::new() } else { format!(" with the same {}", equal.join(", ")) };
            let text =
                format!("{} keeps {} quiet{equal}", matchers(&inhibit.source_matchers), matchers(&inhibit.target_matchers));
            (text, side.place(inhibit.span))
        })
        .collect()
    };
    listed(Subject::Inhibition, &inhibitions(old, was), &inhibitions(new, is), changes);
    timings(old, new, [was, is], changes);
}

fn matchers(texts: &[Text]) -> String {
    let mut all: Vec<&str> = texts.iter().map(|text| text.as_str().trim()).collect();
    all.sort_unstable();
    if all.is_empty() { "everything".to_owned() } else { all.join(" and ") }
}

fn receivers(
    old: &Side<'_>,
    new: &Side<'_>,
    [was, is]: [Option<&Notifications>; 2],
    [plan, new_plan]: [Option<&Alertmanager>; 2],
    changes: &mut Vec<Change>,
) {
    let by_name = |notifications: Option<&'_ Notifications>| -> BTreeMap<String, (Span, String)> {
        let all = notifications.into_iter().flat_map(|notifications| notifications.receivers.iter());
        all.map(|(name, entry)| (name.to_owned(), (entry.key, words(&entry.value)))).collect()
    };
    let (before, after) = (by_name(was), by_name(is));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        match (before.get(name), after.get(name)) {
            (Some((span, ways)), None) => {
                let details = vec![Detail::new("told by", Some(ways.clone()), None)];
                changes.push(Change::new(Subject::Receiver, name, Verb::Removed, Some(old.place(*span))).with(details));
            }
            (None, Some((span, ways))) => {
                let details = vec![Detail::new("told by", None, Some(ways.clone()))];
                changes.push(Change::new(Subject::Receiver, name, Verb::Added, Some(new.place(*span))).with(details));
            }
            (Some((_, was)), Some((span, is))) => {
                let mut details: Vec<Detail> = Detail::of("told by", Some(was), Some(is)).into_iter().collect();
                let integrations = |plan: Option<&Alertmanager>| {
                    plan?.receivers.iter().find(|receiver| receiver.name == *name).map(|receiver| receiver.integrations.clone())
                };
                let both = integrations(plan).zip(integrations(new_plan));
                if details.is_empty() && both.is_some_and(|(was, is)| was != is) {
                    // Values are left out: where a secret is kept is nobody's business.
                    details.push(Detail::new("settings", None, Some("differ".to_owned())));
                }
                if !details.is_empty() {
                    changes.push(Change::new(Subject::Receiver, name, Verb::Changed, Some(new.place(*span))).with(details));
                }
            }
            (None, None) => {}
        }
    }
    if let (Some(was), Some(is)) = (plan, new_plan) {
        let names: BTreeSet<&String> = was.global.keys().chain(is.global.keys()).collect();
        let differ: Vec<&str> =
            names.into_iter().filter(|name| was.global.get(*name) != is.global.get(*name)).map(String::as_str).collect();
        if !differ.is_empty() {
            let details = vec![Detail::new("fields that differ", None, Some(differ.join(", ")))];
            changes.push(Change::new(Subject::Setting, "Alertmanager", Verb::Changed, None).with(details));
        }
    }
}

fn words(receiver: &Receiver) -> String {
    let mut all: Vec<String> = ways(receiver)
        .into_iter()
        .map(|(kind, channel)| channel.map_or_else(|| kind.to_owned(), |channel| format!("{kind} {channel}")))
        .collect();
    all.sort();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}

/// The routes, each as a line with the matchers of those above it.
fn flatten(side: &Side<'_>, route: &Route, above: &str, found: &mut Vec<(String, Place)>) {
    let own = if route.matchers.is_empty() { String::new() } else { matchers(&route.matchers) };
    let path = match (above.is_empty(), own.is_empty()) {
        (true, _) => own,
        (false, true) => above.to_owned(),
        (false, false) => format!("{above}, {own}"),
    };
    let mut text = if path.is_empty() { "everything".to_owned() } else { path.clone() };
    if let Some(receiver) = &route.receiver {
        text.push_str(&format!(" to {}", receiver.value));
    }
    if route.resume {
        text.push_str(", and on");
    }
    let texts = |texts: &[Text]| texts.iter().map(Text::as_str).collect::<Vec<_>>().join(", ");
    let time = |value: &Option<Spanned<Duration>>| value.as_ref().map(|it| it.value.to_string());
    let parts = [
        ("grouped by", route.group_by.as_ref().map(|labels| texts(labels))),
        ("waits", time(&route.group_wait)),
        ("next after", time(&route.group_interval)),
        ("repeated after", time(&route.repeat_interval)),
        ("quiet during", (!route.mute_time_intervals.is_empty()).then(|| texts(&route.mute_time_intervals))),
        ("only during", (!route.active_time_intervals.is_empty()).then(|| texts(&route.active_time_intervals))),
    ];
    for (word, value) in parts {
        if let Some(value) = value {
            text.push_str(&format!(", {word} {value}"));
        }
    }
    found.push((text, side.place(route.span)));
    for below in &route.routes {
        flatten(side, below, &path, found);
    }
}

/// Lines that came and lines that went.
fn listed(subject: Subject, before: &[(String, Place)], after: &[(String, Place)], changes: &mut Vec<Change>) {
    let texts = |list: &[(String, Place)]| list.iter().map(|(text, _)| text.clone()).collect::<BTreeSet<_>>();
    let (was, is) = (texts(before), texts(after));
    for (verb, list, other) in [(Verb::Removed, before, &is), (Verb::Added, after, &was)] {
        for (text, place) in list.iter().filter(|(text, _)| !other.contains(text)) {
            changes.push(Change::new(subject, text, verb, Some(place.clone())));
        }
    }
}

fn timings(old: &Side<'_>, new: &Side<'_>, [was, is]: [Option<&Notifications>; 2], changes: &mut Vec<Change>) {
    let by_name = |notifications: Option<&Notifications>| -> BTreeMap<String, (Span, serde_json::Value)> {
        let all = notifications.into_iter().flat_map(|notifications| notifications.mute_timings.iter());
        all.map(|(name, entry)| (name.to_owned(), (entry.key, entry.value.json.clone()))).collect()
    };
    let (before, after) = (by_name(was), by_name(is));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let (verb, place) = match (before.get(name), after.get(name)) {
            (Some((span, _)), None) => (Verb::Removed, old.place(*span)),
            (None, Some((span, _))) => (Verb::Added, new.place(*span)),
            (Some((_, was)), Some((span, is))) if was != is => (Verb::Changed, new.place(*span)),
            _ => continue,
        };
        let json = |entry: Option<&(Span, serde_json::Value)>| entry.map(|(_, json)| json.to_string());
        let details = vec![Detail::new("times", json(before.get(name)), json(after.get(name)))];
        changes.push(Change::new(Subject::MuteTiming, name, verb, Some(place)).with(details));
    }
}
