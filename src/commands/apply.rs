//! `apply`: have servers take over what a build wrote.

use std::io;

use crate::apply::{Applied, apply as run, notification};
use crate::cli::{self, Format};
use crate::commands::servers::Connections;
use crate::commands::terminal::{Exit, Terminal, verdict};
use crate::commands::verify::compile;
use crate::server::Kind;
use crate::server::alertmanager::Alertmanager;
use crate::world::World;

/// Says what would be done; with `--yes` does it, and reports how servers still differ.
///
/// # Errors
///
/// Those of the writer of the report.
pub fn apply(args: &cli::apply::Apply, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let connections = match Connections::open(&args.servers, &args.reach, world, terminal)? {
        Ok(connections) => connections,
        Err(exit) => return Ok(exit),
    };
    let compiled = match compile(&args.specs, args.env.as_deref(), &args.report, "applied", world, terminal)? {
        Ok(compiled) => compiled,
        Err(exit) => return Ok(exit),
    };
    let mut applied = Applied::default();
    run(compiled.stack(), &connections.servers(), args.yes, &mut applied);
    if let Some(server) = connections.server(Kind::Alertmanager) {
        let now = world.seconds_since_1970().unwrap_or(0);
        for receiver in &args.test_notification {
            notification::send(compiled.stack(), &Alertmanager(server), receiver, args.yes, now, &mut applied);
        }
    }
    let human = args.report.format == Format::Human;
    if !human || !applied.diagnostics.is_empty() {
        terminal.report(&applied.diagnostics, &compiled.sources, args.report.format)?;
    }
    // The other formats are read by programs, which want nothing else there.
    let out = if human { &mut *terminal.out } else { &mut *terminal.err };
    for line in &applied.lines {
        writeln!(out, "{line}")?;
    }
    if !args.yes {
        writeln!(out, "nothing was changed; --yes does it")?;
    }
    Ok(verdict(&applied.diagnostics, &args.report))
}
