//! Findings in what a Jsonnet file evaluates to: which field of it they are about.

use std::collections::BTreeMap;

use super::json;
use super::tree::{Node, Pair, Value};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, SourceKind, Sources, Span};

/// Says of each finding in generated data in which field it lies, unless that is said already. Nothing is mended there: it would have to be
/// mended in what generates it.
pub fn locate(sources: &Sources, diagnostics: &mut [Diagnostic]) {
    let mut trees = Trees { sources, roots: BTreeMap::new() };
    for diagnostic in diagnostics {
        for label in &mut diagnostic.labels {
            let field = trees
                .field(label.span)
                .filter(|field| Some(label.span) != diagnostic.span && !label.message.ends_with(&format!("({field})")));
            if let Some(field) = field {
                label.message = format!("{} ({field})", label.message);
            }
        }
        let Some(span) = diagnostic.span else { continue };
        if let Some(field) = trees.field(span).filter(|field| !diagnostic.labels.iter().any(|label| label.message == *field)) {
            diagnostic.labels.insert(0, crate::diagnostic::Label { message: field, span });
        }
        let is_generated = |span: Span| sources.get(span.source).kind == SourceKind::Evaluated;
        if diagnostic.fix.as_ref().is_some_and(|fix| fix.edits.iter().any(|edit| is_generated(edit.span))) {
            diagnostic.fix = None;
        }
    }
}

/// The trees of generated texts, read again when there is something to say about them.
struct Trees<'s> {
    sources: &'s Sources,
    roots: BTreeMap<SourceId, Option<Node>>,
}

impl Trees<'_> {
    /// ``in `services.a.port` of what `x.jsonnet` evaluates to``
    fn field(&mut self, span: Span) -> Option<String> {
        let source = self.sources.get(span.source);
        if source.kind != SourceKind::Evaluated {
            return None;
        }
        let read = || json::parse(span.source, &source.text).documents.into_iter().next().map(|document| document.root);
        let root = self.roots.entry(span.source).or_insert_with(read).as_ref()?;
        let path = path(root, span);
        let name = source.name.rsplit('/').next().unwrap_or_default();
        Some(match path.is_empty() {
            true => format!("in what `{name}` evaluates to"),
            false => format!("in `{path}` of what `{name}` evaluates to"),
        })
    }
}

/// The path to the innermost value that holds a span.
fn path(root: &Node, span: Span) -> String {
    let holds = |outer: Span| outer.start <= span.start && span.end <= outer.end;
    let mut path = String::new();
    let mut node = root;
    loop {
        let inner = match &node.value {
            Value::Scalar(_) => None,
            Value::Seq(items) => {
                let index = items.partition_point(|item| item.span.end <= span.start);
                items.get(index).filter(|item| holds(item.span)).map(|item| (format!("[{index}]"), item))
            }
            Value::Map(pairs) => {
                let index = pairs.partition_point(|pair| pair.value.span.end <= span.start);
                let found = pairs.get(index).filter(|pair| holds(pair.key.span.to(pair.value.span)));
                found.map(|Pair { key, value }| (step(&key.text, path.is_empty()), value))
            }
        };
        let Some((step, value)) = inner else { return path };
        path.push_str(&step);
        if !holds(value.span) {
            return path;
        }
        node = value;
    }
}

fn step(key: &str, is_first: bool) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    match (plain, is_first) {
        (true, true) => key.to_owned(),
        (true, false) => format!(".{key}"),
        (false, _) => format!("[{key:?}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Applicability, Edit};

    #[test]
    fn a_place_has_a_path() {
        let text =
            "{\n    \"services\": {\n        \"cost agent\": {\"port\": [1, {\"a\": \"x y\"}]},\n        \"b\": 2\n    }\n}\n";
        let mut sources = Sources::default();
        let id = sources.add("specs/a.jsonnet", text, SourceKind::Evaluated);
        let say = |part: &str| {
            let start = text.find(part).unwrap();
            let span = Span::new(id, start, start + part.len());
            let mut found = vec![
                Diagnostic::error("a/b", span, "x")
                    .label(Span::new(id, 0, 0), "other")
                    .fix(Applicability::Safe, vec![Edit { span, text: String::new() }]),
            ];
            locate(&sources, &mut found);
            assert_eq!(found[0].fix, None);
            let once = found.clone();
            locate(&sources, &mut found);
            assert_eq!(found, once);
            assert_eq!(found[0].labels[1].message, "other (in what `a.jsonnet` evaluates to)");
            found[0].labels[0].message.clone()
        };
        assert_eq!(say("x y"), "in `services[\"cost agent\"].port[1].a` of what `a.jsonnet` evaluates to");
        assert_eq!(say("1"), "in `services[\"cost agent\"].port[0]` of what `a.jsonnet` evaluates to");
        assert_eq!(say("\"b\""), "in `services.b` of what `a.jsonnet` evaluates to");
        assert_eq!(say("services"), "in `services` of what `a.jsonnet` evaluates to");
        assert_eq!(say("\n}"), "in what `a.jsonnet` evaluates to");
    }

    #[test]
    fn files_are_left_alone() {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", "{\"a\": 1}", SourceKind::File);
        let mut found = vec![Diagnostic::error("a/b", Span::new(id, 1, 3), "x")];
        let before = found.clone();
        locate(&sources, &mut found);
        assert_eq!(found, before);
    }
}
