//! Containers of a stack, as several rules look at them: their images, settings and published ports.

use crate::lint::subject::Stack;
use crate::resolve::pack::choose;
use crate::source::Span;
use crate::spec::decode::{Map, Text};
use crate::spec::service::Workload;
use crate::spec::shared::{Setting, Status};

/// What a container belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where the name stands.
    pub span: Span,
}

/// All containers that the spec says something of.
pub fn all<'a>(stack: &Stack<'a>) -> Vec<(Owner<'a>, &'a Workload)> {
    let spec = stack.spec;
    let mut all = Vec::new();
    let mut add = |name: &'a str, span: Span, workload: Option<&'a Workload>| {
        all.extend(workload.map(|workload| (Owner { name, span }, workload)));
    };
    for (name, entry) in spec.services.iter() {
        add(name, entry.key, entry.value.compose.as_ref());
    }
    for (name, entry) in spec.exporters.iter() {
        add(name, entry.key, entry.value.compose.as_ref());
    }
    for (name, entry) in spec.gpu_targets.iter() {
        add(name, entry.key, entry.value.compose.as_ref());
    }
    if let Some(whole) = &spec.stack {
        let span = whole.name.span;
        add("prometheus", span, whole.prometheus.as_ref().and_then(|server| server.compose.as_ref()));
        add("alertmanager", span, whole.alertmanager.as_ref().and_then(|server| server.compose.as_ref()));
        add("grafana", span, whole.grafana.as_ref().and_then(|grafana| grafana.compose.as_ref()));
    }
    all
}

/// All images that the spec names, with what they are for.
pub fn images<'a>(stack: &Stack<'a>) -> Vec<(&'a str, Span, &'a Text)> {
    let mut images: Vec<(&str, Span, &Text)> =
        all(stack).into_iter().filter_map(|(owner, workload)| Some((owner.name, owner.span, workload.image.as_ref()?))).collect();
    if let Some(whole) = &stack.spec.stack {
        let span = whole.name.span;
        let servers = [("prometheus", &whole.prometheus), ("alertmanager", &whole.alertmanager)];
        images.extend(servers.into_iter().filter_map(|(name, server)| Some((name, span, server.as_ref()?.image.as_ref()?))));
        images.extend(whole.grafana.as_ref().and_then(|grafana| Some(("grafana", span, grafana.image.as_ref()?))));
    }
    images
}

/// A setting that stands in the spec as plain text.
#[derive(Debug, Clone, Copy)]
pub struct SettingUse<'a> {
    /// The field or the variable.
    pub name: &'a str,
    /// What it is for.
    pub owner: &'a str,
    /// Where that is named.
    pub about: Span,
    /// The value.
    pub text: &'a Text,
    /// Whether a pack says that it holds a secret.
    pub secret: bool,
}

/// All settings that stand in the spec as plain text.
pub fn settings<'a>(stack: &Stack<'a>) -> Vec<SettingUse<'a>> {
    let spec = stack.spec;
    let mut found = Vec::new();
    let mut add = |name: &'a str, owner: &'a str, about: Span, setting: &'a Setting, secret: bool| {
        if let Setting::Plain(text) = setting {
            found.push(SettingUse { name, owner, about, text, secret });
        }
    };
    for (owner, workload) in all(stack) {
        for (name, entry) in workload.environment.iter() {
            add(name, owner.name, owner.span, &entry.value, false);
        }
    }
    for (owner, entry) in spec.exporters.iter() {
        let exporter = &entry.value;
        let pack = choose(&exporter.pack, spec, stack.shipped, &mut Vec::new());
        let is_secret =
            |name: &str| pack.as_ref().and_then(|chosen| chosen.pack.env.get(name)).is_some_and(|variable| variable.secret);
        for (name, setting) in [("dsn", &exporter.dsn), ("address", &exporter.address), ("user", &exporter.user)] {
            setting.iter().for_each(|setting| add(name, owner, entry.key, setting, false));
        }
        for (name, setting) in exporter.environment.iter() {
            add(name, owner, entry.key, &setting.value, is_secret(name));
        }
    }
    let grafana: Option<&'a Map<Setting>> =
        spec.stack.as_ref().and_then(|whole| whole.grafana.as_ref()).map(|grafana| &grafana.environment);
    for (name, entry) in grafana.into_iter().flat_map(Map::iter) {
        add(name, "grafana", entry.key, &entry.value, false);
    }
    found
}

/// The password in an address: `postgresql://user:password@host/db`.
pub fn password_in(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let (authority, _) = rest.split_once('@')?;
    if authority.contains('/') {
        return None;
    }
    authority.split_once(':').map(|(_, password)| password).filter(|password| !password.is_empty())
}

/// Passwords that programs come with, or that everybody tries first.
const KNOWN: &[&str] = &[
    "admin",
    "password",
    "passw0rd",
    "postgres",
    "root",
    "guest",
    "changeme",
    "change_me",
    "secret",
    "test",
    "default",
    "123456",
    "12345678",
    "grafana",
    "prom-operator",
    "redis",
    "clickhouse",
];

/// The password of a setting, when everybody knows it.
pub fn default_password<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let known = |password: &str| KNOWN.contains(&password.to_ascii_lowercase().as_str());
    if let Some(password) = password_in(text) {
        return known(password).then_some(password);
    }
    let name = name.to_ascii_uppercase();
    let by_name = ["PASSWORD", "PASSWD"].iter().any(|word| name.ends_with(word));
    (by_name && known(text)).then_some(text)
}

/// A port of the host that a container is published at.
#[derive(Debug)]
pub struct Published<'a> {
    /// The container.
    pub name: String,
    /// Where the container is named.
    pub about: Span,
    /// Where the port is written, or else the container's name.
    pub span: Span,
    /// The address of the host; `None` for all.
    pub address: Option<&'a str>,
    /// The port.
    pub host: u16,
    /// `tcp` or `udp`.
    pub protocol: &'static str,
}

/// All ports of the host that are taken.
pub fn published<'a>(stack: &Stack<'a>) -> Vec<Published<'a>> {
    let spec = stack.spec;
    let mut found: Vec<Published<'a>> = Vec::new();
    if let Some(whole) = &spec.stack {
        of_servers(stack, whole, &mut found);
    }
    for (name, entry) in spec.services.iter() {
        let service = &entry.value;
        let Some(workload) = service.compose.as_ref().filter(|_| service.status != Some(Status::Planned)) else { continue };
        match (&workload.ports, &service.port) {
            (Some(ports), _) => found.extend(written(name, entry.key, ports)),
            (None, Some(port)) => found.push(own(name, entry.key, port.span, port.value)),
            (None, None) => {}
        }
    }
    for (name, entry) in spec.exporters.iter() {
        let exporter = &entry.value;
        if exporter.status != Some(Status::Planned)
            && let Some(ports) = exporter.compose.as_ref().and_then(|workload| workload.ports.as_ref())
        {
            found.extend(written(name, entry.key, ports));
        }
    }
    found
}

/// The ports of the servers, which are where people expect them unless said.
fn of_servers<'a>(stack: &Stack<'a>, whole: &'a crate::spec::stack::Stack, found: &mut Vec<Published<'a>>) {
    let span = whole.name.span;
    let mut server = |name: &'static str, usual: u16, port: Option<(u16, Span)>, workload: Option<&'a Workload>| match workload
        .and_then(|workload| workload.ports.as_ref())
    {
        Some(ports) => found.extend(written(name, span, ports)),
        None => {
            let (port, at) = port.unwrap_or((usual, span));
            found.push(own(name, span, at, port));
        }
    };
    let of_server = |server: &'a Option<crate::spec::stack::Server>| {
        let port = server.as_ref().and_then(|server| server.port.as_ref()).map(|port| (port.value, port.span));
        (port, server.as_ref().and_then(|server| server.compose.as_ref()))
    };
    let (port, workload) = of_server(&whole.prometheus);
    server("prometheus", 9090, port, workload);
    if stack.settings.alertmanager {
        let (port, workload) = of_server(&whole.alertmanager);
        server("alertmanager", 9093, port, workload);
    }
    if stack.settings.grafana {
        let port = whole.grafana.as_ref().and_then(|grafana| grafana.port.as_ref()).map(|port| (port.value, port.span));
        server("grafana", 3000, port, whole.grafana.as_ref().and_then(|grafana| grafana.compose.as_ref()));
    }
}

fn own<'a>(name: &str, about: Span, span: Span, host: u16) -> Published<'a> {
    Published { name: name.to_owned(), about, span, address: None, host, protocol: "tcp" }
}

/// Ports as Compose writes them: `8080:80`, `127.0.0.1:8080:80/udp`. Ranges and variables are not looked into.
fn written<'a>(name: &str, about: Span, ports: &'a [Text]) -> Vec<Published<'a>> {
    let read = |text: &'a Text| {
        let (ports, protocol) = match text.as_str().rsplit_once('/') {
            Some((ports, "udp")) => (ports, "udp"),
            Some((ports, _)) => (ports, "tcp"),
            None => (text.as_str(), "tcp"),
        };
        let (host, _) = ports.rsplit_once(':')?;
        let (address, host) = match host.rsplit_once(':') {
            Some((address, host)) => (Some(address), host),
            None => (None, host),
        };
        let address = address.filter(|address| *address != "0.0.0.0");
        Some(Published { name: name.to_owned(), about, span: text.span, address, host: host.parse().ok()?, protocol })
    };
    ports.iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_addresses() {
        assert_eq!(password_in("postgresql://u:geheim@db:5432/x"), Some("geheim"));
        assert_eq!(password_in("redis://:pw@redis"), Some("pw"));
        for none in ["postgresql://db:5432/x", "u:p@h", "http://h/a:b@c", "http://u@h", "http://u:@h", "://@", ""] {
            assert_eq!(password_in(none), None, "{none}");
        }
        assert_eq!(default_password("postgresql://postgres:postgres@db/x", "dsn"), Some("postgres"));
        assert_eq!(default_password("admin", "GF_SECURITY_ADMIN_PASSWORD"), Some("admin"));
        assert_eq!(default_password("admin", "GF_SECURITY_ADMIN_USER"), None);
    }
}
