//! `build`: compile, then write.

use std::io;
use std::path::Path;

use crate::cli::{self, Format};
use crate::commands::compile::{compile, refused, scope, show};
use crate::commands::progress::Progress;
use crate::commands::terminal::{Exit, Terminal, verdict};
use crate::commands::{drift, environments, settings, watch};
use crate::emit::OutputError;
use crate::emit::write::{self, Options, Outcome};
use crate::pipeline::{Observer as _, Phase};
use crate::world::{Kind, World};

/// Compiles and writes, or compares with `--check`, or goes on and on with `--watch`.
///
/// # Errors
///
/// Those of the writer of the report.
pub fn build(args: &cli::Build, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    if args.check {
        let cli::Build { specs, out, env, all_envs, target, report, jsonnet, .. } = args.clone();
        return drift::drift(&cli::Drift { specs, out, env, all_envs, target, report, jsonnet }, world, terminal);
    }
    if lies_within(world, &args.out, &args.specs) {
        let (out, specs) = (args.out.display(), args.specs.display());
        let message = format!("`{out}` lies in the spec `{specs}`: what is written there would be read as a part of the spec");
        return terminal.fail(message, "name a folder beside the spec, such as --out generated");
    }
    if args.all_envs {
        return environments::build(args, world, terminal);
    }
    if args.watch {
        return watch::watch(args, world, terminal);
    }
    let lint = match settings::read(world, &args.report, terminal)? {
        Ok(lint) => lint,
        Err(exit) => return Ok(exit),
    };
    let progress = Progress::begin(terminal.progress);
    let compiled = match compile(&args.specs, args.env.as_deref(), lint, world, &progress, terminal)? {
        Ok(compiled) => compiled,
        Err(exit) => return Ok(exit),
    };
    progress.begins(Phase::Write);
    let options = Options { force: args.force, dry_run: args.dry_run, scope: scope(&args.target), ..Options::default() };
    let written = compiled.artifacts.as_ref().map(|artifacts| write::write(world, &args.out, artifacts, &options));
    let timings = progress.end();
    show(&compiled.diagnostics, &compiled.sources, &args.report, terminal)?;
    if args.report.timings {
        writeln!(terminal.err, "{timings}")?;
    }
    match written {
        Some(written) => say(args, written, verdict(&compiled.diagnostics, &args.report), terminal),
        None => {
            if args.report.format == Format::Human {
                writeln!(terminal.out, "nothing was written")?;
            }
            Ok(Exit::Findings)
        }
    }
}

/// Whether a folder, which need not exist yet, is the folder of the spec or lies in it.
fn lies_within(world: &dyn World, out: &Path, specs: &Path) -> bool {
    let Ok(specs) = world.canonicalize(specs) else { return false };
    let mut folders = out.ancestors().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    let there = folders.find_map(|folder| world.canonicalize(folder).ok());
    there.is_some_and(|there| there.starts_with(&specs)) && world.metadata(&specs).is_ok_and(|spec| spec.kind == Kind::Dir)
}

fn say(args: &cli::Build, written: Result<Outcome, OutputError>, verdict: Exit, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let outcome = match written {
        Ok(outcome) => outcome,
        Err(error) => return refused(&error, terminal),
    };
    say_kept(&outcome, terminal)?;
    let what = if args.dry_run { "would write" } else { "wrote" };
    if args.report.format == Format::Human {
        writeln!(terminal.out, "{what} {}: {outcome}", args.out.display())?;
    }
    Ok(verdict)
}

/// Names the files that were edited by hand and left as they are.
pub(super) fn say_kept(outcome: &Outcome, terminal: &mut Terminal<'_>) -> io::Result<()> {
    say_kept_in("", outcome, terminal)
}

/// The same of a tree in a folder, whose name with a slash stands before the files.
pub(super) fn say_kept_in(folder: &str, outcome: &Outcome, terminal: &mut Terminal<'_>) -> io::Result<()> {
    for path in outcome.kept() {
        writeln!(terminal.err, "kept as edited by hand: {folder}{path}")?;
    }
    if outcome.kept().next().is_some() {
        writeln!(terminal.err, "  help: move the edits into the spec, or overwrite them with --force")?;
    }
    Ok(())
}
