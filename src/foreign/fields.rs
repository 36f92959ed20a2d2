//! Reads mappings whose fields another program decides about, and reports what that program would refuse.

use std::collections::BTreeMap;
use std::fmt;

use crate::diagnostic::{Diagnostic, RuleId};
use crate::load::suggest;
use crate::load::tree::{Key, Node, Pair, Value};
use crate::source::Span;
use crate::spec::decode::Text;
use crate::spec::quantity::Duration;

/// Reads values and collects what is wrong with them.
#[derive(Debug)]
pub(super) struct Reader {
    /// The rule that speaks.
    rule: RuleId,
    /// Everything that was found.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Reader {
    /// Reports under this rule.
    pub(super) fn new(rule: RuleId) -> Self {
        Self { rule, diagnostics: Vec::new() }
    }

    /// Reports an error.
    pub(super) fn error(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(self.rule, span, message).help(help));
    }

    /// Reports something that only some versions refuse.
    pub(super) fn warning(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::warning(self.rule, span, message).help(help));
    }

    /// Reports a second thing of a name, with the place of the first.
    pub(super) fn repeated(&mut self, span: Span, first: Span, message: impl Into<String>, help: &str) {
        self.diagnostics.push(Diagnostic::error(self.rule, span, message).label(first, "the first is here").help(help));
    }

    fn wrong_type(&mut self, node: &Node, what: impl fmt::Display, expected: &str) {
        let message = format!("{what} is {expected}, not {}", node.kind_name());
        self.diagnostics.push(Diagnostic::error(self.rule, node.span, message));
    }

    /// The entries of a mapping; null has none.
    pub(super) fn entries<'n>(&mut self, node: &'n Node, what: impl fmt::Display) -> Option<&'n [Pair]> {
        match &node.value {
            Value::Map(pairs) => Some(pairs),
            _ if node.is_null() => Some(&[]),
            _ => {
                self.wrong_type(node, what, "a mapping");
                None
            }
        }
    }

    /// The items of a list; null has none.
    pub(super) fn items<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match &node.value {
            Value::Seq(items) => items,
            _ if node.is_null() => &[],
            _ => {
                self.wrong_type(node, what, "a list");
                &[]
            }
        }
    }

    /// A text; every scalar is one. Null is none.
    pub(super) fn text(&mut self, node: &Node, what: impl fmt::Display) -> Option<Text> {
        if let Some(text) = text(node) {
            return Some(text);
        }
        if !node.is_null() {
            self.wrong_type(node, what, "text");
        }
        None
    }

    /// A length of time.
    pub(super) fn duration(&mut self, node: &Node, what: impl fmt::Display + Copy) -> Option<Duration> {
        let text = self.text(node, what)?;
        let duration = Duration::parse(text.as_str());
        if duration.is_none() {
            let message = format!("{what} is a length of time, and `{}` is none", text.value);
            let help = if text.value.parse::<f64>().is_ok() {
                format!("write the unit: `{0}s` or `{0}m`", text.value)
            } else {
                "write whole numbers with ms, s, m, h, d, w or y, the largest first: 30s, 1h30m".to_owned()
            };
            self.error(text.span, message, help);
        }
        duration
    }

    /// A whole number that is not negative.
    pub(super) fn count(&mut self, node: &Node, what: &str) -> Option<u64> {
        let text = self.text(node, what)?;
        let count = text.value.parse().ok();
        if count.is_none() {
            self.error(text.span, format!("{what} is a whole number, and `{}` is none", text.value), "write 0 for no limit");
        }
        count
    }

    /// A mapping from names to texts, such as labels. What is null is empty.
    pub(super) fn texts(&mut self, node: &Node, what: &str) -> Vec<(Key, Text)> {
        let Some(pairs) = self.entries(node, what) else { return Vec::new() };
        let mut all = Vec::with_capacity(pairs.len());
        for Pair { key, value } in pairs {
            let text = if value.is_null() {
                Some(Text { value: String::new(), span: value.span, style: value.style })
            } else {
                self.text(value, format_args!("the value of `{}`", key.text))
            };
            if let Some(text) = text {
                all.push((key.clone(), text));
            }
        }
        all
    }

    /// Labels by name: the names are checked as the server checks them.
    pub(super) fn labels(&mut self, node: &Node, what: &str) -> BTreeMap<String, Text> {
        let mut labels = BTreeMap::new();
        for (key, text) in self.texts(node, what) {
            self.label_name(&key.text, key.span);
            labels.insert(key.text, text);
        }
        labels
    }

    /// Checks the name of a label.
    pub(super) fn label_name(&mut self, name: &str, span: Span) {
        if name.is_empty() || name == "__name__" {
            self.error(span, format!("`{name}` cannot be set as a label"), "give the label another name");
        } else if !is_plain_name(name, false) {
            let help = "use letters, digits and underscores";
            self.warning(span, format!("servers before version 3 refuse the label name `{name}`"), help);
        }
    }

    /// Reports the fields that are not among the known ones. `elsewhere` says of a field which other program knows it.
    pub(super) fn known(&mut self, pairs: &[Pair], what: &str, known: &[&str], elsewhere: impl Fn(&str) -> Option<&'static str>) {
        for Pair { key, .. } in pairs {
            if known.contains(&key.text.as_str()) {
                continue;
            }
            let near = suggest::nearest(&key.text, known.iter().copied());
            let help = match elsewhere(&key.text) {
                Some(program) => format!("{program} knows it, Prometheus does not: take it out"),
                None => suggest::did_you_mean(&near).unwrap_or_else(|| format!("the fields are {}", known.join(", "))),
            };
            self.error(key.span, format!("{what} has no field `{}`", key.text), help);
        }
    }
}

/// The entry of a mapping, unless it is null.
pub(super) fn get<'n>(pairs: &'n [Pair], name: &str) -> Option<&'n Node> {
    pairs.iter().find(|pair| pair.key.text == name).map(|pair| &pair.value).filter(|node| !node.is_null())
}

/// The entries of a mapping; nothing for anything else.
pub(super) fn pairs(node: &Node) -> &[Pair] {
    match &node.value {
        Value::Map(pairs) => pairs,
        _ => &[],
    }
}

/// The items of a list; nothing for anything else.
pub(super) fn items(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.value) {
        Some(Value::Seq(items)) => items,
        _ => &[],
    }
}

/// A scalar other than null, as text.
pub(super) fn text(node: &Node) -> Option<Text> {
    node.as_text().map(|text| Text { value: text.to_owned(), span: node.span, style: node.style })
}

/// Whether every server takes the name: letters, digits and underscores, for metrics colons too, and no digit first.
pub(super) fn is_plain_name(name: &str, colons: bool) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || (colons && byte == b':');
    name.bytes().all(fits) && !name.bytes().next().is_none_or(|byte| byte.is_ascii_digit())
}

/// The value of a key, taken out of a mapping.
pub(super) fn take(node: Node, key: &str) -> Option<Node> {
    match node.value {
        Value::Map(pairs) => pairs.into_iter().find(|pair| pair.key.text == key).map(|pair| pair.value),
        _ => None,
    }
}

/// The items of a list, taken out of it; nothing for anything else.
pub(super) fn into_items(node: Node) -> Vec<Node> {
    match node.value {
        Value::Seq(items) => items,
        _ => Vec::new(),
    }
}
