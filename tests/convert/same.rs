//! The specs of this repository, there and back: the same tree, and the same files of it.

use std::path::{Path, PathBuf};

use super::{convert, shape_of};
use optiinfra_gen::convert::Notation::{Json, Jsonnet, Yaml};
use optiinfra_gen::diagnostic::Severity;
use optiinfra_gen::emit::artifact::Artifacts;
use optiinfra_gen::load::files::{Wanted, read_documents};
use optiinfra_gen::pipeline;
use optiinfra_gen::source::Sources;
use optiinfra_gen::world::{MemoryWorld, OsWorld};

/// Every folder of a spec.
fn specs() -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![root.join("specs")];
    let mut open = vec![root.join("examples")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
            if entry.ends_with("specs") { found.push(entry) } else { open.push(entry) }
        }
    }
    found.sort();
    found
}

/// The files of a folder that hold YAML, by their path below it.
fn texts(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut sources = Sources::default();
    let files = read_documents(&OsWorld, &mut sources, folder, Wanted::Spec).unwrap().files;
    let is_yaml = |path: &Path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    files
        .into_iter()
        .filter(|file| is_yaml(&file.path))
        .map(|file| (file.path.strip_prefix(folder).unwrap().to_owned(), sources.get(file.source).text.to_string()))
        .collect()
}

#[test]
fn there_and_back() {
    let mut count = 0;
    for folder in specs() {
        for (path, text) in texts(&folder) {
            let json = convert(&text, Yaml, Json).unwrap().text;
            let back = convert(&json, Json, Yaml).unwrap().text;
            assert_eq!(shape_of(&back, Yaml), shape_of(&json, Json), "{}", path.display());
            if !text.contains("optiinfra-gen allow") {
                assert_eq!(shape_of(&json, Json), shape_of(&text, Yaml), "{}", path.display());
            }
            let jsonnet = convert(&text, Yaml, Jsonnet).unwrap();
            assert_eq!(jsonnet.comments_lost, 0, "{}", path.display());
            count += 1;
        }
    }
    println!("{count} files there and back");
    assert!(count > 40);
}

fn built(world: &MemoryWorld) -> Artifacts {
    let resolved = pipeline::resolve(world, Path::new("/s"), None).unwrap();
    let model = resolved.model.unwrap_or_else(|| panic!("{:?}", resolved.diagnostics));
    let (plan, found) = pipeline::plan(&model, &resolved.sources);
    assert!(found.iter().all(|finding| finding.severity == Severity::Info), "{found:?}");
    pipeline::emit(&plan).unwrap()
}

/// What is built of the same spec in JSON and in Jsonnet, which is evaluated: each file byte for byte.
#[test]
fn the_output_is_the_same() {
    let mut evaluated = 0;
    for folder in specs() {
        let texts = texts(&folder);
        if texts.is_empty() {
            // It is in JSON or in Jsonnet already.
            continue;
        }
        let expected = bytes(&world(texts.clone()));
        for notation in [Json, Jsonnet] {
            let mut files = Vec::new();
            let mut reordered = false;
            for (path, text) in &texts {
                let converted = convert(text, Yaml, notation).unwrap();
                // Evaluation sorts fields, and that of a dashboard's variables says how they stand on the page.
                reordered |= notation == Jsonnet && !converted.warnings.is_empty();
                files.push((path.with_extension(notation.extension()), converted.text));
            }
            if !reordered {
                evaluated += usize::from(notation == Jsonnet);
                assert_eq!(bytes(&world(files)), expected, "{} in {notation:?}", folder.display());
            }
        }
    }
    assert!(evaluated > 3, "only {evaluated} specs were evaluated");
}

fn world(files: Vec<(PathBuf, String)>) -> MemoryWorld {
    MemoryWorld::with_files(files.into_iter().map(|(path, text)| (format!("/s/{}", path.display()), text)))
}

fn bytes(world: &MemoryWorld) -> Vec<(String, String)> {
    built(world).iter().map(|file| (file.path.clone(), String::from_utf8(file.bytes.clone()).unwrap())).collect()
}

#[test]
fn the_shape_of_a_tree_shows_differences() {
    assert_ne!(shape_of("a: 1\n", Yaml), shape_of("a: '1'\n", Yaml));
    assert_eq!(shape_of("a: ~\n", Yaml), shape_of("{\"a\": null}", Json));
}
