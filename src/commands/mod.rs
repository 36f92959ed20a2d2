//! One file for each command of the command line.

pub mod apply;
pub mod backtest;
pub mod backup;
pub mod build;
mod compile;
pub mod completions;
pub mod diff;
pub mod drift;
mod environments;
pub mod explain;
pub mod graph;
pub mod init;
pub mod jsonnet;
pub mod lint;
mod place;
mod progress;
pub mod prove;
pub mod query;
pub mod returns;
pub mod schema;
mod servers;
pub mod settings;
pub mod simulate;
pub mod specs;
pub mod terminal;
pub mod verify;
mod watch;
