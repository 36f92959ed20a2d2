//! JSON laid out: two spaces a level, what was written on one line stays so while it fits.

use super::Options;
use crate::diagnostic::Diagnostic;
use crate::load::json;
use crate::load::tree::{Node, Value};
use crate::source::{SourceId, Span};

/// A JSON text laid out; strings and numbers stay as they are written.
///
/// # Errors
///
/// What `lint` reports of a text that is no JSON, or that has a key twice, of which the loader drops one.
pub fn json(source: SourceId, text: &str, options: Options) -> Result<String, Vec<Diagnostic>> {
    let parsed = json::parse(source, text);
    if parsed.has_errors() {
        return Err(parsed.diagnostics);
    }
    let Some(document) = parsed.documents.first() else { return Ok(String::new()) };
    if document.root.is_null() && document.root.span.start == document.root.span.end {
        return Ok(String::new());
    }
    let mut printer = Printer { text, options, out: String::new() };
    printer.value(&document.root, 0, 0);
    printer.out.push('\n');
    Ok(printer.out)
}

struct Printer<'t> {
    text: &'t str,
    options: Options,
    out: String,
}

impl<'t> Printer<'t> {
    fn written(&self, span: Span) -> &'t str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    fn value(&mut self, node: &Node, level: usize, before: usize) {
        let flat = self.flat(node);
        let one_line = !self.written(node.span).contains(['\n', '\r']);
        // A comma may follow.
        let fits = one_line && 2 * level + before + flat.chars().count() < self.options.width;
        let empty = match &node.value {
            Value::Scalar(_) => true,
            Value::Seq(items) => items.is_empty(),
            Value::Map(pairs) => pairs.is_empty(),
        };
        if fits || empty {
            return self.out.push_str(&flat);
        }
        let indent = |level: usize| " ".repeat(2 * level);
        match &node.value {
            Value::Scalar(_) => {}
            Value::Seq(items) => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.out.push_str(if index == 0 { "\n" } else { ",\n" });
                    self.out.push_str(&indent(level + 1));
                    self.value(item, level + 1, 0);
                }
                self.out.push_str(&format!("\n{}]", indent(level)));
            }
            Value::Map(pairs) => {
                self.out.push('{');
                for (index, pair) in pairs.iter().enumerate() {
                    self.out.push_str(if index == 0 { "\n" } else { ",\n" });
                    let key = self.written(pair.key.span);
                    self.out.push_str(&format!("{}{key}: ", indent(level + 1)));
                    self.value(&pair.value, level + 1, key.chars().count() + 2);
                }
                self.out.push_str(&format!("\n{}}}", indent(level)));
            }
        }
    }

    fn flat(&self, node: &Node) -> String {
        match &node.value {
            Value::Scalar(_) => self.written(node.span).to_owned(),
            Value::Seq(items) => {
                let items: Vec<String> = items.iter().map(|item| self.flat(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Map(pairs) => {
                let pairs: Vec<String> =
                    pairs.iter().map(|pair| format!("{}: {}", self.written(pair.key.span), self.flat(&pair.value))).collect();
                format!("{{{}}}", pairs.join(", "))
            }
        }
    }
}
