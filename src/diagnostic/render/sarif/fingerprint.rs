//! What a finding is known by from one run to the next.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::super::super::Diagnostic;
use super::super::place::Places;

/// Counts findings that are the same but for their place.
#[derive(Default)]
pub(super) struct Fingerprints {
    seen: BTreeMap<String, usize>,
}

/// Longer texts are known by their start.
const MAX_TEXT: usize = 1024;

impl Fingerprints {
    /// The rule, the file, the message and the text that is marked, but no line number: lines that are added elsewhere change nothing.
    /// Of findings alike in all of these, each has its number.
    pub(super) fn of(&mut self, diagnostic: &Diagnostic, places: &Places<'_>) -> String {
        let (file, text) = diagnostic.span.map_or(("", ""), |span| {
            let source = places.source(span);
            let text = source.text.get(span.start as usize..span.end as usize).unwrap_or_default();
            (source.name.trim_start_matches("./"), text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or_default())
        });
        let mut hash = Sha256::new();
        for part in [diagnostic.rule, file, &diagnostic.message, text] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let digest: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let number = self.seen.entry(digest.clone()).or_default();
        *number += 1;
        format!("{digest}:{number}")
    }
}
