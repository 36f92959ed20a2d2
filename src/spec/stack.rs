//! The stack as a whole.

use crate::spec::decode::{Map, Raw, Spanned, Text, record};
use crate::spec::quantity::Duration;
use crate::spec::service::Workload;
use crate::spec::shared::{Allow, Secret, Setting};

record! {
    /// What holds for the whole stack.
    pub struct Stack {
        /// Its name: the first part of dashboard uids and of container names.
        name: Text,
        /// Time between two scrapes; 15s unless said.
        scrape_interval: Option<Spanned<Duration>>,
        /// How long a scrape may take; 10s unless said.
        scrape_timeout: Option<Spanned<Duration>>,
        /// Time between two evaluations of the rules; 15s unless said.
        evaluation_interval: Option<Spanned<Duration>>,
        /// How long Prometheus keeps samples; 15d unless said.
        retention: Option<Spanned<Duration>>,
        /// How much disk Prometheus may use: 50GB.
        retention_size: Option<Text>,
        /// Labels that Prometheus adds to what it sends elsewhere.
        external_labels: Map<Text>,
        /// The address under which people reach Prometheus.
        external_url: Option<Text>,
        /// The start of every runbook's address; the alert's name follows.
        runbook_base: Option<Text>,
        /// The versions that run, which decide what syntax and which fields may be used.
        servers: Option<Servers>,
        /// The most series that the stack may have.
        series_budget: Option<Spanned<u64>>,
        /// Where samples are sent too.
        remote_write: Vec<RemoteWrite>,
        /// Prometheus itself.
        prometheus: Option<Server>,
        /// Alertmanager itself.
        alertmanager: Option<Server>,
        /// Grafana itself.
        grafana: Option<Grafana>,
        /// The generated Compose file.
        compose: Option<ComposeSettings>,
        /// Findings to leave out for the whole stack.
        allow: Vec<Allow>,
    }
}

record! {
    /// The versions of the servers.
    pub struct Servers {
        /// Prometheus: `3.5`.
        prometheus: Option<Text>,
        /// Alertmanager: `0.28`.
        alertmanager: Option<Text>,
        /// Grafana: `11.6`.
        grafana: Option<Text>,
    }
}

record! {
    /// A server of the stack: Prometheus or Alertmanager.
    pub struct Server {
        /// The port on the host and inside.
        port: Option<Spanned<u16>>,
        /// The image with its tag, when it is not the one of `servers`.
        image: Option<Text>,
        /// Further flags of the program.
        flags: Vec<Text>,
        /// How it is scraped: `job`, `interval`.
        scrape: Option<crate::spec::scrape::Scrape>,
        /// Changes to its container.
        compose: Option<Workload>,
    }
}

record! {
    /// Grafana.
    pub struct Grafana {
        /// The port on the host and inside.
        port: Option<Spanned<u16>>,
        /// The image with its tag, when it is not the one of `servers`.
        image: Option<Text>,
        /// The first user's name.
        admin_user: Option<Text>,
        /// The first user's password.
        admin_password: Option<Secret>,
        /// The folder of the dashboards; the stack's name unless said.
        folder: Option<Text>,
        /// The dashboard that people see first.
        home: Option<Text>,
        /// The address under which people reach Grafana.
        root_url: Option<Text>,
        /// Plugins to install.
        plugins: Vec<Text>,
        /// Other environment variables: `GF_...`.
        environment: Map<Setting>,
        /// How it is scraped: `job`, `interval`.
        scrape: Option<crate::spec::scrape::Scrape>,
        /// Changes to its container.
        compose: Option<Workload>,
    }
}

record! {
    /// A server that samples are sent to.
    pub struct RemoteWrite {
        /// Its name.
        id: Option<Text>,
        /// Its address.
        url: Text,
        /// A token for `Authorization: Bearer`.
        bearer_token: Option<Secret>,
        /// A user name for basic authentication.
        user: Option<Text>,
        /// A password for basic authentication.
        password: Option<Secret>,
        /// Relabelling of what is sent.
        relabel: Vec<crate::spec::scrape::Relabel>,
        /// Other fields of a remote_write entry, passed through as they are.
        prometheus: Option<Raw>,
    }
}

record! {
    /// The generated Compose file.
    pub struct ComposeSettings {
        /// The path of the generated tree as seen from the folder of the base Compose file; `./generated` unless said.
        generated: Option<Text>,
        /// The network that the base file declares; none unless said.
        network: Option<Text>,
        /// The address on the host to which ports are bound; 127.0.0.1 unless said.
        bind: Option<Text>,
        /// Names of services that the base file declares, so that `depends_on` and `watches` can be checked.
        base_services: Vec<Text>,
        /// The start of container names; none unless said.
        container_prefix: Option<Text>,
    }
}
