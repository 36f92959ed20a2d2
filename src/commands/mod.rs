//! One file for each command of the command line.

pub mod build;
pub mod diff;
pub mod explain;
pub mod graph;
pub mod lint;
pub mod query;
pub mod settings;
pub mod specs;
pub mod terminal;
