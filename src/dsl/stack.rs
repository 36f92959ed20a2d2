//! What holds for the whole stack.

use super::builder::{allows, builder};
use super::data::{Data, Map, map};
use super::place::Place;
use super::quantity::Length;
use super::spec::{Entry, Item};

/// The versions of the servers, which decide what syntax and which fields may be used.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let servers = Servers::new("3.5", "0.28", "11.6");
/// # let _ = servers;
/// ```
#[derive(Debug, Clone)]
pub struct Servers(Map);

impl Servers {
    /// Prometheus, Alertmanager and Grafana.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let servers = Servers::new("3.5", "0.28", "11.6");
    /// # let _ = servers;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(prometheus: &str, alertmanager: &str, grafana: &str) -> Self {
        Self(map().set("prometheus", prometheus).set("alertmanager", alertmanager).set("grafana", grafana))
    }
}

/// Where a secret is found; its value never stands in a spec.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let grafana = Grafana::new(Secret::env("GRAFANA_ADMIN_PASSWORD"));
/// # let _ = grafana;
/// ```
#[derive(Debug, Clone)]
pub struct Secret(Map);

impl Secret {
    /// In an environment variable.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(Data::from(Secret::env("SMTP_PASSWORD")).to_string(), r#"{"env": "SMTP_PASSWORD"}"#);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn env(name: &str) -> Self {
        Self(map().set("env", name))
    }

    /// In a file, by its path as the program that needs the secret sees it.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// assert_eq!(Data::from(Secret::file("/run/secrets/smtp")).to_string(), r#"{"file": "/run/secrets/smtp"}"#);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn file(path: &str) -> Self {
        Self(map().set("file", path))
    }
}

impl From<Secret> for Data {
    #[track_caller]
    fn from(secret: Secret) -> Self {
        secret.0.into()
    }
}

/// Grafana.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let grafana = Grafana::new(Secret::env("GRAFANA_ADMIN_PASSWORD")).admin_user("admin").folder("Shop").home("checkout");
/// # let _ = grafana;
/// ```
#[derive(Debug, Clone)]
pub struct Grafana {
    fields: Map,
}

impl Grafana {
    /// With the first user's password.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let grafana = Grafana::new(Secret::env("GRAFANA_ADMIN_PASSWORD"));
    /// # let _ = grafana;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(admin_password: Secret) -> Self {
        Self { fields: map().set("admin_password", admin_password) }
    }
}

builder! { [] Grafana, "Grafana::new(Secret::env(\"PASSWORD\"))";
    /// The first user's name.
    admin_user(name: &str) "\"admin\"" { "admin_user": name }
    /// The folder of the dashboards.
    folder(name: &str) "\"Shop\"" { "folder": name }
    /// The dashboard that people see first.
    home(dashboard: &str) "\"checkout\"" { "home": dashboard }
    /// The address under which people reach Grafana.
    root_url(url: &str) "\"https://grafana.example.com\"" { "root_url": url }
}

/// What holds for the whole stack.
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let stack = Stack::new("shop", Servers::new("3.5", "0.28", "11.6"))
///     .scrape_interval(seconds(15))
///     .retention(days(15))
///     .external_label("cluster", "shop")
///     .grafana(Grafana::new(Secret::env("GRAFANA_ADMIN_PASSWORD")))
///     .compose(map().set("base_services", ["checkout"]));
/// # let _ = stack;
/// ```
#[derive(Debug, Clone)]
pub struct Stack {
    place: Place,
    fields: Map,
}

impl Stack {
    /// Its name, which is the first part of dashboard uids and container names, and the versions of its servers.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let stack = Stack::new("shop", Servers::new("3.5", "0.28", "11.6"));
    /// # let _ = stack;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(name: &str, servers: Servers) -> Self {
        Self { place: Place::here(), fields: map().set("name", name).set("servers", servers.0) }
    }

    /// A label that Prometheus adds to what it sends elsewhere.
    ///
    /// ```
    /// use optiinfra_gen::dsl::*;
    ///
    /// let stack = Stack::new("shop", Servers::new("3.5", "0.28", "11.6")).external_label("cluster", "shop");
    /// # let _ = stack;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn external_label(mut self, name: &str, value: &str) -> Self {
        self.fields.insert("external_labels", name, value);
        self
    }
}

builder! { [] Stack, "Stack::new(\"shop\", Servers::new(\"3.5\", \"0.28\", \"11.6\"))";
    /// Time between two scrapes; 15 seconds unless said.
    scrape_interval(interval: impl Into<Length>) "minutes(5)" { "scrape_interval": interval.into() }
    /// How long a scrape may take; 10 seconds unless said.
    scrape_timeout(timeout: impl Into<Length>) "minutes(5)" { "scrape_timeout": timeout.into() }
    /// Time between two evaluations of the rules; 15 seconds unless said.
    evaluation_interval(interval: impl Into<Length>) "minutes(5)" { "evaluation_interval": interval.into() }
    /// How long Prometheus keeps samples; 15 days unless said.
    retention(time: impl Into<Length>) "minutes(5)" { "retention": time.into() }
    /// The address under which people reach Prometheus.
    external_url(url: &str) "\"https://prometheus.example.com\"" { "external_url": url }
    /// The start of every runbook's address; the alert's name follows.
    runbook_base(url: &str) "\"https://runbooks.example.com/\"" { "runbook_base": url }
    /// Grafana.
    grafana(grafana: Grafana) "Grafana::new(Secret::env(\"PASSWORD\"))" { "grafana": grafana.fields }
    /// The generated Compose file.
    compose(settings: Map) "map().set(\"network\", \"shop\")" { "compose": settings }
}
allows! { [] Stack, "Stack::new(\"shop\", Servers::new(\"3.5\", \"0.28\", \"11.6\"))" }

impl Item for Stack {
    fn entries(&self) -> Vec<Entry> {
        vec![Entry::only("stack", self.place, self.fields.clone())]
    }
}
