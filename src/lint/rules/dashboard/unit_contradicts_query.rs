//! `dashboard/unit-contradicts-query`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::{Dashboard, Purpose, Use};
use crate::lint::{grafana, words};
use crate::unit::{Dimension, Unit};

/// The rule.
pub const RULE: Rule = rule!(
    "dashboard/unit-contradicts-query",
    Error,
    "A panel shows its values in a unit that they do not have",
    "unit_contradicts_query.md",
    Check::Dashboard(check)
);

fn check(cx: &Context<'_>, dashboard: &Dashboard<'_>, findings: &mut Findings) {
    for panel in dashboard.panels() {
        for target in panel.targets.iter().filter(|target| !target.hidden) {
            let Some(written) = target.unit.or(panel.unit) else { continue };
            let (Some(shown), fact) = (grafana::unit(written.as_str()), &target.expr.facts().unit) else { continue };
            let Some(unit) = fact.known() else { continue };
            if shown.same(unit) || !is_sure(unit) || is_count(&shown) {
                continue;
            }
            let message = format!("the panel shows {shown}, and its query gives {unit}");
            let used = Use { expr: target.expr, item: dashboard.item, purpose: Purpose::Panel(dashboard, panel, target) };
            let (span, why) = words::why_value(cx, &used, &unit.to_string(), &fact.reason);
            let help = match unit.conversion(&shown) {
                Some(factor) => format!("leave `unit` out, or multiply the query by {factor}"),
                None => "leave `unit` out: it is inferred from the query".to_owned(),
            };
            findings.push_about(panel.span, RULE.at(written.span, message).label(span, why).help(help));
            break;
        }
    }
}

/// A number of counted things may be shown as anything.
fn is_sure(unit: &Unit) -> bool {
    !unit.dimensions().iter().any(|(dimension, _)| matches!(dimension, Dimension::Count(_)))
}

fn is_count(unit: &Unit) -> bool {
    !is_sure(unit)
}
