//! A YAML text as a file of a spec: loaded, merged, with an environment applied, decoded.

use optiinfra_gen::load::{merge, overlay, suppress, yaml};
use optiinfra_gen::source::{SourceKind, Sources};
use optiinfra_gen::spec::Spec;
use optiinfra_gen::spec::decode::{Decode, Decoder};

use crate::places;

/// The input is the text.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut sources = Sources::default();
    let source = sources.add("a.yaml", text, SourceKind::File);
    let parsed = yaml::parse(source, text);
    assert!(parsed.has_errors() || !parsed.documents.is_empty());
    places::of_findings(&sources, &parsed.diagnostics);
    let mut findings = Vec::new();
    for document in &parsed.documents {
        places::of_tree(&sources, &document.root);
        findings.extend(suppress::suppressions(text, document).diagnostics);
    }
    if let Some(root) = merge::merge(parsed.documents, &mut findings) {
        for environment in [None, Some("production")] {
            let applied = overlay::apply(root.clone(), environment);
            findings.extend(applied.diagnostics);
            places::of_tree(&sources, &applied.root);
            let mut decoder = Decoder::default();
            let _ = Spec::decode(&applied.root, &mut decoder);
            findings.extend(decoder.diagnostics);
        }
    }
    places::of_findings(&sources, &findings);
}
