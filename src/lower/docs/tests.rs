//! From a spec to the pages, through the emitter.

use std::sync::Arc;

use crate::emit::Artifact;
use crate::load::yaml;
use crate::source::{SourceKind, Sources};
use crate::spec::Spec;
use crate::spec::decode::{Decode, Decoder};

const PACKS: [&str; 3] = [
    include_str!("../../packs/prometheus.yaml"),
    include_str!("../../packs/redis_exporter.yaml"),
    include_str!("../../packs/client_python.yaml"),
];

fn spec(text: &str, sources: &mut Sources) -> Spec {
    let source = sources.add("t", text, SourceKind::File);
    let parsed = yaml::parse(source, text);
    assert!(!parsed.has_errors(), "{:?}", parsed.diagnostics);
    Spec::decode(&parsed.documents[0].root, &mut Decoder::default()).unwrap()
}

fn build(text: &str) -> Vec<Artifact> {
    let mut sources = Sources::default();
    let own = spec(text, &mut sources);
    let mut shipped = spec("{}", &mut sources);
    for pack in PACKS {
        let pack = spec(pack, &mut sources);
        for (name, entry) in pack.packs.iter() {
            shipped.packs.insert(name, entry.key, entry.value.clone());
        }
        for (name, entry) in pack.clients.iter() {
            shipped.clients.insert(name, entry.key, entry.value.clone());
        }
    }
    let model = crate::resolve::resolve(Arc::new(own), Arc::new(shipped), &sources, &mut Vec::new());
    let mut artifacts = Vec::new();
    crate::emit::docs::emit(&super::lower(&model), &mut artifacts);
    crate::emit::Artifacts::collect(artifacts.clone()).unwrap();
    artifacts
}

fn page<'a>(pages: &'a [Artifact], path: &str) -> &'a str {
    let found = pages.iter().find(|page| page.path == path);
    let all: Vec<&str> = pages.iter().map(|page| page.path.as_str()).collect();
    std::str::from_utf8(&found.unwrap_or_else(|| panic!("{path} of {all:?}")).bytes).unwrap()
}

#[test]
fn a_service_has_a_page() {
    let pages = build(include_str!("tests/stack.yaml"));
    insta::assert_snapshot!("service", page(&pages, "docs/services/api.md"));
    insta::assert_snapshot!("set", page(&pages, "docs/metrics/base.md"));
    insta::assert_snapshot!("index", page(&pages, "docs/README.md"));
}

#[test]
fn an_alert_has_a_runbook() {
    let pages = build(include_str!("tests/stack.yaml"));
    insta::assert_snapshot!("alert", page(&pages, "docs/alerts/HighErrorRate.md"));
    insta::assert_snapshot!("alert_stub", page(&pages, "docs/alerts/ServiceDown.md"));
    insta::assert_snapshot!("records", page(&pages, "docs/recording_rules.md"));
}
