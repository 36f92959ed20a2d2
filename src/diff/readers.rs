//! Who reads which series in the new spec, whether it exists there or not.

use std::collections::BTreeMap;

use super::change::Broken;
use super::{Place, Side};
use crate::model::expr::Expr;
use crate::promql::{Expr as Ast, ExprKind, Label, VectorSelector};

/// An expression with what it is for.
pub(super) struct Reader<'a> {
    noun: &'static str,
    name: String,
    expr: &'a Expr,
}

/// All expressions by the series that they read.
pub(super) struct Readers<'a> {
    side: &'a Side<'a>,
    all: Vec<Reader<'a>>,
    /// Positions of readers, and of the use among the reader's metrics.
    by_series: BTreeMap<&'a str, Vec<(usize, usize)>>,
}

impl<'a> Readers<'a> {
    pub(super) fn of(side: &'a Side<'a>) -> Self {
        let mut all = Vec::new();
        let model = side.model;
        for rule in &model.alerts {
            all.push(Reader { noun: "alert", name: rule.name.clone(), expr: &rule.expr });
        }
        for record in &model.records {
            all.push(Reader { noun: "recording rule", name: record.name.clone(), expr: &record.expr });
        }
        for dashboard in &model.dashboards {
            for variable in &dashboard.variables {
                if let Some(values) = &variable.values_of {
                    let name = format!("{} ${}", dashboard.key, variable.name.value);
                    all.push(Reader { noun: "variable", name, expr: &values.selector });
                }
            }
            for panel in dashboard.rows.iter().flat_map(|row| &row.panels) {
                for target in &panel.targets {
                    let name = format!("{}/{}", dashboard.key, panel.id);
                    all.push(Reader { noun: "panel", name, expr: &target.expr });
                }
            }
        }
        let mut by_series: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
        for (position, reader) in all.iter().enumerate() {
            for (number, metric) in reader.expr.inference.metrics.iter().enumerate() {
                by_series.entry(&metric.name).or_default().push((position, number));
            }
        }
        Self { side, all, by_series }
    }

    /// What reads one of these series.
    pub(super) fn reading<'s>(&self, series: impl IntoIterator<Item = &'s str>) -> Vec<Broken> {
        self.find(series, |_| true)
    }

    /// What reads one of these series and names the label.
    pub(super) fn naming(&self, series: &[&str], label: &str) -> Vec<Broken> {
        self.find(series.iter().copied(), |expr| names_label(&expr.ast, series, label))
    }

    fn find<'s>(&self, series: impl IntoIterator<Item = &'s str>, wanted: impl Fn(&Expr) -> bool) -> Vec<Broken> {
        let mut found: BTreeMap<(&'static str, &str), Option<Place>> = BTreeMap::new();
        for name in series {
            for (position, number) in self.by_series.get(name).into_iter().flatten() {
                let Some(reader) = self.all.get(*position) else { continue };
                if found.contains_key(&(reader.noun, reader.name.as_str())) || !wanted(reader.expr) {
                    continue;
                }
                let span = reader.expr.inference.metrics.get(*number).map(|metric| metric.span);
                let place = span.and_then(|span| reader.expr.place(span, self.side.sources)).or_else(|| reader.expr.origin());
                found.insert((reader.noun, &reader.name), place.map(|span| self.side.place(span)));
            }
        }
        found.into_iter().map(|((noun, name), place)| Broken { noun, name: name.to_owned(), place }).collect()
    }
}

/// Whether an expression asks one of these series for a label, or groups or matches by it.
fn names_label(expr: &Ast, series: &[&str], label: &str) -> bool {
    let has = |labels: &[Label]| labels.iter().any(|named| named.name.as_plain() == Some(label));
    let of_selector = |selector: &VectorSelector| {
        selector.metric_name().is_none_or(|name| series.contains(&name))
            && selector.matchers.iter().any(|matcher| matcher.label.name.as_plain() == Some(label))
    };
    let mut found = false;
    expr.visit(&mut |node| {
        found |= match &node.kind {
            ExprKind::Selector(selector) => of_selector(selector),
            ExprKind::Matrix(matrix) => of_selector(&matrix.selector),
            ExprKind::Aggregate(aggregate) => aggregate.grouping.as_ref().is_some_and(|it| !it.without && has(&it.labels)),
            ExprKind::Binary(binary) => binary.matching.as_ref().is_some_and(|matching| {
                matching.on && has(&matching.labels) || matching.group.as_ref().is_some_and(|group| has(&group.include))
            }),
            _ => false,
        };
    });
    found
}
