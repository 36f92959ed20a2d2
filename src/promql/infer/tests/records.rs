use std::collections::BTreeMap;

use super::*;

/// The catalog with `recorded` beside it.
fn recording(text: &str, labels: &[(&str, &str)]) -> (Inference, MapCatalog) {
    let mut catalog = catalog();
    let inference = infer_with(text, &catalog, Purpose::Record);
    let labels: BTreeMap<String, String> = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    catalog.add("recorded", variant_from(&inference, "recorded", &labels, None));
    (inference, catalog)
}

#[test]
fn a_recorded_series_has_the_facts_of_its_expression() {
    for text in [
        "sum by (job) (rate(requests_total[5m]))",
        "sum by (job, le) (rate(latency_seconds_bucket[5m]))",
        "sum by (job) (rate(requests_total{status=~\"5..\"}[5m])) / sum by (job) (rate(requests_total[5m]))",
        "avg without (gpu) (busy)",
        "sum by (zone) (requests_total)",
        "absent(up{job=\"x\"})",
        "nothing_known / 2",
        "wished * 2",
    ] {
        let (inference, catalog) = recording(text, &[]);
        let read = infer_with("recorded", &catalog, Purpose::Query);
        let (made, found) = (inference.facts(), read.facts());
        assert_eq!(found.samples, made.samples, "{text}");
        assert_eq!(found.range.interval, made.range.interval, "{text}");
        assert_eq!(found.unit.known(), made.unit.known(), "{text}");
        assert_eq!(found.labels.others(), made.labels.others(), "{text}");
        for fact in made.labels.iter().filter(|fact| &*fact.name != METRIC_NAME) {
            let now = found.labels.get(&fact.name);
            assert_eq!((now.presence, &now.values), (fact.presence, &fact.values), "{text}: {}", fact.name);
        }
    }
}

#[test]
fn quantiles_and_growth_go_through_a_recording() {
    let (_, catalog) = recording("sum by (job, le) (rate(latency_seconds_bucket[5m]))", &[]);
    let read = infer_with("histogram_quantile(0.9, sum by (le) (recorded)) > 1", &catalog, Purpose::Alert);
    assert!(
        matches!(&read.events[..], [Event { kind: EventKind::ComparisonNeverTrue(finding), .. }] if finding.top_bucket == Some(1.0))
    );
    let (_, catalog) = recording("sum by (job) (requests_total)", &[]);
    let read = infer_with("rate(recorded[5m])", &catalog, Purpose::Alert);
    assert!(matches!(&read.events[..], [Event { kind: EventKind::RateOfAggregate { .. }, .. }]), "{:?}", read.events);
    let (_, catalog) = recording("wished * 2", &[]);
    assert!(matches!(catalog.variants("recorded")[0].status, Status::Planned(_)));
}

#[test]
fn labels_of_the_rule_prevail() {
    let (_, catalog) = recording("up", &[("job", ""), ("window", "5m")]);
    let read = infer_with("recorded", &catalog, Purpose::Query);
    assert_eq!(read.facts().labels.to_string(), r#"{__name__="recorded", instance=~"api:1|api:2|web:1", window="5m"}"#);
}
