//! `alert/invalid-template`

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::AlertText;
use crate::lint::template_queries;
use crate::model::rule::AlertRule;

/// The rule.
pub const RULE: Rule = rule!(
    "alert/invalid-template",
    Error,
    "A text of an alert is a template that cannot be expanded",
    "invalid_template.md",
    Check::AlertText(check)
);

fn check(cx: &Context<'_>, _: &AlertRule, text: &AlertText<'_>, findings: &mut Findings) {
    for error in text.errors.iter().chain(&text.inspection.failures) {
        findings.push(error.to_diagnostic(RULE.id, |span| cx.within(text.text, span.start..span.end)));
    }
    for query in template_queries::of(text, cx.subject.catalog) {
        let Some(error) = query.errors.first() else { continue };
        let place = query.used.name_span;
        let message = format!("the query in this text cannot be run: {}", error.message);
        let diagnostic = RULE.at(cx.within(text.text, place.start..place.end), message);
        findings.push(match &error.help {
            Some(help) => diagnostic.help(help.clone()),
            None => diagnostic.help("the text shows the error in place of what it was to say; mend the query"),
        });
    }
}
