//! The files of a revision, with everything else as it is now.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::jsonnet::{Answer, Request, Settings};
use crate::world::{Entry, Lock, MemoryWorld, Metadata, World};

/// A spec at a revision. It is for reading: nothing can be written through it.
pub struct Revision<'w> {
    pub(super) now: &'w dyn World,
    pub(super) files: MemoryWorld,
    /// Where the folders of Jsonnet libraries lie among the files; one outside of the repository has no revisions, and is not there.
    pub(super) libraries: Vec<PathBuf>,
    /// Where the spec lies among the files.
    pub root: PathBuf,
    /// The commit.
    pub commit: String,
}

impl std::fmt::Debug for Revision<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Revision").field("root", &self.root).field("commit", &self.commit).finish_non_exhaustive()
    }
}

fn refused<T>() -> io::Result<T> {
    Err(io::ErrorKind::ReadOnlyFilesystem.into())
}

impl World for Revision<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files.read(path)
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.files.metadata(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
        self.files.list(dir)
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        self.files.read_link(path)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.files.canonicalize(path)
    }

    fn create_dir(&self, _: &Path) -> io::Result<()> {
        refused()
    }

    fn write_new(&self, _: &Path, _: &[u8], _: Option<u32>) -> io::Result<()> {
        refused()
    }

    fn replace(&self, _: &Path, _: &Path) -> io::Result<()> {
        refused()
    }

    fn rename_new(&self, _: &Path, _: &Path) -> io::Result<()> {
        refused()
    }

    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        refused()
    }

    fn remove_file(&self, _: &Path) -> io::Result<()> {
        refused()
    }

    fn remove_dir(&self, _: &Path) -> io::Result<()> {
        refused()
    }

    fn lock(&self, _: &Path, _: Duration) -> io::Result<Option<Lock>> {
        refused()
    }

    fn seconds_since_1970(&self) -> Option<u64> {
        self.now.seconds_since_1970()
    }

    fn env(&self, name: &str) -> Option<OsString> {
        self.now.env(name)
    }

    fn jsonnet(&self) -> Settings {
        Settings { paths: self.libraries.clone(), ..self.now.jsonnet() }
    }

    fn evaluate(&self, request: &Request) -> io::Result<Answer> {
        self.now.evaluate(request)
    }
}
