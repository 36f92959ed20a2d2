//! What an editor shows: every field and every word is described, every field has an example that is right.

use optiinfra_gen::spec::schema;
use serde_json::{Map, Value as Json, json};

/// Every property of every definition: the definition, the key, its schema.
fn properties(schema: &Json) -> Vec<(String, String, Json)> {
    let mut found = Vec::new();
    let definitions = schema["$defs"].as_object().unwrap();
    let file = ("file".to_owned(), schema);
    for (name, definition) in definitions.iter().map(|(name, schema)| (name.clone(), schema)).chain([file]) {
        let mut waiting = vec![definition];
        while let Some(part) = waiting.pop() {
            if let Some(fields) = part["properties"].as_object() {
                found.extend(fields.iter().map(|(key, field)| (name.clone(), key.clone(), field.clone())));
            }
            for choices in ["anyOf", "oneOf"] {
                waiting.extend(part[choices].as_array().into_iter().flatten());
            }
        }
    }
    found
}

#[test]
fn every_field_is_described_and_has_an_example_that_it_accepts() {
    let schema = schema::spec();
    let all = properties(&schema);
    assert!(all.len() > 500, "only {} fields", all.len());
    let (mut fields, mut examples, mut missing) = (Map::new(), Map::new(), Vec::new());
    for (definition, key, field) in all {
        let place = format!("`{key}` of {definition}");
        let description = field["description"].as_str().unwrap_or_default();
        assert!(description.ends_with(['.', '?']), "{place} is not described in sentences: {description:?}");
        assert!(!description.contains("Example:"), "{place}: the last line of the doc comment is to read /// Example: `YAML`");
        let [example] = field["examples"].as_array().map(Vec::as_slice).unwrap_or_default() else {
            missing.push(place);
            continue;
        };
        examples.insert(place.clone(), example.clone());
        fields.insert(place, field);
    }
    assert!(missing.is_empty(), "end these doc comments with a line /// Example: `YAML`: {}", missing.join(", "));
    let checker = jsonschema::draft7::new(&json!({"properties": fields, "$defs": schema["$defs"]})).unwrap();
    let examples = Json::Object(examples);
    let errors: Vec<_> = checker.iter_errors(&examples).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "examples that do not fit:\n{}", errors.join("\n"));
}

#[test]
fn every_definition_is_described() {
    for (name, definition) in schema::spec()["$defs"].as_object().unwrap() {
        if name.ends_with("Changes") {
            continue;
        }
        let description = definition["description"].as_str().unwrap_or_default();
        assert!(description.ends_with('.'), "{name} is not described in sentences: {description:?}");
    }
}

#[test]
fn every_word_is_explained() {
    fn visit(value: &Json, place: &str, seen: &mut usize) {
        match value {
            Json::Object(object) => {
                if let (Some(words), Some(meanings)) = (object.get("enum"), object.get("enumDescriptions")) {
                    let (words, meanings) = (words.as_array().unwrap(), meanings.as_array().unwrap());
                    assert_eq!(words.len(), meanings.len(), "{place}");
                    for (word, meaning) in words.iter().zip(meanings) {
                        assert!(meaning.as_str().unwrap().len() > 3, "{word} of {place} is not explained");
                        *seen += 1;
                    }
                }
                object.iter().for_each(|(key, value)| visit(value, &format!("{place}/{key}"), seen));
            }
            Json::Array(items) => items.iter().for_each(|item| visit(item, place, seen)),
            _ => {}
        }
    }
    let mut seen = 0;
    visit(&schema::spec(), "", &mut seen);
    assert!(seen > 30, "only {seen} words");
}
