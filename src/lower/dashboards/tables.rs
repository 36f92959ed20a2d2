//! Tables: which columns are there, in which order, and what they are called.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::load::suggest;
use crate::lower::dashboards::{targets, units};
use crate::model::dashboard::Panel;
use crate::plan::grafana::panel::{Overridden, Override, Target, Transformation};
use crate::promql::catalog::Presence;
use crate::spec::decode::Text;

/// The column of time, which tells nothing where values are of one moment.
const TIME: &str = "Time";

/// What happens to the results of a table, and which of its columns are shown otherwise.
pub(super) fn lower(
    panel: &Panel,
    targets: &[Target],
    unit: Option<&str>,
    units_of_targets: &[Option<String>],
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<Transformation>, Vec<Override>) {
    let several = targets.len() > 1;
    let value = |ref_id: &str| if several { format!("Value #{ref_id}") } else { "Value".to_owned() };
    let is_target = |name: &str| targets.iter().any(|target| target.ref_id == name);
    let field = |of: &str| if is_target(of) { value(of) } else { of.to_owned() };
    let named = panel.spec.columns.iter().map(|column| &column.of).chain(&panel.spec.join);
    for label in named.filter(|name| !is_target(name.as_str())) {
        check_label(panel, label, diagnostics);
    }
    let mut all = Vec::new();
    match &panel.spec.join {
        Some(label) if several => all.push(Transformation::Join(label.value.clone())),
        _ if several => all.push(Transformation::Merge),
        _ => {}
    }
    let mut rename = Vec::new();
    let mut overrides = Vec::new();
    let columns = &panel.spec.columns;
    let mut titles: Vec<(String, String)> = Vec::new();
    if columns.is_empty() {
        for (target, query) in targets.iter().zip(&panel.targets) {
            let literal = !target.legend.contains("{{") && target.legend != "__auto";
            let title = match &query.spec.legend {
                Some(_) if literal => Some(target.legend.clone()),
                _ if several => targets::name(query),
                _ => None,
            };
            if let Some(title) = title {
                rename.push((value(&target.ref_id), title.clone()));
                titles.push((target.ref_id.clone(), title));
            }
        }
        all.push(Transformation::Organize { hide: hidden(panel, targets.len()), order: Vec::new(), rename });
    } else {
        let shown: Vec<_> = columns.iter().filter(|column| !column.hidden).collect();
        let order: Vec<String> = shown.iter().map(|column| field(column.of.as_str())).collect();
        for column in &shown {
            let of = field(column.of.as_str());
            let title = column.title.as_ref().map_or_else(|| of.clone(), |title| title.value.clone());
            if title != of {
                rename.push((of, title.clone()));
            }
            titles.push((column.of.value.clone(), title));
        }
        all.push(Transformation::Keep(order.clone()));
        all.push(Transformation::Organize { hide: Vec::new(), order, rename });
        for column in &shown {
            let Some(unit) = column.unit.as_ref().and_then(|unit| units::named(unit, None, diagnostics)) else { continue };
            let title = titles.iter().find(|(of, _)| *of == column.of.value).map(|(_, title)| title.clone());
            overrides.extend(title.map(|title| of_column(title, unit.id)));
        }
    }
    // A table has one unit for all numbers; a target with another unit has it by its column.
    for (target, own) in targets.iter().zip(units_of_targets) {
        let Some(own) = own.as_deref().filter(|own| Some(*own) != unit) else { continue };
        let written = columns.iter().any(|column| column.of.value == target.ref_id && column.unit.is_some());
        if !written {
            let title = titles.iter().find(|(of, _)| *of == target.ref_id).map(|(_, title)| title.clone());
            overrides.push(of_column(title.unwrap_or_else(|| value(&target.ref_id)), own.to_owned()));
        }
    }
    (all, overrides)
}

/// A column shows a label that the result has.
fn check_label(panel: &Panel, label: &Text, diagnostics: &mut Vec<Diagnostic>) {
    let mut known = BTreeSet::new();
    for query in &panel.targets {
        let Some(facts) = targets::facts(&query.expr) else { return };
        if facts.labels.presence(label.as_str()) != Presence::Absent {
            return;
        }
        known.extend(facts.labels.iter().filter(|fact| fact.presence != Presence::Absent).map(|fact| &*fact.name));
    }
    // Without a query there is nothing to show, which is another finding; the fields of time and value are always there.
    if panel.targets.is_empty() || [TIME, "Value"].contains(&label.as_str()) {
        return;
    }
    let near = suggest::nearest(label.as_str(), known.iter().copied());
    let targets: Vec<&str> = panel.targets.iter().map(|query| query.ref_id.as_str()).collect();
    let help = suggest::did_you_mean(&near).unwrap_or_else(|| {
        let labels: Vec<&str> = known.into_iter().collect();
        format!("it has the labels {} and the targets {}", labels.join(", "), targets.join(", "))
    });
    let message = format!("no query of the panel `{}` returns the label `{}`", panel.id, label.value);
    diagnostics.push(Diagnostic::error("promql/unknown-label", label.span, message).help(help));
}

fn of_column(title: String, unit: String) -> Override {
    Override { of: Overridden::Column(title), unit: Some(unit), right_axis: false }
}

/// What no table shows: the time, of which a join makes one for each target, and the metric's name.
fn hidden(panel: &Panel, targets: usize) -> Vec<String> {
    let mut names = vec![TIME.to_owned()];
    if panel.spec.join.is_some() && targets > 1 {
        names.extend((1..=targets).map(|n| format!("{TIME} {n}")));
        names.extend((1..=targets).map(|n| format!("__name__ {n}")));
    }
    names.push("__name__".to_owned());
    names
}
