//! How many series there may be.

use std::collections::BTreeMap;
use std::fmt;

use crate::model::Model;
use crate::promql::catalog::{Status, Variant};

/// A bound on a number of series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Series {
    /// The sum of the bounds that are known.
    pub most: u64,
    /// How many kinds of series have no bound.
    pub unbounded: u64,
}

impl Series {
    fn add(&mut self, variant: &Variant) {
        match variant.bound() {
            Some(bound) => self.most = self.most.saturating_add(bound),
            None => self.unbounded = self.unbounded.saturating_add(1),
        }
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.most, self.unbounded) {
            (0, unbounded) if unbounded > 0 => f.write_str("no bound"),
            (most, 0) => write!(f, "at most {most}"),
            (most, 1) => write!(f, "at most {most}, and one kind without a bound"),
            (most, unbounded) => write!(f, "at most {most}, and {unbounded} kinds without a bound"),
        }
    }
}

/// The bounds of one spec.
#[derive(Debug, Default)]
pub(super) struct Tally<'a> {
    /// Of everything.
    pub(super) total: Series,
    /// Of each metric.
    pub(super) by_metric: BTreeMap<&'a str, Series>,
    /// Of each job.
    pub(super) by_job: BTreeMap<&'a str, Series>,
}

impl<'a> Tally<'a> {
    pub(super) fn of(model: &'a Model) -> Self {
        let mut tally = Self::default();
        for (_, variants) in model.catalog.iter() {
            // What Prometheus makes of alerts and what is recorded comes with them.
            for variant in variants.iter().filter(|variant| variant.status == Status::Live && variant.recorded.is_none()) {
                let Some(job) = variant.label("job").and_then(|domain| domain.values.single()) else { continue };
                tally.total.add(variant);
                tally.by_metric.entry(&variant.family).or_default().add(variant);
                tally.by_job.entry(job).or_default().add(variant);
            }
        }
        tally
    }
}
