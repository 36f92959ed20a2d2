//! Rules on dashboards.
pub mod constant_panel;
pub mod duplicate_query;
pub mod duplicate_title;
pub mod duplicate_uid;
pub mod legend_label_absent;
pub mod no_panels;
pub mod undefined_variable;
pub mod unit_contradicts_query;
pub mod unresolved_datasource;
pub mod unused_variable;
