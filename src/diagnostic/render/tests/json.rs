use serde_json::{Value, json};

use super::{sample, written};
use crate::diagnostic::render::{Report, json};
use crate::source::Sources;

fn schema() -> Value {
    serde_json::from_str(json::SCHEMA).unwrap()
}

#[test]
fn the_output_is_what_the_schema_describes() {
    let sample = sample();
    let output: Value = serde_json::from_str(&written(|out| json::write(&sample.report(), out))).unwrap();
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    assert_eq!(validator.iter_errors(&output).map(|error| error.to_string()).collect::<Vec<_>>(), Vec::<String>::new());
    // The schema can tell: a missing field, an unknown one and a place before the first line are refused.
    for spoil in [
        |output: &mut Value| drop(output["diagnostics"][0].as_object_mut().unwrap().remove("help")),
        |output: &mut Value| output["diagnostics"][0]["extra"] = json!(1),
        |output: &mut Value| output["diagnostics"][0]["start"]["line"] = json!(0),
        |output: &mut Value| output["diagnostics"][0]["severity"] = json!("fatal"),
        |output: &mut Value| output["summary"]["errors"] = json!("3"),
    ] {
        let mut spoiled = output.clone();
        spoil(&mut spoiled);
        assert!(!validator.is_valid(&spoiled));
    }
}

#[test]
fn every_field_is_described() {
    fn visit(path: &str, value: &Value) {
        if let Some(properties) = value.get("properties").and_then(Value::as_object) {
            for (name, property) in properties {
                assert!(property.get("description").is_some_and(|text| !text.as_str().unwrap().is_empty()), "{path}/{name}");
            }
        }
        if let Some(object) = value.as_object() {
            object.iter().for_each(|(key, inner)| visit(&format!("{path}/{key}"), inner));
        }
    }
    visit("", &schema());
    jsonschema::meta::validate(&schema()).unwrap();
}

#[test]
fn the_form_that_scripts_rely_on() {
    let sample = sample();
    let text = written(|out| json::write(&sample.report(), out));
    let output: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        output["diagnostics"][0],
        json!({
            "rule": "promql/rate-on-gauge",
            "severity": "error",
            "message": "`rate` of a gauge",
            "file": "rules/disk use.yml",
            "start": {"line": 5, "column": 15, "byte": 73},
            "end": {"line": 5, "column": 19, "byte": 77},
            "labels": [
                {"message": "a gauge", "file": "rules/disk use.yml", "start": {"line": 5, "column": 20, "byte": 78}, "end": {"line": 5, "column": 46, "byte": 104}},
                {"message": "declared here", "file": "pack:node_exporter@1.9", "start": {"line": 2, "column": 38, "byte": 46}, "end": {"line": 2, "column": 43, "byte": 51}},
            ],
            "help": "use `deriv`, or compare the value itself",
            "fix": {
                "applicability": "unsafe",
                "edits": [{"file": "rules/disk use.yml", "start": {"line": 5, "column": 15, "byte": 73}, "end": {"line": 5, "column": 19, "byte": 77}, "text": "deriv"}],
            },
        })
    );
    // Characters, not bytes, count for the column.
    assert_eq!(output["diagnostics"][1]["end"], json!({"line": 4, "column": 24, "byte": 58}));
    let last = &output["diagnostics"][5];
    assert_eq!(
        (&last["file"], &last["start"], &last["end"], &last["help"], &last["fix"]),
        (&Value::Null, &Value::Null, &Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(output["summary"], json!({"errors": 3, "warnings": 2, "infos": 1, "files": 3}));
    assert_eq!(text.lines().count(), sample.diagnostics.len() + 2, "a line each");
}

#[test]
fn no_findings_are_an_empty_list() {
    let report = Report { diagnostics: &[], sources: &Sources::default() };
    let output: Value = serde_json::from_str(&written(|out| json::write(&report, out))).unwrap();
    assert_eq!(output, json!({"diagnostics": [], "summary": {"errors": 0, "warnings": 0, "infos": 0, "files": 0}}));
}
