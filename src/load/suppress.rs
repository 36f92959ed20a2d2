//! Comments that allow a finding: `# optiinfra-gen allow promql/unknown-label: set by the proxy`.
//!
//! Such a comment covers one item: an entry of a mapping, with its key, or an item of a list.
//! - Behind something on its line it covers the outermost item that begins on that line.
//! - On a line of its own it covers the item that it precedes; indented further than that item it stands at the end of the one
//!   before, and covers the innermost item that it is indented under.
//!
//! A reason is required. Several rules are separated by commas.

use super::rule;
use super::tree::{Comment, Document, Node, Value};
use crate::diagnostic::{Diagnostic, RuleId};
use crate::source::Span;

/// The word that a suppression comment begins with.
const TOOL: &str = "optiinfra-gen";

/// One rule allowed for one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The rule's id, as written.
    pub rule: String,
    /// Why the finding is allowed.
    pub reason: String,
    /// The comment.
    pub comment: Span,
    /// The item: every finding whose place lies in it is allowed.
    pub covered: Span,
}

/// The suppressions of one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suppressions {
    /// In the order of their comments.
    pub found: Vec<Suppression>,
    /// Comments that are meant as one and are none.
    pub diagnostics: Vec<Diagnostic>,
}

/// Finds the suppression comments of a document; `text` is its source.
pub fn suppressions(text: &str, document: &Document) -> Suppressions {
    let mut result = Suppressions::default();
    let meant: Vec<(&Comment, &str)> = document
        .comments
        .iter()
        .filter_map(|comment| {
            let rest = comment.text.strip_prefix(TOOL)?;
            (rest.is_empty() || rest.starts_with([' ', ':', '\t'])).then_some((comment, rest.trim_start_matches(':').trim()))
        })
        .collect();
    if meant.is_empty() {
        return result;
    }
    let mut items = Vec::new();
    collect(&document.root, &mut items);
    // Outer items before inner ones that begin at the same place.
    items.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let items = Items { text, items };
    for (comment, rest) in meant {
        match read(rest) {
            Ok((rules, reason)) => match items.covered_by(comment) {
                Some(covered) => result.found.extend(rules.into_iter().map(|rule| Suppression {
                    rule,
                    reason: reason.to_owned(),
                    comment: comment.span,
                    covered,
                })),
                None => result
                    .diagnostics
                    .push(invalid(comment, "the comment covers nothing").help("put it above the item that it is about")),
            },
            Err(problem) => result.diagnostics.push(invalid(comment, problem).help(FORM)),
        }
    }
    result
}

const FORM: &str = "write `# optiinfra-gen allow family/rule: the reason`";

fn invalid(comment: &Comment, message: &str) -> Diagnostic {
    const RULE: RuleId = rule::INVALID_SUPPRESSION;
    Diagnostic::error(RULE, comment.span, message)
}

/// The rules and the reason of `allow a/b, c/d: reason`.
fn read(rest: &str) -> Result<(Vec<String>, &str), &'static str> {
    let Some(rest) = rest.strip_prefix("allow").filter(|rest| rest.starts_with([' ', '\t'])) else {
        return Err("the comment does not say what to allow");
    };
    let (rules, reason) = rest.split_once(':').map_or((rest, ""), |(rules, reason)| (rules, reason.trim()));
    let rules: Vec<String> = rules.split(',').map(|rule| rule.trim().to_owned()).collect();
    let is_rule = |rule: &String| {
        rule.split_once('/').is_some_and(|(family, name)| {
            [family, name]
                .iter()
                .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'))
        })
    };
    if !rules.iter().all(is_rule) {
        return Err("the comment names no rule");
    }
    if reason.is_empty() {
        return Err("the comment gives no reason");
    }
    Ok((rules, reason))
}

fn collect(node: &Node, items: &mut Vec<Span>) {
    match &node.value {
        Value::Scalar(_) => {}
        Value::Seq(nodes) => {
            for item in nodes {
                items.push(item.span);
                collect(item, items);
            }
        }
        Value::Map(pairs) => {
            for pair in pairs {
                items.push(reach(pair.key.span, &pair.value));
                collect(&pair.value, items);
            }
        }
    }
}

/// From a key to the end of its value, when the value stands there and is not the copy of another.
fn reach(key: Span, value: &Node) -> Span {
    if value.span.source == key.source && value.span.start >= key.end { key.to(value.span) } else { key }
}

struct Items<'t> {
    text: &'t str,
    /// All items, by start.
    items: Vec<Span>,
}

impl Items<'_> {
    fn line_start(&self, at: u32) -> u32 {
        let before = self.text.get(..at as usize).unwrap_or_default();
        before.rfind('\n').map_or(0, |newline| u32::try_from(newline + 1).unwrap_or(u32::MAX))
    }

    fn covered_by(&self, comment: &Comment) -> Option<Span> {
        let start = comment.span.start;
        let line = self.line_start(start);
        let own_line = self.text.get(line as usize..start as usize).is_some_and(|before| before.trim().is_empty());
        // The items that begin before the comment, and those after it.
        let next = self.items.partition_point(|item| item.start < start);
        let before = self.items.get(..next)?;
        if !own_line {
            let first = before.partition_point(|item| item.start < line);
            let on_line = before.get(first);
            return on_line.or_else(|| before.iter().rev().find(|item| item.end > line)).copied();
        }
        let column = start - line;
        match self.items.get(next) {
            Some(item) if column <= self.indentation(item.start) => Some(*item),
            _ => {
                let under = |item: &&Span| self.indentation(item.start) < column && self.leads_line(item.start);
                let inner = before.iter().rev().find(under)?;
                // A list item and the first entry of its mapping begin at one place: the list item is meant.
                before.get(before.partition_point(|item| item.start < inner.start)).copied()
            }
        }
    }

    /// The indentation of the line that a place is on.
    fn indentation(&self, at: u32) -> u32 {
        let line = self.text.get(self.line_start(at) as usize..).unwrap_or_default();
        u32::try_from(line.len() - line.trim_start_matches(' ').len()).unwrap_or(u32::MAX)
    }

    /// Whether nothing but indentation and dashes stands before a place on its line.
    fn leads_line(&self, at: u32) -> bool {
        let before = self.text.get(self.line_start(at) as usize..at as usize).unwrap_or_default();
        before.bytes().all(|b| matches!(b, b' ' | b'-'))
    }
}

#[cfg(test)]
mod tests;
