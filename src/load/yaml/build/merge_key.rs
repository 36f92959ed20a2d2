//! Merge keys: `<<: *base` and `<<: [*a, *b]`.

use super::Merge;
use crate::diagnostic::Diagnostic;
use crate::load::rule;
use crate::load::tree::{Pair, Value};
use crate::source::Span;
use std::collections::BTreeSet;

/// Puts merged entries where their merge key stands: an entry of the mapping itself wins, then the first that was merged.
pub(super) fn apply(own: Vec<Pair>, merges: Vec<Merge>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Pair> {
    let mut names: BTreeSet<String> = own.iter().map(|pair| pair.key.text.clone()).collect();
    let mut result = Vec::with_capacity(own.len());
    let mut own = own.into_iter().enumerate().peekable();
    let mut first: Option<Span> = None;
    for merge in merges {
        while let Some((_, pair)) = own.next_if(|(index, _)| *index < merge.at) {
            result.push(pair);
        }
        if let Some(first) = first {
            let finding = Diagnostic::error(rule::DUPLICATE_KEY, merge.key, "the key `<<` is here twice")
                .label(first, "first here")
                .help("give all mappings to one: `<<: [*a, *b]`");
            diagnostics.push(finding);
            continue;
        }
        first = Some(merge.key);
        let parts = match merge.value.value {
            Value::Seq(items) => items,
            _ => vec![merge.value],
        };
        for part in parts {
            let Value::Map(pairs) = part.value else {
                let what = part.kind_name();
                diagnostics.push(
                    Diagnostic::error(rule::INVALID_MERGE, merge.key, format!("`<<` merges mappings, and this is {what}"))
                        .label(part.span, what)
                        .help("write `<<: *name`, or quote the key if it is meant as a name"),
                );
                continue;
            };
            for pair in pairs {
                if names.insert(pair.key.text.clone()) {
                    result.push(pair);
                }
            }
        }
    }
    result.extend(own.map(|(_, pair)| pair));
    result
}
