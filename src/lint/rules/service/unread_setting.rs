//! `service/unread-setting`

use crate::lint::rule::{Check, Rule, rule};

/// The rule.
pub const RULE: Rule = rule!(
    "service/unread-setting",
    Warning,
    "An exporter is given a setting that nothing of its image reads",
    "unread_setting.md",
    Check::Later
)
.firm();
