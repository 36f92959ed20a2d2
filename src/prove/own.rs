//! Tests with samples that a spec gives itself.

use crate::promql::ast::ExprKind;
use crate::promql::catalog::Name;
use crate::promql::operators::MatchOp;
use crate::promql::{self, Dialect};
use crate::prove::series::{LabelSet, NAME, Sample, Series, Store};
use crate::prove::simulate::Simulation;
use crate::prove::witness::{Check, CheckKind, UnitTest, expected};
use crate::spec::query::AlertTest;

/// Milliseconds between two samples where a test says nothing else, as promtool has it.
const DEFAULT_STEP: i64 = 60_000;
/// How many samples a series may have.
const MOST_SAMPLES: usize = 100_000;

/// A test as the spec gives it. What is simulated here says which alerts are expected; where that cannot be, any alert of the name will do.
pub(super) fn test(simulation: &Simulation<'_>, own: usize, written: &AlertTest, name: String) -> Result<UnitTest, String> {
    let step = written.interval.as_ref().map_or(DEFAULT_STEP, |interval| interval.value.millis).max(1);
    let mut moments: Vec<(i64, bool)> = Vec::new();
    moments.extend(written.fires_at.0.iter().map(|at| (at.value.millis, true)));
    moments.extend(written.silent_at.0.iter().map(|at| (at.value.millis, false)));
    moments.sort_unstable();
    let last = moments.last().map_or(0, |(at, _)| *at);
    let series: Vec<(String, String)> =
        written.series.iter().map(|(series, values)| (series.to_owned(), values.value.value.clone())).collect();
    let steps = usize::try_from(last / step).unwrap_or(0).saturating_add(1);
    let firing = if steps > MOST_SAMPLES {
        Err("it takes too long".to_owned())
    } else {
        store(&series, step).and_then(|mut store| simulation.run(&mut store, steps))
    };
    let mut checks = Vec::new();
    for (at, fires) in moments {
        let kind = if fires { CheckKind::Fires } else { CheckKind::Silent };
        let Ok(firing) = &firing else {
            checks.push(Check { at, kind, alerts: Vec::new(), any: fires });
            continue;
        };
        let now = usize::try_from(at / step).ok().and_then(|step| firing.get(step)).map_or(&[][..], Vec::as_slice);
        if now.iter().any(|one| one.rule == own) != fires {
            let time = crate::spec::quantity::Duration::from_millis(at);
            let does = if fires { "it does not fire" } else { "it fires" };
            return Err(format!("with the samples of its own test {does} at {time}"));
        }
        let alerts = now.iter().map(|one| expected(simulation, one, own)).collect();
        checks.push(Check { at, kind, alerts, any: false });
    }
    Ok(UnitTest { name, step, series, checks, exact: true })
}

fn store(series: &[(String, String)], step: i64) -> Result<Store, String> {
    let mut store = Store::new(step);
    for (name, values) in series {
        store.add(Series { labels: labels(name)?, samples: samples(values)? });
    }
    Ok(store)
}

/// The labels of `name{label="value"}`.
fn labels(text: &str) -> Result<LabelSet, String> {
    let wrong = || format!("`{text}` is not a series");
    let parsed = promql::parse(text, Dialect::Prometheus);
    let ExprKind::Selector(selector) = &parsed.expr.kind else { return Err(wrong()) };
    if !parsed.errors.is_empty() {
        return Err(wrong());
    }
    let mut labels = LabelSet::default();
    if let Some(name) = selector.metric_name() {
        labels.set(&Name::from(NAME), &Name::from(name));
    }
    for matcher in &selector.matchers {
        match (matcher.op, matcher.label.name.as_plain(), matcher.value.as_plain()) {
            (MatchOp::Equal, Some(name), Some(value)) => labels.set(&Name::from(name), &Name::from(value)),
            _ => return Err(wrong()),
        }
    }
    Ok(labels)
}

/// `1 2 3+1x4 _x2 stale`
fn samples(text: &str) -> Result<Vec<Sample>, String> {
    let mut all = Vec::new();
    for word in text.split_whitespace() {
        let wrong = || format!("`{word}` is no sample");
        let (base, count) = match word.rsplit_once('x') {
            Some((base, count)) => (base, Some(count.parse::<usize>().map_err(|_| wrong())?)),
            None => (word, None),
        };
        if count.unwrap_or(0) > MOST_SAMPLES || all.len() > MOST_SAMPLES {
            return Err("there are too many samples".to_owned());
        }
        if base == "_" {
            all.extend(std::iter::repeat_n(Sample::Missing, count.unwrap_or(1)));
            continue;
        }
        if base == "stale" && count.is_none() {
            all.push(Sample::Stale);
            continue;
        }
        // The sign in front of the step, not that of the number or of an exponent.
        let bytes = base.as_bytes();
        let sign = (1..bytes.len()).rev().find(|at| matches!(bytes[*at], b'+' | b'-') && !matches!(bytes[*at - 1], b'e' | b'E'));
        let (start, growth) = match (sign.and_then(|at| base.split_at_checked(at)), count) {
            (Some((start, growth)), Some(_)) => (start, growth.parse::<f64>().map_err(|_| wrong())?),
            _ => (base, 0.0),
        };
        let mut value: f64 = start.parse().map_err(|_| wrong())?;
        for _ in 0..=count.unwrap_or(0) {
            all.push(Sample::Value(value));
            value += growth;
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_as_promtool_reads_them() {
        let values = |text: &str| {
            let all = samples(text).unwrap();
            all.iter().map(|sample| if let Sample::Value(value) = sample { *value } else { -1.0 }).collect::<Vec<_>>()
        };
        assert_eq!(values("1 2+3x2 5x1"), [1.0, 2.0, 5.0, 8.0, 5.0, 5.0]);
        assert_eq!(values("_x2 7-1x1 stale"), [-1.0, -1.0, 7.0, 6.0, -1.0]);
        assert_eq!(values("-4-2x1 1e3 2e-1x0"), [-4.0, -6.0, 1000.0, 0.2]);
        for wrong in ["a", "1x", "1+x3", "x3", "1x99999999999999999999"] {
            assert!(samples(wrong).is_err(), "{wrong}");
        }
        assert!(labels("up{job=~\"a\"}").is_err() && labels("up[5m]").is_err() && labels("up{").is_err());
    }
}
