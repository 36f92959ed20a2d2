//! How a test is cut into steps, and the recording rules that it needs.

use crate::model::rule::{AlertRule, RecordRule};
use crate::promql::ast::{Expr, ExprKind};
use crate::prove::evaluate::range_of;

/// The recording rules that rules read, directly or through others, in the order of their evaluation.
pub(in crate::prove) fn read_by<'a>(records: &'a [RecordRule], family: &[&AlertRule]) -> Vec<&'a RecordRule> {
    if records.is_empty() {
        return Vec::new();
    }
    let mut names: Vec<String> = Vec::new();
    let note = |expr: &Expr, names: &mut Vec<String>| {
        expr.selectors(&mut |selector| {
            if let Some(name) = selector.metric_name()
                && !names.iter().any(|known| known == name)
            {
                names.push(name.to_owned());
            }
        });
    };
    family.iter().for_each(|rule| note(&rule.expr.ast, &mut names));
    // Each stands after those that it reads.
    for record in records.iter().rev() {
        if names.contains(&record.name) {
            note(&record.expr.ast, &mut names);
        }
    }
    records.iter().filter(|record| names.contains(&record.name)).collect()
}

/// The milliseconds between two samples: so that the shortest range holds several, in a number that floats divide exactly.
pub(in crate::prove) fn step_for(rules: &[&AlertRule], records: &[&RecordRule]) -> i64 {
    const LONGEST: i64 = 240_000;
    const AT_ONCE: i64 = 100_000;
    let mut window: Option<i64> = None;
    let mut note = |expr: &Expr| {
        expr.visit(&mut |inner| {
            if matches!(inner.kind, ExprKind::Matrix(_) | ExprKind::Subquery(_))
                && let Ok(range) = range_of(inner)
                && range > 0
            {
                window = Some(window.map_or(range, |known| known.min(range)));
            }
        });
    };
    rules.iter().for_each(|rule| note(&rule.expr.ast));
    records.iter().for_each(|record| note(&record.expr.ast));
    let hold = rules.iter().filter_map(|rule| rule.hold).map(|hold| hold.millis).filter(|millis| *millis > 0).min();
    let most = hold.map_or(LONGEST, |hold| (hold / 4).clamp(1, LONGEST));
    let (whole, mut parts) = match (window, hold) {
        (Some(window), _) => (window, 4),
        (None, Some(hold)) => (hold, 4),
        (None, None) => return 60_000,
    };
    // A short hold beside a long range: three steps of it are enough.
    let mut most = if window.is_some() { hold.map_or(LONGEST, |hold| (hold / 3).clamp(1, LONGEST)) } else { most };
    // Without a hold it is seen within minutes that there is none.
    if rules.iter().any(|rule| rule.hold.is_none_or(|hold| hold.millis == 0)) && whole / AT_ONCE <= 256 {
        most = most.min(AT_ONCE);
    }
    while whole / parts > most && parts < 4096 {
        parts *= 2;
    }
    (whole / parts).max(1)
}

/// The longest range of an expression, in milliseconds.
pub(super) fn longest_range(expr: &Expr) -> i64 {
    let mut longest = 0;
    expr.visit(&mut |inner| {
        if matches!(inner.kind, ExprKind::Matrix(_) | ExprKind::Subquery(_)) {
            longest = longest.max(range_of(inner).unwrap_or(0));
        }
    });
    longest
}
