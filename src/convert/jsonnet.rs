//! A tree to Jsonnet, laid out as `jsonnetfmt` does it.

use std::collections::{BTreeMap, BTreeSet};

use super::in_brackets;
use crate::format::layout::{Item, Note};
use crate::format::{self, Options};
use crate::load::tree::{Document, Node, Scalar, ScalarKind, Value};

/// The Jsonnet of a tree with the comments of its document, and how many comments are in it.
pub(super) fn text(source: &str, document: &Document, root: &Node, options: Options) -> (String, usize) {
    let layout = format::attached(source).unwrap_or_default();
    let mut by_place = BTreeMap::new();
    for item in &layout.items {
        // A list item and its first entry begin at one place.
        by_place.entry((item.start, item.key.is_some())).or_insert(item);
    }
    let mut printer = Printer { source, options, items: by_place, used: BTreeSet::new(), out: String::new(), kept: 0 };
    let (before, after): (Vec<&Note>, Vec<&Note>) = layout.documents.first().map_or_else(Default::default, |document| {
        let before = document.prologue.iter().chain(&document.start_note).collect();
        (before, document.root_line.iter().chain(&document.epilogue).chain(&document.end_note).collect())
    });
    let is_comment = |note: &&Note| document.comments.iter().any(|comment| comment.span.start as usize == note.at);
    printer.lines(before.into_iter().filter(is_comment), 0);
    printer.value(root, 0, 0, &[]);
    printer.out.push('\n');
    printer.lines(after.into_iter().filter(is_comment), 0);
    (printer.out, printer.kept)
}

struct Printer<'t> {
    source: &'t str,
    options: Options,
    items: BTreeMap<(usize, bool), &'t Item>,
    /// The items whose comments are printed: an alias repeats a value, not its comments.
    used: BTreeSet<(usize, bool)>,
    out: String,
    kept: usize,
}

impl<'t> Printer<'t> {
    /// Comments on lines of their own.
    fn lines<'n>(&mut self, notes: impl IntoIterator<Item = &'n Note>, level: usize) {
        for note in notes {
            self.out.push_str(&"  ".repeat(level));
            self.out.push_str(&comment(note));
            self.out.push('\n');
            self.kept += 1;
        }
    }

    /// The item at a place, the first time that it is asked for.
    fn item(&mut self, place: (usize, bool)) -> Option<&'t Item> {
        let item = self.items.get(&place).copied()?;
        self.used.insert(place).then_some(item)
    }

    /// `below` stands before the closing bracket, or is given back where there is none.
    fn value(&mut self, node: &Node, level: usize, before: usize, below: &[Note]) -> bool {
        let flat = match &node.value {
            Value::Scalar(scalar) => {
                let text = self.scalar(scalar, level);
                self.out.push_str(&text);
                return false;
            }
            Value::Seq(items) if items.is_empty() => Some("[]".to_owned()),
            Value::Map(pairs) if pairs.is_empty() => Some("{}".to_owned()),
            _ => in_brackets(self.source, node, false).then(|| flat(node)).filter(|_| !self.holds_comments(node)),
        };
        let empty = matches!(&node.value, Value::Seq(items) if items.is_empty())
            || matches!(&node.value, Value::Map(pairs) if pairs.is_empty());
        // A comma may follow.
        if let Some(flat) = flat.filter(|flat| empty || 2 * level + before + flat.chars().count() < self.options.width) {
            self.out.push_str(&flat);
            return false;
        }
        match &node.value {
            Value::Scalar(_) => {}
            Value::Seq(items) => {
                self.out.push_str("[\n");
                for node in items {
                    self.entry(None, node, level + 1, (node.span.start as usize, false));
                }
                self.lines(below, level + 1);
                self.out.push_str(&"  ".repeat(level));
                self.out.push(']');
            }
            Value::Map(pairs) => {
                self.out.push_str("{\n");
                for pair in pairs {
                    self.entry(Some(&pair.key.text), &pair.value, level + 1, (pair.key.span.start as usize, true));
                }
                self.lines(below, level + 1);
                self.out.push_str(&"  ".repeat(level));
                self.out.push('}');
            }
        }
        true
    }

    fn entry(&mut self, key: Option<&str>, node: &Node, level: usize, place: (usize, bool)) {
        let item = self.item(place);
        if let Some(item) = item {
            if item.blank && !self.out.ends_with("{\n") && !self.out.ends_with("[\n") && item.leading.is_empty() {
                self.out.push('\n');
            }
            for note in &item.leading {
                if note.blank && !self.out.ends_with("{\n") && !self.out.ends_with("[\n") {
                    self.out.push('\n');
                }
                self.lines([note], level);
            }
            // A comment on the line of what goes on below stands above it here.
            self.lines(item.head.iter().chain(&item.between), level);
        }
        self.out.push_str(&"  ".repeat(level));
        let mut before = 0;
        if let Some(key) = key {
            let field = field(key);
            before = field.chars().count() + 2;
            self.out.push_str(&field);
            self.out.push_str(": ");
        }
        let below: Vec<Note> = item.map(|item| item.after.clone()).unwrap_or_default();
        let inside = self.value(node, level, before, &below);
        self.out.push(',');
        for note in item.iter().flat_map(|item| &item.line) {
            self.out.push_str("  ");
            self.out.push_str(&comment(note));
            self.kept += 1;
        }
        self.out.push('\n');
        if !inside {
            self.lines(&below, level);
        }
    }

    /// Whether a comment stands in a value.
    fn holds_comments(&self, node: &Node) -> bool {
        let noted = |place: (usize, bool)| {
            self.items.get(&place).is_some_and(|item| {
                !item.leading.is_empty()
                    || item.head.is_some()
                    || !item.between.is_empty()
                    || !item.line.is_empty()
                    || !item.after.is_empty()
            })
        };
        match &node.value {
            Value::Scalar(_) => false,
            Value::Seq(items) => items.iter().any(|item| noted((item.span.start as usize, false)) || self.holds_comments(item)),
            Value::Map(pairs) => {
                pairs.iter().any(|pair| noted((pair.key.span.start as usize, true)) || self.holds_comments(&pair.value))
            }
        }
    }

    fn scalar(&self, scalar: &Scalar, level: usize) -> String {
        if scalar.kind != ScalarKind::String || !suits_block(&scalar.text) {
            return on_one_line(scalar);
        }
        let indent = "  ".repeat(level);
        let mut out = "|||\n".to_owned();
        for line in scalar.text.lines() {
            if !line.is_empty() {
                out.push_str(&indent);
                out.push_str("  ");
                out.push_str(line);
            }
            out.push('\n');
        }
        out.push_str(&indent);
        out.push_str("|||");
        out
    }
}

/// Whether a text block holds the text: its first line says how far it is indented, and the last one ends.
fn suits_block(text: &str) -> bool {
    text.ends_with('\n')
        && text.len() > 1
        && !text.starts_with(char::is_whitespace)
        && !text.contains('\r')
        && text.lines().all(|line| line.trim_end().len() == line.len() && !line.trim_start().starts_with("|||"))
}

/// A comment of YAML as one of Jsonnet.
fn comment(note: &Note) -> String {
    let text = note.text.trim_start_matches('#');
    if text.is_empty() || text.starts_with([' ', '\t']) { format!("//{text}") } else { format!("// {text}") }
}

fn flat(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) => on_one_line(scalar),
        Value::Seq(items) => format!("[{}]", items.iter().map(flat).collect::<Vec<_>>().join(", ")),
        Value::Map(pairs) if pairs.is_empty() => "{}".to_owned(),
        Value::Map(pairs) => {
            let pairs: Vec<String> =
                pairs.iter().map(|pair| format!("{}: {}", field(&pair.key.text), flat(&pair.value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
    }
}

fn on_one_line(scalar: &Scalar) -> String {
    match scalar.kind {
        ScalarKind::Null => "null".to_owned(),
        ScalarKind::Bool | ScalarKind::Number => scalar.text.clone(),
        ScalarKind::String => string(&scalar.text),
    }
}

/// A text in single quotes, or in double ones where only single ones stand in it.
fn string(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)))
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// The words that are no names in Jsonnet.
const KEYWORDS: [&str; 18] = [
    "assert",
    "else",
    "error",
    "false",
    "for",
    "function",
    "if",
    "import",
    "importbin",
    "importstr",
    "in",
    "local",
    "null",
    "self",
    "super",
    "tailstrict",
    "then",
    "true",
];

/// The name of a field, in quotes where it is no identifier.
fn field(key: &str) -> String {
    let starts = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let identifier = starts && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if identifier && !KEYWORDS.contains(&key) { key.to_owned() } else { string(key) }
}
