//! All rules, in the order in which `explain` lists them.

use crate::lint::rule::Rule;
use crate::lint::rules::{alert, dashboard, lint, metric, promql, recording, service};
use crate::load::suggest;

/// All rules.
pub const ALL: &[&Rule] = &[
    &promql::syntax_error::RULE,
    &promql::unknown_metric::RULE,
    &promql::unknown_label::RULE,
    &promql::impossible_label_value::RULE,
    &promql::contradictory_matchers::RULE,
    &promql::grouping_by_absent_label::RULE,
    &promql::match_never_matches::RULE,
    &promql::many_to_many_match::RULE,
    &promql::rate_on_gauge::RULE,
    &promql::counter_without_rate::RULE,
    &promql::rate_of_aggregate::RULE,
    &promql::delta_on_counter::RULE,
    &promql::quantile_without_le::RULE,
    &promql::quantile_of_non_histogram::RULE,
    &promql::quantile_out_of_range::RULE,
    &promql::bucket_boundary_missing::RULE,
    &promql::unit_mismatch::RULE,
    &promql::comparison_never_true::RULE,
    &promql::comparison_always_true::RULE,
    &promql::constant_comparison::RULE,
    &promql::range_shorter_than_scrape::RULE,
    &promql::range_exceeds_retention::RULE,
    &promql::overlapping_label_values::RULE,
    &promql::redundant_regex::RULE,
    &promql::smelly_regex::RULE,
    &promql::unsupported_by_server::RULE,
    &promql::deprecated_metric::RULE,
    &promql::planned_metric::RULE,
    &promql::increase_from_birth::RULE,
    &promql::unused_joined_label::RULE,
    &alert::no_comparison::RULE,
    &alert::label_absent_in_template::RULE,
    &alert::invalid_template::RULE,
    &alert::value_in_label::RULE,
    &alert::unrounded_value::RULE,
    &alert::missing_for::RULE,
    &alert::missing_summary::RULE,
    &alert::threshold_unit::RULE,
    &alert::threshold_above_top_bucket::RULE,
    &alert::never_delivered::RULE,
    &alert::never_resolves::RULE,
    &alert::duplicate::RULE,
    &alert::overlapping::RULE,
    &alert::silent_when_absent::RULE,
    &alert::untested::RULE,
    &recording::name_convention::RULE,
    &recording::unused::RULE,
    &recording::shadows_metric::RULE,
    &recording::cycle::RULE,
    &dashboard::legend_label_absent::RULE,
    &dashboard::unit_contradicts_query::RULE,
    &dashboard::undefined_variable::RULE,
    &dashboard::unused_variable::RULE,
    &dashboard::duplicate_uid::RULE,
    &dashboard::duplicate_title::RULE,
    &dashboard::constant_panel::RULE,
    &dashboard::unresolved_datasource::RULE,
    &dashboard::no_panels::RULE,
    &dashboard::duplicate_query::RULE,
    &metric::counter_suffix::RULE,
    &metric::reserved_suffix::RULE,
    &metric::non_base_unit::RULE,
    &metric::unit_not_in_name::RULE,
    &metric::percent_or_ratio::RULE,
    &metric::invalid_name::RULE,
    &metric::conflicting_definitions::RULE,
    &metric::unsorted_buckets::RULE,
    &metric::unbounded_label::RULE,
    &metric::series_budget::RULE,
    &metric::never_queried::RULE,
    &service::port_conflict::RULE,
    &service::target_label_clash::RULE,
    &service::not_scraped::RULE,
    &service::literal_secret::RULE,
    &service::default_credential::RULE,
    &service::unpinned_image::RULE,
    &service::vacuous_healthcheck::RULE,
    &service::missing_healthcheck::RULE,
    &service::unknown_environment::RULE,
    &service::unread_setting::RULE,
    &service::unsupported_by_server::RULE,
    &service::unknown_dependency::RULE,
    &service::missing_file::RULE,
    &service::invalid_notification_template::RULE,
    &service::no_delivery_path::RULE,
    &lint::unused_allow::RULE,
    &lint::expired_allow::RULE,
    &lint::unknown_rule::RULE,
];

/// The rule of an id.
pub fn find(id: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.id == id)
}

/// What to say to somebody who named a rule that does not exist.
pub fn help_for(id: &str) -> String {
    if id.starts_with("spec/") {
        return "what is wrong with the spec itself cannot be left out".to_owned();
    }
    // A name without its family, or with another one, is near when the name is.
    let name = id.rsplit('/').next().unwrap_or(id);
    if let Some(rule) = ALL.iter().find(|rule| rule.id.split_once('/').is_some_and(|(_, own)| own == name)) {
        return format!("did you mean `{}`?", rule.id);
    }
    let near = suggest::nearest(id, ALL.iter().map(|rule| rule.id));
    suggest::did_you_mean(&near).unwrap_or_else(|| "`optiinfra-gen explain` lists all rules".to_owned())
}
