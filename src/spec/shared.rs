//! What several kinds of items have in common.

use serde_json::{Value as Json, json};

use crate::load::tree::{Node, Value};
use crate::source::Span;
use crate::spec::decode::{Decode, Decoder, Fields, Schemas, Text, record, words};

words! {
    /// Whether a thing exists.
    pub enum Status {
        /// It exists.
        Active = "active",
        /// It is wished for: not scraped, never pages, and its uses say so.
        Planned = "planned",
    }
}

record! {
    /// A finding that is left out on purpose.
    pub struct Allow {
        /// The rule, as reports name it.
        /// Example: `promql/unknown-label`
        rule: Text,
        /// Why it is right to leave it out.
        /// Example: `the proxy adds it`
        reason: Text,
        /// The day from which the finding is reported again: 2027-01-01.
        /// Example: `2027-01-01`
        until: Option<Text>,
    }
}

/// A secret: where it is, never what it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Secret {
    /// The name of an environment variable.
    Env(Text),
    /// The path of a file, as the program that needs the secret sees it.
    File(Text),
}

impl Secret {
    /// Where the name or the path stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Env(text) | Self::File(text) => text.span,
        }
    }
}

/// The rule that a secret written into a spec breaks.
pub const LITERAL_SECRET: crate::diagnostic::RuleId = "service/literal-secret";

impl Decode for Secret {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        if let Value::Scalar(_) = node.value {
            cx.diagnostics.push(
                crate::diagnostic::Diagnostic::error(LITERAL_SECRET, node.span, "a secret is written into the spec")
                    .help("write {env: NAME} or {file: PATH}; if this value was ever committed, replace the secret itself"),
            );
            return None;
        }
        let fields = Fields::open(node, "Secret", &["env", "file"], cx)?;
        let env = fields.take::<Option<Text>>("env", cx)?;
        let file = fields.take::<Option<Text>>("file", cx)?;
        match (env, file) {
            (Some(env), None) => Some(Self::Env(env)),
            (None, Some(file)) => Some(Self::File(file)),
            _ => {
                cx.invalid(node.span, "a secret comes from one place", "write {env: NAME} or {file: PATH}");
                None
            }
        }
    }

    fn schema(schemas: &mut Schemas) -> Json {
        let place = |key: &str, description: &str, example: &str| {
            json!({
                "type": "object",
                "properties": {key: {"type": ["string", "number", "boolean"], "description": description, "examples": [example]}},
                "required": [key],
                "additionalProperties": false,
            })
        };
        schemas.reference("Secret", |_| {
            json!({
                "description": "Where a secret is found: an environment variable or a file. Its value never stands in a spec.",
                "oneOf": [
                    place("env", "The name of an environment variable.", "SLACK_WEBHOOK_URL"),
                    place("file", "The path of a file, as the program that needs the secret sees it.", "/run/secrets/pagerduty"),
                ],
                "examples": [{"env": "SLACK_WEBHOOK_URL"}, {"file": "/run/secrets/pagerduty"}],
            })
        })
    }
}

/// A value that may be a secret: plain text, or where the secret is found.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// Plain text.
    Plain(Text),
    /// A secret.
    Secret(Secret),
}

impl Decode for Setting {
    fn decode(node: &Node, cx: &mut Decoder) -> Option<Self> {
        match node.value {
            Value::Map(_) => Secret::decode(node, cx).map(Self::Secret),
            _ => Text::decode(node, cx).map(Self::Plain),
        }
    }

    fn schema(schemas: &mut Schemas) -> Json {
        json!({"anyOf": [Text::schema(schemas), Secret::schema(schemas)]})
    }
}
