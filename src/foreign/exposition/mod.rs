//! Text in the exposition format, Prometheus' own (0.0.4) and OpenMetrics, as a catalog of what an exporter exposes.
//!
//! A capture shows what was exposed at one moment: the families and their types are certain, buckets and quantiles are those that the program is
//! configured with, but other labels, other values and other families may come.

mod family;
mod line;

pub use family::Observed;

use std::collections::BTreeMap;

use super::rule;
use crate::diagnostic::Diagnostic;
use crate::promql::catalog::MetricType;
use crate::source::{SourceId, Span};
use line::{Line, Sample};

/// After so many lines that cannot be read a text is none in this format.
const MOST_ERRORS: usize = 20;

/// What a text exposes.
#[derive(Debug, Default)]
pub struct Exposition {
    /// The families in the order of the text.
    pub families: Vec<Observed>,
    /// What is wrong with the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Whether a text is more likely exposition than YAML or JSON: its first line that says something is a comment of the format or a sample.
pub fn looks_like(text: &str) -> bool {
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with("# HELP ") || line.starts_with("# TYPE ") || line == "# EOF" {
            return true;
        }
        if !line.starts_with('#') {
            // `key: 1` is YAML, though a name may end with a colon.
            return matches!(line::read(line), Ok(Line::Sample(sample)) if !sample.name.ends_with(':'));
        }
    }
    false
}

/// Reads a text; every line that cannot be read is reported and passed over.
pub fn parse(source: SourceId, text: &str) -> Exposition {
    let open_metrics = text.trim_end().ends_with("# EOF");
    let mut reading = Reading { families: Vec::new(), by_name: BTreeMap::new(), open_metrics, current: None };
    let mut diagnostics = Vec::new();
    let mut start = 0;
    let mut ended: Option<Span> = None;
    for raw in text.split_inclusive('\n') {
        let at = start;
        start += raw.len();
        let content = raw.trim_end_matches(['\n', '\r']);
        let trimmed = content.trim_matches([' ', '\t']);
        if trimmed.is_empty() {
            continue;
        }
        let indent = content.len() - content.trim_start_matches([' ', '\t']).len();
        let place = |from: usize, to: usize| Span::new(source, at + indent + from, at + indent + to);
        let whole = place(0, trimmed.len());
        if let Some(end) = ended {
            let finding = Diagnostic::error(rule::INVALID_EXPOSITION, whole, "the text goes on after its end");
            diagnostics.push(finding.label(end, "`# EOF` is here").help("keep one answer of /metrics in a file"));
            break;
        }
        let outcome = match line::read(trimmed) {
            Ok(Line::End) => {
                ended = Some(whole);
                Ok(())
            }
            Ok(line) => reading.take(line, whole),
            Err(problem) => Err(problem),
        };
        if let Err(problem) = outcome {
            let span = problem.at.map_or(whole, |(from, to)| place(from, to));
            diagnostics.push(Diagnostic::error(rule::INVALID_EXPOSITION, span, problem.message).help(problem.help));
            if diagnostics.len() >= MOST_ERRORS {
                break;
            }
        }
    }
    reading.families.iter_mut().for_each(Observed::finish);
    Exposition { families: reading.families, diagnostics }
}

struct Reading {
    families: Vec<Observed>,
    by_name: BTreeMap<String, usize>,
    open_metrics: bool,
    /// The family of the last sample: the next one is likely of the same.
    current: Option<usize>,
}

impl Reading {
    fn family(&mut self, name: &str, span: Span) -> &mut Observed {
        let next = self.families.len();
        let index = *self.by_name.entry(name.to_owned()).or_insert(next);
        if index == next {
            self.families.push(Observed::new(name, span));
        }
        self.current = Some(index);
        &mut self.families[index]
    }

    fn take(&mut self, line: Line<'_>, span: Span) -> Result<(), line::Problem> {
        match line {
            Line::Help(name, help) => self.family(&name, span).help = Some(help),
            Line::Unit(name, unit) => self.family(&name, span).set_unit(unit),
            Line::Type(name, word) => {
                let family = self.family(&name, span);
                if family.samples > 0 {
                    let message = format!("the type of `{name}` comes after its samples");
                    return Err(line::Problem::new(message, "put the TYPE line before the first sample"));
                }
                if family.typed {
                    let message = format!("the type of `{name}` is said twice");
                    return Err(line::Problem::new(message, "keep one TYPE line for each metric"));
                }
                family.set_type(word)?;
                family.declared = span;
            }
            Line::Sample(sample) => self.sample(&sample, span)?,
            Line::Comment | Line::End => {}
        }
        Ok(())
    }

    fn sample(&mut self, sample: &Sample<'_>, span: Span) -> Result<(), line::Problem> {
        let index = match self.family_of(&sample.name) {
            Some(index) => index,
            None => {
                self.family(&sample.name, span);
                self.families.len() - 1
            }
        };
        self.current = Some(index);
        self.families[index].observe(sample)
    }

    /// The family that a sample belongs to: the one of its name, or the one of its name without a suffix that the type has.
    fn family_of(&self, name: &str) -> Option<usize> {
        let fits = |index: usize| {
            let family = &self.families[index];
            let suffix = name.strip_prefix(family.name.as_str())?;
            (suffix.is_empty() || has_suffix(family.kind, suffix, self.open_metrics)).then_some(index)
        };
        if let Some(index) = self.by_name.get(name) {
            return Some(*index);
        }
        if let Some(index) = self.current.and_then(fits) {
            return Some(index);
        }
        let (stem, _) = name.rsplit_once('_')?;
        fits(*self.by_name.get(stem)?)
    }
}

fn has_suffix(kind: MetricType, suffix: &str, open_metrics: bool) -> bool {
    match kind {
        MetricType::Histogram => matches!(suffix, "_bucket" | "_sum" | "_count") || (open_metrics && suffix == "_created"),
        MetricType::Summary => matches!(suffix, "_sum" | "_count") || (open_metrics && suffix == "_created"),
        MetricType::Counter => open_metrics && matches!(suffix, "_total" | "_created"),
        MetricType::Info => open_metrics && suffix == "_info",
        MetricType::Gauge | MetricType::NativeHistogram | MetricType::Unknown => false,
    }
}

#[cfg(test)]
mod tests;
