//! What was seen of a metric family, as series of a catalog.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::line::{Problem, Sample};
use crate::promql::catalog::{Family, LabelDomain, MetricType, Name, SeriesRole, Variant};
use crate::source::Span;
use crate::unit::Unit;

/// What was seen of a metric family.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// The name that its TYPE line says, or that of its samples.
    pub name: String,
    /// Its type.
    pub kind: MetricType,
    /// What it measures.
    pub help: Option<String>,
    /// Its unit, when the text says it and it is a known one.
    pub unit: Option<Unit>,
    /// Where it is declared: the TYPE line, or the first line that names it.
    pub declared: Span,
    /// The labels that were seen, without `le` and `quantile`.
    pub labels: BTreeSet<String>,
    /// The finite upper bounds of the buckets that were seen, ascending.
    pub buckets: Vec<f64>,
    /// The quantiles that were seen, ascending.
    pub quantiles: Vec<f64>,
    /// How many samples were seen.
    pub samples: usize,
    /// Whether a TYPE line says the type.
    pub(super) typed: bool,
    /// Whether the format is one in which the samples carry a suffix that belongs to the type.
    suffix: Option<&'static str>,
    created: bool,
    always_one: bool,
}

impl Observed {
    pub(super) fn new(name: &str, declared: Span) -> Self {
        Self {
            name: name.to_owned(),
            kind: MetricType::Unknown,
            help: None,
            unit: None,
            declared,
            labels: BTreeSet::new(),
            buckets: Vec::new(),
            quantiles: Vec::new(),
            samples: 0,
            typed: false,
            suffix: None,
            created: false,
            always_one: true,
        }
    }

    pub(super) fn set_type(&mut self, word: &str) -> Result<(), Problem> {
        self.typed = true;
        self.kind = match word {
            "counter" => MetricType::Counter,
            "gauge" | "stateset" => MetricType::Gauge,
            "histogram" => MetricType::Histogram,
            "summary" => MetricType::Summary,
            "info" => MetricType::Info,
            // The samples of a gauge histogram go up and down, so its series are what their names say and nothing more.
            "untyped" | "unknown" | "gaugehistogram" => MetricType::Unknown,
            _ => {
                let message = format!("`{word}` is no type of a metric");
                return Err(Problem::new(message, "write counter, gauge, histogram, summary or untyped"));
            }
        };
        Ok(())
    }

    pub(super) fn set_unit(&mut self, word: &str) {
        self.unit = Some(word).filter(|word| Unit::is_known_word(word)).and_then(|word| Unit::parse(word).ok());
    }

    pub(super) fn observe(&mut self, sample: &Sample<'_>) -> Result<(), Problem> {
        let suffix = sample.name.strip_prefix(self.name.as_str()).unwrap_or_default();
        match suffix {
            "_total" => self.suffix = Some("_total"),
            "_info" => self.suffix = Some("_info"),
            "_created" => self.created = true,
            _ => {}
        }
        let is_bucket = self.kind == MetricType::Histogram && suffix == "_bucket";
        let is_quantile = self.kind == MetricType::Summary && suffix.is_empty();
        let bound = |label: &str| sample.labels.iter().find(|(name, _)| name == label).map(|(_, value)| value.parse::<f64>());
        if is_bucket {
            match bound("le") {
                Some(Ok(bound)) => insert(&mut self.buckets, bound),
                Some(Err(_)) => return Err(Problem::new("the bound `le` is no number", "write le=\"0.5\"")),
                None => return Err(Problem::new("the bucket has no bound", "add the label `le`")),
            }
        }
        if is_quantile && let Some(Ok(quantile)) = bound("quantile") {
            insert(&mut self.quantiles, quantile);
        }
        for (label, value) in &sample.labels {
            let of_type = (is_bucket && label == "le") || (is_quantile && label == "quantile");
            if !of_type && !value.is_empty() && !self.labels.contains(label.as_ref()) {
                self.labels.insert(label.clone().into_owned());
            }
        }
        self.always_one &= sample.value == 1.0;
        self.samples += 1;
        Ok(())
    }

    pub(super) fn finish(&mut self) {
        // The text format has no word for a metric whose value is always 1 and whose labels say something.
        let states_a_fact = self.name.ends_with("_info") && self.samples > 0 && self.always_one;
        if states_a_fact && matches!(self.kind, MetricType::Gauge | MetricType::Unknown) {
            self.kind = MetricType::Info;
        }
    }

    /// The series as a server has them: with the target's labels, and with others that were not seen.
    pub fn series(&self) -> Vec<(Name, Variant)> {
        let name = format!("{}{}", self.name, self.suffix.unwrap_or_default());
        let mut family = Family::new(name, self.kind);
        family.unit = self.unit.clone();
        family.open_labels = true;
        family.buckets.clone_from(&self.buckets);
        family.quantiles.clone_from(&self.quantiles);
        family.created = self.created;
        family.help = self.help.as_deref().map(Arc::from);
        family.declared_at = Some(self.declared);
        for label in ["instance", "job"] {
            family = family.with_label(label, LabelDomain::any().of_target());
        }
        for label in &self.labels {
            // A target's own `job` is what the server renames when it scrapes.
            let label = if matches!(label.as_str(), "job" | "instance") { format!("exported_{label}") } else { label.clone() };
            let domain = LabelDomain { declared_at: Some(self.declared), ..LabelDomain::any().optional() };
            family = family.with_label(label, domain);
        }
        let mut series = family.series();
        for (_, variant) in &mut series {
            if variant.role == SeriesRole::Bucket && self.buckets.is_empty() {
                variant.set_label("le", LabelDomain::any());
            }
        }
        series
    }
}

/// Adds a finite number where it belongs, once.
fn insert(numbers: &mut Vec<f64>, number: f64) {
    if let (true, Err(at)) = (number.is_finite(), numbers.binary_search_by(|known| known.total_cmp(&number))) {
        numbers.insert(at, number);
    }
}
