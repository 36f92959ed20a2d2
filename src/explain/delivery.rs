//! Who is told: the ways of a receiver, and what keeps an alert quiet.

use serde_json::{Value, json};

use super::{About, Page};
use crate::lint::delivery::AlertLabels;
use crate::model::matcher::AlertMatcher;
use crate::model::rule::AlertRule;
use crate::spec::decode::{OneOrMany, Text};
use crate::spec::notify::{Inhibit, Receiver};
use crate::spec::shared::Setting;

/// The ways by which a receiver is told, as kind and channel: never a secret, and never where it is kept.
pub fn ways(receiver: &Receiver) -> Vec<(&'static str, Option<String>)> {
    fn each<T>(
        ways: &mut Vec<(&'static str, Option<String>)>,
        list: &OneOrMany<T>,
        kind: &'static str,
        channel: impl Fn(&T) -> Option<String>,
    ) {
        ways.extend(list.0.iter().map(|way| (kind, channel(way))));
    }
    let mut ways = Vec::new();
    each(&mut ways, &receiver.slack, "Slack", |slack| Some(slack.channel.value.clone()));
    each(&mut ways, &receiver.email, "e-mail", |email| Some(email.to.value.clone()));
    each(&mut ways, &receiver.pagerduty, "PagerDuty", |_| None);
    each(&mut ways, &receiver.webhook, "webhook", |webhook| match &webhook.url {
        Setting::Plain(url) => host(url),
        Setting::Secret(_) => None,
    });
    each(&mut ways, &receiver.opsgenie, "Opsgenie", |_| None);
    each(&mut ways, &receiver.msteams, "Microsoft Teams", |_| None);
    each(&mut ways, &receiver.discord, "Discord", |_| None);
    each(&mut ways, &receiver.telegram, "Telegram", |telegram| Some(format!("chat {}", telegram.chat_id)));
    ways
}

/// The host of an address. Tokens stand in the path, the query or before an `@`.
fn host(url: &Text) -> Option<String> {
    let rest = url.as_str().split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit('@').next()?;
    (!host.is_empty()).then(|| host.to_owned())
}

/// `Slack #alerts, PagerDuty`
pub(super) fn ways_text(receiver: &Receiver) -> String {
    let all: Vec<String> = ways(receiver)
        .into_iter()
        .map(|(kind, channel)| channel.map_or_else(|| kind.to_owned(), |channel| format!("{kind} {channel}")))
        .collect();
    if all.is_empty() { "tells nobody".to_owned() } else { all.join(", ") }
}

pub(super) fn ways_json(receiver: &Receiver) -> Value {
    ways(receiver).into_iter().map(|(kind, channel)| json!({"integration": kind, "channel": channel})).collect()
}

impl About<'_> {
    /// Who is told of the alerts of some rules.
    pub(super) fn told(&self, rules: &[AlertRule], page: &mut Page) {
        let (Some(route), Some(notifications)) = (&self.model.route, &self.model.spec.notifications) else {
            page.field("told", json!([]));
            page.section("Told", vec!["nobody: the spec has no notifications".to_owned()]);
            return;
        };
        let stack = self.stack();
        let mut lines = Vec::new();
        let mut all = Vec::new();
        for rule in rules.iter().filter(|rule| !rule.planned) {
            for end in AlertLabels::of(rule, &stack).receivers(route) {
                let known = notifications.receivers.get(&end.receiver);
                let ways = known.map_or_else(|| "no such receiver".to_owned(), ways_text);
                let line = format!("{} ({ways})  by the route {}  {}", end.receiver, end.id, self.place(end.span));
                let line = if rules.len() > 1 { format!("{}: {line}", rule.severity()) } else { line };
                if lines.contains(&line) {
                    continue;
                }
                lines.push(line);
                let mut fields = self.place_json(end.span);
                fields.insert("receiver".to_owned(), json!(end.receiver));
                fields.insert("severity".to_owned(), json!(rule.severity()));
                fields.insert("route".to_owned(), json!(end.id));
                fields.insert("ways".to_owned(), known.map_or(Value::Null, ways_json));
                all.push(Value::Object(fields));
            }
        }
        page.list("told", "Told", lines, all);
    }

    /// What keeps an alert quiet, and what it keeps quiet.
    pub(super) fn inhibitions(&self, rules: &[AlertRule], page: &mut Page) {
        let Some(notifications) = &self.model.spec.notifications else { return };
        let stack = self.stack();
        let mut lines = Vec::new();
        let mut all = Vec::new();
        let matchers = |texts: &[Text]| -> Vec<AlertMatcher> {
            texts.iter().filter_map(|text| AlertMatcher::parse(text.as_str()).ok()).collect()
        };
        let labels: Vec<AlertLabels<'_>> = rules.iter().map(|rule| AlertLabels::of(rule, &stack)).collect();
        let hits = |wanted: &[AlertMatcher]| labels.iter().any(|labels| labels.may_match(wanted));
        for inhibit in &notifications.inhibit {
            let (source, target) = (matchers(&inhibit.source_matchers), matchers(&inhibit.target_matchers));
            for (hit, word, other) in [(hits(&target), "kept quiet by", &source), (hits(&source), "keeps quiet", &target)] {
                if hit && !other.is_empty() {
                    lines.push(format!("{word} {}{}  {}", shown(other), equal(inhibit), self.place(inhibit.span)));
                    let mut fields = self.place_json(inhibit.span);
                    fields.insert("how".to_owned(), json!(word));
                    fields.insert("matchers".to_owned(), other.iter().map(ToString::to_string).collect());
                    fields.insert("equal".to_owned(), inhibit.equal.iter().map(|label| label.value.clone()).collect());
                    all.push(Value::Object(fields));
                }
            }
        }
        if rules.iter().any(|rule| rule.level.is_some()) && rules.len() > 1 {
            lines.push("a more severe level of this alert keeps the less severe ones quiet".to_owned());
        }
        page.list("inhibitions", "Inhibitions", lines, all);
    }
}

fn shown(matchers: &[AlertMatcher]) -> String {
    matchers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

fn equal(inhibit: &Inhibit) -> String {
    let labels: Vec<&str> = inhibit.equal.iter().map(Text::as_str).collect();
    if labels.is_empty() { String::new() } else { format!(" with the same {}", labels.join(", ")) }
}
