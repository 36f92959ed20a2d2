//! The world outside: the only place that touches the disk, the environment and locks.
//!
//! Every phase and command takes a [`World`], so that each can be run over a folder in memory ([`MemoryWorld`]) and the output
//! depends on the spec alone. `clippy.toml` forbids `std::fs` and its kin everywhere else.

mod memory;
mod os;
mod program;

pub use memory::{Fault, MemoryWorld};
pub use os::OsWorld;
pub use program::{Bounded, Bounds, Confinement, End, Finished, Program};

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::jsonnet::{self, Answer, Request, Settings};

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
    /// A symbolic link, whatever it leads to.
    Symlink,
    /// A pipe, a socket or a device: reading it may never end.
    Other,
}

/// The identity of a file or folder: two paths with the same identity are the same thing, which is how a loop of links, or one
/// file reached twice, is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId {
    /// The file system.
    pub device: u64,
    /// The file in it.
    pub inode: u64,
}

/// What is known of a path without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata {
    /// What it is; a link is a link, it is not followed.
    pub kind: Kind,
    /// Length in bytes (files).
    pub len: u64,
    /// Which thing it is.
    pub id: FileId,
    /// Permission bits, such as `0o644`.
    pub mode: u32,
}

/// One name in a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The name alone, without the folder.
    pub name: OsString,
    /// What it is; a link is a link, it is not followed.
    pub kind: Kind,
}

/// A lock that is held until this value is dropped or the process ends, however it ends.
#[must_use = "the lock is released when this is dropped"]
pub struct Lock {
    _guard: Box<dyn Send>,
}

impl std::fmt::Debug for Lock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lock")
    }
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code; `None` when it was stopped because it took too long, or by a signal.
    pub code: Option<i32>,
    /// All that it printed, both streams in their order.
    pub text: String,
}

/// Disk, environment, programs and locks. Errors are those of the operating system, without the path: the caller knows it.
pub trait World: Send + Sync {
    /// The bytes of a file; links are followed. Look at [`World::metadata`] first: reading a pipe may never end.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// What stands at `path`; a link is not followed.
    fn metadata(&self, path: &Path) -> io::Result<Metadata>;

    /// The names in a folder, sorted by bytes.
    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>>;

    /// Where a link leads, as it is written in it.
    fn read_link(&self, path: &Path) -> io::Result<PathBuf>;

    /// The absolute path with every link followed; an error when it does not exist.
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf>;

    /// Makes one folder; its parent exists, it does not.
    fn create_dir(&self, path: &Path) -> io::Result<()>;

    /// Writes a new file and syncs it to the disk; an error when anything stands at `path`. `mode` gives its permission bits,
    /// `None` the usual ones.
    fn write_new(&self, path: &Path, bytes: &[u8], mode: Option<u32>) -> io::Result<()>;

    /// Renames a file over another, at once: whoever reads sees the old one or the new one.
    fn replace(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Renames a file to a name that is free; `AlreadyExists` when it is taken.
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Makes the names in a folder durable.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;

    /// Removes a file or a link, never a folder.
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Removes an empty folder.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;

    /// Locks a folder against other processes that lock it too, waiting at most `wait`; `None` when it is still held then.
    /// Nothing is written for it, so it works in a read-only folder and leaves nothing behind.
    fn lock(&self, dir: &Path, wait: Duration) -> io::Result<Option<Lock>>;

    /// Seconds since 1970 by the machine's clock; `None` where there is none. For commands that people call, never for what is emitted.
    fn seconds_since_1970(&self) -> Option<u64>;

    /// The same with fractions of a second, where the clock has them.
    fn since_1970(&self) -> Option<Duration> {
        self.seconds_since_1970().map(Duration::from_secs)
    }

    /// An environment variable.
    fn env(&self, name: &str) -> Option<OsString>;

    /// Runs another program to its end; `NotFound` when there is none of this name. A world without programs has none.
    fn run(&self, _program: &Program) -> io::Result<Finished> {
        Err(io::ErrorKind::NotFound.into())
    }

    /// Runs a program in a folder to its end, at most so long. It reads nothing.
    fn run_in(&self, _program: &Path, _arguments: &[OsString], _dir: &Path, _limit: Duration) -> io::Result<Ended> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "no programs run in this world"))
    }

    /// Makes an empty folder for files that are needed for a while.
    fn temporary_dir(&self) -> io::Result<PathBuf> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "there is no place for temporary files in this world"))
    }

    /// Removes a folder of [`World::temporary_dir`] with all that is in it.
    fn remove_temporary(&self, _dir: &Path) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "there is no place for temporary files in this world"))
    }

    /// Runs this very program anew to its end, with no environment, within bounds.
    fn run_self(&self, _arguments: &[&str], _input: Vec<u8>, _bounds: Bounds) -> io::Result<Bounded> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "no programs run in this world"))
    }

    /// Bounds this process from now on, as far as the operating system can.
    fn confine(&self, _to: Confinement) -> io::Result<()> {
        Ok(())
    }

    /// What Jsonnet is given from outside: folders of libraries, variables, arguments, limits. Nothing, unless a world says otherwise.
    fn jsonnet(&self) -> Settings {
        Settings::default()
    }

    /// Evaluates Jsonnet, in this process unless a world does otherwise: only a program that can be started anew as a helper, as the
    /// command line is, can give it limits of time and memory (see [`crate::jsonnet`]). Evaluate what is trusted, or bound the process.
    fn evaluate(&self, request: &Request) -> io::Result<Answer> {
        Ok(jsonnet::evaluate(request))
    }
}
