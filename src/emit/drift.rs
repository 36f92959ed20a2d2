//! Says how the output folder differs from what the spec compiles to. Writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::artifact::Artifacts;
use super::error::{Doing, Obstacle, OutputError, escaped};
use super::manifest::{JOURNAL, MANIFEST};
use super::survey::{self, Folder, Found, Place, Scope, Survey, Surveyed, own_temporaries, temporary};
use super::unified::unified;
use super::write::{Options, decide, lock};
use crate::world::{Kind, World};

/// In what way a path differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Drifted {
    /// A build began and did not end; every file is whole, old or new.
    Interrupted,
    /// The spec gives a file that is not there.
    Missing,
    /// The file is as the tool wrote it, and the spec now gives another text.
    Changed,
    /// The file is neither as the tool wrote it nor as the spec gives it.
    EditedByHand,
    /// The file is as the tool wrote it, and the spec no longer gives it.
    NoLongerWanted,
    /// The tool did not write it, and the spec does not give it.
    Foreign,
}

impl Drifted {
    const ALL: [Self; 6] =
        [Self::Interrupted, Self::Missing, Self::Changed, Self::EditedByHand, Self::NoLongerWanted, Self::Foreign];

    /// What findings of this kind are called, as rules are.
    pub fn id(self) -> &'static str {
        match self {
            Self::Interrupted => "drift/interrupted",
            Self::Missing => "drift/missing",
            Self::Changed => "drift/changed",
            Self::EditedByHand => "drift/edited-by-hand",
            Self::NoLongerWanted => "drift/no-longer-wanted",
            Self::Foreign => "drift/foreign",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Interrupted => "interrupted",
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::EditedByHand => "edited by hand",
            Self::NoLongerWanted => "no longer wanted",
            Self::Foreign => "foreign",
        }
    }
}

/// One path that differs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// The path below the output folder; a folder ends in `/`.
    pub path: String,
    /// In what way it differs.
    pub kind: Drifted,
    /// The same for people: a few words without the path.
    pub message: String,
    /// The hunks of a unified diff from what is on disk to what the spec gives; `None` where there is no text to compare.
    pub diff: Option<String>,
}

/// How the output folder differs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Drift {
    /// The output folder, as it was given.
    pub out: PathBuf,
    /// Each path that differs: an interrupted build first, then by path.
    pub differences: Vec<Difference>,
}

/// Compares `out` with these artifacts. It waits at most `lock_wait` for a build that is at work.
pub fn drift(
    world: &dyn World,
    out: &Path,
    artifacts: &Artifacts,
    scope: &Scope,
    lock_wait: Duration,
) -> Result<Drift, OutputError> {
    let root = survey::root(world, out)?;
    let place = root.as_deref().map(|root| Place { out, root });
    let _lock = place.map(|place| lock(world, place, lock_wait)).transpose()?;
    let survey = survey::survey(world, place, scope.of(artifacts))?;
    let in_scope: Vec<_> = survey.files.iter().filter(|(path, file)| file.wanted.is_some() || scope.holds(path)).collect();
    let compared = in_scope.into_par_iter().map(|(path, file)| difference(world, place, &survey, path, file));
    let mut differences: Vec<_> = compared.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    if survey.owned.interrupted {
        let message = "a build was interrupted; the next one finishes it".to_owned();
        differences.push(Difference { path: JOURNAL.to_owned(), kind: Drifted::Interrupted, message, diff: None });
    } else {
        differences.extend(manifest_difference(&survey, out, scope, &differences));
    }
    if let Some(place) = place {
        let foreign = foreign(world, place, &survey)?.into_iter().filter(|path| scope.holds(path.trim_end_matches('/')));
        let message = || "optiinfra-gen did not write it".to_owned();
        differences.extend(foreign.map(|path| Difference { path, kind: Drifted::Foreign, message: message(), diff: None }));
    }
    differences.sort_by(|a, b| {
        let key = |difference: &Difference| (difference.kind != Drifted::Interrupted, difference.path.clone());
        key(a).cmp(&key(b))
    });
    Ok(Drift { out: out.to_path_buf(), differences })
}

fn difference(
    world: &dyn World,
    place: Option<Place<'_>>,
    survey: &Survey<'_>,
    path: &str,
    file: &Surveyed<'_>,
) -> Result<Option<Difference>, OutputError> {
    let (kind, message) = match (&file.found, file.wanted) {
        (Found::Same, _) | (Found::Missing | Found::Obstacle(_), None) => return Ok(None),
        (Found::Missing, Some(_)) => (Drifted::Missing, "missing".to_owned()),
        (Found::Ours(_), Some(_)) => (Drifted::Changed, "changed: the spec now gives another text".to_owned()),
        (Found::Ours(_), None) => (Drifted::NoLongerWanted, no_longer_wanted(survey, path)),
        (Found::Edited, Some(_)) => (Drifted::EditedByHand, "edited by hand since it was written".to_owned()),
        (Found::Edited, None) => (Drifted::EditedByHand, format!("edited by hand, and {}", no_longer_wanted(survey, path))),
        (Found::Obstacle(obstacle), Some(_)) => (Drifted::Foreign, in_the_way(obstacle, path)),
    };
    let wanted = file.wanted.map(|(artifact, _)| artifact.bytes.as_slice());
    let is_file = !matches!(&file.found, Found::Obstacle(obstacle) if *obstacle != Obstacle::Foreign);
    let on_disk = match (&file.found, place) {
        (Found::Missing, _) | (_, None) => Vec::new(),
        (_, Some(place)) if is_file => {
            world.read(&place.root.join(path)).map_err(|error| place.error(Doing::Reading, path, error))?
        }
        _ => Vec::new(),
    };
    // What was edited by hand and is no longer wanted stays: there is nothing that the text would become.
    let would_stay = kind == Drifted::EditedByHand && wanted.is_none();
    let diff = (is_file && !would_stay).then(|| unified(&on_disk, wanted.unwrap_or_default()));
    Ok(Some(Difference { path: path.to_owned(), kind, message, diff }))
}

fn no_longer_wanted(survey: &Survey<'_>, path: &str) -> String {
    /// As many items as a line has room for.
    const SHOWN: usize = 3;
    let items = survey.owned.records.get(path).map_or(&[][..], |record| record.items.as_slice());
    let mut message = "no longer wanted: nothing in the spec gives it".to_owned();
    if !items.is_empty() {
        let shown: Vec<_> = items.iter().take(SHOWN).map(String::as_str).collect();
        let more = if items.len() > SHOWN { format!(" and {} more", items.len() - SHOWN) } else { String::new() };
        _ = write!(message, "; it came from {}{more}", shown.join(", "));
    }
    message
}

fn in_the_way(obstacle: &Obstacle, path: &str) -> String {
    let what = match obstacle {
        Obstacle::Foreign => "optiinfra-gen did not write it".to_owned(),
        Obstacle::Link(at, to) if at == path => format!("it is a symbolic link to {}", escaped(to)),
        Obstacle::Link(at, to) => format!("{at} is a symbolic link to {}", escaped(to)),
        Obstacle::Folder => "it is a folder".to_owned(),
        Obstacle::FileAbove(at) => format!("{at} is a file"),
        Obstacle::Special(at) => format!("{at} is neither a file nor a folder"),
    };
    format!("in the way of what the spec gives: {what}")
}

/// MANIFEST.json, where nothing else explains that it differs.
fn manifest_difference(survey: &Survey<'_>, out: &Path, scope: &Scope, others: &[Difference]) -> Option<Difference> {
    if others.iter().any(|other| other.kind != Drifted::EditedByHand) {
        return None;
    }
    let options = Options { scope: scope.clone(), ..Options::default() };
    let wanted = decide(survey, out, &options).ok()?.work.manifest;
    let (kind, message) = match &survey.owned.manifest {
        Some(manifest) if *manifest == wanted => return None,
        Some(_) => (Drifted::Changed, "changed: it does not tell what the spec gives"),
        None => (Drifted::Missing, "missing"),
    };
    let diff = unified(survey.owned.manifest.as_deref().unwrap_or_default(), &wanted);
    Some(Difference { path: MANIFEST.to_owned(), kind, message: message.to_owned(), diff: Some(diff) })
}

/// Files that the tool neither wrote nor would write. A folder that holds nothing of the tool's is named once, with a `/`, and
/// not at all if there is no file in it. What version control keeps there (`.git` and whatever begins so) is left out.
fn foreign(world: &dyn World, place: Place<'_>, survey: &Survey<'_>) -> Result<Vec<String>, OutputError> {
    let mut known: BTreeSet<String> = survey.files.keys().cloned().collect();
    known.extend([MANIFEST.to_owned(), JOURNAL.to_owned()]);
    if survey.owned.interrupted {
        known.extend(own_temporaries());
        known.extend(survey.owned.records.keys().map(|path| temporary(path)));
    }
    let lower: BTreeMap<String, &String> =
        known.iter().chain(survey.folders.keys()).map(|path| (path.to_lowercase(), path)).collect();
    let id = |path: &str| world.metadata(&place.root.join(path)).ok().map(|metadata| metadata.id);
    // Where the disk ignores case, what is listed may be spelled in another way.
    let as_known = |path: String| match lower.get(&path.to_lowercase()) {
        Some(other) if **other != path && id(other).is_some_and(|there| id(&path) == Some(there)) => (*other).clone(),
        _ => path,
    };
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for (path, kind) in list(world, place, &folder)? {
            let path = as_known(path);
            match (kind, survey.folders.get(&path)) {
                (Kind::Dir, Some(Folder::Real)) => folders.push(path),
                (Kind::Dir, _) if known.contains(&path) => {}
                (Kind::Dir, _) if holds_a_file(world, place, &path)? => found.push(format!("{path}/")),
                (Kind::Dir, _) => {}
                // What stands in the way of a wanted file below it is told there.
                (_, Some(Folder::Obstacle(_))) => {}
                _ if known.contains(&path) => {}
                _ => found.push(path),
            }
        }
    }
    Ok(found)
}

fn holds_a_file(world: &dyn World, place: Place<'_>, folder: &str) -> Result<bool, OutputError> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for (path, kind) in list(world, place, &folder)? {
            match kind {
                Kind::Dir => folders.push(path),
                _ => return Ok(true),
            }
        }
    }
    Ok(false)
}

fn list(world: &dyn World, place: Place<'_>, folder: &str) -> Result<Vec<(String, Kind)>, OutputError> {
    let entries = world.list(&place.root.join(folder)).map_err(|error| place.error(Doing::Reading, folder, error))?;
    let named = entries.into_iter().map(|entry| (entry.name.to_string_lossy().into_owned(), entry.kind));
    let joined = named.filter(|(name, _)| !name.starts_with(".git")).map(|(name, kind)| {
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        (path, kind)
    });
    Ok(joined.collect())
}

impl Drift {
    /// Whether the folder is what the spec compiles to.
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty()
    }

    /// How many paths differ in which way.
    pub fn counts(&self) -> BTreeMap<Drifted, usize> {
        let mut counts = BTreeMap::new();
        self.differences.iter().for_each(|difference| *counts.entry(difference.kind).or_default() += 1);
        counts
    }

    /// The report for people: each difference with at most `max_lines` lines of its diff.
    pub fn render(&self, max_lines: usize) -> String {
        let mut text = String::new();
        for difference in &self.differences {
            let path = escaped(&self.out.join(&difference.path));
            _ = writeln!(text, "{path}: {}", difference.message);
            let Some(diff) = difference.diff.as_ref().filter(|diff| !diff.is_empty()) else { continue };
            _ = writeln!(text, "--- {path}\ton disk\n+++ {path}\tfrom the spec");
            diff.lines().take(max_lines).for_each(|line| text.extend([line, "\n"]));
            match diff.lines().count().saturating_sub(max_lines) {
                0 => {}
                more => _ = writeln!(text, "... {more} more lines"),
            }
            text.push('\n');
        }
        text
    }

    /// What to do about it, a sentence for each kind of difference that needs one.
    pub fn help(&self) -> Vec<&'static str> {
        let counts = self.counts();
        let has = |kinds: &[Drifted]| kinds.iter().any(|kind| counts.contains_key(kind));
        let mut help = Vec::new();
        if has(&[Drifted::Interrupted, Drifted::Missing, Drifted::Changed, Drifted::NoLongerWanted]) {
            help.push("`optiinfra-gen build` brings the folder up to date");
        }
        if has(&[Drifted::EditedByHand]) {
            help.push("take edits made by hand into the spec, or drop them with `optiinfra-gen build --force`");
        }
        if has(&[Drifted::Foreign]) {
            help.push("move foreign files out of the folder; a build never overwrites or deletes them");
        }
        help
    }
}

impl fmt::Display for Drift {
    /// One line: `3 differences in generated: 1 missing, 2 changed`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.counts();
        let count = self.differences.len();
        if count == 0 {
            return write!(f, "no differences in {}", self.out.display());
        }
        let kinds = Drifted::ALL.iter().filter_map(|kind| counts.get(kind).map(|n| format!("{n} {}", kind.words())));
        let plural = if count == 1 { "" } else { "s" };
        write!(f, "{count} difference{plural} in {}: {}", self.out.display(), kinds.collect::<Vec<_>>().join(", "))
    }
}
