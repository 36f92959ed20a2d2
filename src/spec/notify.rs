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
        /// What sends them: `alertmanager` unless said.
        via: Option<Spanned<Via>>,
        /// How e-mail is sent.
        smtp: Option<Smtp>,
        /// Who can be told.
        receivers: Map<Receiver>,
        /// Which alert goes to whom.
        route: Option<Route>,
        /// Alerts that keep others quiet, besides those between the levels of one alert.
        inhibit: Vec<Inhibit>,
        /// Times at which routes can be quiet, in Alertmanager's words.
        mute_timings: Map<Raw>,
        /// Paths of files with notification templates, relative to the spec directory.
        templates: Vec<Text>,
        /// How long an alert without end counts as firing.
        resolve_timeout: Option<Spanned<Duration>>,
        /// Findings to leave out for notifications.
        allow: Vec<Allow>,
    }
}

record! {
    /// How e-mail is sent.
    pub struct Smtp {
        /// The mail server with its port.
        smarthost: Text,
        /// The sender's address.
        from: Text,
        /// The user name at the mail server.
        auth_username: Option<Text>,
        /// The password at the mail server.
        auth_password: Option<Secret>,
        /// The name that it says in HELO.
        hello: Option<Text>,
        /// Whether TLS is demanded; true unless said.
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
        slack: OneOrMany<Slack>,
        /// E-mail addresses.
        email: OneOrMany<Email>,
        /// PagerDuty services.
        pagerduty: OneOrMany<Pagerduty>,
        /// URLs that are called.
        webhook: OneOrMany<Webhook>,
        /// Opsgenie teams.
        opsgenie: OneOrMany<Opsgenie>,
        /// Microsoft Teams channels.
        msteams: OneOrMany<Msteams>,
        /// Discord channels.
        discord: OneOrMany<Discord>,
        /// Telegram chats.
        telegram: OneOrMany<Telegram>,
        /// Findings to leave out for this receiver.
        allow: Vec<Allow>,
    }
}

record! {
    /// A Slack channel.
    pub struct Slack {
        /// The channel: `#alerts`.
        channel: Text,
        /// The incoming webhook's address.
        webhook_url: Secret,
        /// The heading of a message.
        title: Option<Text>,
        /// The text of a message.
        text: Option<Text>,
        /// Whether the end of an alert is told; true unless said.
        send_resolved: Option<bool>,
        /// Other fields of the receiver, passed through as they are.
        alertmanager: Option<Raw>,
    }
}

record! {
    /// An e-mail address.
    pub struct Email {
        /// To whom.
        to: Text,
        /// Whether the end of an alert is told; false unless said.
        send_resolved: Option<bool>,
        /// The subject line.
        subject: Option<Text>,
        /// Other fields of the receiver, passed through as they are.
        alertmanager: Option<Raw>,
    }
}

record! {
    /// A PagerDuty service.
    pub struct Pagerduty {
        /// The integration key (Events API v2).
        routing_key: Secret,
        /// The severity told to PagerDuty; the alert's own unless said.
        severity: Option<Text>,
        /// Whether the end of an alert is told; true unless said.
        send_resolved: Option<bool>,
        /// Other fields of the receiver, passed through as they are.
        alertmanager: Option<Raw>,
    }
}

record! {
    /// A URL that is called.
    pub struct Webhook {
        /// The address.
        url: Setting,
        /// Whether the end of an alert is told; true unless said.
        send_resolved: Option<bool>,
        /// Other fields of the receiver, passed through as they are.
        alertmanager: Option<Raw>,
    }
}

record! {
    /// An Opsgenie team.
    pub struct Opsgenie {
        /// The API key.
        api_key: Secret,
        /// Who is told, in Alertmanager's words.
        responders: Vec<Raw>,
        /// Whether the end of an alert is told; true unless said.
        send_resolved: Option<bool>,
        /// Other fields of the receiver, passed through as they are.
        alertmanager: Option<Raw>,
    }
}

record! {
    /// A Microsoft Teams channel.
    pub struct Msteams {
        /// The workflow's address.
        webhook_url: Secret,
        /// Whether the end of an alert is told; true unless said.
        send_resolved: Option<bool>,
        /// Other fields of the receiver, passed through as they are.
        alertmanager: Option<Raw>,
    }
}

record! {
    /// A Discord channel.
    pub struct Discord {
        /// The webhook's address.
        webhook_url: Secret,
        /// Whether the end of an alert is told; true unless said.
        send_resolved: Option<bool>,
        /// Other fields of the receiver, passed through as they are.
        alertmanager: Option<Raw>,
    }
}

record! {
    /// A Telegram chat.
    pub struct Telegram {
        /// The bot's token.
        bot_token: Secret,
        /// The chat's number.
        chat_id: i64,
        /// Whether the end of an alert is told; true unless said.
        send_resolved: Option<bool>,
        /// Other fields of the receiver, passed through as they are.
        alertmanager: Option<Raw>,
    }
}

record! {
    /// Which alerts go to whom; the first of the routes below that matches takes them.
    pub struct Route {
        /// Its name for overlays and reports.
        id: Option<Text>,
        /// Who is told; the one of the route above unless said.
        receiver: Option<Text>,
        /// Labels by which alerts come together in one message.
        group_by: Option<Vec<Text>>,
        /// How long the first message waits for others.
        group_wait: Option<Spanned<Duration>>,
        /// How long until new alerts of the group are told.
        group_interval: Option<Spanned<Duration>>,
        /// How long until it is told again.
        repeat_interval: Option<Spanned<Duration>>,
        /// Which alerts: `severity="critical"`.
        matchers: Vec<Text>,
        /// Whether the routes after this one are asked too.
        resume as "continue": bool,
        /// Times at which nobody is told.
        mute_time_intervals: Vec<Text>,
        /// The only times at which somebody is told.
        active_time_intervals: Vec<Text>,
        /// Routes below this one, in order.
        routes: Vec<Route>,
    }
}

record! {
    /// Alerts that keep others quiet.
    pub struct Inhibit {
        /// Its name for overlays and reports.
        id: Option<Text>,
        /// The alerts that keep others quiet.
        source_matchers: Vec<Text>,
        /// The alerts that are kept quiet.
        target_matchers: Vec<Text>,
        /// Labels that must be equal in both.
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
