//! `recording/cycle`: met while recording rules are put in their order.

use crate::lint::rule::{Check, Rule, rule};

/// The rule.
pub const RULE: Rule = rule!("recording/cycle", Error, "Recording rules read each other", "cycle.md", Check::Earlier).firm();
