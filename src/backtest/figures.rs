//! How often an alert fired, for how long, and on which series.

use std::collections::BTreeMap;

use super::machine::Machine;
use super::{Labels, Period};

/// A time in one state, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spell {
    /// The evaluation with which it began.
    pub from: i64,
    /// The evaluation that ended it; nothing when it goes on at the end of the time that is looked at.
    pub to: Option<i64>,
}

impl Spell {
    /// How long it lasted within a period.
    fn length(&self, period: Period) -> i64 {
        self.to.unwrap_or(period.end).saturating_sub(self.from).max(0)
    }

    /// The part of it inside a period; `None` when there is none.
    fn within(self, period: Period) -> Option<Self> {
        (self.to.is_none_or(|to| to > period.start)).then(|| Self { from: self.from.max(period.start), to: self.to })
    }
}

/// One series of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesFigures {
    /// Its labels as the series `ALERTS` has them, without the state.
    pub labels: Labels,
    /// The times that it fired.
    pub spells: Vec<Spell>,
    /// Time firing, in milliseconds.
    pub firing: i64,
    /// The longest time that it fired.
    pub longest: i64,
    /// How often it was pending and did not come to fire.
    pub pending_only: usize,
}

/// One alert over all of its series.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// How often it fired, each series counted.
    pub fired: usize,
    /// How often it was pending and did not come to fire.
    pub pending_only: usize,
    /// Time in which at least one series fired, in milliseconds.
    pub firing: i64,
    /// The longest time that one series fired.
    pub longest: i64,
    /// When it began to fire for the first time.
    pub first: Option<i64>,
    /// When it began to fire for the last time.
    pub last: Option<i64>,
    /// Series that fire at the end.
    pub firing_at_end: usize,
    /// Series that fired.
    pub series_fired: usize,
    /// Its series, those that fired most first.
    pub series: Vec<SeriesFigures>,
}

impl Figures {
    /// Sums up what series went through.
    pub(super) fn of(machines: BTreeMap<Labels, Machine>, period: Period) -> Self {
        let mut figures = Self::default();
        let mut all = Vec::new();
        for (labels, mut machine) in machines {
            machine.finish();
            let clip = |spells: &[Spell]| -> Vec<Spell> { spells.iter().filter_map(|spell| spell.within(period)).collect() };
            let spells = clip(&machine.fired);
            let pending_only = clip(&machine.pending).len();
            if spells.is_empty() && pending_only == 0 {
                continue;
            }
            all.extend(spells.iter().copied());
            figures.fired += spells.len();
            figures.pending_only += pending_only;
            figures.firing_at_end += usize::from(spells.iter().any(|spell| spell.to.is_none()));
            figures.series_fired += usize::from(!spells.is_empty());
            let lengths = || spells.iter().map(|spell| spell.length(period));
            let (firing, longest) = (lengths().fold(0, i64::saturating_add), lengths().max().unwrap_or(0));
            figures.longest = figures.longest.max(longest);
            figures.series.push(SeriesFigures { labels, spells, firing, longest, pending_only });
        }
        all.sort_unstable();
        figures.first = all.first().map(|spell| spell.from);
        figures.last = all.last().map(|spell| spell.from);
        figures.firing = covered(&all, period);
        let noise = |series: &SeriesFigures| (series.spells.len(), series.firing, series.pending_only);
        figures.series.sort_by(|a, b| noise(b).cmp(&noise(a)).then_with(|| a.labels.cmp(&b.labels)));
        figures
    }

    /// Whether it neither fired nor was pending.
    pub fn is_quiet(&self) -> bool {
        self.fired == 0 && self.pending_only == 0
    }
}

/// How much time sorted spells cover together.
fn covered(spells: &[Spell], period: Period) -> i64 {
    let mut covered = 0_i64;
    let mut until = i64::MIN;
    for spell in spells {
        let (from, to) = (spell.from.max(until), spell.to.unwrap_or(period.end));
        if to > from {
            covered = covered.saturating_add(to - from);
            until = to;
        }
    }
    covered
}
