//! `promql/comparison-never-true`

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::rules::alert::{threshold_above_top_bucket, threshold_unit};
use crate::lint::subject::Use;
use crate::lint::words;
use crate::promql::infer::{ComparisonFinding, Event, EventKind};

/// The rule.
pub const RULE: Rule = rule!(
    "promql/comparison-never-true",
    Error,
    "A comparison holds for no value that can occur",
    "comparison_never_true.md",
    Check::Event(check)
);

fn check(cx: &Context<'_>, used: &Use<'_>, event: &Event) -> Option<Diagnostic> {
    let EventKind::ComparisonNeverTrue(finding) = &event.kind else { return None };
    if finding.only_declared && finding.is_guard {
        return None;
    }
    // An alert's threshold has rules of its own, which know more.
    if threshold_above_top_bucket::applies(used, finding) || used.alert().is_some_and(threshold_unit::applies) {
        return None;
    }
    let effect = if finding.returns_bool { "always gives 0" } else { "never holds" };
    let message = format!("`{}` {effect}: {}", sentence(finding), bounds(finding));
    let (span, fact) = words::why_value(cx, used, &words::interval(&finding.values), &finding.reason);
    let help = match finding.only_declared {
        true => "correct the threshold, or the declared range if values really leave it",
        false => "correct the threshold, or what is compared",
    };
    Some(RULE.at(cx.place(used, event.span), message).label(span, fact).help(help))
}

/// `> 95`
pub(super) fn sentence(finding: &ComparisonFinding) -> String {
    match finding.threshold {
        Some(threshold) => format!("{} {threshold}", finding.op.symbol()),
        None => finding.op.symbol().to_owned(),
    }
}

/// "the values are from 0 to 1 (ratio)"
pub(super) fn bounds(finding: &ComparisonFinding) -> String {
    let unit = finding.unit.as_ref().map(|unit| format!(" ({unit})")).unwrap_or_default();
    match finding.threshold {
        Some(_) => format!("the value is {}{unit}", words::interval(&finding.values)),
        None => {
            format!(
                "the left side is {}, the right side {}{unit}",
                words::interval(&finding.values),
                words::interval(&finding.with)
            )
        }
    }
}
