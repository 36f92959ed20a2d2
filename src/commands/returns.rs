//! What the nodes of an expression return, for people and for programs.

use serde_json::{Map, Value, json};

use crate::promql::ast::Expr;
use crate::promql::catalog::{MapCatalog, Presence, Values};
use crate::promql::infer::{Context, Facts, Inference, LabelFact, infer};

/// So many values of a label are shown to people.
const SHOWN: usize = 5;

/// What is known of an expression, node by node.
#[must_use]
pub fn inference(expr: &Expr, catalog: &MapCatalog) -> Inference {
    infer(expr, catalog, &Context::default())
}

/// What is known of a node, for people; empty when that is nothing: `; by job (node), env perhaps; unit seconds; range [0, 1]; 2 series at most`.
#[must_use]
pub fn words(facts: &Facts) -> String {
    let mut words = String::new();
    let mut add = |text: String| {
        words.push_str("; ");
        words.push_str(&text);
    };
    if facts.is_vector() {
        let labels: Vec<String> = facts.labels.iter().filter_map(label).collect();
        let others = facts.labels.others() != Presence::Absent;
        match (labels.is_empty(), others) {
            (true, true) => {}
            (true, false) => add("no labels".to_owned()),
            (false, false) => add(format!("labels {}", labels.join(", "))),
            (false, true) => add(format!("labels {}, perhaps others", labels.join(", "))),
        }
    }
    if let Some(unit) = facts.unit.known() {
        add(format!("unit {unit}"));
    }
    let interval = &facts.range.interval;
    if !(interval.is_unbounded_below() && interval.is_unbounded_above()) {
        add(format!("range {interval}"));
    }
    match facts.bound.filter(|_| facts.is_vector()) {
        Some(1) => add("1 series at most".to_owned()),
        Some(bound) => add(format!("{bound} series at most")),
        None => {}
    }
    words
}

/// A label as people read it; `None` of one that is not there.
fn label(fact: &LabelFact) -> Option<String> {
    let perhaps = match fact.presence {
        Presence::Present => "",
        Presence::Perhaps => " perhaps",
        Presence::Absent => return None,
    };
    let values = match fact.values.list() {
        Some(values) if !values.is_empty() => {
            let shown: Vec<&str> = values.iter().take(SHOWN).map(|value| &**value).collect();
            let more = if values.len() > SHOWN { format!(", {} more", values.len() - SHOWN) } else { String::new() };
            format!(" ({}{more})", shown.join(", "))
        }
        _ => String::new(),
    };
    Some(format!("{}{values}{perhaps}", fact.name))
}

/// What is known of a node, for programs: the fields `labels`, `other_labels`, `unit`, `range` and `series`.
#[must_use]
pub fn fields(facts: &Facts) -> Map<String, Value> {
    let labels: Map<String, Value> = facts.labels.iter().map(|fact| (fact.name.to_string(), label_fields(fact))).collect();
    let interval = &facts.range.interval;
    let lo = (!interval.is_unbounded_below()).then_some(interval.lo);
    let hi = (!interval.is_unbounded_above()).then_some(interval.hi);
    let mut fields = Map::new();
    fields.insert("labels".to_owned(), Value::Object(labels));
    let others = if facts.is_vector() { facts.labels.others() } else { Presence::Absent };
    fields.insert("other_labels".to_owned(), json!(presence(others)));
    fields.insert("unit".to_owned(), json!(facts.unit.known().map(ToString::to_string)));
    fields.insert("range".to_owned(), json!([lo, hi]));
    fields.insert("series".to_owned(), json!(facts.bound.filter(|_| facts.is_vector())));
    fields
}

fn label_fields(fact: &LabelFact) -> Value {
    let values = match &fact.values {
        _ if fact.presence == Presence::Absent => None,
        Values::Closed(values) => Some(values.iter().map(ToString::to_string).collect::<Vec<_>>()),
        Values::Any | Values::Pattern(_) => None,
    };
    json!({"presence": presence(fact.presence), "values": values})
}

fn presence(presence: Presence) -> &'static str {
    match presence {
        Presence::Present => "present",
        Presence::Absent => "absent",
        Presence::Perhaps => "perhaps",
    }
}
