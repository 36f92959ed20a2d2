//! Proof that each alert fires when it should and is silent when it should.
//!
//! | step | from | to | where |
//! |---|---|---|---|
//! | solve | an expression and what it is to return | series of raw metrics with their levels | `solve` |
//! | timeline | the levels of each phase of a test | samples | `timeline` |
//! | simulate | samples | which alerts fire when | `simulate`, `evaluate` |
//! | witness | an alert | its tests | `witness` |
//!
//! All of it happens in the build, without outside tools. What is simulated here is what promtool is asked afterwards: a test that
//! it refutes is a finding.

pub mod evaluate;
mod expand;
pub mod mutate;
mod number;
mod own;
pub mod run;
pub mod series;
mod simulate;
pub mod solve;
pub mod table;
mod timeline;
pub mod trial;
mod witness;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::model::Model;
use crate::model::rule::{AlertRule, RecordRule};
use crate::prove::solve::Ground;
use crate::prove::witness::{Stack, step_for, title};

pub use witness::{Check, CheckKind, Expected, UnitTest};

/// What became of one alert rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// The rule: its place in [`Model::alerts`].
    pub alert: usize,
    /// How it is called among the rules of its name: with its pool and its level.
    pub title: String,
    /// The tests, or why there are none.
    pub tests: Result<Vec<UnitTest>, String>,
}

/// Finds the tests of all alerts that are emitted, in the order of the rules.
pub fn prove(model: &Model) -> Vec<Proof> {
    let mut families: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, alert) in model.alerts.iter().enumerate().filter(|(_, alert)| !alert.planned) {
        families.entry(&alert.name).or_default().push(index);
    }
    let mut records: BTreeMap<&str, Vec<&RecordRule>> = BTreeMap::new();
    for record in &model.records {
        records.entry(&record.name).or_default().push(record);
    }
    let left_open = crate::resolve::catalog::version(&model.settings.versions.prometheus).is_none_or(|version| version.0 >= 3);
    let families: Vec<Vec<usize>> = families.into_values().collect();
    let mut proofs: Vec<Proof> =
        families.par_iter().flat_map_iter(|family| prove_family(model, &records, left_open, family)).collect();
    proofs.sort_by_key(|proof| proof.alert);
    proofs
}

fn prove_family(model: &Model, records: &BTreeMap<&str, Vec<&RecordRule>>, left_open: bool, family: &[usize]) -> Vec<Proof> {
    let rules: Vec<&AlertRule> = family.iter().filter_map(|index| model.alerts.get(*index)).collect();
    let read = witness::read_by(&model.records, &rules);
    let stack = Stack {
        ground: Ground { catalog: &model.catalog, records: records.clone(), step: step_for(&rules, &read), left_open },
        records: &model.records,
        external: &model.settings.external_labels,
    };
    let one = |own: usize| {
        let tests = witness::tests(&stack, &rules, own);
        Proof { alert: family[own], title: title(&rules, own), tests }
    };
    (0..rules.len()).map(one).collect()
}
