//! `alert/overlapping`

use std::collections::BTreeMap;

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::outline::AlertOutline;
use crate::lint::rule::{Check, Rule, rule};

/// The rule.
pub const RULE: Rule = rule!(
    "alert/overlapping",
    Warning,
    "Whenever one alert fires another one of the same severity fires too",
    "overlapping.md",
    Check::Whole(check)
);

/// The value that is compared, the side of the bound, and the labels.
type Key<'a> = (&'a str, bool, &'a [(String, String)]);

fn check(cx: &Context<'_>, findings: &mut Findings) {
    let mut groups: BTreeMap<Key<'_>, Vec<Bounded<'_>>> = BTreeMap::new();
    for alert in cx.subject.outlines.iter().filter(|alert| !alert.heartbeat) {
        if let Some(bound) = &alert.bound {
            let bounded = Bounded { alert, strictness: bound.strictness };
            groups.entry((&bound.value, bound.upper, &alert.labels)).or_default().push(bounded);
        }
    }
    for ((value, ..), mut group) in groups {
        group.sort_by(|a, b| a.strictness.total_cmp(&b.strictness).then(b.alert.hold.cmp(&a.alert.hold)));
        for (index, weak) in group.iter().enumerate() {
            let implied_by = group.iter().skip(index + 1).find(|strict| implies(strict, weak));
            if let Some(strict) = implied_by {
                let (strict, weak) = (strict.alert, weak.alert);
                let message = format!("whenever `{}` fires, `{}` fires too, with the same severity", strict.name, weak.name);
                let diagnostic = RULE
                    .at(strict.span, message)
                    .label(weak.span, format!("this one compares `{value}` with less"))
                    .help("make them two levels of one alert, so that the worse one keeps the other quiet");
                findings.push_about(strict.span, diagnostic);
            }
        }
    }
}

/// An alert with its bound.
struct Bounded<'a> {
    alert: &'a AlertOutline,
    strictness: f64,
}

fn implies(strict: &Bounded<'_>, weak: &Bounded<'_>) -> bool {
    let same = strict.strictness.total_cmp(&weak.strictness).is_eq() && strict.alert.hold == weak.alert.hold;
    !same && strict.alert.hold >= weak.alert.hold && strict.alert.span != weak.alert.span
}
