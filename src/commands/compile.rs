//! What `build` and `drift` have in common: everything from the spec to the bytes.

use std::io;
use std::path::Path;

use crate::cli::{Format, Reporting, Target};
use crate::commands::terminal::{Exit, Terminal};
use crate::diagnostic::{self, Diagnostic};
use crate::emit::write::Scope;
use crate::emit::{Artifacts, OutputError};
use crate::lint::LintSettings;
use crate::load::import::settle;
use crate::pipeline::{self, CheckOptions, Observer, Phase};
use crate::source::Sources;
use crate::world::World;

/// A spec, compiled as far as it could be.
pub(super) struct Compiled {
    /// All texts that were read.
    pub(super) sources: Sources,
    /// Everything that was found.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The files; `None` when the spec has errors.
    pub(super) artifacts: Option<Artifacts>,
}

/// Compiles a spec. `Err` ends the command: the tool could not go on, and has said so.
pub(super) fn compile(
    specs: &Path,
    env: Option<&str>,
    lint: LintSettings,
    world: &dyn World,
    observer: &dyn Observer,
    terminal: &mut Terminal<'_>,
) -> io::Result<Result<Compiled, Exit>> {
    let mut checked = match pipeline::check_observed(world, specs, &CheckOptions { environment: env, lint }, observer) {
        Ok(checked) => checked,
        Err(error) => return terminal.fail(error, "name the folder of the spec: optiinfra-gen build FOLDER").map(Err),
    };
    let plan = match &checked.model {
        Some(model) if !checked.has_errors() => {
            observer.begins(Phase::Lower);
            let (plan, mut more) = pipeline::plan(model, &checked.sources);
            settle(&mut more, &checked.sources);
            checked.diagnostics.extend(more);
            diagnostic::sort(&mut checked.diagnostics);
            Some(plan)
        }
        _ => None,
    };
    let plan = plan.filter(|_| !checked.has_errors());
    observer.begins(Phase::Emit);
    match plan.as_ref().map(pipeline::emit).transpose() {
        Ok(artifacts) => Ok(Ok(Compiled { sources: checked.sources, diagnostics: checked.diagnostics, artifacts })),
        Err(error) => terminal.fail(error, "rename the thing in the spec that this path comes from").map(Err),
    }
}

/// Reports what was found; people are not told that there is nothing.
pub(super) fn show(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    reporting: &Reporting,
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    if diagnostics.is_empty() && reporting.format == Format::Human {
        return Ok(());
    }
    terminal.report(diagnostics, sources, reporting.format)
}

/// Says why the output folder could not be worked with.
pub(super) fn refused(error: &OutputError, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let help = error.help();
    terminal.fail(error, &help)
}

/// The parts of the output that were asked for.
pub(super) fn scope(targets: &[Target]) -> Scope {
    if targets.is_empty() {
        return Scope::default();
    }
    let folders: Vec<String> = targets.iter().map(|target| target.folder().to_owned()).collect();
    Scope { only: Some(folders) }
}
