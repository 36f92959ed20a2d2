//! Phase 1: text to tree to [`crate::spec::Spec`].
//!
//! | step | what it does |
//! |---|---|
//! | [`yaml`], [`json`] | one text becomes the documents in it, every value with its place |
//! | [`place`] | leads from a range of a decoded scalar back to the characters that it came from, and back again for fixes |
//! | [`files`] | finds the files of a spec and reads them; those that are Jsonnet are evaluated |
//! | [`generated`] | says of findings in what was evaluated which field they are about |
//! | [`merge`] | joins the files by section and name |
//! | [`import`] | reads the modules that a spec imports, and takes them into it |
//! | [`overlay`], [`variable`] | applies one environment and puts the values of variables in |
//! | [`suppress`] | reads the comments that allow a finding |
//! | [`templates`] | the files with notification templates that a spec names |
//! | [`suggest`] | the names that a misspelt one may have meant |

pub mod files;
pub mod generated;
pub mod import;
pub mod json;
pub mod merge;
pub mod overlay;
pub mod place;
pub mod rule;
pub mod suggest;
pub mod suppress;
pub mod templates;
pub mod tree;
pub mod variable;
pub mod yaml;

mod jsonnet;
mod unique;

use crate::diagnostic::{self, Diagnostic, Severity};
use crate::source::{SourceId, Sources, Span};
use crate::world::World;
use files::{LoadError, SpecFile, SpecFiles};
use import::{Modules, ReadSpec};
use overlay::Applied;
use std::path::Path;
use suppress::Suppression;
use tree::{Document, Key, Node, Value};
use variable::Variables;

/// A spec as one tree, before anything is known of its meaning.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// All files merged, the environment applied, variables put in; `None` when no file says anything that can be read.
    pub root: Option<Node>,
    /// Whether every file is in the tree. Otherwise what seems to be absent may stand in a file that is broken.
    pub whole: bool,
    /// The files; their documents have moved into the tree.
    pub files: Vec<SpecFile>,
    /// The names of all environments.
    pub environments: Vec<Key>,
    /// All variables with their values.
    pub variables: Variables,
    /// What comments allow.
    pub suppressions: Vec<Suppression>,
    /// Everything that is wrong so far, sorted.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the spec at `path`, a folder or a file, and applies one of its environments, or none.
///
/// An error is a failure of the tool (nothing is there, a file cannot be read); what is wrong with the spec is in the diagnostics.
pub fn load(world: &dyn World, sources: &mut Sources, path: &Path, environment: Option<&str>) -> Result<Loaded, LoadError> {
    let spec = read(world, sources, path)?;
    Ok(compose(sources, spec, environment))
}

/// Reads the spec at `path` and the modules that it imports, for any of its environments.
pub fn read(world: &dyn World, sources: &mut Sources, path: &Path) -> Result<ReadSpec, LoadError> {
    let files = files::read(world, sources, path)?;
    with_imports(world, sources, path, files)
}

/// Reads the modules that files of a spec at `path` import.
pub fn with_imports(world: &dyn World, sources: &mut Sources, path: &Path, files: SpecFiles) -> Result<ReadSpec, LoadError> {
    let modules = import::read(world, sources, path, &files)?;
    Ok(ReadSpec { files, modules })
}

/// The names of all environments of a spec, in the order of its files.
pub fn environments(files: &SpecFiles) -> Vec<Key> {
    let mut names: Vec<Key> = Vec::new();
    for document in files.files.iter().filter_map(|file| file.document.as_ref()) {
        let Some(Value::Map(pairs)) = document.root.get("environments").map(|section| &section.value) else { continue };
        for pair in pairs {
            if names.iter().all(|other| other.text != pair.key.text) {
                names.push(pair.key.clone());
            }
        }
    }
    names
}

/// Joins the files of a spec that imports nothing and applies one of its environments, or none.
pub fn assemble(sources: &Sources, files: SpecFiles, environment: Option<&str>) -> Loaded {
    compose(sources, ReadSpec { files, modules: Modules::default() }, environment)
}

/// Joins the files of a spec with its modules and applies one of its environments, or none.
pub fn compose(sources: &Sources, spec: ReadSpec, environment: Option<&str>) -> Loaded {
    let ReadSpec { files: SpecFiles { mut files, mut diagnostics }, modules } = spec;
    let own = !files.iter().any(|file| file.is_broken);
    let mut suppressions = modules.suppressions.clone();
    diagnostics.extend(modules.diagnostics.iter().cloned());
    let mut documents = Vec::with_capacity(files.len());
    for file in &mut files {
        let Some(document) = file.document.take() else { continue };
        let found = suppress::suppressions(&sources.get(file.source).text, &document);
        suppressions.extend(found.found);
        diagnostics.extend(found.diagnostics);
        documents.push(document);
    }
    let merged = merge::merge(documents, &mut diagnostics);
    let applied = merged.map(|root| overlay::apply(root, environment, &modules));
    let whole = own && applied.as_ref().map_or(modules.is_whole(), |applied| applied.whole);
    let mut loaded =
        Loaded { root: None, whole, files, environments: Vec::new(), variables: Variables::new(), suppressions, diagnostics };
    if let Some(Applied { root, environments, variables, mut diagnostics, .. }) = applied {
        // One broken file is not to be reported again through everything that names what it defines.
        const ABSENT: [&str; 3] = [rule::OVERLAY_TARGET_MISSING, rule::UNKNOWN_VARIABLE, rule::UNKNOWN_ENVIRONMENT];
        let absent = match (own, whole) {
            (false, _) => &ABSENT[..],
            // A module defines things, but neither variables nor environments of the spec.
            (true, false) => &ABSENT[..1],
            (true, true) => &[],
        };
        diagnostics.retain(|finding| !absent.contains(&finding.rule));
        loaded.diagnostics.extend(diagnostics);
        loaded = Loaded { root: Some(root), environments, variables, ..loaded };
    }
    diagnostic::sort(&mut loaded.diagnostics);
    loaded
}

/// What one text became.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The documents that are whole, in order. A document with a syntax error is not among them; one with a duplicate key or a
    /// tag is, without what was refused. An empty text is one document whose root is Null.
    pub documents: Vec<Document>,
    /// Everything that is wrong with the text, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// Whether anything found is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// A text that is too long for places in it, which are 32 bits wide.
fn too_long(source: SourceId, text: &str) -> Option<Parsed> {
    let fits = u32::try_from(text.len()).is_ok();
    let span = Span::new(source, 0, 0);
    let finding = || Diagnostic::error(rule::LIMIT, span, "the text is longer than 4 GiB").help("split the file");
    (!fits).then(|| Parsed { documents: Vec::new(), diagnostics: vec![finding()] })
}

/// How much one text may ask for. The defaults let a spec of 100 MB with millions of values pass and stop what grows without bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How deep lists and mappings may be nested. Everything after the loader may recurse this deep.
    pub depth: usize,
    /// How many values one text may hold; a value takes some hundred bytes of memory however short it is.
    pub values: usize,
    /// How many values aliases and merge keys may add to those that are written.
    pub copied_values: usize,
    /// How many bytes of text aliases and merge keys may add.
    pub copied_bytes: usize,
    /// After how many syntax errors the rest of a text is not read.
    pub syntax_errors: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 100, values: 20_000_000, copied_values: 1_000_000, copied_bytes: 64 << 20, syntax_errors: 10 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemoryWorld;

    #[test]
    fn from_a_folder_to_one_tree() {
        let world = MemoryWorld::with_files([
            (
                "/s/a.yaml",
                "variables: {n: {type: number, default: 1}}\nservices:\n  # optiinfra-gen allow a/b: known\n  x: {port: '${var.n}'}\n",
            ),
            ("/s/b.json", "{\"services\": {\"y\": {\"port\": 2}, \"x\": {}}}"),
            ("/s/c.yaml", "environments: {p: {variables: {n: 7}, services: {y: {port: 8}, z: {}}}}"),
        ]);
        let mut sources = Sources::default();
        let loaded = load(&world, &mut sources, Path::new("/s"), Some("p")).expect("readable");
        let rules: Vec<_> = loaded.diagnostics.iter().map(|d| d.rule).collect();
        assert_eq!(rules, [rule::DUPLICATE_NAME, rule::OVERLAY_TARGET_MISSING]);
        assert!(loaded.whole);
        let port = |name: &str| loaded.root.as_ref()?.get("services")?.get(name)?.get("port")?.as_text();
        assert_eq!((port("x"), port("y")), (Some("7"), Some("8")));
        assert_eq!(loaded.suppressions.iter().map(|s| sources.text(s.covered)).collect::<Vec<_>>(), ["x: {port: '${var.n}'}"]);
        assert_eq!(loaded.environments.len(), 1);
        world.put("/s/d.yaml", "a: ]");
        let loaded = load(&world, &mut sources, Path::new("/s"), Some("p")).expect("readable");
        let rules: Vec<_> = loaded.diagnostics.iter().map(|d| d.rule).collect();
        assert_eq!(rules, [rule::DUPLICATE_NAME, rule::SYNTAX], "`z` may be defined in the file that is broken");
        let empty = MemoryWorld::with_files([("/s/a.yaml", "")]);
        let loaded = load(&empty, &mut sources, Path::new("/s"), None).expect("readable");
        assert_eq!((loaded.root, loaded.diagnostics.len()), (None, 1));
    }
}
