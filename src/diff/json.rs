//! For programs.

use serde_json::{Map, Value, json};

use super::{Diff, Effect, Place, Series, Verb};

/// `{"old": ..., "new": ..., "changes": [...], "series": {...}, "summary": {...}}`
pub fn json(diff: &Diff) -> Value {
    let changes = diff.changes.iter().map(|change| {
        let mut fields = Map::new();
        fields.insert("subject".to_owned(), json!(change.subject.word()));
        fields.insert("name".to_owned(), json!(change.name));
        fields.insert("change".to_owned(), json!(change.verb.word()));
        place(&mut fields, change.place.as_ref());
        fields.insert("side".to_owned(), json!(if change.verb == Verb::Removed { "old" } else { "new" }));
        let details = change.details.iter().map(|detail| {
            let effect = match detail.effect {
                Effect::Loosened => Some("loosened"),
                Effect::Tightened => Some("tightened"),
                Effect::Words | Effect::Other => None,
            };
            json!({"what": detail.what, "before": detail.before, "after": detail.after, "effect": effect})
        });
        fields.insert("details".to_owned(), details.collect());
        let breaks = change.breaks.iter().map(|broken| {
            let mut fields = Map::new();
            fields.insert("kind".to_owned(), json!(broken.noun));
            fields.insert("name".to_owned(), json!(broken.name));
            place(&mut fields, broken.place.as_ref());
            Value::Object(fields)
        });
        fields.insert("breaks".to_owned(), breaks.collect());
        Value::Object(fields)
    });
    let [before, after] = diff.series;
    json!({
        "old": diff.old,
        "new": diff.new,
        "changes": changes.collect::<Vec<_>>(),
        "series": {"before": series(before), "after": series(after)},
        "notes": diff.notes,
        "summary": {"changes": diff.changes.len(), "breaks": diff.broken(), "text": diff.summary()},
    })
}

fn series(series: Series) -> Value {
    json!({"most": series.most, "unbounded": series.unbounded})
}

fn place(fields: &mut Map<String, Value>, place: Option<&Place>) {
    if let Some(place) = place {
        fields.insert("file".to_owned(), json!(place.file));
        fields.insert("line".to_owned(), json!(place.line));
    }
}
