//! `build` and `drift`: compile, then write or compare.

use std::io;
use std::path::Path;

use crate::cli::{self, Format, Reporting, Target};
use crate::commands::settings;
use crate::commands::terminal::{Exit, Terminal, verdict};
use crate::diagnostic::{self, Diagnostic};
use crate::emit::drift::drift;
use crate::emit::write::{self, Options, Scope};
use crate::emit::{Artifacts, OutputError};
use crate::pipeline::{self, CheckOptions};
use crate::source::Sources;
use crate::world::World;

/// Lines of differences that are shown of one comparison.
const MOST_LINES: usize = 2000;

/// Compiles and writes, or compares with `--check`.
///
/// # Errors
///
/// Those of the writer of the report.
pub fn build(args: &cli::Build, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    if args.check {
        return compare(&args.specs, &args.out, args.env.as_deref(), &args.target, &args.report, world, terminal);
    }
    let compiled = match compile(&args.specs, args.env.as_deref(), &args.report, world, terminal)? {
        Ok(compiled) => compiled,
        Err(exit) => return Ok(exit),
    };
    let options = Options { force: args.force, dry_run: args.dry_run, scope: scope(&args.target), ..Options::default() };
    match write::write(world, &args.out, &compiled.artifacts, &options) {
        Err(error) => refused(&error, terminal),
        Ok(outcome) => {
            for path in outcome.kept() {
                writeln!(terminal.err, "kept as edited by hand: {path}")?;
            }
            if outcome.kept().next().is_some() {
                writeln!(terminal.err, "  help: move the edits into the spec, or overwrite them with --force")?;
            }
            let what = if args.dry_run { "would write" } else { "wrote" };
            if args.report.format == Format::Human {
                writeln!(terminal.out, "{what} {}: {outcome}", args.out.display())?;
            }
            Ok(compiled.verdict)
        }
    }
}

/// Compiles and compares.
///
/// # Errors
///
/// Those of the writer of the report.
pub fn drift_command(args: &cli::Drift, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    compare(&args.specs, &args.out, args.env.as_deref(), &args.target, &args.report, world, terminal)
}

fn compare(
    specs: &Path,
    out: &Path,
    env: Option<&str>,
    targets: &[Target],
    reporting: &Reporting,
    world: &dyn World,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    let compiled = match compile(specs, env, reporting, world, terminal)? {
        Ok(compiled) => compiled,
        Err(exit) => return Ok(exit),
    };
    match drift(world, out, &compiled.artifacts, &scope(targets), Options::default().lock_wait) {
        Err(error) => refused(&error, terminal),
        Ok(found) if found.is_clean() => {
            writeln!(terminal.out, "{found}")?;
            Ok(compiled.verdict)
        }
        Ok(found) => {
            write!(terminal.out, "{}", found.render(MOST_LINES))?;
            for help in found.help() {
                writeln!(terminal.out, "help: {help}")?;
            }
            writeln!(terminal.out, "{found}")?;
            Ok(Exit::Drift)
        }
    }
}

struct Compiled {
    artifacts: Artifacts,
    verdict: Exit,
}

/// Everything up to the bytes; reports what it found. `Err` ends the command.
fn compile(
    specs: &Path,
    env: Option<&str>,
    reporting: &Reporting,
    world: &dyn World,
    terminal: &mut Terminal<'_>,
) -> io::Result<Result<Compiled, Exit>> {
    let lint = match settings::read(world, reporting, terminal)? {
        Ok(lint) => lint,
        Err(exit) => return Ok(Err(exit)),
    };
    let mut checked = match pipeline::check(world, specs, &CheckOptions { environment: env, lint }) {
        Ok(checked) => checked,
        Err(error) => return terminal.fail(error, "name the folder of the spec: optiinfra-gen build FOLDER").map(Err),
    };
    let plan = match &checked.model {
        Some(model) if !checked.has_errors() => {
            let (plan, more) = pipeline::plan(model, &checked.sources);
            checked.diagnostics.extend(more);
            diagnostic::sort(&mut checked.diagnostics);
            Some(plan)
        }
        _ => None,
    };
    show(&checked.diagnostics, &checked.sources, reporting, terminal)?;
    let (Some(plan), false) = (plan, checked.has_errors()) else {
        if reporting.format == Format::Human {
            writeln!(terminal.out, "nothing was written")?;
        }
        return Ok(Err(Exit::Findings));
    };
    match pipeline::emit(&plan) {
        Ok(artifacts) => Ok(Ok(Compiled { artifacts, verdict: verdict(&checked.diagnostics, reporting) })),
        Err(error) => terminal.fail(error, "rename the thing in the spec that this path comes from").map(Err),
    }
}

fn show(diagnostics: &[Diagnostic], sources: &Sources, reporting: &Reporting, terminal: &mut Terminal<'_>) -> io::Result<()> {
    if diagnostics.is_empty() && reporting.format == Format::Human {
        return Ok(());
    }
    terminal.report(diagnostics, sources, reporting.format)
}

fn refused(error: &OutputError, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let help = error.help();
    terminal.fail(error, &help)
}

fn scope(targets: &[Target]) -> Scope {
    if targets.is_empty() {
        return Scope::default();
    }
    let folders: Vec<String> = targets.iter().map(|target| target.folder().to_owned()).collect();
    Scope { only: Some(folders) }
}
