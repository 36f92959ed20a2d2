//! What a value is, as far as it is known.

use super::super::ast::TextSpan;
use super::UseKind;

/// An idea of a value. A query is known by the place where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    /// What an alert's template gets: labels, external labels, the server's address, the value.
    Data,
    Labels,
    ExternalLabels,
    ExternalUrl,
    /// The value of the expression: a number, or a native histogram.
    Value,
    /// The result of a query.
    Vector(Option<TextSpan>),
    /// One element of it.
    Sample(Option<TextSpan>),
    SampleLabels(Option<TextSpan>),
    Text,
    Number,
    Nil,
    Unknown,
}

/// What taking a field of a value gives.
pub(super) enum Taken {
    /// A value that has no name of its own outside.
    Value(Value),
    /// A label.
    Label(UseKind, Option<TextSpan>),
    /// There is no such field; these are there.
    Missing(&'static [&'static str]),
}

impl Value {
    pub(super) fn field(self, name: &str) -> Taken {
        match (self, name) {
            (Value::Data, "Labels") => Taken::Value(Value::Labels),
            (Value::Data, "ExternalLabels") => Taken::Value(Value::ExternalLabels),
            (Value::Data, "ExternalURL") => Taken::Value(Value::ExternalUrl),
            (Value::Data, "Value") => Taken::Value(Value::Value),
            (Value::Data, _) => Taken::Missing(&["Labels", "ExternalLabels", "ExternalURL", "Value"]),
            (Value::Sample(query), "Labels") => Taken::Value(Value::SampleLabels(query)),
            (Value::Sample(_), "Value") => Taken::Value(Value::Unknown),
            (Value::Sample(_), _) => Taken::Missing(&["Labels", "Value"]),
            (Value::Vector(_) | Value::Text | Value::Number | Value::ExternalUrl, _) => Taken::Missing(&[]),
            // A field of nil is nil; a native histogram has methods.
            (Value::Nil | Value::Value | Value::Unknown, _) => Taken::Value(Value::Unknown),
            (map, _) => map.element().map_or(Taken::Value(Value::Unknown), |(kind, query)| Taken::Label(kind, query)),
        }
    }

    /// What an element of this is, when this is a set of labels.
    pub(super) fn element(self) -> Option<(UseKind, Option<TextSpan>)> {
        match self {
            Value::Labels => Some((UseKind::Label, None)),
            Value::ExternalLabels => Some((UseKind::ExternalLabel, None)),
            Value::SampleLabels(query) => Some((UseKind::QueryLabel, query)),
            _ => None,
        }
    }

    /// How a message names it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Value::Data => "the alert's data",
            Value::Labels => "the labels",
            Value::ExternalLabels => "the external labels",
            Value::Vector(_) => "the result of a query",
            Value::Sample(_) => "a sample",
            Value::SampleLabels(_) => "the labels of a sample",
            Value::Text | Value::ExternalUrl => "text",
            Value::Value | Value::Number => "a number",
            Value::Nil => "nil",
            Value::Unknown => "a value",
        }
    }
}
