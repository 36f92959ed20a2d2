//! `drift` and `build --check`: compile, then compare.

use std::io;

use crate::cli::{self, Format};
use crate::commands::compile::{compile, refused, scope, show};
use crate::commands::progress::Progress;
use crate::commands::terminal::{Exit, Terminal, verdict};
use crate::commands::{environments, settings};
use crate::diagnostic::{Diagnostic, Severity};
use crate::emit::drift::{self, Drift, Drifted};
use crate::emit::write::Options;
use crate::pipeline::{Observer as _, Phase};
use crate::source::{SourceKind, Sources, Span};
use crate::world::World;

/// Lines of differences that are shown of one file.
const MOST_LINES: usize = 2000;

/// Compiles and compares. With differences the exit is [`Exit::Drift`], whatever else was found.
///
/// # Errors
///
/// Those of the writer of the report.
pub fn drift(args: &cli::Drift, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    if args.all_envs {
        return environments::drift(args, world, terminal);
    }
    let lint = match settings::read(world, &args.report, terminal)? {
        Ok(lint) => lint,
        Err(exit) => return Ok(exit),
    };
    let progress = Progress::begin(terminal.progress);
    let mut compiled = match compile(&args.specs, args.env.as_deref(), lint, world, &progress, terminal)? {
        Ok(compiled) => compiled,
        Err(exit) => return Ok(exit),
    };
    progress.begins(Phase::Write);
    let wait = Options::default().lock_wait;
    let found =
        compiled.artifacts.as_ref().map(|artifacts| drift::drift(world, &args.out, artifacts, &scope(&args.target), wait));
    let timings = progress.end();
    let exit = match found {
        None => {
            show(&compiled.diagnostics, &compiled.sources, &args.report, terminal)?;
            if args.report.format == Format::Human {
                writeln!(terminal.out, "nothing was compared")?;
            }
            Exit::Findings
        }
        Some(Err(error)) => {
            show(&compiled.diagnostics, &compiled.sources, &args.report, terminal)?;
            refused(&error, terminal)?
        }
        Some(Ok(found)) => {
            let exit = if found.is_clean() { verdict(&compiled.diagnostics, &args.report) } else { Exit::Drift };
            if args.report.format == Format::Human {
                show(&compiled.diagnostics, &compiled.sources, &args.report, terminal)?;
                say(&found, terminal)?;
            } else {
                add(&found, &mut compiled.sources, &mut compiled.diagnostics);
                terminal.report(&compiled.diagnostics, &compiled.sources, args.report.format)?;
            }
            exit
        }
    };
    if args.report.timings {
        writeln!(terminal.err, "{timings}")?;
    }
    Ok(exit)
}

/// Shows the differences to people.
pub(super) fn say(found: &Drift, terminal: &mut Terminal<'_>) -> io::Result<()> {
    write!(terminal.out, "{}", found.render(MOST_LINES))?;
    for help in found.help() {
        writeln!(terminal.out, "help: {help}")?;
    }
    writeln!(terminal.out, "{found}")
}

/// For programs each difference is a finding like others, at the beginning of the file that differs.
pub(super) fn add(found: &Drift, sources: &mut Sources, diagnostics: &mut Vec<Diagnostic>) {
    for difference in &found.differences {
        let name = found.out.join(&difference.path).to_string_lossy().replace('\\', "/");
        let span = place(sources, &name);
        let message = format!("`{name}`: {}", difference.message);
        let finding = Diagnostic::new(difference.kind.id(), Severity::Error, span, message);
        diagnostics.push(finding.help(cure(difference.kind)));
    }
}

/// The beginning of a file that was not read.
pub(super) fn place(sources: &mut Sources, name: &str) -> Span {
    let source = sources.by_name(name).unwrap_or_else(|| sources.add(name, "", SourceKind::File));
    Span::new(source, 0, 0)
}

fn cure(kind: Drifted) -> &'static str {
    match kind {
        Drifted::Interrupted | Drifted::Missing | Drifted::Changed | Drifted::NoLongerWanted => {
            "run `optiinfra-gen build` and commit what it writes"
        }
        Drifted::EditedByHand => "take the edits into the spec, or drop them with `optiinfra-gen build --force`",
        Drifted::Foreign => "move it out of the folder; a build never overwrites or deletes it",
    }
}
