//! Phase 4: from the [`crate::model::Model`] to the [`crate::plan`]: everything is decided here.

pub mod docs;
pub mod healthchecks;
pub mod receivers;
pub mod routes;
pub mod rules;
pub mod scrape;
pub mod secrets;
pub mod workloads;
