//! Load, resolve, lint, lower, emit: the five phases in their order, and nothing else.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{self, Diagnostic, Severity};
use crate::emit::artifact::PathError;
use crate::emit::{Artifact, Artifacts};
use crate::lint::{self, Disk, LintSettings, Outside, Subject};
use crate::load::files::LoadError;
use crate::load::tree::Node;
use crate::load::{self, Loaded};
use crate::model::Model;
use crate::plan::Plan;
use crate::resolve::compose::SYNTAX_ERROR;
use crate::source::Sources;
use crate::spec::Spec;
use crate::spec::decode::{Decode, Decoder};
use crate::world::World;
use crate::{emit, lower, packs, resolve};

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
    let mut sources = Sources::default();
    let loaded = load::load(world, &mut sources, specs, options.environment)?;
    let Loaded { root, diagnostics, suppressions, whole, .. } = loaded;
    let (spec, mut diagnostics) = decode(root, diagnostics);
    let Some(spec) = spec else { return Ok(Checked { sources, model: None, diagnostics }) };
    let shipped = packs::shipped(&mut sources);
    let model = resolve::resolve(Arc::new(spec), Arc::new(shipped), &sources, &mut diagnostics);
    if whole {
        let disk = Disk { world, root: specs, project: None };
        let outside = Outside { earlier: diagnostics, comments: &suppressions, disk: Some(disk) };
        diagnostics = lint::run_on(&Subject::of(&model), &sources, &options.lint, outside);
    } else {
        // What a broken file declares is not known: rules would call all of it unknown.
        diagnostics.retain(|diagnostic| diagnostic.rule.starts_with("spec/") || diagnostic.rule == SYNTAX_ERROR);
        diagnostic::sort(&mut diagnostics);
    }
    Ok(Checked { sources, model: Some(model), diagnostics })
}

fn decode(root: Option<Node>, mut diagnostics: Vec<Diagnostic>) -> (Option<Spec>, Vec<Diagnostic>) {
    let mut decoder = Decoder::default();
    let spec = root.and_then(|root| Spec::decode(&root, &mut decoder));
    diagnostics.extend(decoder.diagnostics);
    (spec, diagnostics)
}

/// Decides everything that is to be emitted.
pub fn plan(model: &Model, sources: &Sources) -> (Plan, Vec<Diagnostic>) {
    lower::lower(model, sources)
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
