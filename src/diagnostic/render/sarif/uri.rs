//! Names of sources as URIs.

use serde_json::{Value, json};

use crate::source::{Source, SourceKind};

/// The artifact location of a source: relative to the root of the checkout, where it is a relative path.
pub(super) fn artifact(source: &Source) -> Value {
    match source.kind {
        SourceKind::File | SourceKind::Evaluated | SourceKind::Rust => match source.name.strip_prefix('/') {
            Some(rest) => json!({"uri": format!("file:///{}", encode(rest))}),
            None => json!({"uri": encode(source.name.trim_start_matches("./")), "uriBaseId": "%SRCROOT%"}),
        },
        // `pack:redis_exporter` is a URI with a scheme of its own as it stands.
        SourceKind::Embedded => match source.name.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => json!({"uri": format!("{scheme}:{}", encode(rest))}),
            _ => json!({"uri": encode(&source.name)}),
        },
        SourceKind::Argument | SourceKind::Made => json!({"uri": encode(&source.name)}),
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

// Percent-encodes what a path segment may not hold. A colon would make the first segment a scheme.
fn encode(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'@' | b'+' | b'=' | b',' => {
                out.push(char::from(byte))
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
