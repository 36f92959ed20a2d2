//! Rules on alerts.
pub mod duplicate;
pub mod invalid_template;
pub mod label_absent_in_template;
pub mod missing_for;
pub mod missing_summary;
pub mod never_delivered;
pub mod never_resolves;
pub mod no_comparison;
pub mod overlapping;
pub mod silent_when_absent;
pub mod threshold_above_top_bucket;
pub mod threshold_unit;
pub mod unrounded_value;
pub mod untested;
pub mod value_in_label;
