//! From a spec to the Compose file, through the emitter.

use std::sync::Arc;

use serde_json::Value as Json;

use super::{ServerSecrets, lower};
use crate::diagnostic::Diagnostic;
use crate::emit::{Artifact, Artifacts};
use crate::load::yaml;
use crate::plan::secret::Secrets;
use crate::source::{SourceKind, Sources};
use crate::spec::Spec;
use crate::spec::decode::{Decode, Decoder, to_json};

const PACKS: [&str; 9] = [
    include_str!("../../packs/alertmanager.yaml"),
    include_str!("../../packs/blackbox_exporter.yaml"),
    include_str!("../../packs/cadvisor.yaml"),
    include_str!("../../packs/clickhouse_exporter.yaml"),
    include_str!("../../packs/dcgm_exporter.yaml"),
    include_str!("../../packs/grafana.yaml"),
    include_str!("../../packs/postgres_exporter.yaml"),
    include_str!("../../packs/prometheus.yaml"),
    include_str!("../../packs/redis_exporter.yaml"),
];

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
    build_beside(text, &[("prometheus/prometheus.yml", "a"), ("prometheus/targets/x.json", "b"), ("alertmanager/alertmanager.yml", "c")])
}

fn build_beside(text: &str, others: &[(&str, &str)]) -> Outcome {
    let mut sources = Sources::default();
    let own = spec(text, &mut sources);
    let mut shipped = spec("{}", &mut sources);
    for pack in PACKS {
        for (name, entry) in spec(pack, &mut sources).packs.iter() {
            shipped.packs.insert(name, entry.key, entry.value.clone());
        }
    }
    let model = crate::resolve::resolve(Arc::new(own), Arc::new(shipped), &sources, &mut Vec::new());
    let mut ignored = Vec::new();
    let prometheus = crate::lower::scrape::lower(&model);
    let alertmanager = crate::lower::routes::lower(&model, &mut ignored).map(|plan| plan.secrets).unwrap_or_default();
    let none = Secrets::new();
    let secrets = ServerSecrets { prometheus: &prometheus.secrets, alertmanager: &alertmanager, grafana: &none };
    let (plan, diagnostics) = lower(&model, &secrets);
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
