//! `metric/percent-or-ratio`

use crate::diagnostic::Severity;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Declared;
use crate::unit::Unit;

/// The rule.
pub const RULE: Rule = rule!(
    "metric/percent-or-ratio",
    Error,
    "A metric is declared as a ratio and described as a percentage, or the other way round",
    "percent_or_ratio.md",
    Check::Metric(check)
);

fn check(_: &Context<'_>, declared: &Declared<'_>, findings: &mut Findings) {
    let Some(written) = &declared.metric.unit else { return };
    let (ratio, percent) = (written.value.same(&Unit::ratio()), written.value.same(&Unit::percent()));
    if !ratio && !percent {
        return;
    }
    if let Some(range) = &declared.metric.range {
        let message = if ratio && range.low >= 0.0 && range.high.to_bits() == 100f64.to_bits() {
            Some(format!("`{}` is a ratio, and its range goes to 100", declared.name))
        } else if percent && range.low >= 0.0 && range.high <= 1.0 {
            Some(format!("`{}` is in percent, and its range ends at {}", declared.name, range.high))
        } else {
            None
        };
        if let Some(message) = message {
            let help =
                if ratio { "write `unit: percent`, or `range: [0, 1]`" } else { "write `unit: ratio`, or `range: [0, 100]`" };
            findings.push(RULE.at(range.span, message).label(written.span, "the unit").help(help));
            return;
        }
    }
    let has = |wanted: &[&str]| declared.name.split('_').any(|word| wanted.contains(&word));
    let message = if ratio && has(&["percent", "percentage", "pct"]) {
        format!("`{}` says percent, and its unit is ratio", declared.name)
    } else if percent && has(&["ratio", "fraction"]) {
        format!("`{}` says ratio, and its unit is percent", declared.name)
    } else {
        return;
    };
    let diagnostic = RULE.weaker(Severity::Warning, declared.span, message).label(written.span, "the unit");
    findings.push(diagnostic.help("look at what is exposed, from 0 to 1 or from 0 to 100, and let unit and name say so"));
}
