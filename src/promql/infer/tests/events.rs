use super::*;

/// The names of what was noticed, with the piece of the expression that each points at.
pub(super) fn noticed(text: &str, catalog: &MapCatalog, purpose: Purpose) -> Vec<String> {
    let inference = infer_with(text, catalog, purpose);
    inference
        .events
        .iter()
        .map(|event| {
            let debug = format!("{:?}", event.kind);
            let name = debug.split([' ', '(', '{']).next().unwrap_or_default().to_owned();
            format!("{name} at {}", &text[event.span.range()])
        })
        .collect()
}

#[track_caller]
fn check(table: &[(&str, &[&str])]) {
    let catalog = catalog();
    let wrong: Vec<String> = table
        .iter()
        .map(|(text, expected)| (text, expected, noticed(text, &catalog, Purpose::Alert)))
        .filter(|(_, expected, found)| *expected != found)
        .map(|(text, expected, found)| format!("{text}\n   expected {expected:?}\n      found {found:?}"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
#[rustfmt::skip]
fn selectors() {
    check(&[
        ("nothing_known > 1", &["UnknownMetric at nothing_known"]),
        ("absent(nothing_known)", &["UnknownMetric at nothing_known"]),
        (r#"busy{node="a"} > 0.5"#, &["UnknownLabel at node"]),
        (r#"busy{node!="a"} > 0.5"#, &[]),
        (r#"busy{node=~"a|"} > 0.5"#, &[]),
        (r#"busy{node=""} > 0.5"#, &[]),
        (r#"memory_bytes{state="lost"}"#, &[r#"ImpossibleLabelValue at "lost""#]),
        (r#"memory_bytes{state=~"lost|gone"}"#, &[r#"ImpossibleLabelValue at "lost|gone""#]),
        (r#"memory_bytes{state=~"lost|free"}"#, &[]),
        (r#"memory_bytes{state!~"free|used"}"#, &[r#"ImpossibleLabelValue at "free|used""#]),
        (r#"rate(requests_total{job="api",zone="a"}[5m])"#, &["UnknownLabel at zone"]),
        (r#"rate(requests_total{zone="a"}[5m])"#, &[]),
        (r#"up{job="db"}"#, &[r#"ImpossibleLabelValue at "db""#]),
        (r#"busy{gpu="1",gpu="2"}"#, &[r#"ContradictoryMatchers at gpu="2""#]),
        (r#"busy{gpu="1",gpu=~"[12]"}"#, &[]),
        (r#"busy{gpu="1",gpu!="1"}"#, &[r#"ContradictoryMatchers at gpu!="1""#]),
        (r#"{gpu="1",gpu!~".+"}"#, &[r#"RedundantRegex at ".+""#, r#"ContradictoryMatchers at gpu!~".+""#]),
        (r#"busy{gpu="$gpu",node="x"}"#, &["UnknownLabel at node"]),
        (r#"busy{gpu=~"1"}"#, &[r#"RedundantRegex at "1""#]),
        (r#"busy{gpu=~".*"}"#, &[r#"RedundantRegex at ".*""#]),
        (r#"busy{gpu=~"^1|2$"}"#, &[r#"RedundantRegex at "^1|2$""#]),
        (r#"busy{gpu=~"a_.*_b"}"#, &[r#"SmellyRegex at "a_.*_b""#]),
        (r#"busy{instance=~"a.b.c:.*"}"#, &[r#"SmellyRegex at "a.b.c:.*""#, r#"ImpossibleLabelValue at "a.b.c:.*""#]),
        (r#"rate(latency_seconds_bucket{le="0.3"}[5m])"#, &[r#"BucketBoundaryMissing at "0.3""#]),
        (r#"rate(latency_seconds_bucket{le="0.5"}[5m])"#, &[]),
        (r#"rate(latency_seconds_bucket{le="1"}[5m])"#, &[]),
        ("wished > 1", &["Planned at wished"]),
        ("size_bytes", &[]),
    ]);
}

#[test]
#[rustfmt::skip]
fn groupings() {
    check(&[
        ("sum by (service) (rate(requests_total[5m])) > 1", &["GroupingByAbsentLabel at service"]),
        ("sum by (service, job) (rate(requests_total[5m])) > 1", &["GroupingByAbsentLabel at service"]),
        ("sum by (zone) (rate(requests_total[5m])) > 1", &[]),
        ("sum by (job) (sum by (service) (rate(requests_total[5m])))", &["GroupingByAbsentLabel at service", "GroupingByAbsentLabel at job"]),
        ("sum by (service) (nothing_known)", &["UnknownMetric at nothing_known"]),
        ("sum by (service) (sum by (service, job) (busy)) > 1", &["GroupingByAbsentLabel at service", "GroupingByAbsentLabel at service"]),
        ("sum(rate(tokens_total[5m]))", &["OverlappingLabelValues at sum"]),
        ("sum by (type) (rate(tokens_total[5m]))", &[]),
        (r#"sum(rate(tokens_total{type!="total"}[5m]))"#, &[]),
        (r#"sum(rate(tokens_total{type="total"}[5m]))"#, &[]),
        ("sum without (instance) (rate(tokens_total[5m]))", &[]),
        ("quantile(95, busy)", &["QuantileOutOfRange at 95"]),
    ]);
}

#[test]
#[rustfmt::skip]
fn matches() {
    check(&[
        ("busy / memory_bytes", &["MatchNeverMatches at /"]),
        ("busy / on (job, instance) memory_bytes", &["ManyToMany at on (job, instance)", "ManyToMany at on (job, instance)"]),
        (r#"busy / on (job, instance) group_left memory_bytes{state="used"}"#, &[]),
        (r#"memory_bytes{state="used"} / on (job, instance) group_left busy"#, &["ManyToMany at on (job, instance)"]),
        ("busy and on (job) memory_bytes", &[]),
        ("busy unless memory_bytes", &["MatchNeverMatches at unless"]),
        ("busy * on (job) build_info", &["ManyToMany at on (job)", "ManyToMany at on (job)"]),
        ("up * on (job) group_left build_info", &["ManyToMany at on (job)"]),
        ("busy * on (job, instance) group_left (version) build_info", &[]),
        ("busy * on (job, instance) group_left (service) build_info", &["MatchingOnAbsentLabel at service"]),
        ("sum by (job) (busy) / on (service) sum by (job) (memory_bytes)", &["MatchingOnAbsentLabel at service"]),
        ("sum by (gpu) (busy) / sum by (job) (busy)", &["MatchNeverMatches at /"]),
        ("busy > on (job) group_left up", &["ManyToMany at on (job)"]),
        ("memory_bytes / ignoring (state) busy", &["MatchNeverMatches at /"]),
        ("busy or memory_bytes", &[]),
    ]);
}

#[test]
#[rustfmt::skip]
fn counters() {
    check(&[
        ("rate(busy[5m])", &["RateOnGauge at rate"]),
        ("rate(requests_total[5m]) > 0", &[]),
        (r#"irate(memory_bytes{state="free"}[5m])"#, &["RateOnGauge at irate"]),
        ("resets(busy[5m])", &["RateOnGauge at resets"]),
        ("delta(requests_total[5m])", &["DeltaOnCounter at delta"]),
        ("deriv(requests_total[5m])", &["DeltaOnCounter at deriv"]),
        ("deriv(memory_bytes[5m])", &[]),
        ("rate(rate(requests_total[1m])[5m:1m])", &["RateOnGauge at rate"]),
        ("rate(sum(requests_total)[5m:1m])", &["CounterWithoutRate at requests_total", "RateOfAggregate at rate"]),
        ("rate(sum(nothing_known)[5m:1m])", &["UnknownMetric at nothing_known", "RateOfAggregate at rate"]),
        ("sum(rate(requests_total[5m:1m]))", &[]),
        ("requests_total > 5", &["CounterWithoutRate at requests_total"]),
        ("requests_total == 0", &["CounterWithoutRate at requests_total"]),
        ("sum(requests_total) > 5", &["CounterWithoutRate at requests_total"]),
        ("requests_total - requests_total offset 1h", &["CounterWithoutRate at requests_total", "CounterWithoutRate at requests_total offset 1h"]),
        ("requests_total / latency_seconds_count", &["CounterWithoutRate at requests_total", "CounterWithoutRate at latency_seconds_count", "MatchNeverMatches at /"]),
        ("count(requests_total)", &[]),
        ("changes(requests_total[5m])", &[]),
        ("topk(5, requests_total)", &["CounterWithoutRate at requests_total"]),
        ("avg_over_time(requests_total[5m])", &["CounterWithoutRate at requests_total[5m]"]),
        ("absent(requests_total)", &[]),
        ("timestamp(requests_total)", &[]),
        ("increase(requests_total[5m]) > 3", &["IncreaseFromBirth at increase"]),
        ("increase(latency_seconds_count[5m]) > 3", &[]),
        (r#"increase(requests_total{method="GET",status="500",zone=""}[5m]) > 3"#, &[]),
    ]);
}

#[test]
#[rustfmt::skip]
fn histograms() {
    check(&[
        ("histogram_quantile(0.9, rate(latency_seconds_bucket[5m]))", &[]),
        ("histogram_quantile(0.9, sum(rate(latency_seconds_bucket[5m])))", &["QuantileWithoutLe at histogram_quantile"]),
        ("histogram_quantile(0.9, sum by (job) (rate(latency_seconds_bucket[5m])))", &["QuantileWithoutLe at histogram_quantile"]),
        ("histogram_quantile(0.9, rate(latency_seconds_sum[5m]))", &["QuantileOfNonHistogram at rate(latency_seconds_sum[5m])"]),
        ("histogram_quantile(0.9, busy)", &["QuantileOfNonHistogram at busy"]),
        ("histogram_quantile(0.9, sum by (le) (rate(latency_seconds_sum[5m])))", &["GroupingByAbsentLabel at le", "QuantileOfNonHistogram at sum by (le) (rate(latency_seconds_sum[5m]))"]),
        ("histogram_quantile(95, sum by (le) (rate(latency_seconds_bucket[5m])))", &["QuantileOutOfRange at 95"]),
        ("histogram_quantile(0.9, sum by (le) (latency_seconds_bucket))", &["CounterWithoutRate at latency_seconds_bucket"]),
        ("histogram_quantile(0.9, rate(size_bytes[5m]))", &[]),
        ("histogram_count(busy)", &["QuantileOfNonHistogram at busy"]),
        ("histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[5m]))) > 1", &["ComparisonNeverTrue at >"]),
        ("histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[5m]))) >= 1", &[]),
    ]);
}

#[test]
#[rustfmt::skip]
fn units_and_comparisons() {
    check(&[
        (r#"busy + memory_bytes{state="free"}"#, &["UnitMismatch at +", "MatchNeverMatches at +"]),
        ("sum(busy) > sum(memory_bytes)", &["UnitMismatch at >"]),
        ("start_time_seconds > busy", &["UnitMismatch at >", "MatchNeverMatches at >"]),
        (r#"sum(rate(requests_total[5m])) > sum(rate(tokens_total{type="total"}[5m]))"#, &["UnitMismatch at >"]),
        ("busy > 2", &["ComparisonNeverTrue at >"]),
        ("busy > 1", &["ComparisonNeverTrue at >"]),
        ("busy >= 0", &["ComparisonAlwaysTrue at >="]),
        ("busy < 0", &["ComparisonNeverTrue at <"]),
        ("busy != 2", &["ComparisonAlwaysTrue at !="]),
        ("up == 2", &["ComparisonNeverTrue at =="]),
        ("up < bool 2", &["ComparisonAlwaysTrue at <"]),
        ("count(up) < 1", &["ComparisonNeverTrue at <"]),
        ("memory_bytes / (busy > 1)", &["ComparisonNeverTrue at >"]),
        ("up and busy > 1", &["ComparisonNeverTrue at >"]),
        ("busy == busy", &[]),
        ("vector(1) > 0", &[]),
        ("1 > bool 0", &[]),
        ("rate(requests_total[5m]) < 0", &["ComparisonNeverTrue at <"]),
        ("time() - start_time_seconds < 0", &[]),
    ]);
}

#[test]
#[rustfmt::skip]
fn windows() {
    check(&[
        ("rate(requests_total[15s])", &["RangeShorterThanScrape at [15s]"]),
        ("rate(requests_total[20s])", &["RangeShorterThanScrape at [20s]"]),
        ("rate(requests_total[1m])", &[]),
        ("avg_over_time(busy[10s])", &["RangeShorterThanScrape at [10s]"]),
        ("last_over_time(busy[10s])", &[]),
        ("busy offset 30d", &["RangeExceedsRetention at busy offset 30d"]),
        ("max_over_time(busy[20d])", &["RangeExceedsRetention at [20d]"]),
        ("max_over_time(busy[10d:1h] offset 10d)", &["RangeExceedsRetention at busy"]),
        ("rate(requests_total[$__rate_interval])", &[]),
    ]);
}

/// The event of this name in the expression.
#[track_caller]
fn event(text: &str, name: &str) -> EventKind {
    let inference = infer_with(text, &catalog(), Purpose::Alert);
    let found = inference.events.into_iter().find(|event| format!("{:?}", event.kind).starts_with(name));
    found.unwrap_or_else(|| panic!("no {name} in {text}")).kind
}

#[test]
fn groupings_say_whether_the_label_is_needed_later() {
    let later = |text: &str| match event(text, "GroupingByAbsentLabel") {
        EventKind::GroupingByAbsentLabel { used_later, all_absent, .. } => (used_later, all_absent),
        other => panic!("{other:?}"),
    };
    assert_eq!(later("sum by (service, job) (busy) > 1"), (false, false));
    assert_eq!(later("sum by (service) (busy) > 1"), (false, true));
    assert_eq!(later("sum by (service, job) (busy) * on (service) up"), (true, false));
    assert_eq!(later("max by (service) (sum by (service, job) (busy))"), (true, false));
    assert_eq!(later("histogram_quantile(0.9, sum by (le, job) (rate(latency_seconds_count[5m])))"), (true, false));
    // The other side of an operator needs nothing of this one.
    assert_eq!(
        later("sum by (service, job) (busy) + on (job) sum by (job) (label_replace(up, \"a\", \"x\", \"service\", \"\"))"),
        (false, false)
    );
}

#[test]
fn comparisons_say_what_they_are_and_what_bounds_them() {
    let finding = |text: &str| match event(text, "Comparison") {
        EventKind::ComparisonNeverTrue(finding) | EventKind::ComparisonAlwaysTrue(finding) => finding,
        other => panic!("{other:?}"),
    };
    let quantile = "histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[5m])))";
    let late = finding(&format!("{quantile} > 1"));
    assert_eq!((late.top_bucket, late.threshold, late.only_declared, late.is_guard), (Some(1.0), Some(1.0), false, false));
    assert!(late.may_be_nan);
    let declared = finding("busy > 2");
    assert!(declared.only_declared && !declared.is_guard && matches!(declared.reason.cause, Cause::Declared(_)));
    let guard = finding("memory_bytes / on (job, instance) group_left () (busy >= 0)");
    assert!(guard.is_guard);
    assert!(finding("up and busy > 1").is_guard);
    assert!(!finding("busy > 1 and up").is_guard);
    assert!(finding("busy >= 0 or up > 5").only_declared);
    assert_eq!(finding("2 < busy").op, crate::promql::BinaryOp::Greater);
    assert!(finding("(busy > bool 3) * 2").returns_bool);
}

#[test]
fn matches_name_the_labels_that_differ() {
    match event("busy / memory_bytes", "MatchNeverMatches") {
        EventKind::MatchNeverMatches { differing, .. } => {
            let names: Vec<&str> = differing.iter().map(|(left, _)| &*left.name).collect();
            assert_eq!(names, ["gpu", "state"]);
            assert!(matches!(differing[0].1.reason.cause, Cause::NotDeclared(_)));
        }
        other => panic!("{other:?}"),
    }
    match event("sum by (job) (busy) / busy", "MatchNeverMatches") {
        EventKind::MatchNeverMatches { differing, .. } => {
            assert!(matches!(differing[0].0.reason.cause, Cause::Grouping(_)), "{differing:?}");
        }
        other => panic!("{other:?}"),
    }
    match event("memory_bytes * on (job, instance) group_left memory_bytes", "ManyToMany") {
        EventKind::ManyToMany { labels, proved, .. } => assert!(proved && &*labels[0].name == "state"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn old_servers_lack_functions() {
    let mut catalog = catalog();
    catalog.server_mut().version = Some(Version(2, 42));
    assert_eq!(noticed("info(up)", &catalog, Purpose::Query), ["UnsupportedByServer at info"]);
    assert_eq!(noticed("rate(requests_total[5m])", &catalog, Purpose::Query), [""; 0]);
}

#[test]
fn without_a_catalog_only_contradictions_are_seen() {
    let nothing = MapCatalog::nothing();
    for text in [
        "sum by (service) (rate(x_total[5m])) / sum by (service) (rate(y_total[5m])) > 2",
        "a / on (x) b",
        "a * on (instance) group_left (version) b_info",
        "histogram_quantile(0.9, sum by (job) (rate(x[5m])))",
        "x > 1 and y < 0",
        "rate(x_gauge[5m])",
    ] {
        assert_eq!(noticed(text, &nothing, Purpose::Alert), [""; 0], "{text}");
    }
    assert_eq!(
        noticed("sum by (a) (x) / on (a, b) sum by (a, b) (y{b=\"1\"})", &nothing, Purpose::Alert),
        ["MatchNeverMatches at /"]
    );
    assert_eq!(noticed("sum by (b) (sum by (a) (x))", &nothing, Purpose::Alert), ["GroupingByAbsentLabel at b"]);
    assert_eq!(
        noticed("histogram_quantile(0.9, sum by (job) (rate(x_bucket[5m])))", &nothing, Purpose::Alert),
        ["QuantileWithoutLe at histogram_quantile"]
    );
}

#[test]
fn tests_for_existence_are_no_comparisons() {
    for text in ["count(busy > 0.5) > 0", "absent(up) == 1", "build_info == 1", "ALERTS == 1", "count_over_time(up[5m]) > 0"] {
        assert_eq!(noticed(text, &catalog(), Purpose::Alert), [""; 0], "{text}");
    }
    assert_eq!(noticed("count(busy > 0.5) == 0", &catalog(), Purpose::Alert), ["ComparisonNeverTrue at =="]);
}

#[test]
fn usual_joins_are_not_many_to_many() {
    for text in [
        "up * on (instance) group_left (node) max by (instance, node) (node_name)",
        "up * on (pod) group_left (node) topk by (pod) (1, max by (pod, node) (pod_info))",
        "rate(requests_total[5m]) * on (job, instance) group_left (version) build_info",
    ] {
        let found = noticed(text, &catalog(), Purpose::Alert);
        assert!(!found.iter().any(|event| event.starts_with("ManyToMany")), "{text}: {found:?}");
    }
}

#[test]
fn a_counter_whose_value_is_not_used_needs_no_rate() {
    for text in [
        "count(sum by (job) (requests_total))",
        "count by (job) (requests_total * 2)",
        "up and on (job) sum by (job) (requests_total)",
        "timestamp(max(requests_total))",
    ] {
        assert_eq!(noticed(text, &catalog(), Purpose::Panel), [""; 0], "{text}");
    }
    assert_eq!(
        noticed("count(sum by (job) (requests_total) > 5)", &catalog(), Purpose::Panel),
        ["CounterWithoutRate at requests_total"]
    );
}
