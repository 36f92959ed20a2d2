//! Names and strings, which in a dashboard may contain variables.

use std::fmt;

use smol_str::SmolStr;

use super::span::Span;

/// How a variable is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VariableSyntax {
    /// `$name`
    Dollar,
    /// `${name}`, `${name:format}`, `${name.field}`
    Braces,
    /// `[[name]]`, `[[name:format]]`
    Brackets,
}

/// A variable of a dashboard or a parameter of a spec: something that is put in place before the server sees the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The name without `$`, braces or brackets.
    pub name: String,
    /// The field of `${name.field}`.
    pub field: Option<String>,
    /// The format of `${name:format}`.
    pub format: Option<String>,
    /// How it is written.
    pub syntax: VariableSyntax,
    /// Where it is written.
    pub span: Span,
}

impl Variable {
    /// The variable `$name`.
    pub fn new(name: impl Into<String>, span: Span) -> Self {
        Self { name: name.into(), field: None, format: None, syntax: VariableSyntax::Dollar, span }
    }

    /// Whether Grafana itself puts a duration in its place.
    pub fn is_duration(&self) -> bool {
        matches!(self.name.as_str(), "__rate_interval" | "__interval" | "__range")
    }

    /// Whether Grafana itself puts a number in its place.
    pub fn is_number(&self) -> bool {
        matches!(self.name.as_str(), "__range_s" | "__range_ms" | "__interval_ms" | "__rate_interval_ms" | "__from" | "__to")
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, close) = match self.syntax {
            VariableSyntax::Dollar => ("$", ""),
            VariableSyntax::Braces => ("${", "}"),
            VariableSyntax::Brackets => ("[[", "]]"),
        };
        write!(f, "{open}{}", self.name)?;
        if let Some(field) = &self.field {
            write!(f, ".{field}")?;
        }
        if let Some(format) = &self.format {
            write!(f, ":{format}")?;
        }
        f.write_str(close)
    }
}

/// One piece of a text with variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextPart {
    /// Characters as they are (escapes already decoded).
    Literal(String),
    /// A variable whose value is not known here.
    Variable(Variable),
}

/// A decoded name or string. Almost always plain; with variables only in the dialects that have them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// No variable in it: the value is known.
    Plain(SmolStr),
    /// At least one variable in it. Literals are not empty and no two are adjacent.
    Template(Vec<TextPart>),
}

impl Text {
    /// A text without variables.
    pub fn plain(value: impl Into<SmolStr>) -> Self {
        Self::Plain(value.into())
    }

    /// The text that is this one variable.
    pub fn variable(variable: Variable) -> Self {
        Self::Template(vec![TextPart::Variable(variable)])
    }

    /// The value, when it is known.
    pub fn as_plain(&self) -> Option<&str> {
        match self {
            Self::Plain(value) => Some(value),
            Self::Template(_) => None,
        }
    }

    /// The variable that is the whole text.
    pub fn as_variable(&self) -> Option<&Variable> {
        match self {
            Self::Template(parts) => match parts.as_slice() {
                [TextPart::Variable(variable)] => Some(variable),
                _ => None,
            },
            Self::Plain(_) => None,
        }
    }

    /// The variables in it, in order.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        let parts: &[TextPart] = match self {
            Self::Plain(_) => &[],
            Self::Template(parts) => parts,
        };
        parts.iter().filter_map(|part| match part {
            TextPart::Variable(variable) => Some(variable),
            TextPart::Literal(_) => None,
        })
    }
}

impl From<&str> for Text {
    fn from(value: &str) -> Self {
        Self::plain(value)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(value) => f.write_str(value),
            Self::Template(parts) => parts.iter().try_for_each(|part| match part {
                TextPart::Literal(literal) => f.write_str(literal),
                TextPart::Variable(variable) => variable.fmt(f),
            }),
        }
    }
}
