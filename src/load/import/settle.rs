//! What is found in a module, said once: with the places of its file, and through which imports it came.

use crate::diagnostic::{self, Applicability, Diagnostic, Label};
use crate::source::{Import, SourceId, Sources, Span};
use std::collections::{BTreeMap, BTreeSet};

/// So many imports are named for one finding.
const NAMED: usize = 4;

/// The rule that reports suppressions without a finding.
const UNUSED: &str = "lint/unused-allow";

/// Makes one finding of those that are the same for several imports of one file, and adds through which imports it came. A
/// suppression that covers something in one import is used. A fix edits the file for all of its imports, so one that does not
/// answer a finding in each of them is not safe. To be called once for a finding: afterwards its place does not tell the import.
pub fn settle(diagnostics: &mut Vec<Diagnostic>, sources: &Sources) {
    let mut imports: BTreeMap<SourceId, usize> = BTreeMap::new();
    for (_, source) in sources.iter().filter(|(_, source)| source.import.is_some()) {
        *imports.entry(source.original).or_default() += 1;
    }
    if imports.is_empty() {
        return;
    }
    let mut groups: Vec<Group> = Vec::new();
    let mut found: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for diagnostic in diagnostics.drain(..) {
        let group = Group::of(diagnostic, sources);
        let key = (group.finding.span, group.finding.rule, group.finding.message.clone());
        let same = found.entry(key).or_default();
        match same.iter().find(|at| groups.get(**at).is_some_and(|other| other.finding == group.finding)) {
            Some(at) => {
                if let Some(other) = groups.get_mut(*at) {
                    other.notes.extend(group.notes);
                    other.through.extend(group.through);
                }
            }
            None => {
                same.push(groups.len());
                groups.push(group);
            }
        }
    }
    for group in groups {
        let all = group.finding.span.and_then(|span| imports.get(&span.source)).copied().unwrap_or_default();
        let everywhere = group.through.len() >= all;
        if everywhere || group.finding.rule != UNUSED {
            diagnostics.push(group.finish(everywhere));
        }
    }
    diagnostic::sort(diagnostics);
}

type Key = (Option<Span>, diagnostic::RuleId, String);

/// Findings that differ in nothing but the import that they came through.
struct Group {
    /// With the places of the first import.
    finding: Diagnostic,
    /// Each import on the way, the innermost first.
    notes: Vec<Label>,
    /// The sources in which it was found.
    through: BTreeSet<SourceId>,
}

impl Group {
    fn of(mut finding: Diagnostic, sources: &Sources) -> Self {
        let mut notes = Vec::new();
        let mut through = BTreeSet::new();
        let own = finding.span.and_then(|span| sources.get(span.source).import.clone());
        if let Some(span) = finding.span {
            if own.is_some() {
                through.insert(span.source);
            }
            notes.extend(way(span, sources));
        }
        for label in &mut finding.labels {
            let Some(import) = &sources.get(label.span.source).import else { continue };
            let said = own.as_ref() == Some(import) || finding.span.is_some_and(|span| is_in(import, span));
            if !said {
                label.message = format!("{} (imported as `{}`)", label.message, import.name);
                notes.extend(way(label.span, sources));
            }
        }
        let first = |span: &mut Span| span.source = sources.get(span.source).original;
        finding.span.iter_mut().for_each(first);
        finding.labels.iter_mut().for_each(|label| first(&mut label.span));
        finding.fix.iter_mut().flat_map(|fix| &mut fix.edits).for_each(|edit| first(&mut edit.span));
        notes.iter_mut().for_each(|note| first(&mut note.span));
        Self { finding, notes, through }
    }

    fn finish(self, everywhere: bool) -> Diagnostic {
        let Self { mut finding, notes, .. } = self;
        let mut distinct: Vec<Label> = Vec::new();
        for note in notes {
            if !distinct.contains(&note) {
                distinct.push(note);
            }
        }
        let more = distinct.len().saturating_sub(NAMED);
        distinct.truncate(NAMED);
        if more > 0
            && let Some(last) = distinct.last_mut()
        {
            last.message = format!("{}, and {more} more", last.message);
        }
        finding.labels.extend(distinct);
        if let Some(fix) = finding.fix.as_mut().filter(|_| !everywhere) {
            fix.applicability = Applicability::Unsafe;
        }
        finding
    }
}

/// Whether a place lies in the entry of an import, which says it all.
fn is_in(import: &Import, span: Span) -> bool {
    import.entry.source == span.source && import.entry.start <= span.start && span.end <= import.entry.end
}

/// The imports through which a place came, the innermost first.
fn way(span: Span, sources: &Sources) -> Vec<Label> {
    let mut notes = Vec::new();
    let mut source = sources.get(span.source);
    while let Some(import) = &source.import {
        notes.push(Label { message: format!("imported as `{}`", import.name), span: import.key });
        source = sources.get(import.key.source);
    }
    notes
}
