//! Every YAML and JSON file at hand: laid out without a change of meaning, and the same when laid out twice.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use optiinfra_gen::format::{self, Options};
use optiinfra_gen::load::tree::{Document, Node, Value};
use optiinfra_gen::load::{json, rule, yaml};
use optiinfra_gen::source::{SourceKind, Sources};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() && !path.is_symlink() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension == *known)) {
            found.push(path);
        }
    }
}

/// A tree without its places and styles.
fn shape(documents: &[Document]) -> String {
    fn of(node: &Node, out: &mut String) {
        match &node.value {
            Value::Scalar(scalar) => _ = write!(out, "{:?}:{:?},", scalar.kind, scalar.text),
            Value::Seq(items) => {
                out.push('[');
                items.iter().for_each(|item| of(item, out));
                out.push(']');
            }
            Value::Map(pairs) => {
                out.push('{');
                for pair in pairs {
                    _ = write!(out, "{:?}=", pair.key.text);
                    of(&pair.value, out);
                }
                out.push('}');
            }
        }
    }
    let mut out = String::new();
    documents.iter().for_each(|document| of(&document.root, &mut out));
    out
}

fn comments(documents: &[Document]) -> Vec<&str> {
    documents.iter().flat_map(|document| &document.comments).map(|comment| comment.text.as_str()).collect()
}

#[derive(Default)]
struct Tally {
    files: usize,
    broken: usize,
    left: Vec<String>,
    changed: usize,
}

fn check(path: &Path, tally: &mut Tally) {
    let bytes = fs::read(path).unwrap();
    let Ok(text) = std::str::from_utf8(&bytes) else { return };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut sources = Sources::default();
    let mut add = |text: &str| sources.add("x", text, SourceKind::File);
    let is_json = path.extension().is_some_and(|extension| extension == "json");
    let lay_out = |id, text: &str| {
        if is_json { format::json::json(id, text, Options::default()) } else { format::yaml(id, text, Options::default()) }
    };
    let parse = |id, text: &str| if is_json { json::parse(id, text) } else { yaml::parse(id, text) };
    tally.files += 1;
    let id = add(text);
    match lay_out(id, text) {
        Err(findings) => {
            if findings.iter().any(|finding| finding.rule == rule::FORMAT) {
                let at = findings[0].span.map(|span| sources.position(span)).unwrap();
                tally.left.push(format!("{}:{}:{}: {}", path.display(), at.line, at.column, findings[0].message));
            } else {
                tally.broken += 1;
            }
        }
        Ok(once) => {
            tally.changed += usize::from(once != text);
            let before = parse(id, text);
            let id = add(&once);
            let after = parse(id, &once);
            assert_eq!(shape(&before.documents), shape(&after.documents), "{}", path.display());
            assert_eq!(comments(&before.documents), comments(&after.documents), "{}", path.display());
            let id = add(&once);
            let twice = lay_out(id, &once).unwrap_or_else(|found| panic!("{}: {found:?}", path.display()));
            assert_eq!(once, twice, "{}: not the same twice", path.display());
            assert!(!once.contains('\r') && (once.is_empty() || once.ends_with('\n')), "{}", path.display());
        }
    }
}

fn over(folders: &[PathBuf]) -> Tally {
    let mut found = Vec::new();
    folders.iter().for_each(|folder| files(folder, &mut found));
    let mut tally = Tally::default();
    found.iter().for_each(|path| check(path, &mut tally));
    println!("{} files: {} change, {} are broken, {} are left alone", tally.files, tally.changed, tally.broken, tally.left.len());
    tally.left.iter().for_each(|left| println!("  {left}"));
    tally
}

#[test]
fn every_file_of_this_repository() {
    let folders = ["specs", "examples", "src", "generated", "tests"].map(|name| root().join(name));
    let tally = over(&folders);
    assert!(tally.files > 100, "{}", tally.files);
    assert_eq!(tally.left, [""; 0], "these could be laid out");
    let ours = over(&["specs", "examples"].map(|name| root().join(name)));
    assert_eq!(ours.broken, 0);
}

/// Files of other projects, where they are at hand: `OPTIINFRA_CORPUS_DIR`.
#[test]
fn every_file_of_a_corpus() {
    let Some(folder) = std::env::var_os("OPTIINFRA_CORPUS_DIR") else {
        println!("no corpus: OPTIINFRA_CORPUS_DIR is not set");
        return;
    };
    let tally = over(&[PathBuf::from(folder)]);
    assert!(tally.left.len() * 20 <= tally.files, "too many are left alone");
}
