//! Quantiles of classic histograms.

use std::collections::BTreeMap;

use super::Point;
use crate::prove::series::{LabelSet, NAME};

/// `histogram_quantile` of series with the label `le`.
pub(super) fn quantiles(q: f64, points: &[Point]) -> Vec<Point> {
    let mut groups: BTreeMap<LabelSet, Vec<(f64, f64)>> = BTreeMap::new();
    for point in points {
        let Ok(bound) = point.labels.get("le").replace("+Inf", "inf").parse::<f64>() else { continue };
        let labels = point.labels.filtered(|name| name != "le" && name != NAME);
        groups.entry(labels).or_default().push((bound, point.value));
    }
    let one = |(labels, buckets)| Point { labels, value: quantile(q, buckets) };
    groups.into_iter().map(one).collect()
}

fn quantile(q: f64, mut buckets: Vec<(f64, f64)>) -> f64 {
    if q < 0.0 {
        return f64::NEG_INFINITY;
    }
    if q > 1.0 {
        return f64::INFINITY;
    }
    buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
    buckets.dedup_by(|next, kept| {
        let same = next.0.to_bits() == kept.0.to_bits();
        if same {
            kept.1 += next.1;
        }
        same
    });
    let Some(last) = buckets.last().copied().filter(|last| last.0 == f64::INFINITY && buckets.len() > 1) else { return f64::NAN };
    let mut highest = f64::NEG_INFINITY;
    for (_, count) in &mut buckets {
        highest = highest.max(*count);
        *count = highest;
    }
    let observations = last.1.max(highest);
    if observations == 0.0 || q.is_nan() {
        return f64::NAN;
    }
    let mut rank = q * observations;
    let finite = buckets.len() - 1;
    let Some(at) = buckets.iter().take(finite).position(|(_, count)| *count >= rank) else { return buckets[finite - 1].0 };
    let (end, mut count) = buckets[at];
    if at == 0 && end <= 0.0 {
        return end;
    }
    let mut start = 0.0;
    if let Some((bound, below)) = at.checked_sub(1).map(|before| buckets[before]) {
        start = bound;
        count -= below;
        rank -= below;
    }
    start + (end - start) * (rank / count)
}
