//! `lint/unused-allow`: met when suppressions are applied.

use crate::lint::rule::{Check, Rule, rule};

/// The rule.
pub const RULE: Rule = rule!("lint/unused-allow", Warning, "A suppression covers no finding", "unused_allow.md", Check::Earlier);
