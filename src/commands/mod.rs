//! One file for each command of the command line.

pub mod build;
pub mod explain;
pub mod lint;
pub mod query;
pub mod returns;
pub mod settings;
pub mod terminal;
