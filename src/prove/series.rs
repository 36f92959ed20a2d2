//! Series with samples on a grid of time, which is what promtool's tests hold.

use std::collections::BTreeMap;

use crate::promql::catalog::Name;

/// The name of the label that holds a metric's name.
pub const NAME: &str = "__name__";

/// Labels of a series, sorted by name, none of them empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LabelSet(Vec<(Name, Name)>);

impl LabelSet {
    /// The value of a label; the empty one when it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.find(name).map_or("", |index| &self.0[index].1)
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.0.binary_search_by(|(mine, _)| (**mine).cmp(name)).ok()
    }

    /// Sets a label; an empty value takes it away.
    pub fn set(&mut self, name: &Name, value: &Name) {
        match (self.0.binary_search_by(|(mine, _)| mine.cmp(name)), value.is_empty()) {
            (Ok(index), true) => drop(self.0.remove(index)),
            (Ok(index), false) => self.0[index].1 = Name::clone(value),
            (Err(index), false) => self.0.insert(index, (Name::clone(name), Name::clone(value))),
            (Err(_), true) => {}
        }
    }

    /// The labels that `keep` admits.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|(name, _)| keep(name)).cloned().collect())
    }

    /// The labels without the metric's name.
    #[must_use]
    pub fn without_name(&self) -> Self {
        self.filtered(|name| name != NAME)
    }

    /// All labels in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Name)> {
        self.0.iter().map(|(name, value)| (name, value))
    }
}

impl FromIterator<(Name, Name)> for LabelSet {
    fn from_iter<I: IntoIterator<Item = (Name, Name)>>(pairs: I) -> Self {
        let mut set = Self::default();
        for (name, value) in pairs {
            set.set(&name, &value);
        }
        set
    }
}

/// What stands at one moment of the grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sample {
    /// Nothing.
    Missing,
    /// The mark of a series that has ended.
    Stale,
    /// A number.
    Value(f64),
}

/// A series; sample number `i` stands at `i` times the step of the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its labels, the metric's name among them.
    pub labels: LabelSet,
    /// Its samples.
    pub samples: Vec<Sample>,
}

/// All series of a test.
#[derive(Debug, Clone, Default)]
pub struct Store {
    /// Milliseconds between two samples.
    pub step: i64,
    /// The series.
    pub series: Vec<Series>,
    by_name: BTreeMap<Name, Vec<usize>>,
}

impl Store {
    /// An empty store.
    pub fn new(step: i64) -> Self {
        Self { step: step.max(1), ..Self::default() }
    }

    /// Adds a series; one of the same labels stays beside it, so callers look first.
    pub fn add(&mut self, series: Series) {
        self.by_name.entry(Name::from(series.labels.get(NAME))).or_default().push(self.series.len());
        self.series.push(series);
    }

    /// The series of this name.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Series> {
        self.by_name.get(name).into_iter().flatten().filter_map(|index| self.series.get(*index))
    }

    /// Writes one sample of a recorded series, which is made when it is new.
    pub fn record(&mut self, labels: &LabelSet, index: usize, value: f64) {
        let known = self.by_name.get(labels.get(NAME)).into_iter().flatten().copied();
        let found = known.into_iter().find(|at| self.series.get(*at).is_some_and(|series| series.labels == *labels));
        let at = found.unwrap_or_else(|| {
            self.add(Series { labels: labels.clone(), samples: Vec::new() });
            self.series.len() - 1
        });
        if let Some(series) = self.series.get_mut(at) {
            series.samples.resize(index, Sample::Missing);
            series.samples.push(Sample::Value(value));
        }
    }

    /// Ends recorded series of this name that got no sample at this moment.
    pub fn end_missing(&mut self, name: &str, index: usize) {
        let Some(known) = self.by_name.get(name) else { return };
        for at in known {
            if let Some(series) = self.series.get_mut(*at)
                && series.samples.len() == index
                && matches!(series.samples.last(), Some(Sample::Value(_)))
            {
                series.samples.push(Sample::Stale);
            }
        }
    }
}
