//! `dashboard/duplicate-uid`

use std::collections::BTreeMap;

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Dashboard;

/// The rule.
pub const RULE: Rule =
    rule!("dashboard/duplicate-uid", Error, "Two dashboards have the same uid", "duplicate_uid.md", Check::Whole(check));

fn check(cx: &Context<'_>, findings: &mut Findings) {
    let mut seen: BTreeMap<&str, &Dashboard<'_>> = BTreeMap::new();
    for dashboard in cx.subject.dashboards.iter().filter(|dashboard| !dashboard.uid.is_empty()) {
        let Some(first) = seen.get(dashboard.uid) else {
            seen.insert(dashboard.uid, dashboard);
            continue;
        };
        // A dashboard written elsewhere that lies there twice is a copy.
        if cx.subject.stack.is_none() && first.title.value == dashboard.title.value {
            continue;
        }
        let message = format!("`{}` has the uid of `{}`: Grafana keeps one of the two", dashboard.item.name, first.item.name);
        let diagnostic = RULE
            .at(dashboard.uid_span, message)
            .label(first.uid_span, format!("`{}` is used here first", dashboard.uid))
            .help("give it a uid of its own, or leave `uid` out");
        findings.push_about(dashboard.item.span, diagnostic);
    }
}
