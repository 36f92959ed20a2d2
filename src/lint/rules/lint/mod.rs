//! Rules on suppressions and settings themselves.
pub mod expired_allow;
pub mod unknown_rule;
pub mod unused_allow;
