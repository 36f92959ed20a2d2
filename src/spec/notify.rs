//! Notifications: who is told, and when not.

use crate::spec::decode::{Map, OneOrMany, Raw, Spanned, Text, record, words};
use crate::spec::quantity::Duration;
use crate::spec::shared::{Allow, Secret, Setting};

words! {
    /// What sends the notifications.
    pub enum Via {
        /// Prometheus sends alerts to Alertmanager, which tells people.
        Alertmanager = "alertmanager",
        /// Grafana evaluates the rules itself and tells people.
        Grafana = "grafana",
    }
}

record! {
    /// Who is told what.
    pub struct Notifications {
        /// What sends them; `alertmanager` unless said.
        /// Example: `alertmanager`
        via: Option<Spanned<Via>>,
        /// How e-mail is sent.
        /// Example: `{smarthost: "smtp.example.com:587", from: alerts@example.com, auth_password: {env: SMTP_PASSWORD}}`
        smtp: Option<Smtp>,
        /// Who can be told.
        /// Example: `{team: {slack: {channel: "#shop", webhook_url: {env: SLACK_WEBHOOK_URL}}}}`
        receivers: Map<Receiver>,
        /// Which alert goes to whom.
        /// Example: `{receiver: team, group_by: [alertname, job]}`
        route: Option<Route>,
        /// Alerts that keep others quiet, besides those between the levels of one alert.
        /// Example: `[{id: down, source_matchers: ['alertname="ServiceDown"'], target_matchers: ['severity="warning"'], equal: [job]}]`
        inhibit: Vec<Inhibit>,
        /// Times at which routes can be quiet, in Alertmanager's words.
        /// Example: `{weekends: [{weekdays: [saturday, sunday]}]}`
        mute_timings: Map<Raw>,
        /// Paths of files with notification templates, relative to the spec directory.
        /// Example: `[templates/slack.tmpl]`
        templates: Vec<Text>,
        /// How long an alert without end counts as firing.
        /// Example: `5m`
        resolve_timeout: Option<Spanned<Duration>>,
        /// Findings to leave out for notifications.
        /// Example: `[{rule: promql/unknown-label, reason: "the proxy adds it", until: 2027-01-01}]`
        allow: Vec<Allow>,
    }
}

record! {
    /// How e-mail is sent.
    pub struct Smtp {
        /// The mail server with its port.
        /// Example: `"smtp.example.com:587"`
        smarthost: Text,
        /// The sender's address.
        /// Example: `alerts@example.com`
        from: Text,
        /// The user name at the mail server.
        /// Example: `alerts@example.com`
        auth_username: Option<Text>,
        /// The password at the mail server.
        /// Example: `{env: SMTP_PASSWORD}`
        auth_password: Option<Secret>,
        /// The name that it says in HELO.
        /// Example: `monitoring.example.com`
        hello: Option<Text>,
        /// Whether TLS is demanded; true unless said.
        /// Example: `true`
        require_tls: Option<bool>,
    }
}

impl Smtp {
    /// The name and the address of the sender, who may be written `Alerts <alerts@example.com>`.
    pub fn sender(&self) -> (Option<&str>, &str) {
        let from = self.from.as_str().trim();
        match from.strip_suffix('>').and_then(|from| from.rsplit_once('<')) {
            Some((name, address)) => {
                let name = name.trim().trim_matches('"').trim();
                ((!name.is_empty()).then_some(name), address.trim())
            }
            None => (None, from),
        }
    }

    /// The user at the mail server: with a password and without a name it is the sender's address.
    pub fn user(&self) -> Option<&str> {
        let named = self.auth_username.as_ref().map(Text::as_str);
        named.or_else(|| self.auth_password.as_ref().map(|_| self.sender().1))
    }
}

record! {
    /// Somebody who can be told, by one way or several.
    pub struct Receiver {
        /// Slack channels.
        /// Example: `{channel: "#shop", webhook_url: {env: SLACK_WEBHOOK_URL}}`
        slack: OneOrMany<Slack>,
        /// E-mail addresses.
        /// Example: `{to: team@example.com}`
        email: OneOrMany<Email>,
        /// PagerDuty services.
        /// Example: `{routing_key: {env: PAGERDUTY_ROUTING_KEY}}`
        pagerduty: OneOrMany<Pagerduty>,
        /// URLs that are called.
        /// Example: `{url: "http://relay:8080/alertmanager"}`
        webhook: OneOrMany<Webhook>,
        /// Opsgenie teams.
        /// Example: `{api_key: {env: OPSGENIE_API_KEY}}`
        opsgenie: OneOrMany<Opsgenie>,
        /// Microsoft Teams channels.
        /// Example: `{webhook_url: {env: TEAMS_WEBHOOK_URL}}`
        msteams: OneOrMany<Msteams>,
        /// Discord channels.
        /// Example: `{webhook_url: {env: DISCORD_WEBHOOK_URL}}`
        discord: OneOrMany<Discord>,
        /// Telegram chats.
        /// Example: `{bot_token: {env: TELEGRAM_BOT_TOKEN}, chat_id: -1001234567890}`
        telegram: OneOrMany<Telegram>,
        /// Findings to leave out for this receiver.
        /// Example: `[{rule: promql/unknown-label, reason: "the proxy adds it", until: 2027-01-01}]`
        allow: Vec<Allow>,
    }
}

record! {
    /// A Slack channel.
    pub struct Slack {
        /// The channel: `#alerts`.
        /// Example: `"#shop"`
        channel: Text,
        /// The incoming webhook's address.
        /// Example: `{env: SLACK_WEBHOOK_URL}`
        webhook_url: Secret,
        /// The heading of a message.
        /// Example: `"{{ .CommonAnnotations.summary }}"`
        title: Option<Text>,
        /// The text of a message.
        /// Example: `"{{ range .Alerts }}{{ .Annotations.description }}{{ end }}"`
        text: Option<Text>,
        /// Whether the end of an alert is told; true unless said.
        /// Example: `true`
        send_resolved: Option<bool>,
        /// Other fields of the receiver, passed through as they are.
        /// Example: `{icon_emoji: ":fire:"}`
        alertmanager: Option<Raw>,
    }
}

record! {
    /// An e-mail address.
    pub struct Email {
        /// To whom.
        /// Example: `team@example.com`
        to: Text,
        /// Whether the end of an alert is told; false unless said.
        /// Example: `true`
        send_resolved: Option<bool>,
        /// The subject line.
        /// Example: `"{{ .CommonLabels.alertname }}"`
        subject: Option<Text>,
        /// Other fields of the receiver, passed through as they are.
        /// Example: `{headers: {Reply-To: oncall@example.com}}`
        alertmanager: Option<Raw>,
    }
}

record! {
    /// A PagerDuty service.
    pub struct Pagerduty {
        /// The integration key (Events API v2).
        /// Example: `{env: PAGERDUTY_ROUTING_KEY}`
        routing_key: Secret,
        /// The severity told to PagerDuty; the alert's own unless said.
        /// Example: `critical`
        severity: Option<Text>,
        /// Whether the end of an alert is told; true unless said.
        /// Example: `true`
        send_resolved: Option<bool>,
        /// Other fields of the receiver, passed through as they are.
        /// Example: `{class: monitoring}`
        alertmanager: Option<Raw>,
    }
}

record! {
    /// A URL that is called.
    pub struct Webhook {
        /// The address.
        /// Example: `http://relay:8080/alertmanager`
        url: Setting,
        /// Whether the end of an alert is told; true unless said.
        /// Example: `true`
        send_resolved: Option<bool>,
        /// Other fields of the receiver, passed through as they are.
        /// Example: `{max_alerts: 100}`
        alertmanager: Option<Raw>,
    }
}

record! {
    /// An Opsgenie team.
    pub struct Opsgenie {
        /// The API key.
        /// Example: `{env: OPSGENIE_API_KEY}`
        api_key: Secret,
        /// Who is told, in Alertmanager's words.
        /// Example: `[{name: payments, type: team}]`
        responders: Vec<Raw>,
        /// Whether the end of an alert is told; true unless said.
        /// Example: `true`
        send_resolved: Option<bool>,
        /// Other fields of the receiver, passed through as they are.
        /// Example: `{priority: P1}`
        alertmanager: Option<Raw>,
    }
}

record! {
    /// A Microsoft Teams channel.
    pub struct Msteams {
        /// The workflow's address.
        /// Example: `{env: WEBHOOK_URL}`
        webhook_url: Secret,
        /// Whether the end of an alert is told; true unless said.
        /// Example: `true`
        send_resolved: Option<bool>,
        /// Other fields of the receiver, passed through as they are.
        /// Example: `{http_config: {proxy_url: "http://proxy:3128"}}`
        alertmanager: Option<Raw>,
    }
}

record! {
    /// A Discord channel.
    pub struct Discord {
        /// The webhook's address.
        /// Example: `{env: WEBHOOK_URL}`
        webhook_url: Secret,
        /// Whether the end of an alert is told; true unless said.
        /// Example: `true`
        send_resolved: Option<bool>,
        /// Other fields of the receiver, passed through as they are.
        /// Example: `{http_config: {proxy_url: "http://proxy:3128"}}`
        alertmanager: Option<Raw>,
    }
}

record! {
    /// A Telegram chat.
    pub struct Telegram {
        /// The bot's token.
        /// Example: `{env: TELEGRAM_BOT_TOKEN}`
        bot_token: Secret,
        /// The chat's number.
        /// Example: `-1001234567890`
        chat_id: i64,
        /// Whether the end of an alert is told; true unless said.
        /// Example: `true`
        send_resolved: Option<bool>,
        /// Other fields of the receiver, passed through as they are.
        /// Example: `{disable_notifications: true}`
        alertmanager: Option<Raw>,
    }
}

record! {
    /// Which alerts go to whom; the first of the routes below that matches takes them.
    pub struct Route {
        /// Its name for overlays and reports.
        /// Example: `page`
        id: Option<Text>,
        /// Who is told; the one of the route above unless said.
        /// Example: `on-call`
        receiver: Option<Text>,
        /// Labels by which alerts come together in one message.
        /// Example: `[alertname, job]`
        group_by: Option<Vec<Text>>,
        /// How long the first message waits for others.
        /// Example: `30s`
        group_wait: Option<Spanned<Duration>>,
        /// How long until new alerts of the group are told.
        /// Example: `5m`
        group_interval: Option<Spanned<Duration>>,
        /// How long until it is told again.
        /// Example: `4h`
        repeat_interval: Option<Spanned<Duration>>,
        /// Which alerts: `severity="critical"`.
        /// Example: `['severity="critical"']`
        matchers: Vec<Text>,
        /// Whether the routes after this one are asked too.
        /// Example: `true`
        resume as "continue": bool,
        /// Times at which nobody is told.
        /// Example: `[weekends]`
        mute_time_intervals: Vec<Text>,
        /// The only times at which somebody is told.
        /// Example: `[office-hours]`
        active_time_intervals: Vec<Text>,
        /// Routes below this one, in order.
        /// Example: `[{id: page, matchers: ['severity="critical"'], receiver: on-call, continue: true}]`
        routes: Vec<Route>,
    }
}

record! {
    /// Alerts that keep others quiet.
    pub struct Inhibit {
        /// Its name for overlays and reports.
        /// Example: `down`
        id: Option<Text>,
        /// The alerts that keep others quiet.
        /// Example: `['alertname="ServiceDown"']`
        source_matchers: Vec<Text>,
        /// The alerts that are kept quiet.
        /// Example: `['severity="warning"']`
        target_matchers: Vec<Text>,
        /// Labels that must be equal in both.
        /// Example: `[job]`
        equal: Vec<Text>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceKind, Sources, Span};

    fn smtp(from: &str, user: Option<&str>, password: bool) -> Smtp {
        let span = Span::new(Sources::default().add("a", "", SourceKind::File), 0, 0);
        let text = |value: &str| Text::synthetic(value, span);
        Smtp {
            span,
            smarthost: text("smtp.example.com:587"),
            from: text(from),
            auth_username: user.map(text),
            auth_password: password.then(|| Secret::Env(text("PASSWORD"))),
            hello: None,
            require_tls: None,
        }
    }

    #[test]
    fn the_user_is_an_address_without_the_name_before_it() {
        for from in
            ["Shop <a@example.com>", "\"Shop, Ltd\" < a@example.com >", "<a@example.com>", "a@example.com", " a@example.com "]
        {
            assert_eq!(smtp(from, None, true).user(), Some("a@example.com"), "{from}");
        }
        assert_eq!(smtp("Shop <a@example.com>", Some("me"), true).user(), Some("me"));
        assert_eq!(smtp("Shop <a@example.com>", None, false).user(), None);
        assert_eq!(smtp("\"Shop\" <a@example.com>", None, false).sender(), (Some("Shop"), "a@example.com"));
        assert_eq!(smtp("<a@example.com", None, false).sender(), (None, "<a@example.com"), "not an address with a name");
    }
}
