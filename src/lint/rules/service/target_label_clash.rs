//! `service/target-label-clash`: met while the catalog is made.

use crate::lint::rule::{Check, Rule, rule};

/// The rule.
pub const RULE: Rule = rule!(
    "service/target-label-clash",
    Error,
    "A metric carries a label that its target carries too",
    "target_label_clash.md",
    Check::Earlier
);
