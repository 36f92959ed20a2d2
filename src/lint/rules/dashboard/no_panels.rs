//! `dashboard/no-panels`

use crate::diagnostic::Severity;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Dashboard;

/// The rule.
pub const RULE: Rule = rule!("dashboard/no-panels", Error, "A dashboard shows nothing", "no_panels.md", Check::Dashboard(check));

fn check(cx: &Context<'_>, dashboard: &Dashboard<'_>, findings: &mut Findings) {
    if dashboard.panels().next().is_none() {
        let message = format!("the dashboard `{}` has no panels", dashboard.item.name);
        let diagnostic = match cx.subject.stack {
            Some(_) => RULE.at(dashboard.item.span, message).help("add `rows: [{panels: [...]}]`, or take it out"),
            // A file of Grafana may be one that panels are still to be put into.
            None => RULE.weaker(Severity::Warning, dashboard.item.span, message).help("add panels, or take it out"),
        };
        findings.push(diagnostic);
    }
}
