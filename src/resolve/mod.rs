//! Phase 2: from the [`crate::spec::Spec`] to the [`crate::model::Model`].

pub mod jobs;
pub mod nodes;
pub mod pack;
pub mod stack;
