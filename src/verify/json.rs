//! Two JSON values: where they differ.

use serde_json::Value as Json;

use crate::server::printable;

/// A place at which two values differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The place: `panels[3].title`.
    pub path: String,
    /// What is wanted there; `None` where nothing is.
    pub wanted: Option<String>,
    /// What is there; `None` where nothing is.
    pub found: Option<String>,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.wanted, &self.found) {
            (Some(wanted), Some(found)) => write!(f, "`{}` is {found} instead of {wanted}", self.path),
            (Some(wanted), None) => write!(f, "`{}` is missing, it should be {wanted}", self.path),
            (None, Some(found)) => write!(f, "`{}` is {found}, the spec does not have it", self.path),
            (None, None) => f.write_str(&self.path),
        }
    }
}

/// What counts as equal.
pub trait Rules {
    /// Whether a key that only the found object has is as if it were not there.
    fn ignores_extra(&self, path: &str, key: &str, value: &Json) -> bool;

    /// Whether two values that are not the same mean the same.
    fn means_the_same(&self, path: &str, wanted: &Json, found: &Json) -> bool;

    /// The key by which items of a list are found, instead of their place.
    fn key_of(&self, path: &str) -> Option<&'static str>;
}

/// The first differences, at most so many, in the order of the wanted value.
pub fn differences(wanted: &Json, found: &Json, rules: &dyn Rules, most: usize) -> Vec<Difference> {
    let mut walk = Walk { rules, most, found: Vec::new() };
    walk.value(String::new(), wanted, found);
    walk.found
}

struct Walk<'r> {
    rules: &'r dyn Rules,
    most: usize,
    found: Vec<Difference>,
}

impl Walk<'_> {
    fn add(&mut self, path: String, wanted: Option<&Json>, found: Option<&Json>) {
        if self.found.len() < self.most {
            self.found.push(Difference { path, wanted: wanted.map(show), found: found.map(show) });
        }
    }

    /// The depth is that of JSON that was parsed, which is bounded.
    fn value(&mut self, path: String, wanted: &Json, found: &Json) {
        if wanted == found || self.found.len() >= self.most || self.rules.means_the_same(&path, wanted, found) {
            return;
        }
        match (wanted, found) {
            (Json::Object(wanted), Json::Object(found)) => {
                for (key, value) in wanted {
                    let path = join(&path, key);
                    match found.get(key) {
                        Some(other) => self.value(path, value, other),
                        None if value.is_null() => {}
                        None => self.add(path, Some(value), None),
                    }
                }
                for (key, value) in found {
                    if !wanted.contains_key(key) && !value.is_null() && !self.rules.ignores_extra(&path, key, value) {
                        self.add(join(&path, key), None, Some(value));
                    }
                }
            }
            (Json::Array(wanted), Json::Array(found)) => match self.rules.key_of(&path) {
                Some(key) => self.keyed(&path, key, wanted, found),
                None => self.list(&path, wanted, found),
            },
            _ => match (as_number(wanted), as_number(found)) {
                // 1 and 1.0 are one number.
                (Some(one), Some(other)) if one == other => {}
                _ => self.add(path, Some(wanted), Some(found)),
            },
        }
    }

    fn list(&mut self, path: &str, wanted: &[Json], found: &[Json]) {
        for at in 0..wanted.len().max(found.len()) {
            let path = format!("{path}[{at}]");
            match (wanted.get(at), found.get(at)) {
                (Some(wanted), Some(found)) => self.value(path, wanted, found),
                (wanted, found) => self.add(path, wanted, found),
            }
        }
    }

    fn keyed(&mut self, path: &str, key: &str, wanted: &[Json], found: &[Json]) {
        let name = |item: &Json| item.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        for item in wanted {
            let path = format!("{path}[{}]", name(item));
            match found.iter().find(|other| name(other) == name(item)) {
                Some(other) => self.value(path, item, other),
                None => self.add(path, Some(item), None),
            }
        }
        for item in found {
            if !wanted.iter().any(|other| name(other) == name(item)) {
                self.add(format!("{path}[{}]", name(item)), None, Some(item));
            }
        }
    }
}

fn as_number(value: &Json) -> Option<f64> {
    value.as_f64()
}

fn join(path: &str, key: &str) -> String {
    let key = printable(key);
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

/// A value as a message shows it: short.
fn show(value: &Json) -> String {
    const MOST: usize = 60;
    match value {
        Json::Object(fields) => format!("an object with {}", super::counted(fields.len(), "field")),
        Json::Array(items) => format!("a list with {}", super::counted(items.len(), "item")),
        _ => {
            let text = printable(&value.to_string());
            let short: String = text.chars().take(MOST).collect();
            if short.len() == text.len() { text } else { format!("{short}…") }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct Exact;

    impl Rules for Exact {
        fn ignores_extra(&self, path: &str, key: &str, _: &Json) -> bool {
            path.is_empty() && key == "version"
        }

        fn means_the_same(&self, _: &str, _: &Json, _: &Json) -> bool {
            false
        }

        fn key_of(&self, path: &str) -> Option<&'static str> {
            (path == "receivers").then_some("name")
        }
    }

    fn said(wanted: &Json, found: &Json) -> Vec<String> {
        differences(wanted, found, &Exact, 10).iter().map(Difference::to_string).collect()
    }

    #[test]
    fn every_kind_of_difference_has_its_path() {
        let wanted = json!({"a": 1, "b": {"c": [1, 2]}, "d": "x", "n": null, "receivers": [{"name": "one"}, {"name": "two"}]});
        let found =
            json!({"a": 1.0, "b": {"c": [1, 3, 4], "e": true}, "version": 7, "receivers": [{"name": "two"}, {"name": "three"}]});
        assert_eq!(
            said(&wanted, &found),
            [
                "`b.c[1]` is 3 instead of 2",
                "`b.c[2]` is 4, the spec does not have it",
                "`b.e` is true, the spec does not have it",
                "`d` is missing, it should be \"x\"",
                "`receivers[one]` is missing, it should be an object with 1 field",
                "`receivers[three]` is an object with 1 field, the spec does not have it",
            ]
        );
        assert_eq!(said(&wanted, &wanted), Vec::<String>::new());
    }

    #[test]
    fn a_list_of_differences_ends() {
        let many: Vec<usize> = (0..1000).collect();
        assert_eq!(differences(&json!(many), &json!([]), &Exact, 3).len(), 3);
    }
}
