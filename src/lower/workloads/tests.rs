//! From a spec to the Compose file, through the emitter.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::{Servers, lower};
use crate::diagnostic::Diagnostic;
use crate::emit::{Artifact, Artifacts};
use crate::load::yaml;
use crate::plan::secret::Secrets;
use crate::source::{SourceKind, Sources};
use crate::spec::Spec;
use crate::spec::decode::{Decode, Decoder, to_json};

fn spec(text: &str, sources: &mut Sources) -> Spec {
    let source = sources.add("t", text, SourceKind::File);
    let parsed = yaml::parse(source, text);
    assert!(!parsed.has_errors(), "{:?}", parsed.diagnostics);
    Spec::decode(&parsed.documents[0].root, &mut Decoder::default()).unwrap()
}

struct Outcome {
    text: String,
    file: Json,
    diagnostics: Vec<Diagnostic>,
    artifacts: Vec<Artifact>,
}

impl Outcome {
    fn service(&self, name: &str) -> &Json {
        &self.file["services"][name]
    }

    fn messages(&self) -> Vec<&str> {
        self.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect()
    }
}

fn build(text: &str) -> Outcome {
    build_beside(
        text,
        &[("prometheus/prometheus.yml", "a"), ("prometheus/targets/x.json", "b"), ("alertmanager/alertmanager.yml", "c")],
    )
}

fn build_beside(text: &str, others: &[(&str, &str)]) -> Outcome {
    let mut sources = Sources::default();
    let own = spec(text, &mut sources);
    let shipped = crate::packs::shipped(&mut sources);
    let model = crate::resolve::resolve(Arc::new(own), Arc::new(shipped), &sources, &mut Vec::new());
    let mut ignored = Vec::new();
    let prometheus = crate::lower::scrape::lower(&model);
    let alertmanager = crate::lower::routes::lower(&model, &mut ignored).map(|plan| plan.secrets).unwrap_or_default();
    let none = Secrets::new();
    let environment = BTreeMap::from([("GF_SMTP_HOST".to_owned(), "m:$5".to_owned())]);
    let needs = Servers {
        prometheus: &prometheus.secrets,
        alertmanager: &alertmanager,
        grafana: &none,
        grafana_environment: &environment,
    };
    let (plan, diagnostics) = lower(&model, &needs);
    let mounted = Artifacts::collect(others.iter().map(|(path, text)| Artifact::new(*path, *text, Vec::new()))).unwrap();
    let mut artifacts = Vec::new();
    crate::emit::compose::emit(&plan, &mounted, &mut artifacts);
    let text = String::from_utf8(artifacts[0].bytes.clone()).unwrap();
    let source = sources.add("monitoring.yml", text.as_str(), SourceKind::Evaluated);
    let parsed = yaml::parse(source, &text);
    assert!(!parsed.has_errors(), "{:?}\n{text}", parsed.diagnostics);
    let file = to_json(&parsed.documents[0].root);
    Outcome { text, file, diagnostics, artifacts }
}

#[test]
fn a_stack_becomes_its_containers() {
    let built = build(include_str!("tests/stack.yaml"));
    assert_eq!(built.messages(), [""; 0]);
    insta::assert_snapshot!(built.text);
}

#[test]
fn what_cannot_be_put_together_is_reported() {
    let cases = [
        (
            "exporters: {redis: {pack: redis_exporter}}\nstack: {name: s, compose: {base_services: [redis]}}",
            "the base Compose file has a service `redis` too, and Compose would make one of the two",
        ),
        ("exporters: {prometheus: {pack: redis_exporter}}\nstack: {name: s}", "two containers are called `prometheus`"),
        ("exporters: {\"a b\": {pack: redis_exporter}}", "Compose cannot have a service called `a b`"),
        (
            "exporters: {a: {pack: redis_exporter, password: {file: /run/secrets/x}}}",
            "the variable REDIS_PASSWORD of `a` cannot come from a file: the program reads no file for it",
        ),
        (
            "exporters: {a: {pack: redis_exporter, password: {env: \"A}:-x\"}}}",
            "`A}:-x` cannot be the name of an environment variable",
        ),
        ("exporters: {a: {pack: redis_exporter, dsn: x}}", "nothing of the image of `a` reads its `dsn`"),
        (
            "exporters: {a: {pack: own}}\npacks: {own: {help: x, source: x, versions: {\"1\": {}}, default_version: \"1\", port: 1}}",
            "the pack `own` names no image for `a`",
        ),
        ("services: {a: {port: 1, compose: {}}}", "the container of `a` has neither an image nor a build"),
        (
            "exporters: {bb: {pack: blackbox_exporter}}\nprobes: {p: {module: htp_2xx, of: [x]}}",
            "the module `htp_2xx` is not known",
        ),
        (
            "stack: {name: s, grafana: {admin_password: {file: /run/secrets/token}}, remote_write: [{url: u, bearer_token: {env: TOKEN}}]}",
            "the secret `token` comes from two places: the file /run/secrets/token and the variable TOKEN",
        ),
        (
            "stack: {name: s, remote_write: [{url: u, bearer_token: {env: \"9x y\"}}]}",
            "`9x y` cannot be the name of an environment variable",
        ),
    ];
    for (text, message) in cases {
        let built = build(text);
        assert_eq!(built.messages(), [message], "{text}");
    }
}

#[test]
fn a_stack_of_nothing_is_prometheus_on_this_machine_alone() {
    let built = build("{}");
    assert_eq!(built.messages(), [""; 0]);
    assert_eq!(built.file["services"].as_object().unwrap().keys().collect::<Vec<_>>(), ["prometheus"]);
    assert_eq!(built.service("prometheus")["ports"][0], "127.0.0.1:9090:9090");
    assert!(built.service("prometheus").get("networks").is_none());
    assert_eq!(built.artifacts.len(), 1);
}

#[test]
fn a_change_of_a_file_changes_the_label_of_the_containers_that_read_it() {
    let text = "stack: {name: s, grafana: {}}\nnotifications: {receivers: {a: {webhook: {url: 'http://x'}}}}";
    let digests = |files: &[(&str, &str)]| {
        let built = build_beside(text, files);
        ["prometheus", "alertmanager", "grafana"]
            .map(|name| built.service(name)["labels"]["io.optiinfra.config-digest"].as_str().unwrap_or_default().to_owned())
    };
    let files = |rules, list, receivers, source| {
        digests(&[
            ("prometheus/alerts.yml", rules),
            ("prometheus/targets/gpu.json", list),
            ("alertmanager/alertmanager.yml", receivers),
            ("grafana/provisioning/datasources/d.yaml", source),
            ("grafana/dashboards/a.json", list),
        ])
    };
    let before = files("1", "1", "1", "1");
    assert!(before.iter().all(|digest| digest.len() == 64));
    assert_eq!(files("1", "2", "1", "1"), before, "target lists and dashboards are read again by themselves");
    let changed = |after: [String; 3]| [0, 1, 2].map(|index| after[index] != before[index]);
    assert_eq!(changed(files("2", "1", "1", "1")), [true, false, false]);
    assert_eq!(changed(files("1", "1", "2", "1")), [false, true, false]);
    assert_eq!(changed(files("1", "1", "1", "2")), [false, false, true]);
}

#[test]
fn versions_give_images() {
    let image = |version: &str| {
        let text = format!("stack: {{name: s, servers: {{prometheus: \"{version}\"}}}}");
        build(&text).service("prometheus")["image"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(image("3.5"), "prom/prometheus:v3.5.3");
    assert_eq!(image("v3.5.1"), "prom/prometheus:v3.5.1");
    assert_eq!(image("3.2"), "prom/prometheus:v3.2.0");
    let own = "stack: {name: s, prometheus: {image: 'own/prometheus:1'}}";
    assert_eq!(build(own).service("prometheus")["image"], "own/prometheus:1");
}

#[test]
fn the_host_address_and_the_folder_are_the_spec_s() {
    let text = |bind: &str| format!("stack: {{name: s, compose: {{bind: \"{bind}\", generated: ./monitoring/generated/}}}}");
    let ports = |bind: &str| build(&text(bind)).service("prometheus")["ports"][0].as_str().unwrap_or_default().to_owned();
    assert_eq!(ports("0.0.0.0"), "0.0.0.0:9090:9090");
    assert_eq!(ports("::1"), "[::1]:9090:9090");
    assert_eq!(ports(""), "9090:9090");
    let built = build(&text("0.0.0.0"));
    assert_eq!(built.service("prometheus")["volumes"][0], "./monitoring/generated/prometheus:/etc/prometheus:ro");
}

#[test]
fn a_container_in_the_host_s_network_has_no_other() {
    let built = build(
        "exporters: {a: {pack: redis_exporter, compose: {extra: {network_mode: host}}}}\nstack: {name: s, compose: {network: n}}",
    );
    let service = built.service("a");
    assert_eq!(service["network_mode"], "host");
    assert!(service.get("networks").is_none() && service.get("ports").is_none());
}

#[test]
fn grafana_is_told_what_its_own_configuration_needs() {
    let built =
        build("stack: {name: s, grafana: {plugins: [a, b]}}\nnotifications: {via: grafana, receivers: {a: {email: {to: t@x}}}}");
    let environment = &built.service("grafana")["environment"];
    assert_eq!(environment["GF_SMTP_HOST"], "m:$$5");
    assert_eq!(environment["GF_INSTALL_PLUGINS"], "a,b");
    assert!(built.file["services"].get("alertmanager").is_none());
    assert_eq!(built.file["secrets"]["grafana_admin_password"]["environment"], "GRAFANA_ADMIN_PASSWORD");
}

#[test]
fn only_the_modules_that_probes_use_are_configured() {
    let text =
        "exporters: {bb: {pack: blackbox_exporter}}\nprobes: {p: {module: http_2xx, of: [x]}, q: {module: tcp_connect, of: [x]}}";
    let built = build(text);
    let config = built.artifacts.iter().find(|artifact| artifact.path == "blackbox/blackbox.yml").unwrap();
    let config = String::from_utf8(config.bytes.clone()).unwrap();
    assert!(config.contains("http_2xx:") && config.contains("tcp_connect:") && !config.contains("icmp"), "{config}");
    let own =
        build("exporters: {bb: {pack: blackbox_exporter, flags: [--config.file=/x.yml]}}\nprobes: {p: {module: mine, of: [x]}}");
    assert_eq!(own.messages(), [""; 0]);
    assert_eq!(own.artifacts.len(), 1);
    assert_eq!(own.service("bb")["command"], serde_json::json!(["--config.file=/x.yml"]));
}
