//! A JSON text.

use optiinfra_gen::load::json;
use optiinfra_gen::source::{SourceKind, Sources};

use crate::places;

/// The input is the text.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut sources = Sources::default();
    let source = sources.add("a.json", &*text, SourceKind::File);
    let parsed = json::parse(source, &text);
    places::of_findings(&sources, &parsed.diagnostics);
    parsed.documents.iter().for_each(|document| places::of_tree(&sources, &document.root));
    assert!(parsed.has_errors() || !parsed.documents.is_empty());
    // What this reader accepts, another one does.
    let strict = serde_json::from_str::<serde::de::IgnoredAny>(&text);
    assert!(parsed.has_errors() || text.trim().is_empty() || strict.is_ok(), "{text:?}: {strict:?}");
}
