//! The variables of a dashboard.

use std::ops::Range;

use super::super::fields::{get, pairs, text};
use super::source::DataSource;
use super::{Reading, Variable, flag};
use crate::load::tree::{Node, Pair};
use crate::promql::catalog::Name;
use crate::spec::decode::Text;

impl Reading<'_> {
    pub(super) fn variables(&mut self, list: &[Node]) -> Vec<Variable> {
        list.iter().filter_map(|node| self.variable(node)).collect()
    }

    fn variable(&mut self, node: &Node) -> Option<Variable> {
        let fields = pairs(node);
        let Some(name) = get(fields, "name").and_then(text).filter(|name| !name.value.is_empty()) else {
            self.reader.error(node.span, "the variable has no name", "add `\"name\": \"NAME\"`");
            return None;
        };
        let kind = get(fields, "type").and_then(Node::as_text).unwrap_or("query");
        let source = self.sources.of_field(get(fields, "datasource"), DataSource::Unknown);
        let query = query_text(fields);
        let selector = match (&query, kind) {
            (Some(query), "query") => inner_expression(&query.value).and_then(|(range, sure)| {
                // What is no function of this data source may be a query of another one.
                let source = if sure { source } else { source.max_unknown() };
                self.expr(query, range, source)
            }),
            _ => None,
        };
        let mut texts: Vec<Text> = Vec::new();
        if kind != "custom" || query.as_ref().is_some_and(|query| query.value.contains('$')) {
            texts.extend(query.clone());
        }
        texts.extend(["regex", "allValue", "definition"].iter().filter_map(|field| get(fields, field).and_then(text)));
        if let Some(node) = get(fields, "datasource") {
            texts.extend(text(node).or_else(|| node.get("uid").and_then(text)))
        }
        let values = fixed_values(kind, fields, query.as_ref());
        Some(Variable { name, selector, texts, span: node.span, values })
    }
}

/// What is asked for when the dashboard is imported is put in place as a variable is.
pub(super) fn input(node: &Node) -> Option<Variable> {
    let name = node.get("name").and_then(text)?;
    Some(Variable { name, selector: None, texts: Vec::new(), span: node.span, values: None })
}

impl DataSource {
    fn max_unknown(self) -> Self {
        if self == Self::Other { Self::Other } else { Self::Unknown }
    }
}

/// The query, which older schemas write as a text and newer ones into an object.
fn query_text(fields: &[Pair]) -> Option<Text> {
    let query = get(fields, "query")?;
    text(query).or_else(|| query.get("query").and_then(text))
}

/// The expression within the functions of a variable's query, and whether it is certainly one of those functions.
fn inner_expression(query: &str) -> Option<(Range<usize>, bool)> {
    let trimmed = query.trim();
    let start = query.len() - query.trim_start().len();
    let call = |name: &str| {
        let inner = trimmed.strip_prefix(name)?.trim_start().strip_prefix('(')?.strip_suffix(')')?;
        let from = start + trimmed.len() - 1 - inner.len();
        Some((from, inner))
    };
    if let Some((from, inner)) = call("label_values") {
        // The label is what follows the last comma; without one the label is all there is.
        let (expr, label) = inner.rsplit_once(',')?;
        let is_label = label.trim().bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'{' | b'}'));
        return is_label.then(|| (from..from + expr.len(), true));
    }
    if let Some((from, inner)) = call("query_result") {
        return Some((from..from + inner.len(), true));
    }
    if call("metrics").is_some() || call("label_names").is_some() {
        return None;
    }
    Some((start..start + trimmed.len(), false))
}

/// The values of a variable that are written in the dashboard, when only one of them can be chosen at a time.
fn fixed_values(kind: &str, fields: &[Pair], query: Option<&Text>) -> Option<Vec<Name>> {
    if flag(fields, "multi") || flag(fields, "includeAll") {
        return None;
    }
    let query = query?;
    match kind {
        "constant" if !query.value.is_empty() && !query.value.contains('$') => Some(vec![Name::from(query.as_str())]),
        "custom" if !query.value.contains(['$', '\\']) => {
            let value = |item: &str| Name::from(item.split_once(" : ").map_or(item, |(_, value)| value).trim());
            let values: Vec<Name> = query.value.split(',').map(value).filter(|value| !value.is_empty()).collect();
            (!values.is_empty()).then_some(values)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_within_queries() {
        let inner = |query: &'static str| inner_expression(query).map(|(range, sure)| (&query[range], sure));
        assert_eq!(inner("label_values(up{job=~\"a,b\"}, instance)"), Some(("up{job=~\"a,b\"}", true)));
        assert_eq!(inner(" label_values( up , $label ) "), Some((" up ", true)));
        assert_eq!(inner("label_values(job)"), None);
        assert_eq!(inner("query_result(topk(5, sum by (a) (x)))"), Some(("topk(5, sum by (a) (x))", true)));
        assert_eq!(inner("metrics(node_.*)"), None);
        assert_eq!(inner("label_names()"), None);
        assert_eq!(inner("SELECT a FROM b"), Some(("SELECT a FROM b", false)));
        for odd in ["", "label_values(", "label_values()", "label_values(,)", "query_result()", "(", ")"] {
            let _ = inner_expression(odd);
        }
    }
}
