//! From receivers to contact points. Grafana reads a secret from a file wherever a setting stands.

use serde_json::{Value as Json, json};

use crate::diagnostic::Diagnostic;
use crate::lower::grafana_alerting::UNSUPPORTED;
use crate::lower::grafana_alerting::rules::uid;
use crate::lower::{receivers, secrets};
use crate::plan::grafana::Grafana;
use crate::plan::grafana::alerting::{Alerting, ContactPoint, Receiver, Setting};
use crate::plan::secret::Secrets;
use crate::spec::decode::{Raw, Text};
use crate::spec::notify::{Notifications, Receiver as Written};
use crate::spec::shared::{Secret, Setting as WrittenSetting};

/// The severity that PagerDuty is told: the alert's own.
const OWN_SEVERITY: &str = "{{ .CommonLabels.severity }}";

/// Adds the contact points, in the order of their names.
pub(super) fn lower(
    notifications: &Notifications,
    plan: &mut Alerting,
    secrets: &mut Secrets,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (name, entry) in notifications.receivers.iter() {
        if receivers::is_empty(&entry.value) {
            diagnostics.push(
                Diagnostic::error(
                    UNSUPPORTED,
                    entry.key,
                    format!("the receiver `{name}` tells nobody, and Grafana has no such contact point"),
                )
                .help("give it a channel, or take it out and mute the route"),
            );
            continue;
        }
        let mut maker = Maker { name, secrets, diagnostics, all: Vec::new() };
        maker.receiver(&entry.value);
        plan.contact_points.push(ContactPoint { name: name.to_owned(), receivers: maker.all });
    }
}

struct Maker<'a> {
    name: &'a str,
    secrets: &'a mut Secrets,
    diagnostics: &'a mut Vec<Diagnostic>,
    all: Vec<Receiver>,
}

type Settings = Vec<(&'static str, Option<Setting>)>;

impl Maker<'_> {
    fn receiver(&mut self, receiver: &Written) {
        for slack in &receiver.slack.0 {
            let settings = vec![
                ("recipient", text(Some(&slack.channel))),
                ("url", self.secret(&slack.webhook_url)),
                ("title", text(slack.title.as_ref())),
                ("text", text(slack.text.as_ref())),
            ];
            self.add("slack", settings, slack.send_resolved.unwrap_or(true), slack.alertmanager.as_ref());
        }
        for email in &receiver.email.0 {
            let addresses: Vec<&str> = email.to.as_str().split(',').map(str::trim).collect();
            let settings = vec![
                ("addresses", Some(Setting::Plain(json!(addresses.join(";"))))),
                ("singleEmail", Some(Setting::Plain(Json::Bool(true)))),
                ("subject", text(email.subject.as_ref())),
            ];
            self.add("email", settings, email.send_resolved.unwrap_or(false), email.alertmanager.as_ref());
        }
        for pagerduty in &receiver.pagerduty.0 {
            let severity = pagerduty.severity.as_ref().map_or(OWN_SEVERITY, Text::as_str);
            let settings = vec![
                ("integrationKey", self.secret(&pagerduty.routing_key)),
                ("severity", Some(Setting::Plain(json!(severity)))),
            ];
            self.add("pagerduty", settings, pagerduty.send_resolved.unwrap_or(true), pagerduty.alertmanager.as_ref());
        }
        for webhook in &receiver.webhook.0 {
            let url = match &webhook.url {
                WrittenSetting::Plain(url) => text(Some(url)),
                WrittenSetting::Secret(secret) => self.secret(secret),
            };
            self.add("webhook", vec![("url", url)], webhook.send_resolved.unwrap_or(true), webhook.alertmanager.as_ref());
        }
        for opsgenie in &receiver.opsgenie.0 {
            let responders: Vec<Json> = opsgenie.responders.iter().map(|raw| raw.json.clone()).collect();
            let settings = vec![
                ("apiKey", self.secret(&opsgenie.api_key)),
                ("apiUrl", Some(Setting::Plain(json!("https://api.opsgenie.com/v2/alerts")))),
                ("responders", (!responders.is_empty()).then_some(Setting::Plain(Json::Array(responders)))),
            ];
            self.add("opsgenie", settings, opsgenie.send_resolved.unwrap_or(true), opsgenie.alertmanager.as_ref());
        }
        for teams in &receiver.msteams.0 {
            let url = self.secret(&teams.webhook_url);
            self.add("teams", vec![("url", url)], teams.send_resolved.unwrap_or(true), teams.alertmanager.as_ref());
        }
        for discord in &receiver.discord.0 {
            let url = self.secret(&discord.webhook_url);
            self.add("discord", vec![("url", url)], discord.send_resolved.unwrap_or(true), discord.alertmanager.as_ref());
        }
        for telegram in &receiver.telegram.0 {
            let settings = vec![
                ("bottoken", self.secret(&telegram.bot_token)),
                ("chatid", Some(Setting::Plain(json!(telegram.chat_id.to_string())))),
            ];
            self.add("telegram", settings, telegram.send_resolved.unwrap_or(true), telegram.alertmanager.as_ref());
        }
    }

    /// Where Grafana reads a secret.
    #[expect(clippy::unnecessary_wraps, reason = "one of the settings, any of which may be left out")]
    fn secret(&mut self, secret: &Secret) -> Option<Setting> {
        Some(Setting::SecretFile(secrets::path(secret, self.secrets)))
    }

    fn add(&mut self, kind: &'static str, settings: Settings, send_resolved: bool, foreign: Option<&Raw>) {
        if let Some(raw) = foreign {
            let message = format!("the fields under `alertmanager` of `{}` mean nothing to Grafana", self.name);
            self.diagnostics
                .push(Diagnostic::warning(UNSUPPORTED, raw.span, message).help("take them out, or use `via: alertmanager`"));
        }
        let number = self.all.iter().filter(|receiver| receiver.kind == kind).count() + 1;
        let number = (number > 1).then(|| number.to_string());
        self.all.push(Receiver {
            uid: uid(&[Some(self.name), Some(kind), number.as_deref()]),
            kind,
            settings: settings.into_iter().filter_map(|(key, value)| value.map(|value| (key, value))).collect(),
            send_resolved,
        });
    }
}

fn text(text: Option<&Text>) -> Option<Setting> {
    text.map(|text| Setting::Plain(json!(text.value)))
}

/// How Grafana sends e-mail: it reads that from its environment.
pub(super) fn mail(notifications: &Notifications, plan: &mut Grafana, secrets: &mut Secrets) {
    let Some(smtp) = &notifications.smtp else { return };
    let mut set = |name: &str, value: &str| plan.environment.insert(format!("GF_SMTP_{name}"), value.to_owned());
    set("ENABLED", "true");
    set("HOST", smtp.smarthost.as_str());
    let (name, address) = smtp.sender();
    set("FROM_ADDRESS", address);
    if let Some(name) = name {
        set("FROM_NAME", name);
    }
    if let Some(user) = smtp.user() {
        set("USER", user);
    }
    if let Some(password) = &smtp.auth_password {
        set("PASSWORD__FILE", &secrets::path(password, secrets));
    }
    if let Some(hello) = &smtp.hello {
        set("EHLO_IDENTITY", hello.as_str());
    }
    set("STARTTLS_POLICY", if smtp.require_tls.unwrap_or(true) { "MandatoryStartTLS" } else { "OpportunisticStartTLS" });
}
