//! A world in which some files hold other bytes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::jsonnet::{Answer, Request, Settings};
use crate::world::{Entry, Lock, Metadata, World};

/// The world outside with changed files in front of it. It is for reading: nothing can be written through it.
#[derive(Clone)]
pub struct Overlay<'w> {
    world: &'w dyn World,
    /// By the path with every link followed.
    files: BTreeMap<PathBuf, Arc<[u8]>>,
}

impl std::fmt::Debug for Overlay<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Overlay").field("files", &self.files.keys()).finish_non_exhaustive()
    }
}

impl<'w> Overlay<'w> {
    /// The world as it is.
    pub fn new(world: &'w dyn World) -> Self {
        Self { world, files: BTreeMap::new() }
    }

    /// Lets the file at `path`, all links followed, hold these bytes.
    pub fn put(&mut self, path: PathBuf, bytes: Vec<u8>) {
        self.files.insert(path, bytes.into());
    }

    fn changed(&self, path: &Path) -> Option<&Arc<[u8]>> {
        if self.files.is_empty() {
            return None;
        }
        self.files.get(&self.world.canonicalize(path).ok()?)
    }
}

fn refused<T>() -> io::Result<T> {
    Err(io::ErrorKind::ReadOnlyFilesystem.into())
}

impl World for Overlay<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.changed(path).map_or_else(|| self.world.read(path), |bytes| Ok(bytes.to_vec()))
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        let metadata = self.world.metadata(path)?;
        Ok(match self.files.get(path) {
            Some(bytes) => Metadata { len: bytes.len() as u64, ..metadata },
            None => metadata,
        })
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
        self.world.list(dir)
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        self.world.read_link(path)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.world.canonicalize(path)
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
        self.world.seconds_since_1970()
    }

    fn env(&self, name: &str) -> Option<OsString> {
        self.world.env(name)
    }

    fn jsonnet(&self) -> Settings {
        self.world.jsonnet()
    }

    fn evaluate(&self, request: &Request) -> io::Result<Answer> {
        self.world.evaluate(request)
    }
}
