//! `dashboard/duplicate-query`

use std::collections::BTreeMap;

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::{Dashboard, Target};

/// The rule.
pub const RULE: Rule = rule!(
    "dashboard/duplicate-query",
    Warning,
    "A panel asks the same query twice",
    "duplicate_query.md",
    Check::Dashboard(check)
);

fn check(cx: &Context<'_>, dashboard: &Dashboard<'_>, findings: &mut Findings) {
    for panel in dashboard.panels() {
        let mut seen: BTreeMap<(&str, Option<bool>), &Target<'_>> = BTreeMap::new();
        for target in &panel.targets {
            let Some(first) = seen.insert((&target.expr.text, target.instant), target) else { continue };
            let place = |target: &Target<'_>| target.expr.place(target.expr.ast.span, cx.sources).unwrap_or(panel.head);
            let message =
                format!("the targets {} and {} of the panel `{}` are the same query", first.ref_id, target.ref_id, panel.id);
            let diagnostic = RULE.at(place(target), message).label(place(first), "the other one").help("take one of them out");
            findings.push_about(panel.span, diagnostic);
        }
    }
}
