//! Looks at the output folder before anything is done: what is there, whose it is, and how it differs from what is wanted.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::artifact::{Artifact, Artifacts, TEMPORARY_PREFIX, folders};
use super::error::{Doing, Left, Obstacle, OutputError};
use super::manifest::{Digest, JOURNAL, Journal, MANIFEST, Manifest, ManifestError, Record};
use crate::world::{Kind, World};

/// The largest manifest that is read; ten million files would not fill it.
const MAX_MANIFEST: u64 = 1 << 30;

/// The output folder: as it was given, for messages, and with every link followed, for work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) out: &'a Path,
    pub(super) root: &'a Path,
}

impl Place<'_> {
    /// An error on a path below the folder.
    pub(super) fn error(self, doing: Doing, path: &str, error: io::Error) -> OutputError {
        OutputError::Io { doing, path: self.out.join(path), error, left: Left::Untouched }
    }
}

/// The output folder with every link followed; `None` when there is none yet.
pub(super) fn root(world: &dyn World, out: &Path) -> Result<Option<PathBuf>, OutputError> {
    let error = |error| OutputError::Io { doing: Doing::Reading, path: out.to_path_buf(), error, left: Left::Untouched };
    let not_a_folder = |what| OutputError::NotAFolder { out: out.to_path_buf(), what };
    match world.canonicalize(out) {
        Ok(root) => match world.metadata(&root).map_err(error)?.kind {
            Kind::Dir => Ok(Some(root)),
            Kind::File => Err(not_a_folder("a file")),
            Kind::Symlink | Kind::Other => Err(not_a_folder("something else")),
        },
        Err(not_found) if not_found.kind() == ErrorKind::NotFound => match world.metadata(out) {
            Ok(metadata) if metadata.kind == Kind::Symlink => Err(not_a_folder("a symbolic link that leads nowhere")),
            _ => Ok(None),
        },
        Err(other) => Err(error(other)),
    }
}

/// What the tool has written to the folder, as the manifest and the journal tell it.
#[derive(Debug, Default)]
pub(super) struct Owned {
    /// The bytes of MANIFEST.json, if it is there.
    pub(super) manifest: Option<Vec<u8>>,
    /// Whether a journal is there.
    pub(super) journal: bool,
    /// Whether a build began and did not end.
    pub(super) interrupted: bool,
    /// Every path that the tool owns.
    pub(super) records: BTreeMap<String, Record>,
}

impl Owned {
    pub(super) fn read(world: &dyn World, place: Place<'_>) -> Result<Self, OutputError> {
        let damaged = |name: &str| {
            let path = place.out.join(name);
            move |problem| OutputError::Manifest { path, problem }
        };
        let manifest = read_own(world, place, MANIFEST)?;
        let journal = read_own(world, place, JOURNAL)?;
        // A build that was killed while it wrote its journal has left this and no more.
        let begun = own_temporaries().iter().any(|name| world.metadata(&place.root.join(name)).is_ok());
        let mut owned = Self { interrupted: journal.is_some() || begun, journal: journal.is_some(), ..Self::default() };
        if let Some(journal) = journal {
            owned.records = Journal::parse(&journal).map_err(damaged(JOURNAL))?.files;
        } else if let Some(manifest) = &manifest {
            let files = Manifest::parse(manifest).map_err(damaged(MANIFEST))?.files;
            let record = |(path, entry): (String, super::manifest::Entry)| {
                (path, Record { sha256: vec![entry.sha256], written: true, items: entry.items })
            };
            owned.records = files.into_iter().map(record).collect();
        }
        owned.manifest = manifest;
        Ok(owned)
    }

    /// Where the disk ignores case, a path that is wanted in another case than before is the same file: what is known of it
    /// goes over to the new spelling, or the file would be removed under the old one.
    fn follow_case(&mut self, world: &dyn World, place: Place<'_>, artifacts: &[&Artifact]) {
        let wanted: BTreeSet<&str> = artifacts.iter().map(|artifact| artifact.path.as_str()).collect();
        let unwanted = self.records.keys().filter(|path| !wanted.contains(path.as_str()));
        let lower: BTreeMap<String, String> = unwanted.map(|path| (path.to_lowercase(), path.clone())).collect();
        let id = |path: &str| world.metadata(&place.root.join(path)).ok().map(|metadata| metadata.id);
        for path in wanted.into_iter().filter(|path| !self.records.contains_key(*path)).collect::<Vec<_>>() {
            let Some(before) = lower.get(&path.to_lowercase()) else { continue };
            if id(path).is_some_and(|id_there| id(before) == Some(id_there))
                && let Some(record) = self.records.remove(before)
            {
                self.records.insert(path.to_owned(), record);
            }
        }
    }
}

/// The bytes of the manifest or the journal; a link or a giant is not read.
fn read_own(world: &dyn World, place: Place<'_>, name: &str) -> Result<Option<Vec<u8>>, OutputError> {
    let path = place.root.join(name);
    let strange = |why: &str| {
        let problem = ManifestError::Damaged(why.to_owned());
        Err(OutputError::Manifest { path: place.out.join(name), problem })
    };
    match world.metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(place.error(Doing::Reading, name, error)),
        Ok(metadata) if metadata.kind != Kind::File => strange("it is not a regular file"),
        Ok(metadata) if metadata.len > MAX_MANIFEST => strange("it is too large"),
        Ok(_) => world.read(&path).map(Some).map_err(|error| place.error(Doing::Reading, name, error)),
    }
}

/// The name under which a file is written beside its place. It depends on the path alone, so that what a killed build left is
/// found without looking through folders, and it matches no `*.yml` or `*.json` that a program may be watching.
pub(super) fn temporary(path: &str) -> String {
    let mut digest = Digest::of(path.as_bytes()).to_string();
    digest.truncate(16);
    let name = format!("{TEMPORARY_PREFIX}{digest}.tmp");
    match path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{name}"),
        None => name,
    }
}

/// The names under which the manifest and the journal are written.
pub(super) fn own_temporaries() -> [String; 2] {
    [temporary(JOURNAL), temporary(MANIFEST)]
}

/// What was found at a path that is wanted or owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    Missing,
    /// What is wanted.
    Same,
    /// Something else that the tool wrote, with its SHA-256.
    Ours(Digest),
    /// A file that the tool wrote and somebody changed.
    Edited,
    /// Something that the tool never wrote.
    Obstacle(Obstacle),
}

/// One path that is wanted or owned.
#[derive(Debug, Clone)]
pub(super) struct Surveyed<'a> {
    /// What is to be there, with its SHA-256; `None` when the tool owns the path and it is no longer wanted.
    pub(super) wanted: Option<(&'a Artifact, Digest)>,
    /// What is there.
    pub(super) found: Found,
    /// Permission bits of the file that is there.
    pub(super) mode: Option<u32>,
}

/// A folder that wanted or owned paths lie in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Folder {
    /// A real folder, in real folders.
    Real,
    /// Nothing yet.
    Missing,
    /// Something else, here or above.
    Obstacle(Obstacle),
}

/// What was found in the output folder.
#[derive(Debug)]
pub(super) struct Survey<'a> {
    /// What the tool owns.
    pub(super) owned: Owned,
    /// Every path that is wanted or owned.
    pub(super) files: BTreeMap<String, Surveyed<'a>>,
    /// Every folder that they lie in.
    pub(super) folders: BTreeMap<String, Folder>,
}

/// Looks at every path that is wanted or owned. `place` is `None` when there is no folder yet.
pub(super) fn survey<'a>(
    world: &dyn World,
    place: Option<Place<'_>>,
    artifacts: impl Iterator<Item = &'a Artifact>,
) -> Result<Survey<'a>, OutputError> {
    let mut owned = place.map(|place| Owned::read(world, place)).transpose()?.unwrap_or_default();
    let artifacts: Vec<_> = artifacts.collect();
    if let Some(place) = place {
        owned.follow_case(world, place, &artifacts);
    }
    let mut paths: BTreeMap<&str, Option<&'a Artifact>> = owned.records.keys().map(|path| (path.as_str(), None)).collect();
    paths.extend(artifacts.iter().map(|artifact| (artifact.path.as_str(), Some(*artifact))));
    let mut all_folders = BTreeMap::new();
    for path in paths.keys() {
        for folder in folders(path) {
            if !all_folders.contains_key(folder) {
                let state = look_at_folder(world, place, folder, &all_folders)?;
                all_folders.insert(folder.to_owned(), state);
            }
        }
    }
    let look = |(path, wanted): (&str, Option<&'a Artifact>)| {
        let wanted = wanted.map(|artifact| (artifact, Digest::of(&artifact.bytes)));
        let above = path.rsplit_once('/').and_then(|(folder, _)| all_folders.get(folder));
        let (found, mode) = match (above, place) {
            (Some(Folder::Missing), _) | (_, None) => (Found::Missing, None),
            (Some(Folder::Obstacle(obstacle)), _) => (Found::Obstacle(obstacle.clone()), None),
            (_, Some(place)) => look_at_file(world, place, path, owned.records.get(path), wanted.map(|(artifact, _)| artifact))
                .map_err(|error| place.error(Doing::Reading, path, error))?,
        };
        Ok((path.to_owned(), Surveyed { wanted, found, mode }))
    };
    let files = paths.into_par_iter().map(look).collect::<Result<_, OutputError>>()?;
    Ok(Survey { owned, files, folders: all_folders })
}

fn look_at_folder(
    world: &dyn World,
    place: Option<Place<'_>>,
    folder: &str,
    above: &BTreeMap<String, Folder>,
) -> Result<Folder, OutputError> {
    match folder.rsplit_once('/').and_then(|(parent, _)| above.get(parent)) {
        None | Some(Folder::Real) => {}
        Some(state) => return Ok(state.clone()),
    }
    let Some(place) = place else { return Ok(Folder::Missing) };
    let path = place.root.join(folder);
    let obstacle = match world.metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Folder::Missing),
        Err(error) => return Err(place.error(Doing::Reading, folder, error)),
        Ok(metadata) => match metadata.kind {
            Kind::Dir => return Ok(Folder::Real),
            Kind::File => Obstacle::FileAbove(folder.to_owned()),
            Kind::Symlink => Obstacle::Link(folder.to_owned(), world.read_link(&path).unwrap_or_default()),
            Kind::Other => Obstacle::Special(folder.to_owned()),
        },
    };
    Ok(Folder::Obstacle(obstacle))
}

fn look_at_file(
    world: &dyn World,
    place: Place<'_>,
    path: &str,
    record: Option<&Record>,
    wanted: Option<&Artifact>,
) -> io::Result<(Found, Option<u32>)> {
    let full = place.root.join(path);
    let metadata = match world.metadata(&full) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok((Found::Missing, None)),
        metadata => metadata?,
    };
    let obstacle = match metadata.kind {
        Kind::File => None,
        Kind::Dir => Some(Obstacle::Folder),
        Kind::Symlink => Some(Obstacle::Link(path.to_owned(), world.read_link(&full)?)),
        Kind::Other => Some(Obstacle::Special(path.to_owned())),
    };
    if let Some(obstacle) = obstacle {
        return Ok((Found::Obstacle(obstacle), None));
    }
    let same_length = wanted.filter(|artifact| artifact.bytes.len() as u64 == metadata.len);
    // A file of another length that the tool never wrote need not be read to be told apart.
    if same_length.is_none() && record.is_none() {
        return Ok((Found::Obstacle(Obstacle::Foreign), None));
    }
    let bytes = world.read(&full)?;
    let found = match record {
        _ if same_length.is_some_and(|artifact| artifact.bytes == bytes) => Found::Same,
        None => Found::Obstacle(Obstacle::Foreign),
        Some(record) => {
            let digest = Digest::of(&bytes);
            match record.written {
                _ if record.sha256.contains(&digest) => Found::Ours(digest),
                true => Found::Edited,
                false => Found::Obstacle(Obstacle::Foreign),
            }
        }
    };
    Ok((found, Some(metadata.mode & 0o777)))
}

/// Which part of the output a build is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Folders or files below the output folder; `None` is all of it.
    pub only: Option<Vec<String>>,
}

impl Scope {
    /// Whether a path belongs to it.
    pub(super) fn holds(&self, path: &str) -> bool {
        let inside =
            |part: &String| path.strip_prefix(part.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.only.as_ref().is_none_or(|only| only.iter().any(inside))
    }

    /// The artifacts that belong to it.
    pub(super) fn of<'a>(&'a self, artifacts: &'a Artifacts) -> impl Iterator<Item = &'a Artifact> {
        artifacts.iter().filter(|artifact| self.holds(&artifact.path))
    }
}
