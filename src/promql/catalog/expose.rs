//! From a metric as it is declared to the series that a server sees.

use std::sync::Arc;

use super::values::Name;
use super::{LabelDomain, MetricType, OBSERVATIONS, SeriesRole, Status, Variant};
use crate::promql::infer::Interval;
use crate::source::Span;
use crate::unit::Unit;

/// How a bound is written in `le` and `quantile`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Spelling {
    /// As the Go client writes it: `1`, `0.5`, `1e+06`. Servers before version 3 keep it.
    Go,
    /// As the OpenMetrics format, the Python client and servers from version 3 on write it: `1.0`, `0.5`, `1e+06`.
    #[default]
    OpenMetrics,
}

/// A bound as the value of `le` or `quantile`.
pub fn bound_label(bound: f64, spelling: Spelling) -> String {
    if bound == f64::INFINITY {
        return "+Inf".to_owned();
    }
    if bound == f64::NEG_INFINITY {
        return "-Inf".to_owned();
    }
    if bound.is_nan() {
        return "NaN".to_owned();
    }
    // Go's %g with the shortest precision: an exponent below -4 or from 6 on.
    let scientific = format!("{bound:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    let plain = format!("{bound}");
    if spelling == Spelling::OpenMetrics && !plain.contains('.') { format!("{plain}.0") } else { plain }
}

/// A metric as one kind of target declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// The name without the suffixes of its series; a counter's with `_total` where it is exposed with it.
    pub name: Name,
    /// The type.
    pub metric_type: MetricType,
    /// What a sample, or an observation, counts.
    pub unit: Option<Unit>,
    /// The values that a sample, or an observation, can take.
    pub range: Option<Interval>,
    /// The labels, target labels included, without `le` and `quantile`.
    pub labels: Vec<(Name, LabelDomain)>,
    /// Whether there may be other labels.
    pub open_labels: bool,
    /// The finite upper bounds of a classic histogram.
    pub buckets: Vec<f64>,
    /// The quantiles of a summary.
    pub quantiles: Vec<f64>,
    /// How `le` and `quantile` are written.
    pub spelling: Spelling,
    /// Whether `_created` series are exposed.
    pub created: bool,
    /// Seconds between two scrapes, where it differs from the server's.
    pub scrape_interval: Option<f64>,
    /// Whether it exists in what runs.
    pub status: Status,
    /// Why it should no longer be used.
    pub deprecated: Option<Arc<str>>,
    /// What it measures.
    pub help: Option<Arc<str>>,
    /// Where it is declared.
    pub declared_at: Option<Span>,
    /// How many targets expose it.
    pub instances: Option<u64>,
}

impl Family {
    /// A metric of which only the name and the type are known.
    pub fn new(name: impl Into<Name>, metric_type: MetricType) -> Self {
        Self {
            name: name.into(),
            metric_type,
            unit: None,
            range: None,
            labels: Vec::new(),
            open_labels: false,
            buckets: Vec::new(),
            quantiles: Vec::new(),
            spelling: Spelling::default(),
            created: false,
            scrape_interval: None,
            status: Status::Live,
            deprecated: None,
            help: None,
            declared_at: None,
            instances: None,
        }
    }

    /// The same with one more label.
    #[must_use]
    pub fn with_label(mut self, name: impl Into<Name>, domain: LabelDomain) -> Self {
        self.labels.push((name.into(), domain));
        self
    }

    /// The series that it is exposed as, by their names.
    pub fn series(&self) -> Vec<(Name, Variant)> {
        let name = &self.name;
        let suffixed = |suffix: &str| Name::from(format!("{name}{suffix}"));
        let count = || self.variant(SeriesRole::Count);
        let sum = || self.variant(SeriesRole::Sum);
        let mut all = match self.metric_type {
            MetricType::Histogram => {
                let mut bucket = self.variant(SeriesRole::Bucket);
                let bounds = self.buckets.iter().copied().chain([f64::INFINITY]);
                bucket.set_label("le", LabelDomain::closed(bounds.map(|bound| bound_label(bound, self.spelling))));
                vec![(suffixed("_bucket"), bucket), (suffixed("_sum"), sum()), (suffixed("_count"), count())]
            }
            MetricType::NativeHistogram => vec![(name.clone(), self.variant(SeriesRole::NativeHistogram))],
            MetricType::Summary => {
                let mut series = vec![(suffixed("_sum"), sum()), (suffixed("_count"), count())];
                if !self.quantiles.is_empty() {
                    let mut quantile = self.variant(SeriesRole::QuantileValue);
                    let spelt = self.quantiles.iter().map(|quantile| bound_label(*quantile, self.spelling));
                    quantile.set_label("quantile", LabelDomain::closed(spelt));
                    series.insert(0, (name.clone(), quantile));
                }
                series
            }
            MetricType::Counter | MetricType::Gauge | MetricType::Info | MetricType::Unknown => {
                vec![(name.clone(), self.variant(SeriesRole::Value))]
            }
        };
        if self.created && matches!(self.metric_type, MetricType::Counter | MetricType::Histogram | MetricType::Summary) {
            let stem = if self.metric_type == MetricType::Counter { name.strip_suffix("_total").unwrap_or(name) } else { name };
            all.push((Name::from(format!("{stem}_created")), self.variant(SeriesRole::Created)));
        }
        all
    }

    fn variant(&self, role: SeriesRole) -> Variant {
        let mut labels = self.labels.clone();
        labels.sort_by(|(a, _), (b, _)| a.cmp(b));
        labels.dedup_by(|(a, _), (b, _)| a == b);
        let unit = match role {
            SeriesRole::Value | SeriesRole::Sum | SeriesRole::QuantileValue => self.unit.clone(),
            SeriesRole::Bucket | SeriesRole::Count => Some(Unit::count(OBSERVATIONS)),
            SeriesRole::Created => Some(Unit::seconds()),
            SeriesRole::NativeHistogram => self.unit.clone(),
        };
        let range = match role {
            SeriesRole::Value | SeriesRole::QuantileValue => self.range,
            // A sum of observations none of which is negative only grows.
            SeriesRole::Sum if self.range.is_some_and(|range| range.lo >= 0.0) => Some(Interval::non_negative()),
            _ => None,
        };
        Variant {
            family: self.name.clone(),
            role,
            metric_type: self.metric_type,
            unit,
            observed: match self.metric_type {
                MetricType::Histogram | MetricType::NativeHistogram | MetricType::Summary => self.unit.clone(),
                _ => None,
            },
            range,
            range_only_declared: range.is_some(),
            recorded: None,
            labels,
            open_labels: self.open_labels,
            buckets: if role == SeriesRole::Bucket { self.buckets.clone() } else { Vec::new() },
            quantiles: if role == SeriesRole::QuantileValue { self.quantiles.clone() } else { Vec::new() },
            scrape_interval: self.scrape_interval,
            status: self.status.clone(),
            deprecated: self.deprecated.clone(),
            help: self.help.clone(),
            declared_at: self.declared_at,
            instances: self.instances,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_spelt_as_clients_do() {
        let go = |bound| bound_label(bound, Spelling::Go);
        let open = |bound| bound_label(bound, Spelling::OpenMetrics);
        assert_eq!((go(1.0).as_str(), open(1.0).as_str()), ("1", "1.0"));
        assert_eq!((go(0.005).as_str(), open(0.005).as_str()), ("0.005", "0.005"));
        assert_eq!((go(0.000_01).as_str(), open(0.000_01).as_str()), ("1e-05", "1e-05"));
        assert_eq!((go(10_000.0).as_str(), open(10_000.0).as_str()), ("10000", "10000.0"));
        assert_eq!((go(1e6).as_str(), go(1.5e6).as_str()), ("1e+06", "1.5e+06"));
        assert_eq!(go(123_456_789.0), "1.23456789e+08");
        assert_eq!(open(f64::INFINITY), "+Inf");
        assert_eq!(open(0.0), "0.0");
    }

    #[test]
    fn a_histogram_is_three_series() {
        let mut family = Family::new("latency_seconds", MetricType::Histogram).with_label("job", LabelDomain::any().of_target());
        family.buckets = vec![0.5, 1.0];
        family.created = true;
        let series = family.series();
        let names: Vec<&str> = series.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["latency_seconds_bucket", "latency_seconds_sum", "latency_seconds_count", "latency_seconds_created"]);
        let le = series[0].1.label("le").unwrap();
        assert_eq!(le.values.list().unwrap().iter().map(|v| &**v).collect::<Vec<_>>(), ["+Inf", "0.5", "1.0"]);
        assert!(series[1].1.label("le").is_none());
    }
}
