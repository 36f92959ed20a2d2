//! What rules may ask besides the thing that they look at.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::path::Path;

use crate::diagnostic::{Applicability, Diagnostic, Edit};
use crate::lint::subject::{Subject, Use};
use crate::load::{place, suggest};
use crate::model::expr::Expr;
use crate::promql;
use crate::promql::catalog::{Catalog as _, MapCatalog, Name};
use crate::source::{SourceKind, Sources, Span};
use crate::spec::decode::Text;
use crate::world::World;

/// What rules may ask.
pub struct Context<'a> {
    /// Everything that is linted.
    pub subject: &'a Subject<'a>,
    /// All texts.
    pub sources: &'a Sources,
    /// The disk, where the caller lets rules look for files.
    pub disk: Option<Disk<'a>>,
    /// Whether everything could be read. Otherwise what seems not to be used may be used by what could not.
    pub whole: bool,
    /// The names nearest to each series that does not exist.
    pub near: BTreeMap<Name, Vec<&'a str>>,
    /// The first words of the names of all series.
    pub prefixes: BTreeSet<&'a str>,
    /// The places of errors of syntax: of what stands around them less is known than it seems.
    pub broken: Vec<Span>,
}

/// Where the files lie that a spec names.
#[derive(Clone, Copy)]
pub struct Disk<'a> {
    /// The disk.
    pub world: &'a dyn World,
    /// The folder of the spec.
    pub root: &'a Path,
    /// The folder of the base Compose file, where that is known.
    pub project: Option<&'a Path>,
}

impl fmt::Debug for Disk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").field("root", &self.root).field("project", &self.project).finish_non_exhaustive()
    }
}

impl Context<'_> {
    /// Where a piece of an expression stands.
    pub fn place(&self, used: &Use<'_>, span: promql::Span) -> Span {
        used.expr.place(span, self.sources).unwrap_or(used.item.span)
    }

    /// Whether an error of syntax stands in one of the texts of an expression.
    pub fn is_broken(&self, expr: &Expr) -> bool {
        let within = |text: &Text, span: &Span| {
            text.span.source == span.source && text.span.start <= span.start && span.start <= text.span.end
        };
        self.broken.iter().any(|span| expr.parts.iter().any(|text| within(text, span)))
    }

    /// Where a range of a text stands.
    pub fn within(&self, text: &Text, range: Range<usize>) -> Span {
        place::span_of(self.sources, &text.to_node(), range)
    }

    /// The edit that replaces a piece of an expression; `None` where it is not written in a file of the user, or its style cannot hold the new
    /// text.
    pub fn edit(&self, used: &Use<'_>, span: promql::Span, new: &str) -> Option<Edit> {
        let part = used.expr.parts.get(usize::from(span.part))?;
        self.edit_text(part, span.range(), new)
    }

    /// The edit that replaces a range of a text.
    pub fn edit_text(&self, text: &Text, range: Range<usize>, new: &str) -> Option<Edit> {
        if self.sources.get(text.span.source).kind != SourceKind::File {
            return None;
        }
        place::edit(self.sources, &text.to_node(), range, new)
    }

    /// The finding with a fix that replaces a piece of an expression, where that can be done.
    pub fn replacing(
        &self,
        diagnostic: Diagnostic,
        used: &Use<'_>,
        span: promql::Span,
        new: &str,
        applicability: Applicability,
    ) -> Diagnostic {
        match self.edit(used, span, new) {
            Some(edit) => diagnostic.fix(applicability, vec![edit]),
            None => diagnostic,
        }
    }

    /// Whether some series that exists begins with the same word: then a program that exposes such names is known.
    pub fn knows_prefix_of(&self, name: &str) -> bool {
        self.prefixes.contains(prefix(name))
    }

    /// The names of series nearest to one that does not exist.
    pub fn nearest_series(&self, name: &str) -> &[&str] {
        self.near.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The first words of the names of all series.
pub fn prefixes(catalog: &MapCatalog) -> BTreeSet<&str> {
    catalog.names().map(prefix).collect()
}

/// The first word of a name: `node` of `node_cpu_seconds_total`, `go` of `go_goroutines`.
fn prefix(name: &str) -> &str {
    name.split(['_', ':']).find(|word| !word.is_empty()).unwrap_or(name)
}

/// The names of series nearest to one that does not exist, by their letters or else by their words.
pub fn nearest<'c>(name: &str, catalog: &'c MapCatalog) -> Vec<&'c str> {
    let near = suggest::nearest(name, catalog.names());
    if near.is_empty() { similar(name, catalog.names()) } else { near }
}

/// At most this many names are suggested.
const MOST: usize = 3;

/// The names that share most words with one that does not exist: at least two, and half of all.
fn similar<'n>(name: &str, candidates: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let wanted = words(name);
    let mut best: Vec<(usize, &str)> = Vec::new();
    for candidate in candidates {
        let others = words(candidate);
        let shared = wanted.intersection(&others).count();
        let all = wanted.len() + others.len() - shared;
        if shared >= 2 && shared * 2 >= all {
            best.push((shared * 1000 / all, candidate));
        }
    }
    best.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    best.into_iter().take(MOST).map(|(_, candidate)| candidate).collect()
}

/// The words of a name that say something, in the singular, each once.
fn words(name: &str) -> BTreeSet<&str> {
    let says = |word: &&str| !word.is_empty() && !matches!(*word, "total" | "bucket" | "sum" | "count");
    name.split(['_', ':']).filter(says).map(|word| word.strip_suffix('s').unwrap_or(word)).collect()
}
