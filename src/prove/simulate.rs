//! What Prometheus makes of a test's samples: recorded series, and which alerts fire when.

use std::collections::BTreeMap;

use crate::model::rule::{AlertRule, RecordRule};
use crate::promql::ast::Expr;
use crate::promql::catalog::Name;
use crate::prove::evaluate::{Evaluator, Point};
use crate::prove::expand::{Data, expand};
use crate::prove::series::{LabelSet, NAME, Store};

/// An alert that fires at a moment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Firing {
    /// The rule: its place in the list that was simulated.
    pub(super) rule: usize,
    /// The labels of the series, which templates see.
    pub(super) series: LabelSet,
    /// The labels of the alert, without its name.
    pub(super) labels: LabelSet,
    /// The value.
    pub(super) value: f64,
}

/// What one rule's alert of one series is doing.
struct Active {
    since: i64,
    firing: bool,
    kept_since: Option<i64>,
    series: LabelSet,
    value: f64,
}

fn time(store: &Store, step: usize) -> i64 {
    i64::try_from(step).unwrap_or(i64::MAX).saturating_mul(store.step)
}

/// What is simulated.
pub(super) struct Simulation<'s> {
    pub(super) rules: &'s [&'s AlertRule],
    pub(super) records: &'s [&'s RecordRule],
    pub(super) external: &'s BTreeMap<String, String>,
    pub(super) left_open: bool,
}

impl Simulation<'_> {
    /// The alerts that fire at each step. What is recorded is added to the store.
    pub(super) fn run(&self, store: &mut Store, steps: usize) -> Result<Vec<Vec<Firing>>, String> {
        let mut states = self.states();
        let mut all = Vec::with_capacity(steps);
        for step in 0..steps {
            let ts = time(store, step);
            self.record(store, step, ts)?;
            all.push(self.moment(store, ts, &mut states)?);
        }
        Ok(all)
    }

    /// The alerts that fire at each step, where all that is recorded is there already.
    pub(super) fn replay(&self, store: &Store, steps: usize) -> Result<Vec<Vec<Firing>>, String> {
        let mut states = self.states();
        (0..steps).map(|step| self.moment(store, time(store, step), &mut states)).collect()
    }

    fn states(&self) -> Vec<BTreeMap<LabelSet, Active>> {
        self.rules.iter().map(|_| BTreeMap::new()).collect()
    }

    fn moment(&self, store: &Store, ts: i64, states: &mut [BTreeMap<LabelSet, Active>]) -> Result<Vec<Firing>, String> {
        let evaluator = Evaluator { store, left_open: self.left_open };
        let mut firing = Vec::new();
        for (index, (rule, state)) in self.rules.iter().zip(states).enumerate() {
            self.advance(rule, &evaluator, ts, state)?;
            firing.extend(state.iter().filter(|(_, active)| active.firing).map(|(labels, active)| Firing {
                rule: index,
                series: active.series.clone(),
                labels: labels.clone(),
                value: active.value,
            }));
        }
        Ok(firing)
    }

    /// The series that an expression returns at the last of so many steps, everything recorded up to then.
    pub(super) fn last(&self, store: &mut Store, steps: usize, expr: &Expr) -> Result<Vec<Point>, String> {
        for step in 0..steps {
            if self.records.is_empty() {
                break;
            }
            let ts = time(store, step);
            self.record(store, step, ts)?;
        }
        let ts = time(store, steps.saturating_sub(1));
        Evaluator { store, left_open: self.left_open }.vector_at(expr, ts)
    }

    fn record(&self, store: &mut Store, step: usize, ts: i64) -> Result<(), String> {
        for record in self.records {
            let points = Evaluator { store, left_open: self.left_open }.vector_at(&record.expr.ast, ts)?;
            for point in points {
                let mut labels = point.labels;
                labels.set(&Name::from(NAME), &Name::from(record.name.as_str()));
                for (label, value) in &record.labels {
                    labels.set(&Name::from(label.as_str()), &Name::from(value.as_str()));
                }
                store.record(&labels, step, point.value);
            }
            store.end_missing(&record.name, step);
        }
        Ok(())
    }

    fn advance(
        &self,
        rule: &AlertRule,
        evaluator: &Evaluator<'_>,
        ts: i64,
        state: &mut BTreeMap<LabelSet, Active>,
    ) -> Result<(), String> {
        let hold = rule.hold.map_or(0, |hold| hold.millis);
        let keep = rule.keep_firing_for.map_or(0, |keep| keep.millis);
        let mut seen: Vec<LabelSet> = Vec::new();
        for point in evaluator.vector_at(&rule.expr.ast, ts)? {
            let series = point.labels.without_name();
            let labels = self.labels(rule, &series, point.value)?;
            if seen.contains(&labels) {
                return Err("two of its alerts have the same labels".to_owned());
            }
            let fresh = Active { since: ts, firing: false, kept_since: None, series: series.clone(), value: point.value };
            let active = state.entry(labels.clone()).or_insert(fresh);
            active.series = series;
            active.value = point.value;
            active.kept_since = None;
            seen.push(labels);
        }
        state.retain(|labels, active| {
            if !seen.contains(labels) {
                if !active.firing || keep == 0 {
                    return false;
                }
                let since = *active.kept_since.get_or_insert(ts);
                if ts.saturating_sub(since) >= keep {
                    return false;
                }
            }
            active.firing |= ts.saturating_sub(active.since) >= hold;
            true
        });
        Ok(())
    }

    fn labels(&self, rule: &AlertRule, series: &LabelSet, value: f64) -> Result<LabelSet, String> {
        let mut labels = series.clone();
        for (name, text) in &rule.labels {
            let expanded = expand(text.value.trim_end(), Data { labels: series, value, external: self.external })?;
            labels.set(&Name::from(name.as_str()), &Name::from(expanded));
        }
        Ok(labels)
    }

    /// The annotations of an alert; nothing where a template is not understood.
    pub(super) fn annotations(&self, firing: &Firing) -> Option<BTreeMap<String, String>> {
        let rule = self.rules.get(firing.rule)?;
        let mut all = BTreeMap::new();
        for (name, text) in &rule.annotations {
            let data = Data { labels: &firing.series, value: firing.value, external: self.external };
            all.insert(name.clone(), expand(text.value.trim_end(), data).ok()?);
        }
        Some(all)
    }
}
