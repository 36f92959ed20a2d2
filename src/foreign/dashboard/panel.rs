//! Rows and panels.

use std::collections::BTreeMap;

use super::super::fields::{get, items, pairs, text};
use super::source::DataSource;
use super::{Panel, Reading, Row, Target, flag, raw};
use crate::load::tree::{Node, Pair};
use crate::resolve::dashboards::slug;
use crate::source::Span;
use crate::spec::decode::Text;

/// Rows within rows are not taken deeper than this; Grafana knows one level.
const MOST_LEVELS: usize = 8;

impl Reading<'_> {
    /// The rows: `panels` with rows among them, or lists of panels in `rows`, as dashboards had them before.
    pub(super) fn rows(&mut self, fields: &[Pair]) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut ids = Ids::default();
        for row in items(get(fields, "rows")) {
            let own = pairs(row);
            let mut next = Row { title: title(own), repeat: repeat(own), panels: Vec::new() };
            next.panels.extend(items(get(own, "panels")).iter().filter_map(|panel| self.panel(panel, &mut ids)));
            rows.push(next);
        }
        rows.push(Row::default());
        self.list(items(get(fields, "panels")), &mut rows, &mut ids, 0);
        rows.retain(|row| row.title.is_some() || !row.panels.is_empty());
        rows
    }

    fn list(&mut self, panels: &[Node], rows: &mut Vec<Row>, ids: &mut Ids, level: usize) {
        for node in panels {
            let fields = pairs(node);
            if get(fields, "type").and_then(Node::as_text) == Some("row") {
                rows.push(Row { title: title(fields), repeat: repeat(fields), panels: Vec::new() });
                if level < MOST_LEVELS {
                    self.list(items(get(fields, "panels")), rows, ids, level + 1);
                }
                continue;
            }
            let panel = self.panel(node, ids);
            if let (Some(panel), Some(row)) = (panel, rows.last_mut()) {
                row.panels.push(panel);
            }
        }
    }

    fn panel(&mut self, node: &Node, ids: &mut Ids) -> Option<Panel> {
        let fields = pairs(node);
        // What a library panel shows stands elsewhere.
        if get(fields, "libraryPanel").is_some() && get(fields, "targets").is_none() {
            return None;
        }
        let kind = get(fields, "type").and_then(text);
        let title = title(fields);
        let around = self.sources.of_field(get(fields, "datasource"), DataSource::Unknown);
        let mut targets = Vec::new();
        let mut texts: Vec<Text> = title.iter().cloned().collect();
        texts.extend(["description", "content"].iter().filter_map(|field| get(fields, field).and_then(text)));
        texts.extend(node.get("options").and_then(|options| options.get("content")).and_then(text));
        for (index, target) in items(get(fields, "targets")).iter().enumerate() {
            let own = pairs(target);
            let source = self.sources.of_field(get(own, "datasource"), around);
            let legend = get(own, "legendFormat").and_then(text);
            if source != DataSource::Other {
                texts.extend(legend.clone());
            }
            let Some(written) = get(own, "expr").and_then(text) else { continue };
            let Some(expr) = self.expr(&written, 0..written.value.len(), source) else { continue };
            let ref_id = get(own, "refId").and_then(Node::as_text).map_or_else(|| (index + 1).to_string(), str::to_owned);
            let instant = match (flag(own, "instant"), flag(own, "range")) {
                (true, true) => None,
                (true, false) => Some(true),
                _ => get(own, "instant").map(|_| false),
            };
            let hidden = flag(own, "hide");
            targets.push(Target { ref_id, expr, legend: legend.filter(|text| !text.value.is_empty()), hidden, instant });
        }
        let defaults = node.get("fieldConfig").and_then(|config| config.get("defaults")).map(pairs).unwrap_or_default();
        let axis = items(get(fields, "yaxes")).first().map(pairs).unwrap_or_default();
        let unit = get(defaults, "unit").or_else(|| get(axis, "format")).or_else(|| get(fields, "format"));
        let max = get(defaults, "max").or_else(|| get(axis, "max"));
        let wanted =
            title.as_ref().map_or_else(|| kind.as_ref().map_or("panel", Text::as_str).to_owned(), |title| slug(title.as_str()));
        Some(Panel {
            id: ids.unique(wanted),
            head: kind.as_ref().map_or(Span { end: node.span.start.saturating_add(1), ..node.span }, |kind| kind.span),
            span: node.span,
            is_text: kind.as_ref().is_some_and(|kind| kind.value == "text"),
            repeat: repeat(fields),
            unit: unit.and_then(text).filter(|unit| !unit.value.is_empty()),
            max: max.and_then(Node::as_text).and_then(|max| max.parse().ok()),
            targets,
            texts,
            raw: raw(fields, &["panels"]),
            title,
        })
    }
}

fn title(fields: &[Pair]) -> Option<Text> {
    get(fields, "title").and_then(text).filter(|title| !title.value.is_empty())
}

fn repeat(fields: &[Pair]) -> Option<Text> {
    get(fields, "repeat").and_then(text).filter(|repeat| !repeat.value.is_empty())
}

/// Names of panels, each given once.
#[derive(Debug, Default)]
struct Ids(BTreeMap<String, usize>);

impl Ids {
    fn unique(&mut self, wanted: String) -> String {
        let mut number = self.0.get(&wanted).map_or(1, |last| last + 1);
        let numbered = |number: usize| if number == 1 { wanted.clone() } else { format!("{wanted}-{number}") };
        while self.0.contains_key(&numbered(number)) {
            number += 1;
        }
        let id = numbered(number);
        self.0.insert(wanted, number);
        self.0.entry(id.clone()).or_insert(1);
        id
    }
}
