//! Dashboards: every target's expression in its final form.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::load::suggest;
use crate::model::dashboard::{Dashboard, Panel, Row, Target, ValuesOf, Variable};
use crate::model::item::{Item, ItemKind};
use crate::promql::catalog::{Catalog, Name, Presence, Status as SeriesStatus};
use crate::promql::infer::Context;
use crate::promql::{Dialect, Expr as Ast};
use crate::resolve::compose::{Draft, Window, set_params};
use crate::resolve::queries::{Queries, narrow_all};
use crate::resolve::stack::Settings;
use crate::source::Sources;
use crate::spec::Spec;
use crate::spec::dashboard as spec;
use crate::spec::decode::{Entry, Text};

/// What making the dashboards needs.
pub struct Input<'a> {
    /// The spec.
    pub spec: &'a Spec,
    /// Its queries.
    pub queries: &'a Queries<'a>,
    /// What exists.
    pub catalog: &'a dyn Catalog,
    /// What the expressions are for.
    pub context: &'a Context,
    /// The stack's settings.
    pub settings: &'a Settings,
    /// All texts.
    pub sources: &'a Sources,
}

/// The window of a panel that does not say one.
const DEFAULT_WINDOW: &str = "__rate_interval";

/// All dashboards in the order of their keys.
pub fn resolve(input: &Input<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Dashboard> {
    let dashboards = input.spec.dashboards.iter();
    dashboards.map(|(key, entry)| dashboard(input, key, entry, diagnostics)).collect()
}

fn dashboard(input: &Input<'_>, key: &str, entry: &Entry<spec::Dashboard>, diagnostics: &mut Vec<Diagnostic>) -> Dashboard {
    let written = &entry.value;
    let several: BTreeSet<&str> = written
        .variables
        .0
        .iter()
        .filter(|(_, variable)| variable.multi || variable.include_all.unwrap_or(false))
        .map(|(name, _)| name.as_str())
        .collect();
    let variables = written.variables.0.iter().map(|(name, spec)| variable(input, name, spec, &several, diagnostics)).collect();
    let mut ids = BTreeSet::new();
    let rows = written
        .rows
        .iter()
        .map(|row| Row {
            title: row.title.clone(),
            collapsed: row.collapsed,
            repeat: row.repeat.clone(),
            panels: row.panels.iter().map(|panel| self::panel(input, panel, &several, &mut ids, diagnostics)).collect(),
        })
        .collect();
    Dashboard {
        key: key.to_owned(),
        item: Item::new(ItemKind::Dashboard, key, entry.key),
        uid: written.uid.as_ref().map_or_else(|| format!("{}-{key}", input.settings.name), |uid| uid.value.clone()),
        spec: written.clone(),
        variables,
        rows,
    }
}

fn variable(
    input: &Input<'_>,
    name: &Text,
    spec: &spec::Variable,
    several: &BTreeSet<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Variable {
    let values_of = spec.values_of.as_ref().and_then(|text| values_of(input, text, spec, several, diagnostics));
    Variable { name: name.clone(), spec: spec.clone(), values_of }
}

/// `metric.label`: the metric must exist and have the label.
fn values_of(
    input: &Input<'_>,
    text: &Text,
    spec: &spec::Variable,
    several: &BTreeSet<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<ValuesOf> {
    let Some((metric, label)) = text.as_str().rsplit_once('.') else {
        diagnostics.push(
            Diagnostic::error("spec/invalid-value", text.span, format!("`{}` names no label of a metric", text.value))
                .help("write `metric.label`, for example `up.job`"),
        );
        return None;
    };
    // A histogram or a summary is known by its series: any of them has the labels.
    let series = [metric.to_owned(), format!("{metric}_count"), format!("{metric}_bucket")];
    let known = series.iter().find(|name| !input.catalog.variants(name).is_empty()).unwrap_or(&series[0]);
    let metric_text = Text { value: known.clone(), span: text.span, style: text.style };
    let ast = Ast::metric(known.clone(), Vec::new());
    let mut draft = Draft::of_tree(ast, &metric_text);
    narrow_all(&mut draft, &spec.where_, several, input.catalog, diagnostics);
    let variants = input.catalog.variants(known);
    let has = variants
        .iter()
        .any(|variant| variant.open_labels || variant.label(label).is_some_and(|domain| domain.presence != Presence::Absent));
    if !variants.is_empty() && !has {
        let labels: Vec<&str> = variants.iter().flat_map(|variant| variant.labels.iter().map(|(name, _)| &**name)).collect();
        let near = suggest::nearest(label, labels.iter().copied());
        let help = suggest::did_you_mean(&near).unwrap_or_else(|| format!("its labels are {}", sorted(&labels).join(", ")));
        diagnostics.push(
            Diagnostic::error("promql/unknown-label", text.span, format!("`{label}` is not a label of `{metric}`")).help(help),
        );
    }
    Some(ValuesOf { selector: draft.finish(input.catalog, input.context), label: label.to_owned() })
}

fn sorted<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let all: BTreeSet<&str> = names.iter().copied().collect();
    all.into_iter().collect()
}

fn panel(
    input: &Input<'_>,
    written: &Arc<spec::Panel>,
    several: &BTreeSet<&str>,
    ids: &mut BTreeSet<String>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Panel {
    let wanted = match (&written.id, &written.title) {
        (Some(id), _) => id.value.clone(),
        (None, Some(title)) => slug(title.as_str()),
        (None, None) => written.kind.value.word().to_owned(),
    };
    if let (Some(id), true) = (&written.id, ids.contains(&wanted)) {
        diagnostics.push(
            Diagnostic::error("spec/duplicate-name", id.span, format!("two panels of this dashboard have the id `{wanted}`"))
                .help("give one of them another id"),
        );
    }
    let id = (1..)
        .map(|n| if n == 1 { wanted.clone() } else { format!("{wanted}-{n}") })
        .find(|id| !ids.contains(id))
        .unwrap_or(wanted);
    ids.insert(id.clone());
    let mut targets = Vec::new();
    if !written.targets.is_empty() {
        for (index, target) in written.targets.iter().enumerate() {
            targets.extend(self::target(input, &id, written, target.clone(), index, several, diagnostics));
        }
        for (field, text) in [("expr", &written.expr), ("query", &written.query)] {
            if let Some(text) = text {
                diagnostics.push(
                    Diagnostic::error(
                        "spec/invalid-value",
                        text.span,
                        format!("the panel `{id}` has both `{field}` and `targets`"),
                    )
                    .help("move it into `targets`"),
                );
            }
        }
    } else if written.expr.is_some() || written.query.is_some() || written.kind.value != spec::PanelKind::Text {
        let only = spec::Target {
            span: written.span,
            id: None,
            expr: written.expr.clone(),
            query: written.query.clone(),
            where_: written.where_.clone(),
            with: written.with.clone(),
            window: written.window.clone(),
            legend: written.legend.clone(),
            axis: None,
            unit: None,
            instant: written.instant,
            hidden: false,
        };
        targets.extend(self::target(input, &id, written, only, 0, several, diagnostics));
    }
    let planned = planned(&targets);
    Panel { id, spec: Arc::clone(written), targets, planned }
}

fn target(
    input: &Input<'_>,
    panel: &str,
    written: &spec::Panel,
    target: spec::Target,
    index: usize,
    several: &BTreeSet<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Target> {
    let what = format!("the panel `{panel}`");
    let span = if target.span == written.span { written.kind.span } else { target.span };
    let source = input.queries.source(
        target.expr.as_ref(),
        target.query.as_ref(),
        &what,
        span,
        Dialect::Grafana,
        input.sources,
        diagnostics,
    )?;
    let query = source.query.map(str::to_owned);
    let window = match target.window.as_ref().or(written.window.as_ref()) {
        None => Window::Variable(DEFAULT_WINDOW.to_owned()),
        Some(text) => match Window::parse(text.as_str()) {
            Some(window) => window,
            None => {
                diagnostics.push(
                    Diagnostic::error("spec/invalid-value", text.span, format!("`{}` is not a window", text.value))
                        .help("write a duration such as 5m, or a variable such as $__rate_interval"),
                );
                return None;
            }
        },
    };
    let where_ = if target.where_.is_empty() { &written.where_ } else { &target.where_ };
    let with = if target.with.is_empty() { &written.with } else { &target.with };
    let mut draft = match (&query, &window) {
        (Some(name), Window::Fixed(fixed)) if where_.is_empty() && with.is_empty() => {
            recorded(input, name, *fixed).unwrap_or(source.draft)
        }
        _ => source.draft,
    };
    draft.set_window(&window);
    set_params(&mut draft, source.params, with, Dialect::Grafana, input.sources, diagnostics);
    narrow_all(&mut draft, where_, several, input.catalog, diagnostics);
    // Alerts on the query compare the same values where `where` only leaves series out.
    let query = query.filter(|_| where_.is_empty() || draft.keeps(where_.names(), input.catalog, input.context));
    let expr = draft.finish(input.catalog, input.context);
    let ref_id = target.id.as_ref().map_or_else(|| letter(index), |id| id.value.clone());
    Some(Target { ref_id, expr, spec: target, query })
}

/// The recorded series of a query in place of the query, when there is one with just this window.
fn recorded(input: &Input<'_>, query: &str, window: crate::spec::quantity::Duration) -> Option<Draft> {
    let record = input.spec.queries.get(query)?.record.as_ref()?;
    record.windows.iter().find(|recorded| recorded.value == window)?;
    let name = Text { value: format!("{}{window}", record.name.value), ..record.name.clone() };
    Some(Draft::of_tree(Ast::metric(name.value.clone(), Vec::new()), &name))
}

fn planned(targets: &[Target]) -> Vec<Name> {
    let mut names: Vec<Name> = targets
        .iter()
        .flat_map(|target| target.expr.inference.metrics.iter())
        .filter(|metric| {
            !metric.variants.is_empty()
                && metric.variants.iter().all(|variant| matches!(variant.status, SeriesStatus::Planned(_)))
        })
        .map(|metric| metric.name.clone())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A, B, ..., Z, AA, AB, ...
fn letter(index: usize) -> String {
    let own = char::from(b'A' + u8::try_from(index % 26).unwrap_or(0));
    if index < 26 { own.to_string() } else { format!("{}{own}", letter(index / 26 - 1)) }
}

/// "Error ratio, by job" as `error-ratio-by-job`.
pub fn slug(title: &str) -> String {
    let mut words = String::new();
    for c in title.chars() {
        if c.is_ascii_alphanumeric() {
            words.push(c.to_ascii_lowercase());
        } else if !words.ends_with('-') && !words.is_empty() {
            words.push('-');
        }
    }
    let trimmed = words.trim_end_matches('-');
    if trimmed.is_empty() { "panel".to_owned() } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_slugs() {
        assert_eq!([letter(0), letter(25), letter(26), letter(27)], ["A", "Z", "AA", "AB"]);
        assert_eq!(slug("Error ratio, by job (5m)"), "error-ratio-by-job-5m");
        assert_eq!(slug("€"), "panel");
    }
}
