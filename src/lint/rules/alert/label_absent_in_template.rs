//! `alert/label-absent-in-template`

use crate::diagnostic::Applicability;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::{AlertText, Purpose, Use};
use crate::lint::words;
use crate::load::suggest;
use crate::model::rule::AlertRule;
use crate::promql::catalog::Presence;
use crate::promql::infer::METRIC_NAME;
use crate::template::{Guard, UseKind};

/// The rule.
pub const RULE: Rule = rule!(
    "alert/label-absent-in-template",
    Error,
    "A text of an alert names a label that the alert does not have",
    "label_absent_in_template.md",
    Check::AlertText(check)
);

fn check(cx: &Context<'_>, alert: &AlertRule, text: &AlertText<'_>, findings: &mut Findings) {
    let facts = alert.expr.facts();
    if facts.empty.is_some() {
        return;
    }
    let labels = &facts.labels;
    for used in &text.inspection.uses {
        let (UseKind::Label, Some(name)) = (used.kind, &used.name) else { continue };
        if used.guard == Guard::Tested || labels.presence(name) != Presence::Absent {
            continue;
        }
        let span = cx.within(text.text, used.name_span.start..used.name_span.end);
        let message = format!("the alert `{}` has no label `{name}`: this is always empty", alert.name);
        let expr = Use { expr: &alert.expr, item: &alert.item, purpose: Purpose::Alert(alert) };
        let mut diagnostic = words::add(RULE.at(span, message), words::why_absent(cx, &expr, name, labels.reason(name)));
        let known: Vec<&str> = labels
            .iter()
            .filter(|fact| fact.presence != Presence::Absent && &*fact.name != METRIC_NAME)
            .map(|fact| &*fact.name)
            .collect();
        let near = suggest::nearest(name, known.iter().copied());
        diagnostic = match (suggest::did_you_mean(&near), known.as_slice()) {
            (Some(help), _) => diagnostic.help(help),
            (None, []) => {
                diagnostic.help("the result has no labels: keep those that tell the series apart, `sum by (job) (...)`")
            }
            (None, known) => diagnostic.help(format!("its labels are {}", words::list(known))),
        };
        let reference = used.name_span.of(text.text.as_str());
        if let ([only], true) = (near.as_slice(), reference == name)
            && let Some(edit) = cx.edit_text(text.text, used.name_span.start..used.name_span.end, only)
        {
            diagnostic = diagnostic.fix(Applicability::Unsafe, vec![edit]);
        }
        findings.push(diagnostic);
    }
}
