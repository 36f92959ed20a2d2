//! From the proofs to files of unit tests: one for each rule group and step.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Model;
use crate::model::rule::AlertRule;
use crate::plan::prometheus::{Prometheus, RuleGroup, RuleKind, UnitTestFile};
use crate::prove::{Proof, UnitTest};
use crate::spec::quantity::Duration;

/// Adds the unit tests of all alerts to the plan; the rule groups are in it already.
pub fn lower(model: &Model, proofs: &[Proof], plan: &mut Prometheus) {
    let mut steps: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    for (alert, test) in tests(model, proofs) {
        steps.entry(&alert.group).or_default().insert(test.step);
    }
    let empty = file(plan, model);
    let mut files: BTreeMap<String, UnitTestFile> = BTreeMap::new();
    for (alert, test) in tests(model, proofs) {
        let several = steps.get(alert.group.as_str()).is_some_and(|steps| steps.len() > 1);
        let pace = if several { format!("-{}", Duration::from_millis(test.step)) } else { String::new() };
        let name = format!("{}{pace}.yml", plain(&alert.group));
        let file = files.entry(name).or_insert_with(|| UnitTestFile { step: test.step, ..empty.clone() });
        let item = alert.item.to_string();
        if file.items.last() != Some(&item) {
            file.items.push(item);
        }
        file.tests.push((alert.name.clone(), test.clone()));
    }
    plan.unit_tests = files;
}

fn tests<'m>(model: &'m Model, proofs: &'m [Proof]) -> impl Iterator<Item = (&'m AlertRule, &'m UnitTest)> {
    let of = |proof: &'m Proof| {
        let alert = model.alerts.get(proof.alert);
        proof.tests.iter().flatten().filter_map(move |test| Some((alert?, test)))
    };
    proofs.iter().flat_map(of)
}

fn file(plan: &Prometheus, model: &Model) -> UnitTestFile {
    let mut rule_files = Vec::new();
    if !plan.record_groups.is_empty() {
        rule_files.push("../recording_rules.yml".to_owned());
    }
    rule_files.push("../alerts.yml".to_owned());
    UnitTestFile {
        rule_files,
        group_order: group_order(plan, model),
        external_labels: model.settings.external_labels.clone(),
        ..UnitTestFile::default()
    }
}

/// Recording rules before the alerts that read them, and before recording rules of other groups that do.
pub(crate) fn group_order(plan: &Prometheus, model: &Model) -> Vec<String> {
    let mut order: Vec<String> = Vec::new();
    // The last rule of a group decides: all that it reads stands before it.
    for record in model.records.iter().rev() {
        let holds = |group: &&RuleGroup| group.rules.iter().any(|rule| rule.kind == RuleKind::Record(record.name.clone()));
        for group in plan.record_groups.iter().filter(holds) {
            if !order.contains(&group.name) {
                order.push(group.name.clone());
            }
        }
    }
    order.reverse();
    for group in plan.record_groups.iter().chain(&plan.alert_groups) {
        if !order.contains(&group.name) {
            order.push(group.name.clone());
        }
    }
    order
}

/// A group's name as part of a file's.
fn plain(group: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
    group.chars().map(safe).collect()
}
