//! What holds for every dashboard that is emitted: those of `generated/`, those of the examples, and one made of everything at once.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use optiinfra_gen::pipeline;
use optiinfra_gen::world::{MemoryWorld, OsWorld};
use serde_json::Value as Json;

/// Everything that is wrong with a dashboard file.
fn faults(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let dashboard: Json = match serde_json::from_str(text) {
        Ok(dashboard) => dashboard,
        Err(error) => return vec![format!("is no JSON: {error}")],
    };
    let mut pretty = serde_json::to_string_pretty(&dashboard).unwrap();
    pretty.push('\n');
    if pretty != text {
        faults.push("is not laid out with two spaces and a final newline".to_owned());
    }
    walk(&dashboard, "", &mut faults);
    for key in ["id", "version"] {
        if dashboard.get(key).is_some() {
            faults.push(format!("has a `{key}`"));
        }
    }
    if dashboard["uid"].as_str().is_none_or(|uid| uid.is_empty() || uid.len() > 40) {
        faults.push(format!("has the uid {}", dashboard["uid"]));
    }
    if dashboard["templating"]["list"][0]["type"] != "datasource" {
        faults.push("does not let people choose the data source first".to_owned());
    }
    let mut ids = BTreeSet::new();
    let (mut open, mut panels) = (Vec::new(), Vec::new());
    for panel in dashboard["panels"].as_array().unwrap() {
        open.push(panel);
        panels.push(panel);
        if panel["type"] == "row" {
            let inside: Vec<&Json> = panel["panels"].as_array().unwrap().iter().collect();
            if panel["collapsed"] == false && !inside.is_empty() {
                faults.push("has an open row that holds panels".to_owned());
            }
            overlaps(&inside, &mut faults);
            panels.extend(inside);
        }
    }
    overlaps(&open, &mut faults);
    for panel in panels {
        let title = panel["title"].as_str().unwrap_or_default();
        if !ids.insert(panel["id"].as_u64()) || panel["id"].as_u64().is_none_or(|id| id == 0) {
            faults.push(format!("`{title}` has the id {} of another panel", panel["id"]));
        }
        if panel["type"] == "row" || panel["type"] == "text" {
            continue;
        }
        let targets = panel["targets"].as_array().cloned().unwrap_or_default();
        let letters: BTreeSet<&str> = targets.iter().filter_map(|target| target["refId"].as_str()).collect();
        if targets.is_empty() || letters.len() != targets.len() {
            faults.push(format!("`{title}` has the targets {letters:?}"));
        }
        for place in std::iter::once(panel).chain(&targets) {
            if place["datasource"]["uid"] != "${datasource}" || place["datasource"]["type"] != "prometheus" {
                faults.push(format!("`{title}` queries {}", place["datasource"]));
            }
        }
        for target in &targets {
            if target["expr"].as_str().is_none_or(str::is_empty) || target["instant"] == target["range"] {
                faults.push(format!("`{title}` has the target {target}"));
            }
        }
        let steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"].as_array().cloned().unwrap_or_default();
        let values: Vec<f64> = steps.iter().skip(1).filter_map(|step| step["value"].as_f64()).collect();
        if steps.is_empty() || steps[0].get("value").is_some() || values.len() + 1 != steps.len() || !values.is_sorted() {
            faults.push(format!("`{title}` has the thresholds {steps:?}"));
        }
    }
    faults
}

/// No nulls, sorted keys.
fn walk(value: &Json, path: &str, faults: &mut Vec<String>) {
    match value {
        Json::Null => faults.push(format!("{path} is null")),
        Json::Array(list) => list.iter().enumerate().for_each(|(index, value)| walk(value, &format!("{path}[{index}]"), faults)),
        Json::Object(map) => {
            if !map.keys().is_sorted() {
                faults.push(format!("{path} has the keys {:?}", map.keys().collect::<Vec<_>>()));
            }
            map.iter().for_each(|(key, value)| walk(value, &format!("{path}.{key}"), faults));
        }
        _ => {}
    }
}

fn overlaps(panels: &[&Json], faults: &mut Vec<String>) {
    let place = |panel: &Json| ["x", "y", "w", "h"].map(|key| panel["gridPos"][key].as_u64().unwrap());
    for (index, a) in panels.iter().enumerate() {
        let [ax, ay, aw, ah] = place(a);
        if aw == 0 || ah == 0 || ax + aw > 24 {
            faults.push(format!("{} stands at {}", a["title"], a["gridPos"]));
        }
        for b in &panels[index + 1..] {
            let [bx, by, bw, bh] = place(b);
            if ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah {
                faults.push(format!("{} and {} overlap", a["title"], b["title"]));
            }
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The dashboards below a folder, and how many there are.
fn check_folder(folder: &Path) -> usize {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path()).collect();
    files.sort();
    let dashboards = files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "json"));
    dashboards
        .map(|file| {
            let found = faults(&std::fs::read_to_string(file).unwrap());
            assert!(found.is_empty(), "{}: {}", file.display(), found.join("\n"));
        })
        .count()
}

fn check_spec(folder: &Path) -> usize {
    let checked = pipeline::check(&OsWorld, folder, &without_rules()).unwrap();
    let Some(model) =
        checked.model.filter(|_| checked.diagnostics.iter().all(|d| d.severity < optiinfra_gen::diagnostic::Severity::Error))
    else {
        return 0;
    };
    let (plan, _) = pipeline::plan(&model, &checked.sources);
    let files = pipeline::emit(&plan).unwrap();
    let dashboards = files.iter().filter(|file| file.path.starts_with("grafana/dashboards/"));
    dashboards
        .map(|file| {
            let found = faults(std::str::from_utf8(&file.bytes).unwrap());
            assert!(found.is_empty(), "{}: {}", file.path, found.join("\n"));
        })
        .count()
}

#[test]
fn the_generated_dashboards_keep_the_rules() {
    check_folder(&root().join("generated/grafana/dashboards"));
    if root().join("specs").is_dir() {
        assert!(check_spec(&root().join("specs")) >= 7);
    }
}

#[test]
fn the_dashboards_of_the_examples_keep_the_rules() {
    let mut count = 0;
    for entry in std::fs::read_dir(root().join("examples")).unwrap() {
        let folder = entry.unwrap().path();
        count += check_folder(&folder.join("generated/grafana/dashboards"));
        let specs = folder.join("specs");
        if specs.is_dir() {
            count += check_spec(&specs);
        }
    }
    assert!(count >= 3, "only {count} dashboards");
}

#[test]
fn hostile_words_stay_words() {
    let hostile = ["\\\"quoted\\\"", "a: b", "{{job}}", "$x ${y}", "é 漢 🦀", "<script>", "\\u0007", "\\u2028", " ", "null", "#"];
    let mut spec = String::from(
        "services: {api: {port: 1, metrics: {define: {busy: {type: gauge, help: x, labels: {core: {max: 9}}}}}}}\ndashboards:\n",
    );
    for (index, word) in hostile.iter().enumerate() {
        spec.push_str(&format!(
            "  d{index}:\n    title: \"{word}\"\n    description: \"{word}\"\n    tags: [\"{word}\"]\n    rows:\n"
        ));
        for kind in ["timeseries", "stat", "gauge", "bargauge", "table", "heatmap", "piechart", "state-timeline", "text"] {
            spec.push_str(&format!(
                "      - title: \"{word}\"\n        collapsed: {}\n        panels:\n          - {{title: \"{word}\", kind: {kind}, {} content: \"{word}\", \
                 mappings: [{{value: \"{word}\", text: \"{word}\"}}], no_value: \"{word}\", unit: \"suffix:{word}x\", links: [{{title: \"{word}\", url: \"{word}\"}}]}}\n\
                 \x20         - {{title: \"{word}\", kind: stat, expr: busy, width: 20, grafana: {{b: null, a: {{z: 1, y: null}}}}}}\n",
                kind == "table",
                if kind == "text" { "" } else { "expr: busy," },
            ));
        }
    }
    let world = MemoryWorld::with_files([("/specs/s.yaml", spec)]);
    let checked = pipeline::check(&world, Path::new("/specs"), &without_rules()).unwrap();
    assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
    let (plan, found) = pipeline::plan(&checked.model.unwrap(), &checked.sources);
    assert!(found.is_empty(), "{found:?}");
    let files = pipeline::emit(&plan).unwrap();
    let mut count = 0;
    for file in files.iter().filter(|file| file.path.starts_with("grafana/dashboards/")) {
        let found = faults(std::str::from_utf8(&file.bytes).unwrap());
        assert!(found.is_empty(), "{}: {}", file.path, found.join("\n"));
        count += 1;
    }
    assert_eq!(count, hostile.len());
}

#[test]
fn faults_are_found() {
    let good = r#"{
  "panels": [
    {
      "datasource": {
        "type": "prometheus",
        "uid": "${datasource}"
      },
      "fieldConfig": {
        "defaults": {
          "thresholds": {
            "steps": [
              {
                "color": "green"
              }
            ]
          }
        }
      },
      "gridPos": {
        "h": 1,
        "w": 1,
        "x": 0,
        "y": 0
      },
      "id": 1,
      "targets": [
        {
          "datasource": {
            "type": "prometheus",
            "uid": "${datasource}"
          },
          "expr": "up",
          "instant": true,
          "range": false,
          "refId": "A"
        }
      ],
      "title": "a",
      "type": "stat"
    }
  ],
  "templating": {
    "list": [
      {
        "type": "datasource"
      }
    ]
  },
  "uid": "u"
}
"#;
    assert_eq!(faults(good), [""; 0]);
    for (from, to) in [
        ("\"x\": 0", "\"x\": 24"),
        ("\"x\": 0", "\"x\": null"),
        ("\"expr\": \"up\"", "\"expr\": \"\""),
        ("\"range\": false", "\"range\": true"),
        ("\"uid\": \"${datasource}\"\n      },\n      \"fieldConfig", "\"uid\": \"abc\"\n      },\n      \"fieldConfig"),
        ("\"uid\": \"u\"", "\"uid\": \"\""),
        ("\"color\": \"green\"", "\"color\": \"green\",\n                \"value\": 1"),
        ("\"uid\": \"u\"\n", "\"uid\": \"u\",\n  \"version\": 1\n"),
        ("\"uid\": \"u\"\n", "\"uid\": \"u\",\n  \"a\": 1\n"),
        ("  \"uid\": \"u\"\n}\n", "  \"uid\": \"u\"\n}"),
        ("\"type\": \"datasource\"", "\"type\": \"query\""),
    ] {
        let broken = good.replacen(from, to, 1);
        assert_ne!(broken, good, "{from}");
        let Ok(found) = std::panic::catch_unwind(|| faults(&broken)) else { continue };
        assert!(!found.is_empty(), "{to}");
    }
}

/// The rules have tests of their own; here only what is emitted matters.
fn without_rules() -> pipeline::CheckOptions<'static> {
    pipeline::CheckOptions { lint: optiinfra_gen::lint::LintSettings::silent(), ..pipeline::CheckOptions::default() }
}
