//! Brings the output folder to what is wanted: decides for each file, has it done, and says what was done.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use super::artifact::Artifacts;
use super::commit::{self, Step, Work};
use super::error::{Doing, Left, Obstacle, OutputError, Refusal};
use super::manifest::{Entry, Journal, Manifest, Record, sorted};
use super::survey::{self, Found, Place, Survey, Surveyed};
use crate::world::{Lock, World};

pub use super::survey::Scope;

/// How a build treats the output folder.
#[derive(Debug, Clone)]
pub struct Options {
    /// Overwrite, or remove, files that the tool wrote and a person edited. Files that it did not write stay in any case.
    pub force: bool,
    /// Only say what would be done.
    pub dry_run: bool,
    /// Which part of the output is built; what lies outside stays as it is.
    pub scope: Scope,
    /// How long to wait for another build to end.
    pub lock_wait: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { force: false, dry_run: false, scope: Scope::default(), lock_wait: Duration::from_secs(10) }
    }
}

/// What was done with one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It was not there.
    Created,
    /// It held what an earlier build wrote.
    Updated,
    /// It held what is wanted; it was not touched.
    Unchanged,
    /// It held what is wanted though the tool had not written it; it was not touched, and now belongs to the tool.
    Adopted,
    /// It had been edited by hand, and was overwritten as `force` asks.
    Overwritten,
    /// It is no longer wanted.
    Removed,
    /// It had been edited by hand, and was left as it is.
    Kept,
    /// It is no longer wanted, but had been edited by hand, and was left as it is.
    KeptUnwanted,
}

/// What a build did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Outcome {
    /// Each file that is wanted or was owned, by path below the output folder.
    pub files: BTreeMap<String, Action>,
    /// Whether this build went on from one that was interrupted.
    pub resumed: bool,
    /// Whether anything was written, were it only MANIFEST.json.
    pub changed: bool,
}

impl Outcome {
    /// The files with one of these actions.
    pub fn with<'a>(&'a self, actions: &'a [Action]) -> impl Iterator<Item = &'a str> {
        self.files.iter().filter(|(_, action)| actions.contains(action)).map(|(path, _)| path.as_str())
    }

    /// The files that were edited by hand and left as they are.
    pub fn kept(&self) -> impl Iterator<Item = &str> {
        self.with(&[Action::Kept, Action::KeptUnwanted])
    }
}

impl fmt::Display for Outcome {
    /// `2 created, 1 removed, 40 unchanged`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Action::{Adopted, Created, Kept, KeptUnwanted, Overwritten, Removed, Unchanged, Updated};
        let groups: [(&[Action], &str); 6] = [
            (&[Created], "created"),
            (&[Updated, Overwritten], "updated"),
            (&[Removed], "removed"),
            (&[Adopted], "adopted"),
            (&[Kept, KeptUnwanted], "kept as edited by hand"),
            (&[Unchanged], "unchanged"),
        ];
        let counted = groups.map(|(actions, word)| (self.with(actions).count(), word));
        let parts: Vec<_> = counted.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
        f.write_str(if parts.is_empty() { "no files" } else { "" })?;
        f.write_str(&parts.join(", "))
    }
}

/// Makes `out` hold exactly these artifacts and MANIFEST.json, beside what the tool does not own.
///
/// Nothing outside `out` is written; `out` itself may be a symbolic link, nothing below it may. If anything stands in the way
/// that the tool did not write, nothing is done.
pub fn write(world: &dyn World, out: &Path, artifacts: &Artifacts, options: &Options) -> Result<Outcome, OutputError> {
    let found = survey::root(world, out)?;
    let mut made = Vec::new();
    let root = match found {
        Some(root) => root,
        None if options.dry_run => {
            let survey = survey::survey(world, None, options.scope.of(artifacts))?;
            return decide(&survey, out, options).map(|decided| decided.outcome);
        }
        None => commit::make_root(world, out, &mut made)?,
    };
    let place = Place { out, root: &root };
    let result = build(world, place, artifacts, options);
    if result.is_err() {
        // Only what this build made and nobody has put anything into.
        made.iter().rev().for_each(|folder| _ = world.remove_dir(folder));
    }
    result
}

fn build(world: &dyn World, place: Place<'_>, artifacts: &Artifacts, options: &Options) -> Result<Outcome, OutputError> {
    let _lock = lock(world, place, options.lock_wait)?;
    let survey = survey::survey(world, Some(place), options.scope.of(artifacts))?;
    let decided = decide(&survey, place.out, options)?;
    if decided.outcome.changed && !options.dry_run {
        commit::commit(world, place, &survey, &decided.work)?;
    }
    Ok(decided.outcome)
}

/// Keeps other builds out of the folder until what it gives is dropped.
pub(super) fn lock(world: &dyn World, place: Place<'_>, wait: Duration) -> Result<Lock, OutputError> {
    let out = place.out.to_path_buf();
    match world.lock(place.root, wait) {
        Ok(Some(lock)) => Ok(lock),
        Ok(None) => Err(OutputError::Locked { out }),
        Err(error) => Err(OutputError::Io { doing: Doing::Locking, path: out, error, left: Left::Untouched }),
    }
}

/// The decisions of one build.
pub(super) struct Decided<'a> {
    pub(super) outcome: Outcome,
    pub(super) work: Work<'a>,
}

/// Decides what is to be done with each file that was looked at; an error when anything stands in the way.
pub(super) fn decide<'a>(survey: &Survey<'a>, out: &Path, options: &Options) -> Result<Decided<'a>, OutputError> {
    let mut outcome = Outcome { resumed: survey.owned.interrupted, ..Outcome::default() };
    let mut steps = BTreeMap::new();
    let mut manifest = BTreeMap::new();
    let mut journal = BTreeMap::new();
    let mut refusals = Vec::new();
    for (path, file) in &survey.files {
        let record = survey.owned.records.get(path);
        if file.wanted.is_none() && !options.scope.holds(path) {
            if let Some(record) = record {
                manifest.extend(carried(path, file, record));
                journal.insert(path.clone(), record.clone());
            }
            continue;
        }
        let action = match action(file, record.is_some(), options.force) {
            Ok(Some(action)) => action,
            Ok(None) => continue,
            Err(obstacle) => {
                refusals.push(Refusal { path: path.clone(), obstacle });
                continue;
            }
        };
        outcome.files.insert(path.clone(), action);
        steps.extend(step(file, action).map(|step| (path.clone(), step)));
        manifest.extend(entry(file, action, record).map(|entry| (path.clone(), entry)));
        journal.insert(path.clone(), intent(file, action, record));
    }
    if !refusals.is_empty() {
        return Err(OutputError::Refused { out: out.to_path_buf(), refusals });
    }
    let manifest = Manifest::new(manifest).to_bytes();
    let journal = Journal::new(journal).to_bytes();
    outcome.changed = !steps.is_empty() || survey.owned.interrupted || survey.owned.manifest.as_ref() != Some(&manifest);
    Ok(Decided { outcome, work: Work { steps, manifest, journal } })
}

/// What is to become of a file: `None` when there is nothing to do or to say, `Err` when it is in the way.
fn action(file: &Surveyed<'_>, owned: bool, force: bool) -> Result<Option<Action>, Obstacle> {
    let wanted = file.wanted.is_some();
    Ok(Some(match &file.found {
        Found::Same if owned => Action::Unchanged,
        Found::Same => Action::Adopted,
        Found::Missing if wanted => Action::Created,
        Found::Ours(_) if wanted => Action::Updated,
        Found::Edited if wanted && force => Action::Overwritten,
        Found::Edited if wanted => Action::Kept,
        Found::Obstacle(obstacle) if wanted => return Err(obstacle.clone()),
        Found::Ours(_) => Action::Removed,
        Found::Edited if force => Action::Removed,
        Found::Edited => Action::KeptUnwanted,
        // Somebody removed it, or put something of their own there, which is theirs.
        Found::Missing | Found::Obstacle(_) => return Ok(None),
    }))
}

fn step<'a>(file: &Surveyed<'a>, action: Action) -> Option<Step<'a>> {
    let bytes = file.wanted.map_or(&[][..], |(artifact, _)| &artifact.bytes);
    match action {
        Action::Created => Some(Step::Create(bytes)),
        Action::Updated | Action::Overwritten => Some(Step::Replace(bytes, file.mode)),
        Action::Removed => Some(Step::Remove),
        Action::Unchanged | Action::Adopted | Action::Kept | Action::KeptUnwanted => None,
    }
}

/// What the manifest will say of a file. One that was edited by hand keeps the digest of what the tool wrote, so that it still
/// counts as edited next time, and as the tool's own once the edit is taken back.
fn entry(file: &Surveyed<'_>, action: Action, record: Option<&Record>) -> Option<Entry> {
    let written = record.and_then(|record| record.sha256.first().copied());
    let entry = match (file.wanted, action) {
        (Some((artifact, _)), Action::Kept) => Entry { sha256: written?, items: sorted(&artifact.items) },
        (Some((artifact, digest)), _) => Entry { sha256: digest, items: sorted(&artifact.items) },
        (None, Action::KeptUnwanted) => Entry { sha256: written?, items: record?.items.clone() },
        (None, _) => return None,
    };
    Some(entry)
}

/// What the journal will say of a file: whatever of the tool's may be found there until the build has ended.
fn intent(file: &Surveyed<'_>, action: Action, record: Option<&Record>) -> Record {
    let items =
        file.wanted.map_or_else(|| record.map(|record| record.items.clone()), |(artifact, _)| Some(sorted(&artifact.items)));
    let before = record.map_or(&[][..], |record| record.sha256.as_slice());
    let sha256 = match (file.wanted, &file.found, action) {
        (Some((_, new)), Found::Ours(old), _) => vec![new, *old],
        (Some((_, new)), _, Action::Overwritten) => before.first().map_or(vec![new], |old| vec![new, *old]),
        (_, _, Action::Kept) | (None, _, _) => before.to_vec(),
        (Some((_, new)), _, _) => vec![new],
    };
    let written = file.found != Found::Missing || record.is_some_and(|record| record.written);
    Record { sha256, written, items: items.unwrap_or_default() }
}

/// What the manifest will say of a file outside the scope of this build: what it said, or, after an interrupted build, what of
/// the tool's is there.
fn carried(path: &str, file: &Surveyed<'_>, record: &Record) -> Option<(String, Entry)> {
    let there = match file.found {
        Found::Ours(digest) => Some(digest),
        _ => record.sha256.first().copied(),
    };
    Some((path.to_owned(), Entry { sha256: there?, items: record.items.clone() }))
}
