//! `lint`: say what is wrong.

use std::io;

use crate::cli;
use crate::commands::terminal::{Exit, Terminal, verdict};
use crate::pipeline;
use crate::world::World;

/// Checks specs and reports what it finds.
///
/// # Errors
///
/// Those of the writer of the report.
pub fn lint(args: &cli::Lint, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let mut worst = Exit::Clean;
    for path in &args.paths {
        match pipeline::check(world, path, args.env.as_deref()) {
            Err(error) => return terminal.fail(error, "name the folder of the spec: optiinfra-gen lint FOLDER"),
            Ok(checked) => {
                terminal.report(&checked.diagnostics, &checked.sources, args.report.format)?;
                if verdict(&checked.diagnostics, args.report) == Exit::Findings {
                    worst = Exit::Findings;
                }
            }
        }
    }
    Ok(worst)
}
