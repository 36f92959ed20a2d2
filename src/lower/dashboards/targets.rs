//! The queries of a panel: legends, forms, units.

use crate::model::dashboard::{Panel, Target as Query};
use crate::model::expr::Expr;
use crate::plan::grafana::panel::{Format, Target};
use crate::promql::catalog::Presence;
use crate::promql::infer::Facts;
use crate::promql::{Expr as Ast, ExprKind};
use crate::spec::dashboard::PanelKind;

/// A legend names at most so many labels; more are not read by anybody.
const MOST_LABELS: usize = 4;

/// The legend by which Grafana shows the labels that differ.
const AUTOMATIC: &str = "__auto";

/// What is known of an expression's result.
pub(super) fn facts(expr: &Expr) -> Option<&Facts> {
    expr.inference.nodes.last().map(|node| &node.facts)
}

/// Whether panels of this kind show the values of one moment unless they say otherwise.
fn is_instant(kind: PanelKind) -> bool {
    matches!(kind, PanelKind::Stat | PanelKind::Gauge | PanelKind::Bargauge | PanelKind::Piechart | PanelKind::Table)
}

pub(super) fn lower(panel: &Panel) -> Vec<Target> {
    let kind = panel.spec.kind.value;
    let several = panel.targets.len() > 1;
    let make = |query: &Query| {
        let instant = query.spec.instant.or(panel.spec.instant).unwrap_or_else(|| is_instant(kind));
        Target {
            ref_id: query.ref_id.clone(),
            expr: query.expr.text.clone(),
            legend: legend(panel, query, several),
            instant,
            format: match kind {
                PanelKind::Table => Format::Table,
                PanelKind::Heatmap => Format::Heatmap,
                _ => Format::TimeSeries,
            },
            hidden: query.spec.hidden,
        }
    };
    panel.targets.iter().map(make).collect()
}

/// How the series of a query are called: as written, by the labels that tell them apart, or by what the panel shows.
fn legend(panel: &Panel, query: &Query, several: bool) -> String {
    if let Some(written) = query.spec.legend.as_ref().or(panel.spec.legend.as_ref().filter(|_| !several)) {
        return written.value.clone();
    }
    if panel.spec.kind.value == PanelKind::Heatmap {
        return "{{le}}".to_owned();
    }
    let Some(facts) = facts(&query.expr) else { return AUTOMATIC.to_owned() };
    let labels = telling_labels(facts, &query.expr.ast);
    if labels.len() > MOST_LABELS {
        return AUTOMATIC.to_owned();
    }
    let labels: Vec<String> = labels.iter().map(|label| format!("{{{{{label}}}}}")).collect();
    // Several queries with the same labels are told apart by what they are.
    let name = several.then(|| name(query)).flatten();
    match (labels.is_empty(), name) {
        (false, Some(name)) => format!("{} {name}", labels.join(" ")),
        (false, None) => labels.join(" "),
        (true, Some(name)) => name,
        (true, None) if facts.labels.others() == Presence::Perhaps => AUTOMATIC.to_owned(),
        (true, None) if several => query.ref_id.clone(),
        (true, None) => panel.spec.title.as_ref().map_or_else(|| query.ref_id.clone(), |title| title.value.clone()),
    }
}

/// The labels by which the series of a result differ: in the order in which the query groups by them, then the target's, then by name.
fn telling_labels<'f>(facts: &'f Facts, ast: &Ast) -> Vec<&'f str> {
    let remaining = facts.labels.iter().filter(|label| label.presence != Presence::Absent && &*label.name != "__name__");
    let differing: Vec<&str> = remaining.filter(|label| !label.is_fixed()).map(|label| &*label.name).collect();
    let telling: Vec<&str> = match facts.labels.unique() {
        Some(unique) => differing.iter().copied().filter(|name| unique.iter().any(|own| **own == **name)).collect(),
        None => differing.clone(),
    };
    let mut labels = if telling.is_empty() { differing } else { telling };
    let grouped = grouped(ast);
    let rank = |name: &str| match (grouped.iter().position(|label| label == name), name) {
        (Some(position), _) => (0, position),
        (None, "job") => (1, 0),
        (None, "instance") => (1, 1),
        (None, _) => (2, 0),
    };
    labels.sort_by(|a, b| (rank(a), a).cmp(&(rank(b), b)));
    labels
}

/// The labels of the outermost `by`, as written.
fn grouped(ast: &Ast) -> Vec<String> {
    let mut found: Option<Vec<String>> = None;
    ast.visit(&mut |node| {
        if let (None, ExprKind::Aggregate(aggregate)) = (&found, &node.kind) {
            let by = aggregate.grouping.as_ref().filter(|grouping| !grouping.without);
            found = by.map(|grouping| grouping.labels.iter().map(|label| label.name.to_string()).collect());
        }
    });
    found.unwrap_or_default()
}

/// What a query is called where several are shown: the query of the spec, or the only metric that it reads.
pub(super) fn name(query: &Query) -> Option<String> {
    let words = |name: &str| name.replace(['_', ':'], " ");
    if let Some(named) = &query.spec.query {
        return Some(words(named.as_str()));
    }
    let mut metrics = query.expr.inference.metrics.iter().map(|metric| &*metric.name);
    let first = metrics.next()?;
    metrics.all(|other| other == first).then(|| {
        let stem = ["_total", "_bucket", "_count", "_sum"].iter().find_map(|end| first.strip_suffix(end));
        words(stem.unwrap_or(first))
    })
}
