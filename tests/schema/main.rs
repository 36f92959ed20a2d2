//! The schema of a spec file, held against the compiler: what the compiler reads, the schema accepts, and it explains every field.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on is to stop")]
#![expect(clippy::disallowed_methods, reason = "the tests look which files there are")]

mod agreement;
mod examples;
mod files;
mod texts;

use std::path::{Path, PathBuf};

use optiinfra_gen::load::tree::Node;
use optiinfra_gen::load::yaml;
use optiinfra_gen::source::{SourceKind, Sources};
use optiinfra_gen::spec::decode::to_json;
use optiinfra_gen::spec::schema;
use serde_json::Value as Json;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A check by the schema of a spec file.
struct Checker(jsonschema::Validator);

impl Checker {
    fn new() -> Self {
        Self(jsonschema::draft7::new(&schema::spec()).unwrap())
    }

    /// What the schema finds wrong, each with its place.
    fn errors(&self, value: &Json) -> Vec<String> {
        self.0.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }
}

/// The value of a text without syntax errors.
fn parse(text: &str) -> Node {
    let mut sources = Sources::default();
    let source = sources.add("text", text, SourceKind::Argument);
    let parsed = yaml::parse(source, text);
    assert!(!parsed.has_errors(), "{:?}\n{text}", parsed.diagnostics);
    parsed.documents.into_iter().next().unwrap().root
}

fn json(text: &str) -> Json {
    to_json(&parse(text))
}

/// All YAML files below a folder, in order.
fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
