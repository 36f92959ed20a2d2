//! Rows of the long tables.

use std::fmt::Write as _;

use super::markdown::{push_code, push_escaped, push_link};
use crate::plan::docs::{Metric, ShelfLine};

/// `| Metric | Type | Unit | Labels | What it says | Read by |`
pub(super) fn metrics(metrics: &[Metric]) -> String {
    let mut rows = String::with_capacity(metrics.len() * 160);
    for metric in metrics {
        anchored(&mut rows, &metric.anchor, &metric.name);
        rows.push_str(&metric.kind);
        rows.push_str(" | ");
        push_escaped(&mut rows, metric.unit.as_deref().unwrap_or_default());
        rows.push_str(" | ");
        for (index, label) in metric.labels.iter().enumerate() {
            rows.push_str(if index > 0 { ", " } else { "" });
            push_code(&mut rows, &label.name);
            if let Some(size) = label.size {
                // A string takes whatever is written into it.
                let _ = write!(rows, " ({size})");
            }
        }
        rows.push_str(if metric.planned { " | **Planned.** " } else { " | " });
        push_escaped(&mut rows, metric.help.as_deref().unwrap_or_default());
        if let Some(reason) = &metric.deprecated {
            rows.push_str(" **Deprecated:** ");
            push_escaped(&mut rows, reason);
        }
        rows.push_str(" | ");
        for (index, used) in metric.uses.iter().enumerate() {
            rows.push_str(if index > 0 { ", " } else { "" });
            push_link(&mut rows, &used.title, "../", &used.path);
        }
        if metric.more_uses > 0 {
            let _ = write!(rows, " and {} more", metric.more_uses);
        }
        rows.push_str(" |\n");
    }
    rows
}

/// `| Alert | Severity | Fires when | What it says | Expression |`
pub(super) fn alerts(alerts: &[ShelfLine]) -> String {
    let mut rows = String::with_capacity(alerts.len() * 240);
    for alert in alerts {
        anchored(&mut rows, &alert.anchor, &alert.name);
        for text in [&alert.severities, &alert.condition, &alert.summary] {
            push_escaped(&mut rows, text);
            rows.push_str(" | ");
        }
        push_code(&mut rows, &alert.expr);
        rows.push_str(" |\n");
    }
    rows
}

/// The first cell: a name that links lead to.
fn anchored(rows: &mut String, anchor: &str, name: &str) {
    rows.push_str("| <a id=\"");
    rows.push_str(anchor);
    rows.push_str("\"></a>");
    push_code(rows, name);
    rows.push_str(" | ");
}
