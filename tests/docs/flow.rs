//! Values as YAML on one line, as a person writes them.

use optiinfra_gen::load::tree::ScalarKind;
use optiinfra_gen::load::yaml::kind_of_plain;
use serde_json::Value as Json;

/// A value in YAML's flow style.
pub(crate) fn flow(value: &Json) -> String {
    written(value, false)
}

fn written(value: &Json, inside: bool) -> String {
    match value {
        Json::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(key, value)| format!("{}: {}", text(key, true), written(value, true))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(|item| written(item, true)).collect::<Vec<_>>().join(", ")),
        Json::String(string) => text(string, inside),
        other => other.to_string(),
    }
}

/// A text, quoted where YAML would take it for something else.
fn text(text: &str, inside: bool) -> String {
    let plain = kind_of_plain(text) == ScalarKind::String
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && text.trim() == text
        && !text.starts_with(|c: char| "!&*-?|>@%{}[],#`'\":".contains(c))
        && !text.contains('\n')
        && !(inside && text.contains(['[', ']', '{', '}', ',', ':', '"', '#']));
    if plain || text == "-" {
        text.to_owned()
    } else if text.contains('"') && !text.contains('\'') {
        format!("'{text}'")
    } else {
        Json::String(text.to_owned()).to_string()
    }
}
