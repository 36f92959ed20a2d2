//! One spec in all of its environments: the files are read once, and what is found in each of them is said once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::{Observer, Phase, resolve_and_lint};
use crate::diagnostic::{self, Applicability, Diagnostic, RuleId, Severity};
use crate::emit::Artifacts;
use crate::emit::artifact::PathError;
use crate::lint::LintSettings;
use crate::lint::rules::lint::unused_allow;
use crate::load;
use crate::load::files::LoadError;
use crate::load::import::{ReadSpec, settle};
use crate::load::tree::Key;
use crate::model::Model;
use crate::packs;
use crate::source::{Sources, Span};
use crate::world::World;

/// So many environments are named for one finding.
const NAMED: usize = 4;

/// A spec in one of its environments, after load, resolve and lint.
#[derive(Debug)]
pub struct CheckedIn {
    /// The environment; `None` is the spec without one.
    pub name: Option<Key>,
    /// The resolved stack; `None` when nothing could be read at all.
    pub model: Option<Model>,
    /// Everything that was found, in the order of the places.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks a spec in each of its environments; one without any as it is.
///
/// # Errors
///
/// When something that the spec names cannot be read.
pub fn check_each(
    world: &dyn World,
    sources: &mut Sources,
    root: &Path,
    spec: ReadSpec,
    settings: &LintSettings,
    observer: &dyn Observer,
) -> Result<Vec<CheckedIn>, LoadError> {
    let mut names: Vec<Option<Key>> = load::environments(&spec.files).into_iter().map(Some).collect();
    if names.is_empty() {
        names.push(None);
    }
    let shipped = Arc::new(packs::shipped(sources));
    let mut all = Vec::with_capacity(names.len());
    for name in names {
        let loaded = load::compose(sources, spec.clone(), name.as_ref().map(|name| name.text.as_str()));
        let (model, mut diagnostics) = resolve_and_lint(world, sources, root, loaded, Some(&shipped), settings, observer)?;
        diagnostic::sort(&mut diagnostics);
        all.push(CheckedIn { name, model, diagnostics });
    }
    Ok(all)
}

/// The tree of files of one environment.
#[derive(Debug)]
pub struct Tree {
    /// The environment.
    pub environment: Key,
    /// The files; `None` when the spec has errors in this environment.
    pub artifacts: Option<Artifacts>,
}

/// A spec, compiled for each of its environments.
#[derive(Debug)]
pub struct Compiled {
    /// All texts that were read.
    pub sources: Sources,
    /// Everything that was found, each finding once.
    pub diagnostics: Vec<Diagnostic>,
    /// In the order in which the spec names them.
    pub trees: Vec<Tree>,
}

/// Why a spec cannot be compiled for its environments.
#[derive(Debug)]
pub enum CompileError {
    /// Something cannot be read.
    Load(LoadError),
    /// A name in the spec makes a path that cannot be written on every machine.
    Path(PathError),
}

/// Compiles a spec for each of its environments.
///
/// # Errors
///
/// When the spec cannot be read, or a name in it makes a path that cannot be written on every machine.
pub fn compile_each(
    world: &dyn World,
    specs: &Path,
    settings: &LintSettings,
    observer: &dyn Observer,
) -> Result<Compiled, CompileError> {
    let mut sources = Sources::default();
    observer.begins(Phase::Load);
    let spec = load::read(world, &mut sources, specs).map_err(CompileError::Load)?;
    let checked = check_each(world, &mut sources, specs, spec, settings, observer).map_err(CompileError::Load)?;
    let has_errors = |found: &[Diagnostic]| found.iter().any(|found| found.severity == Severity::Error);
    let mut named = Vec::with_capacity(checked.len());
    let mut trees = Vec::with_capacity(checked.len());
    for CheckedIn { name, model, mut diagnostics } in checked {
        let mut artifacts = None;
        if let Some(model) = model.filter(|_| !has_errors(&diagnostics)) {
            observer.begins(Phase::Lower);
            let (plan, more) = super::plan(&model, &sources);
            diagnostics.extend(more);
            diagnostic::sort(&mut diagnostics);
            if !has_errors(&diagnostics) {
                observer.begins(Phase::Emit);
                artifacts = Some(super::emit(&plan).map_err(CompileError::Path)?);
            }
        }
        trees.extend(name.clone().map(|environment| Tree { environment, artifacts }));
        named.push((name, diagnostics));
    }
    let mut diagnostics = merged(named);
    settle(&mut diagnostics, &sources);
    Ok(Compiled { sources, diagnostics, trees })
}

/// What was found in several environments, each finding once. One that is not in all of them says in which it is. A suppression
/// that covers something in one of them is used, and a fix that does not answer a finding in all of them is not safe.
pub fn merged(found: Vec<(Option<Key>, Vec<Diagnostic>)>) -> Vec<Diagnostic> {
    let all = found.len();
    let names: Vec<Option<Key>> = found.iter().map(|(name, _)| name.clone()).collect();
    let mut groups: Vec<(Diagnostic, Vec<usize>)> = Vec::new();
    let mut known: BTreeMap<(Option<Span>, RuleId, String), Vec<usize>> = BTreeMap::new();
    for (at, (_, diagnostics)) in found.into_iter().enumerate() {
        for finding in diagnostics {
            let same = known.entry((finding.span, finding.rule, finding.message.clone())).or_default();
            match same.iter().find(|group| groups.get(**group).is_some_and(|(other, _)| *other == finding)) {
                Some(group) => {
                    if let Some((_, environments)) = groups.get_mut(*group)
                        && environments.last() != Some(&at)
                    {
                        environments.push(at);
                    }
                }
                None => {
                    same.push(groups.len());
                    groups.push((finding, vec![at]));
                }
            }
        }
    }
    let mut diagnostics = Vec::with_capacity(groups.len());
    for (mut finding, environments) in groups {
        if environments.len() == all {
            diagnostics.push(finding);
            continue;
        }
        if finding.rule == unused_allow::RULE.id {
            continue;
        }
        if let Some(fix) = &mut finding.fix {
            fix.applicability = Applicability::Unsafe;
        }
        let keys: Vec<&Key> = environments.iter().filter_map(|at| names.get(*at)?.as_ref()).collect();
        diagnostics.push(match keys.first() {
            Some(first) => finding.label(first.span, alone(&keys)),
            None => finding,
        });
    }
    diagnostic::sort(&mut diagnostics);
    diagnostics
}

/// "in the environments `staging` and `production` alone"
fn alone(keys: &[&Key]) -> String {
    let quoted: Vec<String> = keys.iter().take(NAMED).map(|key| format!("`{}`", key.text)).collect();
    match (quoted.as_slice(), keys.len().saturating_sub(NAMED)) {
        ([one], _) => format!("in the environment {one} alone"),
        ([first @ .., last], 0) => format!("in the environments {} and {last} alone", first.join(", ")),
        (some, more) => format!("in the environments {} and {more} more alone", some.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Fix;
    use crate::source::SourceKind;

    #[test]
    fn a_finding_is_said_once_and_where_it_is_not_everywhere() {
        let mut sources = Sources::default();
        let source = sources.add("s", "ab cd", SourceKind::File);
        let key = |name: &str, at| Key { text: name.to_owned(), span: Span::new(source, at, at + 1) };
        let at = |start| Span::new(source, start, start + 1);
        let fix = |finding: Diagnostic| finding.fix(Applicability::Safe, Vec::new());
        let everywhere = fix(Diagnostic::warning("a/b", at(0), "everywhere"));
        let some = fix(Diagnostic::warning("a/b", at(1), "in two"));
        let unused = Diagnostic::warning(unused_allow::RULE.id, at(2), "unused");
        let used = Diagnostic::warning(unused_allow::RULE.id, at(3), "used in one");
        let found = vec![
            (Some(key("dev", 0)), vec![everywhere.clone(), unused.clone(), used.clone()]),
            (Some(key("staging", 1)), vec![everywhere.clone(), some.clone(), unused.clone()]),
            (Some(key("production", 2)), vec![everywhere.clone(), some.clone(), unused.clone(), used]),
        ];
        let merged = merged(found);
        assert_eq!(merged.len(), 3);
        assert_eq!((&merged[0], &merged[2]), (&everywhere, &unused));
        assert_eq!(merged[1].labels[0].message, "in the environments `staging` and `production` alone");
        assert_eq!(merged[1].labels[0].span, at(1));
        assert_eq!(merged[1].fix, Some(Fix { applicability: Applicability::Unsafe, edits: Vec::new() }));
    }

    #[test]
    fn many_environments_are_counted() {
        let mut sources = Sources::default();
        let source = sources.add("s", "", SourceKind::File);
        let key = |name: &str| Key { text: name.to_owned(), span: Span::new(source, 0, 0) };
        let keys: Vec<Key> = ["a", "b", "c", "d", "e", "f"].map(key).to_vec();
        let words = |count: usize| alone(&keys.iter().take(count).collect::<Vec<_>>());
        assert_eq!(words(1), "in the environment `a` alone");
        assert_eq!(words(4), "in the environments `a`, `b`, `c` and `d` alone");
        assert_eq!(words(6), "in the environments `a`, `b`, `c`, `d` and 2 more alone");
    }
}
