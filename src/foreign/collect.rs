//! Reads the documents of all files into rules, configurations and dashboards.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::detect::{self, Kind};
use super::fields::{get, into_items, pairs, take, text};
use super::prometheus::{self, Config};
use super::rules::WrittenRules;
use super::{paths, rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::load::files::{self, LoadError, TextFile, TextFiles, Wanted};
use crate::load::suppress::{self, Suppression};
use crate::load::tree::Node;
use crate::load::{self, json, place, yaml};
use crate::source::{SourceId, SourceKind, Sources, Span};
use crate::spec::decode::Text;
use crate::world::World;

/// Resources within resources are not read deeper than this.
const MOST_LEVELS: usize = 4;

/// Everything that was found in the files, before anything is inferred.
#[derive(Debug, Default)]
pub struct Collected {
    /// The rules.
    pub rules: WrittenRules,
    /// The configurations.
    pub configs: Vec<Config>,
    /// The trees of the dashboards.
    pub dashboards: Vec<Node>,
    /// What comments allow.
    pub suppressions: Vec<Suppression>,
    /// What is wrong with the files.
    pub diagnostics: Vec<Diagnostic>,
    /// Files that stand inside a text of another file.
    embedded: Vec<Embedded>,
    seen: BTreeSet<PathBuf>,
}

/// A file inside a text of another one, as a `ConfigMap` holds them.
#[derive(Debug)]
struct Embedded {
    source: SourceId,
    host: Text,
}

/// Why a path cannot be read as foreign files.
#[derive(Debug)]
pub enum Contents {
    /// There are foreign files, or nothing that is known.
    Foreign(TextFiles),
    /// It is a spec.
    Spec(TextFiles),
    /// Both lie in the folder; the finding says where.
    Mixed(Diagnostic),
}

/// Reads what lies at a path and tells what it is.
///
/// # Errors
///
/// When it cannot be read.
pub fn read(world: &dyn World, sources: &mut Sources, path: &Path) -> Result<Contents, LoadError> {
    let read = files::read_documents(world, sources, path, Wanted::Any)?;
    let kinds = |file: &TextFile| file.documents.iter().map(|document| detect::kind(&document.root)).collect::<Vec<_>>();
    let spec = read.files.iter().find(|file| kinds(file).contains(&Kind::Spec));
    let foreign = read.files.iter().find(|file| kinds(file).into_iter().any(Kind::is_foreign));
    Ok(match (spec, foreign) {
        (Some(spec), Some(foreign)) => Contents::Mixed(mixed(path, spec, foreign)),
        (Some(_), None) => Contents::Spec(read),
        // Nothing at all: the spec's own words for it are the best.
        (None, None) if read.files.is_empty() || read.files.iter().any(|file| was_meant_as_spec(file, sources)) => {
            Contents::Spec(read)
        }
        (None, _) => Contents::Foreign(read),
    })
}

/// Whether a file that cannot be read begins a section of a spec. Its folder must not pass because nothing is known of it.
fn was_meant_as_spec(file: &TextFile, sources: &Sources) -> bool {
    let is_broken = file.diagnostics.iter().any(|found| found.severity == Severity::Error);
    let begins = |line: &str| line.split_once(':').is_some_and(|(key, _)| detect::is_spec_key(key.trim_matches(['"', ' ', '{'])));
    is_broken && sources.get(file.source).text.lines().any(|line| !line.starts_with("  ") && begins(line))
}

fn mixed(folder: &Path, spec: &TextFile, foreign: &TextFile) -> Diagnostic {
    let start = |file: &TextFile| Span::new(file.source, 0, 0);
    let message = format!("`{}` holds a spec and other files that can be linted", files::name_of(folder));
    Diagnostic::error(rule::MIXED_FOLDER, start(foreign), message)
        .label(start(spec), "this is a part of a spec")
        .help("give the spec's folder and the other files as arguments of their own, or the former with `--catalog`")
}

impl Collected {
    /// Takes the files that lie at a path. `named`: the path is the file itself, so that it is an error when nothing is known of it.
    pub fn add(&mut self, world: &dyn World, sources: &mut Sources, read: TextFiles, named: bool) {
        self.diagnostics.extend(read.diagnostics);
        for file in read.files {
            let whole = world.canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
            if self.seen.insert(whole) {
                self.file(world, sources, file, named);
            }
        }
    }

    fn file(&mut self, world: &dyn World, sources: &mut Sources, file: TextFile, named: bool) {
        let is_known = file.documents.iter().any(|document| detect::kind(&document.root) != Kind::Unknown);
        let is_broken = file.diagnostics.iter().any(|found| found.severity == Severity::Error);
        // Jsonnet is written to be evaluated, so one that does not is wrong whatever it was to become.
        let is_jsonnet = file.path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("jsonnet"));
        if is_broken && !named && !is_known && !is_jsonnet && !mentions_rules(&sources.get(file.source).text) {
            let message = "the file is not read: it is neither YAML nor JSON";
            self.diagnostics.push(Diagnostic::info(rule::NOT_LINTED, Span::new(file.source, 0, 0), message));
            return;
        }
        let is_json = sources.get(file.source).text.trim_start().starts_with('{');
        self.diagnostics.extend(file.diagnostics.into_iter().map(|found| if is_json { tolerated(found) } else { found }));
        for document in file.documents {
            let found = suppress::suppressions(&sources.get(file.source).text, &document);
            self.suppressions.extend(found.found);
            self.diagnostics.extend(found.diagnostics);
            let configs = self.configs.len();
            self.document(sources, document.root, named, 0);
            if self.configs.len() > configs {
                self.rule_files(world, sources, &file.path, configs);
            }
        }
    }

    fn document(&mut self, sources: &mut Sources, root: Node, named: bool, level: usize) {
        let kind = detect::kind(&root);
        let start = Span { end: root.span.start, ..root.span };
        match kind {
            Kind::RuleGroups => self.rules.read_file(root, &mut self.diagnostics),
            Kind::RuleList => self.rules.read_list(&root, &mut self.diagnostics),
            Kind::RuleResource => self.rules.read_resource(root, &mut self.diagnostics),
            Kind::PrometheusConfig => self.configs.push(prometheus::read(&root, &mut self.diagnostics)),
            Kind::Dashboard => self.dashboards.push(root),
            Kind::DashboardEnvelope => self.dashboards.extend(take(root, "dashboard")),
            Kind::DashboardResource => self.dashboard_resource(sources, root, level),
            Kind::ResourceList | Kind::ConfigMap if level >= MOST_LEVELS => {}
            Kind::ResourceList => {
                for resource in take(root, "items").into_iter().flat_map(into_items) {
                    self.document(sources, resource, false, level + 1);
                }
            }
            Kind::ConfigMap => {
                for pair in root.get("data").map(pairs).unwrap_or_default() {
                    if let Some(host) = text(&pair.value) {
                        self.embed(sources, &pair.key.text, host, level);
                    }
                }
            }
            Kind::Unknown if named => {
                let help = "rule files, configurations of Prometheus, Grafana dashboards and specs are linted";
                let message = "this is no file that can be linted";
                self.diagnostics.push(Diagnostic::error(rule::UNKNOWN_FILE, start, message).help(help));
            }
            Kind::AlertmanagerConfig
            | Kind::UnitTests
            | Kind::Compose
            | Kind::OtherResource
            | Kind::Spec
            | Kind::Empty
            | Kind::Unknown => {
                if named || matches!(kind, Kind::AlertmanagerConfig | Kind::UnitTests) {
                    let message = format!("this is {}, in which nothing is linted", kind.noun());
                    self.diagnostics.push(Diagnostic::info(rule::NOT_LINTED, start, message));
                }
            }
        }
    }

    /// A dashboard in `spec.json` as a text, or under `spec` as it is.
    fn dashboard_resource(&mut self, sources: &mut Sources, root: Node, level: usize) {
        let spec = root.get("spec").map(pairs).unwrap_or_default();
        if let Some(host) = get(spec, "json").and_then(text) {
            self.embed(sources, "json", host, level);
            return;
        }
        let start = Span { end: root.span.start, ..root.span };
        let inner = take(root, "spec");
        match inner {
            Some(spec) if detect::kind(&spec) == Kind::Dashboard => self.dashboards.push(spec),
            _ => {
                let message = "the resource holds no dashboard as JSON, so nothing of it is linted";
                self.diagnostics.push(Diagnostic::info(rule::NOT_LINTED, start, message));
            }
        }
    }

    /// Reads a text as a file of its own; what is found in it is said to be where the text stands.
    fn embed(&mut self, sources: &mut Sources, key: &str, host: Text, level: usize) {
        let name = format!("{}#{key}", sources.get(host.span.source).name);
        let source = sources.add(name, host.value.as_str(), SourceKind::Evaluated);
        let parsed = match host.value.trim_start().starts_with('{') {
            true => json::parse(source, &host.value),
            false => yaml::parse(source, &host.value),
        };
        let is_foreign = |root: &Node| detect::kind(root).is_foreign();
        // An entry may be a file of any program.
        if parsed.documents.iter().any(|document| is_foreign(&document.root)) || mentions_rules(&host.value) {
            self.diagnostics.extend(parsed.diagnostics);
            self.embedded.push(Embedded { source, host });
            for document in parsed.documents {
                self.document(sources, document.root, false, level + 1);
            }
        }
    }

    /// Reads the rule files of the configurations from the one at `first` on.
    fn rule_files(&mut self, world: &dyn World, sources: &mut Sources, config: &Path, first: usize) {
        let folder = config.parent().unwrap_or(Path::new("")).to_owned();
        let patterns: Vec<Text> =
            self.configs.get(first..).unwrap_or_default().iter().flat_map(|config| config.rule_files.clone()).collect();
        for pattern in patterns {
            let found = paths::matching(world, &folder, pattern.as_str());
            if found.is_empty() {
                let message = format!("no file here is `{}`, so its rules are not linted", pattern.value);
                let finding = Diagnostic::info(rule::NOT_LINTED, pattern.span, message);
                self.diagnostics.push(finding.help("paths are relative to the configuration; give the rule files as arguments"));
            }
            for path in found {
                if self.seen.contains(&world.canonicalize(&path).unwrap_or_else(|_| path.clone())) {
                    continue;
                }
                match files::read_documents(world, sources, &path, Wanted::Any) {
                    Ok(read) => self.add(world, sources, read, true),
                    Err(error) => {
                        let message = error.to_string();
                        self.diagnostics.push(Diagnostic::error(rule::INVALID_CONFIG, pattern.span, message));
                    }
                }
            }
        }
    }

    /// Moves findings in texts of other files to where those texts stand.
    pub fn settle(&self, sources: &Sources, diagnostics: &mut [Diagnostic]) {
        // The innermost ones come last: what stands in a text of a text moves twice.
        for Embedded { source, host } in self.embedded.iter().rev() {
            let node = host.to_node();
            let settle = |span: &mut Span| {
                if span.source == *source {
                    *span = place::span_of(sources, &node, span.start as usize..span.end as usize);
                }
            };
            for diagnostic in diagnostics.iter_mut() {
                if diagnostic.span.is_some_and(|span| span.source == *source) {
                    // An edit is written for the text alone, not for what it stands in.
                    diagnostic.fix = None;
                }
                diagnostic.span.iter_mut().for_each(settle);
                diagnostic.labels.iter_mut().for_each(|label| settle(&mut label.span));
            }
        }
    }
}

/// Who reads a dashboard takes one of two equal keys and says nothing.
fn tolerated(finding: Diagnostic) -> Diagnostic {
    match finding.rule {
        load::rule::DUPLICATE_KEY => Diagnostic { severity: Severity::Warning, ..finding },
        _ => finding,
    }
}

/// Whether a text that cannot be read was perhaps meant to be a file that is linted.
fn mentions_rules(text: &str) -> bool {
    ["groups:", "alert:", "record:", "PrometheusRule", "scrape_configs:", "\"panels\""].iter().any(|word| text.contains(word))
}
