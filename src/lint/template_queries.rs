//! The queries that texts of alerts run, `{{ query "..." }}`: read and inferred as every expression is.

use crate::lint::subject::AlertText;
use crate::promql::catalog::Catalog;
use crate::promql::infer::{Context, Facts, infer};
use crate::promql::{self, Dialect, ParseError};
use crate::template::{Use, UseKind};

/// A query with what it returns.
#[derive(Debug)]
pub struct TemplateQuery<'t> {
    /// Where the template runs it.
    pub used: &'t Use,
    /// What a server would say against it.
    pub errors: Vec<ParseError>,
    /// What it returns; `None` where it cannot be read.
    pub facts: Option<Facts>,
}

/// The queries of a text that are written out, be it as the format of a `printf`.
pub fn of<'t>(text: &'t AlertText<'_>, catalog: &dyn Catalog) -> Vec<TemplateQuery<'t>> {
    let queries = text.inspection.uses.iter().filter(|used| used.kind == UseKind::Query);
    queries.filter_map(|used| used.name.as_deref().map(|query| read(used, query, catalog))).collect()
}

fn read<'t>(used: &'t Use, query: &str, catalog: &dyn Catalog) -> TemplateQuery<'t> {
    let parsed = if used.formatted {
        let variable = promql::parse(&filled(query, "${argument}"), Dialect::Grafana);
        // What a verb stands for may be anything, an operator too: there is an error only when nothing that it could be mends it.
        let some = |with: &&str| promql::parse(&filled(query, with), Dialect::Prometheus).errors.is_empty();
        if !variable.errors.is_empty() && FILLINGS.iter().any(some) {
            return TemplateQuery { used, errors: Vec::new(), facts: None };
        }
        variable
    } else {
        promql::parse(query, Dialect::Prometheus)
    };
    let facts = parsed.errors.is_empty().then(|| infer(&parsed.expr, catalog, &Context::default()).facts().clone());
    TemplateQuery { used, errors: parsed.errors, facts }
}

/// What a verb may stand for outside of strings.
const FILLINGS: &[&str] = &["", "x", "1", "5m", "+", "{a=\"b\"}", "a=\"b\"", "[5m]", "by (x)", "x > 1", "(x)", "sum(x"];

/// A format with a text in place of each verb.
fn filled(format: &str, with: &str) -> String {
    let mut text = String::new();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        let flags =
            after.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '#' | ' ' | '.' | '[' | ']' | '*'));
        let mut letters = flags.chars();
        match letters.next() {
            Some('%') => text.push('%'),
            Some('q') => text.extend(["\"", if with.starts_with('$') { with } else { "x" }, "\""]),
            Some(_) => text.push_str(with),
            None => text.push('%'),
        }
        rest = letters.as_str();
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs() {
        assert_eq!(filled("up{job='%s'} %% %.2f", "X"), "up{job='X'} % X");
        assert_eq!(filled("up{job=%q}", "${a}"), "up{job=\"${a}\"}");
        assert_eq!(filled("up %", "X"), "up %");
        assert_eq!(filled("", "X"), "");
    }
}
