//! A tree to JSON.

use std::fmt::Write as _;

use super::in_brackets;
use crate::format::Options;
use crate::load::tree::{Node, Scalar, ScalarKind, Value};

/// The JSON of a tree, whose places lie in `source`.
pub(super) fn text(source: &str, root: &Node, options: Options) -> String {
    let mut printer = Printer { source, options, out: String::new() };
    printer.value(root, 0, 0);
    printer.out.push('\n');
    printer.out
}

struct Printer<'t> {
    source: &'t str,
    options: Options,
    out: String,
}

impl Printer<'_> {
    fn value(&mut self, node: &Node, level: usize, before: usize) {
        let flat = match &node.value {
            Value::Seq(items) if !items.is_empty() => in_brackets(self.source, node, false).then(|| flat(node)),
            Value::Map(pairs) if !pairs.is_empty() => in_brackets(self.source, node, false).then(|| flat(node)),
            _ => return self.out.push_str(&flat(node)),
        };
        // A comma may follow.
        if let Some(flat) = flat.filter(|flat| 2 * level + before + flat.chars().count() < self.options.width) {
            return self.out.push_str(&flat);
        }
        let indent = " ".repeat(2 * level);
        match &node.value {
            Value::Scalar(_) => {}
            Value::Seq(items) => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    _ = write!(self.out, "{comma}\n{indent}  ");
                    self.value(item, level + 1, 0);
                }
                _ = write!(self.out, "\n{indent}]");
            }
            Value::Map(pairs) => {
                self.out.push('{');
                for (index, pair) in pairs.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    let key = string(&pair.key.text);
                    _ = write!(self.out, "{comma}\n{indent}  {key}: ");
                    self.value(&pair.value, level + 1, key.chars().count() + 2);
                }
                _ = write!(self.out, "\n{indent}}}");
            }
        }
    }
}

fn flat(node: &Node) -> String {
    match &node.value {
        Value::Scalar(value) => scalar(value),
        Value::Seq(items) => format!("[{}]", items.iter().map(flat).collect::<Vec<_>>().join(", ")),
        Value::Map(pairs) => {
            let pairs: Vec<String> =
                pairs.iter().map(|pair| format!("{}: {}", string(&pair.key.text), flat(&pair.value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

fn scalar(scalar: &Scalar) -> String {
    match scalar.kind {
        ScalarKind::Null => "null".to_owned(),
        ScalarKind::Bool | ScalarKind::Number => scalar.text.clone(),
        ScalarKind::String => string(&scalar.text),
    }
}

fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
