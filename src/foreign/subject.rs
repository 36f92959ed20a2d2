//! Foreign files as lint rules look at them.

use super::dashboard::{Dashboard, Panel, Row, Target, Variable};
use super::resolve::Foreign;
use crate::lint::AlertOutline;
use crate::lint::subject as lint;
use crate::model::rule::AlertRule;

impl Foreign {
    /// What rules look at, but for the alerts. There is no stack around it.
    pub fn subject(&self, outlines: Vec<AlertOutline>) -> lint::Subject<'_> {
        lint::Subject {
            alerts: &[],
            outlines,
            records: &self.records,
            dashboards: self.dashboards.iter().map(dashboard).collect(),
            catalog: &self.catalog,
            stack: None,
        }
    }

    /// Alerts alone, as rules look at them that judge each by itself.
    pub fn alerts_alone<'a>(&'a self, alerts: &'a [AlertRule]) -> lint::Subject<'a> {
        lint::Subject {
            alerts,
            outlines: Vec::new(),
            records: &self.records,
            dashboards: Vec::new(),
            catalog: &self.catalog,
            stack: None,
        }
    }
}

fn dashboard(dashboard: &Dashboard) -> lint::Dashboard<'_> {
    lint::Dashboard {
        item: &dashboard.item,
        uid: &dashboard.uid,
        uid_span: dashboard.uid_span,
        title: &dashboard.title,
        variables: dashboard.variables.iter().map(variable).collect(),
        rows: dashboard.rows.iter().map(row).collect(),
        texts: dashboard.texts.iter().collect(),
        raw: dashboard.raw.iter().map(|(json, span)| (json, *span)).collect(),
    }
}

fn variable(variable: &Variable) -> lint::Variable<'_> {
    lint::Variable {
        name: &variable.name,
        selector: variable.selector.as_ref(),
        texts: variable.texts.iter().collect(),
        span: variable.span,
    }
}

fn row(row: &Row) -> lint::Row<'_> {
    lint::Row { title: row.title.as_ref(), repeat: row.repeat.as_ref(), panels: row.panels.iter().map(panel).collect() }
}

fn panel(panel: &Panel) -> lint::Panel<'_> {
    lint::Panel {
        id: &panel.id,
        title: panel.title.as_ref(),
        head: panel.head,
        span: panel.span,
        is_text: panel.is_text,
        repeat: panel.repeat.as_ref(),
        unit: panel.unit.as_ref(),
        max: panel.max,
        targets: panel.targets.iter().map(target).collect(),
        texts: panel.texts.iter().collect(),
        raw: panel.raw.iter().map(|(json, span)| (json, *span)).collect(),
    }
}

fn target(target: &Target) -> lint::Target<'_> {
    lint::Target {
        ref_id: &target.ref_id,
        expr: &target.expr,
        legend: target.legend.as_ref(),
        unit: None,
        hidden: target.hidden,
        instant: target.instant,
    }
}
