//! Which edits are applied, and what the texts are after them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Fixed;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, RuleId, Severity};
use crate::pipeline::Linted;
use crate::source::{SourceId, SourceKind, Span};
use crate::world::{Kind, World};

const BYTE_ORDER_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// What one round changes.
#[derive(Debug, Default)]
pub struct Round {
    /// The files by where they lie.
    pub files: BTreeMap<PathBuf, Edited>,
    /// Files that could be mended but for what they are.
    pub refused: Vec<Refused>,
}

/// A file with its edits applied.
#[derive(Debug)]
pub struct Edited {
    /// The file as reports name it.
    pub name: String,
    /// Its bytes as they are.
    pub before: Vec<u8>,
    /// Its bytes with the edits.
    pub after: Vec<u8>,
    /// The findings that the edits answer.
    pub findings: Vec<Fixed>,
    severities: Vec<Severity>,
}

/// A file that is not touched.
#[derive(Debug)]
pub struct Refused {
    /// Where it lies.
    pub path: PathBuf,
    /// The file as reports name it.
    pub name: String,
    /// Why.
    pub reason: String,
}

impl Round {
    /// How many findings of which file and rule are to be gone.
    pub fn fixed_by_rule(&self) -> BTreeMap<(String, RuleId, Severity), usize> {
        let mut counts = BTreeMap::new();
        for file in self.files.values() {
            for (finding, severity) in file.findings.iter().zip(&file.severities) {
                *counts.entry((file.name.clone(), finding.rule, *severity)).or_default() += 1;
            }
        }
        counts
    }

    /// Takes a file out of the round.
    pub fn drop_file(&mut self, path: &Path) -> Option<Edited> {
        self.files.remove(path)
    }
}

/// Takes the safe fixes of a report, first come first served: one that touches an earlier one waits for the next round. A fix stands in one file,
/// which is `allowed`.
pub fn plan(linted: &Linted, world: &dyn World, allowed: &dyn Fn(&Path) -> bool) -> Round {
    let mut wanted: BTreeMap<SourceId, Vec<(&Diagnostic, &Fix)>> = BTreeMap::new();
    for diagnostic in &linted.diagnostics {
        let safe = diagnostic.fix.as_ref().filter(|fix| fix.applicability == Applicability::Safe);
        let (Some(fix), Some(span)) = (safe, diagnostic.span) else { continue };
        let here = |edit: &Edit| edit.span.source == span.source;
        let is_file = linted.sources.get(span.source).kind == SourceKind::File;
        if is_file && !fix.edits.is_empty() && fix.edits.iter().all(here) {
            wanted.entry(span.source).or_default().push((diagnostic, fix));
        }
    }
    let mut round = Round::default();
    for (source, fixes) in wanted {
        let name = linted.sources.get(source).name.clone();
        let Ok(path) = world.canonicalize(Path::new(&name)) else { continue };
        if !allowed(&path) || round.files.contains_key(&path) {
            continue;
        }
        match edited(linted, source, &fixes, world, &path) {
            Ok(file) => {
                round.files.insert(path, file);
            }
            Err(reason) => round.refused.push(Refused { path, name, reason }),
        }
    }
    round
}

fn edited(
    linted: &Linted,
    source: SourceId,
    fixes: &[(&Diagnostic, &Fix)],
    world: &dyn World,
    path: &Path,
) -> Result<Edited, String> {
    let metadata = world.metadata(path).map_err(|error| format!("it cannot be looked at: {error}"))?;
    if metadata.kind != Kind::File {
        return Err("it is no file".to_owned());
    }
    if metadata.mode & 0o222 == 0 {
        return Err("it is read-only".to_owned());
    }
    let text = &linted.sources.get(source).text;
    let before = world.read(path).map_err(|error| format!("it cannot be read: {error}"))?;
    let marked = before.starts_with(BYTE_ORDER_MARK);
    let body = if marked { before.get(BYTE_ORDER_MARK.len()..).unwrap_or_default() } else { &before };
    if body != text.as_bytes() {
        return Err("it was changed by someone else meanwhile".to_owned());
    }
    let mut taken: BTreeMap<(u32, u32), &str> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let (mut findings, mut severities) = (Vec::new(), Vec::new());
    for (diagnostic, fix) in fixes {
        let Some(span) = diagnostic.span else { continue };
        if !fix.edits.iter().all(|edit| is_free(&taken, edit)) || !apart(&fix.edits) {
            continue;
        }
        taken.extend(fix.edits.iter().map(|edit| ((edit.span.start, edit.span.end), edit.text.as_str())));
        if seen.insert((diagnostic.rule, span, &diagnostic.message)) {
            findings.push(Fixed {
                rule: diagnostic.rule,
                message: diagnostic.message.clone(),
                start: linted.sources.position(span),
            });
            severities.push(diagnostic.severity);
        }
    }
    let after = apply(text, &taken).ok_or("an edit does not fit its text")?;
    let mut bytes = if marked { BYTE_ORDER_MARK.to_vec() } else { Vec::new() };
    bytes.extend_from_slice(after.as_bytes());
    let name = linted.sources.get(source).name.clone();
    Ok(Edited { name, before, after: bytes, findings, severities })
}

/// Whether an edit touches none that is taken; the same edit twice is one.
fn is_free(taken: &BTreeMap<(u32, u32), &str>, edit: &Edit) -> bool {
    let Span { start, end, .. } = edit.span;
    if taken.get(&(start, end)).is_some_and(|text| *text == edit.text && start < end) {
        return true;
    }
    let before = taken.range(..=(start, u32::MAX)).next_back().is_none_or(|((_, other), _)| *other < start);
    let after = taken.range((start, 0)..).next().is_none_or(|((other, _), _)| *other > end);
    before && after
}

/// Whether the edits of one fix keep clear of each other.
fn apart(edits: &[Edit]) -> bool {
    let mut spans: Vec<Span> = edits.iter().map(|edit| edit.span).collect();
    spans.sort();
    spans.is_sorted_by(|a, b| a.end < b.start || (a.end == b.start && a.start < b.start && b.start < b.end))
}

/// The text with edits that are sorted and do not overlap.
fn apply(text: &str, edits: &BTreeMap<(u32, u32), &str>) -> Option<String> {
    let mut result = String::with_capacity(text.len());
    let mut at = 0usize;
    for ((start, end), new) in edits {
        result.push_str(text.get(at..*start as usize)?);
        result.push_str(new);
        at = *end as usize;
    }
    result.push_str(text.get(at..)?);
    Some(result)
}
