//! `promql/syntax-error`: met while expressions are read.

use crate::lint::rule::{Check, Rule, rule};

/// The rule.
pub const RULE: Rule =
    rule!("promql/syntax-error", Error, "An expression is not PromQL", "syntax_error.md", Check::Earlier).firm();
