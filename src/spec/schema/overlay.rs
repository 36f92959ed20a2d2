//! The schema of an environment, made from that of a spec: the same things, none of them required, each of them removable, and
//! lists of things with ids addressed by id.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

const REFERENCE: &str = "#/$defs/";

/// The definition that `{remove: true}` fits.
const REMOVAL: &str = "Removal";

/// The changes that can be made to a record. The definitions that they need are added.
pub(super) fn of(record: &Json, definitions: &mut BTreeMap<String, Json>) -> Json {
    definitions.insert(
        REMOVAL.to_owned(),
        json!({
            "type": "object",
            "description": "Takes the thing away.",
            "properties": {"remove": remove()},
            "required": ["remove"],
            "additionalProperties": false,
        }),
    );
    changes(record, definitions)
}

fn remove() -> Json {
    json!({"const": true, "description": "Takes the thing away in this environment.", "examples": [true]})
}

/// The schema of a change to what this schema describes.
fn changes(schema: &Json, definitions: &mut BTreeMap<String, Json>) -> Json {
    let Json::Object(object) = schema else { return schema.clone() };
    let mut changed = if let Some(name) = reference(object) {
        json!({"$ref": changed_definition(name, definitions)})
    } else if let Some(Json::Array(choices)) = object.get("anyOf") {
        let mut choices: Vec<Json> = choices.iter().filter(|choice| !is_null(choice)).map(|c| changes(c, definitions)).collect();
        choices.dedup();
        match choices.as_slice() {
            [one] => one.clone(),
            _ => json!({"anyOf": choices}),
        }
    } else if has_type(object, "object") {
        changed_object(object, definitions)
    } else if has_type(object, "array") {
        changed_list(object, definitions)
    } else {
        removable(schema)
    };
    if let Json::Object(changed) = &mut changed {
        for key in ["description", "examples"] {
            if let Some(value) = object.get(key) {
                changed.insert(key.to_owned(), value.clone());
            }
        }
    }
    changed
}

/// What can be taken away as a whole, and replaced by another value.
fn removable(schema: &Json) -> Json {
    let plain = bare(schema);
    // A value of any form can be `{remove: true}` already.
    if plain.as_object().is_some_and(Map::is_empty) {
        return plain;
    }
    json!({"anyOf": [plain, {"$ref": format!("{REFERENCE}{REMOVAL}")}]})
}

fn changed_object(object: &Map<String, Json>, definitions: &mut BTreeMap<String, Json>) -> Json {
    let mut properties = Map::new();
    if let Some(Json::Object(fields)) = object.get("properties") {
        for (key, field) in fields {
            properties.insert(key.clone(), changes(field, definitions));
        }
    }
    properties.insert("remove".to_owned(), remove());
    let additional = match object.get("additionalProperties") {
        Some(values @ Json::Object(_)) => changes(values, definitions),
        _ => json!(false),
    };
    json!({"type": "object", "properties": properties, "additionalProperties": additional})
}

/// A whole new list; where its items have ids, also a mapping from ids to changes.
fn changed_list(list: &Map<String, Json>, definitions: &mut BTreeMap<String, Json>) -> Json {
    let whole = removable(&Json::Object(list.clone()));
    let item = list.get("items").and_then(Json::as_object).and_then(reference).map(str::to_owned);
    let Some(name) = item.filter(|name| definitions.get(name).is_some_and(|item| item.pointer("/properties/id").is_some()))
    else {
        return whole;
    };
    let by_id = json!({
        "type": "object",
        "properties": {"remove": remove()},
        "additionalProperties": {"$ref": changed_definition(&name, definitions)},
    });
    json!({"anyOf": [by_id, bare(&Json::Object(list.clone()))]})
}

/// A schema without its texts, that does not admit null: an environment that says nothing of a thing leaves it out.
fn bare(schema: &Json) -> Json {
    let mut plain = schema.clone();
    if let Some(object) = plain.as_object_mut() {
        object.remove("description");
        object.remove("examples");
        if let Some(Json::Array(kinds)) = object.get_mut("type") {
            kinds.retain(|kind| kind != "null");
        }
    }
    plain
}

/// The name of the definition of changes to what `name` defines, which is made where it is not there yet.
fn changed_definition(name: &str, definitions: &mut BTreeMap<String, Json>) -> String {
    let changed = format!("{name}Changes");
    if !definitions.contains_key(&changed) {
        let schema = definitions.get(name).cloned().unwrap_or_default();
        // A definition can reach itself: a route has routes.
        definitions.insert(changed.clone(), Json::Null);
        let schema = changes(&schema, definitions);
        definitions.insert(changed.clone(), schema);
    }
    format!("{REFERENCE}{changed}")
}

fn reference(object: &Map<String, Json>) -> Option<&str> {
    object.get("$ref")?.as_str()?.strip_prefix(REFERENCE)
}

fn is_null(schema: &Json) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null")
}

fn has_type(object: &Map<String, Json>, wanted: &str) -> bool {
    match object.get("type") {
        Some(Json::Array(kinds)) => kinds.iter().any(|kind| kind == wanted),
        Some(one) => one == wanted,
        None => false,
    }
}
