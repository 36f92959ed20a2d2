//! `lint`: say what is wrong, and mend what needs no second look.

use std::io;

use crate::cli::{self, Format};
use crate::commands::progress::{Progress, Timings};
use crate::commands::settings;
use crate::commands::terminal::{Exit, Terminal, verdict};
use crate::diagnostic::render::{Report, json};
use crate::emit::unified::unified;
use crate::fix::{self, Changed, Left, Mended, store};
use crate::lint::LintSettings;
use crate::load::files::LoadError;
use crate::pipeline::{self, Environments, Linted, Observer};
use crate::world::World;

/// Checks specs and files that were written elsewhere, and reports what it finds.
///
/// # Errors
///
/// Those of the writer of the report.
pub fn lint(args: &cli::Lint, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let settings = match settings::read(world, &args.report, terminal)? {
        Ok(settings) => settings,
        Err(exit) => return Ok(exit),
    };
    let progress = Progress::begin(terminal.progress);
    if args.fix {
        let mended = mend(args, world, &settings, &progress);
        let timings = progress.end();
        return match mended {
            Err(error) => unreadable(error, terminal),
            Ok(mended) => {
                let exit = report_mended(args, &mended, terminal)?;
                say_timings(args, &timings, terminal).map(|()| exit)
            }
        };
    }
    let linted = run(args, world, &settings, &progress);
    let timings = progress.end();
    match linted {
        Err(error) => unreadable(error, terminal),
        Ok(Linted { sources, diagnostics }) => {
            terminal.report(&diagnostics, &sources, args.report.format)?;
            say_timings(args, &timings, terminal)?;
            Ok(verdict(&diagnostics, &args.report))
        }
    }
}

fn run(args: &cli::Lint, world: &dyn World, settings: &LintSettings, observer: &dyn Observer) -> Result<Linted, LoadError> {
    let environments = if args.all_envs { Environments::All } else { Environments::One(args.env.as_deref()) };
    pipeline::lint_observed(world, &args.paths, &args.catalog, environments, settings, observer)
}

fn say_timings(args: &cli::Lint, timings: &Timings, terminal: &mut Terminal<'_>) -> io::Result<()> {
    if args.report.timings { writeln!(terminal.err, "{timings}") } else { Ok(()) }
}

fn unreadable(error: LoadError, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    terminal.fail(error, "name a folder of a spec, a rule file, a prometheus.yml or a dashboard")
}

/// Applies the fixes, and writes the files unless it is a dry run.
fn mend(args: &cli::Lint, world: &dyn World, settings: &LintSettings, observer: &dyn Observer) -> Result<Mended, LoadError> {
    let mut mended = fix::mend(world, &args.paths, |world| run(args, world, settings, observer))?;
    if args.dry_run {
        return Ok(mended);
    }
    let mut written = Vec::with_capacity(mended.files.len());
    let mut failed = false;
    for file in mended.files {
        match store::store(world, &file) {
            Ok(()) => written.push(file),
            Err(reason) => {
                failed = true;
                mended.left.push(Left { name: file.name, reason });
            }
        }
    }
    mended.files = written;
    if failed {
        // What remains is what the disk holds.
        mended.linted = run(args, world, settings, observer)?;
    }
    Ok(mended)
}

fn report_mended(args: &cli::Lint, mended: &Mended, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let Linted { sources, diagnostics } = &mended.linted;
    let exit = verdict(diagnostics, &args.report);
    if args.report.format == Format::Json {
        let report = Report { diagnostics, sources };
        json::write_with(&report, Some(&repairs(mended)), terminal.out)?;
        return Ok(exit);
    }
    let human = args.report.format == Format::Human;
    if args.dry_run && human {
        for file in &mended.files {
            write!(terminal.out, "--- {0}\n+++ {0}\n{1}", file.name, unified(&file.before, &file.after))?;
        }
    }
    terminal.report(diagnostics, sources, args.report.format)?;
    // The other formats are read by programs, which want nothing else there.
    let out = if human { &mut *terminal.out } else { &mut *terminal.err };
    for Left { name, reason } in &mended.left {
        writeln!(out, "{name} stays as it is: {reason}")?;
    }
    let findings: usize = mended.files.iter().map(|file| file.findings.len()).sum();
    if findings > 0 || mended.left.is_empty() {
        let verb = if args.dry_run { "would fix" } else { "fixed" };
        writeln!(out, "{verb} {} in {}", counted(findings, "finding"), counted(mended.files.len(), "file"))?;
    }
    Ok(exit)
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn repairs(mended: &Mended) -> json::Repairs<'_> {
    json::Repairs {
        fixed: mended.files.iter().flat_map(|file| file.findings.iter().map(move |found| repaired(file, found))).collect(),
        left: mended.left.iter().map(|left| json::Unrepaired { file: &left.name, reason: &left.reason }).collect(),
    }
}

fn repaired<'a>(file: &'a Changed, found: &'a fix::Fixed) -> json::Repaired<'a> {
    json::Repaired { file: &file.name, rule: found.rule, message: &found.message, start: found.start }
}
