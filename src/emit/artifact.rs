//! Files as values: a path below the output folder, bytes, and where they come from.

use std::collections::BTreeMap;
use std::fmt;

use super::manifest::{JOURNAL, MANIFEST};

/// How the names of files that are written beside their place begin; no artifact may be called so.
pub(super) const TEMPORARY_PREFIX: &str = ".optiinfra-gen-";

/// The longest part of a path that every file system takes, with room for a suffix.
const MAX_PART: usize = 200;

/// The longest path.
const MAX_PATH: usize = 1024;

/// One file to be emitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Where it goes, below the output folder, with `/` between parts.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// The spec items that it came from, such as `alert HighErrorRate`.
    pub items: Vec<String>,
}

impl Artifact {
    /// A file at `path`.
    pub fn new(path: impl Into<String>, bytes: impl Into<Vec<u8>>, items: Vec<String>) -> Self {
        Self { path: path.into(), bytes: bytes.into(), items }
    }
}

/// Why a path cannot be written on every machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathError {
    /// It leaves the output folder, or would on some system.
    Outside(String),
    /// It holds something that some file system cannot store.
    NotPortable(String),
    /// The tool keeps this name for itself.
    Reserved(String),
    /// Two files have this path.
    Twice(String),
    /// Two paths that are one on a file system that ignores case.
    Case(String, String),
    /// The second is a file and the first needs it to be a folder.
    FileAndFolder(String, String),
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside(path) => write!(f, "path {path:?} leads out of the output folder"),
            Self::NotPortable(path) => write!(f, "path {path:?} cannot be stored on every file system"),
            Self::Reserved(path) => write!(f, "path {path:?} is a name that the tool keeps for itself"),
            Self::Twice(path) => write!(f, "two files have the path {path:?}"),
            Self::Case(one, other) => write!(f, "paths {one:?} and {other:?} differ only in case"),
            Self::FileAndFolder(inner, file) => write!(f, "path {inner:?} needs a folder where {file:?} is a file"),
        }
    }
}

impl std::error::Error for PathError {}

/// Whether a path stays below the folder that it is joined to and can be stored on every machine.
pub(super) fn check_path(path: &str) -> Result<(), PathError> {
    let own = || path.to_owned();
    if path.is_empty() || path.starts_with('/') {
        return Err(PathError::Outside(own()));
    }
    if path.len() > MAX_PATH {
        return Err(PathError::NotPortable(own()));
    }
    for part in path.split('/') {
        let forbidden = |c: char| c.is_control() || matches!(c, '\\' | ':' | '<' | '>' | '"' | '|' | '?' | '*');
        if part == ".." || part == "." {
            return Err(PathError::Outside(own()));
        }
        if part.is_empty() || part.len() > MAX_PART || part.contains(forbidden) || part.ends_with(['.', ' ']) {
            return Err(PathError::NotPortable(own()));
        }
        if part.to_lowercase().starts_with(TEMPORARY_PREFIX) {
            return Err(PathError::Reserved(own()));
        }
    }
    if path.eq_ignore_ascii_case(MANIFEST) || path.eq_ignore_ascii_case(JOURNAL) {
        return Err(PathError::Reserved(own()));
    }
    Ok(())
}

/// Whether folders of these names can lie beside each other on every machine.
///
/// # Errors
///
/// When a name is none for a folder, or two differ only in case.
pub fn check_folders<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<(), PathError> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for name in names {
        check_path(name)?;
        if name.contains('/') {
            return Err(PathError::NotPortable(name.to_owned()));
        }
        if let Some(other) = seen.insert(name.to_lowercase(), name) {
            return Err(PathError::Case(other.to_owned(), name.to_owned()));
        }
    }
    Ok(())
}

/// The folders that a path lies in, outermost first: `a` and `a/b` of `a/b/c`.
pub(super) fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').filter_map(|(at, _)| path.get(..at))
}

/// Files to be emitted, in the order of their paths; no two clash, not even where case is ignored.
#[derive(Debug, Clone, Default)]
pub struct Artifacts {
    files: BTreeMap<String, Artifact>,
    /// Every file and folder in lower case, with its spelling and whether it is a file.
    spellings: BTreeMap<String, (String, bool)>,
}

impl Artifacts {
    /// Adds a file; an error leaves the collection as it was.
    pub fn add(&mut self, artifact: Artifact) -> Result<(), PathError> {
        let path = &artifact.path;
        check_path(path)?;
        for folder in folders(path) {
            match self.spellings.get(&folder.to_lowercase()) {
                Some((spelling, true)) => return Err(PathError::FileAndFolder(path.clone(), spelling.clone())),
                Some((spelling, false)) if spelling != folder => return Err(PathError::Case(spelling.clone(), path.clone())),
                _ => {}
            }
        }
        match self.spellings.get(&path.to_lowercase()) {
            Some((spelling, false)) => return Err(PathError::FileAndFolder(spelling.clone(), path.clone())),
            Some((spelling, true)) if spelling == path => return Err(PathError::Twice(path.clone())),
            Some((spelling, true)) => return Err(PathError::Case(spelling.clone(), path.clone())),
            None => {}
        }
        for folder in folders(path) {
            self.spellings.insert(folder.to_lowercase(), (folder.to_owned(), false));
        }
        self.spellings.insert(path.to_lowercase(), (path.clone(), true));
        self.files.insert(path.clone(), artifact);
        Ok(())
    }

    /// The file with this path.
    pub fn get(&self, path: &str) -> Option<&Artifact> {
        self.files.get(path)
    }

    /// All files, by path.
    pub fn iter(&self) -> impl Iterator<Item = &Artifact> {
        self.files.values()
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The collection of these files, or the first path that cannot be taken.
    pub fn collect(artifacts: impl IntoIterator<Item = Artifact>) -> Result<Self, PathError> {
        let mut all = Self::default();
        for artifact in artifacts {
            all.add(artifact)?;
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(paths: &[&str]) -> Result<Artifacts, PathError> {
        Artifacts::collect(paths.iter().map(|path| Artifact::new(*path, "x", Vec::new())))
    }

    #[test]
    fn paths_that_leave_the_folder_are_refused() {
        for path in ["", "/etc/passwd", "..", "a/../../b", "a/..", "./a", "a/./b", "."] {
            assert_eq!(all(&[path]).unwrap_err(), PathError::Outside(path.to_owned()), "{path:?}");
        }
        let long = format!("a/{}", "x".repeat(201));
        for path in ["a//b", "a/", "a\\b", "..\\b", "C:/x", "a\0b", "a\nb", "a\u{7f}", "a*", "a.", "a /b", long.as_str()] {
            assert_eq!(all(&[path]).unwrap_err(), PathError::NotPortable(path.to_owned()), "{path:?}");
        }
        for path in ["MANIFEST.json", "manifest.JSON", "MANIFEST.json.next", ".optiinfra-gen-x.tmp", "a/.OptiInfra-gen-1"] {
            assert_eq!(all(&[path]).unwrap_err(), PathError::Reserved(path.to_owned()), "{path:?}");
        }
        for path in ["a", "a/b/c.yml", "..a", "a..b", "ä/ß.json", "sub/MANIFEST.json", "a b", "@x", ".hidden"] {
            assert_eq!(all(&[path]).unwrap().len(), 1, "{path:?}");
        }
    }

    #[test]
    fn clashes_are_refused_also_by_case_and_between_files_and_folders() {
        let own = |s: &str| s.to_owned();
        assert_eq!(all(&["a/b", "a/b"]).unwrap_err(), PathError::Twice(own("a/b")));
        assert_eq!(all(&["a/b", "a/B"]).unwrap_err(), PathError::Case(own("a/b"), own("a/B")));
        assert_eq!(all(&["a/b", "A/c"]).unwrap_err(), PathError::Case(own("a"), own("A/c")));
        assert_eq!(all(&["Ä/b", "ä/c"]).unwrap_err(), PathError::Case(own("Ä"), own("ä/c")));
        assert_eq!(all(&["a", "a/b"]).unwrap_err(), PathError::FileAndFolder(own("a/b"), own("a")));
        assert_eq!(all(&["a/b", "a"]).unwrap_err(), PathError::FileAndFolder(own("a"), own("a")));
        assert_eq!(all(&["A/b/c", "a/B"]).unwrap_err(), PathError::Case(own("A"), own("a/B")));
        assert_eq!(all(&["a/b", "a/c", "ab", "a-b"]).unwrap().len(), 4);
    }

    #[test]
    fn files_come_in_the_order_of_their_paths_and_an_error_adds_nothing() {
        let mut files = all(&["b", "a/z", "a/b"]).unwrap();
        files.add(Artifact::new("new/deep/../x", "", Vec::new())).unwrap_err();
        files.add(Artifact::new("NEW/x", "", Vec::new())).unwrap();
        assert_eq!(files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["NEW/x", "a/b", "a/z", "b"]);
    }
}
