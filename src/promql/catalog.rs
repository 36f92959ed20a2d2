//! What is known of the series that a server holds: the interface that inference asks, and a catalog in memory.
//!
//! A metric is looked up by the name that a query uses (`requests_total`, `request_duration_seconds_bucket`) and answers with its
//! *variants*, one for each kind of target that exposes it: the same name may carry other labels in another job. A selector keeps the variants
//! that its matchers admit; the facts of those are joined.

mod builtin;
mod expose;
mod pattern;
mod values;

use std::sync::Arc;

use indexmap::IndexMap;

use crate::promql::functions::Version;
use crate::promql::infer::{Interval, SampleKind};
use crate::source::Span;
use crate::unit::Unit;

pub use crate::promql::infer::variant_from;
pub use builtin::{Job, builtin_series};
pub use expose::{Family, Spelling, bound_label};
pub use pattern::{Pattern, PatternShape};
pub use values::{Name, Presence, Values};

/// What one of a metric's series is to the metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeriesRole {
    /// The metric itself: a counter, a gauge, an info metric.
    Value,
    /// `_bucket` of a classic histogram.
    Bucket,
    /// `_sum` of a histogram or a summary.
    Sum,
    /// `_count` of a histogram or a summary.
    Count,
    /// `_created`, the time at which a series was born.
    Created,
    /// A quantile of a summary.
    QuantileValue,
    /// A native histogram.
    NativeHistogram,
}

/// The type of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MetricType {
    /// Only goes up, but for restarts.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts observations in buckets with fixed bounds.
    Histogram,
    /// Counts observations in buckets that the server understands as one sample.
    NativeHistogram,
    /// Quantiles computed by the client.
    Summary,
    /// Always 1; the labels say something.
    Info,
    /// Not known.
    Unknown,
}

impl MetricType {
    /// As a spec and the exposition format say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::NativeHistogram => "native histogram",
            Self::Summary => "summary",
            Self::Info => "info",
            Self::Unknown => "unknown",
        }
    }
}

/// The counted thing of `_bucket` and `_count`. A mean per observation has the unit of what is observed.
pub const OBSERVATIONS: &str = "observations";

/// What is known of one label of a variant.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelDomain {
    /// Whether every series carries it.
    pub presence: Presence,
    /// Its values. A series that lacks the label has none of them.
    pub values: Values,
    /// A bound on the number of values at one time, where the list is not closed.
    pub max: Option<u64>,
    /// The value that is the sum of the others, as `total` beside `input` and `output`.
    pub total: Option<Name>,
    /// Whether it belongs to the target (`job`, `instance`, labels of the scrape configuration), so that all series of one target agree on it.
    pub target: bool,
    /// Where it is declared.
    pub declared_at: Option<Span>,
}

impl LabelDomain {
    /// A label that every series carries, with any value.
    pub fn any() -> Self {
        Self { presence: Presence::Present, values: Values::Any, max: None, total: None, target: false, declared_at: None }
    }

    /// A label that every series carries, with one of these values.
    pub fn closed<N: Into<Name>>(values: impl IntoIterator<Item = N>) -> Self {
        Self { values: Values::closed(values), ..Self::any() }
    }

    /// A label that every series carries, whose values match an anchored regular expression.
    pub fn matching(pattern: &str) -> Self {
        Self { values: Values::matching(pattern), ..Self::any() }
    }

    /// The same, but not every series carries it.
    #[must_use]
    pub fn optional(self) -> Self {
        Self { presence: Presence::Perhaps, ..self }
    }

    /// The same, as a label of the target.
    #[must_use]
    pub fn of_target(self) -> Self {
        Self { target: true, ..self }
    }

    /// The same, with at most so many values.
    #[must_use]
    pub fn at_most(self, max: u64) -> Self {
        Self { max: Some(max), ..self }
    }

    /// How many values it takes at most, the lack of a value included.
    pub fn size(&self) -> Option<u64> {
        let values = match (self.values.len(), self.max) {
            (Some(closed), Some(max)) => closed.min(max),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => return None,
        };
        Some(values.saturating_add(u64::from(self.presence != Presence::Present)))
    }
}

/// Whether a series exists in what runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Status {
    /// It is exposed and scraped.
    #[default]
    Live,
    /// It is only wished for; the text says by whom or why.
    Planned(Arc<str>),
    /// It is exposed, but no scrape reaches it; the text says why.
    NotScraped(Arc<str>),
}

/// One series of a metric as one kind of target exposes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// The metric that the series belongs to: `request_duration_seconds` for its `_bucket`.
    pub family: Name,
    /// What the series is to the metric.
    pub role: SeriesRole,
    /// The metric's type.
    pub metric_type: MetricType,
    /// What a sample's number counts. The buckets and the count of a histogram count [`OBSERVATIONS`].
    pub unit: Option<Unit>,
    /// What the observations of a histogram or a summary count: the unit of its quantiles and of its mean.
    pub observed: Option<Unit>,
    /// The values that a sample can take, where it says more than type and role do.
    pub range: Option<Interval>,
    /// Whether `range` is only somebody's word, not forced by what the metric is.
    pub range_only_declared: bool,
    /// What the samples of a recorded series are: those of its expression. `None`: as type and role say.
    pub recorded: Option<SampleKind>,
    /// Its labels, target labels included; sorted by name.
    pub labels: Vec<(Name, LabelDomain)>,
    /// Whether series can carry labels that are not listed.
    pub open_labels: bool,
    /// The finite upper bounds of a classic histogram, ascending. Their spellings are the values of the label `le`.
    pub buckets: Vec<f64>,
    /// The quantiles of a summary.
    pub quantiles: Vec<f64>,
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

impl Variant {
    /// A series of which only the name and the type are known, with closed labels.
    pub fn new(family: impl Into<Name>, metric_type: MetricType) -> Self {
        Self {
            family: family.into(),
            role: SeriesRole::Value,
            metric_type,
            unit: None,
            observed: None,
            range: None,
            range_only_declared: false,
            recorded: None,
            labels: Vec::new(),
            open_labels: false,
            buckets: Vec::new(),
            quantiles: Vec::new(),
            scrape_interval: None,
            status: Status::Live,
            deprecated: None,
            help: None,
            declared_at: None,
            instances: None,
        }
    }

    /// Adds a label, or replaces the one of that name.
    pub fn set_label(&mut self, name: impl Into<Name>, domain: LabelDomain) {
        let name = name.into();
        match self.labels.binary_search_by(|(mine, _)| mine.cmp(&name)) {
            Ok(index) => self.labels[index].1 = domain,
            Err(index) => self.labels.insert(index, (name, domain)),
        }
    }

    /// The same, with one more label.
    #[must_use]
    pub fn with_label(mut self, name: impl Into<Name>, domain: LabelDomain) -> Self {
        self.set_label(name, domain);
        self
    }

    /// What is known of a label; `None` when it is not listed.
    pub fn label(&self, name: &str) -> Option<&LabelDomain> {
        self.labels.binary_search_by(|(mine, _)| (**mine).cmp(name)).ok().map(|index| &self.labels[index].1)
    }

    /// How many series there are at most: targets, times the values of the labels that are not the target's.
    pub fn bound(&self) -> Option<u64> {
        if self.open_labels {
            return None;
        }
        let of_target = |target: bool| self.labels.iter().filter(move |(_, domain)| domain.target == target);
        let targets = self.instances.or_else(|| {
            of_target(true)
                .filter(|(name, _)| matches!(&**name, "job" | "instance"))
                .try_fold(1u64, |product, (_, domain)| Some(product.saturating_mul(domain.size()?)))
        })?;
        of_target(false).try_fold(targets, |product, (_, domain)| Some(product.saturating_mul(domain.size()?)))
    }
}

/// How much a catalog claims to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Completeness {
    /// What is not in it does not exist.
    Closed,
    /// What is in it exists; there may be more.
    Open,
    /// There is no catalog: nothing can be concluded from a name that is missing.
    #[default]
    Nothing,
}

/// What is known of the server that evaluates the expressions. Durations are in seconds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Server {
    /// Its version.
    pub version: Option<Version>,
    /// Time between two scrapes, unless a variant says otherwise.
    pub scrape_interval: Option<f64>,
    /// How far back its samples reach.
    pub retention: Option<f64>,
    /// Whether older samples can be read from a remote storage.
    pub remote_read: bool,
}

/// What inference asks about the series that exist.
pub trait Catalog {
    /// The variants of the series of this name; empty when it is not known.
    fn variants(&self, name: &str) -> &[Arc<Variant>];

    /// How much the catalog claims to know.
    fn completeness(&self) -> Completeness;

    /// How much the catalog claims to know of one name: nothing where a series of that name may exist without being listed.
    fn completeness_of(&self, _name: &str) -> Completeness {
        self.completeness()
    }

    /// The names of all series, in a fixed order.
    fn names(&self) -> Box<dyn Iterator<Item = &str> + '_>;

    /// What is known of the server.
    fn server(&self) -> &Server;
}

/// A catalog in memory.
#[derive(Debug, Clone, Default)]
pub struct MapCatalog {
    series: IndexMap<Name, Vec<Arc<Variant>>>,
    completeness: Completeness,
    server: Server,
    /// Names that may exist besides those that are listed: `clickhouse_*`.
    open: Vec<Name>,
}

impl MapCatalog {
    /// An empty catalog.
    pub fn new(completeness: Completeness, server: Server) -> Self {
        Self { series: IndexMap::new(), completeness, server, open: Vec::new() }
    }

    /// An empty catalog of which nothing can be concluded: every fact that is not in the expression is unknown.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Adds a variant of the series of this name.
    pub fn add(&mut self, name: impl Into<Name>, variant: Variant) {
        self.series.entry(name.into()).or_default().push(Arc::new(variant));
    }

    /// Says that series may exist whose names match a pattern, in which `*` stands for any text.
    pub fn open(&mut self, pattern: impl Into<Name>) {
        let pattern = pattern.into();
        if !self.open.contains(&pattern) {
            self.open.push(pattern);
        }
    }

    /// The patterns of names that may exist without being listed.
    pub fn open_names(&self) -> &[Name] {
        &self.open
    }

    /// Adds all series that a metric is exposed as.
    pub fn add_family(&mut self, family: &Family) {
        for (name, variant) in family.series() {
            self.add(name, variant);
        }
    }

    /// The server's facts, to change.
    pub fn server_mut(&mut self) -> &mut Server {
        &mut self.server
    }

    /// All series with their variants, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &[Arc<Variant>])> {
        self.series.iter().map(|(name, variants)| (name, variants.as_slice()))
    }
}

impl Catalog for MapCatalog {
    fn variants(&self, name: &str) -> &[Arc<Variant>] {
        self.series.get(name).map_or(&[], Vec::as_slice)
    }

    fn completeness(&self) -> Completeness {
        self.completeness
    }

    fn completeness_of(&self, name: &str) -> Completeness {
        match self.open.iter().any(|pattern| matches(pattern, name)) {
            true => Completeness::Nothing,
            false => self.completeness,
        }
    }

    fn names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        Box::new(self.series.keys().map(|name| &**name))
    }

    fn server(&self) -> &Server {
        &self.server
    }
}

/// Whether a name matches a pattern in which `*` stands for any text.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(start) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let end = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some(at) = name.find(piece) else { return false };
        name = name.get(at + piece.len()..).unwrap_or_default();
    }
    name.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_may_exist() {
        for (pattern, name, expected) in [
            ("clickhouse_*", "clickhouse_query", true),
            ("clickhouse_*", "chi_clickhouse_query", false),
            ("a_*_total", "a_b_total", true),
            ("a_*_total", "a_total", false),
            ("*a*b", "xaybzb", true),
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
        let mut catalog = MapCatalog::new(Completeness::Closed, Server::default());
        catalog.open("clickhouse_*");
        assert_eq!(catalog.completeness_of("clickhouse_new"), Completeness::Nothing);
        assert_eq!(catalog.completeness_of("other"), Completeness::Closed);
    }
}
