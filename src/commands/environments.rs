//! `build --all-envs` and `drift --all-envs`: one tree for each environment of a spec.
//!
//! The tree of an environment is exactly what `build --env` writes, and is written when `build --env` would write it: an error that
//! only one environment has keeps that tree as it is and no other. Each tree has a manifest, a journal and a lock of its own, so
//! each of them is always whole.

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::{self, Format, Reporting};
use crate::commands::build::say_kept_in;
use crate::commands::compile::{refused, scope, show};
use crate::commands::progress::{Progress, Timings};
use crate::commands::terminal::{Exit, Terminal, verdict};
use crate::commands::{drift, settings};
use crate::diagnostic::{Diagnostic, Severity};
use crate::emit::OutputError;
use crate::emit::artifact::check_folders;
use crate::emit::drift::Drifted;
use crate::emit::manifest::{JOURNAL, MANIFEST};
use crate::emit::write::{self, Options};
use crate::load::files::name_of;
use crate::load::tree::Key;
use crate::pipeline::environments::{CompileError, Compiled, Tree, compile_each};
use crate::pipeline::{Observer as _, Phase};
use crate::world::{Kind, World};

/// Writes the trees of all environments.
pub(super) fn build(args: &cli::Build, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let progress = Progress::begin(terminal.progress);
    let compiled = match compile(&args.specs, &args.out, &args.report, world, &progress, terminal)? {
        Ok(compiled) => compiled,
        Err(exit) => return Ok(exit),
    };
    progress.begins(Phase::Write);
    let options = Options { force: args.force, dry_run: args.dry_run, scope: scope(&args.target), ..Options::default() };
    let written: Vec<_> = compiled
        .trees
        .iter()
        .map(|tree| tree.artifacts.as_ref().map(|artifacts| write::write(world, &folder(&args.out, tree), artifacts, &options)))
        .collect();
    let timings = progress.end();
    show(&compiled.diagnostics, &compiled.sources, &args.report, terminal)?;
    let human = args.report.format == Format::Human;
    let mut exits = vec![verdict(&compiled.diagnostics, &args.report)];
    let mut tally = Tally::default();
    for (tree, written) in compiled.trees.iter().zip(written) {
        let name = name_of(&folder(&args.out, tree));
        match written {
            None => {
                tally.broken += 1;
                exits.push(Exit::Findings);
                if human {
                    writeln!(terminal.out, "{name}: nothing was written")?;
                }
            }
            Some(Err(error)) => {
                tally.refused += 1;
                exits.push(refused(&error, terminal)?);
            }
            Some(Ok(outcome)) => {
                tally.good += 1;
                say_kept_in(&format!("{name}/"), &outcome, terminal)?;
                if human {
                    writeln!(terminal.out, "{} {name}: {outcome}", if args.dry_run { "would write" } else { "wrote" })?;
                }
            }
        }
    }
    for path in left_over(world, &args.out, &compiled.trees) {
        writeln!(terminal.err, "left as it is: {} is the tree of an environment that the spec does not have", name_of(&path))?;
        writeln!(terminal.err, "  help: remove the folder when nothing reads it any more")?;
    }
    if human {
        writeln!(terminal.out, "{}", tally.say(compiled.trees.len(), if args.dry_run { "to be written" } else { "written" }))?;
    }
    end(&exits, &args.report, &timings, terminal)
}

/// Compares the trees of all environments.
pub(super) fn drift(args: &cli::Drift, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let progress = Progress::begin(terminal.progress);
    let mut compiled = match compile(&args.specs, &args.out, &args.report, world, &progress, terminal)? {
        Ok(compiled) => compiled,
        Err(exit) => return Ok(exit),
    };
    progress.begins(Phase::Write);
    let (scope, wait) = (scope(&args.target), Options::default().lock_wait);
    let compared: Vec<_> = compiled
        .trees
        .iter()
        .map(|tree| {
            let artifacts = tree.artifacts.as_ref()?;
            Some(crate::emit::drift::drift(world, &folder(&args.out, tree), artifacts, &scope, wait))
        })
        .collect();
    let timings = progress.end();
    let human = args.report.format == Format::Human;
    let mut exits = vec![verdict(&compiled.diagnostics, &args.report)];
    let mut tally = Tally::default();
    if human {
        show(&compiled.diagnostics, &compiled.sources, &args.report, terminal)?;
    }
    for (tree, found) in compiled.trees.iter().zip(compared) {
        match found {
            None => {
                tally.broken += 1;
                exits.push(Exit::Findings);
                if human {
                    writeln!(terminal.out, "{}: nothing was compared", name_of(&folder(&args.out, tree)))?;
                }
            }
            Some(Err(error)) => {
                tally.refused += 1;
                exits.push(refused(&error, terminal)?);
            }
            Some(Ok(found)) => {
                if found.is_clean() {
                    tally.good += 1;
                } else {
                    tally.different += 1;
                    exits.push(Exit::Drift);
                }
                if human {
                    drift::say(&found, terminal)?;
                } else {
                    drift::add(&found, &mut compiled.sources, &mut compiled.diagnostics);
                }
            }
        }
    }
    for path in left_over(world, &args.out, &compiled.trees) {
        tally.left_over += 1;
        exits.push(Exit::Drift);
        let name = name_of(&path);
        let message = "the tree of an environment that the spec does not have";
        let help = "remove the folder when nothing reads it any more";
        if human {
            writeln!(terminal.out, "{name}: {message}\nhelp: {help}")?;
        } else {
            let span = drift::place(&mut compiled.sources, &format!("{name}/{MANIFEST}"));
            let finding = Diagnostic::error(Drifted::NoLongerWanted.id(), span, format!("`{name}`: {message}"));
            compiled.diagnostics.push(finding.help(help));
        }
    }
    if human {
        writeln!(terminal.out, "{}", tally.say(compiled.trees.len(), "as the spec says"))?;
    } else {
        terminal.report(&compiled.diagnostics, &compiled.sources, args.report.format)?;
    }
    end(&exits, &args.report, &timings, terminal)
}

/// Compiles for all environments. `Err` ends the command: the tool could not go on, and has said so.
fn compile(
    specs: &Path,
    out: &Path,
    report: &Reporting,
    world: &dyn World,
    progress: &Progress,
    terminal: &mut Terminal<'_>,
) -> io::Result<Result<Compiled, Exit>> {
    let lint = match settings::read(world, report, terminal)? {
        Ok(lint) => lint,
        Err(exit) => return Ok(Err(exit)),
    };
    let compiled = match compile_each(world, specs, &lint, progress) {
        Ok(compiled) => compiled,
        Err(CompileError::Load(error)) => {
            return terminal.fail(error, "name the folder of the spec: optiinfra-gen build FOLDER --all-envs").map(Err);
        }
        Err(CompileError::Path(error)) => {
            return terminal.fail(error, "rename the thing in the spec that this path comes from").map(Err);
        }
    };
    if compiled.trees.is_empty() {
        show(&compiled.diagnostics, &compiled.sources, report, terminal)?;
        if compiled.diagnostics.iter().any(|found| found.severity == Severity::Error) {
            // What the spec has is not known.
            if report.format == Format::Human {
                writeln!(terminal.out, "nothing was done")?;
            }
            return Ok(Err(Exit::Findings));
        }
        let message = format!("the spec at `{}` has no environments", specs.display());
        return terminal.fail(message, "add them under `environments`, or leave out --all-envs").map(Err);
    }
    let names = compiled.trees.iter().map(|tree| tree.environment.text.as_str());
    if let Err(error) = check_folders(names) {
        return terminal.fail(error, "rename the environment: its tree is a folder of this name").map(Err);
    }
    if [MANIFEST, JOURNAL].iter().any(|name| world.metadata(&out.join(name)).is_ok()) {
        let message = format!("`{}` holds the tree of one build, and trees do not lie within each other", out.display());
        return terminal.fail(message, "name a folder for the trees of all environments: --out environments").map(Err);
    }
    for tree in &compiled.trees {
        let path = folder(out, tree);
        if world.metadata(&path).is_ok_and(|found| found.kind == Kind::Symlink) {
            let error = OutputError::NotAFolder { out: path, what: "a symbolic link" };
            return refused(&error, terminal).map(Err);
        }
    }
    Ok(Ok(compiled))
}

fn folder(out: &Path, tree: &Tree) -> PathBuf {
    let Key { text, .. } = &tree.environment;
    out.join(text)
}

/// Folders with a manifest that no environment writes.
fn left_over(world: &dyn World, out: &Path, trees: &[Tree]) -> Vec<PathBuf> {
    let entries = world.list(out).unwrap_or_default();
    let is_wanted = |name: &str| trees.iter().any(|tree| tree.environment.text == name);
    let folders =
        entries.iter().filter(|entry| entry.kind == Kind::Dir && entry.name.to_str().is_none_or(|name| !is_wanted(name)));
    folders.map(|entry| out.join(&entry.name)).filter(|path| world.metadata(&path.join(MANIFEST)).is_ok()).collect()
}

/// How many trees there are of each kind.
#[derive(Debug, Default)]
struct Tally {
    good: usize,
    different: usize,
    broken: usize,
    refused: usize,
    left_over: usize,
}

impl Tally {
    /// "3 environments: 2 written, 1 with errors"
    fn say(&self, all: usize, good: &str) -> String {
        let parts = [
            (self.good, good),
            (self.different, "different"),
            (self.broken, "with errors"),
            (self.refused, "refused"),
            (self.left_over, "no longer in the spec"),
        ];
        let parts: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        format!("{all} environment{}: {}", if all == 1 { "" } else { "s" }, parts.join(", "))
    }
}

/// The exit that weighs most: what could not be done, then differences, then findings.
fn end(exits: &[Exit], report: &Reporting, timings: &Timings, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    if report.timings {
        writeln!(terminal.err, "{timings}")?;
    }
    let order = [Exit::Unusable, Exit::Drift, Exit::Findings];
    Ok(order.into_iter().find(|exit| exits.contains(exit)).unwrap_or(Exit::Clean))
}
