//! One file for each command of the command line.

pub mod build;
mod compile;
pub mod drift;
pub mod explain;
pub mod lint;
mod progress;
pub mod prove;
pub mod query;
pub mod settings;
pub mod terminal;
mod watch;
