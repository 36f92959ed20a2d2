//! One spec, written in several ways, is built to the same bytes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test reads files, and one that cannot go on is to stop"
)]

use std::fs;
use std::path::{Path, PathBuf};

use optiinfra_gen::diagnostic::Severity;
use optiinfra_gen::emit::Artifacts;
use optiinfra_gen::pipeline::{self, CheckOptions, Checked};
use optiinfra_gen::source::SourceKind;
use optiinfra_gen::world::OsWorld;

#[allow(dead_code, reason = "the example is a program of its own too")]
#[path = "../examples/dsl.rs"]
mod dsl;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The example in a way of its own.
fn specs(way: &str) -> PathBuf {
    root().join("examples/four-ways").join(way).join("specs")
}

fn files(checked: Checked) -> Artifacts {
    let grave: Vec<_> = checked.diagnostics.iter().filter(|found| found.severity != Severity::Info).collect();
    assert!(grave.is_empty(), "{grave:?}");
    let (plan, more) = pipeline::plan(&checked.model.unwrap(), &checked.sources);
    assert!(more.is_empty(), "{more:?}");
    pipeline::emit(&plan).unwrap()
}

fn of_specs(way: &str) -> Artifacts {
    files(pipeline::check(&OsWorld, &specs(way), &CheckOptions::default()).unwrap())
}

/// The paths of all files below a folder, without the manifest, which says what the others say.
fn committed(folder: &Path) -> Vec<String> {
    let mut folders = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/"));
            }
        }
    }
    found.retain(|path| path != "MANIFEST.json");
    found.sort();
    found
}

/// What is committed beside the YAML, which every way is compared with.
#[track_caller]
fn assert_same(way: &str, built: &Artifacts) {
    let folder = root().join("examples/four-ways/yaml/generated");
    let wanted = committed(&folder);
    assert!(wanted.len() > 25, "only {} files", wanted.len());
    let paths: Vec<&str> = built.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, wanted, "{way}");
    for file in built.iter() {
        let wanted = fs::read_to_string(folder.join(&file.path)).unwrap();
        let got = String::from_utf8(file.bytes.clone()).unwrap();
        assert_eq!(got, wanted, "{way}: {}", file.path);
    }
    let yaml = of_specs("yaml");
    let items = |files: &Artifacts| -> Vec<Vec<String>> { files.iter().map(|file| file.items.clone()).collect() };
    assert_eq!(items(built), items(&yaml), "{way}: what each file comes from");
}

#[test]
fn yaml_is_what_is_committed() {
    assert_same("yaml", &of_specs("yaml"));
}

#[test]
fn rust_is_the_same() {
    let checked = dsl::spec().check(&OsWorld, root(), &CheckOptions::default()).unwrap();
    // Every value knows the line of the program; none has one of the library instead.
    let programs = checked.sources.iter().filter(|(_, source)| source.kind == SourceKind::Rust);
    let names: Vec<&str> = programs.map(|(_, source)| source.name.as_str()).collect();
    assert!(matches!(names[..], [name] if name.ends_with("examples/dsl.rs")), "{names:?}");
    assert_same("rust", &files(checked));
}

#[test]
fn json_is_the_same() {
    assert_same("json", &of_specs("json"));
}

#[test]
fn jsonnet_is_the_same() {
    assert_same("jsonnet", &of_specs("jsonnet"));
}
