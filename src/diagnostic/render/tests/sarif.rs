use serde_json::{Value, json};

use super::{Sample, sample, written};
use crate::diagnostic::render::sarif::{self, RuleText};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceKind, Sources, Span};

const RULES: &[RuleText<'_>] = &[
    RuleText {
        id: "promql/rate-on-gauge",
        summary: "`rate` of something that is no counter",
        page: Some("# promql/rate-on-gauge\n\nWhy."),
        severity: Severity::Error,
    },
    RuleText { id: "promql/not-found-here", summary: "unused", page: None, severity: Severity::Error },
];

fn output(sample: &Sample) -> Value {
    let output: Value = serde_json::from_str(&written(|out| sarif::write(&sample.report(), RULES, out))).unwrap();
    let schema = serde_json::from_str(include_str!("../testdata/sarif-schema-2.1.0.json")).unwrap();
    let validator = jsonschema::draft4::new(&schema).unwrap();
    assert_eq!(validator.iter_errors(&output).map(|error| error.to_string()).collect::<Vec<_>>(), Vec::<String>::new());
    let mut spoiled = output.clone();
    spoiled["runs"][0]["tool"]["driver"]["name"] = json!(1);
    assert!(!validator.is_valid(&spoiled));
    output
}

#[test]
fn the_official_schema_accepts_it() {
    let output = output(&sample());
    let run = &output["runs"][0];
    assert_eq!(output["version"], "2.1.0");
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules: Vec<&str> =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(
        rules,
        [
            "alert/missing-for",
            "alert/untested",
            "promql/rate-on-gauge",
            "promql/syntax-error",
            "service/no-targets",
            "spec/unknown-field"
        ]
    );
    assert_eq!(run["tool"]["driver"]["rules"][2]["shortDescription"]["text"], "`rate` of something that is no counter");
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], rules[index]);
    }
    assert_eq!(
        run["results"][0],
        json!({
            "ruleId": "promql/rate-on-gauge",
            "ruleIndex": 2,
            "level": "error",
            "message": {"text": "`rate` of a gauge\nHelp: use `deriv`, or compare the value itself"},
            "locations": [{"physicalLocation": {
                "artifactLocation": {"uri": "rules/disk%20use.yml", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 5, "startColumn": 15, "endLine": 5, "endColumn": 19},
            }}],
            "partialFingerprints": run["results"][0]["partialFingerprints"],
            "relatedLocations": [
                {"id": 0, "message": {"text": "a gauge"}, "physicalLocation": {
                    "artifactLocation": {"uri": "rules/disk%20use.yml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 5, "startColumn": 20, "endLine": 5, "endColumn": 46},
                }},
                {"id": 1, "message": {"text": "declared here"}, "physicalLocation": {
                    "artifactLocation": {"uri": "pack:node_exporter@1.9"},
                    "region": {"startLine": 2, "startColumn": 38, "endLine": 2, "endColumn": 43},
                }},
            ],
            "fixes": [{
                "description": {"text": "A guess; look at it before you apply it"},
                "artifactChanges": [{
                    "artifactLocation": {"uri": "rules/disk%20use.yml", "uriBaseId": "%SRCROOT%"},
                    "replacements": [{
                        "deletedRegion": {"startLine": 5, "startColumn": 15, "endLine": 5, "endColumn": 19},
                        "insertedContent": {"text": "deriv"},
                    }],
                }],
                "properties": {"applicability": "unsafe"},
            }],
        })
    );
    assert_eq!(run["results"][2]["level"], "note");
    let produced = &run["results"][4]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(produced, &json!({"startLine": 1}), "places in what a program produced are not places in its file");
    assert_eq!(run["results"][5]["locations"][0]["physicalLocation"], json!({"artifactLocation": {"uri": "."}}));
}

#[test]
fn nothing_found_is_a_valid_log() {
    let nothing = Sample { sources: Sources::default(), diagnostics: Vec::new() };
    assert_eq!(output(&nothing)["runs"][0]["results"], json!([]));
}

#[test]
fn paths_become_uris() {
    let mut sources = Sources::default();
    let names = ["./a/b.yml", "/etc/prometheus/rules.yml", "c:d.yml", "ü #?.yml", "../x.yml"];
    let diagnostics = names
        .iter()
        .map(|name| Diagnostic::error("a/b", Span::new(sources.add(*name, "x", SourceKind::File), 0, 1), "x"))
        .collect();
    let output = output(&Sample { sources, diagnostics });
    let uris: Vec<&str> = output["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap())
        .collect();
    assert_eq!(uris, ["a/b.yml", "file:///etc/prometheus/rules.yml", "c%3Ad.yml", "%C3%BC%20%23%3F.yml", "../x.yml"]);
}

#[test]
fn a_finding_keeps_its_fingerprint_when_lines_move() {
    let fingerprints = |text: &str| {
        let mut sources = Sources::default();
        let id = sources.add("a.yml", text, SourceKind::File);
        let diagnostics = text
            .match_indices("foo")
            .map(|(at, _)| Diagnostic::error("a/b", Span::new(id, at, at + 3), "`foo` is unknown"))
            .collect();
        let output = output(&Sample { sources, diagnostics });
        let results = output["runs"][0]["results"].as_array().unwrap().clone();
        results.iter().map(|result| result["partialFingerprints"]["finding/v1"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let before = fingerprints("a: foo\nb: foo\n");
    assert_eq!(before.len(), 2);
    assert_ne!(before[0], before[1]);
    assert_eq!(before, fingerprints("# a comment\n\na: foo\nc: 1\nb:   foo\n"));
    assert_eq!(before, ["95a40bedd35ed950b26982eab0dedfcc:1", "95a40bedd35ed950b26982eab0dedfcc:2"]);
}
