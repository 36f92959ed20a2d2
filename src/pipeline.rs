//! Load, resolve, lint, lower, emit: the five phases in their order, and nothing else.

pub mod environments;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{self, Diagnostic, Edit, Severity};
use crate::emit::artifact::PathError;
use crate::emit::{Artifact, Artifacts};
use crate::foreign::collect::Contents;
use crate::foreign::{Collected, Known};
use crate::lint::{Disk, LintSettings, Outside, Subject};
use crate::load::files::{LoadError, SpecFiles};
use crate::load::import::settle;
use crate::load::suppress::Suppression;
use crate::load::{self, Loaded, generated};
use crate::model::Model;
use crate::plan::Plan;
use crate::promql::SYNTAX_ERROR;
use crate::resolve::pack::UNKNOWN_NAME;
use crate::resolve::scenarios::SELECTS_NOTHING;
use crate::source::{SourceKind, Sources};
use crate::spec::Spec;
use crate::spec::decode::{Decode, Decoder};
use crate::world::World;
use crate::{emit, foreign, lint, lower, packs, resolve};

/// A spec after load, resolve and lint.
#[derive(Debug)]
pub struct Checked {
    /// All texts that were read.
    pub sources: Sources,
    /// The resolved stack; `None` when nothing could be read at all.
    pub model: Option<Model>,
    /// Everything that was found, in the order of the places.
    pub diagnostics: Vec<Diagnostic>,
}

impl Checked {
    /// Whether anything found is an error, so that nothing may be emitted.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// A part of the work that may take time, in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Files are read and decoded.
    Load,
    /// Names are bound, expressions parsed and inferred.
    Resolve,
    /// Rules look.
    Lint,
    /// What is to be emitted is decided.
    Lower,
    /// Bytes are made.
    Emit,
    /// Files are written or compared.
    Write,
}

/// Who is told how far the work is: a progress bar, a measurement.
pub trait Observer {
    /// A phase begins, which ends the one before.
    fn begins(&self, phase: Phase);
}

/// Nobody is told.
impl Observer for () {
    fn begins(&self, _: Phase) {}
}

/// How a spec is checked.
#[derive(Debug, Default)]
pub struct CheckOptions<'a> {
    /// The environment whose changes are applied.
    pub environment: Option<&'a str>,
    /// The settings of the rules.
    pub lint: LintSettings,
}

/// Reads a spec, applies an environment, resolves it and lints it.
///
/// # Errors
///
/// When the spec cannot be read: nothing is there, a file is not readable.
pub fn check(world: &dyn World, specs: &Path, options: &CheckOptions<'_>) -> Result<Checked, LoadError> {
    check_observed(world, specs, options, &())
}

/// The same as [`check`], for somebody who is told how far it is.
///
/// # Errors
///
/// When the spec cannot be read: nothing is there, a file is not readable.
pub fn check_observed(
    world: &dyn World,
    specs: &Path,
    options: &CheckOptions<'_>,
    observer: &dyn Observer,
) -> Result<Checked, LoadError> {
    let mut sources = Sources::default();
    observer.begins(Phase::Load);
    let files = load::files::read(world, &mut sources, specs)?;
    check_files(world, specs, sources, files, options, observer)
}

/// The same as [`check`] for documents that are there already, whatever made them. `root` is the folder that paths in the spec are relative to.
///
/// # Errors
///
/// When a file that the spec names cannot be read.
pub fn check_files(
    world: &dyn World,
    root: &Path,
    mut sources: Sources,
    files: SpecFiles,
    options: &CheckOptions<'_>,
    observer: &dyn Observer,
) -> Result<Checked, LoadError> {
    let spec = load::with_imports(world, &mut sources, root, files)?;
    let loaded = load::compose(&sources, spec, options.environment);
    let (model, mut diagnostics) = resolve_and_lint(world, &mut sources, root, loaded, None, &options.lint, observer)?;
    lead_back(&mut diagnostics, &sources);
    diagnostic::sort(&mut diagnostics);
    settle(&mut diagnostics, &sources);
    generated::locate(&sources, &mut diagnostics);
    Ok(Checked { sources, model, diagnostics })
}

/// Puts findings where people know the place: those in values that a program made at the lines of the program. Nothing is to be edited there.
fn lead_back(diagnostics: &mut [Diagnostic], sources: &Sources) {
    for diagnostic in diagnostics {
        diagnostic.span = diagnostic.span.map(|span| sources.lead_back(span));
        diagnostic.labels.iter_mut().for_each(|label| label.span = sources.lead_back(label.span));
        let is_made = |edit: &Edit| sources.get(edit.span.source).kind == SourceKind::Made;
        diagnostic.fix.take_if(|fix| fix.edits.iter().any(is_made));
    }
}

/// Phases 2 and 3 over a loaded spec.
fn resolve_and_lint(
    world: &dyn World,
    sources: &mut Sources,
    root: &Path,
    mut loaded: Loaded,
    shipped: Option<&Arc<Spec>>,
    settings: &LintSettings,
    observer: &dyn Observer,
) -> Result<(Option<Model>, Vec<Diagnostic>), LoadError> {
    let comments = std::mem::take(&mut loaded.suppressions);
    let whole = loaded.whole;
    let (spec, mut earlier) = decode(loaded);
    let Some(spec) = spec else { return Ok((None, earlier)) };
    observer.begins(Phase::Resolve);
    let shipped = shipped.map_or_else(|| Arc::new(packs::shipped(sources)), Arc::clone);
    let mut model = resolve::resolve(Arc::new(spec), shipped, sources, &mut earlier);
    if let Some(notifications) = &model.spec.notifications {
        model.templates = load::templates::read(world, sources, root, &notifications.templates, &mut earlier)?;
    }
    if !whole {
        // What a broken file declares is not known: rules would call all of it unknown.
        earlier.retain(|found| {
            found.rule.starts_with("spec/") && ![UNKNOWN_NAME, SELECTS_NOTHING].contains(&found.rule)
                || found.rule == SYNTAX_ERROR
        });
        return Ok((Some(model), earlier));
    }
    observer.begins(Phase::Lint);
    let disk = Disk { world, root, project: None };
    let outside = Outside { earlier, comments: &comments, disk: Some(disk), found: Vec::new() };
    let diagnostics = lint::run_on(&Subject::of(&model), sources, settings, outside);
    Ok((Some(model), diagnostics))
}

/// A spec after load and resolve: what reads a spec to say something about it needs no findings of rules.
#[derive(Debug)]
pub struct Resolved {
    /// All texts that were read.
    pub sources: Sources,
    /// The resolved stack; `None` when nothing could be read at all.
    pub model: Option<Model>,
    /// Whether every file could be read. Otherwise what seems to be absent may stand in a file that is broken.
    pub whole: bool,
    /// What comments allow.
    pub suppressions: Vec<Suppression>,
    /// What is wrong with the spec itself, in the order of the places.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a spec, applies an environment and resolves it.
///
/// # Errors
///
/// When the spec cannot be read: nothing is there, a file is not readable.
pub fn resolve(world: &dyn World, specs: &Path, environment: Option<&str>) -> Result<Resolved, LoadError> {
    let mut sources = Sources::default();
    let mut loaded = load::load(world, &mut sources, specs, environment)?;
    let suppressions = std::mem::take(&mut loaded.suppressions);
    let whole = loaded.whole;
    let (spec, mut diagnostics) = decode(loaded);
    let model = spec.map(|spec| {
        let shipped = packs::shipped(&mut sources);
        resolve::resolve(Arc::new(spec), Arc::new(shipped), &sources, &mut diagnostics)
    });
    diagnostic::sort(&mut diagnostics);
    settle(&mut diagnostics, &sources);
    generated::locate(&sources, &mut diagnostics);
    Ok(Resolved { sources, model, whole, suppressions, diagnostics })
}

/// In which environments specs are linted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environments<'a> {
    /// In this one, or as they are without one.
    One(Option<&'a str>),
    /// In each that a spec has; a spec without any as it is.
    All,
}

/// Everything that was found in several paths.
#[derive(Debug, Default)]
pub struct Linted {
    /// All texts that were read.
    pub sources: Sources,
    /// The findings, in the order of the places.
    pub diagnostics: Vec<Diagnostic>,
}

/// Lints specs, and rule files, configurations and dashboards that were written elsewhere. The latter are looked at together, against what the
/// catalogs say; a spec is its own catalog.
///
/// # Errors
///
/// When a path or a catalog cannot be read.
pub fn lint(
    world: &dyn World,
    paths: &[PathBuf],
    catalogs: &[PathBuf],
    environment: Option<&str>,
    settings: &LintSettings,
) -> Result<Linted, LoadError> {
    lint_observed(world, paths, catalogs, Environments::One(environment), settings, &())
}

/// The same as [`lint()`], for somebody who is told how far it is.
///
/// # Errors
///
/// When a path or a catalog cannot be read.
pub fn lint_observed(
    world: &dyn World,
    paths: &[PathBuf],
    catalogs: &[PathBuf],
    environments: Environments<'_>,
    settings: &LintSettings,
    observer: &dyn Observer,
) -> Result<Linted, LoadError> {
    let mut linted = Linted::default();
    let Linted { sources, diagnostics } = &mut linted;
    let mut collected = Collected::default();
    let mut any_foreign = false;
    for path in paths {
        observer.begins(Phase::Load);
        match foreign::collect::read(world, sources, path)? {
            Contents::Spec(files) => {
                let spec = load::with_imports(world, sources, path, files.into_spec())?;
                match environments {
                    Environments::One(environment) => {
                        let loaded = load::compose(sources, spec, environment);
                        diagnostics.extend(resolve_and_lint(world, sources, path, loaded, None, settings, observer)?.1);
                    }
                    Environments::All => {
                        let each = environments::check_each(world, sources, path, spec, settings, observer)?;
                        let named: Vec<_> = each.into_iter().map(|checked| (checked.name, checked.diagnostics)).collect();
                        diagnostics.extend(environments::merged(named));
                    }
                }
            }
            Contents::Foreign(files) => {
                let is_file = files.files.iter().any(|file| file.path == *path);
                collected.add(world, sources, files, is_file);
                any_foreign = true;
            }
            Contents::Mixed(finding) => diagnostics.push(finding),
        }
    }
    let environment = match environments {
        Environments::One(environment) => environment,
        Environments::All => None,
    };
    if any_foreign {
        let mut known = Known::default();
        for catalog in catalogs {
            known.add(world, sources, catalog, environment)?;
        }
        observer.begins(Phase::Lint);
        diagnostics.extend(foreign::check(collected, &known, sources, settings));
    }
    diagnostic::sort(diagnostics);
    settle(diagnostics, sources);
    generated::locate(sources, diagnostics);
    Ok(linted)
}

/// The spec of a tree, with everything that was wrong up to here.
pub fn decode(loaded: Loaded) -> (Option<Spec>, Vec<Diagnostic>) {
    let Loaded { root, mut diagnostics, .. } = loaded;
    let mut decoder = Decoder::default();
    let spec = root.and_then(|root| Spec::decode(&root, &mut decoder));
    diagnostics.extend(decoder.diagnostics);
    (spec, diagnostics)
}

/// Decides everything that is to be emitted.
pub fn plan(model: &Model, sources: &Sources) -> (Plan, Vec<Diagnostic>) {
    let (plan, mut diagnostics) = lower::lower(model, sources);
    lead_back(&mut diagnostics, sources);
    generated::locate(sources, &mut diagnostics);
    (plan, diagnostics)
}

/// The files of a plan.
///
/// # Errors
///
/// When a name in the spec makes a path that cannot be written on every machine.
pub fn emit(plan: &Plan) -> Result<Artifacts, PathError> {
    let mut files: Vec<Artifact> = Vec::new();
    emit::prometheus::emit(&plan.prometheus, &mut files);
    if let Some(alertmanager) = &plan.alertmanager {
        emit::alertmanager::emit(alertmanager, &mut files);
    }
    emit::grafana::emit(&plan.grafana, &mut files);
    emit::docs::emit(&plan.docs, &mut files);
    let mut all = Artifacts::collect(files)?;
    // The containers are labelled with digests of the files that they read.
    let mut files = Vec::new();
    emit::compose::emit(&plan.compose, &all, &mut files);
    files.into_iter().try_for_each(|file| all.add(file))?;
    Ok(all)
}
