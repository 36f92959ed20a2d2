//! One file for each command of the command line.

pub mod build;
mod compile;
pub mod diff;
pub mod drift;
pub mod explain;
pub mod graph;
pub mod lint;
mod progress;
pub mod query;
pub mod settings;
pub mod specs;
pub mod terminal;
mod watch;
