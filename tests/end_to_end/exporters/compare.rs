//! What an exporter exposes against what its pack declares.

use std::collections::{BTreeMap, BTreeSet};

use optiinfra_gen::foreign::exposition::{self, Observed};
use optiinfra_gen::model::job::Exposed;
use optiinfra_gen::promql::catalog::MetricType;
use optiinfra_gen::promql::{self, Dialect};
use optiinfra_gen::source::{SourceKind, Sources};
use optiinfra_gen::spec::metric::{Label, MetricType as Declared};

/// What came out.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// How many metrics are exposed and declared, each with its type and labels.
    pub(crate) compared: usize,
    /// How many are exposed that only a pattern of the pack admits.
    pub(crate) admitted: usize,
    pub(crate) series: usize,
    pub(crate) differences: Vec<String>,
}

/// Compares a text of `/metrics` with what is declared; `open` are patterns of names that may come besides.
pub(crate) fn compare(text: &str, declared: &BTreeMap<String, Exposed>, open: &[&str]) -> Comparison {
    let source = Sources::default().add("metrics", text, SourceKind::File);
    let read = exposition::parse(source, text);
    let mut result = Comparison::default();
    result.differences.extend(read.diagnostics.iter().map(|found| format!("cannot be read: {}", found.message)));
    let exposed: BTreeMap<&str, &Observed> =
        read.families.iter().filter(|family| family.samples > 0).map(|family| (family.name.as_str(), family)).collect();
    let mut series: BTreeMap<&str, Vec<Series>> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (name, sample) = sample(line);
        let base = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| {
            let (name, family) = exposed.get_key_value(name.strip_suffix(suffix)?)?;
            matches!(family.kind, MetricType::Histogram | MetricType::Summary).then_some(*name)
        });
        if let Some(family) = base.or_else(|| exposed.get_key_value(name.as_str()).map(|(name, _)| *name)) {
            series.entry(family).or_default().push(sample);
            result.series += 1;
        }
    }
    for (name, family) in &exposed {
        match declared.get(*name) {
            Some(known) => {
                result.compared += 1;
                let differences = difference(family, known, series.get(name).map_or(&[], Vec::as_slice));
                result.differences.extend(differences.into_iter().map(|text| format!("{name}: {text}")));
            }
            None if open.iter().any(|pattern| fits(pattern, name)) => result.admitted += 1,
            None => {
                let kind = family.kind;
                result.differences.push(format!("{name}: exposed and not declared ({kind:?}, labels {:?})", family.labels));
            }
        }
    }
    for (name, known) in declared {
        if !known.metric.optional && !exposed.contains_key(name.as_str()) {
            result.differences.push(format!("{name}: declared as always present and not exposed"));
        }
    }
    result
}

fn difference(family: &Observed, known: &Exposed, series: &[Series]) -> Vec<String> {
    let metric = &known.metric;
    let mut found = Vec::new();
    let kind = metric.kind.value;
    // The text format has no word for a metric that is always 1; only the name, if it ends so, says it.
    let states_a_fact = family.kind == MetricType::Gauge && kind == Declared::Info && series.iter().all(|series| series.is_one);
    if !same(family.kind, kind) && !states_a_fact {
        found.push(format!("the type is {:?}, declared is {}", family.kind, kind.word()));
    }
    let labels: BTreeMap<&str, &Label> = metric
        .labels
        .iter()
        .map(|(name, entry)| (name, &entry.value))
        .chain(known.common.iter().map(|(name, label)| (name.as_str(), label)))
        .collect();
    let of_type = match family.kind {
        MetricType::Histogram => "le",
        MetricType::Summary => "quantile",
        _ => "",
    };
    let seen: BTreeSet<&str> =
        series.iter().flat_map(|series| series.labels.keys()).map(String::as_str).filter(|name| *name != of_type).collect();
    for name in seen.iter().filter(|name| !labels.contains_key(**name) && !known.open_labels) {
        found.push(format!("the label `{name}` is not declared"));
    }
    for (name, label) in &labels {
        let without = series.iter().filter(|series| !series.labels.contains_key(*name)).count();
        if without > 0 && !label.optional {
            found.push(format!("{without} of {} series lack the label `{name}`, declared as always present", series.len()));
        }
        let Some(values) = &label.values else { continue };
        let values: BTreeSet<&str> = values.iter().map(|value| value.as_str()).collect();
        let other: BTreeSet<&String> = series
            .iter()
            .filter_map(|series| series.labels.get(*name))
            .filter(|value| !values.contains(value.as_str()))
            .collect();
        if !other.is_empty() {
            found.push(format!("the label `{name}` has the values {other:?}, declared are {values:?}"));
        }
    }
    if let Some(buckets) = &metric.buckets {
        let buckets: Vec<f64> = buckets.value.iter().map(|bound| bound.value).collect();
        if family.buckets.iter().copied().filter(|bound| bound.is_finite()).ne(buckets.iter().copied()) {
            found.push(format!("the buckets are {:?}, declared are {buckets:?}", family.buckets));
        }
    }
    let quantiles: Vec<f64> = metric.quantiles.iter().map(|quantile| quantile.value).collect();
    if family.kind == MetricType::Summary && family.quantiles != quantiles {
        found.push(format!("the quantiles are {:?}, declared are {quantiles:?}", family.quantiles));
    }
    found
}

fn same(seen: MetricType, declared: Declared) -> bool {
    match declared {
        Declared::Counter => seen == MetricType::Counter,
        Declared::Gauge => seen == MetricType::Gauge,
        Declared::Histogram => seen == MetricType::Histogram,
        Declared::NativeHistogram => seen == MetricType::NativeHistogram,
        Declared::Summary => seen == MetricType::Summary,
        Declared::Info => seen == MetricType::Info,
        Declared::Unknown => seen == MetricType::Unknown,
    }
}

/// A line of the text.
struct Series {
    /// Those without a value left out: a server does not keep them.
    labels: BTreeMap<String, String>,
    is_one: bool,
}

/// The name of a line's series, and what else it says.
fn sample(line: &str) -> (String, Series) {
    let end = line.rfind('}').map(|brace| brace + 1).or_else(|| line.find(' ')).unwrap_or(line.len());
    let (series, value) = line.split_at(end);
    let parsed = promql::parse(series, Dialect::Prometheus);
    let (mut name, mut labels) = (String::new(), BTreeMap::new());
    parsed.expr.selectors(&mut |selector| {
        name = selector.name.as_ref().and_then(|name| name.text.as_plain()).unwrap_or_default().to_owned();
        for matcher in &selector.matchers {
            let pair = matcher.label.name.as_plain().zip(matcher.value.as_plain());
            labels.extend(pair.filter(|(_, value)| !value.is_empty()).map(|(label, value)| (label.to_owned(), value.to_owned())));
        }
    });
    assert!(!name.is_empty(), "{line}");
    (name, Series { labels, is_one: value.split_whitespace().next() == Some("1") })
}

/// Whether a name fits a pattern with one star at most.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| rest.ends_with(after)),
        None => pattern == name,
    }
}

#[test]
fn every_kind_of_difference_is_found() {
    let declared = crate::exporters::packs::declared("redis_exporter", "1.45", &[]).families;
    let only: BTreeMap<String, Exposed> = declared
        .into_iter()
        .filter(|(name, _)| ["redis_up", "redis_db_keys", "redis_instance_info"].contains(&name.as_str()))
        .collect();
    let text = "# TYPE redis_up counter\nredis_up 1\n# TYPE redis_db_keys gauge\nredis_db_keys{db=\"db0\"} 1\nredis_db_keys{shard=\"a\"} 2\n\
                # TYPE redis_new gauge\nredis_new 1\n# TYPE redis_config_a gauge\nredis_config_a 1\n";
    let found = compare(text, &only, &["redis_config_*"]);
    assert_eq!((found.compared, found.admitted, found.series), (2, 1, 5));
    let expected = [
        "redis_db_keys: the label `shard` is not declared",
        "redis_db_keys: 1 of 2 series lack the label `db`, declared as always present",
        "redis_new: exposed and not declared (Gauge, labels {})",
        "redis_up: the type is Counter, declared is gauge",
        "redis_instance_info: declared as always present and not exposed",
    ];
    assert_eq!(found.differences, expected);
    let (name, Series { labels, is_one }) = sample(r#"a_b{c="}\"\\",d="",e="x"} 1.5e+06 1"#);
    assert_eq!((name.as_str(), labels.len(), labels["c"].as_str(), is_one), ("a_b", 2, "}\"\\", false));
}
