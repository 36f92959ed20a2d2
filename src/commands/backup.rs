//! `backup`: keep the dashboards of a Grafana as files.

use std::io;

use crate::backup::backup as run;
use crate::cli;
use crate::cli::verify::Servers;
use crate::commands::servers::Connections;
use crate::commands::terminal::{Exit, Terminal};
use crate::server::Kind;
use crate::server::grafana::Grafana;
use crate::world::World;

/// Fetches all dashboards and writes those that changed.
///
/// # Errors
///
/// Those of the writer of the report.
pub fn backup(args: &cli::backup::Backup, world: &dyn World, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let servers = Servers { prometheus: None, alertmanager: None, grafana: Some(args.grafana.clone()) };
    let connections = match Connections::open(&servers, &args.reach, world, terminal)? {
        Ok(connections) => connections,
        Err(exit) => return Ok(exit),
    };
    let Some(server) = connections.server(Kind::Grafana) else { return Ok(Exit::Unusable) };
    let done = match run(&Grafana(server), world, &args.out) {
        Ok(done) => done,
        Err(error) => return terminal.fail(&error, error.help.as_deref().unwrap_or_default()),
    };
    for failed in &done.failed {
        terminal.fail(failed, "")?;
    }
    let (written, unchanged) = (done.written, done.unchanged);
    writeln!(terminal.out, "wrote {written} to {}, {unchanged} unchanged, {} failed", args.out.display(), done.failed.len())?;
    Ok(if done.failed.is_empty() { Exit::Clean } else { Exit::Unusable })
}
