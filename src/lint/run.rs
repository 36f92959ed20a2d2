//! The engine: every rule over everything that it looks at, in parallel, with findings in an order that does not depend on it.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::diagnostic::{self, Diagnostic, Severity};
use crate::lint::context::{self, Context, Disk};
use crate::lint::finding::{Finding, Findings};
use crate::lint::registry;
use crate::lint::rule::{Check, Rule};
use crate::lint::rules::promql::syntax_error;
use crate::lint::rules::recording::cycle;
use crate::lint::settings::{Level, LintSettings};
use crate::lint::subject::{AlertText, Subject, Use};
use crate::lint::suppress;
use crate::load::suppress::Suppression;
use crate::model::Model;
use crate::model::rule::AlertRule;
use crate::promql::catalog::{MapCatalog, Name};
use crate::promql::infer::EventKind;
use crate::source::{Sources, Span};
use crate::template;

/// What a caller knows besides the thing that is linted.
#[derive(Debug, Default)]
pub struct Outside<'a> {
    /// What earlier phases reported. Settings and suppressions apply to it where it comes from a rule.
    pub earlier: Vec<Diagnostic>,
    /// What comments allow.
    pub comments: &'a [Suppression],
    /// The disk, for rules that look for files; without it they say nothing.
    pub disk: Option<Disk<'a>>,
    /// What was found in alerts that were looked at beforehand.
    pub found: Vec<Finding>,
}

/// Lints a resolved spec.
pub fn run(model: &Model, sources: &Sources, settings: &LintSettings) -> Vec<Diagnostic> {
    run_on(&Subject::of(model), sources, settings, Outside::default())
}

/// Lints anything that has alerts, recording rules, dashboards or a catalog. What earlier phases reported comes out again, as settings and
/// suppressions make it.
pub fn run_on(subject: &Subject<'_>, sources: &Sources, settings: &LintSettings, outside: Outside<'_>) -> Vec<Diagnostic> {
    let broken =
        outside.earlier.iter().filter(|found| found.rule == syntax_error::RULE.id).filter_map(|found| found.span).collect();
    let whole = !outside.earlier.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    let near = Suggested::default().nearest_series(&subject.uses(), subject.catalog);
    let prefixes = context::prefixes(subject.catalog);
    let cx = Context { subject, sources, disk: outside.disk, whole, broken, near, prefixes };
    let rules = active(settings);
    let earlier = outside.earlier.into_iter().map(|mut diagnostic| {
        // A server evaluates such rules with what they recorded the time before; only a spec demands an order.
        if subject.stack.is_none() && diagnostic.rule == cycle::RULE.id {
            diagnostic.severity = Severity::Info;
        }
        Finding { diagnostic, about: Default::default() }
    });
    let mut findings: Vec<Finding> = earlier.chain(outside.found).collect();
    findings.extend(of_expressions(&cx, &rules, &subject.uses()));
    findings.extend(of_alerts(&cx, &rules));
    findings.extend(of_others(&cx, &rules));
    findings.retain_mut(|finding| adjust(&mut finding.diagnostic, settings));
    let allowed = suppress::allowed(subject.stack.as_ref().map(|stack| stack.spec), outside.comments);
    let mut diagnostics = suppress::apply(findings, &allowed, settings, whole);
    diagnostics.retain_mut(|diagnostic| adjust(diagnostic, settings));
    diagnostic::sort(&mut diagnostics);
    diagnostics
}

/// What rules find in the alerts of a subject and their expressions, each looked at alone. `broken` are the places of errors of syntax.
pub fn of_alerts_alone(
    subject: &Subject<'_>,
    sources: &Sources,
    settings: &LintSettings,
    suggested: &mut Suggested,
    broken: Vec<Span>,
) -> Vec<Finding> {
    let uses: Vec<Use<'_>> = subject.uses_of_alerts().collect();
    let near = suggested.nearest_series(&uses, subject.catalog);
    let prefixes = context::prefixes(subject.catalog);
    let cx = Context { subject, sources, disk: None, whole: true, broken, near, prefixes };
    let rules = active(settings);
    let mut findings = of_expressions(&cx, &rules, &uses);
    findings.extend(of_alerts(&cx, &rules));
    findings
}

fn active(settings: &LintSettings) -> Vec<&'static Rule> {
    registry::ALL.iter().copied().filter(|rule| settings.is_on(rule.id)).collect()
}

/// The series for which names were suggested already.
#[derive(Debug, Default)]
pub struct Suggested(BTreeSet<Name>);

impl Suggested {
    /// For so many series that do not exist at most names are suggested: where more are missing, the catalog is another stack's.
    const MOST: usize = 1000;

    /// The names nearest to each series that an expression reads and nothing exposes. A name may be missing in a thousand expressions, and the
    /// search goes through all names that there are.
    fn nearest_series<'a>(&mut self, uses: &[Use<'_>], catalog: &'a MapCatalog) -> BTreeMap<Name, Vec<&'a str>> {
        let missing: BTreeSet<Name> = uses
            .iter()
            .flat_map(|used| &used.expr.inference.events)
            .filter_map(|event| match &event.kind {
                EventKind::UnknownMetric { name, .. } => Some(name.clone()),
                _ => None,
            })
            .collect();
        for name in missing.iter() {
            if self.0.len() < Self::MOST {
                self.0.insert(name.clone());
            }
        }
        let missing: Vec<Name> = missing.into_iter().filter(|name| self.0.contains(name)).collect();
        missing.into_par_iter().map(|name| (name.clone(), context::nearest(&name, catalog))).collect()
    }
}

/// Applies the setting of a rule; `false` when its findings are off.
fn adjust(diagnostic: &mut Diagnostic, settings: &LintSettings) -> bool {
    match settings.level(diagnostic.rule) {
        Some(Level::Off) => false,
        Some(Level::At(severity)) => {
            diagnostic.severity = severity;
            true
        }
        None => true,
    }
}

/// So many things at least are worth a task of their own.
const CHUNK: usize = 256;

fn of_expressions(cx: &Context<'_>, rules: &[&Rule], uses: &[Use<'_>]) -> Vec<Finding> {
    let checks: Vec<_> = rules
        .iter()
        .filter_map(|rule| match rule.check {
            Check::Event(check) => Some(check),
            _ => None,
        })
        .collect();
    let whole: Vec<_> = rules
        .iter()
        .filter_map(|rule| match rule.check {
            Check::Expr(check) => Some(check),
            _ => None,
        })
        .collect();
    let of_use = |used: &Use<'_>| {
        let mut findings = Findings::about(used.owners());
        whole.iter().for_each(|check| check(cx, used, &mut findings));
        for event in &used.expr.inference.events {
            checks.iter().filter_map(|check| check(cx, used, event)).for_each(|found| findings.push(found));
        }
        findings.all
    };
    uses.par_iter().with_min_len(CHUNK).flat_map_iter(of_use).collect()
}

fn of_alerts(cx: &Context<'_>, rules: &[&Rule]) -> Vec<Finding> {
    let of_rule = |alert: &AlertRule| {
        let mut findings = Findings::about([alert.item.span]);
        let texts = texts_of(alert);
        for rule in rules {
            match rule.check {
                Check::Alert(check) => check(cx, alert, &mut findings),
                Check::AlertText(check) => texts.iter().for_each(|text| check(cx, alert, text, &mut findings)),
                _ => {}
            }
        }
        findings.all
    };
    cx.subject.alerts.par_iter().with_min_len(CHUNK).flat_map_iter(of_rule).collect()
}

/// The labels and annotations that are templates.
fn texts_of(alert: &AlertRule) -> Vec<AlertText<'_>> {
    let labels = alert.labels.iter().map(|(name, text)| (name, text, true));
    let annotations = alert.annotations.iter().map(|(name, text)| (name, text, false));
    labels
        .chain(annotations)
        .filter(|(_, text, _)| text.value.contains("{{"))
        .map(|(name, text, is_label)| {
            let parsed = template::parse(text.as_str());
            let inspection = template::inspect(&parsed.template, template::Dialect::PrometheusAlert);
            AlertText { name, is_label, text, errors: parsed.errors, inspection }
        })
        .collect()
}

fn of_others(cx: &Context<'_>, rules: &[&Rule]) -> Vec<Finding> {
    let subject = cx.subject;
    let declared = subject.declared();
    let of_rule = |rule: &&Rule| {
        let mut findings = Vec::new();
        match rule.check {
            Check::Record(check) => {
                for record in subject.records {
                    let mut found = Findings::about([record.item.span]);
                    check(cx, record, &mut found);
                    findings.append(&mut found.all);
                }
            }
            Check::Dashboard(check) => {
                for dashboard in &subject.dashboards {
                    let mut found = Findings::about([dashboard.item.span]);
                    check(cx, dashboard, &mut found);
                    findings.append(&mut found.all);
                }
            }
            Check::Metric(check) => {
                for metric in &declared {
                    let mut found = Findings::about([metric.span]);
                    check(cx, metric, &mut found);
                    findings.append(&mut found.all);
                }
            }
            Check::Stack(check) => {
                if let Some(stack) = &subject.stack {
                    let mut found = Findings::default();
                    check(cx, stack, &mut found);
                    findings.append(&mut found.all);
                }
            }
            Check::Whole(check) => {
                let mut found = Findings::default();
                check(cx, &mut found);
                findings.append(&mut found.all);
            }
            Check::Event(_) | Check::Expr(_) | Check::Alert(_) | Check::AlertText(_) | Check::Earlier | Check::Later => {}
        }
        findings
    };
    rules.par_iter().flat_map_iter(of_rule).collect()
}
