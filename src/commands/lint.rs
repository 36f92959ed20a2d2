//! `lint`: say what is wrong.

use std::io;

use crate::cli;
use crate::commands::progress::Progress;
use crate::commands::settings;
use crate::commands::terminal::{Exit, Terminal, verdict};
use crate::pipeline::{self, Linted};
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
    let linted = pipeline::lint_observed(world, &args.paths, &args.catalog, args.env.as_deref(), &settings, &progress);
    let timings = progress.end();
    match linted {
        Err(error) => terminal.fail(error, "name a folder of a spec, a rule file, a prometheus.yml or a dashboard"),
        Ok(Linted { sources, diagnostics }) => {
            terminal.report(&diagnostics, &sources, args.report.format)?;
            if args.report.timings {
                writeln!(terminal.err, "{timings}")?;
            }
            Ok(verdict(&diagnostics, &args.report))
        }
    }
}
