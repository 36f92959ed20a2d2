//! The text of a target's /metrics.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::promql::catalog::{Spelling, bound_label};
use crate::simulate::history::History;
use crate::simulate::number;
use crate::simulate::value::Reading;
use crate::simulate::{Family, Series, Target};
use crate::spec::metric::MetricType;
use crate::spec::service::Language;

/// The two text formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Prometheus' text format, version 0.0.4.
    Prometheus,
    /// OpenMetrics 1.0.
    OpenMetrics,
}

impl Format {
    /// The format that a scraper asks for.
    pub fn accepted(accept: &str) -> Self {
        let wants = |range: &str| range.split(';').next().is_some_and(|kind| kind.trim() == "application/openmetrics-text");
        if accept.split(',').any(wants) { Self::OpenMetrics } else { Self::Prometheus }
    }

    /// As the header `Content-Type` says it.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// One line of numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sample<'s> {
    /// The name of the series.
    pub(super) name: Cow<'s, str>,
    /// Its own labels.
    pub(super) labels: &'s [(String, String)],
    /// `le` or `quantile`.
    pub(super) bound: Option<(&'static str, f64)>,
    /// The number.
    pub(super) value: f64,
}

/// All lines of a series.
pub(super) fn samples<'s>(family: &'s Family, series: &'s Series, reading: Reading, into: &mut Vec<Sample<'s>>) {
    let mut add = |suffix: &str, bound, value| {
        let name =
            if suffix.is_empty() { Cow::from(family.name.as_str()) } else { Cow::from(format!("{}{suffix}", family.name)) };
        into.push(Sample { name, labels: &series.labels, bound, value });
    };
    match reading {
        Reading::Nothing => {}
        Reading::Number(value) => add("", None, value),
        Reading::Buckets(counts, sum) => {
            let mut below = 0.0;
            let bounds = family.bounds.iter().copied().chain([f64::INFINITY]);
            for (bound, count) in bounds.zip(counts) {
                below += count;
                add("_bucket", Some(("le", bound)), below);
            }
            add("_sum", None, sum);
            add("_count", None, below);
        }
        Reading::Quantiles(values, count, sum) => {
            for (quantile, value) in family.quantiles.iter().zip(values) {
                add("", Some(("quantile", *quantile)), value);
            }
            add("_sum", None, sum);
            add("_count", None, count);
        }
    }
}

impl Target {
    /// The text of its /metrics at a time, in seconds since 1970. Whether it answers at all is asked elsewhere.
    pub fn expose(&self, history: &History, t: f64, format: Format) -> String {
        let mut text = String::new();
        let names: BTreeSet<&str> = self.families.iter().map(|family| family.name.as_str()).collect();
        for family in &self.families {
            let mut lines = Vec::new();
            let mut created = Vec::new();
            let starts = self.created
                && matches!(
                    family.kind,
                    MetricType::Counter | MetricType::Histogram | MetricType::NativeHistogram | MetricType::Summary
                );
            for series in &family.series {
                let reading = self.reading(family, series, history, t);
                if starts && reading != Reading::Nothing {
                    let stem = family.name.strip_suffix("_total").filter(|_| family.kind == MetricType::Counter);
                    let name = format!("{}_created", stem.unwrap_or(&family.name));
                    created.push(Sample {
                        name: name.into(),
                        labels: &series.labels,
                        bound: None,
                        value: self.started(history, t) + 2.0,
                    });
                }
                samples(family, series, reading, &mut lines);
            }
            if lines.is_empty() {
                continue;
            }
            match format {
                Format::Prometheus => self.classic(family, &lines, &created, &mut text),
                Format::OpenMetrics => self.open(family, &names, &lines, &created, &mut text),
            }
        }
        if format == Format::OpenMetrics {
            text.push_str("# EOF\n");
        }
        text
    }

    fn classic(&self, family: &Family, lines: &[Sample<'_>], created: &[Sample<'_>], text: &mut String) {
        let kind = match family.kind {
            MetricType::Counter => "counter",
            MetricType::Gauge | MetricType::Info => "gauge",
            MetricType::Histogram | MetricType::NativeHistogram => "histogram",
            MetricType::Summary => "summary",
            MetricType::Unknown => "untyped",
        };
        self.head(&family.name, &family.help, kind, text);
        lines.iter().for_each(|line| self.line(line, self.language, text));
        if let Some(first) = created.first() {
            self.head(&first.name, &family.help, "gauge", text);
            created.iter().for_each(|line| self.line(line, self.language, text));
        }
        if self.language == Some(Language::Node) {
            text.push('\n');
        }
    }

    fn head(&self, name: &str, help: &str, kind: &str, text: &mut String) {
        // Go leaves the line out where there is nothing to say; Python and Node write it in any case.
        let always = matches!(self.language, Some(Language::Python | Language::Node));
        if always || !help.is_empty() {
            let help = help.replace('\\', "\\\\").replace('\n', "\\n");
            let _ = writeln!(text, "# HELP {name} {help}");
        }
        let _ = writeln!(text, "# TYPE {name} {kind}");
    }

    fn open(&self, family: &Family, names: &BTreeSet<&str>, lines: &[Sample<'_>], created: &[Sample<'_>], text: &mut String) {
        let (suffix, kind) = match family.kind {
            MetricType::Counter => ("_total", "counter"),
            MetricType::Info => ("_info", "info"),
            MetricType::Gauge => ("", "gauge"),
            MetricType::Histogram | MetricType::NativeHistogram => ("", "histogram"),
            MetricType::Summary => ("", "summary"),
            MetricType::Unknown => ("", "unknown"),
        };
        // A name that the format does not allow for the type, or that another family has, is of unknown type.
        let fits = |stem: &&str| {
            (suffix.is_empty() || !names.contains(stem)) && family.quantiles.iter().all(|q| (0.0..=1.0).contains(q))
        };
        let stem = family.name.strip_suffix(suffix).filter(fits);
        let (name, kind, created) = stem.map_or((family.name.as_str(), "unknown", &[][..]), |stem| (stem, kind, created));
        let head = |name: &str, text: &mut String| {
            if !family.help.is_empty() {
                let help = family.help.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
                let _ = writeln!(text, "# HELP {name} {help}");
            }
            let _ = writeln!(text, "# TYPE {name} {kind}");
        };
        if kind == "unknown" {
            // Such a family has no suffixes: each name is one of its own.
            let names: BTreeSet<&str> = lines.iter().map(|line| &*line.name).collect();
            for name in names {
                head(name, text);
                lines.iter().filter(|line| line.name == name).for_each(|line| self.line(line, Some(Language::Python), text));
            }
            return;
        }
        head(name, text);
        // What belongs to one series stands together.
        let mut created = created.iter().peekable();
        for (place, line) in lines.iter().enumerate() {
            self.line(line, Some(Language::Python), text);
            let ends = lines.get(place + 1).is_none_or(|next| !std::ptr::eq(next.labels, line.labels));
            if ends && let Some(start) = created.next_if(|start| std::ptr::eq(start.labels, line.labels)) {
                self.line(start, Some(Language::Python), text);
            }
        }
    }

    fn line(&self, sample: &Sample<'_>, numbers: Option<Language>, text: &mut String) {
        text.push_str(&sample.name);
        let mut labels: Vec<(&str, Cow<'_, str>)> =
            sample.labels.iter().map(|(label, value)| (label.as_str(), Cow::from(value.as_str()))).collect();
        if let Some((label, bound)) = sample.bound {
            let spelling = match numbers {
                Some(Language::Python | Language::Java) => Spelling::OpenMetrics,
                _ => Spelling::Go,
            };
            labels.push((label, bound_label(bound, spelling).into()));
            // Python sorts all labels; the others write this one last.
            if self.language == Some(Language::Python) {
                labels.sort();
            }
        }
        write_labels(&labels, text);
        let _ = writeln!(text, " {}", number::text(sample.value, numbers));
    }
}

/// `{a="1",b="2"}`, or nothing.
pub(super) fn write_labels(labels: &[(&str, Cow<'_, str>)], text: &mut String) {
    for (place, (label, value)) in labels.iter().enumerate() {
        text.push(if place == 0 { '{' } else { ',' });
        text.push_str(label);
        text.push_str("=\"");
        for c in value.chars() {
            match c {
                '\\' => text.push_str("\\\\"),
                '"' => text.push_str("\\\""),
                '\n' => text.push_str("\\n"),
                c => text.push(c),
            }
        }
        text.push('"');
    }
    if !labels.is_empty() {
        text.push('}');
    }
}
