//! Other programs, run to their end.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

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

/// How far a program may go before it is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How long it may take.
    pub time: Duration,
    /// How many bytes it may write.
    pub output: usize,
}

/// How far a process lets itself go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confinement {
    /// Bytes of address space beyond what it has.
    pub memory: u64,
    /// Seconds of computing time.
    pub seconds: u64,
}

/// What ended a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It ended by itself, with this exit code.
    Code(i32),
    /// It had used up its computing time.
    Time,
    /// Another signal.
    Signal(i32),
    /// It was stopped because it took too long.
    TooLong,
    /// It was stopped because it wrote too much.
    TooMuch,
}

/// How a program that had bounds ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounded {
    /// What ended it.
    pub end: End,
    /// What it wrote.
    pub output: Vec<u8>,
    /// What it wrote to its standard error, the beginning of it.
    pub errors: Vec<u8>,
}
