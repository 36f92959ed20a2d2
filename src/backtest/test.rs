//! One alert, from its expression to its figures.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::ask::{self, Grid, MOST_POINTS, Series};
use super::inline::{self, Inlined, Inliner};
use super::labels::RuleLabels;
use super::machine::Machine;
use super::{Failure, Fetch, Figures, Labels, Outcome, Period, Tested, length, moment};
use crate::model::Model;
use crate::model::rule::AlertRule;
use crate::spec::quantity::Duration;

/// The most requests for one alert; a longer time is looked at with a coarser step.
const MOST_REQUESTS: i64 = 64;

/// Asks a server, and remembers what it said.
pub(super) struct Tester<'a> {
    server: &'a dyn Fetch,
    period: Period,
    /// Whether metrics have samples, by name.
    samples: BTreeMap<String, Option<bool>>,
    /// What became of rules, by all that it depends on.
    outcomes: BTreeMap<Key, Outcome>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    expr: String,
    grid: Grid,
    hold: i64,
    keep: i64,
    name: String,
    labels: BTreeMap<String, String>,
}

impl<'a> Tester<'a> {
    pub(super) fn new(server: &'a dyn Fetch, period: Period) -> Self {
        Self { server, period, samples: BTreeMap::new(), outcomes: BTreeMap::new() }
    }

    /// Evaluates an alert over the period.
    pub(super) fn test(&mut self, alert: &AlertRule, model: &Model, inliner: &Inliner) -> Result<Tested, Failure> {
        let interval = alert.interval.unwrap_or(model.settings.evaluation_interval).millis.max(1);
        let Inlined { mut expr, notes } = inliner.inline(&alert.expr.ast);
        let ranged = moment::ranged(&mut expr, model.settings.evaluation_interval);
        let mut tested = Tested {
            name: alert.name.clone(),
            level: alert.level.clone(),
            pool: alert.pool.clone(),
            severity: alert.severity().to_owned(),
            heartbeat: alert.heartbeat,
            outcome: Outcome::Planned,
            expr: expr.to_string(),
            step: interval,
            missing: Vec::new(),
            notes: notes.into_iter().collect(),
        };
        if alert.planned {
            return Ok(tested);
        }
        if let Err(reason) = ranged {
            tested.outcome = Outcome::Failed(reason);
            return Ok(tested);
        }
        let rule = Rule { hold: millis(alert.hold), keep: millis(alert.keep_firing_for), labels: RuleLabels::of(alert) };
        let grid = self.grid(interval, rule.hold.saturating_add(rule.keep));
        if grid.step != interval {
            tested.step = grid.step;
            let (step, interval) = (length(grid.step), length(interval));
            tested
                .notes
                .push(format!("evaluated every {step} in place of {interval}: the time is long, short spells may be missed"));
        }
        tested.notes.extend(rule.labels.notes.iter().cloned());
        if model.settings.grafana_alerting {
            tested.notes.push("Grafana evaluates it in this stack; these figures are those of a rule of Prometheus".to_owned());
        }
        let key = Key {
            expr: tested.expr.clone(),
            grid,
            hold: rule.hold,
            keep: rule.keep,
            name: alert.name.clone(),
            labels: alert.labels.iter().map(|(name, text)| (name.clone(), text.value.clone())).collect(),
        };
        tested.outcome = match self.outcomes.get(&key) {
            Some(known) => known.clone(),
            None => {
                let outcome = self.evaluate(&tested.expr, grid, &rule)?;
                self.outcomes.entry(key).or_insert(outcome).clone()
            }
        };
        if let Outcome::Tested(figures) = &tested.outcome
            && figures.is_quiet()
        {
            let metrics = inline::metrics(&expr);
            for metric in &metrics {
                if self.has_samples(metric, grid)? == Some(false) {
                    tested.missing.push(metric.clone());
                }
            }
            if !metrics.is_empty() && tested.missing.len() == metrics.len() && inline::all_named(&expr) {
                tested.outcome = Outcome::NoData;
            }
        }
        Ok(tested)
    }

    /// The evaluations: at multiples of the step, as early before the period as an alert needs that fires when it begins.
    fn grid(&self, interval: i64, lead: i64) -> Grid {
        let Period { start, end } = self.period;
        let from = start.saturating_sub(lead).max(0);
        let most = MOST_REQUESTS * MOST_POINTS;
        let wanted = (end.saturating_sub(from) / interval).saturating_add(1);
        let step = interval.saturating_mul((wanted + most - 1) / most).max(1);
        let first = (from + step - 1) / step;
        Grid { start: first.saturating_mul(step), step, count: (end / step - first + 1).max(0) }
    }

    fn evaluate(&self, expr: &str, grid: Grid, rule: &Rule) -> Result<Outcome, Failure> {
        let mut run = Run { rule, machines: BTreeMap::new(), failed: BTreeSet::new() };
        match ask::ask(self.server, expr, grid, &mut |grid, series| run.take(grid, series)) {
            Ok(()) => {}
            Err(Failure::Question(reason)) => return Ok(Outcome::Failed(reason)),
            Err(failure) => return Err(failure),
        }
        if let Some(first) = run.failed.first() {
            let (count, first) = (run.failed.len(), super::instant::rfc3339(*first));
            let text = format!(
                "two series have the same labels once the alert's are set, so {count} evaluations fail, first at {first}"
            );
            return Ok(Outcome::Failed(text));
        }
        Ok(Outcome::Tested(Figures::of(run.machines, self.period)))
    }

    fn has_samples(&mut self, metric: &str, grid: Grid) -> Result<Option<bool>, Failure> {
        if let Some(known) = self.samples.get(metric) {
            return Ok(*known);
        }
        let start = grid.start.min(self.period.start);
        let known = ask::has_samples(self.server, &inline::selector_of(metric), start, self.period.end)?;
        self.samples.insert(metric.to_owned(), known);
        Ok(known)
    }
}

fn millis(duration: Option<Duration>) -> i64 {
    duration.map_or(0, |duration| duration.millis.max(0))
}

struct Rule {
    hold: i64,
    keep: i64,
    labels: RuleLabels,
}

struct Run<'r> {
    rule: &'r Rule,
    machines: BTreeMap<Labels, Machine>,
    /// Evaluations that fail.
    failed: BTreeSet<i64>,
}

impl Run<'_> {
    fn take(&mut self, grid: Grid, series: Vec<Series>) {
        let mut present: BTreeMap<Labels, Vec<i64>> = BTreeMap::new();
        for Series { labels, times } in series {
            match present.entry(self.rule.labels.apply(&labels)) {
                Entry::Vacant(entry) => {
                    entry.insert(times);
                }
                Entry::Occupied(mut entry) => {
                    let all = entry.get_mut();
                    all.extend(times);
                    all.sort_unstable();
                    self.failed.extend(all.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]));
                    all.dedup();
                }
            }
        }
        for (labels, times) in &present {
            let machine = self.machines.entry(labels.clone()).or_insert_with(|| Machine::new(self.rule.hold, self.rule.keep));
            let mut times = times.iter().copied().peekable();
            for at in grid.times() {
                while times.next_if(|time| *time < at).is_some() {}
                machine.evaluate(at, times.next_if_eq(&at).is_some());
            }
        }
        for (labels, machine) in &mut self.machines {
            if !present.contains_key(labels) {
                for at in grid.times() {
                    if machine.is_inactive() {
                        break;
                    }
                    machine.evaluate(at, false);
                }
            }
        }
    }
}
