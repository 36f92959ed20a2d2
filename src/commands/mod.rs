//! One file for each command of the command line.

pub mod apply;
pub mod backup;
pub mod build;
mod compile;
pub mod drift;
pub mod explain;
pub mod lint;
mod progress;
pub mod query;
mod servers;
pub mod settings;
pub mod terminal;
pub mod verify;
mod watch;
