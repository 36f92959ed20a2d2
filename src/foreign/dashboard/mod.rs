//! Dashboards as Grafana exports them: every schema that is still about, panels in rows, rows in panels.
//!
//! Only what asks a Prometheus is read. Where the data source of a panel cannot be told from the file, an expression counts when it is PromQL.

mod panel;
mod source;
mod variable;

use serde_json::Value as Json;

use super::fields::{Reader, get, items, pairs, text};
use super::rule;
use crate::diagnostic::Diagnostic;
use crate::load::tree::{Node, Pair};
use crate::model::expr::Expr;
use crate::model::item::{Item, ItemKind};
use crate::promql::catalog::{Catalog, Name};
use crate::promql::infer::{Context, Purpose, VariableValues};
use crate::promql::{self, Dialect};
use crate::resolve::compose::Draft;
use crate::source::{Sources, Span};
use crate::spec::decode::{Text, to_json};
use source::{DataSource, DataSources};

/// A dashboard.
#[derive(Debug)]
pub struct Dashboard {
    /// Its name.
    pub item: Item,
    /// Its uid, or else the name of its file, since Grafana gives it one of its own.
    pub uid: String,
    /// Where the uid is written, or else the title.
    pub uid_span: Span,
    /// What people see as its name.
    pub title: Text,
    /// Its variables.
    pub variables: Vec<Variable>,
    /// Its rows, from the top.
    pub rows: Vec<Row>,
    /// Other texts in which variables may be used.
    pub texts: Vec<Text>,
    /// Other parts of it.
    pub raw: Vec<(Json, Span)>,
}

/// A variable.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub name: Text,
    /// The selector, or the expression, that its values come from.
    pub selector: Option<Expr>,
    /// Texts in which it uses other variables.
    pub texts: Vec<Text>,
    /// All of it.
    pub span: Span,
    values: Option<Vec<Name>>,
}

/// A row.
#[derive(Debug, Default)]
pub struct Row {
    /// What people see.
    pub title: Option<Text>,
    /// The variable for each of whose values there is one.
    pub repeat: Option<Text>,
    /// Its panels.
    pub panels: Vec<Panel>,
}

/// A panel.
#[derive(Debug)]
pub struct Panel {
    /// Its name in the dashboard.
    pub id: String,
    /// What people see above it.
    pub title: Option<Text>,
    /// Where its kind, or else its beginning, is written.
    pub head: Span,
    /// All of it.
    pub span: Span,
    /// Whether it shows words.
    pub is_text: bool,
    /// The variable for each of whose values there is one.
    pub repeat: Option<Text>,
    /// The unit as written.
    pub unit: Option<Text>,
    /// The greatest value of its axis.
    pub max: Option<f64>,
    /// Its expressions.
    pub targets: Vec<Target>,
    /// Other texts in which variables may be used.
    pub texts: Vec<Text>,
    /// Other parts of it.
    pub raw: Vec<(Json, Span)>,
}

/// An expression of a panel.
#[derive(Debug)]
pub struct Target {
    /// Its letter.
    pub ref_id: String,
    /// The expression.
    pub expr: Expr,
    /// The legend as written.
    pub legend: Option<Text>,
    /// Computed but not shown.
    pub hidden: bool,
    /// The value at one time rather than over a range of time.
    pub instant: Option<bool>,
}

/// What reading a dashboard needs.
pub struct Input<'a> {
    /// What exists.
    pub catalog: &'a dyn Catalog,
    /// All texts.
    pub sources: &'a Sources,
    /// Seconds between two evaluations, when it is known.
    pub evaluation_interval: Option<f64>,
}

/// Reads a dashboard and infers its expressions.
pub fn read(root: &Node, input: &Input<'_>, diagnostics: &mut Vec<Diagnostic>) -> Dashboard {
    let fields = pairs(root);
    let variables = items(get(fields, "templating").and_then(|templating| templating.get("list")));
    let mut reading = Reading {
        input,
        sources: DataSources::of(fields, variables),
        context: Context { purpose: Purpose::Panel, evaluation_interval: input.evaluation_interval, ..Context::default() },
        reader: Reader::new(rule::INVALID_DASHBOARD),
        found: Vec::new(),
    };
    let dashboard = reading.dashboard(root, fields, variables);
    diagnostics.append(&mut reading.reader.diagnostics);
    diagnostics.append(&mut reading.found);
    dashboard
}

struct Reading<'a> {
    input: &'a Input<'a>,
    sources: DataSources,
    context: Context,
    reader: Reader,
    found: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn dashboard(&mut self, root: &Node, fields: &[Pair], variables: &[Node]) -> Dashboard {
        let start = Span { end: root.span.start.saturating_add(1).min(root.span.end), ..root.span };
        let file = || self.input.sources.get(root.span.source).name.clone();
        let title = get(fields, "title").and_then(text).filter(|title| !title.value.is_empty());
        let title = title.unwrap_or_else(|| Text::synthetic(file(), start));
        let uid = get(fields, "uid").and_then(text).filter(|uid| !uid.value.is_empty());
        let (uid, uid_span) = match uid {
            Some(uid) => (uid.value, uid.span),
            None => (file(), title.span),
        };
        let mut variables = self.variables(variables);
        variables.extend(items(get(fields, "__inputs")).iter().filter_map(variable::input));
        for variable in &variables {
            let values = variable.values.clone().map_or(VariableValues::Unknown, VariableValues::Closed);
            self.context.variables.push((Name::from(variable.name.as_str()), values));
        }
        let rows = self.rows(fields);
        let mut texts: Vec<Text> = vec![title.clone()];
        texts.extend(get(fields, "description").and_then(text));
        for link in items(get(fields, "links")) {
            texts.extend(["title", "url"].iter().filter_map(|field| link.get(field).and_then(text)));
        }
        let raw = raw(fields, &["panels", "rows", "templating", "__inputs", "__requires"]);
        let item = Item::new(ItemKind::Dashboard, title.value.clone(), title.span);
        Dashboard { item, uid, uid_span, title, variables, rows, texts, raw }
    }

    /// An expression; `None` when it is not one for a Prometheus.
    fn expr(&mut self, written: &Text, range: std::ops::Range<usize>, source: DataSource) -> Option<Expr> {
        let inner = written.value.get(range.clone())?;
        if source == DataSource::Other || inner.trim().is_empty() {
            return None;
        }
        // Other languages look much like this one: where the data source is not known, only what is whole counts.
        if source == DataSource::Unknown && !promql::parse(inner, Dialect::Grafana).errors.is_empty() {
            return None;
        }
        let draft = Draft::parse_part(written, range, Dialect::Grafana, self.input.sources, &mut self.found);
        Some(draft.finish(self.input.catalog, &self.context))
    }
}

/// The fields of a mapping but for some, each as a mapping of its own with the place of its value.
fn raw(fields: &[Pair], except: &[&str]) -> Vec<(Json, Span)> {
    let kept = fields.iter().filter(|pair| !except.contains(&pair.key.text.as_str()));
    kept.map(|pair| (Json::Object([(pair.key.text.clone(), to_json(&pair.value))].into_iter().collect()), pair.value.span))
        .collect()
}

/// Whether a field is `true`.
fn flag(pairs: &[Pair], name: &str) -> bool {
    get(pairs, name).and_then(Node::as_text) == Some("true")
}

#[cfg(test)]
mod tests;
