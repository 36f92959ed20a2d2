//! Series that a server makes itself: `up` and `scrape_*` for every target, `ALERTS` for every alert.

use super::values::Name;
use super::{LabelDomain, MetricType, Variant};
use crate::promql::infer::Interval;
use crate::source::Span;
use crate::unit::Unit;

/// A scrape job, as far as the series that the server makes for it are concerned.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// All labels of its targets: `job`, `instance` and what the scrape configuration adds.
    pub labels: Vec<(Name, LabelDomain)>,
    /// How many targets it has.
    pub instances: Option<u64>,
    /// Seconds between two scrapes, where it differs from the server's.
    pub scrape_interval: Option<f64>,
    /// Where it is declared.
    pub declared_at: Option<Span>,
    /// Where it is said that its scrapes fail: `up` is always 0.
    pub fails_at: Option<Span>,
}

/// `up`, `scrape_*`, `ALERTS` and `ALERTS_FOR_STATE` for these jobs, by name, ready for a catalog. An alert carries labels of its
/// expression, so those two are open but for the labels that every alert has.
pub fn builtin_series(jobs: &[Job]) -> Vec<(Name, Variant)> {
    let mut all = Vec::new();
    for job in jobs {
        let of_job = |name: &str, unit: Unit, range: Interval, help: &str| {
            let mut variant = Variant::new(name, MetricType::Gauge);
            variant.unit = Some(unit);
            variant.range = Some(range);
            variant.instances = job.instances;
            variant.scrape_interval = job.scrape_interval;
            variant.declared_at = job.fails_at.or(job.declared_at);
            variant.help = Some(help.into());
            for (name, domain) in &job.labels {
                variant.set_label(name.clone(), LabelDomain { target: true, ..domain.clone() });
            }
            (Name::from(name), variant)
        };
        let fails = job.fails_at.is_some();
        let count = Interval::non_negative();
        let exposed = if fails { Interval::exactly(0.0) } else { count };
        let samples = || Unit::count("samples");
        all.extend([
            of_job(
                "up",
                Unit::ratio(),
                if fails { exposed } else { Interval::new(0.0, 1.0) },
                "Whether the last scrape succeeded.",
            ),
            of_job("scrape_duration_seconds", Unit::seconds(), count, "How long the last scrape took."),
            of_job("scrape_samples_scraped", samples(), exposed, "How many samples the target exposed."),
            of_job("scrape_samples_post_metric_relabeling", samples(), exposed, "How many samples remained after relabelling."),
            of_job("scrape_series_added", Unit::count("series"), count, "About how many series were new in this scrape."),
            of_job("scrape_timeout_seconds", Unit::seconds(), count, "The configured timeout of the scrape."),
            of_job("scrape_sample_limit", samples(), count, "The configured limit of samples; 0 is none."),
            of_job(
                "scrape_body_size_bytes",
                Unit::bytes(),
                Interval::new(-1.0, f64::MAX),
                "The uncompressed size of the last response.",
            ),
        ]);
    }
    let alerts = |name: &str| {
        let mut variant = Variant::new(name, MetricType::Gauge).with_label("alertname", LabelDomain::any());
        variant.open_labels = true;
        variant
    };
    let mut firing = alerts("ALERTS").with_label("alertstate", LabelDomain::closed(["firing", "pending"]));
    firing.range = Some(Interval::new(1.0, 1.0));
    let mut since = alerts("ALERTS_FOR_STATE");
    since.unit = Some(Unit::seconds());
    since.range = Some(Interval::non_negative());
    all.extend([("ALERTS".into(), firing), ("ALERTS_FOR_STATE".into(), since)]);
    all
}
