//! Prometheus' files: `prometheus.yml`, rule files, target lists.

mod config;
mod rules;
mod unit_tests;

use crate::emit::artifact::Artifact;
use crate::plan::prometheus::{Prometheus, RuleGroup, UnitTestFile};

/// `prometheus.yml` alone.
pub fn config(plan: &Prometheus) -> Vec<u8> {
    config::yaml(plan)
}

/// The files of Prometheus.
pub fn emit(plan: &Prometheus, out: &mut Vec<Artifact>) {
    let items = |file: &str| plan.items.get(file).cloned().unwrap_or_default();
    out.push(Artifact::new("prometheus/prometheus.yml", config::yaml(plan), items("prometheus.yml")));
    if !plan.alert_groups.is_empty() {
        out.push(Artifact::new("prometheus/alerts.yml", rules::yaml(&plan.alert_groups), items("alerts.yml")));
    }
    if !plan.record_groups.is_empty() {
        let bytes = rules::yaml(&plan.record_groups);
        out.push(Artifact::new("prometheus/recording_rules.yml", bytes, items("recording_rules.yml")));
    }
    for (name, file) in &plan.unit_tests {
        out.push(Artifact::new(format!("prometheus/tests/{name}"), unit_tests::yaml(file), file.items.clone()));
    }
    for (file, groups) in &plan.target_lists {
        out.push(Artifact::new(format!("prometheus/targets/{file}"), config::target_list(groups), items("prometheus.yml")));
    }
}

/// A rule file of these groups.
pub fn rule_file(groups: &[RuleGroup]) -> Vec<u8> {
    rules::yaml(groups)
}

/// A file of unit tests.
pub fn unit_test_file(file: &UnitTestFile) -> Vec<u8> {
    unit_tests::yaml(file)
}
