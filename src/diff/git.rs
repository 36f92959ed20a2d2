//! A spec as it was at a revision, read from git's objects: no checkout is touched.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::revision::Revision;
use crate::load;
use crate::source::Sources;
use crate::world::{Finished, Kind, MemoryWorld, Program, World};

/// Why a spec cannot be read at a revision.
#[derive(Debug)]
pub enum GitError {
    /// There is no program `git`, or it cannot be run.
    NoGit(io::Error),
    /// The spec lies in no repository; what git says.
    NoRepository(PathBuf, String),
    /// There is no such revision.
    NoRevision(String),
    /// The revision has no such path.
    NotThere(PathBuf, String),
    /// Something else; what git says.
    Failed(String),
}

impl fmt::Display for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoGit(error) if error.kind() == io::ErrorKind::NotFound => f.write_str("there is no program `git`"),
            Self::NoGit(error) => write!(f, "`git` cannot be run: {error}"),
            Self::NoRepository(path, said) => write!(f, "`{}` is not in a git repository: {said}", path.display()),
            Self::NoRevision(revision) => write!(f, "there is no revision `{revision}`"),
            Self::NotThere(path, revision) => write!(f, "`{}` is not in the revision `{revision}`", path.display()),
            Self::Failed(said) => write!(f, "git failed: {said}"),
        }
    }
}

impl std::error::Error for GitError {}

impl GitError {
    /// The way out.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoGit(_) => "install git, or compare two folders: optiinfra-gen diff OLD NEW",
            Self::NoRepository(..) => "compare two folders instead: optiinfra-gen diff OLD NEW",
            Self::NoRevision(_) => "name a branch, a tag or a commit that this clone has; a shallow clone has few: `git fetch`",
            Self::NotThere(..) => "name a revision that has the spec, or compare two folders: optiinfra-gen diff OLD NEW",
            Self::Failed(_) => "",
        }
    }
}

/// How often links may lead to links.
const LINKS: usize = 8;

/// Reads the spec at `specs` as it was at a revision.
///
/// # Errors
///
/// When git does not know the revision, or the revision not the spec.
pub fn read<'w>(world: &'w dyn World, specs: &Path, revision: &str) -> Result<Revision<'w>, GitError> {
    let (dir, file) = folder_of(world, specs);
    let git = Git { world, dir };
    let prefix = git.text(&["rev-parse", "--show-prefix"]).map_err(|error| match error {
        GitError::Failed(said) => GitError::NoRepository(specs.to_owned(), said),
        other => other,
    })?;
    let wanted = format!("{revision}^{{commit}}");
    let commit = match git.text(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]) {
        Ok(commit) if !commit.is_empty() => commit,
        Ok(_) | Err(GitError::Failed(_)) => return Err(GitError::NoRevision(revision.to_owned())),
        Err(other) => return Err(other),
    };
    let root = match &file {
        Some(file) => PathBuf::from(&prefix).join(file),
        None if prefix.is_empty() => PathBuf::from("."),
        None => PathBuf::from(&prefix),
    };
    let mut files = Files { git: &git, commit: &commit, memory: MemoryWorld::default(), seen: BTreeSet::new(), any: false };
    // A file that imports does so from its folder.
    let around = if extension(&root) == "jsonnet" { root.parent().unwrap_or(Path::new("")) } else { &root };
    let listed = git.list(&commit, &[clean(Path::new(""), around)])?;
    if !listed.iter().any(|entry| entry.path.starts_with(clean(Path::new(""), &root))) {
        return Err(GitError::NotThere(specs.to_owned(), revision.to_owned()));
    }
    let memory = files.memory.clone();
    // Imports stay within the repository there too.
    memory.put_dir("/.git");
    if file.is_none() {
        memory.put_dir(Path::new("/").join(&root));
    }
    let mut revision = Revision { now: world, files: memory, libraries: Vec::new(), root, commit: commit.clone() };
    revision.libraries = files.fetch(listed)?;
    // What a spec imports lies elsewhere, and may import others.
    let mut asked: BTreeSet<PathBuf> = BTreeSet::new();
    while let Ok(spec) = load::read(&revision, &mut Sources::default(), &revision.root) {
        let absent = spec.modules.absent().iter().map(|path| clean(Path::new(""), path.strip_prefix("/").unwrap_or(path)));
        let new: Vec<PathBuf> = absent.filter(|path| !path.as_os_str().is_empty() && asked.insert(path.clone())).collect();
        if new.is_empty() {
            break;
        }
        let libraries = files.fetch(git.list(&commit, &new)?)?;
        if !libraries.is_empty() {
            revision.libraries = libraries;
        }
    }
    Ok(revision)
}

/// The files of a commit that were asked for so far.
struct Files<'g> {
    git: &'g Git<'g>,
    commit: &'g str,
    memory: MemoryWorld,
    seen: BTreeSet<PathBuf>,
    /// Whether files of any name are read: Jsonnet imports them.
    any: bool,
}

impl Files<'_> {
    /// Takes what is listed, and where links there lead. Gives the folders of Jsonnet libraries, when they came to be needed with it.
    fn fetch(&mut self, mut listed: Vec<Entry>) -> Result<Vec<PathBuf>, GitError> {
        let mut libraries = Vec::new();
        if !self.any && listed.iter().any(|entry| extension(&entry.path) == "jsonnet") {
            self.any = true;
            libraries = self.git.libraries()?;
            if !libraries.is_empty() {
                listed.extend(self.git.list(self.commit, &libraries)?);
            }
        }
        for _ in 0..LINKS {
            let (any, seen) = (self.any, &mut self.seen);
            let entries: Vec<Entry> =
                listed.into_iter().filter(|entry| (any || entry.is_read()) && seen.insert(entry.path.clone())).collect();
            let blobs = self.git.blobs(&entries)?;
            let mut targets = Vec::new();
            for entry in &entries {
                let Some(bytes) = blobs.get(&entry.object) else { continue };
                let at = Path::new("/").join(&entry.path);
                if entry.link {
                    let target = PathBuf::from(String::from_utf8_lossy(bytes).into_owned());
                    targets.push(clean(entry.path.parent().unwrap_or(Path::new("")), &target));
                    self.memory.put_link(at, target);
                } else {
                    self.memory.put(at, bytes);
                }
            }
            targets.retain(|target| !target.as_os_str().is_empty() && !self.seen.contains(target));
            if targets.is_empty() {
                break;
            }
            listed = self.git.list(self.commit, &targets)?;
        }
        Ok(libraries)
    }
}

/// The folder that a spec is, or that it lies in, with its name there.
fn folder_of(world: &dyn World, specs: &Path) -> (PathBuf, Option<OsString>) {
    let real = world.canonicalize(specs).unwrap_or_else(|_| specs.to_owned());
    let is_file = world.metadata(&real).is_ok_and(|metadata| metadata.kind == Kind::File);
    match (is_file, real.parent(), real.file_name()) {
        (true, Some(parent), Some(name)) => (parent.to_owned(), Some(name.to_owned())),
        _ => (real, None),
    }
}

/// A path from the top of the repository; empty when it leads out of it.
fn clean(from: &Path, path: &Path) -> PathBuf {
    let mut parts: Vec<OsString> = from.iter().map(ToOwned::to_owned).collect();
    for part in path.components() {
        match part {
            Component::Normal(part) => parts.push(part.to_owned()),
            Component::ParentDir if parts.pop().is_some() => {}
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return PathBuf::new(),
        }
    }
    parts.iter().collect()
}

struct Git<'w> {
    world: &'w dyn World,
    dir: PathBuf,
}

struct Entry {
    path: PathBuf,
    object: String,
    link: bool,
}

impl Entry {
    /// Whether a spec may be made of it.
    fn is_read(&self) -> bool {
        self.link || ["yaml", "yml", "json"].contains(&extension(&self.path).as_str())
    }
}

fn extension(path: &Path) -> String {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase()
}

impl Git<'_> {
    fn run(&self, args: &[OsString], input: Vec<u8>) -> Result<Finished, GitError> {
        // A hook is told of its repository by paths that are right in another folder only.
        let relative = self.world.env("GIT_DIR").is_some_and(|dir| Path::new(&dir).is_relative());
        let unset = if relative { vec!["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] } else { Vec::new() };
        let program = Program {
            name: "git".into(),
            args: args.to_vec(),
            dir: self.dir.clone(),
            input,
            set: vec![("LC_ALL", "C"), ("GIT_OPTIONAL_LOCKS", "0"), ("GIT_LITERAL_PATHSPECS", "1")],
            unset,
        };
        let finished = self.world.run(&program).map_err(GitError::NoGit)?;
        if finished.code == Some(0) {
            return Ok(finished);
        }
        let said = String::from_utf8_lossy(&finished.errors).trim().to_owned();
        Err(GitError::Failed(said.strip_prefix("fatal: ").map_or(said.clone(), str::to_owned)))
    }

    fn text(&self, args: &[&str]) -> Result<String, GitError> {
        let args: Vec<OsString> = args.iter().map(Into::into).collect();
        let finished = self.run(&args, Vec::new())?;
        let text = String::from_utf8_lossy(&finished.output);
        Ok(text.strip_suffix('\n').unwrap_or(&text).to_owned())
    }

    /// The folders of Jsonnet libraries that lie in the repository, from its top.
    fn libraries(&self) -> Result<Vec<PathBuf>, GitError> {
        let paths = self.world.jsonnet().paths;
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let top = PathBuf::from(self.text(&["rev-parse", "--show-toplevel"])?);
        let top = self.world.canonicalize(&top).unwrap_or(top);
        let real = paths.iter().filter_map(|path| self.world.canonicalize(path).ok());
        Ok(real.filter_map(|path| path.strip_prefix(&top).map(Path::to_owned).ok()).collect())
    }

    /// The files at and below some paths.
    fn list(&self, commit: &str, paths: &[PathBuf]) -> Result<Vec<Entry>, GitError> {
        let mut args: Vec<OsString> = ["ls-tree", "-r", "-z", "--full-tree", commit].iter().map(Into::into).collect();
        // All of it is asked for without a path.
        if !paths.iter().any(|path| path.as_os_str().is_empty()) {
            args.push("--".into());
            args.extend(paths.iter().map(|path| path.as_os_str().to_owned()));
        }
        let finished = self.run(&args, Vec::new())?;
        let entry = |line: &[u8]| {
            let line = String::from_utf8_lossy(line);
            let (head, path) = line.split_once('\t')?;
            let mut words = head.split(' ');
            let (mode, kind, object) = (words.next()?, words.next()?, words.next()?);
            (kind == "blob").then(|| Entry { path: path.into(), object: object.to_owned(), link: mode == "120000" })
        };
        Ok(finished.output.split(|byte| *byte == 0).filter_map(entry).collect())
    }

    /// What files hold, by their object.
    fn blobs(&self, entries: &[Entry]) -> Result<BTreeMap<String, Vec<u8>>, GitError> {
        let mut input = String::new();
        for entry in entries {
            input.push_str(&entry.object);
            input.push('\n');
        }
        let finished = self.run(&["cat-file".into(), "--batch".into()], input.into_bytes())?;
        let mut rest = finished.output.as_slice();
        let mut blobs = BTreeMap::new();
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (head, after) = (rest.get(..end).unwrap_or_default(), rest.get(end + 1..).unwrap_or_default());
            let head = String::from_utf8_lossy(head);
            let mut words = head.split(' ');
            let size = match (words.next(), words.next(), words.next().and_then(|size| size.parse::<usize>().ok())) {
                (Some(object), Some("blob"), Some(size)) => {
                    let Some(bytes) = after.get(..size) else { break };
                    blobs.insert(object.to_owned(), bytes.to_vec());
                    size
                }
                _ => return Err(GitError::Failed(format!("an object cannot be read: {head}"))),
            };
            rest = after.get(size.saturating_add(1)..).unwrap_or_default();
        }
        Ok(blobs)
    }
}
