//! `service/missing-healthcheck`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Stack;

/// The rule.
pub const RULE: Rule = rule!(
    "service/missing-healthcheck",
    Info,
    "A container of your own has no health check",
    "missing_healthcheck.md",
    Check::Stack(check)
);

fn check(_: &Context<'_>, stack: &Stack<'_>, findings: &mut Findings) {
    for (name, entry) in stack.spec.services.iter() {
        let service = &entry.value;
        let Some(workload) = &service.compose else { continue };
        if workload.healthcheck.is_none() && service.health.is_none() {
            let message = format!("nothing can tell whether the container of `{name}` is healthy");
            findings.push_about(
                entry.key,
                RULE.at(entry.key, message).help("add `health: /path`, or a `healthcheck` under `compose`"),
            );
        }
    }
}
