//! Real PostgreSQL, Redis and machine, watched by real exporters: what these expose is what their packs declare, and in place of their simulations
//! they fill every panel that reads them.

mod compare;
mod databases;
mod live;
mod packs;

use std::path::{Path, PathBuf};

use crate::server::Server;
use crate::tool::{Tool, tool};

/// An exporter of two versions, with the version of the pack that each is.
pub(crate) const NODE: [(Tool, &str); 2] = [
    (tool("node_exporter-1.5", "node_exporter", [(1, 5), (1, 6)]), "1.5"),
    (tool("node_exporter-1.11", "node_exporter", [(1, 11), (1, 12)]), "1.11"),
];
pub(crate) const POSTGRES: [(Tool, &str); 2] = [
    (tool("postgres_exporter-0.11", "postgres_exporter", [(0, 11), (0, 12)]), "0.11"),
    (tool("postgres_exporter-0.19", "postgres_exporter", [(0, 19), (0, 20)]), "0.19"),
];
pub(crate) const REDIS: [(Tool, &str); 2] = [
    (tool("redis_exporter-1.45", "redis_exporter", [(1, 45), (1, 46)]), "1.45"),
    (tool("redis_exporter-1.86", "redis_exporter", [(1, 86), (1, 87)]), "1.86"),
];

/// A real exporter with these variables and flags, on a port of its own.
pub(crate) fn exporter(program: &Path, folder: &Path, variables: &[String], flags: &[&str]) -> Server {
    let listen = |port: u16| format!("--web.listen-address=127.0.0.1:{port}");
    // `env` becomes the exporter: the process that is ended is the same.
    let started = Server::start_at("/", Path::new("/usr/bin/env"), folder, |port| {
        let mut arguments = variables.to_vec();
        arguments.extend([program.to_string_lossy().into_owned(), listen(port)]);
        arguments.extend(flags.iter().map(|flag| (*flag).to_owned()));
        arguments
    });
    started.unwrap_or_else(|log| panic!("{log}"))
}

/// What it exposes now.
pub(crate) fn metrics(exporter: &Server) -> String {
    let (status, body) = exporter.get("/metrics").unwrap();
    assert_eq!(status, 200, "{body}");
    body
}

/// All of these tools, or `None` after a skip has been reported.
pub(crate) fn found<const N: usize>(tools: [&Tool; N]) -> Option<[PathBuf; N]> {
    let paths: Vec<PathBuf> = tools.iter().filter_map(|tool| tool.find()).collect();
    paths.try_into().ok()
}
