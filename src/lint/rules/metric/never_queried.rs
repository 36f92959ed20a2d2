//! `metric/never-queried`

use std::collections::BTreeSet;

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::spec::shared::Status;

/// The rule.
pub const RULE: Rule =
    rule!("metric/never-queried", Info, "Nothing reads a metric that is exposed", "never_queried.md", Check::Whole(check));

fn check(cx: &Context<'_>, findings: &mut Findings) {
    let uses = cx.subject.uses();
    // A spec that only declares metrics is read by others.
    if uses.is_empty() || !cx.whole {
        return;
    }
    let metrics = uses.iter().flat_map(|used| &used.expr.inference.metrics);
    let read: BTreeSet<&str> = metrics.flat_map(|metric| metric.variants.iter().map(|variant| &*variant.family)).collect();
    for declared in cx.subject.declared() {
        let planned = declared.metric.status == Some(Status::Planned);
        if planned || declared.metric.external || declared.metric.deprecated.is_some() || read.contains(declared.name) {
            continue;
        }
        let message = format!("nothing reads `{}`", declared.name);
        findings.push_about(declared.span, RULE.at(declared.span, message).help("show it, alert on it, or stop exposing it"));
    }
}
