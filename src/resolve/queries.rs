//! Queries that are written once, and the choice between `expr` and `query` that alerts, panels and recording rules have.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::load::suggest;
use crate::promql::Dialect;
use crate::promql::catalog::Catalog;
use crate::resolve::compose::Draft;
use crate::resolve::pack::UNKNOWN_NAME;
use crate::source::{Sources, Span};
use crate::spec::Spec;
use crate::spec::decode::{Map, Text};
use crate::spec::quantity::Duration;

/// What stands in place of `$window` where nothing is said.
pub const DEFAULT_WINDOW: Duration = Duration::from_secs(300);

/// The queries of a spec, parsed once.
pub struct Queries<'s> {
    spec: &'s Spec,
    drafts: BTreeMap<&'s str, Draft>,
    no_params: Map<Text>,
}

/// The expression that an alert, a panel or a recording rule begins with.
pub struct Source<'q> {
    /// The expression.
    pub draft: Draft,
    /// The parameters that it has, with their defaults.
    pub params: &'q Map<Text>,
    /// The query that it is, when it is one.
    pub query: Option<&'q str>,
}

impl<'s> Queries<'s> {
    /// Parses all queries; reports errors and parameters that are not declared.
    pub fn parse(spec: &'s Spec, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut drafts = BTreeMap::new();
        for (name, entry) in spec.queries.iter() {
            let draft = Draft::parse(&entry.value.expr, Dialect::Spec, sources, diagnostics);
            let mut known: Vec<&str> = entry.value.params.names().collect();
            known.push("window");
            draft.check_params(&known, sources, diagnostics);
            drafts.insert(name, draft);
        }
        Self { spec, drafts, no_params: Map::default() }
    }

    /// The parsed query of a name.
    pub fn draft(&self, name: &str) -> Option<&Draft> {
        self.drafts.get(name)
    }

    /// The expression of something that has `expr` or `query`; reports when it has neither, both, or a query that does not exist.
    #[expect(clippy::too_many_arguments, reason = "each is a different part of one question")]
    pub fn source(
        &self,
        expr: Option<&Text>,
        query: Option<&Text>,
        what: &str,
        span: Span,
        dialect: Dialect,
        sources: &Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Source<'_>> {
        match (expr, query) {
            (Some(expr), None) => {
                let draft = Draft::parse(expr, dialect, sources, diagnostics);
                Some(Source { draft, params: &self.no_params, query: None })
            }
            (None, Some(query)) => self.named(query, diagnostics),
            (Some(expr), Some(query)) => {
                diagnostics.push(
                    Diagnostic::error("spec/invalid-value", query.span, format!("{what} has both `expr` and `query`"))
                        .label(expr.span, "the expression stands here")
                        .help("keep one of them"),
                );
                None
            }
            (None, None) => {
                diagnostics.push(
                    Diagnostic::error("spec/missing-field", span, format!("{what} has neither `expr` nor `query`"))
                        .help("add `expr: ...`, or `query:` with the name of one of `queries:`"),
                );
                None
            }
        }
    }

    fn named(&self, query: &Text, diagnostics: &mut Vec<Diagnostic>) -> Option<Source<'_>> {
        let Some((name, entry)) = self.spec.queries.iter().find(|(name, _)| *name == query.as_str()) else {
            if !self.spec.queries.knows(query.as_str()) {
                let near = suggest::nearest(query.as_str(), self.spec.queries.names());
                let help = suggest::did_you_mean(&near).unwrap_or_else(|| "declare it under `queries:`".to_owned());
                let message = format!("there is no query `{}`", query.value);
                diagnostics.push(Diagnostic::error(UNKNOWN_NAME, query.span, message).help(help));
            }
            return None;
        };
        let draft = self.drafts.get(name)?.clone();
        Some(Source { draft, params: &entry.value.params, query: Some(name) })
    }

    /// The window that a query asks for where its use does not say one.
    pub fn window(&self, query: Option<&str>) -> Duration {
        query
            .and_then(|name| self.spec.queries.get(name))
            .and_then(|query| query.window.as_ref())
            .map_or(DEFAULT_WINDOW, |window| window.value)
    }
}

/// Adds the matchers of a `where`; `several` names the variables that stand for more than one value. A label that no selector can have is
/// reported.
pub fn narrow_all(
    draft: &mut Draft,
    matchers: &Map<Text>,
    several: &BTreeSet<&str>,
    catalog: &dyn Catalog,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (label, entry) in matchers.iter() {
        let variable = entry.value.as_str().strip_prefix('$').map(|name| name.trim_matches(['{', '}']));
        let many = variable.is_some_and(|name| several.contains(name));
        if !draft.narrow(label, &entry.value, many, catalog) {
            diagnostics.push(
                Diagnostic::error(
                    "promql/unknown-label",
                    entry.key,
                    format!("no metric of this expression has the label `{label}`"),
                )
                .label(draft.origin().span, "the expression stands here")
                .help("take the label out of `where`, or name one that the metrics have"),
            );
        }
    }
}
