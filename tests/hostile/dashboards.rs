//! Dashboards that are out to hurt.

use crate::program::lint_each;
use crate::texts::{DEEP, deep_expressions, ten_megabytes};

fn panel(expression: &str) -> String {
    let quoted = serde_json::to_string(expression).unwrap();
    format!(
        "{{\"id\": 1, \"type\": \"timeseries\", \"title\": \"T\", \"datasource\": {{\"type\": \"prometheus\", \"uid\": \"p\"}}, \"targets\": [{{\"expr\": {quoted}, \"refId\": \"A\"}}]}}"
    )
}

fn dashboard(panels: &str) -> String {
    format!(
        "{{\"title\": \"D\", \"uid\": \"d\", \"schemaVersion\": 39, \"templating\": {{\"list\": []}}, \"panels\": [{panels}]}}"
    )
}

#[test]
fn nesting_is_refused() {
    let rows = format!("{}{}", "{\"type\": \"row\", \"panels\": [".repeat(DEEP), "]}".repeat(DEEP));
    let deep: Vec<String> =
        deep_expressions().iter().filter(|(what, _)| !what.contains("pattern")).map(|(_, text)| panel(text)).collect();
    let files = [("rows in rows", "d.json", dashboard(&rows)), ("expressions", "d.json", dashboard(&deep.join(", ")))];
    for (what, run) in lint_each(files) {
        run.refused(what);
    }
}

#[test]
fn odd_and_long_dashboards_come_to_an_end() {
    let variables: String = (0..5_000)
        .map(|n| {
            format!(
                "{{\"name\": \"v{n}\", \"type\": \"query\", \"query\": \"label_values(a{{b=\\\"$v{}\\\"}}, c)\"}},",
                (n + 1) % 5_000
            )
        })
        .collect();
    let files = [
        ("a long expression", dashboard(&panel(&ten_megabytes("$a + ")))),
        ("variables in a string", dashboard(&panel(&format!("a{{b=\"{}\"}}", ten_megabytes("${x:regex}"))))),
        ("variables in a circle", format!("{{\"title\": \"D\", \"panels\": [], \"templating\": {{\"list\": [{}{{}}]}}}}", variables)),
        ("panels without anything", dashboard("{},".repeat(20_000).trim_end_matches(','))),
        ("fields of other types", "{\"title\": [], \"panels\": [{\"targets\": {\"expr\": []}}, 5, null, {\"targets\": [5, {\"expr\": 5}]}], \"templating\": [], \"uid\": {}}".to_owned()),
        ("a title of ten megabytes", format!("{{\"title\": \"{}\", \"panels\": []}}", ten_megabytes("é"))),
    ];
    lint_each(files.map(|(what, text)| (what, "d.json", text)));
}
