//! Asks the real tools: promtool whether the tests hold, amtool who is told.

pub mod amtool;
pub mod promtool;
pub mod tool;

use std::collections::BTreeMap;

use crate::model::Model;
use crate::plan::prometheus::{Prometheus, RuleGroup, RuleKind, UnitTest, UnitTestFile};
use crate::prove::{CheckKind, Proof};

/// Tests of one alert with the rules that they are about.
#[derive(Debug, Clone)]
pub struct Case {
    /// The groups with the rules of this name, and nothing else.
    pub rules: Vec<RuleGroup>,
    /// Whether recording rules are read.
    pub records: bool,
    /// The tests.
    pub tests: UnitTestFile,
}

impl Case {
    /// The tests of one alert rule. Of the alerts only those of the same name are loaded, since the others take time and change nothing.
    pub fn new(plan: &Prometheus, model: &Model, proof: &Proof, tests: &[UnitTest]) -> Option<Self> {
        let alert = model.alerts.get(proof.alert)?;
        let wanted = RuleKind::Alert(alert.name.clone());
        let mut rules = Vec::new();
        for group in &plan.alert_groups {
            let own: Vec<_> = group.rules.iter().filter(|rule| rule.kind == wanted).cloned().collect();
            if !own.is_empty() {
                rules.push(RuleGroup { rules: own, ..group.clone() });
            }
        }
        let reads = |rule: &crate::model::rule::AlertRule| {
            let mut found = false;
            rule.expr.ast.selectors(&mut |selector| {
                found |= selector.metric_name().is_none_or(|name| model.records.iter().any(|record| record.name == name));
            });
            found
        };
        let records = model.alerts.iter().filter(|other| other.name == alert.name).any(reads);
        let file = plan.unit_tests.values().next()?;
        let group_order = crate::lower::unit_tests::group_order(plan, model);
        let tests = UnitTestFile {
            rule_files: Vec::new(),
            step: tests.first()?.step,
            group_order,
            external_labels: file.external_labels.clone(),
            tests: tests.iter().map(|test| (alert.name.clone(), test.clone())).collect(),
            items: Vec::new(),
        };
        Some(Self { rules, records, tests })
    }
}

/// What the tools said of one alert rule.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict {
    /// Whether it is seen to fire.
    pub fires: bool,
    /// Whether it is silent where it should be; `None` where it is never meant to be.
    pub silent: Option<bool>,
    /// Whether the labels and texts are as promised.
    pub labels: bool,
    /// What promtool refuted, in words.
    pub refuted: Vec<String>,
}

/// Reads promtool's answer about the tests of one rule.
pub fn verdict(tests: &[UnitTest], outcome: &promtool::Outcome) -> Verdict {
    let mut verdict = Verdict { fires: true, silent: None, labels: true, refuted: Vec::new() };
    let kinds: BTreeMap<(&str, String), CheckKind> = tests
        .iter()
        .flat_map(|test| test.checks.iter().map(|check| ((test.name.as_str(), promtool::time(check.at)), check.kind)))
        .collect();
    if kinds.values().any(|kind| *kind != CheckKind::Fires) {
        verdict.silent = Some(true);
    }
    if let Some(error) = &outcome.error {
        return Verdict { fires: false, silent: Some(false), labels: false, refuted: vec![error.clone()] };
    }
    for failure in &outcome.failures {
        match kinds.get(&(failure.test.as_str(), failure.time.clone())) {
            Some(CheckKind::Fires) => {
                verdict.labels = false;
                verdict.fires &= !failure.nothing;
            }
            _ => verdict.silent = Some(false),
        }
        verdict.refuted.push(failure.text.clone());
    }
    verdict
}
