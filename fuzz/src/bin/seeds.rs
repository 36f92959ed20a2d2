//! Writes the first inputs of every target, taken from the specs, rule pages and tests of the repository.
//!
//! `seeds REPOSITORY CORPUS` puts each piece into `CORPUS/<target>/`, under a name made of its content.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use optiinfra_gen::load::tree::{Node, Value};
use optiinfra_gen::load::{json, yaml};
use optiinfra_gen::promql::{Dialect, parse};
use optiinfra_gen::source::{SourceKind, Sources};

/// Longer texts make slow inputs that teach the engine nothing new.
const LONGEST: usize = 16 * 1024;

/// Where texts are taken from.
const FOLDERS: [&str; 7] = ["specs", "examples", "generated", "src", "tests", "schemas", "benches"];

/// The inputs, by target.
#[derive(Default)]
struct Seeds {
    all: BTreeSet<(&'static str, Vec<u8>)>,
}

impl Seeds {
    fn add(&mut self, target: &'static str, prefix: &str, text: &str) {
        if !text.trim().is_empty() && text.len() <= LONGEST {
            self.all.insert((target, [prefix, text].concat().into_bytes()));
        }
    }

    /// A text that may be an expression or a template.
    fn string(&mut self, text: &str) {
        if text.contains("{{") {
            self.add("template", "", text);
        }
        for (prefix, dialect) in [("P", Dialect::Prometheus), ("G", Dialect::Grafana), ("S", Dialect::Spec)] {
            let is_expression = text.len() > 2 && parse(text, dialect).errors.is_empty();
            if is_expression && text.contains(|c: char| !c.is_ascii_alphanumeric()) {
                self.add("promql", prefix, text);
                return;
            }
        }
    }

    fn strings_of(&mut self, node: &Node) {
        match &node.value {
            Value::Scalar(scalar) => self.string(&scalar.text),
            Value::Seq(items) => items.iter().for_each(|item| self.strings_of(item)),
            Value::Map(pairs) => pairs.iter().for_each(|pair| self.strings_of(&pair.value)),
        }
    }

    fn yaml(&mut self, text: &str) {
        for target in ["yaml", "spec"] {
            self.add(target, "", text);
        }
        self.add("foreign", "Y", text);
        let source = Sources::default().add("seed", text, SourceKind::File);
        yaml::parse(source, text).documents.iter().for_each(|document| self.strings_of(&document.root));
    }

    fn json(&mut self, text: &str) {
        self.add("json", "", text);
        self.add("foreign", "J", text);
        let source = Sources::default().add("seed", text, SourceKind::File);
        json::parse(source, text).documents.iter().for_each(|document| self.strings_of(&document.root));
    }

    /// The fenced parts of a page.
    fn page(&mut self, text: &str) {
        for part in text.split("```").skip(1).step_by(2) {
            let (language, body) = part.split_once('\n').unwrap_or_default();
            match language.trim() {
                "yaml" => self.yaml(body),
                "json" => self.json(body),
                _ => self.string(body),
            }
        }
    }

    /// The string literals of a source file, read by line and without care: what is none does no harm.
    fn literals(&mut self, text: &str) {
        for line in text.lines() {
            let (Some(first), Some(last)) = (line.find('"'), line.rfind('"')) else { continue };
            let whole = line.get(first + 1..last).unwrap_or_default();
            self.string(&whole.replace("\\\"", "\"").replace("\\n", "\n"));
        }
    }

    fn folder(&mut self, folder: &Path) -> io::Result<()> {
        let mut paths: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
        paths.sort();
        for path in paths {
            if path.is_dir() {
                self.folder(&path)?;
                continue;
            }
            let Ok(text) = fs::read_to_string(&path) else { continue };
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("yaml" | "yml") => self.yaml(&text),
                Some("json") => self.json(&text),
                Some("md") => self.page(&text),
                Some("rs") => self.literals(&text),
                Some("prom" | "txt") => self.add("foreign", "M", &text),
                Some("tmpl") => self.add("template", "", &text),
                _ => {}
            }
        }
        Ok(())
    }
}

fn main() -> io::Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [repository, corpus] = arguments.as_slice() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "expected the folders of the repository and of the corpus"));
    };
    let mut seeds = Seeds::default();
    for folder in FOLDERS {
        let path = repository.join(folder);
        if path.is_dir() {
            seeds.folder(&path)?;
        }
    }
    for (number, (target, bytes)) in seeds.all.iter().enumerate() {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("{number:05}")), bytes)?;
    }
    println!("{} inputs", seeds.all.len());
    Ok(())
}
