//! `lint`: say what is wrong.

use std::io;

use crate::cli;
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
    match pipeline::lint(world, &args.paths, &args.catalog, args.env.as_deref(), &settings) {
        Err(error) => terminal.fail(error, "name a folder of a spec, a rule file, a prometheus.yml or a dashboard"),
        Ok(Linted { sources, diagnostics }) => {
            terminal.report(&diagnostics, &sources, args.report.format)?;
            Ok(verdict(&diagnostics, &args.report))
        }
    }
}
