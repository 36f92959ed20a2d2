//! Fixes: the edits that findings carry and that need no second look, applied to the files of the user.
//!
//! | step | what it does |
//! |---|---|
//! | [`edits`] | takes the safe fixes of a report that do not touch each other, and applies them to the texts |
//! | [`overlay`] | shows the changed files to everything that reads, so that they are linted before anything is written |
//! | [`store`] | writes each changed file beside its place and renames it |
//!
//! What a file's fixes bring is kept only if nothing new is reported. Fixes may make room for others, so this is repeated until nothing
//! changes, a few times at most.

pub mod edits;
pub mod overlay;
pub mod store;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, RuleId, Severity};
use crate::load::files::LoadError;
use crate::pipeline::Linted;
use crate::source::Position;
use crate::world::World;
use overlay::Overlay;

/// So often the files are linted and mended again at most.
const ROUNDS: usize = 10;

/// What was mended, and what remains.
#[derive(Debug)]
pub struct Mended {
    /// What is still wrong after the fixes.
    pub linted: Linted,
    /// The files that change.
    pub files: Vec<Changed>,
    /// Files that could be mended and stay as they were.
    pub left: Vec<Left>,
}

/// A file that changes.
#[derive(Debug)]
pub struct Changed {
    /// The file as reports name it.
    pub name: String,
    /// Where it lies, with every link followed.
    pub path: PathBuf,
    /// Its bytes as they were read.
    pub before: Vec<u8>,
    /// Its bytes with the fixes.
    pub after: Vec<u8>,
    /// The findings that are gone.
    pub findings: Vec<Fixed>,
}

/// A finding that was fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// Its rule.
    pub rule: RuleId,
    /// What it said.
    pub message: String,
    /// Where it stood when it was fixed.
    pub start: Position,
}

/// A file that stays as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The file as reports name it.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// The files that specs import: they belong to them wherever they lie.
fn modules(world: &dyn World, linted: &Linted) -> BTreeSet<PathBuf> {
    let imported = linted.sources.iter().filter(|(id, source)| source.import.is_some() && source.original == *id);
    imported.filter_map(|(_, source)| world.canonicalize(Path::new(&source.name)).ok()).collect()
}

/// Lints, applies the safe fixes of files that lie in `roots` or that specs there import, and lints again. Nothing is written: [`store::store`] does that.
///
/// # Errors
///
/// When something cannot be read.
pub fn mend(
    world: &dyn World,
    roots: &[PathBuf],
    lint: impl Fn(&dyn World) -> Result<Linted, LoadError>,
) -> Result<Mended, LoadError> {
    let roots: Vec<PathBuf> = roots.iter().filter_map(|root| world.canonicalize(root).ok()).collect();
    let mut overlay = Overlay::new(world);
    let mut files: BTreeMap<PathBuf, Changed> = BTreeMap::new();
    let mut left: BTreeMap<PathBuf, Left> = BTreeMap::new();
    let mut linted = lint(&overlay)?;
    for _ in 0..ROUNDS {
        let modules = modules(world, &linted);
        let is_ours = |path: &Path| roots.iter().any(|root| path.starts_with(root)) || modules.contains(path);
        let allowed = |path: &Path| !left.contains_key(path) && is_ours(path);
        let mut round = edits::plan(&linted, &overlay, &allowed);
        for refused in round.refused.drain(..) {
            left.entry(refused.path).or_insert(Left { name: refused.name, reason: refused.reason });
        }
        while !round.files.is_empty() {
            let mut trial = overlay.clone();
            for (path, file) in &round.files {
                trial.put(path.clone(), file.after.clone());
            }
            let after = lint(&trial)?;
            let worse = worse(&linted, &after, &round.fixed_by_rule());
            if worse.is_empty() {
                overlay = trial;
                linted = after;
                break;
            }
            // The files that got worse stay as they were; when the trouble shows elsewhere, nobody knows whose it is.
            let guilty: BTreeSet<PathBuf> =
                round.files.iter().filter(|(_, file)| worse.contains_key(&file.name)).map(|(path, _)| path.clone()).collect();
            let guilty = if guilty.is_empty() { round.files.keys().cloned().collect() } else { guilty };
            for path in guilty {
                let Some(file) = round.drop_file(&path) else { continue };
                let rule = worse.get(&file.name).or_else(|| worse.values().next()).copied().unwrap_or_default();
                let reason = format!("mending it would bring a new finding of `{rule}`");
                left.insert(path, Left { name: file.name, reason });
            }
        }
        if round.files.is_empty() {
            break;
        }
        for (path, file) in round.files {
            let changed = files.entry(path.clone()).or_insert_with(|| Changed {
                name: file.name,
                path,
                before: file.before,
                after: Vec::new(),
                findings: Vec::new(),
            });
            changed.after = file.after;
            changed.findings.extend(file.findings);
        }
    }
    Ok(Mended { linted, files: files.into_values().collect(), left: left.into_values().collect() })
}

/// Findings by file and rule. Messages and places are not compared: they quote what a fix changes.
fn counts(linted: &Linted) -> BTreeMap<(String, RuleId, Severity), usize> {
    let mut counts = BTreeMap::new();
    for diagnostic in &linted.diagnostics {
        *counts.entry((name_of(linted, diagnostic), diagnostic.rule, diagnostic.severity)).or_default() += 1;
    }
    counts
}

fn name_of(linted: &Linted, diagnostic: &Diagnostic) -> String {
    diagnostic.span.map(|span| linted.sources.get(span.source).name.clone()).unwrap_or_default()
}

/// The files with more findings of a rule than there should be after the fixes, with one such rule each.
fn worse(before: &Linted, after: &Linted, fixed: &BTreeMap<(String, RuleId, Severity), usize>) -> BTreeMap<String, RuleId> {
    let before = counts(before);
    let mut worse = BTreeMap::new();
    for (key, count) in counts(after) {
        let was = before.get(&key).copied().unwrap_or_default();
        let gone = fixed.get(&key).copied().unwrap_or_default();
        if count > was.saturating_sub(gone) {
            worse.entry(key.0).or_insert(key.1);
        }
    }
    worse
}

#[cfg(test)]
mod tests;
