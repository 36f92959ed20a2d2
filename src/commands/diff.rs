//! `diff`: what changes in meaning between two specs.

use std::io;
use std::path::Path;

use crate::cli::{self, DiffFormat, Format};
use crate::commands::terminal::{Exit, Terminal};
use crate::diagnostic::Severity;
use crate::diff::{self, Side, git};
use crate::model::Model;
use crate::pipeline::{self, Resolved};
use crate::source::Sources;
use crate::world::World;

/// What is compared: a spec with what people call it.
struct Readable {
    name: String,
    model: Model,
    sources: Sources,
    note: Option<String>,
}

/// Compares and reports.
///
/// # Errors
///
/// Those of the writer.
pub fn diff(args: &cli::Diff, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    // An empty name is no environment, so that one can be compared with none.
    let envs: Vec<Option<&str>> = args.env.iter().map(|env| Some(env.as_str()).filter(|env| !env.is_empty())).collect();
    let (old_env, new_env) = match envs.as_slice() {
        [] => (None, None),
        [both] => (*both, *both),
        [old, new] => (*old, *new),
        _ => return terminal.fail("two environments can be compared, not more", "give --env at most twice"),
    };
    let (old, new) = match (args.specs.as_slice(), &args.base) {
        ([specs], Some(revision)) => {
            // What is there now first: a path that is wrong is wrong whatever the revision.
            let new = match read(world, specs, new_env, &name(specs, None, new_env), terminal)? {
                Ok(new) => new,
                Err(exit) => return Ok(exit),
            };
            let base = match git::read(world, specs, revision) {
                Ok(base) => base,
                Err(error) => return terminal.fail(&error, error.help()),
            };
            let old = read(&base, &base.root, old_env, &name(specs, Some(revision), old_env), terminal)?;
            (old, Ok(new))
        }
        ([old, new], None) => {
            let old = read(world, old, old_env, &name(old, None, old_env), terminal)?;
            (old, read(world, new, new_env, &name(new, None, new_env), terminal)?)
        }
        ([specs], None) if envs.len() == 2 => {
            let old = read(world, specs, old_env, &name(specs, None, old_env), terminal)?;
            (old, read(world, specs, new_env, &name(specs, None, new_env), terminal)?)
        }
        (_, Some(_)) => {
            return terminal
                .fail("two folders and a revision cannot be compared at once", "leave out --base or one of the folders");
        }
        (_, None) => {
            let help = "give --base REV, two folders, or --env twice: optiinfra-gen diff --base main";
            return terminal.fail("there is nothing to compare with", help);
        }
    };
    let (Ok(old), Ok(new)) = (old, new) else { return Ok(Exit::Unusable) };
    let sides = [&old, &new].map(|side| Side { model: &side.model, sources: &side.sources });
    let mut diff = diff::compare(&sides[0], &sides[1], [old.name.clone(), new.name.clone()]);
    diff.notes.extend([&old.note, &new.note].into_iter().flatten().cloned());
    match args.format {
        DiffFormat::Human => write!(terminal.out, "{}", diff::human(&diff, terminal.human.colour))?,
        DiffFormat::Markdown => write!(terminal.out, "{}", diff::markdown(&diff))?,
        DiffFormat::Json => writeln!(terminal.out, "{:#}", diff::json(&diff))?,
    }
    Ok(if args.exit_code && !diff.is_empty() { Exit::Findings } else { Exit::Clean })
}

/// `specs`, `main:specs`, `specs for production`
fn name(specs: &Path, revision: Option<&str>, environment: Option<&str>) -> String {
    let mut name = specs.display().to_string();
    if let Some(revision) = revision {
        name = format!("{revision}:{name}");
    }
    if let Some(environment) = environment {
        name.push_str(&format!(" for {environment}"));
    }
    name
}

/// Reads one of the two. What could only be read in part is not compared: what is missing would seem to be removed.
fn read(
    world: &dyn World,
    specs: &Path,
    environment: Option<&str>,
    name: &str,
    terminal: &mut Terminal<'_>,
) -> io::Result<Result<Readable, Exit>> {
    let resolved = match pipeline::resolve(world, specs, environment) {
        Ok(resolved) => resolved,
        Err(error) => {
            return terminal.fail(format!("`{name}` cannot be compared: {error}"), "name the folder of the spec").map(Err);
        }
    };
    let Resolved { sources, model, whole, diagnostics, .. } = resolved;
    if let Some(unknown) = diagnostics.iter().find(|finding| finding.rule == crate::load::rule::UNKNOWN_ENVIRONMENT) {
        let message = format!("{} in `{}`", unknown.message, specs.display());
        return terminal.fail(message, unknown.help.as_deref().unwrap_or_default()).map(Err);
    }
    let Some(model) = model.filter(|_| whole) else {
        terminal.report(&diagnostics, &sources, Format::Human)?;
        return terminal.fail(format!("`{name}` cannot be read"), "mend what is reported above, in that version").map(Err);
    };
    let errors: Vec<_> = diagnostics.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let note = errors.first().map(|first| {
        let place = first
            .span
            .map_or_else(String::new, |span| format!(" at {}:{}", sources.get(span.source).name, sources.position(span).line));
        let count = if errors.len() == 1 { "1 error".to_owned() } else { format!("{} errors", errors.len()) };
        format!("{name} has {count}, what they are about may seem to be missing there: {}{place}", first.message)
    });
    Ok(Ok(Readable { name: name.to_owned(), model, sources, note }))
}
