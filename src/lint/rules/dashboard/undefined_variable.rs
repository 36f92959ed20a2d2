//! `dashboard/undefined-variable`

use std::collections::BTreeSet;

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::{Dashboard, Purpose};
use crate::lint::{expressions, grafana, words};
use crate::load::suggest;
use crate::source::Span;

/// The rule.
pub const RULE: Rule = rule!(
    "dashboard/undefined-variable",
    Error,
    "A dashboard uses a variable that it does not have",
    "undefined_variable.md",
    Check::Dashboard(check)
);

/// Of one expression or text each name is reported once, and so many at most: where more are missing, it is another dashboard's.
const MOST: usize = 20;

fn check(cx: &Context<'_>, dashboard: &Dashboard<'_>, findings: &mut Findings) {
    let known: BTreeSet<&str> = dashboard.variables.iter().map(|variable| variable.name.as_str()).collect();
    let is_known = |name: &str| known.contains(name) || grafana::is_builtin(name);
    for used in dashboard.uses() {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let unknown = expressions::variables(&used.expr.ast).into_iter().filter(|variable| !is_known(&variable.name));
        for variable in unknown.filter(|variable| seen.insert(&variable.name)).take(MOST) {
            let place = used.expr.place(variable.span, cx.sources);
            let about = match used.purpose {
                Purpose::Panel(_, panel, _) => panel.span,
                Purpose::Variable(_, variable) => variable.span,
                Purpose::Alert(_) | Purpose::Record(_) => dashboard.item.span,
            };
            findings.push_about(about, undefined(&variable.name, place.unwrap_or(dashboard.item.span), &known));
        }
    }
    let repeats =
        dashboard.rows.iter().flat_map(|row| row.repeat.into_iter().chain(row.panels.iter().filter_map(|panel| panel.repeat)));
    for repeat in repeats.filter(|repeat| !is_known(repeat.as_str().trim_start_matches('$'))) {
        findings.push(undefined(repeat.as_str(), repeat.span, &known));
    }
    let texts = dashboard.texts.iter().chain(dashboard.panels().flat_map(|panel| &panel.texts));
    for text in texts {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let unknown = grafana::mentions(text.as_str()).into_iter().filter(|mention| mention.braced && !is_known(mention.name));
        for mention in unknown.filter(|mention| seen.insert(mention.name)).take(MOST) {
            findings.push(undefined(mention.name, cx.within(text, mention.range), &known));
        }
    }
}

fn undefined(name: &str, span: Span, known: &BTreeSet<&str>) -> crate::diagnostic::Diagnostic {
    let near = suggest::nearest(name, known.iter().copied());
    let help = suggest::did_you_mean(&near).unwrap_or_else(|| match known.is_empty() {
        true => format!("declare it: `variables: {{{name}: {{values_of: METRIC.LABEL}}}}`"),
        false => format!("its variables are {}; declare it, or use one of these", words::list(known)),
    });
    RULE.at(span, format!("the dashboard has no variable `{name}`")).help(help)
}
