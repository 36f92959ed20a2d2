use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value as Json, json};

use super::*;
use crate::pipeline;
use crate::world::MemoryWorld;

/// A stack with metrics of every unit that the tests need; dashboards and alerts are added to it.
const STACK: &str = r#"
stack: {name: shop, scrape_interval: 15s, runbook_base: https://runbooks.example.com/}
services:
  api:
    port: 8080
    metrics:
      define:
        requests_total: {type: counter, unit: requests, help: Requests., labels: {status: {matches: "[1-5][0-9]{2}", max: 15}, method: [GET, POST]}}
        duration_seconds: {type: histogram, unit: seconds, help: Time., buckets: [0.1, 1, 10], labels: {method: [GET, POST]}}
        memory_bytes: {type: gauge, unit: bytes, help: Memory.}
        sent_bytes_total: {type: counter, unit: bytes, help: Sent.}
        cost_per_hour: {type: gauge, unit: usd/hour, help: Cost., labels: {kind: [cpu, gpu]}}
        busy: {type: gauge, unit: ratio, range: [0, 1], help: Busy., labels: {core: {max: 8}}}
        speedup: {type: gauge, unit: ratio, help: Speed-up.}
        coverage: {type: gauge, unit: percent, help: Coverage.}
        state: {type: gauge, unit: ratio, range: [0, 1], help: Up or not.}
        tokens_total: {type: counter, unit: tokens, help: Tokens., labels: {model: {max: 9}}}
        untold_total: {type: counter, help: Something.}
        wished: {type: gauge, unit: seconds, help: Later., status: planned}
  slow:
    port: 8081
    scrape: {interval: 1m}
    metrics: {define: {slow_value: {type: gauge, unit: seconds, help: Slow.}}}
queries:
  error_ratio:
    expr: sum by (job) (rate(requests_total{status=~"5.."}[$window])) / sum by (job) (rate(requests_total[$window]))
  busy: {expr: max by (core) (busy)}
  latency:
    params: {quantile: "0.95"}
    expr: histogram_quantile($quantile, sum by (le, method) (rate(duration_seconds_bucket[$window])))
alerts:
  HighErrorRate:
    query: error_ratio
    levels: {warning: {above: 5%, for: 5m}, critical: {above: 25%, for: 2m}}
    summary: Errors
  Idle: {query: busy, below: 10%, severity: warning, summary: Idle}
  Slow: {query: latency, above: 1s, severity: critical, for: 1m, summary: Slow}
"#;

fn compile(more: &str) -> (BTreeMap<String, String>, Vec<Diagnostic>) {
    let files = [("/specs/stack.yaml", STACK), ("/specs/more.yaml", more)];
    let world = MemoryWorld::with_files(files);
    let checked = pipeline::check(&world, Path::new("/specs"), &without_rules()).unwrap();
    let mut diagnostics = checked.diagnostics;
    let Some(model) = checked.model else { return (BTreeMap::new(), diagnostics) };
    let (plan, found) = pipeline::plan(&model, &checked.sources);
    diagnostics.extend(found);
    let files = pipeline::emit(&plan).unwrap();
    let texts = files.iter().map(|file| (file.path.clone(), String::from_utf8(file.bytes.clone()).unwrap())).collect();
    (texts, diagnostics)
}

/// The dashboard `d` with these panels in one row, as Grafana reads it.
fn dashboard(panels: &str) -> (Json, Vec<Diagnostic>) {
    let mut spec = "dashboards:\n  other: {title: O, rows: []}\n  d:\n    title: D\n    rows:\n      - panels:\n".to_owned();
    for line in panels.lines().filter(|line| !line.trim().is_empty()) {
        spec.push_str(&format!("          {line}\n"));
    }
    let (files, diagnostics) = compile(&spec);
    let text = files.get("grafana/dashboards/d.json").unwrap_or_else(|| panic!("{diagnostics:?}"));
    (serde_json::from_str(text).unwrap(), diagnostics)
}

/// The panels of a dashboard, from a spec without findings.
fn panels<S: AsRef<str>>(specs: &[S]) -> Vec<Json> {
    let lines: Vec<String> = specs.iter().map(|spec| format!("- {}", spec.as_ref())).collect();
    let (dashboard, diagnostics) = dashboard(&lines.join("\n"));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    dashboard["panels"].as_array().unwrap().clone()
}

/// The only panel of a dashboard, from a spec without findings.
fn panel(spec: &str) -> Json {
    panels(&[spec]).remove(0)
}

/// Timeseries of these expressions.
fn lines(exprs: &[&str]) -> Vec<Json> {
    panels(&exprs.iter().map(|expr| format!("{{title: T, kind: timeseries, expr: '{expr}'}}")).collect::<Vec<_>>())
}

#[test]
fn units_come_from_what_the_expression_measures() {
    let cases = [
        ("histogram_quantile(0.95, sum by (le) (rate(duration_seconds_bucket[$__rate_interval])))", "s"),
        ("memory_bytes", "bytes"),
        ("rate(sent_bytes_total[$__rate_interval])", "binBps"),
        ("sum(rate(requests_total[$__rate_interval]))", "reqps"),
        ("sum(increase(requests_total[1h]))", "short"),
        ("sum(rate(tokens_total[$__rate_interval]))", "count:tokens/s"),
        ("avg(busy)", "percentunit"),
        ("avg(speedup)", "short"),
        ("avg(coverage)", "percent"),
        ("sum(cost_per_hour)", "currencyUSD"),
        ("sum(rate(untold_total[$__rate_interval]))", "ops"),
    ];
    for (panel, (expr, unit)) in lines(&cases.map(|(expr, _)| expr)).iter().zip(cases) {
        assert_eq!(panel["fieldConfig"]["defaults"]["unit"], unit, "{expr}");
    }
    let cases = [
        ("{title: T, kind: timeseries, expr: avg(speedup), unit: 'suffix:x'}", "suffix:x"),
        // Its alert is written in percent: people think of it as a share although it could exceed 1.
        ("{title: T, kind: timeseries, query: error_ratio}", "percentunit"),
        // A number that is shown as a word is no percentage.
        ("{title: T, kind: stat, expr: max(state), mappings: [{value: '1', text: Up}]}", "short"),
    ];
    for (panel, (spec, unit)) in panels(&cases.map(|(spec, _)| spec)).iter().zip(cases) {
        assert_eq!(panel["fieldConfig"]["defaults"]["unit"], unit, "{spec}");
    }
}

#[test]
fn money_per_hour_says_so() {
    let panels = panels(&[
        "{title: T, kind: timeseries, expr: sum by (kind) (cost_per_hour)}",
        "{title: T, kind: stat, expr: sum(cost_per_hour)}",
    ]);
    assert_eq!(panels[0]["fieldConfig"]["defaults"]["custom"]["axisLabel"], "per hour");
    assert_eq!(panels[1]["description"], "Values are per hour.");
}

#[test]
fn legends_name_the_labels_that_remain() {
    let cases = [
        ("sum by (status, method) (rate(requests_total[$__rate_interval]))", "{{status}} {{method}}"),
        ("sum by (method) (rate(requests_total[$__rate_interval]))", "{{method}}"),
        ("sum(rate(requests_total[$__rate_interval]))", "T"),
        // A label that all series share tells nothing.
        ("sum by (job, status) (rate(requests_total[$__rate_interval]))", "{{status}}"),
        ("busy", "{{core}}"),
    ];
    for (panel, (expr, legend)) in lines(&cases.map(|(expr, _)| expr)).iter().zip(cases) {
        assert_eq!(panel["targets"][0]["legendFormat"], legend, "{expr}");
    }
    let several =
        panel("{title: T, kind: timeseries, targets: [{expr: memory_bytes}, {query: busy}, {expr: sum(up), legend: Up}]}");
    let legends: Vec<&str> =
        several["targets"].as_array().unwrap().iter().map(|target| target["legendFormat"].as_str().unwrap()).collect();
    assert_eq!(legends, ["memory bytes", "{{core}} busy", "Up"]);
}

fn steps(panel: &Json) -> Vec<(Option<f64>, &str)> {
    let steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"].as_array().unwrap();
    steps.iter().map(|step| (step.get("value").map(|value| value.as_f64().unwrap()), step["color"].as_str().unwrap())).collect()
}

#[test]
fn a_variable_that_leaves_series_out_keeps_the_thresholds() {
    let text = "dashboards:\n  d:\n    title: D\n    variables: {m: {values_of: duration_seconds.method, multi: true}}\n    rows:\n      \
                - panels:\n        - {title: T, kind: timeseries, query: latency, where: {method: $m}}\n        \
                - {title: U, kind: timeseries, query: error_ratio, where: {method: $m}}\n";
    let (files, found) = compile(text);
    assert!(found.is_empty(), "{found:?}");
    let dashboard: Json = serde_json::from_str(&files["grafana/dashboards/d.json"]).unwrap();
    assert_eq!(steps(&dashboard["panels"][0]), [(None, "green"), (Some(1.0), "red")]);
    assert_eq!(steps(&dashboard["panels"][1]), [(None, "green")]);
}

#[test]
fn thresholds_are_drawn_from_the_alerts_on_the_query() {
    let above = panel("{title: T, kind: timeseries, query: error_ratio}");
    assert_eq!(steps(&above), [(None, "green"), (Some(0.05), "orange"), (Some(0.25), "red")]);
    assert_eq!(above["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"]["mode"], "dashed");
    assert_eq!(above["description"], "Alerts:\nHighErrorRate: warning above 5% for 5m, critical above 25% for 2m.");
    assert_eq!(above["links"][0]["url"], "https://runbooks.example.com/HighErrorRate");
    let below = panel("{title: T, kind: gauge, query: busy}");
    assert_eq!(steps(&below), [(None, "orange"), (Some(0.1), "green")]);
    let areas = panel("{title: T, kind: timeseries, query: busy}");
    assert_eq!(steps(&areas), [(None, "orange"), (Some(0.1), "transparent")]);
    assert_eq!(areas["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"]["mode"], "dashed+area");
    // Fewer series, each with the value that the alert compares.
    let narrowed = panel("{title: T, kind: timeseries, query: latency, where: {method: GET}}");
    assert_eq!(steps(&narrowed), [(None, "green"), (Some(1.0), "red")]);
    // Another quantile, values of a part of what the alert sees, thresholds of one's own: the alert's limit is not theirs.
    let others = panels(&[
        "{title: T, kind: timeseries, query: latency, with: {quantile: 0.5}}",
        "{title: T, kind: timeseries, query: error_ratio, where: {method: GET}}",
        "{title: T, kind: timeseries, query: latency, thresholds: []}",
    ]);
    for other in &others {
        assert_eq!(steps(other), [(None, "green")], "{}", other["targets"][0]["expr"]);
    }
    assert_eq!(steps(&panel("{title: T, kind: timeseries, query: latency}")), [(None, "green"), (Some(1.0), "red")]);
    let own =
        panel("{title: T, kind: stat, query: latency, thresholds: [{value: 2s, color: red}, {value: 500ms, color: yellow}]}");
    assert_eq!(steps(&own), [(None, "green"), (Some(0.5), "yellow"), (Some(2.0), "red")]);
    let (_, found) = dashboard("- {title: T, kind: stat, query: latency, thresholds: [{value: 2 GiB, color: red}]}");
    assert_eq!(found[0].message, "`2 GiB` measures gibibytes, the panel shows seconds");
}

#[test]
fn values_of_one_moment_and_steps_fit_the_kind_and_the_scrape() {
    let cases = [("stat", true), ("gauge", true), ("bargauge", true), ("piechart", true), ("table", true), ("timeseries", false)];
    let specs = cases.map(|(kind, _)| format!("{{title: T, kind: {kind}, expr: sum(memory_bytes)}}"));
    for (panel, (kind, instant)) in panels(&specs).iter().zip(cases) {
        let target = &panel["targets"][0];
        assert_eq!((&target["instant"], &target["range"]), (&json!(instant), &json!(!instant)), "{kind}");
    }
    assert_eq!(panel("{title: T, kind: stat, expr: sum(memory_bytes), instant: false}")["targets"][0]["instant"], false);
    assert_eq!(panel("{title: T, kind: timeseries, targets: [{expr: slow_value}, {expr: memory_bytes}]}")["interval"], "1m");
    assert_eq!(panel("{title: T, kind: timeseries, expr: memory_bytes}").get("interval"), None);
}

#[test]
fn a_second_axis_has_its_own_unit() {
    let panel = panel(
        "{title: T, kind: timeseries, targets: [{expr: avg(memory_bytes)}, {expr: sum(cost_per_hour), axis: right}, {expr: avg(busy), unit: s}]}",
    );
    assert_eq!(panel["fieldConfig"]["defaults"]["unit"], "bytes");
    assert_eq!(
        panel["fieldConfig"]["overrides"],
        json!([
            {"matcher": {"id": "byFrameRefID", "options": "B"},
             "properties": [{"id": "custom.axisPlacement", "value": "right"}, {"id": "unit", "value": "currencyUSD"}]},
            {"matcher": {"id": "byFrameRefID", "options": "C"}, "properties": [{"id": "unit", "value": "s"}]},
        ])
    );
}

#[test]
fn tables_show_what_is_wanted_in_order() {
    let joined = panel(
        "{title: T, kind: table, targets: [{expr: 'sum by (method) (rate(requests_total[5m]))'}, {expr: 'sum by (method) (increase(duration_seconds_sum[5m]))'}], \
         join: method, columns: [{of: method, title: Method}, {of: B, title: Time}, {of: A, unit: reqps}]}",
    );
    assert_eq!(joined["targets"][0]["format"], "table");
    assert_eq!(
        joined["transformations"],
        json!([
            {"id": "joinByField", "options": {"byField": "method", "mode": "outer"}},
            {"id": "filterFieldsByName", "options": {"include": {"names": ["method", "Value #B", "Value #A"]}}},
            {"id": "organize", "options": {
                "excludeByName": {},
                "indexByName": {"Value #A": 2, "Value #B": 1, "method": 0},
                "renameByName": {"Value #B": "Time", "method": "Method"},
            }},
        ])
    );
    let overrides: Vec<&Json> = joined["fieldConfig"]["overrides"].as_array().unwrap().iter().collect();
    assert_eq!(overrides[0]["matcher"], json!({"id": "byName", "options": "Value #A"}));
    assert_eq!(overrides[1]["matcher"], json!({"id": "byName", "options": "Time"}));
    let plain = panel("{title: T, kind: table, expr: busy}");
    assert_eq!(plain["transformations"][0]["options"]["excludeByName"], json!({"Time": true, "__name__": true}));
    let (_, found) = dashboard("- {title: T, kind: table, expr: sum by (method) (requests_total), columns: [{of: methd}]}");
    let unknown = found.iter().find(|found| found.rule == "promql/unknown-label").unwrap();
    assert_eq!(unknown.help.as_deref(), Some("did you mean `method`?"));
}

#[test]
fn every_kind_has_its_own_form() {
    let heatmap = panel("{title: T, kind: heatmap, expr: 'sum by (le) (increase(duration_seconds_bucket[$__rate_interval]))'}");
    assert_eq!((&heatmap["targets"][0]["format"], &heatmap["targets"][0]["legendFormat"]), (&json!("heatmap"), &json!("{{le}}")));
    assert_eq!((&heatmap["options"]["calculate"], &heatmap["options"]["yAxis"]["unit"]), (&json!(false), &json!("s")));
    let states = panel(
        "{title: T, kind: state-timeline, expr: max(state), mappings: [{value: '1', text: Up, color: green}, {from: 2, text: Many}, {value: 'null', text: None}]}",
    );
    assert_eq!(
        states["fieldConfig"]["defaults"]["mappings"],
        json!([
            {"options": {"1": {"color": "green", "index": 0, "text": "Up"}}, "type": "value"},
            {"options": {"from": 2, "result": {"index": 1, "text": "Many"}}, "type": "range"},
            {"options": {"match": "null", "result": {"index": 2, "text": "None"}}, "type": "special"},
        ])
    );
    let text = panel("{title: T, kind: text, content: '# Hello'}");
    assert_eq!((&text["options"]["content"], text.get("targets"), text.get("datasource")), (&json!("# Hello"), None, None));
    let pie = panel("{title: T, kind: piechart, expr: 'sum by (method) (increase(requests_total[$__range]))'}");
    assert_eq!(pie["options"]["legend"]["values"], json!(["value", "percent"]));
    let stacked = panel("{title: T, kind: timeseries, expr: memory_bytes, stack: true}");
    assert_eq!(stacked["fieldConfig"]["defaults"]["custom"]["stacking"]["mode"], "normal");
    let gauge = panel("{title: T, kind: gauge, expr: avg(coverage)}");
    assert_eq!((&gauge["fieldConfig"]["defaults"]["min"], &gauge["fieldConfig"]["defaults"]["max"]), (&json!(0), &json!(100)));
}

#[test]
fn what_is_planned_says_so() {
    let (dashboard, _) = dashboard("- {title: T, kind: stat, expr: wished, description: Soon.}");
    let panel = &dashboard["panels"][0];
    assert_eq!(panel["description"], "Soon.\n\nPlanned: `wished` is not exposed yet (services.api is to expose it).");
    assert_eq!(panel["fieldConfig"]["defaults"]["noValue"], "Not exposed yet");
}

#[test]
fn fields_that_pass_through_win() {
    let panel = panel(
        "{title: T, kind: timeseries, expr: memory_bytes, grafana: {options: {legend: {placement: right}}, zzz: [1], pluginVersion: null, transparent: true}}",
    );
    assert_eq!(panel["options"]["legend"], json!({"calcs": [], "displayMode": "list", "placement": "right", "showLegend": true}));
    assert_eq!((&panel["transparent"], &panel["zzz"], panel.get("pluginVersion")), (&json!(true), &json!([1]), None));
}

#[test]
fn variables_are_chosen_at_the_top() {
    let (files, found) = compile(
        r#"
dashboards:
  d:
    title: D
    variables:
      - {id: method, values_of: requests_total.method, multi: true, where: {job: api}, label: Method}
      - {id: status, values_of: requests_total.status, regex: "/5../", default: "500"}
      - {id: size, values: [small, "a,b"], include_all: true, all_value: ".*", hidden: true}
      - {id: step, interval: true}
    rows: [{panels: [{title: T, kind: stat, expr: 'sum(requests_total{method=~"$method"})'}]}]
"#,
    );
    assert!(found.is_empty(), "{found:?}");
    let dashboard: Json = serde_json::from_str(&files["grafana/dashboards/d.json"]).unwrap();
    let list = dashboard["templating"]["list"].as_array().unwrap();
    let names: Vec<_> =
        list.iter().map(|variable| (variable["name"].as_str().unwrap(), variable["type"].as_str().unwrap())).collect();
    assert_eq!(
        names,
        [("datasource", "datasource"), ("method", "query"), ("status", "query"), ("size", "custom"), ("step", "interval")]
    );
    assert_eq!(
        list[1]["query"],
        json!({"qryType": 1, "query": "label_values(requests_total{job=\"api\"}, method)", "refId": "PrometheusVariableQueryEditor-VariableQuery"})
    );
    assert_eq!(list[1]["current"], json!({"text": ["All"], "value": ["$__all"]}));
    assert_eq!((&list[1]["includeAll"], &list[1]["multi"], &list[1]["refresh"]), (&json!(true), &json!(true), &json!(2)));
    assert_eq!((&list[2]["current"], &list[2]["regex"]), (&json!({"text": "500", "value": "500"}), &json!("/5../")));
    assert_eq!((&list[3]["query"], &list[3]["allValue"], &list[3]["hide"]), (&json!("small,a\\,b"), &json!(".*"), &json!(2)));
    assert_eq!(list[3]["options"][0], json!({"selected": true, "text": "All", "value": "$__all"}));
    assert_eq!(list[4]["current"], json!({"text": "1m", "value": "1m"}));
}

#[test]
fn closed_rows_hold_their_panels_and_take_no_room() {
    let (files, found) = compile(
        r#"
dashboards:
  d:
    title: D
    links: [{title: Other, dashboard: e}, {title: Docs, url: "https://example.com", new_tab: true}]
    refresh: 30s
    range: 90m
    rows:
      - {title: A, panels: [{title: One, kind: stat, expr: memory_bytes}, {title: Two, kind: stat, expr: memory_bytes, height: 9}]}
      - {title: B, collapsed: true, repeat: x, panels: [{title: Three, kind: timeseries, expr: memory_bytes, repeat: x}]}
      - {title: C, panels: [{title: Four, kind: timeseries, expr: memory_bytes, width: 24}]}
    variables: {x: {values: [a, b]}}
  e: {title: E, tags: [x], timezone: utc, rows: []}
"#,
    );
    assert!(found.is_empty(), "{found:?}");
    let dashboard: Json = serde_json::from_str(&files["grafana/dashboards/d.json"]).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let places: Vec<_> =
        panels.iter().map(|panel| (panel["title"].as_str().unwrap(), panel["gridPos"]["y"].as_u64().unwrap())).collect();
    assert_eq!(places, [("A", 0), ("One", 1), ("Two", 1), ("B", 10), ("C", 11), ("Four", 12)]);
    assert_eq!(panels[3]["repeat"], "x");
    assert_eq!((&panels[3]["panels"][0]["gridPos"]["y"], &panels[3]["panels"][0]["maxPerRow"]), (&json!(11), &json!(4)));
    assert_eq!((&dashboard["refresh"], &dashboard["time"]["from"]), (&json!("30s"), &json!("now-90m")));
    assert_eq!((&dashboard["links"][0]["url"], &dashboard["links"][0]["keepTime"]), (&json!("/d/shop-e"), &json!(true)));
    let other: Json = serde_json::from_str(&files["grafana/dashboards/e.json"]).unwrap();
    assert_eq!((&other["tags"], &other["timezone"], &other["panels"]), (&json!(["x"]), &json!("utc"), &json!([])));
    assert_eq!((&dashboard["tags"], dashboard.get("id"), dashboard.get("version")), (&json!(["shop"]), None, None));
}

#[test]
fn mistakes_are_told_with_their_cure() {
    let (_, found) = dashboard(
        "- {title: A, kind: stat, expr: memory_bytes, width: 25, height: 0}\n\
         - {title: B, kind: stat, expr: memory_bytes, unit: secnds}\n\
         - {title: C, kind: stat, expr: memory_bytes, mappings: [{text: x}]}\n\
         - {title: D, kind: text}\n\
         - {title: E, kind: stat, expr: memory_bytes, links: [{title: x, dashboard: othr}, {title: y}]}",
    );
    let messages: Vec<&str> = found.iter().map(|found| found.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "a panel is 1 to 24 columns wide, not 25",
            "a panel is 1 to 200 lines high, not 0",
            "`secnds` is not a unit",
            "a mapping has a value, or a range of values",
            "the panel `d` has no words",
            "there is no dashboard `othr`",
            "a link leads to one place",
        ]
    );
    assert_eq!(found[5].help.as_deref(), Some("did you mean `other`?"));
    let (_, found) = compile("dashboards: {d: {title: D, variables: {x: {label: X}}, rows: []}}");
    assert_eq!(found[0].message, "the variable `x` has no values");
    for (uid, message) in [
        ("a b", "the uid `a b` holds something else than letters, digits, `-` and `_`".to_owned()),
        (&"x".repeat(41), format!("the uid `{}` has 41 characters: Grafana takes 1 to 40", "x".repeat(41))),
    ] {
        let (_, found) = compile(&format!("dashboards: {{d: {{title: D, uid: {uid}, rows: []}}}}"));
        assert_eq!(found[0].message, message);
    }
}

#[test]
fn versions_decide_the_form() {
    for (version, schema, panel) in
        [("10.2", 38, "10.2.0"), ("11.5", 40, "11.5.0"), ("11.6", 41, "11.6.0"), ("12.2.1", 42, "12.2.1"), ("13", 42, "13.0.0")]
    {
        let spec = format!(
            "stack: {{name: s, servers: {{grafana: \"{version}\"}}}}\ndashboards: {{d: {{title: D, rows: [{{panels: [{{title: T, kind: text, content: x}}]}}]}}}}"
        );
        let world = MemoryWorld::with_files([("/specs/s.yaml", spec)]);
        let checked = pipeline::check(&world, Path::new("/specs"), &without_rules()).unwrap();
        let (plan, _) = lower(&checked.model.unwrap());
        assert_eq!(plan.dashboards[0].schema_version, schema, "{version}");
        assert_eq!(plan.dashboards[0].panel_version, panel);
    }
}

#[test]
fn a_stack_without_dashboards_has_no_grafana() {
    let (files, _) = compile("");
    assert!(!files.keys().any(|path| path.starts_with("grafana/")), "{:?}", files.keys());
}

#[test]
fn durations_have_one_unit() {
    for (millis, text) in [
        (15_000, "15s"),
        (90_000, "90s"),
        (5_400_000, "90m"),
        (604_800_000, "1w"),
        (250, "250ms"),
        (0, "0ms"),
        (86_400_000, "1d"),
    ] {
        assert_eq!(step(Duration::from_millis(millis)), text);
    }
}

/// The rules have tests of their own; here only what is lowered matters.
fn without_rules() -> pipeline::CheckOptions<'static> {
    pipeline::CheckOptions { lint: crate::lint::LintSettings::silent(), ..pipeline::CheckOptions::default() }
}
