//! Rules on recording rules.
pub mod cycle;
pub mod name_convention;
pub mod shadows_metric;
pub mod unused;
