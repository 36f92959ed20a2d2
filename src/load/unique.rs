//! The keys of a mapping are unique.

use super::rule;
use super::tree::Pair;
use crate::diagnostic::Diagnostic;

/// Up to this many entries are compared each with each, which is faster than sorting.
const FEW: usize = 12;

/// Drops every entry whose key is there already and reports it with both places.
pub(super) fn keep_first(pairs: &mut Vec<Pair>, diagnostics: &mut Vec<Diagnostic>) {
    let mut repeated: Vec<(usize, usize)> = Vec::new();
    if pairs.len() <= FEW {
        for (index, pair) in pairs.iter().enumerate().skip(1) {
            if let Some(first) = pairs.iter().take(index).position(|other| other.key.text == pair.key.text) {
                repeated.push((index, first));
            }
        }
    } else {
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        order.sort_by(|a, b| pairs[*a].key.text.cmp(&pairs[*b].key.text).then(a.cmp(b)));
        for run in order.chunk_by(|a, b| pairs[*a].key.text == pairs[*b].key.text) {
            if let [first, others @ ..] = run {
                repeated.extend(others.iter().map(|index| (*index, *first)));
            }
        }
        repeated.sort_unstable();
    }
    if repeated.is_empty() {
        return;
    }
    for (index, first) in &repeated {
        let (second, first) = (&pairs[*index].key, &pairs[*first].key);
        diagnostics.push(
            Diagnostic::error(rule::DUPLICATE_KEY, second.span, format!("the key `{}` is here twice", second.text))
                .label(first.span, "first here")
                .help("rename or remove one of the two"),
        );
    }
    let mut index = 0;
    let mut dropped = repeated.iter().map(|(index, _)| *index).peekable();
    pairs.retain(|_| {
        let keep = dropped.next_if_eq(&index).is_none();
        index += 1;
        keep
    });
}
