//! Rules on metrics as a spec declares them.
pub mod conflicting_definitions;
pub mod counter_suffix;
pub mod invalid_name;
pub mod never_queried;
pub mod non_base_unit;
pub mod percent_or_ratio;
pub mod reserved_suffix;
pub mod series_budget;
pub mod unbounded_label;
pub mod unit_not_in_name;
pub mod unsorted_buckets;
