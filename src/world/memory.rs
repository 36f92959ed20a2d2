//! A disk in memory: for tests, and for compiling a spec that lies nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Entry, FileId, Kind, Lock, Metadata, World};

/// What goes wrong in a [`MemoryWorld`], from one write operation on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The process dies: a file being written is left half written, and nothing is changed any more.
    Crash,
    /// The disk is full: whatever needs room fails, what frees room works.
    Full,
    /// This one operation fails with this error; later ones work.
    Once(io::ErrorKind),
}

/// Files, folders and links in memory. Paths start at `/`; a relative one is taken from there. Deterministic.
#[derive(Debug, Clone, Default)]
pub struct MemoryWorld {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    nodes: BTreeMap<PathBuf, Node>,
    env: BTreeMap<String, OsString>,
    locked: BTreeSet<PathBuf>,
    next_inode: u64,
    operations: Vec<String>,
    fault: Option<(usize, Fault)>,
    ignores_case: bool,
}

#[derive(Debug, Clone)]
struct Node {
    inode: u64,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    File { bytes: Vec<u8>, mode: u32 },
    Dir,
    Link(PathBuf),
    Other,
}

/// As many links as an operating system follows before it calls it a loop.
const MAX_LINKS: usize = 40;

impl MemoryWorld {
    /// A world that is empty but for these files.
    pub fn with_files<P: AsRef<Path>, B: AsRef<[u8]>>(files: impl IntoIterator<Item = (P, B)>) -> Self {
        let world = Self::default();
        for (path, bytes) in files {
            world.put(path, bytes);
        }
        world
    }

    /// An empty world that keeps the case of names and ignores it when it looks for them, as the disks of some systems do.
    pub fn ignoring_case() -> Self {
        let world = Self::default();
        world.state().ignores_case = true;
        world
    }

    /// Sets a file, with the folders above it, as another program would do it: no fault strikes it and it is not counted.
    pub fn put(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        self.insert(path.as_ref(), Content::File { bytes: bytes.as_ref().to_vec(), mode: 0o644 });
    }

    /// Makes a folder, with those above it.
    pub fn put_dir(&self, path: impl AsRef<Path>) {
        self.insert(path.as_ref(), Content::Dir);
    }

    /// Makes a link.
    pub fn put_link(&self, path: impl AsRef<Path>, target: impl Into<PathBuf>) {
        self.insert(path.as_ref(), Content::Link(target.into()));
    }

    /// Makes a pipe or a device.
    pub fn put_other(&self, path: impl AsRef<Path>) {
        self.insert(path.as_ref(), Content::Other);
    }

    /// Sets an environment variable.
    pub fn set_env(&self, name: impl Into<String>, value: impl Into<OsString>) {
        self.state().env.insert(name.into(), value.into());
    }

    /// Lets `fault` strike at the write operation with this number (from 0, counted from now).
    pub fn fail_at(&self, operation: usize, fault: Fault) {
        let mut state = self.state();
        state.operations.clear();
        state.fault = Some((operation, fault));
    }

    /// No more faults; the count of operations starts again.
    pub fn mend(&self) {
        let mut state = self.state();
        state.operations.clear();
        state.fault = None;
    }

    /// The write operations since the last [`MemoryWorld::mend`] or [`MemoryWorld::fail_at`].
    pub fn operations(&self) -> Vec<String> {
        self.state().operations.clone()
    }

    /// Every file with its bytes.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let state = self.state();
        let files = state.nodes.iter().filter_map(|(path, node)| match &node.content {
            Content::File { bytes, .. } => Some((path.clone(), bytes.clone())),
            _ => None,
        });
        files.collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn insert(&self, path: &Path, content: Content) {
        let mut state = self.state();
        let path = absolute(path);
        for dir in path.ancestors().skip(1) {
            if dir.parent().is_some() && !state.nodes.contains_key(dir) {
                state.add(dir.to_path_buf(), Content::Dir);
            }
        }
        if path.parent().is_some() {
            state.add(path, content);
        }
    }
}

fn absolute(path: &Path) -> PathBuf {
    let mut absolute = PathBuf::from("/");
    for component in path.components() {
        match component {
            Component::Normal(name) => absolute.push(name),
            Component::ParentDir => {
                absolute.pop();
            }
            _ => {}
        }
    }
    absolute
}

impl State {
    fn add(&mut self, path: PathBuf, content: Content) {
        self.next_inode += 1;
        let inode = self.next_inode;
        self.nodes.insert(path, Node { inode, content });
    }

    /// The path with links followed, the last component only if `last`; it need not exist.
    fn resolve(&self, path: &Path, last: bool) -> io::Result<PathBuf> {
        let mut todo: Vec<OsString> = parts(path);
        let mut done = PathBuf::from("/");
        let mut links = 0;
        while let Some(part) = todo.pop() {
            if part == OsStr::new("..") {
                done.pop();
                continue;
            }
            let next = self.spelled(done.join(&part));
            match self.nodes.get(&next).map(|node| &node.content) {
                Some(Content::Link(target)) if last || !todo.is_empty() => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(io::Error::other("too many levels of symbolic links"));
                    }
                    if target.is_absolute() {
                        done = PathBuf::from("/");
                    }
                    todo.extend(parts(target));
                }
                Some(Content::File { .. } | Content::Other) if !todo.is_empty() => {
                    return Err(io::ErrorKind::NotADirectory.into());
                }
                None if !todo.is_empty() => return Err(io::ErrorKind::NotFound.into()),
                _ => done = next,
            }
        }
        Ok(done)
    }

    /// The path as it is spelled here.
    fn spelled(&self, path: PathBuf) -> PathBuf {
        if !self.ignores_case || self.nodes.contains_key(&path) {
            return path;
        }
        let lower = path.to_string_lossy().to_lowercase();
        self.nodes.keys().find(|other| other.to_string_lossy().to_lowercase() == lower).cloned().unwrap_or(path)
    }

    fn node(&self, path: &Path) -> io::Result<Node> {
        if path.parent().is_none() {
            return Ok(Node { inode: 0, content: Content::Dir });
        }
        self.nodes.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// The path of something that is to be made: its folder exists, it does not.
    fn free(&self, path: &Path) -> io::Result<PathBuf> {
        let path = self.resolve(path, false)?;
        if self.node(&path).is_ok() { Err(io::ErrorKind::AlreadyExists.into()) } else { Ok(path) }
    }

    /// Counts a write operation; `Err` when a fault strikes it.
    fn operation(&mut self, verb: &str, path: &Path, needs_room: bool) -> io::Result<()> {
        let number = self.operations.len();
        self.operations.push(format!("{verb} {}", path.display()));
        match self.fault {
            Some((from, Fault::Crash)) if number >= from => Err(io::Error::other("the process was killed")),
            Some((from, Fault::Full)) if number >= from && needs_room => Err(io::ErrorKind::StorageFull.into()),
            Some((at, Fault::Once(kind))) if number == at => Err(kind.into()),
            _ => Ok(()),
        }
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let from = self.resolve(from, false)?;
        let node = self.node(&from)?;
        if matches!(self.node(to).map(|node| node.content), Ok(Content::Dir)) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        self.nodes.remove(&from);
        self.nodes.insert(to.to_path_buf(), node);
        Ok(())
    }
}

/// The components of a path, last one first.
fn parts(path: &Path) -> Vec<OsString> {
    let named = path.components().rev().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir));
    named.map(|part| part.as_os_str().to_owned()).collect()
}

fn is_inside(path: &Path, dir: &Path) -> bool {
    path.parent() == Some(dir)
}

impl World for MemoryWorld {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let state = self.state();
        match state.node(&state.resolve(path, true)?)?.content {
            Content::File { bytes, .. } => Ok(bytes),
            Content::Dir => Err(io::ErrorKind::IsADirectory.into()),
            Content::Link(_) | Content::Other => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        let state = self.state();
        let node = state.node(&state.resolve(path, false)?)?;
        let (kind, len, mode) = match &node.content {
            Content::File { bytes, mode } => (Kind::File, bytes.len() as u64, *mode),
            Content::Dir => (Kind::Dir, 0, 0o755),
            Content::Link(_) => (Kind::Symlink, 0, 0o777),
            Content::Other => (Kind::Other, 0, 0o644),
        };
        Ok(Metadata { kind, len, id: FileId { device: 0, inode: node.inode }, mode })
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
        let state = self.state();
        let dir = state.resolve(dir, true)?;
        if !matches!(state.node(&dir)?.content, Content::Dir) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let inside = state.nodes.range(dir.clone()..).take_while(|(path, _)| path.starts_with(&dir));
        let mut entries: Vec<Entry> = inside
            .filter(|(path, _)| is_inside(path, &dir))
            .map(|(path, node)| Entry {
                name: path.file_name().unwrap_or_default().to_owned(),
                kind: match node.content {
                    Content::File { .. } => Kind::File,
                    Content::Dir => Kind::Dir,
                    Content::Link(_) => Kind::Symlink,
                    Content::Other => Kind::Other,
                },
            })
            .collect();
        entries.sort();
        Ok(entries)
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        let state = self.state();
        match state.node(&state.resolve(path, false)?)?.content {
            Content::Link(target) => Ok(target),
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        let state = self.state();
        let path = state.resolve(path, true)?;
        state.node(&path)?;
        Ok(path)
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.operation("create_dir", path, true)?;
        let path = state.free(path)?;
        state.add(path, Content::Dir);
        Ok(())
    }

    fn write_new(&self, path: &Path, bytes: &[u8], mode: Option<u32>) -> io::Result<()> {
        let mut state = self.state();
        let number = state.operations.len();
        let result = state.operation("write", path, true);
        let path = state.free(path)?;
        let mode = mode.unwrap_or(0o644);
        // A write that fails for want of room or dies half way leaves what it had written; a dead process writes nothing more.
        let struck_now = state.fault.is_some_and(|(from, fault)| from == number || fault == Fault::Full);
        if result.is_ok() || struck_now {
            let written = if result.is_ok() { bytes } else { bytes.get(..bytes.len() / 2).unwrap_or_default() };
            state.add(path, Content::File { bytes: written.to_vec(), mode });
        }
        result
    }

    fn replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.operation("replace", to, false)?;
        let to = state.resolve(to, false)?;
        state.rename(from, &to)
    }

    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.operation("rename", to, false)?;
        let to = state.free(to)?;
        state.rename(from, &to)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.operation("sync_dir", path, false)?;
        let path = state.resolve(path, true)?;
        state.node(&path).map(|_| ())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.operation("remove", path, false)?;
        let path = state.resolve(path, false)?;
        match state.node(&path)?.content {
            Content::Dir => Err(io::ErrorKind::IsADirectory.into()),
            _ => {
                state.nodes.remove(&path);
                Ok(())
            }
        }
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.operation("remove_dir", path, false)?;
        let path = state.resolve(path, false)?;
        match state.node(&path)?.content {
            Content::Dir if state.nodes.keys().any(|other| is_inside(other, &path)) => {
                Err(io::ErrorKind::DirectoryNotEmpty.into())
            }
            Content::Dir => {
                state.nodes.remove(&path);
                Ok(())
            }
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    fn lock(&self, dir: &Path, _wait: Duration) -> io::Result<Option<Lock>> {
        let mut state = self.state();
        let dir = state.resolve(dir, true)?;
        state.node(&dir)?;
        if !state.locked.insert(dir.clone()) {
            return Ok(None);
        }
        Ok(Some(Lock { _guard: Box::new(Held { world: self.clone(), dir }) }))
    }

    fn seconds_since_1970(&self) -> Option<u64> {
        None
    }

    fn env(&self, name: &str) -> Option<OsString> {
        self.state().env.get(name).cloned()
    }
}

/// A lock in memory.
struct Held {
    world: MemoryWorld,
    dir: PathBuf,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.world.state().locked.remove(&self.dir);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_and_loops_end() {
        let world = MemoryWorld::with_files([("specs/a.yaml", "a"), ("other/b.yaml", "b")]);
        world.put_link("specs/out", "../other");
        world.put_link("specs/loop", "loop");
        world.put_link("specs/self", ".");
        assert_eq!(world.read(Path::new("specs/out/b.yaml")).unwrap(), b"b");
        assert_eq!(world.canonicalize(Path::new("specs/out/b.yaml")).unwrap(), Path::new("/other/b.yaml"));
        assert_eq!(world.canonicalize(Path::new("specs/self/self/a.yaml")).unwrap(), Path::new("/specs/a.yaml"));
        assert!(world.read(Path::new("specs/loop")).is_err());
        assert_eq!(world.metadata(Path::new("specs/out")).unwrap().kind, Kind::Symlink);
        let id = |path: &str| world.metadata(Path::new(path)).unwrap().id;
        assert_eq!(id("specs/out/b.yaml"), id("other/b.yaml"));
        assert_ne!(id("specs/a.yaml"), id("other/b.yaml"));
    }

    #[test]
    fn names_are_sorted_and_those_of_other_folders_stay_out() {
        let world = MemoryWorld::with_files([("s/b", ""), ("s/a/x", ""), ("s/a-b", ""), ("sx/c", ""), ("s/B", "")]);
        let names: Vec<_> = world.list(Path::new("s")).unwrap().into_iter().map(|entry| (entry.name, entry.kind)).collect();
        let expected = [("B", Kind::File), ("a", Kind::Dir), ("a-b", Kind::File), ("b", Kind::File)];
        assert_eq!(names, expected.map(|(name, kind)| (OsString::from(name), kind)));
        assert_eq!(world.list(Path::new("/")).unwrap().len(), 2);
        assert_eq!(world.list(Path::new("s/b")).unwrap_err().kind(), io::ErrorKind::NotADirectory);
        assert_eq!(world.list(Path::new("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_crash_leaves_half_a_file_and_stops_everything() {
        let world = MemoryWorld::default();
        world.fail_at(1, Fault::Crash);
        world.write_new(Path::new("a"), b"1234", None).unwrap();
        world.write_new(Path::new("b"), b"1234", None).unwrap_err();
        world.write_new(Path::new("c"), b"1234", None).unwrap_err();
        world.remove_file(Path::new("a")).unwrap_err();
        assert_eq!(world.files().into_values().collect::<Vec<_>>(), [b"1234".to_vec(), b"12".to_vec()]);
    }
}
