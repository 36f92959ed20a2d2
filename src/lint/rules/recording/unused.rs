//! `recording/unused`

use std::collections::BTreeSet;

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};

/// The rule.
pub const RULE: Rule = rule!("recording/unused", Info, "Nothing reads a recorded series", "unused.md", Check::Whole(check));

fn check(cx: &Context<'_>, findings: &mut Findings) {
    // Rule files alone do not show who else reads; a remote storage has readers of its own.
    let Some(stack) = &cx.subject.stack else { return };
    if cx.subject.records.is_empty() || !cx.whole || stack.settings.remote_storage {
        return;
    }
    let uses = cx.subject.uses();
    let read: BTreeSet<&str> = uses.iter().flat_map(|used| &used.expr.inference.metrics).map(|metric| &*metric.name).collect();
    for record in cx.subject.records.iter().filter(|record| !read.contains(record.name.as_str())) {
        let message = format!("nothing reads `{}`", record.name);
        let help = match &record.query {
            Some((query, window)) => {
                format!("use the query `{query}` with `window: {window}` in a panel, or take the window out of `record`")
            }
            None => "take it out, or let alerts and panels read it".to_owned(),
        };
        findings.push_about(record.item.span, RULE.at(record.item.span, message).help(help));
    }
}
