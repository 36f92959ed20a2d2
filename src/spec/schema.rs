//! The JSON Schema of a spec file, made from the types, for editors and other programs.
//!
//! It accepts every file that the compiler accepts, and completes and explains what may be written: each field has a description
//! and an example. It is the weaker check of the two; what only the whole spec can tell (that a name exists, that a unit fits) it
//! leaves to the compiler.

mod overlay;
mod record;

pub(super) use record::or_null;
pub use record::{ObjectSchema, WordSchema};

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::load::variable::VariableType;
use crate::spec::Spec;
use crate::spec::decode::Decode;

/// The dialect of the schema: the latest one that every editor reads.
const DIALECT: &str = "http://json-schema.org/draft-07/schema#";

/// A reference to a variable inside a text: it may stand for any value.
const VARIABLE: &str = r"\$\{var\.[A-Za-z0-9_-]+\}";

/// The named schemas (`$defs`) that a schema refers to.
#[derive(Debug, Default)]
pub struct Schemas {
    /// Definitions by type name.
    pub definitions: BTreeMap<&'static str, Json>,
}

impl Schemas {
    /// A reference to the schema `name`, which `make` gives when it is not known yet.
    pub fn reference(&mut self, name: &'static str, make: impl FnOnce(&mut Self) -> Json) -> Json {
        if !self.definitions.contains_key(name) {
            self.definitions.insert(name, Json::Null);
            let schema = make(self);
            self.definitions.insert(name, schema);
        }
        json!({"$ref": format!("#/$defs/{name}")})
    }
}

/// A pattern that admits texts of this form, and those with a reference to a variable in them.
pub fn pattern(form: &str) -> String {
    format!("^(?:{form})$|{VARIABLE}")
}

/// The pattern of a text that stands where something else than text is meant: a reference to a variable.
pub fn variable_pattern() -> String {
    VARIABLE.to_owned()
}

/// Either the schema, or a reference to a variable.
pub fn or_variable(schema: Json, schemas: &mut Schemas) -> Json {
    let variable = schemas.reference("VariableReference", |_| {
        json!({
            "type": "string",
            "description": "The value of a variable.",
            "pattern": VARIABLE,
            "examples": ["${var.replicas}"],
        })
    });
    json!({"anyOf": [schema, variable]})
}

/// The schema of one file of a spec. A spec is all files of a folder together, so nothing is required at the top of one.
pub fn spec() -> Json {
    let mut schemas = Schemas::default();
    Spec::schema(&mut schemas);
    let mut definitions: BTreeMap<String, Json> =
        schemas.definitions.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    let mut root = definitions.remove("Spec").unwrap_or_default();
    let changes = overlay::of(&root, &mut definitions);
    definitions.insert("Environment".to_owned(), environment(changes));
    definitions.insert("VariableDeclaration".to_owned(), declaration());
    definitions.insert("Import".to_owned(), import_declaration());
    if let Some(properties) = root.get_mut("properties").and_then(Json::as_object_mut) {
        properties.insert("variables".to_owned(), variables());
        properties.insert("environments".to_owned(), environments());
        properties.insert("import".to_owned(), import());
    }
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!(DIALECT));
    schema.insert("$id".to_owned(), json!("urn:optiinfra-gen:spec"));
    schema.insert("title".to_owned(), json!("A file of an optiinfra-gen spec"));
    if let Json::Object(root) = root {
        schema.extend(root);
    }
    schema.insert(
        "description".to_owned(),
        json!("One file of a spec. All files of its folder together are the spec, so nothing is required here."),
    );
    // A file of comments alone.
    schema.insert("type".to_owned(), json!(["object", "null"]));
    schema.insert("$defs".to_owned(), json!(definitions));
    Json::Object(schema)
}

/// The widest line of a schema's text on which several values stand.
const WIDTH: usize = 140;

/// A schema as the text of its file: what fits on a line stands on one.
pub fn text(schema: &Json) -> String {
    let mut out = String::new();
    lay_out(schema, 0, 0, &mut out);
    out.push('\n');
    out
}

/// Writes a value that begins at a column; `indent` is that of its line.
fn lay_out(value: &Json, indent: usize, column: usize, out: &mut String) {
    let line = value.to_string();
    let fits = column + line.len() <= WIDTH;
    match value {
        Json::Object(fields) if !fits => {
            let fields = fields.iter().map(|(key, value)| (format!("{}: ", json!(key)), value));
            lay_out_all('{', fields, '}', indent, out);
        }
        Json::Array(items) if !fits => lay_out_all('[', items.iter().map(|item| (String::new(), item)), ']', indent, out),
        _ => out.push_str(&line),
    }
}

fn lay_out_all<'v>(open: char, items: impl Iterator<Item = (String, &'v Json)>, close: char, indent: usize, out: &mut String) {
    out.push(open);
    for (at, (key, value)) in items.enumerate() {
        let margin = " ".repeat(indent + 1);
        out.push_str(if at > 0 { ",\n" } else { "\n" });
        out.push_str(&margin);
        out.push_str(&key);
        lay_out(value, indent + 1, indent + 1 + key.len(), out);
    }
    out.push('\n');
    out.push_str(&" ".repeat(indent));
    out.push(close);
}

fn variables() -> Json {
    json!({
        "type": ["object", "null"],
        "description": "Values with a type and a name, put into any other value by `${var.NAME}`; environments set them.",
        "propertyNames": {"pattern": "^[A-Za-z0-9_-]+$"},
        "additionalProperties": {"$ref": "#/$defs/VariableDeclaration"},
        "examples": [{"slow": {"type": "quantity", "default": "250ms", "help": "From when on an answer counts as slow."}}],
    })
}

fn declaration() -> Json {
    let types = VariableType::ALL;
    json!({
        "type": "object",
        "description": "A variable: what it may hold, and its value where no environment sets one.",
        "properties": {
            "type": {
                "description": "What it may hold.",
                "enum": types.iter().map(|(word, _)| *word).collect::<Vec<_>>(),
                "enumDescriptions": types.iter().map(|(_, kind)| kind.meaning()).collect::<Vec<_>>(),
                "examples": ["quantity"],
            },
            "default": {
                "type": ["string", "number", "boolean"],
                "description": "Its value unless an environment sets another; without one every environment must.",
                "examples": ["250ms"],
            },
            "help": {
                "type": ["string", "number", "boolean", "null"],
                "description": "What it is for.",
                "examples": ["From when on an answer counts as slow."],
            },
        },
        "required": ["type"],
        "additionalProperties": false,
    })
}

fn import() -> Json {
    json!({
        "type": ["object", "null"],
        "description": "Other folders of spec files that are taken into this spec, each with values for its variables. The name is \
                        what messages call it.",
        "additionalProperties": {"$ref": "#/$defs/Import"},
        "examples": [{"cost": {"from": "../modules/agent", "with": {"name": "cost-agent", "port": 8001}}}],
    })
}

fn import_declaration() -> Json {
    json!({
        "type": "object",
        "description": "A module that is taken into the spec.",
        "properties": {
            "from": {
                "type": "string",
                "minLength": 1,
                "description": "Its folder, or its one file, from the folder of this file. It lies in the same project, and not in a \
                                folder whose files are read anyway.",
                "examples": ["../modules/agent"],
            },
            "with": {
                "type": ["object", "null"],
                "description": "Values for the variables that the module declares; those without a default need one.",
                "additionalProperties": {"type": ["string", "number", "boolean"]},
                "examples": [{"name": "cost-agent", "port": 8001}],
            },
        },
        "required": ["from"],
        "additionalProperties": false,
    })
}

fn environments() -> Json {
    json!({
        "type": ["object", "null"],
        "description": "What differs elsewhere, by the name of the environment: applied with `--env NAME`. An environment changes \
                        what is there and adds nothing.",
        "additionalProperties": {"anyOf": [{"$ref": "#/$defs/Environment"}, {"type": "null"}]},
        "examples": [{"production": {"stack": {"retention": "30d"}}}],
    })
}

/// An environment: changes to the sections, and values for variables.
fn environment(mut changes: Json) -> Json {
    let values = json!({
        "type": ["object", "null"],
        "description": "Values for variables that are declared at the top of the spec.",
        "additionalProperties": {"type": ["string", "number", "boolean"]},
        "examples": [{"slow": "100ms"}],
    });
    if let Some(object) = changes.as_object_mut() {
        object.insert("description".to_owned(), json!("What differs in one environment."));
        if let Some(properties) = object.get_mut("properties").and_then(Json::as_object_mut) {
            properties.remove("remove");
            properties.insert("variables".to_owned(), values);
        }
    }
    changes
}
