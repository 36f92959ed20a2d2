//! Exporter packs and client libraries that ship with the tool: spec files like any other, embedded.

use crate::load::yaml;
use crate::source::{SourceKind, Sources};
use crate::spec::Spec;
use crate::spec::decode::{Decode, Decoder};

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!($name, ".yaml")))),*]
    };
}

/// All files, by the name of the pack or the client library.
const FILES: &[(&str, &str)] = embedded![
    "alertmanager",
    "blackbox_exporter",
    "cadvisor",
    "clickhouse_exporter",
    "client_go",
    "client_java",
    "client_node",
    "client_python",
    "client_rust",
    "dcgm_exporter",
    "grafana",
    "node_exporter",
    "postgres_exporter",
    "prometheus",
    "qdrant",
    "redis_exporter",
    "vllm",
];

/// The packs and clients that ship with the tool. Their texts become sources called `pack:NAME`.
pub fn shipped(sources: &mut Sources) -> Spec {
    let mut decoder = Decoder::default();
    let mut all = Spec::empty(sources.add("packs", "", SourceKind::Embedded));
    for (name, text) in FILES {
        let source = sources.add(format!("pack:{name}"), *text, SourceKind::Embedded);
        for document in yaml::parse(source, text).documents {
            let Some(part) = Spec::decode(&document.root, &mut decoder) else { continue };
            all.packs.absorb(part.packs);
            all.clients.absorb(part.clients);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pack_is_a_spec_file_without_a_fault() {
        for (name, text) in FILES {
            let mut sources = Sources::default();
            let source = sources.add(*name, *text, SourceKind::Embedded);
            let parsed = yaml::parse(source, text);
            assert!(parsed.diagnostics.is_empty(), "{name}: {:?}", parsed.diagnostics);
            let mut decoder = Decoder::default();
            let spec = Spec::decode(&parsed.documents[0].root, &mut decoder).unwrap();
            let findings: Vec<String> = decoder
                .diagnostics
                .iter()
                .map(|found| format!("{:?}: {}", found.span.map(|span| sources.position(span).line), found.message))
                .collect();
            assert!(findings.is_empty(), "{name}: {findings:#?}");
            assert_eq!(spec.packs.len() + spec.clients.len(), 1, "{name}");
        }
    }

    #[test]
    fn every_file_of_the_folder_is_embedded() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/packs");
        let entries = crate::world::World::list(&crate::world::OsWorld, &folder).unwrap();
        let files: Vec<String> =
            entries.iter().filter_map(|entry| entry.name.to_str()?.strip_suffix(".yaml").map(str::to_owned)).collect();
        let embedded: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        assert_eq!(files, embedded);
    }
}
