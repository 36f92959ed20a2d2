//! Reads the modules that a spec imports: the text of each once, however often it is imported.

use super::confine::{self, Project, Refused};
use super::declare::{Declaration, declarations};
use super::stamp::{Stamp, values};
use super::{Imported, Module, Modules};
use crate::diagnostic::Diagnostic;
use crate::load::files::{self, LoadError, SpecFile, SpecFiles, name_of};
use crate::load::rule;
use crate::load::suggest::{did_you_mean, nearest};
use crate::load::suppress::{self, Suppression};
use crate::load::tree::Value;
use crate::source::{Import, SourceId, Sources, Span};
use crate::world::{Kind, World};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How long a chain of imports may be.
pub(super) const MAX_DEPTH: usize = 16;
/// How many imports a spec may have, those of its modules included.
pub(super) const MAX_IMPORTS: usize = 1000;
/// How many values all imports together may bring, and how many files.
pub(super) const MAX_VALUES: usize = 2_000_000;
pub(super) const MAX_FILES: usize = 20_000;

/// An import with the folder of the file that it is written in.
struct Written {
    folder: PathBuf,
    declaration: Declaration,
}

/// A spec or a module on the way to the one that is read.
struct Step {
    name: String,
    real: PathBuf,
    /// The import that led to it.
    key: Option<Span>,
}

/// A module as it was parsed, for all of its imports.
struct Parsed {
    files: Vec<SpecFile>,
    /// All texts that were read for them.
    sources: Vec<SourceId>,
    suppressions: Vec<Suppression>,
    diagnostics: Vec<Diagnostic>,
    /// Files that lie elsewhere, to which links lead.
    outside: Vec<String>,
    values: usize,
    /// Whether an import has the sources as they were registered.
    taken: bool,
}

struct Reader<'r> {
    world: &'r dyn World,
    sources: &'r mut Sources,
    /// The folder of the spec, as it was given and with every link followed.
    known: PathBuf,
    real: PathBuf,
    project: Project,
    parsed: BTreeMap<PathBuf, Parsed>,
    modules: Modules,
    imports: usize,
    files: usize,
    values: usize,
}

pub(super) fn read(world: &dyn World, sources: &mut Sources, root: &Path, spec: &SpecFiles) -> Result<Modules, LoadError> {
    let mut modules = Modules::default();
    let written = written(&spec.files, &mut modules.diagnostics);
    modules.whole = modules.diagnostics.is_empty();
    if written.is_empty() {
        return Ok(modules);
    }
    let unreadable = |error| LoadError::Unreadable { path: root.to_owned(), error };
    let real = world.canonicalize(root).map_err(unreadable)?;
    let is_file = world.metadata(&real).map_err(unreadable)?.kind == Kind::File;
    let folder_of = |path: &Path| if is_file { folder(path) } else { path.to_owned() };
    let spec_folder = folder_of(&real);
    let project = Project::around(world, &spec_folder);
    let mut reader = Reader {
        world,
        sources,
        known: folder_of(root),
        real: spec_folder,
        project,
        parsed: BTreeMap::new(),
        modules,
        imports: 0,
        files: 0,
        values: 0,
    };
    let chain = vec![Step { name: name_of(root), real, key: None }];
    let imports = reader.all(written, &chain)?;
    let mut modules = reader.modules;
    modules.sources = sources_of(&imports);
    modules.imports = imports;
    Ok(modules)
}

/// The folder that a file lies in.
fn folder(path: &Path) -> PathBuf {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// The imports of some files. Of two with one name the first counts: joining the files reports the other.
fn written(files: &[SpecFile], diagnostics: &mut Vec<Diagnostic>) -> Vec<Written> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for file in files {
        let Some(document) = &file.document else { continue };
        for declaration in declarations(&document.root, diagnostics) {
            if seen.insert(declaration.key.text.clone()) {
                all.push(Written { folder: folder(&file.path), declaration });
            }
        }
    }
    all
}

fn sources_of(imports: &[Imported]) -> BTreeSet<SourceId> {
    let of = |import: &Imported| import.module.files.iter().map(|file| file.source).collect::<Vec<_>>();
    imports.iter().flat_map(|import| of(import).into_iter().chain(import.module.below.iter().copied())).collect()
}

impl Reader<'_> {
    fn all(&mut self, written: Vec<Written>, chain: &[Step]) -> Result<Vec<Imported>, LoadError> {
        let mut imports = Vec::with_capacity(written.len());
        for Written { folder, declaration } in written {
            match self.one(&folder, &declaration, chain)? {
                Some(module) => {
                    let Declaration { key, with, .. } = declaration;
                    imports.push(Imported { key, with, module });
                }
                None => self.modules.whole = false,
            }
        }
        Ok(imports)
    }

    fn report(&mut self, finding: Diagnostic) {
        self.modules.diagnostics.push(finding);
    }

    /// The module of one import; `None` when there is none, which has been reported.
    fn one(&mut self, folder: &Path, import: &Declaration, chain: &[Step]) -> Result<Option<Module>, LoadError> {
        let target = match confine::locate(self.world, &self.project, folder, &import.from) {
            Ok(target) => target,
            Err(Refused::Unreadable(error)) if error.kind() == io::ErrorKind::PermissionDenied => {
                return Err(LoadError::Unreadable { path: folder.join(&import.from), error });
            }
            Err(refused) => {
                let finding = self.refusal(&refused, import);
                self.report(finding);
                if let Refused::Missing(path) = refused {
                    self.modules.absent.push(path);
                }
                return Ok(None);
            }
        };
        let path = confine::reached(self.world, &self.known, &self.real, &target);
        let name = name_of(&path);
        if let Some(finding) = misplaced(&name, &target, import, chain).or_else(|| self.too_many(import, chain)) {
            self.report(finding);
            return Ok(None);
        }
        if !self.parsed.contains_key(&target) {
            match self.parse(&path) {
                Ok(parsed) => self.parsed.insert(target.clone(), parsed),
                Err(LoadError::NotASpec { path }) => {
                    let message = format!("`{}` is neither a folder nor a .yaml, .yml, .json or .jsonnet file", name_of(&path));
                    self.report(Diagnostic::error(rule::INVALID_IMPORT, import.from_span, message));
                    return Ok(None);
                }
                Err(other) => return Err(other),
            };
        }
        let is_file = self.world.metadata(&target).is_ok_and(|found| found.kind == Kind::File);
        let lies_in = if is_file { self::folder(&path) } else { path };
        let Some((files, whole)) = self.take(&target, import, lies_in) else { return Ok(None) };
        let mut wrong = Vec::new();
        let written = written(&files, &mut wrong);
        self.modules.whole &= wrong.is_empty();
        self.modules.diagnostics.extend(wrong);
        let step = |step: &Step| Step { name: step.name.clone(), real: step.real.clone(), key: step.key };
        let mut longer: Vec<Step> = chain.iter().map(step).collect();
        longer.push(Step { name: name.clone(), real: target.clone(), key: Some(import.key.span) });
        let imports = self.all(written, &longer)?;
        let below = sources_of(&imports);
        Ok(Some(Module { name, real: target, files, imports, whole, below }))
    }

    fn refusal(&self, refused: &Refused, import: &Declaration) -> Diagnostic {
        let from = &import.from;
        let finding = |message: String| Diagnostic::error(rule::INVALID_IMPORT, import.from_span, message);
        let project = || format!("imports stay within {}", self.project.words());
        match refused {
            Refused::Absolute => finding(format!("`{from}` is an absolute path"))
                .help("write the path from the folder of this file: ../modules/agent"),
            Refused::Outside => finding(format!("`{from}` leads out of the project")).help(project()),
            Refused::OutsideByLink => finding(format!("`{from}` leads out of the project through a link")).help(project()),
            Refused::Missing(path) => {
                let help =
                    self.suggestion(path, from).unwrap_or_else(|| "the path is relative to the folder of this file".to_owned());
                finding(format!("there is nothing at `{from}`")).help(help)
            }
            Refused::Unreadable(error) => finding(format!("`{from}` cannot be looked at: {error}")),
        }
    }

    /// What lies beside a path at which there is nothing and is called nearly like it.
    fn suggestion(&self, path: &Path, from: &str) -> Option<String> {
        let entries = self.world.list(path.parent()?).ok()?;
        let names: Vec<&str> =
            entries.iter().filter_map(|entry| entry.name.to_str()).filter(|name| !name.starts_with('.')).collect();
        let trimmed = from.trim_end_matches('/');
        let before = trimmed.rfind('/').and_then(|at| trimmed.get(..=at)).unwrap_or_default();
        let near: Vec<String> =
            nearest(path.file_name()?.to_str()?, names).into_iter().map(|name| format!("{before}{name}")).collect();
        did_you_mean(&near.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn too_many(&mut self, import: &Declaration, chain: &[Step]) -> Option<Diagnostic> {
        if chain.len() > MAX_DEPTH {
            let message = format!("the chain of imports is longer than {MAX_DEPTH}");
            return Some(Diagnostic::error(rule::LIMIT, import.key.span, message).help("import it higher up"));
        }
        self.imports = self.imports.saturating_add(1);
        // Said once; after that there is nothing to add.
        (self.imports > MAX_IMPORTS).then(|| {
            let message = format!("the spec has more than {MAX_IMPORTS} imports, those of its modules included");
            Diagnostic::error(rule::LIMIT, self.modules.first_too_many(import.key.span), message).help("split the spec")
        })
    }

    fn parse(&mut self, path: &Path) -> Result<Parsed, LoadError> {
        let before = self.sources.iter().count();
        let SpecFiles { mut files, mut diagnostics } = files::read(self.world, self.sources, path)?;
        let sources = self.sources.iter().skip(before).map(|(id, _)| id).collect();
        let mut outside = Vec::new();
        files.retain(|file| {
            let inside = self.world.canonicalize(&file.path).is_ok_and(|real| self.project.holds(&real));
            if !inside {
                outside.push(name_of(&file.path));
                diagnostics.retain(|found| found.span.is_none_or(|span| span.source != file.source));
            }
            inside
        });
        let mut suppressions = Vec::new();
        for file in &mut files {
            let Some(document) = &mut file.document else { continue };
            let found = suppress::suppressions(&self.sources.get(file.source).text, document);
            suppressions.extend(found.found);
            diagnostics.extend(found.diagnostics);
            if let Value::Map(pairs) = &mut document.root.value {
                pairs.retain(|pair| {
                    let environments = pair.key.text == "environments";
                    if environments {
                        let message = "a module has no environments of its own";
                        diagnostics.push(Diagnostic::error(rule::INVALID_IMPORT, pair.key.span, message).help(
                            "put what differs under `environments` of the importing spec, or make a parameter of it under `variables`",
                        ));
                    }
                    !environments
                });
            }
        }
        let count = |file: &SpecFile| file.document.as_ref().map_or(0, |document| values(&document.root));
        let values = files.iter().map(count).fold(0, usize::saturating_add);
        Ok(Parsed { files, sources, suppressions, diagnostics, outside, values, taken: false })
    }

    /// The files of a parsed module for one import, with places of their own, and whether all of them could be read.
    fn take(&mut self, target: &Path, import: &Declaration, lies_in: PathBuf) -> Option<(Vec<SpecFile>, bool)> {
        let parsed = self.parsed.get_mut(target)?;
        self.values = self.values.saturating_add(parsed.values);
        self.files = self.files.saturating_add(parsed.files.len());
        if self.values > MAX_VALUES || self.files > MAX_FILES {
            let message = format!("the imports of the spec hold more than {MAX_VALUES} values or {MAX_FILES} files together");
            let span = self.modules.first_too_many(import.key.span);
            self.report(Diagnostic::error(rule::LIMIT, span, message).help("import less, or split the spec"));
            return None;
        }
        let through = Import { name: import.key.text.clone(), key: import.key.span, entry: import.entry, folder: lies_in };
        let through = Arc::new(through);
        let mut stamp = Stamp::default();
        for source in &parsed.sources {
            if parsed.taken {
                stamp.0.insert(*source, self.sources.add_import(*source, Arc::clone(&through)));
            } else {
                self.sources.set_import(*source, Arc::clone(&through));
            }
        }
        parsed.taken = true;
        let mut files = parsed.files.clone();
        for file in &mut files {
            file.source = stamp.0.get(&file.source).copied().unwrap_or(file.source);
            file.document.iter_mut().for_each(|document| stamp.document(document));
        }
        let mut found = parsed.diagnostics.clone();
        for diagnostic in &mut found {
            stamp.diagnostic(diagnostic);
            // What is wrong with the folder as such is said where it is imported.
            diagnostic.span.get_or_insert(import.from_span);
        }
        for file in &parsed.outside {
            let message = format!("`{file}` leads out of the project through a link");
            let help = format!("imports stay within {}", self.project.words());
            found.push(Diagnostic::error(rule::INVALID_IMPORT, import.from_span, message).help(help));
        }
        let mut suppressions = parsed.suppressions.clone();
        suppressions.iter_mut().for_each(|suppression| stamp.suppression(suppression));
        let whole = parsed.outside.is_empty() && !files.iter().any(|file| file.is_broken) && !files.is_empty();
        self.modules.whole &= whole;
        self.modules.diagnostics.extend(found);
        self.modules.suppressions.extend(suppressions);
        Some((files, whole))
    }
}

impl Modules {
    /// The place at which a limit of all imports is reported: the first at which it was met, so that it is reported once.
    fn first_too_many(&mut self, here: Span) -> Span {
        *self.beyond.get_or_insert(here)
    }
}

/// What is wrong with where a module lies: on the way to itself, or in a folder whose files are read anyway.
fn misplaced(name: &str, target: &Path, import: &Declaration, chain: &[Step]) -> Option<Diagnostic> {
    if let Some(at) = chain.iter().position(|step| step.real == *target) {
        let round = chain.get(at..).unwrap_or_default();
        let way: Vec<String> = round.iter().map(|step| format!("`{}`", step.name)).chain([format!("`{name}`")]).collect();
        let message = format!("`{name}` imports itself: {}", way.join(" imports "));
        let mut finding = Diagnostic::error(rule::IMPORT_CYCLE, import.key.span, message);
        for step in round.iter().skip(1) {
            if let Some(key) = step.key {
                finding = finding.label(key, format!("imports `{}`", step.name));
            }
        }
        return Some(finding.help("take what both need into a module of its own"));
    }
    let inside = chain.iter().find(|step| target.starts_with(&step.real));
    let around = chain.iter().find(|step| step.real.starts_with(target));
    let (message, help) = match (inside, around) {
        (Some(step), _) => (
            format!("`{name}` lies in `{}`, whose files are read without an import", step.name),
            "put modules beside the folder of the spec, and write `from: ../modules/agent`",
        ),
        (_, Some(step)) => {
            (format!("`{name}` holds `{}`, which imports it", step.name), "import the folder that holds the module alone")
        }
        (None, None) => return None,
    };
    Some(Diagnostic::error(rule::INVALID_IMPORT, import.from_span, message).help(help))
}
