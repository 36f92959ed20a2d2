//! Prometheus, Alertmanager and Grafana.

use super::Servers;
use super::variables::{self, Owner, literal};
use super::workload::{self, arguments};
use super::yard::{Wait, Yard, waits};
use crate::lower::healthchecks::wget;
use crate::lower::secrets;
use crate::model::Model;
use crate::plan::compose::{Container, Folder};
use crate::plan::grafana::DASHBOARDS_FOLDER;
use crate::plan::secret::{FOLDER, SecretSource};
use crate::promql::functions::{Stability, Version};
use crate::promql::{Expr, ExprKind};
use crate::resolve::catalog;
use crate::resolve::pack::compare_versions;
use crate::spec::decode::Text;
use crate::spec::metric::MetricType;
use crate::spec::service::Workload;
use crate::spec::stack::{Grafana, Server, Stack};

/// Prometheus replays its log before it is ready, which takes minutes when there is much of it.
const PROMETHEUS_START: &str = "5m";
const ALERTMANAGER_START: &str = "30s";
/// Grafana migrates its database before it answers.
const GRAFANA_START: &str = "2m";

/// The variable that gives the first user's password when the spec does not say where it is: there is no password that everybody knows.
const ADMIN_PASSWORD: &str = "GRAFANA_ADMIN_PASSWORD";

/// Adds those servers that the stack has.
pub(super) fn add(yard: &mut Yard<'_>, needs: &Servers<'_>) {
    prometheus(yard, needs);
    if yard.model.settings.alertmanager {
        alertmanager(yard, needs);
    }
    if yard.model.settings.grafana {
        grafana(yard, needs);
    }
}

fn stack(model: &Model) -> Option<&Stack> {
    model.spec.stack.as_ref()
}

/// The image of a server's version: the one that the pack names, or the one with the version's own tag.
fn image(model: &Model, name: &str, version: &str, written: Option<&Text>) -> Option<String> {
    if let Some(image) = written {
        return Some(image.value.clone());
    }
    let pack = model.spec.packs.get(name).or_else(|| model.shipped.packs.get(name))?;
    if let Some(image) = pack.versions.get(version).and_then(|version| version.image.as_ref()) {
        return Some(literal(image.as_str()));
    }
    let newest = pack.versions.names().max_by(|a, b| compare_versions(a, b))?;
    let (repository, tag) = pack.versions.get(newest)?.image.as_ref()?.value.rsplit_once(':')?;
    let v = if tag.starts_with('v') { "v" } else { "" };
    // The first release of a version that nothing more is known of.
    let patch = if version.split('.').count() == 2 { ".0" } else { "" };
    Some(literal(&format!("{repository}:{v}{version}{patch}")))
}

fn prometheus(yard: &mut Yard<'_>, needs: &Servers<'_>) {
    let model = yard.model;
    let stack = stack(model);
    let server = stack.and_then(|stack| stack.prometheus.as_ref());
    let version = model.settings.versions.prometheus.as_str();
    let mut container = yard.container("prometheus");
    container.image = image(model, "prometheus", version, server.and_then(|server| server.image.as_ref()));
    let mut always = vec![
        "--config.file=/etc/prometheus/prometheus.yml".to_owned(),
        "--storage.tsdb.path=/prometheus".to_owned(),
        format!("--storage.tsdb.retention.time={}", model.settings.retention),
        "--web.enable-lifecycle".to_owned(),
    ];
    if let Some(size) = stack.and_then(|stack| stack.retention_size.as_ref()) {
        always.push(format!("--storage.tsdb.retention.size={}", literal(size.as_str())));
    }
    if let Some(url) = stack.and_then(|stack| stack.external_url.as_ref()) {
        always.push(format!("--web.external-url={}", literal(url.as_str())));
        if has_path(url.as_str()) {
            // Without this the path would be expected of everybody inside too: of the scrape of itself, of Grafana, of the health check.
            always.push("--web.route-prefix=/".to_owned());
        }
    }
    let own: Vec<String> = flags(server);
    let features = features(model);
    if !features.is_empty() && !own.iter().any(|flag| flag.starts_with("--enable-feature")) {
        always.push(format!("--enable-feature={}", features.join(",")));
    }
    container.command = arguments(always, own);
    container.folders.push(Folder {
        path: "prometheus",
        target: "/etc/prometheus",
        read_at_start: true,
        // Prometheus sees changes of target lists by itself, and tests are not for it.
        apart: &["prometheus/targets", "prometheus/tests"],
    });
    container.volumes.push("prometheus_data:/prometheus".to_owned());
    container.secrets = needs.prometheus.clone();
    container.health = wget(9090, "/-/ready", PROMETHEUS_START);
    // It writes what it has in memory to the disk before it ends.
    container.stop_grace_period = Some("2m");
    container.ports.push(yard.published(port(server).unwrap_or(9090), 9090));
    finish(yard, "prometheus", container, server.and_then(|server| server.compose.as_ref()), Vec::new(), &|_| None);
}

fn alertmanager(yard: &mut Yard<'_>, needs: &Servers<'_>) {
    let model = yard.model;
    let server = stack(model).and_then(|stack| stack.alertmanager.as_ref());
    let mut container = yard.container("alertmanager");
    let version = model.settings.versions.alertmanager.as_str();
    container.image = image(model, "alertmanager", version, server.and_then(|server| server.image.as_ref()));
    let always = vec![
        "--config.file=/etc/alertmanager/alertmanager.yml".to_owned(),
        "--storage.path=/alertmanager".to_owned(),
        // One Alertmanager has no peers to wait for.
        "--cluster.listen-address=".to_owned(),
    ];
    container.command = arguments(always, flags(server));
    container.folders.push(Folder { path: "alertmanager", target: "/etc/alertmanager", read_at_start: true, apart: &[] });
    container.volumes.push("alertmanager_data:/alertmanager".to_owned());
    container.secrets = needs.alertmanager.clone();
    container.health = wget(9093, "/-/ready", ALERTMANAGER_START);
    container.ports.push(yard.published(port(server).unwrap_or(9093), 9093));
    finish(yard, "alertmanager", container, server.and_then(|server| server.compose.as_ref()), Vec::new(), &|_| None);
}

fn grafana(yard: &mut Yard<'_>, needs: &Servers<'_>) {
    let model = yard.model;
    let written = stack(model).and_then(|stack| stack.grafana.as_ref());
    let mut container = yard.container("grafana");
    let version = model.settings.versions.grafana.as_str();
    container.image = image(model, "grafana", version, written.and_then(|grafana| grafana.image.as_ref()));
    container.folders.push(Folder {
        path: "grafana/provisioning",
        target: "/etc/grafana/provisioning",
        read_at_start: true,
        apart: &[],
    });
    if !model.dashboards.is_empty() {
        // Grafana sees changes of dashboards by itself.
        container.folders.push(Folder {
            path: "grafana/dashboards",
            target: DASHBOARDS_FOLDER,
            read_at_start: false,
            apart: &[],
        });
    }
    container.volumes.push("grafana_data:/var/lib/grafana".to_owned());
    container.secrets = needs.grafana.clone();
    container.health = wget(3000, "/api/health", GRAFANA_START);
    container.ports.push(yard.published(written.and_then(|grafana| grafana.port.as_ref()).map_or(3000, |port| port.value), 3000));
    let mut set = |name: &str, value: String| container.environment.insert(name.to_owned(), value);
    set("GF_USERS_ALLOW_SIGN_UP", "false".to_owned());
    set("GF_UNIFIED_ALERTING_ENABLED", "true".to_owned());
    if let Some(grafana) = written {
        let text = |text: &Text| literal(text.as_str());
        set("GF_SECURITY_ADMIN_USER", grafana.admin_user.as_ref().map_or_else(|| "admin".to_owned(), text));
        if let Some(url) = &grafana.root_url {
            set("GF_SERVER_ROOT_URL", text(url));
        }
        if !grafana.plugins.is_empty() {
            set("GF_INSTALL_PLUGINS", grafana.plugins.iter().map(text).collect::<Vec<_>>().join(","));
        }
        if let Some(home) = &grafana.home {
            set("GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH", format!("{DASHBOARDS_FOLDER}/{}.json", text(home)));
        }
    } else {
        set("GF_SECURITY_ADMIN_USER", "admin".to_owned());
    }
    let admin_path = match written.and_then(|grafana| grafana.admin_password.as_ref()) {
        Some(secret) => secrets::path(secret, &mut container.secrets),
        None => {
            let name = ADMIN_PASSWORD.to_ascii_lowercase();
            container.secrets.insert(name.clone(), SecretSource::Env(ADMIN_PASSWORD.to_owned()));
            format!("{FOLDER}{name}")
        }
    };
    container.environment.insert("GF_SECURITY_ADMIN_PASSWORD__FILE".to_owned(), literal(&admin_path));
    container.environment.extend(needs.grafana_environment.iter().map(|(name, value)| (name.clone(), literal(value))));
    for (variable, entry) in written.into_iter().flat_map(|grafana: &Grafana| grafana.environment.iter()) {
        let owner = Owner { name: "grafana", as_in_compose: false };
        let file = of_file(variable);
        variables::set(&mut container, owner, variable, &entry.value, file.as_deref(), &mut yard.diagnostics);
    }
    // It shows what it has while Prometheus starts.
    let waits = vec![Wait { service: "prometheus", for_health: false }];
    finish(yard, "grafana", container, written.and_then(|grafana| grafana.compose.as_ref()), waits, &of_file);
}

/// Grafana reads any variable from a file when its name ends so.
fn of_file(variable: &str) -> Option<String> {
    variable.starts_with("GF_").then(|| format!("{variable}__FILE"))
}

fn flags(server: Option<&Server>) -> Vec<String> {
    server.into_iter().flat_map(|server| &server.flags).map(|flag| literal(flag.as_str())).collect()
}

fn port(server: Option<&Server>) -> Option<u16> {
    server.and_then(|server| server.port.as_ref()).map(|port| port.value)
}

fn finish<'m>(
    yard: &mut Yard<'m>,
    name: &'static str,
    mut container: Container,
    workload: Option<&'m Workload>,
    mut after: Vec<Wait<'m>>,
    file_variant: &dyn Fn(&str) -> Option<String>,
) {
    workload::apply(&mut container, name, workload, file_variant, &mut yard.diagnostics);
    after.extend(waits(workload.map_or(&[][..], |workload| &workload.depends_on)));
    let span = stack(yard.model).map(|stack| stack.name.span);
    yard.add(name, container, after, "stack".to_owned(), span);
}

/// Whether an address has a path beyond its host: `https://example.com/prometheus/`.
fn has_path(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split_once('/').is_some_and(|(_, path)| !path.trim_matches('/').is_empty())
}

/// The feature flags without which Prometheus would refuse an expression or drop a sample of the stack.
fn features(model: &Model) -> Vec<&'static str> {
    let mut features = Vec::new();
    let records = model.records.iter().map(|record| &record.expr);
    let alerts = model.alerts.iter().filter(|alert| !alert.planned).map(|alert| &alert.expr);
    let panels = model.dashboards.iter().flat_map(|dashboard| &dashboard.rows).flat_map(|row| &row.panels);
    let targets = panels.flat_map(|panel| &panel.targets).map(|target| &target.expr);
    let server = catalog::version(&model.settings.versions.prometheus).unwrap_or(Version(0, 0));
    if records.chain(alerts).chain(targets).any(|expr| experimental(&expr.ast, server)) {
        features.push("promql-experimental-functions");
    }
    let native = |job: &crate::model::job::Job| {
        job.exposes.values().any(|exposed| exposed.metric.kind.value == MetricType::NativeHistogram)
    };
    // From 3.9 on scrape configurations ask for native histograms, and the flag does nothing.
    if server < Version(3, 9) && model.jobs.iter().any(|job| !job.planned && native(job)) {
        features.push("native-histograms");
    }
    features
}

/// Whether the server must be told to accept experimental functions for this expression.
fn experimental(expr: &Expr, server: Version) -> bool {
    let mut found = false;
    expr.visit(&mut |node| {
        found |= match &node.kind {
            ExprKind::Call(call) => call.function().is_some_and(|function| match function.stability {
                Stability::Stable => false,
                Stability::StableSince(version) => server < version,
                Stability::Experimental => true,
            }),
            ExprKind::Aggregate(aggregate) => aggregate.op.is_experimental(),
            _ => false,
        };
    });
    found
}
