//! `dashboard/legend-label-absent`

use crate::diagnostic::{Applicability, Severity};
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::{Dashboard, Panel, Purpose, Target, Use};
use crate::lint::{grafana, words};
use crate::load::suggest;
use crate::promql::catalog::Presence;
use crate::promql::infer::Labels;

/// The rule.
pub const RULE: Rule = rule!(
    "dashboard/legend-label-absent",
    Error,
    "A legend names a label that the series do not have",
    "legend_label_absent.md",
    Check::Dashboard(check)
);

fn check(cx: &Context<'_>, dashboard: &Dashboard<'_>, findings: &mut Findings) {
    for panel in dashboard.panels() {
        for target in &panel.targets {
            of_target(cx, dashboard, panel, target, findings);
        }
    }
}

fn of_target(cx: &Context<'_>, dashboard: &Dashboard<'_>, panel: &Panel<'_>, target: &Target<'_>, findings: &mut Findings) {
    let (Some(legend), facts) = (target.legend, target.expr.facts()) else { return };
    if facts.empty.is_some() || !facts.is_vector() {
        return;
    }
    let labels = &facts.labels;
    for (name, range) in grafana::legend_labels(legend.as_str()) {
        if labels.presence(name) != Presence::Absent {
            continue;
        }
        let used = Use { expr: target.expr, item: dashboard.item, purpose: Purpose::Panel(dashboard, panel, target) };
        let message = format!("the series of this query have no label `{name}`: the legend is empty there");
        // What a file of Grafana shows is shown already: there only lines that cannot be told apart are an error.
        let cosmetic = cx.subject.stack.is_none() && tells_apart(legend.as_str(), labels);
        let severity = if cosmetic { Severity::Warning } else { Severity::Error };
        let diagnostic = RULE.weaker(severity, cx.within(legend, range.clone()), message);
        let diagnostic = words::add(diagnostic, words::why_absent(cx, &used, name, labels.reason(name)));
        let known: Vec<&str> = labels.iter().filter(|fact| fact.presence != Presence::Absent).map(|fact| &*fact.name).collect();
        let near = suggest::nearest(name, known.iter().copied());
        let mut diagnostic = match (suggest::did_you_mean(&near), known.as_slice()) {
            (Some(help), _) => diagnostic.help(help),
            (None, []) => diagnostic.help("write a plain text: there is one series only"),
            (None, known) => diagnostic.help(format!("its labels are {}", words::list(known))),
        };
        if let [only] = near.as_slice()
            && let Some(edit) = cx.edit_text(legend, range, only)
        {
            diagnostic = diagnostic.fix(Applicability::Unsafe, vec![edit]);
        }
        findings.push_about(panel.span, diagnostic);
    }
}

/// Whether each line has a name of its own although labels of the legend are absent. Grafana puts all labels in place of a legend that is empty.
fn tells_apart(legend: &str, labels: &Labels) -> bool {
    let shown = grafana::legend_labels(legend);
    let there = shown.iter().filter(|(name, _)| labels.presence(name) != Presence::Absent).map(|(name, _)| *name);
    let text = grafana::legend_text(legend);
    if text.trim().is_empty() && there.clone().next().is_none() {
        return true;
    }
    let told = |key: &str| there.clone().any(|name| name == key);
    labels.unique().is_some_and(|keys| keys.iter().all(|key| told(key)))
}
