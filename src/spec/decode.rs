//! From the tree to typed values, and from the types to their JSON Schema.
//!
//! A plain `serde` deserializer stops at the first error and loses places inside choices between forms. [`Decode`] reports
//! every error of a file, keeps the place of what people may want to see again, suggests names, and describes itself, so that the
//! schema that editors use cannot drift from what the compiler accepts. The macro `record!` makes the struct, its decoding and
//! its schema from one list of fields.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::diagnostic::Diagnostic;
use crate::load::suggest;
use crate::load::tree::{Node, Pair, Scalar, ScalarKind, Style, Value};
use crate::source::Span;
pub use crate::spec::schema::Schemas;
use crate::spec::schema::{or_null, pattern, variable_pattern};

/// Rule ids of what decoding reports.
pub mod rule {
    use crate::diagnostic::RuleId;

    /// A key that means nothing where it stands.
    pub const UNKNOWN_FIELD: RuleId = "spec/unknown-field";
    /// A key that must be there and is not.
    pub const MISSING_FIELD: RuleId = "spec/missing-field";
    /// A value of the wrong kind, such as a list where a number is wanted.
    pub const WRONG_TYPE: RuleId = "spec/wrong-type";
    /// A value of the right kind that is not one of those allowed.
    pub const INVALID_VALUE: RuleId = "spec/invalid-value";
}

/// Collects what decoding finds.
#[derive(Debug, Default)]
pub struct Decoder {
    /// All findings so far.
    pub diagnostics: Vec<Diagnostic>,
}

impl Decoder {
    /// Reports a value of the wrong kind.
    pub fn wrong_type(&mut self, node: &Node, expected: &str) {
        let message = format!("expected {expected}, found {}", node.kind_name());
        self.diagnostics.push(Diagnostic::error(rule::WRONG_TYPE, node.span, message));
    }

    /// Reports a value that cannot be what it should be.
    pub fn invalid(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(rule::INVALID_VALUE, span, message).help(help));
    }
}

/// A type that can be read from a tree and that can describe itself.
pub trait Decode: Sized {
    /// Reads a value; `None` when it could not, which has then been reported.
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self>;

    /// The value of a field that is not there; `None` when the field is required.
    fn absent() -> Option<Self> {
        None
    }

    /// The JSON Schema of what `decode` accepts.
    fn schema(schemas: &mut Schemas) -> Json;
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A text with its place and its style, so that a range inside it can be found again in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// The decoded text.
    pub value: String,
    /// The whole scalar in the file.
    pub span: Span,
    /// How it is written.
    pub style: Style,
}

impl Text {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// The text as a scalar of the tree, to find a range of it in the file.
    pub fn to_node(&self) -> Node {
        let scalar = Scalar { text: self.value.clone(), kind: ScalarKind::String };
        Node { value: Value::Scalar(scalar), span: self.span, style: self.style }
    }

    /// A text that stands nowhere of its own: derived from what stands at `span`.
    pub fn synthetic(value: impl Into<String>, span: Span) -> Self {
        Self { value: value.into(), span, style: Style::Synthetic }
    }
}

/// Things by name, in the order of their names. A sorted list: a spec has a hundred thousand of these, most with one entry or none.
#[derive(Debug, Clone, PartialEq)]
pub struct Map<T> {
    entries: Vec<(String, Entry<T>)>,
    /// Names whose value could not be read: they exist, so nothing may call them unknown.
    pub broken: Vec<String>,
}

/// One named thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<T> {
    /// Where the name stands.
    pub key: Span,
    /// The position in the file among its siblings, for the few maps whose order people see.
    pub position: usize,
    /// The thing.
    pub value: T,
}

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), broken: Vec::new() }
    }
}

impl<T> Map<T> {
    /// The thing of this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.entry(name).map(|entry| &entry.value)
    }

    /// The thing of this name with the place of its name.
    pub fn entry(&self, name: &str) -> Option<&Entry<T>> {
        self.place(name).ok().map(|index| &self.entries[index].1)
    }

    /// Where a name stands, or where it would.
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|(known, _)| known.as_str().cmp(name))
    }

    /// Whether the name is used, readable or not.
    pub fn knows(&self, name: &str) -> bool {
        self.place(name).is_ok() || self.broken.iter().any(|broken| broken == name)
    }

    /// All things in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry<T>)> {
        self.entries.iter().map(|(name, entry)| (name.as_str(), entry))
    }

    /// All things in the order in which they are written.
    pub fn in_file_order(&self) -> Vec<(&str, &Entry<T>)> {
        let mut all: Vec<_> = self.iter().collect();
        all.sort_by_key(|(_, entry)| entry.position);
        all
    }

    /// All names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_str())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds all of another map; what has a name that is taken replaces it.
    pub fn absorb(&mut self, other: Self) {
        for (name, entry) in other.entries {
            self.put(name, entry);
        }
        self.broken.extend(other.broken);
    }

    /// Adds a thing; the one that had the name before goes.
    pub fn insert(&mut self, name: impl Into<String>, key: Span, value: T) {
        let position = self.entries.len();
        self.put(name.into(), Entry { key, position, value });
    }

    fn put(&mut self, name: String, entry: Entry<T>) {
        match self.place(&name) {
            Ok(index) => self.entries[index].1 = entry,
            Err(index) => self.entries.insert(index, (name, entry)),
        }
    }
}

impl<T: Decode> Decode for Map<T> {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        let Value::Map(pairs) = &node.value else {
            cx.wrong_type(node, "a mapping from names");
            return None;
        };
        let mut map = Self::default();
        for (position, Pair { key, value }) in pairs.iter().enumerate() {
            let decoded = match T::absent() {
                Some(nothing) if value.is_null() => Some(nothing),
                _ => T::decode(value, cx),
            };
            match decoded {
                Some(value) => map.entries.push((key.text.clone(), Entry { key: key.span, position, value })),
                None => map.broken.push(key.text.clone()),
            }
        }
        // The loader leaves no key twice in one mapping.
        map.entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        map.entries.shrink_to_fit();
        Some(map)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn schema(schemas: &mut Schemas) -> Json {
        let value = T::schema(schemas);
        json!({"type": "object", "additionalProperties": if T::absent().is_some() { or_null(value) } else { value }})
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        let Value::Seq(items) = &node.value else {
            cx.wrong_type(node, "a list");
            return None;
        };
        Some(items.iter().filter_map(|item| T::decode(item, cx)).collect())
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn schema(schemas: &mut Schemas) -> Json {
        json!({"type": "array", "items": T::schema(schemas)})
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        if node.is_null() { Some(None) } else { T::decode(node, cx).map(Some) }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn schema(schemas: &mut Schemas) -> Json {
        let mut schema = T::schema(schemas);
        // What is left out is decided elsewhere.
        if let Json::Object(object) = &mut schema {
            object.shift_remove("default");
        }
        schema
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        T::decode(node, cx).map(Box::new)
    }

    fn schema(schemas: &mut Schemas) -> Json {
        T::schema(schemas)
    }
}

impl<T: Decode> Decode for Arc<T> {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        T::decode(node, cx).map(Self::new)
    }

    fn schema(schemas: &mut Schemas) -> Json {
        T::schema(schemas)
    }
}

impl<T: Decode> Decode for Spanned<T> {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        Some(Self { value: T::decode(node, cx)?, span: node.span })
    }

    fn schema(schemas: &mut Schemas) -> Json {
        T::schema(schemas)
    }
}

impl Decode for Text {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        let Some(text) = node.as_text() else {
            cx.wrong_type(node, "text");
            return None;
        };
        Some(Self { value: text.to_owned(), span: node.span, style: node.style })
    }

    fn schema(_: &mut Schemas) -> Json {
        json!({"type": ["string", "number", "boolean"]})
    }
}

impl Decode for bool {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        match &node.value {
            Value::Scalar(scalar) if scalar.kind == ScalarKind::Bool => Some(scalar.text.eq_ignore_ascii_case("true")),
            Value::Scalar(scalar) if matches!(scalar.text.as_str(), "yes" | "no" | "on" | "off") => {
                let meant = if matches!(scalar.text.as_str(), "yes" | "on") { "true" } else { "false" };
                cx.invalid(node.span, format!("`{}` is text, not true or false", scalar.text), format!("write `{meant}`"));
                None
            }
            _ => {
                cx.wrong_type(node, "true or false");
                None
            }
        }
    }

    fn absent() -> Option<Self> {
        Some(false)
    }

    fn schema(_: &mut Schemas) -> Json {
        json!({"type": ["boolean", "string"], "pattern": variable_pattern(), "default": false})
    }
}

/// A number, reported as wrong when it is written as text.
fn number<T: std::str::FromStr>(node: &Node, cx: &mut Decoder, expected: &str) -> Option<T> {
    match &node.value {
        Value::Scalar(scalar) if scalar.kind == ScalarKind::Number => match scalar.text.replace('_', "").parse() {
            Ok(number) => Some(number),
            Err(_) => {
                cx.invalid(node.span, format!("`{}` is not {expected}", scalar.text), format!("write {expected}"));
                None
            }
        },
        _ => {
            cx.wrong_type(node, expected);
            None
        }
    }
}

macro_rules! integers {
    ($($type:ty: $expected:literal, $min:expr, $max:expr;)*) => {$(
        impl Decode for $type {
            fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
                number(node, cx, $expected)
            }

            fn schema(_: &mut Schemas) -> Json {
                json!({"type": ["integer", "string"], "minimum": $min, "maximum": $max, "pattern": variable_pattern()})
            }
        }
    )*};
}

integers! {
    u16: "a whole number from 0 to 65535", 0, u16::MAX;
    u32: "a whole number from 0", 0, u32::MAX;
    u64: "a whole number from 0", 0, u64::MAX;
    i64: "a whole number", i64::MIN, i64::MAX;
}

impl Decode for f64 {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        match node.as_text() {
            Some(".inf" | "+.inf" | ".Inf" | "+Inf" | "inf") => Some(f64::INFINITY),
            Some("-.inf" | "-.Inf" | "-Inf" | "-inf") => Some(f64::NEG_INFINITY),
            _ => number(node, cx, "a number"),
        }
    }

    fn schema(_: &mut Schemas) -> Json {
        json!({"type": ["number", "string"], "pattern": pattern(r"[+]?(?:[.]?inf|[.]?Inf)|-(?:[.]?inf|[.]?Inf)|[+]Inf")})
    }
}

/// One thing, or a list of them.
#[derive(Debug, Clone, PartialEq)]
pub struct OneOrMany<T>(pub Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Decode> Decode for OneOrMany<T> {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        match &node.value {
            Value::Seq(_) => Vec::decode(node, cx).map(Self),
            _ => T::decode(node, cx).map(|one| Self(vec![one])),
        }
    }

    fn absent() -> Option<Self> {
        Some(Self(Vec::new()))
    }

    fn schema(schemas: &mut Schemas) -> Json {
        let one = T::schema(schemas);
        json!({"anyOf": [one.clone(), {"type": "array", "items": one}]})
    }
}

/// A value that passes through as it is written: for what Prometheus, Alertmanager or Grafana know and this language has no word for.
#[derive(Debug, Clone, PartialEq)]
pub struct Raw {
    /// The value.
    pub json: Json,
    /// Where it stands.
    pub span: Span,
}

impl Decode for Raw {
    fn decode(node: &Node, _: &mut Decoder) -> Option<Self> {
        Some(Self { json: to_json(node), span: node.span })
    }

    fn schema(_: &mut Schemas) -> Json {
        json!({})
    }
}

/// A tree as JSON.
pub fn to_json(node: &Node) -> Json {
    match &node.value {
        Value::Map(pairs) => Json::Object(pairs.iter().map(|pair| (pair.key.text.clone(), to_json(&pair.value))).collect()),
        Value::Seq(items) => Json::Array(items.iter().map(to_json).collect()),
        Value::Scalar(scalar) => match scalar.kind {
            ScalarKind::Null => Json::Null,
            ScalarKind::Bool => Json::Bool(scalar.text.eq_ignore_ascii_case("true")),
            ScalarKind::Number => serde_json::from_str::<serde_json::Number>(&scalar.text)
                .map_or_else(|_| Json::String(scalar.text.clone()), Json::Number),
            ScalarKind::String => Json::String(scalar.text.clone()),
        },
    }
}

/// The fields of one mapping while it is decoded.
pub struct Fields<'n> {
    pairs: &'n [Pair],
    span: Span,
    what: &'static str,
}

impl<'n> Fields<'n> {
    /// Opens a mapping; reports fields that are not in `known`.
    pub fn open(node: &'n Node, what: &'static str, known: &[&str], cx: &mut Decoder) -> Option<Self> {
        let Value::Map(pairs) = &node.value else {
            cx.wrong_type(node, &format!("a mapping that describes {}", described(what)));
            return None;
        };
        for pair in pairs {
            if !known.contains(&pair.key.text.as_str()) {
                cx.diagnostics.push(unknown_field(pair, what, known));
            }
        }
        Some(Self { pairs, span: node.span, what })
    }

    /// Reads one field.
    pub fn take<T: Decode>(&self, key: &str, cx: &mut Decoder) -> Option<T> {
        let Some(pair) = self.pairs.iter().find(|pair| pair.key.text == key) else {
            let absent = T::absent();
            if absent.is_none() {
                let message = format!("{} has no `{key}`", described(self.what));
                cx.diagnostics.push(
                    Diagnostic::error(rule::MISSING_FIELD, head(self.pairs, self.span), message)
                        .help(format!("add `{key}: ...`")),
                );
            }
            return absent;
        };
        match T::absent() {
            Some(nothing) if pair.value.is_null() => Some(nothing),
            // A field that can be left out is left out when it cannot be read: the error is reported, the rest goes on.
            absent => T::decode(&pair.value, cx).or(absent),
        }
    }
}

/// The first key of a mapping stands for the whole of it: a span over forty lines helps nobody.
fn head(pairs: &[Pair], whole: Span) -> Span {
    pairs.first().map_or(whole, |pair| pair.key.span)
}

fn unknown_field(pair: &Pair, what: &str, known: &[&str]) -> Diagnostic {
    let key = &pair.key.text;
    let diagnostic =
        Diagnostic::error(rule::UNKNOWN_FIELD, pair.key.span, format!("`{key}` is not a field of {}", described(what)));
    let near = suggest::nearest(key, known.iter().copied());
    let help = suggest::did_you_mean(&near).unwrap_or_else(|| format!("the fields are {}", known.join(", ")));
    diagnostic.help(help)
}

/// `GpuTarget` as people say it: "a gpu target".
fn described(type_name: &str) -> String {
    let mut words = String::new();
    for c in type_name.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    let article = if words.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {words}")
}

/// Declares a struct of the spec language: its fields, their decoding and their JSON Schema from one list. A field is required
/// unless its type has a value for "absent" (`Option`, `Vec`, `Map`, `bool`). `name as "key"` gives a field whose key is a Rust keyword.
macro_rules! record {
    ($(#[doc = $doc:literal])* pub struct $name:ident { $($(#[doc = $field_doc:literal])* $field:ident $(as $key:literal)? : $type:ty),* $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            /// Where it stands.
            pub span: $crate::source::Span,
            $($(#[doc = $field_doc])* pub $field: $type,)*
        }

        impl $crate::spec::decode::Decode for $name {
            fn decode(node: &$crate::load::tree::Node, cx: &mut $crate::spec::decode::Decoder) -> Option<Self> {
                const KNOWN: &[&str] = &[$($crate::spec::decode::record!(@key $field $(as $key)?)),*];
                let fields = $crate::spec::decode::Fields::open(node, stringify!($name), KNOWN, cx)?;
                $(let $field = fields.take::<$type>($crate::spec::decode::record!(@key $field $(as $key)?), cx);)*
                Some(Self { span: node.span, $($field: $field?,)* })
            }

            fn schema(schemas: &mut $crate::spec::decode::Schemas) -> serde_json::Value {
                schemas.reference(stringify!($name), |schemas| {
                    let mut object = $crate::spec::schema::ObjectSchema::new(concat!($($doc, "\n"),*));
                    $(object.field::<$type>(
                        $crate::spec::decode::record!(@key $field $(as $key)?),
                        concat!($($field_doc, "\n"),*),
                        schemas,
                    );)*
                    object.finish()
                })
            }
        }
    };
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident as $key:literal) => { $key };
}

/// Declares an enum of plain words: its decoding and its schema.
macro_rules! words {
    ($(#[doc = $doc:literal])* pub enum $name:ident { $($(#[doc = $variant_doc:literal])* $variant:ident = $word:literal $(| $alias:literal)*),* $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[doc = $variant_doc])* $variant,)*
        }

        impl $name {
            /// The word as the spec writes it.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl $crate::spec::decode::Decode for $name {
            fn decode(node: &$crate::load::tree::Node, cx: &mut $crate::spec::decode::Decoder) -> Option<Self> {
                match node.as_text() {
                    $(Some($word $(| $alias)*) => Some(Self::$variant),)*
                    Some(other) => {
                        $crate::spec::decode::unknown_word(node.span, other, &[$($word),*], cx);
                        None
                    }
                    None => {
                        cx.wrong_type(node, concat!("one of", $(" ", $word),*));
                        None
                    }
                }
            }

            fn schema(schemas: &mut $crate::spec::decode::Schemas) -> serde_json::Value {
                let words = schemas.reference(stringify!($name), |_| {
                    let mut words = $crate::spec::schema::WordSchema::new(concat!($($doc, "\n"),*));
                    $(words.value(&[$word $(, $alias)*], concat!($($variant_doc, "\n"),*));)*
                    words.finish()
                });
                $crate::spec::schema::or_variable(words, schemas)
            }
        }
    };
}

pub(crate) use {record, words};

/// Reports a word that is not one of those allowed.
pub fn unknown_word(span: Span, word: &str, known: &[&str], cx: &mut Decoder) {
    let near = suggest::nearest(word, known.iter().copied());
    let help = suggest::did_you_mean(&near).unwrap_or_else(|| format!("write one of {}", known.join(", ")));
    cx.invalid(span, format!("`{word}` is not allowed here"), help);
}
