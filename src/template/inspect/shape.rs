//! What a value is, as far as it is known.

use super::super::ast::TextSpan;
use super::UseKind;

/// An idea of a value. A query is known by the place where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// What an alert's template gets: labels, external labels, the server's address, the value.
    Data,
    /// What Grafana's templates get: labels, the values of the rule's queries, and these as one text.
    GrafanaData,
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
    Shape(Shape),
    /// A label.
    Label(UseKind, Option<TextSpan>),
    /// There is no such field; these are there.
    Missing(&'static [&'static str]),
}

impl Shape {
    pub(super) fn field(self, name: &str) -> Taken {
        match (self, name) {
            (Shape::Data, "Labels") => Taken::Shape(Shape::Labels),
            (Shape::Data, "ExternalLabels") => Taken::Shape(Shape::ExternalLabels),
            (Shape::Data, "ExternalURL") => Taken::Shape(Shape::ExternalUrl),
            (Shape::Data, "Value") => Taken::Shape(Shape::Value),
            (Shape::Data, _) => Taken::Missing(&["Labels", "ExternalLabels", "ExternalURL", "Value"]),
            (Shape::GrafanaData, "Labels") => Taken::Shape(Shape::Labels),
            (Shape::GrafanaData, "Value") => Taken::Shape(Shape::Value),
            (Shape::GrafanaData, "Values") => Taken::Shape(Shape::Unknown),
            (Shape::GrafanaData, _) => Taken::Missing(&["Labels", "Values", "Value"]),
            (Shape::Sample(query), "Labels") => Taken::Shape(Shape::SampleLabels(query)),
            (Shape::Sample(_), "Value") => Taken::Shape(Shape::Unknown),
            (Shape::Sample(_), _) => Taken::Missing(&["Labels", "Value"]),
            (Shape::Vector(_) | Shape::Text | Shape::Number | Shape::ExternalUrl, _) => Taken::Missing(&[]),
            // A field of nil is nil; a native histogram has methods.
            (Shape::Nil | Shape::Value | Shape::Unknown, _) => Taken::Shape(Shape::Unknown),
            (map, _) => map.element().map_or(Taken::Shape(Shape::Unknown), |(kind, query)| Taken::Label(kind, query)),
        }
    }

    /// What an element of this is, when this is a set of labels.
    pub(super) fn element(self) -> Option<(UseKind, Option<TextSpan>)> {
        match self {
            Shape::Labels => Some((UseKind::Label, None)),
            Shape::ExternalLabels => Some((UseKind::ExternalLabel, None)),
            Shape::SampleLabels(query) => Some((UseKind::QueryLabel, query)),
            _ => None,
        }
    }

    /// How a message names it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Shape::Data | Shape::GrafanaData => "the alert's data",
            Shape::Labels => "the labels",
            Shape::ExternalLabels => "the external labels",
            Shape::Vector(_) => "the result of a query",
            Shape::Sample(_) => "a sample",
            Shape::SampleLabels(_) => "the labels of a sample",
            Shape::Text | Shape::ExternalUrl => "text",
            Shape::Value | Shape::Number => "a number",
            Shape::Nil => "nil",
            Shape::Unknown => "a value",
        }
    }
}
