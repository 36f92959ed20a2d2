//! `dashboard/duplicate-title`

use std::collections::BTreeMap;

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Dashboard;
use crate::source::Span;

/// The rule.
pub const RULE: Rule = rule!(
    "dashboard/duplicate-title",
    Warning,
    "Two panels of one row have the same title",
    "duplicate_title.md",
    Check::Dashboard(check)
);

fn check(_: &Context<'_>, dashboard: &Dashboard<'_>, findings: &mut Findings) {
    for row in &dashboard.rows {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for panel in row.panels.iter().filter(|panel| !panel.is_text) {
            let Some(title) = panel.title.filter(|title| !title.value.trim().is_empty()) else { continue };
            let Some(first) = seen.insert(title.as_str(), title.span) else { continue };
            let message = format!("two panels of this row are called `{}`", title.value);
            let diagnostic = RULE.at(title.span, message).label(first, "the other one").help("say in the titles how they differ");
            findings.push_about(panel.span, diagnostic);
        }
    }
}
