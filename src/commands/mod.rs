//! One file for each command of the command line.

pub mod build;
pub mod explain;
pub mod lint;
pub mod query;
pub mod settings;
pub mod simulate;
pub mod terminal;
