//! The value of a series at a time.

use crate::simulate::behaviour::Behaviour;
use crate::simulate::history::{Episode, History, grown, pieces};
use crate::simulate::wave::{self, Wave};
use crate::simulate::{Family, Series, Target};

/// What a series shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reading {
    /// Nothing: it is not exposed.
    Nothing,
    /// One number.
    Number(f64),
    /// A histogram: how many observations fell into each bucket, the one without a bound last, and what they add up to.
    Buckets(Vec<f64>, f64),
    /// A summary: its quantiles, how many observations, and what they add up to.
    Quantiles(Vec<f64>, f64, f64),
}

/// A process is replaced about once in this time, as by a new version.
const LIFE: f64 = 9.0 * 86_400.0;

impl Target {
    /// When the process that answers at a time was started.
    pub(super) fn started(&self, history: &History, t: f64) -> f64 {
        let shift = LIFE * wave::share(self.key, 11);
        let usual = ((t - shift) / LIFE).floor() * LIFE + shift;
        let restarts = history.of(&self.restarts).filter_map(|(episode, every)| {
            let times = ((t.min(episode.to) - episode.from) / every).floor();
            (times >= 1.0).then_some(episode.from + times * every)
        });
        // Whole seconds, as process_start_time_seconds nearly is.
        restarts.fold(usual, f64::max).floor()
    }

    /// The load of what a series is about.
    fn load(&self, about: u64, history: &History, t: f64) -> f64 {
        let set = self.loads.get(&about).and_then(|effects| history.at(effects, t));
        set.unwrap_or_else(|| Wave::new(about).at(t))
    }

    /// What a series shows at a time.
    pub(super) fn reading(&self, family: &Family, series: &Series, history: &History, t: f64) -> Reading {
        let set = history.at(&series.effects, t);
        if set == Some(None) {
            return Reading::Nothing;
        }
        if !series.sum_of.is_empty() && set.is_none() {
            return self.total(family, series, history, t);
        }
        let set = set.flatten();
        let wave = Wave::new(series.key);
        let number = match &series.behaviour {
            Behaviour::Counter { low, high, whole } => {
                let from = self.started(history, t);
                let usual = |from: f64, to: f64| series.weight * (low * (to - from) + (high - low) * wave.area(from, to));
                let total = grown(from, t, &episodes(series, history), usual);
                if *whole { total.floor() } else { total }
            }
            Behaviour::Observations { rate, usual, slow } => {
                return self.observed(family, series, history, t, *rate, [usual, slow]);
            }
            Behaviour::Quantiles { rate, low, high } => {
                let count = (rate * 2.0 * wave.area(self.started(history, t), t)).floor().max(0.0);
                let middle = (low + high) / 2.0;
                let spread = |quantile: f64| low + (high - low) * quantile * (0.6 + 0.4 * wave.at(t));
                let at = |quantile: &f64| set.unwrap_or_else(|| spread(quantile.clamp(0.0, 1.0)));
                return Reading::Quantiles(family.quantiles.iter().map(at).collect(), count, count * set.unwrap_or(middle));
            }
            _ if set.is_some() => set.unwrap_or_default(),
            Behaviour::Fixed(value) => *value,
            Behaviour::Level { low, high, whole } => {
                let value = low + (high - low) * wave.at(t);
                if *whole { value.round() } else { value }
            }
            Behaviour::Load { idle, full, .. } => idle + (full - idle) * self.load(series.about, history, t),
            Behaviour::Start => self.started(history, t),
            Behaviour::Uptime => t - self.started(history, t),
            Behaviour::Clock(ahead) => (t / 60.0).floor() * 60.0 + ahead,
        };
        Reading::Number(number)
    }

    /// The sum of other series of the family.
    fn total(&self, family: &Family, series: &Series, history: &History, t: f64) -> Reading {
        let parts = series.sum_of.iter().filter_map(|place| family.series.get(*place)).filter(|part| part.sum_of.is_empty());
        let readings = parts.map(|part| self.reading(family, part, history, t));
        readings.fold(Reading::Nothing, |sum, reading| match (sum, reading) {
            (Reading::Nothing, first) => first,
            (sum, Reading::Nothing) => sum,
            (Reading::Number(a), Reading::Number(b)) => Reading::Number(a + b),
            (Reading::Buckets(a, sum), Reading::Buckets(b, more)) => {
                Reading::Buckets(a.iter().zip(&b).map(|(a, b)| a + b).collect(), sum + more)
            }
            (Reading::Quantiles(values, a, sum), Reading::Quantiles(_, b, more)) => Reading::Quantiles(values, a + b, sum + more),
            (sum, _) => sum,
        })
    }

    /// A histogram. Each bucket grows by itself, so that no count ever falls; the sum follows from the counts.
    fn observed(
        &self,
        family: &Family,
        series: &Series,
        history: &History,
        t: f64,
        rate: f64,
        shares: [&Vec<f64>; 2],
    ) -> Reading {
        let from = self.started(history, t);
        let rate = rate * series.weight;
        let often = Wave::new(series.key);
        let seldom = Wave::new(wave::hash(series.key, &["slow"]));
        let episodes = episodes(series, history);
        let (mut usual, mut slow) = (0.0, 0.0);
        let mut set: Vec<(f64, f64)> = Vec::new();
        for (from, to, value) in pieces(from, t, &episodes) {
            match value {
                Some(value) => set.push((value, rate * (to - from))),
                None => {
                    usual += rate * (0.5 * (to - from) + often.area(from, to));
                    slow += rate * 0.06 * seldom.area(from, to);
                }
            }
        }
        let mut counts: Vec<f64> =
            shares[0].iter().zip(shares[1]).map(|(often, seldom)| (usual * often + slow * seldom).floor()).collect();
        let mut sum: f64 = counts.iter().enumerate().map(|(bucket, count)| count * middle(&family.bounds, bucket)).sum();
        for (value, count) in set {
            let count = count.floor();
            let bucket = family.bounds.partition_point(|bound| *bound < value);
            if let Some(found) = counts.get_mut(bucket) {
                *found += count;
            }
            sum += value * count;
        }
        Reading::Buckets(counts, sum)
    }
}

/// The times in which a scenario gives the series a rate or a value.
fn episodes(series: &Series, history: &History) -> Vec<(Episode, f64)> {
    if series.effects.is_empty() {
        return Vec::new();
    }
    history.of(&series.effects).filter_map(|(episode, value)| Some((episode, value?))).collect()
}

/// A value inside a bucket.
fn middle(bounds: &[f64], bucket: usize) -> f64 {
    let below = bucket.checked_sub(1).and_then(|before| bounds.get(before)).copied();
    match (below, bounds.get(bucket)) {
        (Some(low), Some(high)) => (low + high) / 2.0,
        (None, Some(high)) if *high > 0.0 => high / 2.0,
        (None, Some(high)) => *high,
        (Some(low), None) => low + low.abs() / 2.0,
        (None, None) => 1.0,
    }
}
