//! The rules, by family: one file and one page each.

pub mod alert;
pub mod dashboard;
pub mod lint;
pub mod metric;
pub mod promql;
pub mod recording;
pub mod service;
