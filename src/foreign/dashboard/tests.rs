use std::path::PathBuf;

use super::*;
use crate::lint::LintSettings;
use crate::load::json;
use crate::pipeline;
use crate::promql::catalog::MapCatalog;
use crate::source::SourceKind;
use crate::world::MemoryWorld;

fn read(text: &str) -> (Dashboard, Vec<Diagnostic>, Sources) {
    let mut sources = Sources::default();
    let source = sources.add("d.json", text, SourceKind::File);
    let parsed = json::parse(source, text);
    let catalog = MapCatalog::nothing();
    let mut diagnostics = Vec::new();
    let input = Input { catalog: &catalog, sources: &sources, evaluation_interval: None };
    let dashboard = super::read(&parsed.documents[0].root, &input, &mut diagnostics);
    (dashboard, diagnostics, sources)
}

fn exprs(dashboard: &Dashboard) -> Vec<&str> {
    let targets = dashboard.rows.iter().flat_map(|row| &row.panels).flat_map(|panel| &panel.targets);
    targets.map(|target| target.expr.text.as_str()).collect()
}

#[test]
fn panels_of_every_schema() {
    let (dashboard, diagnostics, _) = read(
        r#"{"title": "t", "schemaVersion": 30, "panels": [
            {"type": "stat", "title": "first", "targets": [{"expr": "a"}]},
            {"type": "row", "title": "open", "panels": [], "collapsed": false},
            {"type": "timeseries", "title": "first", "targets": [{"expr": "b", "refId": "X", "hide": true}, {"expr": ""}]},
            {"type": "row", "title": "closed", "collapsed": true, "repeat": "v", "panels": [
                {"type": "graph", "yaxes": [{"format": "s", "max": "5"}], "targets": [{"expr": "c", "legendFormat": "{{job}}"}]}]},
            {"libraryPanel": {"uid": "x"}, "title": "elsewhere"},
            {"type": "gauge", "fieldConfig": {"defaults": {"unit": "bytes", "max": 7}}, "repeat": "v", "targets": [{"expr": "d", "instant": true}]}
        ], "rows": [{"title": "old", "panels": [{"type": "singlestat", "format": "percent", "targets": [{"expr": "e"}]}]}]}"#,
    );
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(exprs(&dashboard), ["e", "a", "b", "c", "d"]);
    let rows: Vec<(Option<&str>, usize)> =
        dashboard.rows.iter().map(|row| (row.title.as_ref().map(Text::as_str), row.panels.len())).collect();
    assert_eq!(rows, [(Some("old"), 1), (None, 1), (Some("open"), 1), (Some("closed"), 2)]);
    let panels: Vec<&Panel> = dashboard.rows.iter().flat_map(|row| &row.panels).collect();
    let ids: Vec<&str> = panels.iter().map(|panel| panel.id.as_str()).collect();
    assert_eq!(ids, ["singlestat", "first", "first-2", "graph", "gauge"]);
    let units: Vec<Option<&str>> = panels.iter().map(|panel| panel.unit.as_ref().map(Text::as_str)).collect();
    assert_eq!(units, [Some("percent"), None, None, Some("s"), Some("bytes")]);
    assert_eq!(panels.iter().map(|panel| panel.max).collect::<Vec<_>>(), [None, None, None, Some(5.0), Some(7.0)]);
    assert_eq!((panels[2].targets[0].ref_id.as_str(), panels[2].targets[0].hidden), ("X", true));
    assert_eq!(panels[4].targets[0].instant, Some(true));
}

#[test]
fn only_what_asks_a_prometheus_counts() {
    let (dashboard, diagnostics, _) = read(
        r#"{"title": "t", "__inputs": [{"name": "DS_PROM", "type": "datasource", "pluginId": "prometheus"},
            {"name": "DS_LOKI", "type": "datasource", "pluginId": "loki"}],
          "templating": {"list": [{"name": "ds", "type": "datasource", "query": "prometheus"}, {"name": "logs", "type": "datasource", "query": "loki"}]},
          "panels": [
            {"datasource": {"type": "prometheus", "uid": "x"}, "targets": [{"expr": "typed"}, {"expr": "rows", "datasource": {"type": "loki"}}]},
            {"datasource": {"uid": "$ds"}, "targets": [{"expr": "by_variable"}]},
            {"datasource": "${DS_PROM}", "targets": [{"expr": "by_input"}]},
            {"datasource": "$logs", "targets": [{"expr": "looks_like_promql"}]},
            {"datasource": {"uid": "${DS_LOKI}"}, "targets": [{"expr": "looks_like_promql"}]},
            {"datasource": "-- Mixed --", "targets": [{"expr": "mixed", "datasource": "$ds"}, {"expr": "{a=\"b\"} |= \"c\"", "datasource": "$logs"}]},
            {"datasource": null, "targets": [{"expr": "by_default"}, {"expr": "{a=\"b\"} |= \"c\""}]},
            {"datasource": "Some Name", "targets": [{"expr": "by_name"}]},
            {"datasource": {"type": "datasource", "uid": "-- Dashboard --"}, "targets": [{"expr": "not_asked"}]},
            {"datasource": {"type": "elasticsearch"}, "targets": [{"query": "x", "expr": "not_asked"}]}
        ]}"#,
    );
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(exprs(&dashboard), ["typed", "by_variable", "by_input", "mixed", "by_default", "by_name"]);
}

#[test]
fn variables_and_the_expressions_within() {
    let (dashboard, diagnostics, sources) = read(
        r#"{"title": "t", "panels": [], "templating": {"list": [
            {"name": "job", "type": "query", "query": "label_values(up{x=\"\u00e4\"}, job)", "datasource": {"type": "prometheus"}},
            {"name": "node", "type": "query", "query": {"query": "query_result(topk(3, sum(nope(x))))", "refId": "A"}, "datasource": {"type": "prometheus"}},
            {"name": "env", "type": "custom", "query": "prod,dev : development"},
            {"name": "one", "type": "constant", "query": "a"},
            {"name": "any", "type": "custom", "query": "a,b", "multi": true},
            {"name": "sql", "type": "query", "query": "SELECT a FROM b"},
            {"name": "label", "type": "query", "query": "label_values($label)"}
        ]}}"#,
    );
    let selectors: Vec<Option<&str>> =
        dashboard.variables.iter().map(|variable| variable.selector.as_ref().map(|expr| expr.text.as_str())).collect();
    assert_eq!(selectors[0], Some("up{x=\"ä\"}"));
    assert_eq!(selectors[2..], [None; 5]);
    assert_eq!(diagnostics.iter().map(|found| sources.text(found.span.unwrap())).collect::<Vec<_>>(), ["nope"]);
    let values: Vec<Option<Vec<&str>>> = dashboard
        .variables
        .iter()
        .map(|variable| variable.values.as_ref().map(|values| values.iter().map(|value| &**value).collect()))
        .collect();
    assert_eq!(values[2..5], [Some(vec!["prod", "development"]), Some(vec!["a"]), None]);
}

#[test]
fn a_variable_may_be_an_operator() {
    let (dashboard, diagnostics, _) = read(
        r#"{"title": "t", "panels": [{"datasource": {"type": "prometheus"}, "targets": [{"expr": "a $op b"}, {"expr": "a + $b"}]}]}"#,
    );
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(exprs(&dashboard), ["a $op b", "a + $b"]);
}

#[test]
fn rules_look_at_dashboards() {
    let text = r#"{"title": "t", "uid": "u", "panels": [{"type": "timeseries", "title": "p", "datasource": {"type": "prometheus", "uid": "${ds}"},
        "targets": [{"refId": "A", "expr": "sum by (job) (rate(x_total{env=\"$env\"}[$__rate_interval]))", "legendFormat": "{{instance}}"}]}],
        "templating": {"list": [{"name": "unused", "type": "custom", "query": "a,b"}]}}"#;
    let world = MemoryWorld::with_files([("/d.json", text)]);
    let linted = pipeline::lint(&world, &[PathBuf::from("/d.json")], &[], None, &LintSettings::default()).unwrap();
    let told: Vec<(&str, &str)> =
        linted.diagnostics.iter().map(|found| (found.rule, linted.sources.text(found.span.unwrap()))).collect();
    for expected in [
        ("dashboard/undefined-variable", "$env"),
        ("dashboard/legend-label-absent", "instance"),
        ("dashboard/unused-variable", "\"unused\""),
    ] {
        assert!(told.contains(&expected), "{expected:?} in {told:?}");
    }
    assert!(told.iter().any(|(rule, _)| *rule == "dashboard/unresolved-datasource"), "{told:?}");
}
