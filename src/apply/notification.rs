//! Alerts that are sent on purpose, to see whether somebody is told: their labels lead by the real routes to a receiver.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::apply::{Applied, NOT_DONE};
use crate::lint::Date;
use crate::model::delivery::Route;
use crate::model::matcher::{AlertMatcher, MatcherOp};
use crate::server::alertmanager::Alertmanager;
use crate::verify::Stack;

/// Labels of an alert.
pub type Labels = BTreeMap<String, String>;

/// How the alert is called where no route asks for another name.
const NAME: &str = "OptiInfraTestNotification";

/// A value that no real alert has.
const VALUE: &str = "optiinfra-test";

/// How long the alert fires: longer than a route waits for others, and no longer than anybody looks for it.
const SECONDS: u64 = 300;

/// Combinations of labels that are tried for one receiver.
const MOST_TRIES: usize = 20_000;

/// Sends an alert to a receiver, or to each (`all`); without `yes` says what would be sent. `now` is in seconds since 1970.
pub fn send(stack: Stack<'_>, server: &Alertmanager<'_>, receiver: &str, yes: bool, now: u64, applied: &mut Applied) {
    let (Some(route), Some(plan)) = (&stack.model.route, &stack.plan.alertmanager) else {
        applied.fail(NOT_DONE, "nobody can be told: the spec has no Alertmanager", None);
        return;
    };
    let known: Vec<&str> = plan.receivers.iter().map(|receiver| receiver.name.as_str()).collect();
    if receiver != "all" && !known.contains(&receiver) {
        let help = format!("the spec's receivers are {}", known.join(", "));
        applied.fail(NOT_DONE, format!("there is no receiver `{receiver}`"), Some(help));
        return;
    }
    for name in known.into_iter().filter(|name| receiver == "all" || *name == receiver) {
        let Some(labels) = labels(route, name) else {
            let message = format!("no alert reaches the receiver `{name}`: no labels were found by which a route leads there");
            applied.fail(
                NOT_DONE,
                message,
                Some("see which routes name it, and which routes before them take everything".to_owned()),
            );
            continue;
        };
        let others: Vec<String> =
            route.receivers(&labels).iter().filter(|other| ***other != *name).map(|other| format!("`{other}`")).collect();
        let also = if others.is_empty() { String::new() } else { format!(", which also reaches {}", others.join(", ")) };
        let shown: Vec<String> = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
        let what = format!("a test notification to `{name}` by the alert {{{}}}{also}", shown.join(", "));
        if !yes {
            applied.lines.push(format!("would send {what}"));
            continue;
        }
        match server.post(&alert(&labels, name, now)) {
            Ok(()) => applied.lines.push(format!("sent {what}; it ends by itself after {} minutes", SECONDS / 60)),
            Err(error) => applied.server_error(error),
        }
    }
}

fn alert(labels: &Labels, receiver: &str, now: u64) -> Json {
    json!([{
        "labels": labels,
        "annotations": {
            "summary": "Test notification: nothing is wrong",
            "description": format!(
                "This was sent by hand with optiinfra-gen apply to see whether the receiver {receiver} works. Nothing has to be done."
            ),
        },
        "startsAt": timestamp(now),
        "endsAt": timestamp(now.saturating_add(SECONDS)),
    }])
}

/// RFC 3339, as Alertmanager reads times.
fn timestamp(seconds: u64) -> String {
    let day = Date::of_day(seconds / 86_400).map_or_else(|| "1970-01-01".to_owned(), |day| day.to_string());
    let within = seconds % 86_400;
    format!("{day}T{:02}:{:02}:{:02}Z", within / 3600, within / 60 % 60, within % 60)
}

/// Labels of an alert of which a receiver is told; `None` where none were found.
pub fn labels(root: &Route, receiver: &str) -> Option<Labels> {
    let mut values: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    collect(root, &mut values);
    let mut paths = Vec::new();
    find(root, receiver, &mut Vec::new(), &mut paths);
    let reaches = |labels: &Labels| root.receivers(labels).iter().any(|reached| **reached == *receiver);
    paths.iter().find_map(|path| solve(path, &values, &reaches))
}

/// Every value that a matcher of the tree names, by label: whatever decides between routes is among them.
fn collect<'r>(route: &'r Route, values: &mut BTreeMap<&'r str, BTreeSet<String>>) {
    for matcher in &route.matchers {
        values.entry(&matcher.label).or_default().extend(witnesses(matcher));
    }
    for below in &route.routes {
        collect(below, values);
    }
}

/// The matchers on the way to each route of a receiver.
fn find<'r>(route: &'r Route, receiver: &str, path: &mut Vec<&'r AlertMatcher>, paths: &mut Vec<Vec<&'r AlertMatcher>>) {
    let length = path.len();
    path.extend(&route.matchers);
    for below in &route.routes {
        find(below, receiver, path, paths);
    }
    if route.receiver == receiver {
        paths.push(path.clone());
    }
    path.truncate(length);
}

/// Values that a matcher names or that its pattern matches, as far as they can be read from it.
fn witnesses(matcher: &AlertMatcher) -> Vec<String> {
    if matches!(matcher.op, MatcherOp::Equal | MatcherOp::NotEqual) {
        return vec![matcher.value.clone()];
    }
    let plain = |text: &str| {
        let text = text.replace(".*", "").replace(".+", "x").replace("[0-9]+", "1").replace("\\d+", "1");
        text.chars().filter(|c| !matches!(c, '^' | '$' | '(' | ')' | '?' | '\\')).collect::<String>()
    };
    let mut all: Vec<String> = matcher.value.split('|').map(plain).collect();
    all.push(plain(&matcher.value));
    all
}

/// Tries values for the labels that matter: first those that the path asks for alone.
fn solve(path: &[&AlertMatcher], values: &BTreeMap<&str, BTreeSet<String>>, reaches: &dyn Fn(&Labels) -> bool) -> Option<Labels> {
    // An empty value is no label.
    let mut choices: Vec<(&str, Vec<String>)> = Vec::new();
    for (label, named) in values {
        let of_path: Vec<&&AlertMatcher> = path.iter().filter(|matcher| matcher.label == *label).collect();
        let own = if *label == "alertname" { NAME } else { VALUE };
        // A label that the path does not ask for is best left out; an alert without a name is not one.
        let first = if *label == "alertname" { own } else { "" };
        let mut candidates: Vec<String> = vec![first.to_owned(), own.to_owned()];
        candidates.extend(named.iter().cloned());
        candidates
            .retain(|value| of_path.iter().all(|matcher| matcher.matches(value)) && !(value.is_empty() && *label == "alertname"));
        candidates.dedup();
        if candidates.is_empty() {
            return None;
        }
        choices.push((label, candidates));
    }
    let mut at = vec![0_usize; choices.len()];
    for _ in 0..MOST_TRIES {
        let mut labels = Labels::from([("alertname".to_owned(), NAME.to_owned())]);
        for ((label, candidates), index) in choices.iter().zip(&at) {
            if let Some(value) = candidates.get(*index).filter(|value| !value.is_empty()) {
                labels.insert((*label).to_owned(), value.clone());
            }
        }
        if reaches(&labels) {
            return Some(labels);
        }
        // The next combination, as an odometer counts.
        let next = at.iter_mut().zip(&choices).any(|(index, (_, candidates))| {
            *index += 1;
            let goes_on = *index < candidates.len();
            if !goes_on {
                *index = 0;
            }
            goes_on
        });
        if !next {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceKind, Sources, Span};

    fn route(receiver: &str, matchers: &[&str], resume: bool, routes: Vec<Route>) -> Route {
        let mut sources = Sources::default();
        let span = Span::new(sources.add("x", "", SourceKind::File), 0, 0);
        Route {
            id: receiver.to_owned(),
            receiver: receiver.to_owned(),
            matchers: matchers.iter().map(|text| AlertMatcher::parse(text).unwrap()).collect(),
            resume,
            routes,
            span,
        }
    }

    #[test]
    fn labels_lead_past_the_routes_before() {
        let tree = route(
            "default",
            &[],
            false,
            vec![
                route("heartbeat", &["alertname=\"Watchdog\""], false, vec![]),
                route(
                    "pager",
                    &["severity=\"critical\""],
                    true,
                    vec![route("night", &["team=~\"sales.*|ops\"", "env!=\"dev\""], false, vec![])],
                ),
                route("chat", &["severity=~\"critical|warning\""], false, vec![]),
                route("everything", &[], false, vec![]),
                route("never", &["severity=\"info\""], false, vec![]),
            ],
        );
        let of = |receiver: &str| labels(&tree, receiver);
        for receiver in ["heartbeat", "pager", "night", "chat", "everything"] {
            let labels = of(receiver).unwrap_or_else(|| panic!("{receiver}"));
            assert!(tree.receivers(&labels).iter().any(|reached| **reached == *receiver), "{receiver}: {labels:?}");
        }
        assert_eq!(of("heartbeat").unwrap()["alertname"], "Watchdog");
        assert_eq!(of("everything").unwrap(), Labels::from([("alertname".to_owned(), NAME.to_owned())]));
        // The routes below the root take everything, so that the root itself is never asked.
        assert_eq!(of("default"), None);
        assert_eq!(of("never"), None);
    }

    #[test]
    fn contradictions_and_large_trees_end() {
        let impossible = route("a", &[], false, vec![route("b", &["x=\"1\"", "x=\"2\""], false, vec![])]);
        assert_eq!(labels(&impossible, "b"), None);
        let labels_of_many: Vec<String> = (0..30).map(|n| format!("l{n}=~\"a|b|c\"")).collect();
        let many: Vec<&str> = labels_of_many.iter().map(String::as_str).collect();
        let tree = route("a", &[], false, vec![route("all", &[], false, vec![]), route("b", &many, false, vec![])]);
        assert_eq!(labels(&tree, "b"), None);
    }

    #[test]
    fn times_are_written_as_alertmanager_reads_them() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00Z");
        assert_eq!(timestamp(1_709_251_199), "2024-02-29T23:59:59Z");
    }
}
