//! `verify`: say how what runs differs from a spec.

use std::io;
use std::path::Path;

use crate::cli::{self, Format, Reporting};
use crate::commands::progress::Progress;
use crate::commands::servers::Connections;
use crate::commands::settings;
use crate::commands::terminal::{Exit, Terminal, verdict};
use crate::diagnostic;
use crate::emit::Artifacts;
use crate::model::Model;
use crate::pipeline::{self, CheckOptions};
use crate::plan::Plan;
use crate::source::Sources;
use crate::verify::{Stack, verify as compare};
use crate::world::World;

/// Compares servers with a spec, and reports how they differ.
///
/// # Errors
///
/// Those of the writer of the report.
pub fn verify(args: &cli::verify::Verify, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let connections = match Connections::open(&args.servers, &args.reach, world, terminal)? {
        Ok(connections) => connections,
        Err(exit) => return Ok(exit),
    };
    let compiled = match compile(&args.specs, args.env.as_deref(), &args.report, "verified", world, terminal)? {
        Ok(compiled) => compiled,
        Err(exit) => return Ok(exit),
    };
    let found = compare(compiled.stack(), &connections.servers());
    let human = args.report.format == Format::Human;
    if !human || !found.diagnostics.is_empty() {
        terminal.report(&found.diagnostics, &compiled.sources, args.report.format)?;
    }
    if human {
        for fact in &found.facts {
            writeln!(terminal.out, "{fact}")?;
        }
        writeln!(terminal.out, "verified: {}", found.count())?;
    }
    Ok(verdict(&found.diagnostics, &args.report))
}

/// A spec without errors, compiled.
pub(super) struct Compiled {
    pub(super) sources: Sources,
    model: Model,
    plan: Plan,
    artifacts: Artifacts,
}

impl Compiled {
    pub(super) fn stack(&self) -> Stack<'_> {
        Stack { model: &self.model, plan: &self.plan, artifacts: &self.artifacts }
    }
}

/// Compiles a spec that a running stack is held against. `Err` ends the command: the spec has errors, which are reported, and nothing was
/// `done`.
pub(super) fn compile(
    specs: &Path,
    env: Option<&str>,
    report: &Reporting,
    done: &str,
    world: &dyn World,
    terminal: &mut Terminal<'_>,
) -> io::Result<Result<Compiled, Exit>> {
    let lint = match settings::read(world, report, terminal)? {
        Ok(lint) => lint,
        Err(exit) => return Ok(Err(exit)),
    };
    let progress = Progress::begin(terminal.progress);
    let checked = pipeline::check_observed(world, specs, &CheckOptions { environment: env, lint }, &progress);
    let mut checked = match checked {
        Ok(checked) => checked,
        Err(error) => {
            drop(progress);
            return terminal.fail(error, "name the folder of the spec").map(Err);
        }
    };
    let mut compiled = None;
    if let Some(model) = checked.model.take().filter(|_| !checked.has_errors()) {
        let (plan, more) = pipeline::plan(&model, &checked.sources);
        checked.diagnostics.extend(more);
        diagnostic::sort(&mut checked.diagnostics);
        compiled = Some((model, plan));
    }
    let timings = progress.end();
    if report.timings {
        writeln!(terminal.err, "{timings}")?;
    }
    match compiled.filter(|_| !checked.has_errors()) {
        Some((model, plan)) => match pipeline::emit(&plan) {
            Ok(artifacts) => Ok(Ok(Compiled { sources: checked.sources, model, plan, artifacts })),
            Err(error) => terminal.fail(error, "rename the thing in the spec that this path comes from").map(Err),
        },
        None => {
            terminal.report(&checked.diagnostics, &checked.sources, report.format)?;
            if report.format == Format::Human {
                writeln!(terminal.out, "nothing was {done}: the spec has errors")?;
            }
            Ok(Err(Exit::Findings))
        }
    }
}
