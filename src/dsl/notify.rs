//! Who is told what.

use super::builder::{allows, builder};
use super::data::{Data, Map, map};
use super::label::{Label, Labels};
use super::place::Place;
use super::quantity::Length;
use super::spec::{Entry, Item};
use super::stack::Secret;
use crate::promql::{MatchOp, Matcher};

/// A way by which somebody is told.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let way = Way::slack("#shop", Secret::env("SLACK_WEBHOOK_URL")).send_resolved(true);
/// # let _ = way;
/// ```
#[derive(Debug, Clone)]
pub struct Way {
    kind: &'static str,
    fields: Map,
}

macro_rules! ways {
    ($($(#[$meta:meta])* $kind:ident($($argument:ident: $type:ty),*) $call:literal;)*) => {
        impl Way {$(
            $(#[$meta])*
            ///
            /// ```
            /// use optiinfra_gen::dsl::*;
            ///
            #[doc = concat!("let receiver = Receiver::new(\"team\", Way::", $call, ");")]
            /// # assert_eq!(receiver.name(), "team");
            /// ```
            #[must_use]
            #[track_caller]
            pub fn $kind($($argument: $type),*) -> Self {
                Self { kind: stringify!($kind), fields: map()$(.set(stringify!($argument), $argument))* }
            }
        )*}
    };
}

ways! {
    /// A Slack channel, by its incoming webhook.
    slack(channel: &str, webhook_url: Secret) "slack(\"#shop\", Secret::env(\"SLACK_WEBHOOK_URL\"))";
    /// An e-mail address; the notifications say how e-mail is sent.
    email(to: &str) "email(\"team@example.com\")";
    /// A PagerDuty service, by its integration key.
    pagerduty(routing_key: Secret) "pagerduty(Secret::env(\"PAGERDUTY_ROUTING_KEY\"))";
    /// A URL that is called.
    webhook(url: &str) "webhook(\"http://relay:8080/alertmanager\")";
    /// An Opsgenie team.
    opsgenie(api_key: Secret) "opsgenie(Secret::env(\"OPSGENIE_API_KEY\"))";
    /// A Microsoft Teams channel.
    msteams(webhook_url: Secret) "msteams(Secret::env(\"TEAMS_WEBHOOK_URL\"))";
    /// A Discord channel.
    discord(webhook_url: Secret) "discord(Secret::env(\"DISCORD_WEBHOOK_URL\"))";
    /// A Telegram chat.
    telegram(bot_token: Secret, chat_id: i64) "telegram(Secret::env(\"TELEGRAM_BOT_TOKEN\"), -1001234567890)";
}

builder! { [] Way, "Way::email(\"team@example.com\")";
    /// Whether the end of an alert is told.
    send_resolved(yes: bool) "true" { "send_resolved": yes }
}

/// Somebody who can be told.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let on_call = Receiver::new("on-call", Way::pagerduty(Secret::env("PAGERDUTY_ROUTING_KEY"))).also(Way::email("team@example.com"));
/// # assert_eq!(on_call.name(), "on-call");
/// ```
#[derive(Debug, Clone)]
pub struct Receiver {
    name: String,
    place: Place,
    fields: Map,
}

impl Receiver {
    /// The name and the way by which this one is told.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let team = Receiver::new("team", Way::email("team@example.com"));
    /// # assert_eq!(team.name(), "team");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(name: &str, way: Way) -> Self {
        Self { name: name.to_owned(), place: Place::here(), fields: map() }.also(way)
    }

    /// One more way.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let team = Receiver::new("team", Way::email("team@example.com")).also(Way::webhook("http://relay:8080/"));
    /// # assert_eq!(team.name(), "team");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn also(mut self, way: Way) -> Self {
        self.fields.push(way.kind, way.fields);
        self
    }

    /// The name.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(Receiver::new("team", Way::email("team@example.com")).name(), "team");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Matchers on the labels of alerts.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let team = Receiver::new("team", Way::email("team@example.com"));
/// let route = Route::to(&team).matching(alerts().is(SEVERITY, "critical").unlike(ALERTNAME, "Gpu.*"));
/// # let _ = route;
/// ```
#[derive(Debug, Clone)]
pub struct Alerts(Vec<Data>);

/// All alerts, to be narrowed.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let critical = alerts().is(SEVERITY, "critical");
/// # let _ = critical;
/// ```
#[must_use]
pub fn alerts() -> Alerts {
    Alerts(Vec::new())
}

macro_rules! matchers {
    ($($(#[$meta:meta])* $name:ident $op:ident;)*) => {
        impl Alerts {$(
            $(#[$meta])*
            ///
            /// ```
            /// use optiinfra_gen::dsl::*;
            ///
            #[doc = concat!("let some = alerts().", stringify!($name), "(ALERTNAME, \"ServiceDown\");")]
            /// # let _ = some;
            /// ```
            #[must_use]
            #[track_caller]
            pub fn $name(mut self, label: Label, value: &str) -> Self {
                self.0.push(Matcher::new(label.as_str(), MatchOp::$op, value).to_string().into());
                self
            }
        )*}
    };
}

matchers! {
    /// Only alerts whose label is this.
    is Equal;
    /// Only alerts whose label is something else.
    is_not NotEqual;
    /// Only alerts whose label matches the regular expression as a whole.
    like Regex;
    /// Only alerts whose label does not match it.
    unlike NotRegex;
}

/// Which alerts go to whom.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let team = Receiver::new("team", Way::slack("#shop", Secret::env("SLACK_WEBHOOK_URL")));
/// let on_call = Receiver::new("on-call", Way::pagerduty(Secret::env("PAGERDUTY_ROUTING_KEY")));
/// let route = Route::to(&team).group_by([ALERTNAME, JOB]).route(Route::to(&on_call).id("page").matching(alerts().is(SEVERITY, "critical")));
/// # let _ = route;
/// ```
#[derive(Debug, Clone)]
pub struct Route {
    fields: Map,
}

impl Route {
    /// A route to a receiver.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let team = Receiver::new("team", Way::email("team@example.com"));
    /// assert_eq!(Route::to(&team).data().to_string(), r#"{"receiver": "team"}"#);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn to(receiver: &Receiver) -> Self {
        Self { fields: map().set("receiver", receiver.name()) }
    }

    /// A route below this one; the first that matches takes the alert.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let team = Receiver::new("team", Way::email("team@example.com"));
    /// let route = Route::to(&team).route(Route::to(&team).matching(alerts().is(SEVERITY, "critical")));
    /// # let _ = route;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn route(mut self, route: Route) -> Self {
        self.fields.push("routes", route.fields);
        self
    }

    /// Labels by which alerts come together in one message.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let route = Route::to(&Receiver::new("team", Way::email("team@example.com"))).group_by([ALERTNAME, JOB]);
    /// # let _ = route;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn group_by(mut self, labels: impl Labels) -> Self {
        self.fields.put("group_by", labels.names());
        self
    }
}

builder! { [] Route, "Route::to(&Receiver::new(\"team\", Way::email(\"team@example.com\")))";
    /// Its name for overlays and reports.
    id(id: &str) "\"targets\"" { "id": id }
    /// Which alerts.
    matching(alerts: Alerts) "alerts().is(SEVERITY, \"critical\")" { "matchers": alerts.0 }
    /// How long the first message waits for others.
    group_wait(time: impl Into<Length>) "minutes(5)" { "group_wait": time.into() }
    /// How long until new alerts of the group are told.
    group_interval(time: impl Into<Length>) "minutes(5)" { "group_interval": time.into() }
    /// How long until it is told again.
    repeat_interval(time: impl Into<Length>) "minutes(5)" { "repeat_interval": time.into() }
    /// The routes after this one are asked too.
    resume() "" { "continue": true }
}

/// Alerts that keep others quiet.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let down = Inhibit::new(alerts().is(ALERTNAME, "ServiceDown"), alerts().is(SEVERITY, "warning"), JOB).id("down");
/// # let _ = down;
/// ```
#[derive(Debug, Clone)]
pub struct Inhibit {
    fields: Map,
}

impl Inhibit {
    /// Which alerts keep which quiet, when these labels are equal.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let down = Inhibit::new(alerts().is(ALERTNAME, "ServiceDown"), alerts().is(SEVERITY, "warning"), [JOB, INSTANCE]);
    /// # let _ = down;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(source: Alerts, target: Alerts, equal: impl Labels) -> Self {
        let fields = map().set("source_matchers", source.0).set("target_matchers", target.0).set("equal", equal.names());
        Self { fields }
    }
}

builder! { [] Inhibit, "Inhibit::new(alerts().is(ALERTNAME, \"A\"), alerts().is(ALERTNAME, \"B\"), JOB)";
    /// Its name for overlays and reports.
    id(id: &str) "\"targets\"" { "id": id }
}

/// How e-mail is sent.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let smtp = Smtp::new("smtp.example.com:587", "alerts@example.com").auth_password(Secret::env("SMTP_PASSWORD"));
/// # let _ = smtp;
/// ```
#[derive(Debug, Clone)]
pub struct Smtp {
    fields: Map,
}

impl Smtp {
    /// The mail server with its port, and the sender's address.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let smtp = Smtp::new("smtp.example.com:587", "alerts@example.com");
    /// # let _ = smtp;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(smarthost: &str, from: &str) -> Self {
        Self { fields: map().set("smarthost", smarthost).set("from", from) }
    }
}

builder! { [] Smtp, "Smtp::new(\"smtp.example.com:587\", \"alerts@example.com\")";
    /// The user name at the mail server.
    auth_username(name: &str) "\"alerts@example.com\"" { "auth_username": name }
    /// The password at the mail server.
    auth_password(secret: Secret) "Secret::env(\"PASSWORD\")" { "auth_password": secret }
}

/// Who is told what: all receivers, and the route at the top.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let team = Receiver::new("team", Way::slack("#shop", Secret::env("SLACK_WEBHOOK_URL")));
/// let notifications = Notifications::new(Route::to(&team).group_by([ALERTNAME, JOB]), [&team]);
/// # let _ = notifications;
/// ```
#[derive(Debug, Clone)]
pub struct Notifications {
    place: Place,
    fields: Map,
}

impl Notifications {
    /// The route at the top, and all receivers.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let team = Receiver::new("team", Way::email("team@example.com"));
    /// let notifications = Notifications::new(Route::to(&team), [&team]);
    /// # let _ = notifications;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new<const N: usize>(route: Route, receivers: [&Receiver; N]) -> Self {
        let mut fields = map().set("route", route.fields);
        for receiver in receivers {
            let place = receiver.place;
            fields.insert_at("receivers", &receiver.name, place, Data::from(receiver.fields.clone()).at(place));
        }
        Self { place: Place::here(), fields }
    }

    /// Alerts that keep others quiet.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let team = Receiver::new("team", Way::email("team@example.com"));
    /// let notifications = Notifications::new(Route::to(&team), [&team])
    ///     .inhibit(Inhibit::new(alerts().is(ALERTNAME, "ServiceDown"), alerts().is(SEVERITY, "warning"), JOB));
    /// # let _ = notifications;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn inhibit(mut self, inhibit: Inhibit) -> Self {
        self.fields.push("inhibit", inhibit.fields);
        self
    }
}

builder! { [] Notifications, "Notifications::new(Route::to(&Receiver::new(\"team\", Way::email(\"a@b.c\"))), [])";
    /// How e-mail is sent.
    smtp(smtp: Smtp) "Smtp::new(\"smtp.example.com:587\", \"alerts@example.com\")" { "smtp": smtp.fields }
    /// Grafana evaluates the rules itself and tells people, without Alertmanager.
    via_grafana() "" { "via": "grafana" }
    /// How long an alert without end counts as firing.
    resolve_timeout(time: impl Into<Length>) "minutes(5)" { "resolve_timeout": time.into() }
}
allows! { [] Notifications, "Notifications::new(Route::to(&Receiver::new(\"team\", Way::email(\"a@b.c\"))), [])" }

impl Item for Notifications {
    fn entries(&self) -> Vec<Entry> {
        vec![Entry::only("notifications", self.place, self.fields.clone())]
    }
}
