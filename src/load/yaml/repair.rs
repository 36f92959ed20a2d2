//! Values that YAML takes apart without a word. `{expr: topk(10, x)}` is two keys, and `expr: {job="a"}` a mapping: both are
//! reported, and what was plainly meant is put together again, so that one error does not breed others.

use super::kind_of_plain;
use crate::diagnostic::{Applicability, Diagnostic, Edit};
use crate::load::tree::{Key, Node, Pair, Scalar, ScalarKind, Style, Value};
use crate::load::{place, rule};
use crate::source::Span;
use std::collections::BTreeSet;

/// A value is not put together beyond this length, which bounds the work on hostile text.
const LONGEST: usize = 4096;

/// Whether a plain scalar at `next` is the rest of the value `before` it, in which `open` parentheses are not closed: nothing
/// but a comma stands between.
pub(super) fn joins(before: &Node, open: i64, style: Style, next: Span, text: &str) -> bool {
    open > 0
        && style == Style::Plain
        && (before.span.end - before.span.start) as usize <= LONGEST
        && text.get(before.span.end as usize..next.start as usize).is_some_and(|between| between.trim() == ",")
}

/// How many parentheses a value opens and does not close; only text without quotes can be cut at a comma.
pub(super) fn open_in(value: &Node) -> i64 {
    match &value.value {
        Value::Scalar(Scalar { text, kind: ScalarKind::String }) if value.style == Style::Plain => balance(text),
        _ => 0,
    }
}

/// How many more parentheses are opened than closed.
pub(super) fn balance(text: &str) -> i64 {
    text.bytes().map(|byte| i64::from(byte == b'(') - i64::from(byte == b')')).sum()
}

/// Gives a value that was put together the text that it has in the file.
fn settle(value: &mut Node, text: &str) {
    if let Value::Scalar(scalar) = &mut value.value {
        let written = text.get(value.span.start as usize..value.span.end as usize).unwrap_or_default();
        scalar.text = one_line(written);
        if scalar.text != written {
            value.style = Style::Synthetic;
        }
    }
}

fn one_line(text: &str) -> String {
    if text.contains(['\n', '\r']) { text.split_ascii_whitespace().collect::<Vec<_>>().join(" ") } else { text.to_owned() }
}

/// Settles the items of a list that were put together, and reports each.
pub(super) fn settle_items(joined: &BTreeSet<usize>, items: &mut [Node], text: &str, diagnostics: &mut Vec<Diagnostic>) {
    for index in joined {
        let Some(item) = items.get_mut(*index) else { continue };
        settle(item, text);
        diagnostics.push(quote_it("a list item", item.span, text));
    }
}

/// Settles the values of a mapping that were put together, and reports each.
pub(super) fn settle_pairs(joined: &BTreeSet<usize>, pairs: &mut [Pair], text: &str, diagnostics: &mut Vec<Diagnostic>) {
    for index in joined {
        let Some(pair) = pairs.get_mut(*index) else { continue };
        settle(&mut pair.value, text);
        diagnostics.push(quote_it(&format!("the value of `{}`", pair.key.text), pair.value.span, text));
    }
}

fn quote_it(what: &str, span: Span, text: &str) -> Diagnostic {
    let written = one_line(text.get(span.start as usize..span.end as usize).unwrap_or_default());
    let first = written.split(',').next().unwrap_or_default().trim_end();
    let message = format!("{what} ends at its first comma: YAML reads `{first}`");
    with_quotes(Diagnostic::error(rule::SYNTAX, span, message), span, &written)
}

/// Adds the cure: the same text in quotes.
fn with_quotes(finding: Diagnostic, span: Span, meant: &str) -> Diagnostic {
    let quoted = place::quoted(meant);
    finding.help(format!("quote it: {quoted}")).fix(Applicability::Safe, vec![Edit { span, text: quoted }])
}

/// Whether a key reads like a label matcher: `job="a"`, `status=~"5.."`.
pub(super) fn is_matcher(key: &str) -> bool {
    let name = key.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let operator = name.trim_start();
    name.len() < key.len()
        && ["=~", "!~", "!=", "="]
            .iter()
            .any(|op| operator.strip_prefix(op).is_some_and(|rest| rest.trim_start().starts_with(['"', '\''])))
}

/// The text that a mapping of label matchers is.
pub(super) fn selector(node: Node, matcher: Span, written: &str, diagnostics: &mut Vec<Diagnostic>) -> Node {
    let meant = one_line(written);
    let finding = Diagnostic::error(rule::SYNTAX, node.span, "a selector that begins with `{` is read as a mapping")
        .label(matcher, "this becomes a key");
    diagnostics.push(with_quotes(finding, node.span, &meant));
    let style = if meant == written { Style::Plain } else { Style::Synthetic };
    Node { value: Value::Scalar(Scalar { text: meant, kind: ScalarKind::String }), span: node.span, style }
}

/// `{for:5m}` is a key without a value, where an entry was plainly meant; `http://host` is not.
pub(super) fn split_at_colon(key: Key, value: Node, diagnostics: &mut Vec<Diagnostic>) -> Pair {
    let name_length = key.text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(0);
    let (name, rest) = key.text.split_at(name_length);
    let written = rest.strip_prefix(':').filter(|rest| !rest.starts_with("//"));
    // What is written on several lines or with escapes has other places than its text.
    let exact = (key.span.end - key.span.start) as usize == key.text.len();
    let Some(meant) = written.filter(|meant| !meant.is_empty() && !name.is_empty() && exact) else { return Pair { key, value } };
    let offset = key.span.start + u32::try_from(name_length).unwrap_or(0);
    let after_colon = Span { start: offset + 1, end: offset + 1, ..key.span };
    diagnostics.push(
        Diagnostic::error(
            rule::SYNTAX,
            key.span,
            format!("`{}` has no space after its colon, so it is one key without a value", key.text),
        )
        .help(format!("write `{name}: {meant}`"))
        .fix(Applicability::Safe, vec![Edit { span: after_colon, text: " ".to_owned() }]),
    );
    let scalar = Scalar { text: meant.to_owned(), kind: kind_of_plain(meant) };
    let value = Node { value: Value::Scalar(scalar), span: Span { start: offset + 1, ..key.span }, style: Style::Plain };
    Pair { key: Key { text: name.to_owned(), span: Span { end: offset, ..key.span } }, value }
}

/// `channel: #alerts` has no value: what was meant as one is a comment.
pub(super) fn report_comment_for_value(key: &Key, text: &str, colon: usize, diagnostics: &mut Vec<Diagnostic>) {
    let rest = text.get(colon..).unwrap_or_default();
    let comment = rest.trim_start_matches([' ', '\t']);
    let at = colon + rest.len() - comment.len();
    if !comment.strip_prefix('#').is_some_and(|word| word.starts_with(char::is_alphanumeric)) {
        return;
    }
    let value = comment.split(['\n', '\r']).next().unwrap_or_default();
    let value = value.split(" #").next().unwrap_or_default().trim_end();
    let span = Span::new(key.span.source, at, at + value.len());
    let quoted = place::quoted(value);
    diagnostics.push(
        Diagnostic::warning(rule::SYNTAX, span, format!("`{}` has no value: what follows is a comment", key.text))
            .help(format!("quote it: {quoted}; or put a space after `#` if it is a comment"))
            .fix(Applicability::Unsafe, vec![Edit { span, text: quoted }]),
    );
}
