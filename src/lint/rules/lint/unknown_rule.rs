//! `lint/unknown-rule`: met when settings are read and suppressions are applied.

use crate::lint::rule::{Check, Rule, rule};

/// The rule.
pub const RULE: Rule =
    rule!("lint/unknown-rule", Warning, "A suppression or a setting names no rule", "unknown_rule.md", Check::Earlier);
