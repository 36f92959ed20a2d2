//! Does what was decided, in the order that leaves every file whole wherever it is cut short; see the module above.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::artifact::folders;
use super::error::{Doing, Left, OutputError};
use super::manifest::{JOURNAL, MANIFEST};
use super::survey::{Folder, Place, Survey, own_temporaries, temporary};
use crate::world::{Kind, World};

/// What is to be done with one file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    /// Put these bytes where nothing is.
    Create(&'a [u8]),
    /// Put these bytes, with these permission bits, where the tool's own file is.
    Replace(&'a [u8], Option<u32>),
    /// Remove the tool's own file.
    Remove,
}

/// What is to be done.
#[derive(Debug)]
pub(super) struct Work<'a> {
    /// By path below the output folder.
    pub(super) steps: BTreeMap<String, Step<'a>>,
    /// MANIFEST.json as it will be.
    pub(super) manifest: Vec<u8>,
    /// The journal of this build.
    pub(super) journal: Vec<u8>,
}

/// Makes the output folder with those above it, which are listed in `made`, and gives it with every link followed.
pub(super) fn make_root(world: &dyn World, out: &Path, made: &mut Vec<PathBuf>) -> Result<PathBuf, OutputError> {
    let error =
        |path: &Path, error| OutputError::Io { doing: Doing::Making, path: path.to_path_buf(), error, left: Left::Untouched };
    let missing = out.ancestors().filter(|path| !path.as_os_str().is_empty());
    let missing: Vec<_> = missing.take_while(|path| world.canonicalize(path).is_err()).collect();
    for path in missing.into_iter().rev() {
        match world.create_dir(path) {
            Ok(()) => made.push(path.to_path_buf()),
            // Another build was quicker; the lock decides who goes first.
            Err(exists) if exists.kind() == ErrorKind::AlreadyExists => {}
            Err(other) => {
                made.iter().rev().for_each(|folder| _ = world.remove_dir(folder));
                return Err(error(path, other));
            }
        }
    }
    for path in made.iter() {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // A folder that a power failure takes away takes nothing with it but what is new.
        _ = world.sync_dir(parent);
    }
    world.canonicalize(out).map_err(|other| error(out, other))
}

/// Does the work. On an error before the first file was changed, everything is as it was.
pub(super) fn commit(world: &dyn World, place: Place<'_>, survey: &Survey<'_>, work: &Work<'_>) -> Result<(), OutputError> {
    let mut build = Build { world, place, work, made: Vec::new(), journal_written: false };
    build.remove_leftovers(survey)?;
    if let Err(error) = build.prepare(survey) {
        build.roll_back(survey.owned.journal);
        return Err(error);
    }
    build.publish().map_err(|error| {
        build.remove_temporaries();
        interrupted(error)
    })
}

fn interrupted(error: OutputError) -> OutputError {
    match error {
        OutputError::Io { doing, path, error, .. } => OutputError::Io { doing, path, error, left: Left::Interrupted },
        other => other,
    }
}

/// One build at work.
struct Build<'a> {
    world: &'a dyn World,
    place: Place<'a>,
    work: &'a Work<'a>,
    /// Folders that this build made, outermost first.
    made: Vec<String>,
    journal_written: bool,
}

impl Build<'_> {
    fn path(&self, path: &str) -> PathBuf {
        self.place.root.join(path)
    }

    /// Removes what a killed build left beside the places of its files; its journal tells them.
    fn remove_leftovers(&self, survey: &Survey<'_>) -> Result<(), OutputError> {
        if !survey.owned.interrupted {
            return Ok(());
        }
        let in_real_folder = |path: &str| folders(path).all(|folder| survey.folders.get(folder) == Some(&Folder::Real));
        let beside = survey.owned.records.keys().filter(|path| in_real_folder(path)).map(|path| temporary(path));
        for leftover in own_temporaries().into_iter().chain(beside) {
            let path = self.path(&leftover);
            if self.world.metadata(&path).is_ok_and(|metadata| metadata.kind == Kind::File) {
                self.world.remove_file(&path).map_err(|error| self.place.error(Doing::Removing, &leftover, error))?;
            }
        }
        Ok(())
    }

    /// Everything that needs room on the disk, and nothing that changes a file.
    fn prepare(&mut self, survey: &Survey<'_>) -> Result<(), OutputError> {
        self.write_beside(JOURNAL, &self.work.journal, None)?;
        self.put(JOURNAL, survey.owned.journal)?;
        self.journal_written = true;
        self.sync("")?;
        let needed = self.work.steps.iter().filter(|(_, step)| !matches!(step, Step::Remove)).flat_map(|(path, _)| folders(path));
        let missing: BTreeSet<&str> = needed.filter(|folder| survey.folders.get(*folder) != Some(&Folder::Real)).collect();
        for folder in missing {
            let made = self.world.create_dir(&self.path(folder));
            made.map_err(|error| self.place.error(Doing::Making, folder, error))?;
            self.made.push(folder.to_owned());
        }
        let texts: Vec<_> = self.texts().collect();
        texts.into_par_iter().try_for_each(|(path, bytes, mode)| self.write_beside(path, bytes, mode))
    }

    /// Every text to be written, the manifest too.
    fn texts(&self) -> impl Iterator<Item = (&str, &[u8], Option<u32>)> {
        let steps = self.work.steps.iter().filter_map(|(path, step)| match step {
            Step::Create(bytes) => Some((path.as_str(), *bytes, None)),
            Step::Replace(bytes, mode) => Some((path.as_str(), *bytes, *mode)),
            Step::Remove => None,
        });
        steps.chain([(MANIFEST, self.work.manifest.as_slice(), None)])
    }

    /// Writes a file beside its place and syncs it.
    fn write_beside(&self, path: &str, bytes: &[u8], mode: Option<u32>) -> Result<(), OutputError> {
        let beside = self.path(&temporary(path));
        let mut written = self.world.write_new(&beside, bytes, mode);
        // The name is the tool's own: a leftover that no journal tells of any more.
        if written.as_ref().is_err_and(|error| error.kind() == ErrorKind::AlreadyExists) {
            written = self.world.remove_file(&beside).and_then(|()| self.world.write_new(&beside, bytes, mode));
        }
        written.map_err(|error| self.place.error(Doing::Writing, path, error))
    }

    /// Renames a file to its place.
    fn put(&self, path: &str, replaces: bool) -> Result<(), OutputError> {
        let (from, to) = (self.path(&temporary(path)), self.path(path));
        let put = if replaces { self.world.replace(&from, &to) } else { self.world.rename_new(&from, &to) };
        put.map_err(|error| self.place.error(Doing::Writing, path, error))
    }

    fn sync(&self, folder: &str) -> Result<(), OutputError> {
        self.world.sync_dir(&self.path(folder)).map_err(|error| self.place.error(Doing::Writing, folder, error))
    }

    /// The changes themselves, the manifest last.
    fn publish(&self) -> Result<(), OutputError> {
        let mut touched: BTreeSet<&str> = BTreeSet::new();
        for (path, step) in &self.work.steps {
            match step {
                Step::Create(_) => self.put(path, false)?,
                Step::Replace(..) => self.put(path, true)?,
                Step::Remove => continue,
            }
            touched.insert(parent(path));
        }
        for (path, _) in self.work.steps.iter().filter(|(_, step)| matches!(step, Step::Remove)) {
            match self.world.remove_file(&self.path(path)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(self.place.error(Doing::Removing, path, error)),
                _ => touched.insert(parent(path)),
            };
        }
        touched.extend(self.made.iter().map(|folder| parent(folder)));
        let touched: Vec<_> = touched.into_iter().collect();
        touched.into_par_iter().try_for_each(|folder| self.sync(folder))?;
        self.put(MANIFEST, true)?;
        self.sync("")?;
        let removed = self.world.remove_file(&self.path(JOURNAL));
        removed.map_err(|error| self.place.error(Doing::Removing, JOURNAL, error))
    }

    /// Removes what was written beside its place. What cannot be removed is left to the next build.
    fn remove_temporaries(&self) {
        self.texts().for_each(|(path, _, _)| _ = self.world.remove_file(&self.path(&temporary(path))));
    }

    /// Nothing was changed yet: takes back what was prepared. A journal that stood there before has been replaced by one that
    /// tells at least as much, which stays, for that build is still not finished.
    fn roll_back(&self, journal_before: bool) {
        self.remove_temporaries();
        _ = self.world.remove_file(&self.path(&temporary(JOURNAL)));
        self.made.iter().rev().for_each(|folder| _ = self.world.remove_dir(&self.path(folder)));
        if self.journal_written && !journal_before {
            _ = self.world.remove_file(&self.path(JOURNAL));
        }
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
