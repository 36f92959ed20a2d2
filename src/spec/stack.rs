//! The stack as a whole.

use crate::spec::decode::{Map, Raw, Spanned, Text, record};
use crate::spec::quantity::Duration;
use crate::spec::service::Workload;
use crate::spec::shared::{Allow, Secret, Setting};

record! {
    /// What holds for the whole stack.
    pub struct Stack {
        /// Its name: the first part of dashboard uids and of container names.
        /// Example: `shop`
        name: Text,
        /// Time between two scrapes; 15s unless said.
        /// Example: `15s`
        scrape_interval: Option<Spanned<Duration>>,
        /// How long a scrape may take; 10s unless said.
        /// Example: `10s`
        scrape_timeout: Option<Spanned<Duration>>,
        /// Time between two evaluations of the rules; 15s unless said.
        /// Example: `15s`
        evaluation_interval: Option<Spanned<Duration>>,
        /// How long Prometheus keeps samples; 15d unless said.
        /// Example: `15d`
        retention: Option<Spanned<Duration>>,
        /// How much disk Prometheus may use: 50GB.
        /// Example: `50GB`
        retention_size: Option<Text>,
        /// Labels that Prometheus adds to what it sends elsewhere.
        /// Example: `{cluster: shop, environment: production}`
        external_labels: Map<Text>,
        /// The address under which people reach Prometheus.
        /// Example: `https://prometheus.example.com`
        external_url: Option<Text>,
        /// The start of every runbook's address; the alert's name follows.
        /// Example: `https://runbooks.example.com/`
        runbook_base: Option<Text>,
        /// The versions that run, which decide what syntax and which fields may be used.
        /// Example: `{prometheus: "3.5", alertmanager: "0.28", grafana: "11.6"}`
        servers: Option<Servers>,
        /// The most series that the stack may have.
        /// Example: `1000000`
        series_budget: Option<Spanned<u64>>,
        /// Where samples are sent too.
        /// Example: `[{id: archive, url: "https://metrics.example.com/api/v1/write", bearer_token: {env: REMOTE_WRITE_TOKEN}}]`
        remote_write: Vec<RemoteWrite>,
        /// Prometheus itself.
        /// Example: `{flags: [--web.enable-lifecycle]}`
        prometheus: Option<Server>,
        /// Alertmanager itself.
        /// Example: `{scrape: {interval: 30s}}`
        alertmanager: Option<Server>,
        /// Grafana itself.
        /// Example: `{admin_password: {env: GRAFANA_ADMIN_PASSWORD}, home: checkout}`
        grafana: Option<Grafana>,
        /// The generated Compose file.
        /// Example: `{base_services: [postgres, redis], network: shop}`
        compose: Option<ComposeSettings>,
        /// Findings to leave out for the whole stack.
        /// Example: `[{rule: promql/unknown-label, reason: "the proxy adds it", until: 2027-01-01}]`
        allow: Vec<Allow>,
    }
}

record! {
    /// The versions of the servers.
    pub struct Servers {
        /// Prometheus: `3.5`.
        /// Example: `"3.5"`
        prometheus: Option<Text>,
        /// Alertmanager: `0.28`.
        /// Example: `"0.28"`
        alertmanager: Option<Text>,
        /// Grafana: `11.6`.
        /// Example: `"11.6"`
        grafana: Option<Text>,
    }
}

record! {
    /// A server of the stack: Prometheus or Alertmanager.
    pub struct Server {
        /// The port on the host and inside.
        /// Example: `9090`
        port: Option<Spanned<u16>>,
        /// The image with its tag, when it is not the one of `servers`.
        /// Example: `prom/prometheus:v3.5.0`
        image: Option<Text>,
        /// Further flags of the program.
        /// Example: `[--web.enable-lifecycle]`
        flags: Vec<Text>,
        /// How it is scraped: `job`, `interval`.
        /// Example: `{interval: 30s}`
        scrape: Option<crate::spec::scrape::Scrape>,
        /// Changes to its container.
        /// Example: `{environment: {LOG_LEVEL: info}}`
        compose: Option<Workload>,
    }
}

record! {
    /// Grafana.
    pub struct Grafana {
        /// The port on the host and inside.
        /// Example: `3000`
        port: Option<Spanned<u16>>,
        /// The image with its tag, when it is not the one of `servers`.
        /// Example: `grafana/grafana:11.6.0`
        image: Option<Text>,
        /// The first user's name.
        /// Example: `admin`
        admin_user: Option<Text>,
        /// The first user's password.
        /// Example: `{env: GRAFANA_ADMIN_PASSWORD}`
        admin_password: Option<Secret>,
        /// The folder of the dashboards; the stack's name unless said.
        /// Example: `Shop`
        folder: Option<Text>,
        /// The dashboard that people see first.
        /// Example: `checkout`
        home: Option<Text>,
        /// The address under which people reach Grafana.
        /// Example: `https://grafana.example.com`
        root_url: Option<Text>,
        /// Plugins to install.
        /// Example: `[grafana-clock-panel]`
        plugins: Vec<Text>,
        /// Other environment variables: `GF_...`.
        /// Example: `{GF_USERS_DEFAULT_THEME: light}`
        environment: Map<Setting>,
        /// How it is scraped: `job`, `interval`.
        /// Example: `{interval: 30s}`
        scrape: Option<crate::spec::scrape::Scrape>,
        /// Changes to its container.
        /// Example: `{environment: {LOG_LEVEL: info}}`
        compose: Option<Workload>,
    }
}

record! {
    /// A server that samples are sent to.
    pub struct RemoteWrite {
        /// Its name.
        /// Example: `archive`
        id: Option<Text>,
        /// Its address.
        /// Example: `https://metrics.example.com/api/v1/write`
        url: Text,
        /// A token for `Authorization: Bearer`.
        /// Example: `{env: REMOTE_WRITE_TOKEN}`
        bearer_token: Option<Secret>,
        /// A user name for basic authentication.
        /// Example: `shop`
        user: Option<Text>,
        /// A password for basic authentication.
        /// Example: `{env: REMOTE_WRITE_PASSWORD}`
        password: Option<Secret>,
        /// Relabelling of what is sent.
        /// Example: `[{source_labels: [__name__], regex: "go_.*", action: drop}]`
        relabel: Vec<crate::spec::scrape::Relabel>,
        /// Other fields of a remote_write entry, passed through as they are.
        /// Example: `{queue_config: {max_shards: 10}}`
        prometheus: Option<Raw>,
    }
}

record! {
    /// The generated Compose file.
    pub struct ComposeSettings {
        /// The path of the generated tree as seen from the folder of the base Compose file; `./generated` unless said.
        /// Example: `./generated`
        generated: Option<Text>,
        /// The network that the base file declares; none unless said.
        /// Example: `shop`
        network: Option<Text>,
        /// The address on the host to which ports are bound; 127.0.0.1 unless said.
        /// Example: `127.0.0.1`
        bind: Option<Text>,
        /// Names of services that the base file declares, so that `depends_on` and `watches` can be checked.
        /// Example: `[postgres, redis]`
        base_services: Vec<Text>,
        /// The start of container names; none unless said.
        /// Example: `shop-`
        container_prefix: Option<Text>,
    }
}
