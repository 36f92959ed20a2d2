//! The reference of the spec language, made from its schema, which is made from the types.

use std::collections::BTreeMap;

use optiinfra_gen::spec::schema;
use serde_json::{Map, Value as Json};

use crate::flow::flow;

const FOLDER: &str = "docs/spec-language";
const REFERENCE: &str = "#/$defs/";

/// Definitions without a page: what environments change is said once, for all of them.
fn has_no_page(name: &str) -> bool {
    name.ends_with("Changes") || matches!(name, "Removal" | "VariableReference" | "LabelFields" | "Environment")
}

fn is_record(definition: &Json) -> bool {
    definition.get("properties").is_some()
}

/// All pages by their path.
pub(crate) fn pages() -> BTreeMap<String, String> {
    let schema = schema::spec();
    let definitions = schema["$defs"].as_object().unwrap();
    let mut pages = BTreeMap::new();
    pages.insert(format!("{FOLDER}/README.md"), index(&schema, definitions));
    pages.insert(format!("{FOLDER}/values.md"), values(definitions));
    for (name, definition) in definitions.iter().filter(|(name, definition)| !has_no_page(name) && is_record(definition)) {
        pages.insert(format!("{FOLDER}/{}.md", hyphenated(name)), record(name, definition, &schema, definitions));
    }
    pages
}

fn index(schema: &Json, definitions: &Map<String, Json>) -> String {
    let mut out = String::from(
        "# The spec language\n\nA spec is a folder. Every `.yaml`, `.yml`, `.json` and [`.jsonnet`](../jsonnet.md) file in it, at any depth, holds some of the keys below. Things of\n\
         one kind may be spread over files; a name that is defined twice is an error. Names that begin with a dot are skipped.\n\n\
         Every page is made from the types of the compiler, and every example on it is read by the compiler in a test.\n\
         [Values](values.md) says how times, quantities, units, labels and secrets are written;\n\
         [Concepts](../concepts.md) how environments and variables work.\n\n## Keys of a file\n\n",
    );
    table(schema, definitions, &mut out);
    out.push_str("\n## All pages\n\n| page | what it describes |\n|---|---|\n");
    for (name, definition) in definitions.iter().filter(|(name, definition)| !has_no_page(name) && is_record(definition)) {
        out.push_str(&format!("| [{}]({}.md) | {} |\n", title(name), hyphenated(name), cell(description(definition))));
    }
    out
}

fn record(name: &str, definition: &Json, schema: &Json, definitions: &Map<String, Json>) -> String {
    let mut out = format!("# {}\n\n{}\n\n", title(name), description(definition));
    let users = users(name, schema, definitions);
    if !users.is_empty() {
        out.push_str(&format!("Stands in {}.\n\n", users.join(", ")));
    }
    table(definition, definitions, &mut out);
    out.push_str("\n[All pages](README.md)\n");
    out
}

/// The fields of a record.
fn table(record: &Json, definitions: &Map<String, Json>, out: &mut String) {
    let required = record["required"].as_array().cloned().unwrap_or_default();
    out.push_str("| field | type | meaning | default | example |\n|---|---|---|---|---|\n");
    for (key, field) in record["properties"].as_object().unwrap() {
        let (meaning, default) = meaning_and_default(description(field));
        let kind = kind(field, definitions);
        let default = if required.iter().any(|name| name == key) {
            "required".to_owned()
        } else if field["default"] == false {
            "false".to_owned()
        } else {
            default
        };
        let example = flow(&field["examples"][0]);
        out.push_str(&format!(
            "| `{key}` | {} | {} | {} | {} |\n",
            cell(&kind),
            cell(&meaning),
            cell(&default),
            cell(&format!("`{example}`"))
        ));
    }
}

/// The places where a record stands: `alerts` of a file, `levels` of [alert](alert.md).
fn users(wanted: &str, schema: &Json, definitions: &Map<String, Json>) -> Vec<String> {
    let mut found = Vec::new();
    let file = ("".to_owned(), schema);
    let all = definitions.iter().map(|(name, definition)| (name.clone(), definition));
    for (name, definition) in [file].into_iter().chain(all) {
        if has_no_page(&name) {
            continue;
        }
        for (key, field) in definition["properties"].as_object().into_iter().flatten() {
            if mentions(field, wanted) {
                found.push(match name.as_str() {
                    "" => format!("`{key}` of [a file](README.md#keys-of-a-file)"),
                    name => format!("`{key}` of [{}]({}.md)", title(name), hyphenated(name)),
                });
            }
        }
    }
    found
}

fn mentions(schema: &Json, wanted: &str) -> bool {
    match schema {
        Json::Object(object) => object.iter().any(|(key, value)| match value {
            Json::String(reference) if key == "$ref" => reference.strip_prefix(REFERENCE) == Some(wanted),
            value => key != "examples" && mentions(value, wanted),
        }),
        Json::Array(items) => items.iter().any(|item| mentions(item, wanted)),
        _ => false,
    }
}

/// The type of a field in words.
fn kind(schema: &Json, definitions: &Map<String, Json>) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix(REFERENCE)) {
        return match (name, definitions.get(name)) {
            ("Environment", _) => "changes to any of these keys".to_owned(),
            (name, Some(definition)) if is_record(definition) => format!("[{}]({}.md)", title(name), hyphenated(name)),
            (name, _) => format!("[{}](values.md#{})", title(name), hyphenated(name)),
        };
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let mut words: Vec<String> = Vec::new();
        for choice in choices {
            let is_variable = choice["$ref"] == "#/$defs/VariableReference";
            let word = kind(choice, definitions);
            if !is_variable && choice["type"] != "null" && !words.contains(&word) {
                words.push(word);
            }
        }
        return words.join(" or ");
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().filter_map(Json::as_str).map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ");
    }
    let types: Vec<&str> = match &schema["type"] {
        Json::Array(kinds) => kinds.iter().filter_map(Json::as_str).filter(|kind| *kind != "null").collect(),
        Json::String(one) => vec![one.as_str()],
        _ => return "anything".to_owned(),
    };
    match types.as_slice() {
        ["object"] => format!("mapping of names to {}", many(&kind(&schema["additionalProperties"], definitions))),
        ["array"] => format!("list of {}", many(&kind(&schema["items"], definitions))),
        ["integer", ..] => "whole number".to_owned(),
        ["boolean", "string"] | ["boolean"] => "true or false".to_owned(),
        ["number", "string"] | ["number"] => "number".to_owned(),
        _ => "text".to_owned(),
    }
}

fn many(kind: &str) -> String {
    match kind {
        "text" => "texts".to_owned(),
        "number" => "numbers".to_owned(),
        kind => kind.strip_prefix("mapping").map(|rest| format!("mappings{rest}")).unwrap_or_else(|| kind.to_owned()),
    }
}

/// "Time between two scrapes; 15s unless said." is a meaning and a default.
fn meaning_and_default(description: &str) -> (String, String) {
    let Some((before, after)) = description.split_once(" unless said") else { return (description.to_owned(), String::new()) };
    let Some((meaning, default)) = before.rsplit_once("; ") else { return (description.to_owned(), String::new()) };
    (format!("{meaning}{after}"), default.to_owned())
}

/// Values that are no records, each with its own heading.
fn values(definitions: &Map<String, Json>) -> String {
    let mut out = String::from(
        "# Values\n\nHow single values are written. `${var.NAME}` may stand for any of them, or for a part of a text: the value of a\n\
         [variable](variable-declaration.md).\n",
    );
    for (name, definition) in definitions.iter().filter(|(name, definition)| !has_no_page(name) && !is_record(definition)) {
        out.push_str(&format!("\n## {}\n\n{}\n", title(name), description(definition)));
        if let (Some(words), Some(meanings)) = (definition["enum"].as_array(), definition["enumDescriptions"].as_array()) {
            out.push_str("\n| word | meaning |\n|---|---|\n");
            for (word, meaning) in words.iter().zip(meanings) {
                out.push_str(&format!("| `{}` | {} |\n", word.as_str().unwrap(), cell(meaning.as_str().unwrap())));
            }
        }
        if let Some(examples) = definition["examples"].as_array() {
            let examples: Vec<_> = examples.iter().map(|example| format!("`{}`", flow(example))).collect();
            out.push_str(&format!("\nExamples: {}\n", examples.join(" · ")));
        }
        if name == "Label" {
            out.push_str("\nAs a mapping:\n\n");
            table(&definitions["LabelFields"], definitions, &mut out);
        }
    }
    out.push_str("\n[All pages](README.md)\n");
    out
}

fn description(schema: &Json) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// `GpuTarget` as `gpu-target`.
fn hyphenated(name: &str) -> String {
    let mut out = String::new();
    for (at, c) in name.chars().enumerate() {
        if c.is_uppercase() && at > 0 {
            out.push('-');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// `GpuTarget` as `gpu target`.
fn title(name: &str) -> String {
    hyphenated(name).replace('-', " ")
}
