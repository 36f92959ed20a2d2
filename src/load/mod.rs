//! Phase 1: text to tree to [`crate::spec::Spec`].

pub mod suggest;
pub mod tree;
