//! The queries of the generated dashboards, as Grafana would send them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::server::Server;
use crate::servers::encoded;
use crate::tool::root;

/// A generated dashboard.
pub(crate) struct Dashboard {
    pub(crate) name: String,
    variables: Vec<Variable>,
    /// The title of the panel and the expression of each query.
    pub(crate) queries: Vec<(String, String)>,
}

/// A variable with the values that it has now.
struct Variable {
    name: String,
    values: Vec<String>,
}

/// A query with every variable in its place.
pub(crate) struct Filled {
    pub(crate) expr: String,
    /// The variable that has a single value, and the value; the others have all of theirs.
    pub(crate) with: Option<(String, String)>,
}

/// All dashboards of `generated/`, their variables asked of the server. The second is what no variable may have: no values.
pub(crate) fn all(server: &Server) -> (Vec<Dashboard>, Vec<String>) {
    let folder = root().join("generated/grafana/dashboards");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts = files
        .iter()
        .map(|file| (file.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(file).unwrap()));
    of(server, texts)
}

/// The same for dashboards by their names.
pub(crate) fn of(server: &Server, texts: impl Iterator<Item = (String, String)>) -> (Vec<Dashboard>, Vec<String>) {
    let mut empty = Vec::new();
    let dashboards = texts
        .map(|(name, text)| {
            let json: Value = serde_json::from_str(&text).unwrap();
            let variables: Vec<Variable> =
                list(&json["templating"]["list"]).iter().filter_map(|found| variable(found, server)).collect();
            let without = variables.iter().filter(|variable| variable.values.is_empty());
            empty.extend(without.map(|variable| format!("{name}: the variable `{}` has no values", variable.name)));
            let mut queries = Vec::new();
            panels(&json["panels"], &mut queries);
            Dashboard { name, variables, queries }
        })
        .collect();
    (dashboards, empty)
}

fn list(json: &Value) -> &[Value] {
    json.as_array().map_or(&[], Vec::as_slice)
}

fn panels(json: &Value, queries: &mut Vec<(String, String)>) {
    for panel in list(json) {
        let title = panel["title"].as_str().unwrap_or_default();
        for target in list(&panel["targets"]) {
            if let Some(expr) = target["expr"].as_str() {
                queries.push((title.to_owned(), expr.to_owned()));
            }
        }
        // A closed row holds its panels.
        panels(&panel["panels"], queries);
    }
}

fn variable(json: &Value, server: &Server) -> Option<Variable> {
    let name = json["name"].as_str()?.to_owned();
    let values = match json["type"].as_str()? {
        "custom" => json["query"].as_str()?.split(',').map(|value| value.trim().to_owned()).collect(),
        "query" => {
            let query = json["query"]["query"].as_str()?;
            let inside = query.strip_prefix("label_values(")?.strip_suffix(')')?;
            let (selector, label) = inside.rsplit_once(',')?;
            let path = format!("/api/v1/label/{}/values?match[]={}", label.trim(), encoded(selector.trim()));
            let answer = server.json(&path);
            list(&answer["data"]).iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
        }
        // The data source.
        _ => return None,
    };
    Some(Variable { name, values })
}

/// The times that Grafana fills in, for a range of six hours and a scrape interval of fifteen seconds.
const TIMES: &[(&str, &str)] = &[
    ("__rate_interval_ms", "300000"),
    ("__rate_interval", "5m"),
    ("__interval_ms", "60000"),
    ("__interval", "1m"),
    ("__range_ms", "21600000"),
    ("__range_s", "21600"),
    ("__range", "6h"),
];

impl Dashboard {
    /// The query with each value of each variable that it uses, the other variables at "All".
    pub(crate) fn filled(&self, expr: &str) -> Vec<Filled> {
        let everything: BTreeMap<&str, String> = self
            .variables
            .iter()
            .map(|variable| {
                let values: Vec<String> = variable.values.iter().map(|value| escaped(value)).collect();
                (variable.name.as_str(), if values.len() == 1 { values.concat() } else { format!("({})", values.join("|")) })
            })
            .collect();
        let used: Vec<&Variable> = self.variables.iter().filter(|variable| put(expr, &variable.name, "") != expr).collect();
        let fill = |with: Option<(&Variable, &String)>| {
            let mut text = expr.to_owned();
            for (name, value) in TIMES {
                text = put(&text, name, value);
            }
            for (name, all) in &everything {
                let value =
                    with.filter(|(variable, _)| variable.name == *name).map_or_else(|| all.clone(), |(_, value)| escaped(value));
                text = put(&text, name, &value);
            }
            Filled { expr: text, with: with.map(|(variable, value)| (variable.name.clone(), value.clone())) }
        };
        let each = used.iter().flat_map(|variable| variable.values.iter().map(move |value| (*variable, value)));
        std::iter::once(fill(None)).chain(each.map(|pair| fill(Some(pair)))).collect()
    }

    /// How many variables ask the server for their values or have a list of them.
    pub(crate) fn variables(&self) -> usize {
        self.variables.len()
    }
}

/// As Grafana escapes a value for a regular expression inside a text.
fn escaped(value: &str) -> String {
    let mut result = String::new();
    for c in value.chars() {
        if "\\^$*+?.()|{}[]/".contains(c) {
            result.push_str("\\\\");
        }
        result.push(c);
    }
    result
}

/// Replaces `$name` and `${name}`, `${name:format}`.
fn put(text: &str, name: &str, value: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        result.push_str(before);
        let braced = after.strip_prefix('{').and_then(|inside| {
            let (inside, behind) = inside.split_once('}')?;
            (inside.split([':', '.']).next() == Some(name)).then_some(behind)
        });
        let plain =
            after.strip_prefix(name).filter(|behind| !behind.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'));
        match braced.or(plain) {
            Some(behind) => {
                result.push_str(value);
                rest = behind;
            }
            None => {
                result.push('$');
                rest = after;
            }
        }
    }
    result + rest
}

#[test]
fn variables_are_put_in_their_places() {
    assert_eq!(put("rate(a{b=~\"$b\", c=\"${b:regex}\"}[$b_c])", "b", "x"), "rate(a{b=~\"x\", c=\"x\"}[$b_c])");
    assert_eq!(put("a$", "b", "x"), "a$");
    assert_eq!(escaped("a.b"), "a\\\\.b");
}
