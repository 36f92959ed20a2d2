//! What is said of Jsonnet files, in each form of a report.

use serde_json::Value;

use crate::Project;

const LIBRARY: &str =
    "{\n  alert(name):: {\n    expr: 'rate(order_total[5m]) > 1',\n    severity: 'warning',\n    summary: name,\n  },\n}\n";
const ALERTS: &str = "local l = import 'l.libsonnet';\n{ alerts: { ['Many' + i]: l.alert('Many') for i in [1] } }\n";

fn generated() -> Project {
    Project::new(&[("specs/a.jsonnet", crate::SERVICE), ("specs/alerts.jsonnet", ALERTS), ("specs/l.libsonnet", LIBRARY)])
}

/// All places in a report that have a line, with the file.
fn lines(value: &Value, found: &mut Vec<(String, u64)>) {
    match value {
        Value::Object(fields) => {
            let file = fields.get("file").or_else(|| fields.get("artifactLocation").and_then(|artifact| artifact.get("uri")));
            let file = file.and_then(Value::as_str).unwrap_or_default().to_owned();
            for line in [fields.get("start").map(|start| &start["line"]), fields.get("region").map(|region| &region["startLine"])]
            {
                found.extend(line.and_then(Value::as_u64).map(|line| (file.clone(), line)));
            }
            fields.values().for_each(|value| lines(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| lines(item, found)),
        _ => {}
    }
}

#[test]
fn a_finding_in_generated_data_names_the_file_and_the_field() {
    let project = generated();
    let field = "in `alerts.Many1.expr` of what `alerts.jsonnet` evaluates to";
    project
        .run(&["lint", "specs"])
        .has(1, &["error[promql/unknown-metric]", "what specs/alerts.jsonnet evaluates to:", field, "orders_total"]);
    let json: Value = serde_json::from_str(&project.run(&["lint", "specs", "--format", "json"]).out).unwrap();
    let found = &json["diagnostics"].as_array().unwrap().iter().find(|found| found["rule"] == "promql/unknown-metric").unwrap();
    assert_eq!((&found["file"], &found["start"]["line"]), (&"specs/alerts.jsonnet".into(), &1.into()));
    assert_eq!(found["labels"][0]["message"], field);
    assert_eq!(json["summary"]["files"], 2);
    let sarif: Value = serde_json::from_str(&project.run(&["lint", "specs", "--format", "sarif"]).out).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let place =
        &results.iter().find(|found| found["ruleId"] == "promql/unknown-metric").unwrap()["locations"][0]["physicalLocation"];
    assert_eq!((&place["artifactLocation"]["uri"], &place["region"]["startLine"]), (&"specs/alerts.jsonnet".into(), &1.into()));
    for report in [json, sarif] {
        let mut places = Vec::new();
        lines(&report, &mut places);
        assert!(!places.is_empty());
        for (file, line) in places {
            assert!(line <= project.read(&file).lines().count() as u64, "{file} has no line {line}");
        }
    }
    let github = project.run(&["lint", "specs", "--format", "github"]);
    github.has(1, &["::error file=specs/alerts.jsonnet,line=1,title=promql/unknown-metric::", field]);
}

#[test]
fn nothing_is_mended_in_generated_data() {
    let project = Project::new(&[
        ("specs/a.jsonnet", crate::SERVICE),
        (
            "specs/b.jsonnet",
            "{ alerts: { A: { expr: 'sum(rate(orders_total[5m])) > 1)', 'for': '5m', serverity: 'warning', summary: 's' } } }",
        ),
    ]);
    let before = project.read("specs/b.jsonnet");
    project.run(&["lint", "specs", "--fix"]).has(1, &[]);
    assert_eq!(project.read("specs/b.jsonnet"), before);
    let json: Value = serde_json::from_str(&project.run(&["lint", "specs", "--format", "json"]).out).unwrap();
    let fixes = json["diagnostics"].as_array().unwrap().iter().filter(|found| !found["fix"].is_null()).count();
    assert_eq!(fixes, 0, "{json:#}");
}

#[test]
fn data_allows_findings_as_any_spec_does() {
    let project = generated();
    let allowed =
        LIBRARY.replace("summary: name,", "summary: name,\n    allow: [{ rule: 'promql/unknown-metric', reason: 'it comes' }],");
    project.put("specs/l.libsonnet", &allowed);
    let said = project.run(&["lint", "specs"]);
    assert!(!said.out.contains("promql/unknown-metric"), "{}", said.out);
}

#[test]
fn a_mistake_in_a_library_is_shown_there_with_the_way_to_it() {
    let project = generated();
    project.put("specs/l.libsonnet", "{\n  alert(name):: {\n    summary: error 'not ' + name,\n  },\n}\n");
    project.run(&["lint", "specs"]).has(
        1,
        &[
            "error[spec/jsonnet-error]",
            "not Many",
            "specs/l.libsonnet:3:14",
            "summary: error 'not ' + name",
            "specs/alerts.jsonnet:1:1",
            "evaluated for `alerts.Many1.summary`",
            "1 error in",
        ],
    );
    let github = project.run(&["lint", "specs", "--format", "github"]);
    github.has(1, &["::error file=specs/l.libsonnet,line=3,col=14,endColumn=33,title=spec/jsonnet-error::not Many"]);
    project.put("specs/l.libsonnet", "{\n  alert(name):: {\n    summary = name,\n  },\n}\n");
    project.run(&["lint", "specs"]).has(
        1,
        &["error[spec/syntax]", "`=` stands where", "specs/l.libsonnet:3:13", "imported here", "specs/alerts.jsonnet:1:11"],
    );
    let sarif = project.run(&["lint", "specs", "--format", "sarif"]);
    sarif.has(1, &["specs/l.libsonnet", "\"startLine\":3"]);
    // What a broken file would define is not called unknown elsewhere.
    project.put("specs/a.jsonnet", "local l = import 'l.libsonnet'; l");
    project.put("specs/c.yaml", "alerts: {B: {expr: 'rate(orders_total[5m]) > 1', severity: warning, summary: s}}\n");
    let said = project.run(&["lint", "specs"]);
    assert!(!said.out.contains("unknown-metric"), "{}", said.out);
}

#[test]
fn traces_are_notes() {
    let project = Project::new(&[("specs/a.jsonnet", &format!("std.trace('looked at', {})", crate::SERVICE))]);
    project.run(&["lint", "specs"]).has(0, &["note[spec/jsonnet-trace]", "looked at", "specs/a.jsonnet:1:1"]);
}

#[test]
fn other_commands_lead_to_the_file() {
    let project = Project::new(&[("specs/a.jsonnet", crate::SERVICE)]);
    let said = project.run(&["explain", "orders_total", "--format", "json"]);
    said.has(0, &["specs/a.jsonnet"]);
    let mut places = Vec::new();
    lines(&serde_json::from_str(&said.out).unwrap(), &mut places);
    assert!(places.iter().all(|(_, line)| *line == 1), "{places:?}");
}

#[test]
fn rules_that_jsonnet_makes_are_linted_where_they_are_no_spec() {
    let rules = "{ groups: [{ name: 'g', rules: [{ alert: 'A', expr: 'rate(x_total[5m]', annotations: { summary: 's' } }] }] }";
    let project = Project::new(&[("rules/a.jsonnet", rules), ("rules/b.jsonnet", "{ a: 1")]);
    let field = "in `groups[0].rules[0].expr` of what `a.jsonnet` evaluates to";
    project.run(&["lint", "rules"]).has(1, &["promql/syntax-error", field, "spec/syntax", "rules/b.jsonnet:1:7"]);
}
