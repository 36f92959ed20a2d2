//! `alert/value-in-label`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::AlertText;
use crate::model::rule::AlertRule;
use crate::template::UseKind;

/// The rule.
pub const RULE: Rule = rule!(
    "alert/value-in-label",
    Error,
    "A label of an alert holds the value, so that it is another alert at every evaluation",
    "value_in_label.md",
    Check::AlertText(check)
);

/// Functions that make one of few answers of a value.
const COMPARES: &[&str] = &["eq", "ne", "lt", "le", "gt", "ge"];

fn check(cx: &Context<'_>, alert: &AlertRule, text: &AlertText<'_>, findings: &mut Findings) {
    if !text.is_label {
        return;
    }
    for used in &text.inspection.uses {
        let compared = used.passed_to.as_deref().is_some_and(|function| COMPARES.contains(&function));
        if used.kind != UseKind::Value || compared {
            continue;
        }
        let span = cx.within(text.text, used.span.start..used.span.end);
        let message =
            format!("the label `{}` of `{}` changes with the value: each evaluation is a new alert", text.name, alert.name);
        findings.push(RULE.at(span, message).help("put the value into an annotation, such as `description`"));
    }
}
