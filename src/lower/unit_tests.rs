//! From the proofs to files of unit tests: one for each rule group and step.

use std::collections::BTreeMap;

use crate::model::Model;
use crate::plan::prometheus::{Prometheus, UnitTestFile};
use crate::prove::Proof;
use crate::spec::quantity::Duration;

/// Adds the unit tests of all alerts to the plan; the rule groups are in it already.
pub fn lower(model: &Model, proofs: &[Proof], plan: &mut Prometheus) {
    let mut names: BTreeMap<(&str, i64), String> = BTreeMap::new();
    let steps = |group: &str| {
        let mut steps: Vec<i64> = tests(model, proofs).filter(|(name, ..)| *name == group).map(|(_, step, ..)| step).collect();
        steps.sort_unstable();
        steps.dedup();
        steps
    };
    let mut files: BTreeMap<String, UnitTestFile> = BTreeMap::new();
    let empty = file(plan, model);
    for (group, step, alert, proof) in tests(model, proofs) {
        let name = names.entry((group, step)).or_insert_with(|| {
            let plain = plain(group);
            if steps(group).len() > 1 { format!("{plain}-{}.yml", Duration::from_millis(step)) } else { format!("{plain}.yml") }
        });
        let file = files.entry(name.clone()).or_insert_with(|| UnitTestFile { step, ..empty.clone() });
        let item = alert.item.to_string();
        if file.items.last() != Some(&item) {
            file.items.push(item);
        }
        let own = proof.tests.iter().flatten();
        file.tests.extend(own.map(|test| (alert.name.clone(), test.clone())));
    }
    plan.unit_tests = files;
}

type Tested<'m> = (&'m str, i64, &'m crate::model::rule::AlertRule, &'m Proof);

fn tests<'m>(model: &'m Model, proofs: &'m [Proof]) -> impl Iterator<Item = Tested<'m>> {
    proofs.iter().filter_map(|proof| {
        let alert = model.alerts.get(proof.alert)?;
        let step = proof.tests.as_ref().ok()?.first()?.step;
        Some((alert.group.as_str(), step, alert, proof))
    })
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
fn group_order(plan: &Prometheus, model: &Model) -> Vec<String> {
    let mut order: Vec<String> = Vec::new();
    // The last rule of a group decides: all that it reads stands before it.
    for record in model.records.iter().rev() {
        let holds = |group: &&crate::plan::prometheus::RuleGroup| {
            group.rules.iter().any(|rule| rule.kind == crate::plan::prometheus::RuleKind::Record(record.name.clone()))
        };
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
