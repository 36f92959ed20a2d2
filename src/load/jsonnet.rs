//! The Jsonnet files of a spec: evaluated, and what is wrong with them said at its place.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::rule;
use crate::diagnostic::{Diagnostic, RuleId};
use crate::jsonnet::gather::{Main, gather};
use crate::jsonnet::{Answer, Failure, FailureKind, Outcome, Place, Request, Settings, Trace};
use crate::source::{SourceId, SourceKind, Sources, Span};
use crate::world::{Kind, World};

/// What the Jsonnet files of a spec came to.
#[derive(Debug)]
pub(super) struct Evaluation {
    request: Request,
    answer: Answer,
    /// The texts that findings have led to, by their number in the request.
    registered: BTreeMap<usize, SourceId>,
}

impl Evaluation {
    /// Evaluates files of the spec at `root`.
    ///
    /// # Errors
    ///
    /// When the process that evaluates cannot be had.
    pub(super) fn of(world: &dyn World, root: &Path, settings: &Settings, mains: Vec<Main>) -> io::Result<Self> {
        let is_file = world.canonicalize(root).and_then(|real| world.metadata(&real)).is_ok_and(|found| found.kind == Kind::File);
        let folder = if is_file { root.parent().unwrap_or(Path::new("")) } else { root };
        let request = gather(world, settings, folder, mains);
        let answer = if request.wanted.is_empty() { Answer::default() } else { world.evaluate(&request)? };
        Ok(Self { request, answer, registered: BTreeMap::new() })
    }

    /// What a file evaluates to, as JSON, by its position among those that were to be evaluated.
    pub(super) fn json(&mut self, position: usize) -> Option<String> {
        match self.answer.outcomes.get_mut(position) {
            Some(Outcome::Json(json)) => Some(std::mem::take(json)),
            _ => None,
        }
    }

    /// Makes known under which id the text of a file that does not evaluate is registered.
    pub(super) fn register(&mut self, position: usize, source: SourceId) {
        if let Some(number) = self.request.wanted.get(position) {
            self.registered.insert(*number, source);
        }
    }

    /// Why a file does not evaluate. Those that come after one at which all ended are not said to be wrong.
    pub(super) fn finding(&mut self, position: usize, sources: &mut Sources) -> Option<Diagnostic> {
        let failure = match self.answer.outcomes.get(position) {
            Some(Outcome::Json(_)) => return None,
            Some(Outcome::Failed(failure)) => failure.clone(),
            None if self.answer.outcomes.iter().any(|outcome| matches!(outcome, Outcome::Failed(_))) => return None,
            None => Failure {
                kind: FailureKind::Error,
                message: "the file was not evaluated: the evaluation came to no end".to_owned(),
                at: self.request.wanted.get(position).map(|file| Place { file: *file, start: 0, end: 0 }),
                trail: Vec::new(),
                help: Some("try again; the machine may have had no memory left".to_owned()),
            },
        };
        let Failure { kind, message, at, trail, help } = failure;
        let span = at.and_then(|at| self.span(at, sources));
        let mut finding = match span {
            Some(span) => Diagnostic::error(rule_of(kind), span, message),
            None => Diagnostic::without_place(rule_of(kind), message),
        };
        finding.help = help;
        for step in trail {
            match self.span(step.at, sources) {
                Some(span) => finding = finding.label(span, step.what),
                None => continue,
            }
        }
        Some(finding)
    }

    /// What `std.trace` said.
    pub(super) fn traces(&mut self, sources: &mut Sources) -> Vec<Diagnostic> {
        let traces = std::mem::take(&mut self.answer.traces);
        let finding = |Trace { at, message }| {
            let span = at.and_then(|at| self.span(at, sources))?;
            Some(Diagnostic::info(rule::JSONNET_TRACE, span, message))
        };
        traces.into_iter().filter_map(finding).collect()
    }

    /// A place in the request as one in the sources.
    fn span(&mut self, at: Place, sources: &mut Sources) -> Option<Span> {
        let file = self.request.files.get(at.file)?;
        let source = *self.registered.entry(at.file).or_insert_with(|| {
            let kind = if file.is_argument { SourceKind::Argument } else { SourceKind::File };
            sources.add(file.name.as_str(), String::from_utf8_lossy(file.content.code()).as_ref(), kind)
        });
        // A text that is not UTF-8 has other places than its bytes.
        let text = &sources.get(source).text;
        let start = text.floor_char_boundary(at.start.min(text.len()));
        let end = text.floor_char_boundary(at.end.min(text.len())).max(start);
        Some(Span::new(source, start, end))
    }
}

fn rule_of(kind: FailureKind) -> RuleId {
    match kind {
        FailureKind::Syntax => rule::SYNTAX,
        FailureKind::Import => rule::JSONNET_IMPORT,
        FailureKind::Limit => rule::JSONNET_LIMIT,
        FailureKind::Error => rule::JSONNET_ERROR,
    }
}
