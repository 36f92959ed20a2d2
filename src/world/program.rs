//! Other programs, run to their end.

use std::ffi::OsString;
use std::path::PathBuf;

/// A program with what it is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Program {
    /// Its name, looked up on the PATH, or its path.
    pub name: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// The folder that it runs in; the one of this process when empty.
    pub dir: PathBuf,
    /// What it reads.
    pub input: Vec<u8>,
    /// Environment variables that it gets besides those of this process.
    pub set: Vec<(&'static str, &'static str)>,
    /// Environment variables that it does not get.
    pub unset: Vec<&'static str>,
}

/// How a program ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finished {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it wrote.
    pub output: Vec<u8>,
    /// What it wrote to its standard error.
    pub errors: Vec<u8>,
}
