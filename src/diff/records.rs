//! Recording rules.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, Detail, Subject, Verb};
use super::readers::Readers;
use super::{Side, canonical};
use crate::model::rule::RecordRule;
use crate::promql::catalog::Catalog as _;

pub(super) fn compare(old: &Side<'_>, new: &Side<'_>, readers: &Readers<'_>, changes: &mut Vec<Change>) {
    let (before, after) = (by_name(old), by_name(new));
    let all: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    for name in all {
        let change = match (before.get(name), after.get(name)) {
            (Some(was), None) => {
                let mut change = Change::new(Subject::Record, name, Verb::Removed, was.first().map(|it| old.place(it.item.span)));
                if new.model.catalog.variants(name).is_empty() {
                    change.breaks = readers.reading([name]);
                }
                change
            }
            (None, Some(is)) => {
                let details = is.iter().map(|it| Detail::new("expression", None, Some(it.expr.text.clone()))).collect();
                Change::new(Subject::Record, name, Verb::Added, is.first().map(|it| new.place(it.item.span))).with(details)
            }
            (Some(was), Some(is)) => {
                let details = details(was, is);
                if details.is_empty() {
                    continue;
                }
                Change::new(Subject::Record, name, Verb::Changed, is.first().map(|it| new.place(it.item.span))).with(details)
            }
            (None, None) => continue,
        };
        changes.push(change);
    }
}

fn by_name<'a>(side: &Side<'a>) -> BTreeMap<&'a str, Vec<&'a RecordRule>> {
    let mut all: BTreeMap<&str, Vec<&RecordRule>> = BTreeMap::new();
    for record in &side.model.records {
        all.entry(&record.name).or_default().push(record);
    }
    all
}

fn details(was: &[&RecordRule], is: &[&RecordRule]) -> Vec<Detail> {
    let ([was], [is]) = (was, is) else {
        // Rules of one name differ by their labels.
        let text = |rules: &[&RecordRule]| -> BTreeSet<String> {
            rules.iter().map(|rule| format!("{} {:?}", canonical::text(&rule.expr.ast), rule.labels)).collect()
        };
        let count = |rules: &[&RecordRule]| Some(format!("{} rules", rules.len()));
        return if text(was) == text(is) { Vec::new() } else { vec![Detail::new("rules", count(was), count(is))] };
    };
    let mut all = Vec::new();
    if canonical::text(&was.expr.ast) != canonical::text(&is.expr.ast) {
        all.push(Detail::new("expression", Some(was.expr.text.clone()), Some(is.expr.text.clone())));
    }
    let names: BTreeSet<&String> = was.labels.keys().chain(is.labels.keys()).collect();
    for name in names {
        all.extend(Detail::of(&format!("label {name}"), was.labels.get(name), is.labels.get(name)));
    }
    all.extend(Detail::of("interval", was.interval, is.interval));
    let unit = |rule: &RecordRule| rule.expr.facts().unit.known().map(ToString::to_string);
    all.extend(Detail::of("unit", unit(was), unit(is)));
    all
}
