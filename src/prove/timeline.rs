//! From the levels of each phase to samples.

use std::collections::BTreeMap;

use crate::prove::series::{LabelSet, Sample, Series, Store};
use crate::prove::solve::{Leaf, Level, Line, snap};

/// A phase of a test: its series, and how many steps it lasts.
#[derive(Debug, Clone)]
pub(super) struct Phase {
    pub(super) leaves: Vec<Leaf>,
    pub(super) length: usize,
}

/// The phases of a test, in steps.
#[derive(Debug, Clone)]
pub(super) struct Timeline {
    /// Steps before the first phase, which series that are read with an offset need.
    pub(super) lead: usize,
    pub(super) phases: Vec<Phase>,
    /// Milliseconds between two steps.
    pub(super) step: i64,
}

/// The phase in which a step falls when it is read, clamped to the first and the last, and whether it really falls into it.
type Place = (usize, bool);

impl Timeline {
    /// The first step of a phase.
    pub(super) fn start(&self, phase: usize) -> usize {
        self.lead + self.phases.iter().take(phase).map(|phase| phase.length).sum::<usize>()
    }

    /// All steps.
    pub(super) fn length(&self) -> usize {
        self.start(self.phases.len())
    }

    fn place(&self, step: usize) -> Place {
        if step < self.lead {
            return (0, false);
        }
        let mut from = self.lead;
        for (index, phase) in self.phases.iter().enumerate() {
            from += phase.length;
            if step < from {
                return (index, true);
            }
        }
        (self.phases.len().saturating_sub(1), false)
    }

    /// All series with their samples. `steady` are series that are the same in all phases.
    pub(super) fn store(&self, steady: &[(LabelSet, Level)]) -> Store {
        let mut shifts: BTreeMap<&LabelSet, Vec<i64>> = BTreeMap::new();
        for leaf in self.phases.iter().flat_map(|phase| &phase.leaves) {
            let known = shifts.entry(&leaf.labels).or_default();
            if !known.contains(&leaf.shift) {
                known.push(leaf.shift);
                known.sort_unstable();
            }
        }
        let mut store = Store::new(self.step);
        for (labels, shifts) in &shifts {
            let levels: Vec<Option<Level>> = (0..self.length()).map(|step| self.level(labels, shifts, step)).collect();
            store.add(Series { labels: LabelSet::clone(labels), samples: self.samples(&levels) });
        }
        for (labels, level) in steady.iter().filter(|(labels, _)| !shifts.contains_key(labels)) {
            let levels = vec![Some(*level); self.length()];
            store.add(Series { labels: labels.clone(), samples: self.samples(&levels) });
        }
        store
    }

    /// The level of a series at a step: that of the phase in which it is read.
    fn level(&self, labels: &LabelSet, shifts: &[i64], step: usize) -> Option<Level> {
        let mut fallback = None;
        for shift in shifts {
            let read_at = step + usize::try_from(shift / self.step).unwrap_or(0);
            let (phase, inside) = self.place(read_at);
            let leaves = self.phases.get(phase).map_or(&[][..], |phase| &phase.leaves);
            let level = leaves.iter().find(|leaf| leaf.shift == *shift && leaf.labels == *labels).map(|leaf| leaf.level);
            if inside {
                return level;
            }
            fallback = fallback.or(Some(level));
        }
        fallback.flatten()
    }

    fn samples(&self, levels: &[Option<Level>]) -> Vec<Sample> {
        let seconds = self.step as f64 / 1000.0;
        let falls = levels.iter().flatten().any(|level| matches!(level, Level::Growth(growth) if *growth < 0.0));
        let mut last = if falls { 1e9 } else { 0.0 };
        let mut before: Option<Level> = None;
        let mut since = 0_u32;
        // The first sample of a series changes nothing.
        let mut skip = 0_u32;
        let mut samples = Vec::with_capacity(levels.len());
        for (index, level) in levels.iter().enumerate() {
            let starts = *level != before;
            since = if starts { 0 } else { since.saturating_add(1) };
            if starts {
                skip = u32::from(before.is_none());
            }
            let turn = since.checked_sub(skip);
            let sample = match level {
                None if before.is_some() => Sample::Stale,
                None => Sample::Missing,
                Some(level) => {
                    last = match level {
                        Level::Value(Line { start, slope }) if *slope == 0.0 => *start,
                        Level::Value(line) if starts => snap(line.start + line.slope * index as f64 * seconds),
                        Level::Value(line) => last + snap(line.slope * seconds),
                        Level::Growth(_) if before.is_none() => last,
                        Level::Growth(growth) => last + snap(growth * seconds),
                        Level::Any => last,
                        Level::Changes(count) if turn.is_some_and(|turn| turn < *count) => last + 1.0,
                        Level::Resets(count) if turn.is_some_and(|turn| turn < count.saturating_mul(2)) => {
                            if turn.is_some_and(|turn| turn % 2 == 1) { 0.0 } else { 1.0 }
                        }
                        Level::Changes(_) | Level::Resets(_) => last,
                    };
                    Sample::Value(last)
                }
            };
            samples.push(sample);
            before = *level;
        }
        samples
    }
}

/// Samples as promtool's tests write them.
pub(super) fn notation(samples: &[Sample]) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(sample) = samples.get(at) {
        let rest = samples.get(at..).unwrap_or_default();
        let length = match sample {
            Sample::Stale => {
                words.push("stale".to_owned());
                1
            }
            Sample::Missing => {
                let length = rest.iter().take_while(|other| **other == Sample::Missing).count();
                words.push(format!("_x{length}"));
                length
            }
            Sample::Value(start) => {
                let step = match rest.get(1) {
                    Some(Sample::Value(next)) => exact_step(*start, *next),
                    _ => 0.0,
                };
                let mut expected = *start;
                let length = rest
                    .iter()
                    .take_while(|other| {
                        let same = matches!(other, Sample::Value(value) if value.to_bits() == expected.to_bits());
                        expected += step;
                        same
                    })
                    .count()
                    .max(1);
                let sign = if step < 0.0 { '-' } else { '+' };
                words.push(if length == 1 { format!("{start}") } else { format!("{start}{sign}{}x{}", step.abs(), length - 1) });
                length
            }
        };
        at += length;
    }
    words.join(" ")
}

/// The shortest step that leads from one number exactly to the next.
fn exact_step(from: f64, to: f64) -> f64 {
    let exact = to - from;
    let short = snap(exact);
    if from + short == to { short } else { exact }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notation_is_what_promtool_reads() {
        let samples = [
            Sample::Missing,
            Sample::Missing,
            Sample::Value(1.0),
            Sample::Value(1.0),
            Sample::Value(3.0),
            Sample::Value(5.0),
            Sample::Stale,
            Sample::Value(0.1),
            Sample::Value(0.1 + 0.2),
        ];
        assert_eq!(notation(&samples), "_x2 1+0x1 3+2x1 stale 0.1+0.2x1");
        assert_eq!(notation(&[]), "");
        assert_eq!(notation(&[Sample::Value(-1.5), Sample::Value(-2.0)]), "-1.5-0.5x1");
    }
}
