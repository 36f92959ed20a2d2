//! From receivers to Alertmanager's integrations. Alertmanager expands no environment variables: a secret is read from a file, through a `*_file`
//! field that the version must have.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::diagnostic::Diagnostic;
use crate::lower::{scrape::fields, secrets};
use crate::plan::secret::Secrets;
use crate::resolve::pack::compare_versions;
use crate::spec::decode::{OneOrMany, Raw, Text};
use crate::spec::notify::{Notifications, Receiver};
use crate::spec::shared::{Secret, Setting};

/// The heading and the text of a Slack message, which Alertmanager's own template leaves empty.
const SLACK_TITLE: &str =
    "[{{ .Status | toUpper }}{{ if eq .Status \"firing\" }}:{{ .Alerts.Firing | len }}{{ end }}] {{ .GroupLabels.alertname }}";
const SLACK_TEXT: &str = "{{ range .Alerts }}*{{ .Annotations.summary }}*{{ with .Labels.severity }} ({{ . }}){{ end }}\n{{ .Annotations.description }}\n\
                          {{ with .Annotations.runbook_url }}<{{ . }}|Runbook>\n{{ end }}{{ end }}";

/// Fields that read a secret from a file: integration, field, the first version of Alertmanager that has it.
const FILE_FIELDS: &[(&str, &str, &str)] = &[
    ("slack", "api_url_file", "0.22"),
    ("pagerduty", "routing_key_file", "0.25"),
    ("opsgenie", "api_key_file", "0.24"),
    ("webhook", "url_file", "0.26"),
    ("msteams", "webhook_url_file", "0.26"),
    ("discord", "webhook_url_file", "0.26"),
    ("telegram", "bot_token_file", "0.26"),
];

/// What the integrations of one receiver have in common.
pub struct Context<'a> {
    /// The receiver's name.
    pub name: &'a str,
    /// The version of Alertmanager.
    pub version: &'a str,
}

type Integrations = BTreeMap<&'static str, Vec<BTreeMap<String, Json>>>;

/// Fields of `global`: how e-mail is sent, and when an alert without end is over.
pub fn global(notifications: &Notifications, secrets: &mut Secrets) -> BTreeMap<String, Json> {
    let mut global = BTreeMap::new();
    let mut set = |key: &str, value: Option<Json>| {
        if let Some(value) = value {
            global.insert(key.to_owned(), value);
        }
    };
    let text = |text: &Text| Json::String(text.value.clone());
    set("resolve_timeout", notifications.resolve_timeout.as_ref().map(|timeout| json!(timeout.value.to_string())));
    if let Some(smtp) = &notifications.smtp {
        set("smtp_smarthost", Some(text(&smtp.smarthost)));
        set("smtp_from", Some(text(&smtp.from)));
        set("smtp_hello", smtp.hello.as_ref().map(text));
        set("smtp_auth_username", smtp.user().map(|user| json!(user)));
        set("smtp_auth_password_file", smtp.auth_password.as_ref().map(|password| json!(secrets::path(password, secrets))));
        set("smtp_require_tls", smtp.require_tls.map(Json::Bool));
    }
    global
}

/// The integrations of a receiver, by their key.
pub fn lower(
    context: &Context<'_>,
    receiver: &Receiver,
    secrets: &mut Secrets,
    diagnostics: &mut Vec<Diagnostic>,
) -> Integrations {
    let mut maker = Maker { context, secrets, diagnostics, all: BTreeMap::new() };
    for slack in &receiver.slack.0 {
        let mut item = Item::new(slack.send_resolved.or(Some(true)), slack.alertmanager.as_ref());
        maker.secret(&mut item, "slack", &slack.webhook_url);
        item.text("channel", Some(&slack.channel));
        item.set("title", slack.title.as_ref().map_or(SLACK_TITLE, Text::as_str));
        item.set("text", slack.text.as_ref().map_or(SLACK_TEXT, Text::as_str));
        maker.add("slack_configs", item);
    }
    for email in &receiver.email.0 {
        let mut item = Item::new(email.send_resolved, email.alertmanager.as_ref());
        item.text("to", Some(&email.to));
        if let Some(subject) = &email.subject {
            item.fields.insert("headers".to_owned(), json!({"Subject": subject.value}));
        }
        maker.add("email_configs", item);
    }
    for pagerduty in &receiver.pagerduty.0 {
        let mut item = Item::new(pagerduty.send_resolved, pagerduty.alertmanager.as_ref());
        maker.secret(&mut item, "pagerduty", &pagerduty.routing_key);
        item.set("severity", pagerduty.severity.as_ref().map_or("{{ .CommonLabels.severity }}", Text::as_str));
        maker.add("pagerduty_configs", item);
    }
    for webhook in &receiver.webhook.0 {
        let mut item = Item::new(webhook.send_resolved, webhook.alertmanager.as_ref());
        match &webhook.url {
            Setting::Plain(url) => item.text("url", Some(url)),
            Setting::Secret(secret) => maker.secret(&mut item, "webhook", secret),
        }
        maker.add("webhook_configs", item);
    }
    for opsgenie in &receiver.opsgenie.0 {
        let mut item = Item::new(opsgenie.send_resolved, opsgenie.alertmanager.as_ref());
        maker.secret(&mut item, "opsgenie", &opsgenie.api_key);
        if !opsgenie.responders.is_empty() {
            let responders = opsgenie.responders.iter().map(|raw| raw.json.clone()).collect();
            item.fields.insert("responders".to_owned(), Json::Array(responders));
        }
        maker.add("opsgenie_configs", item);
    }
    maker.webhooks(
        "discord",
        "discord_configs",
        receiver.discord.0.iter().map(|it| (&it.webhook_url, it.send_resolved, &it.alertmanager)),
    );
    let teams = if compare_versions(context.version, "0.28").is_ge() { "msteamsv2_configs" } else { "msteams_configs" };
    maker.webhooks("msteams", teams, receiver.msteams.0.iter().map(|it| (&it.webhook_url, it.send_resolved, &it.alertmanager)));
    for telegram in &receiver.telegram.0 {
        let mut item = Item::new(telegram.send_resolved, telegram.alertmanager.as_ref());
        maker.secret(&mut item, "telegram", &telegram.bot_token);
        item.fields.insert("chat_id".to_owned(), json!(telegram.chat_id));
        maker.add("telegram_configs", item);
    }
    maker.all
}

/// Whether a receiver tells anybody at all.
pub fn is_empty(receiver: &Receiver) -> bool {
    fn none<T>(list: &OneOrMany<T>) -> bool {
        list.0.is_empty()
    }
    none(&receiver.slack)
        && none(&receiver.email)
        && none(&receiver.pagerduty)
        && none(&receiver.webhook)
        && none(&receiver.opsgenie)
        && none(&receiver.msteams)
        && none(&receiver.discord)
        && none(&receiver.telegram)
}

/// The fields of one integration.
struct Item {
    fields: BTreeMap<String, Json>,
    extra: BTreeMap<String, Json>,
}

impl Item {
    fn new(send_resolved: Option<bool>, extra: Option<&Raw>) -> Self {
        let mut fields_ = BTreeMap::new();
        if let Some(send) = send_resolved {
            fields_.insert("send_resolved".to_owned(), Json::Bool(send));
        }
        Self { fields: fields_, extra: fields(extra.map(|raw| &raw.json)) }
    }

    fn set(&mut self, key: &str, value: &str) {
        self.fields.insert(key.to_owned(), Json::String(value.to_owned()));
    }

    fn text(&mut self, key: &str, text: Option<&Text>) {
        if let Some(text) = text {
            self.set(key, text.as_str());
        }
    }
}

struct Maker<'a> {
    context: &'a Context<'a>,
    secrets: &'a mut Secrets,
    diagnostics: &'a mut Vec<Diagnostic>,
    all: Integrations,
}

impl Maker<'_> {
    fn add(&mut self, key: &'static str, item: Item) {
        let mut fields = item.fields;
        fields.extend(item.extra);
        self.all.entry(key).or_default().push(fields);
    }

    /// Reads a secret through the file field of the integration; an error where the version has none.
    fn secret(&mut self, item: &mut Item, integration: &str, secret: &Secret) {
        let Some((_, field, since)) = FILE_FIELDS.iter().find(|(name, ..)| *name == integration) else { return };
        if compare_versions(self.context.version, since).is_lt() {
            let message = format!(
                "Alertmanager {} cannot read the {integration} secret of `{}` from a file: `{field}` came with {since}",
                self.context.version, self.context.name
            );
            self.diagnostics.push(Diagnostic::error("service/unsupported-by-server", secret.span(), message).help(format!(
                "set `stack: {{servers: {{alertmanager: \"{since}\"}}}}` or a later version, or use another integration"
            )));
            return;
        }
        let path = secrets::path(secret, self.secrets);
        item.set(field, &path);
    }

    fn webhooks<'r>(
        &mut self,
        integration: &str,
        key: &'static str,
        list: impl Iterator<Item = (&'r Secret, Option<bool>, &'r Option<Raw>)>,
    ) {
        for (url, send_resolved, extra) in list {
            let mut item = Item::new(send_resolved, extra.as_ref());
            self.secret(&mut item, integration, url);
            self.add(key, item);
        }
    }
}
