//! `lint/expired-allow`: met when suppressions are applied.

use crate::lint::rule::{Check, Rule, rule};

/// The rule.
pub const RULE: Rule = rule!("lint/expired-allow", Warning, "A suppression has ended", "expired_allow.md", Check::Earlier);
