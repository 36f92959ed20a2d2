//! Alerts: added, removed, renamed, loosened, tightened.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::Side;
use super::canonical;
use super::change::{Change, Detail, Effect, Subject, Verb};
use crate::lint::delivery::AlertLabels;
use crate::lint::expressions;
use crate::lint::subject::Stack;
use crate::model::rule::AlertRule;
use crate::promql::{BinaryOp, Expr, ExprKind};
use crate::spec::quantity::Duration;
use crate::unit::Unit;

/// A rule by its level and its pool.
type Rules<'a> = BTreeMap<(&'a str, &'a str), &'a AlertRule>;

pub(super) fn compare(old: &Side<'_>, new: &Side<'_>, changes: &mut Vec<Change>) {
    let (before, after) = (by_name(old), by_name(new));
    let gone: Vec<&str> = before.keys().filter(|name| !after.contains_key(*name)).copied().collect();
    let fresh: Vec<&str> = after.keys().filter(|name| !before.contains_key(*name)).copied().collect();
    let renamed = renamed(&before, &after, &gone, &fresh);
    for name in gone {
        let rules = &before[name];
        let place = rules.values().next().map(|rule| old.place(rule.item.span));
        if let Some(new_name) = renamed.get(name) {
            let place = after.get(new_name).and_then(|rules| rules.values().next()).map(|rule| new.place(rule.item.span));
            let detail = Detail::new("name", Some(name.to_owned()), Some((*new_name).to_owned()));
            changes.push(Change::new(Subject::Alert, name, Verb::Renamed, place).with(vec![detail]));
            continue;
        }
        let details = rules.values().map(|rule| Detail::new("fired", Some(condition(rule)), None)).collect();
        changes.push(Change::new(Subject::Alert, name, Verb::Removed, place).with(details));
    }
    let taken: BTreeSet<&str> = renamed.values().copied().collect();
    for name in fresh.into_iter().filter(|name| !taken.contains(name)) {
        let rules = &after[name];
        let place = rules.values().next().map(|rule| new.place(rule.item.span));
        let details = rules.values().map(|rule| Detail::new("fires", None, Some(condition(rule)))).collect();
        changes.push(Change::new(Subject::Alert, name, Verb::Added, place).with(details));
    }
    for (name, rules) in &after {
        let Some(earlier) = before.get(name) else { continue };
        let details = details(old, new, earlier, rules);
        if !details.is_empty() {
            let place = rules.values().next().map(|rule| new.place(rule.item.span));
            changes.push(Change::new(Subject::Alert, *name, verb(&details), place).with(details));
        }
    }
}

fn by_name<'a>(side: &Side<'a>) -> BTreeMap<&'a str, Rules<'a>> {
    let mut all: BTreeMap<&str, Rules<'a>> = BTreeMap::new();
    for rule in &side.model.alerts {
        let key = (rule.level.as_deref().unwrap_or_default(), rule.pool.as_deref().unwrap_or_default());
        all.entry(&rule.name).or_default().insert(key, rule);
    }
    all
}

/// Alerts that are gone and whose rules another name has now, and no other.
fn renamed<'a>(
    before: &BTreeMap<&'a str, Rules<'a>>,
    after: &BTreeMap<&'a str, Rules<'a>>,
    gone: &[&'a str],
    fresh: &[&'a str],
) -> BTreeMap<&'a str, &'a str> {
    let sign = |rules: &Rules<'_>| -> Vec<String> {
        rules.values().map(|rule| format!("{} {:?} {}", rule.severity(), rule.hold, canonical::text(&rule.expr.ast))).collect()
    };
    let mut by_sign: BTreeMap<Vec<String>, (Vec<&str>, Vec<&str>)> = BTreeMap::new();
    for name in gone {
        by_sign.entry(sign(&before[name])).or_default().0.push(name);
    }
    for name in fresh {
        by_sign.entry(sign(&after[name])).or_default().1.push(name);
    }
    let pairs = by_sign.into_values().filter_map(|(gone, fresh)| match (gone.as_slice(), fresh.as_slice()) {
        ([gone], [fresh]) => Some((*gone, *fresh)),
        _ => None,
    });
    pairs.collect()
}

/// Which way all details together move an alert.
fn verb(details: &[Detail]) -> Verb {
    let effects: BTreeSet<Effect> =
        details.iter().map(|detail| detail.effect).filter(|effect| *effect != Effect::Words).collect();
    match effects.into_iter().collect::<Vec<_>>().as_slice() {
        [Effect::Loosened] => Verb::Loosened,
        [Effect::Tightened] => Verb::Tightened,
        _ => Verb::Changed,
    }
}

fn details(old: &Side<'_>, new: &Side<'_>, before: &Rules<'_>, after: &Rules<'_>) -> Vec<Detail> {
    let mut all = Vec::new();
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let several = keys.len() > 1;
    for key in keys {
        let (level, pool) = key;
        let what = match (level.is_empty(), pool.is_empty()) {
            (false, false) => format!("{level}, pool {pool}"),
            (false, true) => (*level).to_owned(),
            (true, false) => format!("pool {pool}"),
            (true, true) => "rule".to_owned(),
        };
        match (before.get(key), after.get(key)) {
            (Some(gone), None) => {
                all.push(Detail::new(what, Some(condition(gone)), None).effect(Effect::Loosened));
            }
            (None, Some(fresh)) => {
                all.push(Detail::new(what, None, Some(condition(fresh))).effect(Effect::Tightened));
            }
            (Some(before), Some(after)) => {
                let mut found = rule(old, new, before, after);
                if several {
                    found.iter_mut().for_each(|detail| detail.what = format!("{what}: {}", detail.what));
                }
                all.extend(found);
            }
            (None, None) => {}
        }
    }
    all
}

/// What is compared, with the comparisons.
struct Question<'a> {
    value: &'a Expr,
    bounds: Vec<(BinaryOp, f64, String)>,
    unit: Option<&'a Unit>,
}

fn question(rule: &AlertRule) -> Question<'_> {
    let expr = &rule.expr.ast;
    let inferred = rule.expr.facts().unit.known();
    if let Some(threshold) = &rule.threshold
        && let Some(value) = compared(expr)
    {
        let bounds = threshold.bounds.iter();
        let bounds = bounds.map(|bound| (bound.op, bound.number, format!("{} {}", bound.op.symbol(), bound.quantity.text)));
        return Question { value, bounds: bounds.collect(), unit: threshold.unit.as_ref().or(inferred) };
    }
    match expressions::comparison(expr) {
        Some((value, op, number)) => {
            Question { value, bounds: vec![(op, number, format!("{} {number}", op.symbol()))], unit: inferred }
        }
        None => Question { value: expr, bounds: Vec::new(), unit: inferred },
    }
}

/// The left side of the comparison that a threshold became, or of the first of two.
fn compared(expr: &Expr) -> Option<&Expr> {
    let mut expr = expr;
    loop {
        expr = match &expr.kind {
            ExprKind::Paren(inner) => inner,
            ExprKind::Binary(binary) if binary.op == BinaryOp::Or => &binary.lhs,
            ExprKind::Binary(binary) if binary.op.is_comparison() => return Some(&binary.lhs),
            _ => return None,
        };
    }
}

/// `rate(x[5m]) > 5% for 5m (critical)`
fn condition(rule: &AlertRule) -> String {
    let question = question(rule);
    let bounds: Vec<&str> = question.bounds.iter().map(|(_, _, text)| text.as_str()).collect();
    let mut text = question.value.without_parens().to_string();
    if !bounds.is_empty() {
        text.push_str(&format!(" {}", bounds.join(" or ")));
    }
    if let Some(hold) = rule.hold.filter(|hold| hold.millis > 0) {
        text.push_str(&format!(" for {hold}"));
    }
    format!("{text} ({})", rule.severity())
}

fn rule(old: &Side<'_>, new: &Side<'_>, before: &AlertRule, after: &AlertRule) -> Vec<Detail> {
    let mut all = Vec::new();
    let (was, is) = (question(before), question(after));
    if canonical::text(was.value) != canonical::text(is.value) {
        let text = |expr: &Expr| Some(expr.without_parens().to_string());
        all.push(Detail::new("expression", text(was.value), text(is.value)));
    }
    all.extend(threshold(&was, &is));
    all.extend(duration("for", before.hold, after.hold, Effect::Loosened));
    all.extend(duration("keep_firing_for", before.keep_firing_for, after.keep_firing_for, Effect::Tightened));
    if before.severity() != after.severity() {
        let rank = |rule: &AlertRule| ["critical", "warning", "info"].into_iter().position(|word| word == rule.severity());
        let effect = match rank(before).zip(rank(after)) {
            Some((before, after)) if after > before => Effect::Loosened,
            Some(_) => Effect::Tightened,
            None => Effect::Other,
        };
        let text = |rule: &AlertRule| Some(rule.severity().to_owned());
        all.push(Detail::new("severity", text(before), text(after)).effect(effect));
    }
    if before.planned != after.planned {
        let text = |rule: &AlertRule| Some(if rule.planned { "planned" } else { "active" }.to_owned());
        let effect = if after.planned { Effect::Loosened } else { Effect::Tightened };
        all.push(Detail::new("status", text(before), text(after)).effect(effect));
    }
    if !before.planned && !after.planned {
        all.extend(told(old, new, before, after));
    }
    all.extend(texts("label", before.labels.iter(), after.labels.iter(), Effect::Other));
    all.extend(texts("annotation", before.annotations.iter(), after.annotations.iter(), Effect::Words));
    let interval = |rule: &AlertRule, side: &Side<'_>| Some(rule.interval.unwrap_or(side.model.settings.evaluation_interval));
    if before.interval != after.interval {
        all.extend(Detail::of("evaluation interval", interval(before, old), interval(after, new)));
    }
    let runbook = |rule: &AlertRule| rule.runbook.as_ref().map(|text| text.value.trim().to_owned());
    if runbook(before) != runbook(after) {
        all.push(Detail::new("runbook", None, Some("its text differs".to_owned())).effect(Effect::Words));
    }
    all
}

fn threshold(was: &Question<'_>, is: &Question<'_>) -> Option<Detail> {
    // A number in another unit may be the same amount.
    let factor = match (was.unit, is.unit) {
        (Some(was), Some(is)) => was.conversion(is).unwrap_or(1.0),
        _ => 1.0,
    };
    let mut sorted = [was.bounds.clone(), is.bounds.clone()];
    for bounds in &mut sorted {
        bounds.sort_by(|a, b| (a.0.symbol(), a.1).partial_cmp(&(b.0.symbol(), b.1)).unwrap_or(Ordering::Equal));
    }
    let [before, after] = &sorted;
    let same = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs());
    let pairs = || before.iter().zip(after);
    if before.len() == after.len() && pairs().all(|(a, b)| a.0 == b.0 && same(a.1 * factor, b.1)) {
        return None;
    }
    let text = |bounds: &[(BinaryOp, f64, String)]| {
        let texts: Vec<&str> = bounds.iter().map(|(_, _, text)| text.as_str()).collect();
        if texts.is_empty() { None } else { Some(texts.join(" or ")) }
    };
    let mut effects: BTreeSet<Effect> = BTreeSet::new();
    if before.len() == after.len() && !before.is_empty() {
        for (a, b) in pairs() {
            effects.extend(moved(a.0, a.1 * factor, b.0, b.1));
        }
    } else {
        effects.insert(Effect::Other);
    }
    let effect = match effects.into_iter().collect::<Vec<_>>().as_slice() {
        [one] => *one,
        _ => Effect::Other,
    };
    Some(Detail::new("threshold", text(&was.bounds), text(&is.bounds)).effect(effect))
}

/// Which way a comparison moved; nothing when it did not.
fn moved(op: BinaryOp, before: f64, new_op: BinaryOp, after: f64) -> Option<Effect> {
    /// Whether it fires above or below, and whether the number itself counts.
    fn side(op: BinaryOp) -> Option<(bool, bool)> {
        match op {
            BinaryOp::Greater => Some((true, false)),
            BinaryOp::GreaterOrEqual => Some((true, true)),
            BinaryOp::Less => Some((false, false)),
            BinaryOp::LessOrEqual => Some((false, true)),
            _ => None,
        }
    }
    let (Some((above, with)), Some((new_above, new_with))) = (side(op), side(new_op)) else {
        return (op != new_op || before.total_cmp(&after).is_ne()).then_some(Effect::Other);
    };
    if above != new_above {
        return Some(Effect::Other);
    }
    let higher = after.partial_cmp(&before)?;
    match (higher, above) {
        (Ordering::Greater, true) | (Ordering::Less, false) => Some(Effect::Loosened),
        (Ordering::Greater, false) | (Ordering::Less, true) => Some(Effect::Tightened),
        (Ordering::Equal, _) => match (with, new_with) {
            (true, false) => Some(Effect::Loosened),
            (false, true) => Some(Effect::Tightened),
            _ => None,
        },
    }
}

fn duration(what: &str, before: Option<Duration>, after: Option<Duration>, longer: Effect) -> Option<Detail> {
    let millis = |duration: Option<Duration>| duration.map_or(0, |duration| duration.millis);
    let shorter = if longer == Effect::Loosened { Effect::Tightened } else { Effect::Loosened };
    let effect = match millis(after).cmp(&millis(before)) {
        Ordering::Equal => return None,
        Ordering::Greater => longer,
        Ordering::Less => shorter,
    };
    let text = |duration: Option<Duration>| Some(duration.unwrap_or(Duration::from_millis(0)).to_string());
    Some(Detail::new(what, text(before), text(after)).effect(effect))
}

fn told(old: &Side<'_>, new: &Side<'_>, before: &AlertRule, after: &AlertRule) -> Option<Detail> {
    let names = |side: &Side<'_>, rule: &AlertRule| -> BTreeSet<String> {
        let model = side.model;
        let stack = Stack::of(model);
        let Some(route) = &model.route else { return BTreeSet::new() };
        AlertLabels::of(rule, &stack).receivers(route).iter().map(|end| end.receiver.clone()).collect()
    };
    let (was, is) = (names(old, before), names(new, after));
    if was == is {
        return None;
    }
    let effect = if is.is_subset(&was) {
        Effect::Loosened
    } else if was.is_subset(&is) {
        Effect::Tightened
    } else {
        Effect::Other
    };
    let text = |names: BTreeSet<String>| {
        Some(if names.is_empty() { "nobody".to_owned() } else { names.into_iter().collect::<Vec<_>>().join(", ") })
    };
    Some(Detail::new("told", text(was), text(is)).effect(effect))
}

fn texts<'t>(
    what: &str,
    before: impl Iterator<Item = (&'t String, &'t crate::spec::decode::Text)>,
    after: impl Iterator<Item = (&'t String, &'t crate::spec::decode::Text)>,
    effect: Effect,
) -> Vec<Detail> {
    let mut names: BTreeMap<&str, [Option<String>; 2]> = BTreeMap::new();
    for (name, text) in before {
        names.entry(name).or_default()[0] = Some(text.value.trim().to_owned());
    }
    for (name, text) in after {
        names.entry(name).or_default()[1] = Some(text.value.trim().to_owned());
    }
    let differs = |name: &&str, [before, after]: &[Option<String>; 2]| **name != *"severity" && before != after;
    let all = names.into_iter().filter(|(name, texts)| differs(name, texts));
    all.map(|(name, [before, after])| Detail::new(format!("{what} {name}"), before, after).effect(effect)).collect()
}
