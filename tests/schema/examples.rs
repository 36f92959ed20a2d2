//! The example of every field, read by the compiler: each stands in a spec that is made of nothing but examples.

use std::collections::{BTreeMap, VecDeque};

use optiinfra_gen::spec::Spec;
use optiinfra_gen::spec::decode::{Decode as _, Decoder};
use optiinfra_gen::spec::schema;
use serde_json::{Map, Value as Json, json};

use crate::parse;

/// A record with the example of each of its fields.
fn full(record: &Json) -> Map<String, Json> {
    let fields = record["properties"].as_object().unwrap();
    fields.iter().map(|(key, field)| (key.clone(), field["examples"][0].clone())).collect()
}

/// What a field holds: each definition with the shape of the value around it.
fn held(schema: &Json, wrap: &dyn Fn(Json) -> Json, found: &mut Vec<(String, Json)>) {
    const HOLE: &str = "\u{0}";
    if let Some(reference) = schema["$ref"].as_str() {
        found.push((reference.trim_start_matches("#/$defs/").to_owned(), wrap(json!(HOLE))));
    }
    if let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object()) {
        held(values, &|inner| wrap(json!({"name": inner})), found);
    }
    if let Some(items) = schema.get("items") {
        held(items, &|inner| wrap(json!([inner])), found);
    }
    for choice in schema["anyOf"].as_array().into_iter().flatten() {
        held(choice, wrap, found);
    }
}

fn fill(shape: &Json, value: &Json) -> Json {
    match shape {
        Json::String(_) => value.clone(),
        Json::Array(items) => items.iter().map(|item| fill(item, value)).collect(),
        Json::Object(fields) => fields.iter().map(|(key, inner)| (key.clone(), fill(inner, value))).collect(),
        other => other.clone(),
    }
}

#[test]
fn the_compiler_reads_every_example() {
    let mut schema = schema::spec();
    // These are no part of the typed spec.
    for key in ["variables", "environments", "import"] {
        schema["properties"].as_object_mut().unwrap().remove(key);
    }
    let definition = |name: &str| if name == "Spec" { schema.clone() } else { schema["$defs"][name].clone() };

    // How a spec is made around a value of each definition, by the shortest way.
    type Make = Vec<(String, String, Json)>;
    let mut ways: BTreeMap<String, Make> = BTreeMap::from([("Spec".to_owned(), Vec::new())]);
    let mut waiting = VecDeque::from(["Spec".to_owned()]);
    while let Some(name) = waiting.pop_front() {
        let record = definition(&name);
        let mut found = Vec::new();
        for (key, field) in record["properties"].as_object().into_iter().flatten() {
            let mut inside = Vec::new();
            held(field, &|inner| inner, &mut inside);
            found.extend(inside.into_iter().map(|(held, shape)| (held, key.clone(), shape)));
        }
        if record.get("properties").is_none() {
            // A choice between forms stands for those forms.
            let mut inside = Vec::new();
            held(&record, &|inner| inner, &mut inside);
            found.extend(inside.into_iter().map(|(held, shape)| (held, String::new(), shape)));
        }
        for (held, key, shape) in found {
            if !ways.contains_key(&held) {
                let mut way = ways[&name].clone();
                way.push((name.clone(), key, shape));
                ways.insert(held.clone(), way);
                waiting.push_back(held);
            }
        }
    }

    let mut read = 0;
    for (name, way) in &ways {
        let record = definition(name);
        let Some(fields) = record["properties"].as_object() else { continue };
        // One field at a time, so that two that exclude each other never meet.
        for key in fields.keys() {
            let all = full(&record);
            let required = record["required"].as_array().cloned().unwrap_or_default();
            let wanted = |field: &str| field == key || required.iter().any(|r| r == field);
            let mut value = Json::Object(all.into_iter().filter(|(field, _)| wanted(field)).collect());
            for (parent, key, shape) in way.iter().rev() {
                let inner = fill(shape, &value);
                if key.is_empty() {
                    value = inner;
                    continue;
                }
                let parent = definition(parent);
                let required = parent["required"].as_array().cloned().unwrap_or_default();
                let mut around: Map<String, Json> =
                    full(&parent).into_iter().filter(|(field, _)| required.iter().any(|r| r == field)).collect();
                around.insert(key.clone(), inner);
                value = Json::Object(around);
            }
            let text = value.to_string();
            let mut decoder = Decoder::default();
            let spec = Spec::decode(&parse(&text), &mut decoder);
            assert!(spec.is_some() && decoder.diagnostics.is_empty(), "`{key}` of {name}: {:?}\n{text}", decoder.diagnostics);
            read += 1;
        }
    }
    assert!(read > 280, "only {read} fields were reached");
}
