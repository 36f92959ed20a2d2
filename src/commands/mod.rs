//! One file for each command of the command line.

pub mod build;
pub mod completions;
pub mod explain;
pub mod init;
pub mod lint;
mod place;
pub mod query;
pub mod schema;
pub mod settings;
pub mod terminal;
