//! Values of a spec before they have spans: what every builder collects, and what passes through where the builders have no word.

use std::ops::Range;

use super::place::Place;

/// A value of a spec, as YAML could write it: text, a number, true or false, a list, a mapping. It knows the line that made it.
///
/// Everything that is written into a spec becomes one. What the builders have no word for is set with `set`, which takes anything that
/// becomes a value:
///
/// ```
/// use optiinfra_gen::dsl::*;
///
/// let service = Service::new("checkout", Language::Go, 9000)
///     .set("series_budget", 20_000)
///     .set("compose", map().set("image", "shop/checkout:1.4.2").set("depends_on", ["postgres", "redis"]));
/// assert_eq!(service.data().to_string(), concat!(
///     r#"{"language": "go", "port": 9000, "series_budget": 20000, "#,
///     r#""compose": {"image": "shop/checkout:1.4.2", "depends_on": ["postgres", "redis"]}}"#,
/// ));
/// ```
#[derive(Debug, Clone)]
pub struct Data {
    form: Form,
    place: Place,
}

#[derive(Debug, Clone)]
enum Form {
    Bool(bool),
    Number(String),
    Text(String),
    Written(Written),
    List(Vec<Data>),
    Map(Map),
}

/// A text that was put together, with the places that made its pieces.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) pieces: Vec<(Range<usize>, Place)>,
}

/// A mapping from names to values, in order.
///
/// ```
/// use optiinfra_gen::dsl::map;
///
/// let limits = map().set("max_shards", 10).set("retry_on_http_429", true);
/// assert_eq!(limits.to_string(), r#"{"max_shards": 10, "retry_on_http_429": true}"#);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Map {
    pairs: Vec<(String, Place, Data)>,
}

/// An empty mapping, to be filled with [`Map::set`].
///
/// ```
/// assert_eq!(optiinfra_gen::dsl::map().to_string(), "{}");
/// ```
#[must_use]
pub fn map() -> Map {
    Map::default()
}

impl Map {
    /// Sets a field. A field that is set twice is reported by the checker with both lines.
    ///
    /// ```
    /// use optiinfra_gen::dsl::map;
    ///
    /// assert_eq!(map().set("ports", ["9000:9000"]).to_string(), r#"{"ports": ["9000:9000"]}"#);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn set(mut self, key: impl Into<String>, value: impl Into<Data>) -> Self {
        self.put(key, value);
        self
    }

    #[track_caller]
    pub(super) fn put(&mut self, key: impl Into<String>, value: impl Into<Data>) {
        self.pairs.push((key.into(), Place::here(), value.into()));
    }

    #[track_caller]
    pub(super) fn put_at(&mut self, key: impl Into<String>, place: Place, value: impl Into<Data>) {
        self.pairs.push((key.into(), place, value.into()));
    }

    /// Changes the mapping of a field, which is made when it is not there.
    pub(super) fn within(&mut self, key: &str, place: Place, change: impl FnOnce(&mut Map)) {
        let found = self.pairs.iter_mut().find_map(|(known, _, value)| match &mut value.form {
            Form::Map(map) if known == key => Some(map),
            _ => None,
        });
        match found {
            Some(map) => change(map),
            None => {
                let mut map = Map::default();
                change(&mut map);
                self.pairs.push((key.to_owned(), place, Data { form: Form::Map(map), place }));
            }
        }
    }

    /// The fields of both.
    pub(super) fn and(mut self, other: Map) -> Self {
        self.pairs.extend(other.pairs);
        self
    }

    /// Adds to the list of a field, which is made when it is not there.
    #[track_caller]
    pub(super) fn push(&mut self, key: &str, value: impl Into<Data>) {
        let value = value.into();
        match self.pairs.iter_mut().find(|(known, ..)| known == key) {
            Some((_, _, Data { form: Form::List(list), .. })) => list.push(value),
            _ => {
                let place = value.place;
                self.pairs.push((key.to_owned(), place, Data { place, form: Form::List(vec![value]) }));
            }
        }
    }

    /// Adds to the mapping of a field, which is made when it is not there.
    #[track_caller]
    pub(super) fn insert(&mut self, key: &str, name: impl Into<String>, value: impl Into<Data>) {
        self.insert_at(key, name, Place::here(), value);
    }

    /// The same for an entry whose name has a place of its own.
    #[track_caller]
    pub(super) fn insert_at(&mut self, key: &str, name: impl Into<String>, place: Place, value: impl Into<Data>) {
        let entry = (name.into(), place, value.into());
        match self.pairs.iter_mut().find(|(known, ..)| known == key) {
            Some((_, _, Data { form: Form::Map(map), .. })) => map.pairs.push(entry),
            _ => self.put(key, Map { pairs: vec![entry] }),
        }
    }
}

impl Data {
    #[track_caller]
    fn new(form: Form) -> Self {
        Self { form, place: Place::here() }
    }

    /// A number as it is to be written.
    #[track_caller]
    fn number(text: String) -> Self {
        Self::new(Form::Number(text))
    }

    pub(super) fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }

    pub(super) fn written(written: Written, place: Place) -> Self {
        Self { form: Form::Written(written), place }
    }

    /// All places in it.
    pub(super) fn places(&self, found: &mut Vec<Place>) {
        found.push(self.place);
        match &self.form {
            Form::Bool(_) | Form::Number(_) | Form::Text(_) => {}
            Form::Written(written) => found.extend(written.pieces.iter().map(|(_, place)| *place)),
            Form::List(items) => items.iter().for_each(|item| item.places(found)),
            Form::Map(map) => map.places(found),
        }
    }

    /// Writes it as JSON.
    pub(super) fn write(&self, json: &mut Json) {
        let start = json.text.len();
        match &self.form {
            Form::Bool(value) => json.text.push_str(if *value { "true" } else { "false" }),
            Form::Number(text) => json.text.push_str(text),
            Form::Text(text) => _ = json.string(text),
            Form::Written(written) => {
                let offsets = json.string(&written.text);
                let at = |byte: usize| offsets.get(byte).copied().unwrap_or(json.text.len());
                let pieces: Vec<_> =
                    written.pieces.iter().map(|(range, place)| (at(range.start)..at(range.end), *place)).collect();
                json.pieces.extend(pieces);
            }
            Form::List(items) => {
                json.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    json.text.push_str(if index == 0 { "" } else { ", " });
                    item.write(json);
                }
                json.text.push(']');
            }
            Form::Map(map) => map.write(json),
        }
        json.pieces.push((start..json.text.len(), self.place));
    }
}

impl Map {
    fn places(&self, found: &mut Vec<Place>) {
        for (_, place, value) in &self.pairs {
            found.push(*place);
            value.places(found);
        }
    }

    fn write(&self, json: &mut Json) {
        json.text.push('{');
        for (index, (key, place, value)) in self.pairs.iter().enumerate() {
            json.text.push_str(if index == 0 { "" } else { ", " });
            json.key(key, *place);
            value.write(json);
        }
        json.text.push('}');
    }
}

/// JSON on one line that knows which place made which part of it.
#[derive(Debug, Default)]
pub(super) struct Json {
    pub(super) text: String,
    pub(super) pieces: Vec<(Range<usize>, Place)>,
}

impl Json {
    /// A key and the colon after it.
    pub(super) fn key(&mut self, key: &str, place: Place) {
        let start = self.text.len();
        self.string(key);
        self.pieces.push((start..self.text.len(), place));
        self.text.push_str(": ");
    }

    /// A string; gives where each byte of it went, and the end.
    fn string(&mut self, value: &str) -> Vec<usize> {
        let mut offsets = Vec::with_capacity(value.len() + 1);
        self.text.push('"');
        for c in value.chars() {
            offsets.extend(std::iter::repeat_n(self.text.len(), c.len_utf8()));
            match c {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                c if c.is_control() => self.text.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => self.text.push(c),
            }
        }
        offsets.push(self.text.len());
        self.text.push('"');
        offsets
    }
}

impl std::fmt::Display for Data {
    /// As JSON on one line.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut json = Json::default();
        self.write(&mut json);
        f.write_str(&json.text)
    }
}

impl std::fmt::Display for Map {
    /// As JSON on one line.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut json = Json::default();
        self.write(&mut json);
        f.write_str(&json.text)
    }
}

impl From<&str> for Data {
    #[track_caller]
    fn from(text: &str) -> Self {
        Self::new(Form::Text(text.to_owned()))
    }
}

impl From<String> for Data {
    #[track_caller]
    fn from(text: String) -> Self {
        Self::new(Form::Text(text))
    }
}

impl From<&String> for Data {
    #[track_caller]
    fn from(text: &String) -> Self {
        Self::new(Form::Text(text.clone()))
    }
}

impl From<bool> for Data {
    #[track_caller]
    fn from(value: bool) -> Self {
        Self::new(Form::Bool(value))
    }
}

impl From<f64> for Data {
    #[track_caller]
    fn from(value: f64) -> Self {
        match value {
            f64::INFINITY => Self::from(".inf"),
            f64::NEG_INFINITY => Self::from("-.inf"),
            _ if value.is_nan() => Self::from("NaN"),
            _ => Self::number(value.to_string()),
        }
    }
}

macro_rules! whole_numbers {
    ($($type:ty)*) => {$(
        impl From<$type> for Data {
            #[track_caller]
            fn from(value: $type) -> Self {
                Self::number(value.to_string())
            }
        }
    )*};
}

whole_numbers! { u8 u16 u32 u64 usize i8 i16 i32 i64 }

impl From<Map> for Data {
    #[track_caller]
    fn from(map: Map) -> Self {
        Self::new(Form::Map(map))
    }
}

impl<T: Into<Data>> From<Vec<T>> for Data {
    #[track_caller]
    fn from(items: Vec<T>) -> Self {
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            list.push(item.into());
        }
        Self::new(Form::List(list))
    }
}

impl<T: Into<Data>, const N: usize> From<[T; N]> for Data {
    #[track_caller]
    fn from(items: [T; N]) -> Self {
        let mut list = Vec::with_capacity(N);
        for item in items {
            list.push(item.into());
        }
        Self::new(Form::List(list))
    }
}
