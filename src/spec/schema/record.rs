//! Schemas of records and of words: what the macros of the language call.

use serde_json::{Map, Value as Json, json};

use super::Schemas;
use crate::load::yaml;
use crate::source::{SourceKind, Sources};
use crate::spec::decode::{Decode, to_json};

/// The text before a field's example in its documentation.
const EXAMPLE: &str = "Example: `";

/// Builds the schema of a record.
pub struct ObjectSchema {
    description: String,
    properties: Map<String, Json>,
    required: Vec<&'static str>,
}

impl ObjectSchema {
    /// A schema with the type's own description.
    pub fn new(doc: &str) -> Self {
        Self { description: described(doc).0, properties: Map::new(), required: Vec::new() }
    }

    /// Adds a field; `doc` is its documentation, with an example at its end.
    pub fn field<T: Decode>(&mut self, key: &'static str, doc: &str, schemas: &mut Schemas) {
        let mut schema = T::schema(schemas);
        if T::absent().is_none() {
            self.required.push(key);
        } else {
            schema = or_null(schema);
        }
        if let Json::Object(object) = &mut schema {
            let (description, example) = described(doc);
            object.insert("description".to_owned(), Json::String(description));
            if let Some(example) = example {
                object.insert("examples".to_owned(), json!([example]));
            }
        }
        self.properties.insert(key.to_owned(), schema);
    }

    /// The schema.
    pub fn finish(self) -> Json {
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!("object"));
        schema.insert("description".to_owned(), Json::String(self.description));
        schema.insert("properties".to_owned(), Json::Object(self.properties));
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), json!(self.required));
        }
        schema.insert("additionalProperties".to_owned(), json!(false));
        Json::Object(schema)
    }
}

/// Builds the schema of an enum of plain words.
pub struct WordSchema {
    description: String,
    words: Vec<Json>,
    meanings: Vec<Json>,
}

impl WordSchema {
    /// A schema with the type's own description.
    pub fn new(doc: &str) -> Self {
        Self { description: described(doc).0, words: Vec::new(), meanings: Vec::new() }
    }

    /// Adds a value in all its spellings.
    pub fn value(&mut self, words: &[&str], doc: &str) {
        for word in words {
            self.words.push(json!(word));
            self.meanings.push(json!(described(doc).0));
        }
    }

    /// The schema.
    pub fn finish(self) -> Json {
        json!({"description": self.description, "enum": self.words, "enumDescriptions": self.meanings})
    }
}

/// The schema, or nothing: a key without a value is a field that is left out.
pub(in crate::spec) fn or_null(mut schema: Json) -> Json {
    let Some(object) = schema.as_object_mut() else { return schema };
    if let Some(kind) = object.get_mut("type") {
        match kind {
            Json::Array(kinds) => kinds.push(json!("null")),
            one => *one = json!([one.clone(), "null"]),
        }
    } else if let Some(Json::Array(choices)) = object.get_mut("anyOf") {
        choices.push(json!({"type": "null"}));
    } else if !object.is_empty() {
        return json!({"anyOf": [schema, {"type": "null"}]});
    }
    schema
}

/// The parts of a doc comment: the sentences, and the example as a value.
fn described(doc: &str) -> (String, Option<Json>) {
    let mut sentences = Vec::new();
    let mut example = None;
    for line in doc.lines().map(str::trim) {
        match line.strip_prefix(EXAMPLE).and_then(|rest| rest.strip_suffix('`')) {
            Some(text) => example = value_of(text),
            None => sentences.push(line),
        }
    }
    (sentences.join(" ").trim().to_owned(), example)
}

/// A text of YAML as a value.
fn value_of(text: &str) -> Option<Json> {
    let mut sources = Sources::default();
    let source = sources.add("example", text, SourceKind::Argument);
    let parsed = yaml::parse(source, text);
    match (parsed.has_errors(), parsed.documents.as_slice()) {
        (false, [document]) => Some(to_json(&document.root)),
        _ => None,
    }
}
