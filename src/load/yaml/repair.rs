//! Values that YAML takes apart without a word. `{expr: topk(10, x)}` is two keys, and `expr: {job="a"}` a mapping: both are
//! reported, and what was plainly meant is put together again, so that one error does not breed others.

use crate::diagnostic::{Applicability, Diagnostic, Edit};
use crate::load::tree::{Node, Pair, Scalar, ScalarKind, Style, Value};
use crate::load::{place, rule};
use crate::source::Span;

/// A value is not put together beyond this length, which bounds the work on hostile text.
const LONGEST: usize = 4096;

/// Whether a plain scalar at `next` is the rest of the value `before` it: an opening parenthesis is not closed there, and
/// nothing but a comma stands between.
pub(super) fn joins(before: Option<&Node>, style: Style, next: Span, text: &str) -> bool {
    let Some(Node { value: Value::Scalar(scalar), span, style: Style::Plain }) = before else { return false };
    style == Style::Plain
        && scalar.kind == ScalarKind::String
        && scalar.text.len() < LONGEST
        && is_open(&scalar.text)
        && text.get(span.end as usize..next.start as usize).is_some_and(|between| between.trim() == ",")
}

/// Whether more parentheses are opened than closed.
fn is_open(text: &str) -> bool {
    let open = text.bytes().filter(|b| *b == b'(').count();
    let closed = text.bytes().filter(|b| *b == b')').count();
    open > closed
}

/// Makes `value` reach to the end of `next`.
pub(super) fn join(value: &mut Node, next: Span, text: &str) {
    value.span = value.span.to(next);
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

pub(super) fn report_joined_items(joined: &[usize], items: &[Node], text: &str, diagnostics: &mut Vec<Diagnostic>) {
    for item in joined.iter().filter_map(|index| items.get(*index)) {
        diagnostics.push(quote_it("a list item", item.span, text));
    }
}

pub(super) fn report_joined_pairs(joined: &[usize], pairs: &[Pair], text: &str, diagnostics: &mut Vec<Diagnostic>) {
    for pair in joined.iter().filter_map(|index| pairs.get(*index)) {
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
