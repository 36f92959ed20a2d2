//! What can go wrong with the output folder, with the way out of it.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::manifest::{JOURNAL, ManifestError};

/// Why a file could not be written where it belongs. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The path that was to be written, below the output folder.
    pub path: String,
    /// What stands in the way.
    pub obstacle: Obstacle,
}

/// What stands in the way of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// A file that the tool did not write, with other text.
    Foreign,
    /// A symbolic link at this path below the output folder, with what it leads to.
    Link(String, PathBuf),
    /// A folder where the file is to be.
    Folder,
    /// A file at this path below the output folder, where a folder is to be.
    FileAbove(String),
    /// A pipe, a socket or a device at this path below the output folder.
    Special(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.obstacle {
            Obstacle::Foreign => write!(f, "{path} is there with other text, and optiinfra-gen did not write it"),
            Obstacle::Link(at, to) if at == path => write!(f, "{path} is a symbolic link to {}", escaped(to)),
            Obstacle::Link(at, to) => write!(f, "{path} lies behind {at}, a symbolic link to {}", escaped(to)),
            Obstacle::Folder => write!(f, "{path} is a folder"),
            Obstacle::FileAbove(at) => write!(f, "{path} needs a folder where {at} is a file"),
            Obstacle::Special(at) => write!(f, "{path} cannot be written: {at} is neither a file nor a folder"),
        }
    }
}

/// What was being done when the system said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Reading a file or a folder.
    Reading,
    /// Writing a file.
    Writing,
    /// Making a folder.
    Making,
    /// Removing a file.
    Removing,
    /// Locking the output folder.
    Locking,
}

/// In what state an error left the output folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// As it was.
    Untouched,
    /// Every file whole, some old, some new; the next build goes on from there.
    Interrupted,
}

/// A failure of the tool on the output folder.
#[derive(Debug)]
pub enum OutputError {
    /// Things stand in the way that the tool does not own.
    Refused {
        /// The output folder, as it was given.
        out: PathBuf,
        /// Each file with what stands in its way; never empty.
        refusals: Vec<Refusal>,
    },
    /// Another build holds the lock.
    Locked {
        /// The output folder, which is what is locked.
        out: PathBuf,
    },
    /// The manifest or the journal is not to be trusted.
    Manifest {
        /// MANIFEST.json or the journal.
        path: PathBuf,
        /// What is wrong with it.
        problem: ManifestError,
    },
    /// The output folder is something else.
    NotAFolder {
        /// The output folder, as it was given.
        out: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// The operating system said no.
    Io {
        /// What was being done.
        doing: Doing,
        /// To which file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
        /// What this left behind.
        left: Left,
    },
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { out, refusals } => {
                let files = if refusals.len() == 1 { "1 file".to_owned() } else { format!("{} files", refusals.len()) };
                write!(f, "{files} cannot be written to {}:", out.display())?;
                refusals.iter().try_for_each(|refusal| write!(f, "\n  {refusal}"))
            }
            Self::Locked { out } => write!(f, "another build holds the lock on {}", out.display()),
            Self::Manifest { path, problem } => write!(f, "{} {problem}", path.display()),
            Self::NotAFolder { out, what } => write!(f, "{} is {what}, not a folder", out.display()),
            Self::Io { doing, path, error, .. } => {
                let verb = match doing {
                    Doing::Reading => "read",
                    Doing::Writing => "write",
                    Doing::Making => "make folder",
                    Doing::Removing => "remove",
                    Doing::Locking => "lock",
                };
                write!(f, "cannot {verb} {}: {}", path.display(), reason(error))
            }
        }
    }
}

impl std::error::Error for OutputError {}

impl OutputError {
    /// The way out, one sentence.
    pub fn help(&self) -> String {
        match self {
            Self::Refused { refusals, .. } if refusals.iter().all(|refusal| refusal.obstacle == Obstacle::Foreign) => {
                "nothing was written; move these files away, or give another folder with --out".to_owned()
            }
            Self::Refused { .. } => "nothing was written; move what stands in the way, or give another folder with --out".to_owned(),
            Self::Locked { out } => {
                format!("wait for it to end; `fuser -v {}` shows which process it is, and the lock ends with it", out.display())
            }
            Self::Manifest { problem: ManifestError::Format(_), .. } => "use that version, or build into an empty folder".to_owned(),
            Self::Manifest { path, .. } if path.ends_with(JOURNAL) => {
                "nothing was changed; remove it and build again: what the interrupted build wrote may then count as edited by hand"
                    .to_owned()
            }
            Self::Manifest { .. } => {
                "nothing was changed; restore it from version control, or move the folder away and build again".to_owned()
            }
            Self::NotAFolder { .. } => "give another folder with --out, or move it away".to_owned(),
            Self::Io { doing, path, error, left } => {
                let place = path.parent().unwrap_or(path).display();
                let after = match (left, doing) {
                    (Left::Interrupted, _) => "every file is whole, old or new, and the next build goes on from here",
                    (Left::Untouched, Doing::Reading | Doing::Locking) => "nothing was changed",
                    (Left::Untouched, _) => "nothing was changed, the old files are whole",
                };
                match error.kind() {
                    ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                        format!("make room where {place} is stored and build again; {after}")
                    }
                    ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => {
                        format!("make {place} accessible, or give another folder with --out; {after}")
                    }
                    _ => after.to_owned(),
                }
            }
        }
    }
}

/// What the system said, in words without its number where that is known.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        ErrorKind::QuotaExceeded => "the disk quota is used up".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// A path without anything that a terminal would obey.
pub(super) fn escaped(path: &Path) -> String {
    let text = path.display().to_string();
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}
