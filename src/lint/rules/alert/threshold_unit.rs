//! `alert/threshold-unit`

use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::{Purpose, Use};
use crate::lint::words;
use crate::load::place;
use crate::load::tree::{Node, Scalar, ScalarKind, Style, Value};
use crate::model::rule::{AlertRule, Bound, Threshold, UnitClash};
use crate::promql::infer::EventKind;
use crate::source::SourceKind;
use crate::unit::Unit;

/// The rule.
pub const RULE: Rule = rule!(
    "alert/threshold-unit",
    Error,
    "A threshold is in another unit than the value that it is compared with",
    "threshold_unit.md",
    Check::Alert(check)
);

/// What is wrong with a bound.
enum Fault<'a> {
    /// It measures something else.
    Different(&'a Unit, &'a Unit),
    /// A ratio is compared with a number above 1 that it never reaches.
    PercentOfRatio,
    /// A ratio is compared with a number that looks like a percentage.
    LooksLikePercent,
    /// A percentage is compared with a number below 1.
    LooksLikeRatio,
}

/// Whether this rule reports an alert as an error, so that others need not say it again in other words.
pub fn applies(alert: &AlertRule) -> bool {
    faults(alert).any(|(_, fault)| matches!(fault, Fault::Different(..) | Fault::PercentOfRatio))
}

fn faults(alert: &AlertRule) -> impl Iterator<Item = (&Bound, Fault<'_>)> {
    let bounds = alert.threshold.iter().flat_map(|threshold| threshold.bounds.iter().map(move |bound| (threshold, bound)));
    bounds.filter_map(|(threshold, bound)| fault(alert, threshold, bound).map(|fault| (bound, fault)))
}

fn fault<'a>(alert: &'a AlertRule, threshold: &'a Threshold, bound: &'a Bound) -> Option<Fault<'a>> {
    if let Some(UnitClash::Different { quantity, value }) = &bound.clash {
        return Some(Fault::Different(quantity, value));
    }
    let unit = threshold.unit.as_ref()?;
    if bound.quantity.unit.is_some() || !unit.is_dimensionless() {
        return None;
    }
    let above = alert.expr.facts().range.interval;
    if unit.same(&Unit::ratio()) && bound.number > 1.0 && stays_below_one(alert, bound) {
        Some(Fault::PercentOfRatio)
    } else if unit.same(&Unit::ratio()) && (5.0..=100.0).contains(&bound.number) && above.is_unbounded_above() {
        Some(Fault::LooksLikePercent)
    } else if unit.same(&Unit::percent()) && bound.number > 0.0 && bound.number < 1.0 {
        Some(Fault::LooksLikeRatio)
    } else {
        None
    }
}

/// Whether inference found that the value never is above 1.
fn stays_below_one(alert: &AlertRule, bound: &Bound) -> bool {
    alert.expr.inference.events.iter().any(|event| match &event.kind {
        EventKind::ComparisonNeverTrue(finding) => finding.threshold == Some(bound.number) && finding.values.hi <= 1.0,
        _ => false,
    })
}

fn check(cx: &Context<'_>, alert: &AlertRule, findings: &mut Findings) {
    for (bound, fault) in faults(alert) {
        let text = &bound.quantity.text;
        let diagnostic = match fault {
            Fault::Different(quantity, value) => RULE
                .at(bound.span, format!("`{text}` is in {quantity}, the value is in {value}"))
                .help(format!("write the threshold in {value}")),
            Fault::PercentOfRatio => {
                let message = format!("the value is a ratio, which is never above 1: `{text}` is never reached");
                with_percent(cx, bound, RULE.at(bound.span, message).help(format!("write `{text}%`")))
            }
            Fault::LooksLikePercent => RULE
                .weaker(Severity::Warning, bound.span, format!("the value is a ratio: `{text}` is {}%", bound.number * 100.0))
                .help(format!("write `{text}%` if you mean a percentage, or `{}%` to say what you mean", bound.number * 100.0)),
            Fault::LooksLikeRatio => RULE
                .weaker(Severity::Warning, bound.span, format!("the value is in percent: `{text}` is {text}%"))
                .help(format!("write `{}%`, or `{text}%` to say what you mean", bound.number * 100.0)),
        };
        findings.push(with_origin(cx, alert, diagnostic));
    }
}

/// The finding with a fix that adds a percent sign, where the number is written plainly.
fn with_percent(cx: &Context<'_>, bound: &Bound, diagnostic: Diagnostic) -> Diagnostic {
    let is_file = cx.sources.get(bound.span.source).kind == SourceKind::File;
    if !is_file || cx.sources.text(bound.span) != bound.quantity.text {
        return diagnostic;
    }
    let scalar = Scalar { text: bound.quantity.text.clone(), kind: ScalarKind::Number };
    let node = Node { value: Value::Scalar(scalar), span: bound.span, style: Style::Plain };
    let end = bound.quantity.text.len();
    match place::edit(cx.sources, &node, end..end, "%") {
        Some(edit) => diagnostic.fix(Applicability::Unsafe, vec![edit]),
        None => diagnostic,
    }
}

fn with_origin(cx: &Context<'_>, alert: &AlertRule, diagnostic: Diagnostic) -> Diagnostic {
    let fact = &alert.expr.facts().unit;
    let Some(unit) = fact.known() else { return diagnostic };
    let used = Use { expr: &alert.expr, item: &alert.item, purpose: Purpose::Alert(alert) };
    let (span, fact) = words::why_value(cx, &used, &unit.to_string(), &fact.reason);
    diagnostic.label(span, fact)
}
