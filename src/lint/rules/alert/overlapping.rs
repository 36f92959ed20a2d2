//! `alert/overlapping`

use std::collections::BTreeMap;

use crate::lint::context::Context;
use crate::lint::expressions;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::model::rule::AlertRule;
use crate::promql::BinaryOp;

/// The rule.
pub const RULE: Rule = rule!(
    "alert/overlapping",
    Warning,
    "Whenever one alert fires another one of the same severity fires too",
    "overlapping.md",
    Check::Whole(check)
);

/// An alert as a bound on one value.
struct Bounded<'a> {
    alert: &'a AlertRule,
    /// Greater is stricter, whichever side the bound is on.
    strictness: f64,
    hold: i64,
}

type Key<'a> = (String, bool, Vec<(&'a str, &'a str)>);

fn check(cx: &Context<'_>, findings: &mut Findings) {
    let mut groups: BTreeMap<Key<'_>, Vec<Bounded<'_>>> = BTreeMap::new();
    for alert in cx.subject.alerts.iter().filter(|alert| !alert.planned && !alert.heartbeat) {
        if let Some((key, bounded)) = bounded(alert) {
            groups.entry(key).or_default().push(bounded);
        }
    }
    for ((value, ..), mut group) in groups {
        group.sort_by(|a, b| a.strictness.total_cmp(&b.strictness).then(b.hold.cmp(&a.hold)));
        for (index, weak) in group.iter().enumerate() {
            let implied_by = group.iter().skip(index + 1).find(|strict| implies(strict, weak));
            if let Some(strict) = implied_by {
                let (strict, weak) = (strict.alert, weak.alert);
                let message = format!("whenever `{}` fires, `{}` fires too, with the same severity", strict.name, weak.name);
                let diagnostic = RULE
                    .at(strict.item.span, message)
                    .label(weak.item.span, format!("this one compares `{value}` with less"))
                    .help("make them two levels of one alert, so that the worse one keeps the other quiet");
                findings.push_about(strict.item.span, diagnostic);
            }
        }
    }
}

fn implies(strict: &Bounded<'_>, weak: &Bounded<'_>) -> bool {
    let same = strict.strictness.total_cmp(&weak.strictness).is_eq() && strict.hold == weak.hold;
    !same && strict.hold >= weak.hold && strict.alert.item.span != weak.alert.item.span
}

fn bounded(alert: &AlertRule) -> Option<(Key<'_>, Bounded<'_>)> {
    let (compared, op, number) = expressions::comparison(&alert.expr.ast)?;
    let value = expressions::bare(compared).to_string();
    let upper = match op {
        BinaryOp::Greater | BinaryOp::GreaterOrEqual => true,
        BinaryOp::Less | BinaryOp::LessOrEqual => false,
        _ => return None,
    };
    let labels = alert.labels.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let strictness = if upper { number } else { -number };
    Some(((value, upper, labels), Bounded { alert, strictness, hold: alert.hold.map_or(0, |hold| hold.millis) }))
}
