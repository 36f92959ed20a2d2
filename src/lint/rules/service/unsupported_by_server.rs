//! `service/unsupported-by-server`

use crate::lint::rule::{Check, Rule, rule};

/// The rule.
pub const RULE: Rule = rule!(
    "service/unsupported-by-server",
    Error,
    "A server that runs cannot do what the spec asks of it",
    "unsupported_by_server.md",
    Check::Later
)
.firm();
