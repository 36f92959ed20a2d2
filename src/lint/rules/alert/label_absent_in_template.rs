//! `alert/label-absent-in-template`

use crate::diagnostic::{Applicability, Severity};
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::{AlertText, Purpose, Use};
use crate::lint::{branches, template_queries, words};
use crate::load::suggest;
use crate::model::rule::AlertRule;
use crate::promql::catalog::Presence;
use crate::promql::infer::{Context as InferContext, Labels, METRIC_NAME, Purpose as InferPurpose, infer};
use crate::template::{self, Guard, UseKind};

/// The rule.
pub const RULE: Rule = rule!(
    "alert/label-absent-in-template",
    Error,
    "A text of an alert names a label that the alert does not have",
    "label_absent_in_template.md",
    Check::AlertText(check)
);

fn check(cx: &Context<'_>, alert: &AlertRule, text: &AlertText<'_>, findings: &mut Findings) {
    of_queries(cx, text, findings);
    let facts = alert.expr.facts();
    if facts.empty.is_some() {
        return;
    }
    let labels = &facts.labels;
    for used in &text.inspection.uses {
        let (UseKind::Label, Some(name)) = (used.kind, &used.name) else { continue };
        if used.guard == Guard::Tested {
            continue;
        }
        if labels.presence(name) != Presence::Absent {
            of_branch(cx, alert, text, used, findings);
            continue;
        }
        let span = cx.within(text.text, used.name_span.start..used.name_span.end);
        let message = format!("the alert `{}` has no label `{name}`: this is always empty", alert.name);
        let expr = Use { expr: &alert.expr, item: &alert.item, purpose: Purpose::Alert(alert) };
        let mut diagnostic = words::add(RULE.at(span, message), words::why_absent(cx, &expr, name, labels.reason(name)));
        let known = known(labels);
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

/// Labels of what the text itself queries.
fn of_queries(cx: &Context<'_>, text: &AlertText<'_>, findings: &mut Findings) {
    let mentioned = |used: &&template::Use| used.kind == UseKind::QueryLabel && used.guard != Guard::Tested;
    let labels: Vec<&template::Use> = text.inspection.uses.iter().filter(mentioned).collect();
    if labels.is_empty() {
        return;
    }
    for query in template_queries::of(text, cx.subject.catalog) {
        let Some(facts) = query.facts.filter(|facts| facts.empty.is_none() && facts.is_vector()) else { continue };
        for used in labels.iter().filter(|used| used.query == Some(query.used.span)) {
            let Some(name) = used.name.as_deref().filter(|name| facts.labels.presence(name) == Presence::Absent) else {
                continue;
            };
            let place = |span: template::TextSpan| cx.within(text.text, span.start..span.end);
            let message = format!("the query gives no label `{name}`: this is always empty");
            let diagnostic = RULE.at(place(used.name_span), message).label(place(query.used.name_span), "the query");
            let known: Vec<&str> = known(&facts.labels);
            findings.push(match known.as_slice() {
                [] => diagnostic.help("what it returns has no labels: keep those that are shown, `sum by (job) (...)`"),
                known => diagnostic.help(format!("its labels are {}", words::list(known))),
            });
        }
    }
}

/// A label that is absent where one branch of an `or` gives the result.
fn of_branch(cx: &Context<'_>, alert: &AlertRule, text: &AlertText<'_>, used: &template::Use, findings: &mut Findings) {
    let Some(name) = used.name.as_deref() else { return };
    let branches = branches::of(&alert.expr.ast);
    if branches.len() < 2 {
        return;
    }
    for branch in branches {
        let inference =
            infer(branch, cx.subject.catalog, &InferContext { purpose: InferPurpose::Alert, ..InferContext::default() });
        let facts = inference.facts();
        if facts.empty.is_some() || !facts.is_vector() || facts.labels.presence(name) != Presence::Absent {
            continue;
        }
        let expr = Use { expr: &alert.expr, item: &alert.item, purpose: Purpose::Alert(alert) };
        let span = cx.within(text.text, used.name_span.start..used.name_span.end);
        let message = format!("`{name}` is empty where one side of an `or` fires `{}`", alert.name);
        let diagnostic = RULE.weaker(Severity::Warning, span, message);
        let fact = format!("what this gives has no `{name}`");
        findings.push(diagnostic.label(cx.place(&expr, branch.span), fact).help("keep the label on both sides of the `or`"));
        return;
    }
}

/// The names of labels that series have or may have.
fn known(labels: &Labels) -> Vec<&str> {
    let there = labels.iter().filter(|fact| fact.presence != Presence::Absent && &*fact.name != METRIC_NAME);
    there.map(|fact| &*fact.name).collect()
}
