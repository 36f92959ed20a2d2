//! `recording/name-convention`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::model::rule::RecordRule;

/// The rule.
pub const RULE: Rule = rule!(
    "recording/name-convention",
    Warning,
    "The name of a recorded series does not say that it is recorded",
    "name_convention.md",
    Check::Record(check)
);

fn check(_: &Context<'_>, record: &RecordRule, findings: &mut Findings) {
    if record.name.contains(':') {
        return;
    }
    let message = format!("`{}` does not look like a recorded series", record.name);
    let help =
        "name it LEVEL:METRIC:OPERATIONS, such as `job:requests:rate5m`: the labels that remain, the metric, what was done";
    findings.push(RULE.at(record.item.span, message).help(help));
}
