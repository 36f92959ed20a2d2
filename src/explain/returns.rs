//! What an expression returns, in words.

use serde_json::{Value, json};

use crate::promql::catalog::{LabelDomain, Presence, Values};
use crate::promql::infer::{Facts, Interval, METRIC_NAME};
use crate::unit::Unit;

/// How many values of a label are named.
const NAMED: usize = 8;

/// The lines and the fields of a result, with the unit that somebody declares where none is inferred.
pub(super) fn returns(facts: &Facts, declared: Option<&Unit>) -> (Vec<String>, Value) {
    let mut lines = Vec::new();
    let mut labels = Vec::new();
    if facts.empty.is_some() {
        lines.push("nothing, ever".to_owned());
    }
    for fact in facts.labels.iter().filter(|fact| fact.presence != Presence::Absent && &*fact.name != METRIC_NAME) {
        let presence = if fact.presence == Presence::Perhaps { " (can be missing)" } else { "" };
        lines.push(format!("label {}: {}{presence}", fact.name, values(&fact.values, fact.max)));
        labels.push(json!({
            "name": &*fact.name,
            "values": list(&fact.values),
            "size": fact.size(),
            "optional": fact.presence == Presence::Perhaps,
        }));
    }
    let open = facts.labels.others() != Presence::Absent;
    if open {
        lines.push("and labels that are not known".to_owned());
    } else if labels.is_empty() && facts.is_vector() {
        lines.push("one series without labels".to_owned());
    }
    let unit = facts.unit.known().or(declared).map(ToString::to_string);
    if let Some(unit) = &unit {
        lines.push(format!("unit: {unit}"));
    }
    let range = facts.range.interval;
    if range != Interval::ALL {
        lines.push(format!("values: {range}"));
    }
    if let Some(bound) = facts.bound {
        lines.push(format!("at most {bound} series"));
    }
    let json = json!({
        "samples": facts.samples.name(),
        "labels": labels,
        "open_labels": open,
        "unit": unit,
        "range": [finite(range.lo), finite(range.hi)],
        "series": facts.bound,
    });
    (lines, json)
}

/// An end of a range; nothing where there is none.
pub(super) fn finite(end: f64) -> Option<f64> {
    (end.is_finite() && end.abs() != f64::MAX).then_some(end)
}

/// The values of a label in words: `200, 404, 500`, `40 at most`, `matches [0-9]+`.
pub(super) fn values(values: &Values, max: Option<u64>) -> String {
    let mut text = match values {
        Values::Any => return max.map_or_else(|| "any value".to_owned(), |max| format!("at most {max} values")),
        Values::Pattern(pattern) => format!("matches {}", pattern.source()),
        Values::Closed(list) => {
            let named: Vec<&str> = list.iter().take(NAMED).map(|value| &**value).collect();
            let more = list.len().saturating_sub(NAMED);
            let named = named.join(", ");
            if more > 0 { format!("{named} and {more} more") } else { named }
        }
    };
    if let Some(max) = max {
        text.push_str(&format!(", at most {max} at a time"));
    }
    text
}

/// The values of a label, where there is a list.
pub(super) fn list(values: &Values) -> Option<Vec<&str>> {
    values.list().map(|list| list.iter().map(|value| &**value).collect())
}

/// A label as it is declared.
pub(super) fn label(name: &str, domain: &LabelDomain) -> (String, Value) {
    let mut line = format!("{name}: {}", values(&domain.values, domain.max));
    if let Some(size) = domain.size() {
        line.push_str(&format!("  ({size})"));
    }
    if domain.presence == Presence::Perhaps {
        line.push_str("  can be missing");
    }
    if domain.target {
        line.push_str("  of the target");
    }
    if let Some(total) = &domain.total {
        line.push_str(&format!("  {total} is the sum of the others"));
    }
    let json = json!({
        "name": name,
        "values": list(&domain.values),
        "size": domain.size(),
        "optional": domain.presence == Presence::Perhaps,
        "target": domain.target,
    });
    (line, json)
}
