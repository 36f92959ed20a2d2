//! `service/invalid-notification-template`

use std::collections::BTreeSet;

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Stack;
use crate::load::suggest;
use crate::source::Span;
use crate::spec::decode::Text;
use crate::spec::notify::Receiver;
use crate::template::{self, Dialect, ErrorKind, Parsed, TextSpan, calls, inspect, parse_as};

/// The rule.
pub const RULE: Rule = rule!(
    "service/invalid-notification-template",
    Error,
    "A text of a notification is a template that cannot be expanded",
    "invalid_notification_template.md",
    Check::Stack(check)
);

/// Where the range of a template's text stands.
type Place<'a> = Box<dyn Fn(TextSpan) -> Span + 'a>;

fn check(cx: &Context<'_>, stack: &Stack<'_>, findings: &mut Findings) {
    let Some(notifications) = &stack.spec.notifications else { return };
    let mut all: Vec<(Parsed, Place<'_>)> = Vec::new();
    for file in stack.templates {
        let place = |span: TextSpan| Span::new(file.source, span.start, span.end);
        all.push((parse_as(&file.text, Dialect::Alertmanager), Box::new(place)));
    }
    let shared: BTreeSet<String> = defined(all.iter().map(|(parsed, _)| parsed));
    for (_, entry) in notifications.receivers.iter() {
        for text in texts(&entry.value).into_iter().filter(|text| text.value.contains("{{")) {
            let place = |span: TextSpan| cx.within(text, span.start..span.end);
            all.push((parse_as(text.as_str(), Dialect::Alertmanager), Box::new(place)));
        }
    }
    // Grafana has functions of its own beside those of Alertmanager.
    let judged = |kind: &ErrorKind| *kind != ErrorKind::UnknownFunction || !stack.settings.grafana_alerting;
    for (parsed, place) in &all {
        let failures = inspect(&parsed.template, Dialect::Alertmanager).failures;
        for error in parsed.errors.iter().chain(&failures).filter(|error| judged(&error.kind)) {
            findings.push(error.to_diagnostic(RULE.id, place));
        }
        let own = defined([parsed]);
        for call in calls(&parsed.template) {
            if is_built_in(&call.name) || shared.contains(&call.name) || own.contains(&call.name) {
                continue;
            }
            let near = suggest::nearest(&call.name, shared.iter().chain(&own).map(String::as_str));
            let help = suggest::did_you_mean(&near)
                .unwrap_or_else(|| "define it in a file that `notifications: {templates: [...]}` names".to_owned());
            findings.push(RULE.at(place(call.name_span), format!("no template `{}` is defined", call.name)).help(help));
        }
    }
}

fn defined<'p>(all: impl IntoIterator<Item = &'p template::Parsed>) -> BTreeSet<String> {
    all.into_iter().flat_map(|parsed| &parsed.template.defined).map(|define| define.name.clone()).collect()
}

/// Which templates a server brings along depends on its version; their names do not look like anybody else's.
fn is_built_in(name: &str) -> bool {
    name.starts_with("__") || name.starts_with("default.") || name.contains(".default.")
}

/// The texts of a receiver that are templates.
fn texts(receiver: &Receiver) -> Vec<&Text> {
    let slack = receiver.slack.0.iter().flat_map(|slack| [Some(&slack.channel), slack.title.as_ref(), slack.text.as_ref()]);
    let email = receiver.email.0.iter().flat_map(|email| [Some(&email.to), email.subject.as_ref()]);
    let pagerduty = receiver.pagerduty.0.iter().map(|pagerduty| pagerduty.severity.as_ref());
    slack.chain(email).chain(pagerduty).flatten().collect()
}
