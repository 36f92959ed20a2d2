//! `lint`: say what is wrong.

use std::io;

use crate::cli;
use crate::commands::settings;
use crate::commands::terminal::{Exit, Terminal, verdict};
use crate::pipeline::{self, CheckOptions};
use crate::world::World;

/// Checks specs and reports what it finds.
///
/// # Errors
///
/// Those of the writer of the report.
pub fn lint(args: &cli::Lint, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let mut worst = Exit::Clean;
    for path in &args.paths {
        let lint = match settings::read(world, &args.report, terminal)? {
            Ok(lint) => lint,
            Err(exit) => return Ok(exit),
        };
        match pipeline::check(world, path, &CheckOptions { environment: args.env.as_deref(), lint }) {
            Err(error) => return terminal.fail(error, "name the folder of the spec: optiinfra-gen lint FOLDER"),
            Ok(checked) => {
                terminal.report(&checked.diagnostics, &checked.sources, args.report.format)?;
                if verdict(&checked.diagnostics, &args.report) == Exit::Findings {
                    worst = Exit::Findings;
                }
            }
        }
    }
    Ok(worst)
}
