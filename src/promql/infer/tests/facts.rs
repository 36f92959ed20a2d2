use super::*;

/// `labels | samples | unit | range | bound`, and `empty` at the end where it is proved.
fn shown(text: &str, catalog: &MapCatalog) -> String {
    let inference = infer_with(text, catalog, Purpose::Query);
    let facts = inference.facts();
    let unit = match &facts.unit.unit {
        UnitKnowledge::Known(unit) => unit.to_string(),
        UnitKnowledge::Any => "any".to_owned(),
        UnitKnowledge::Unknown | UnitKnowledge::Multiple(_) => "?".to_owned(),
    };
    let bound = facts.bound.map_or("?".to_owned(), |bound| bound.to_string());
    let empty = if facts.empty.is_some() { " | empty" } else { "" };
    format!("{} | {} | {unit} | {} | {bound}{empty}", facts.labels, facts.samples.name(), facts.range.interval)
}

#[track_caller]
fn check(table: &[(&str, &str)]) {
    let catalog = catalog();
    let wrong: Vec<String> = table
        .iter()
        .map(|(text, expected)| (text, expected, shown(text, &catalog)))
        .filter(|(_, expected, found)| *expected != found)
        .map(|(text, expected, found)| format!("{text}\n   expected {expected}\n      found {found}"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
#[rustfmt::skip]
fn selectors() {
    check(&[
        ("requests_total",
         r#"{__name__="requests_total", instance=~"api:1|api:2|web:1", job=~"api|web", method=~"GET|POST", status=~"[1-5][0-9]{2}", zone?} | counter | requests | [0, …) | ?"#),
        (r#"requests_total{job="api"}"#,
         r#"{__name__="requests_total", instance=~"api:1|api:2", job="api", method=~"GET|POST", status=~"[1-5][0-9]{2}"} | counter | requests | [0, …) | 60"#),
        (r#"requests_total{job="web"}"#,
         r#"{__name__="requests_total", instance="web:1", job="web", method=~"GET|POST", status=~"[1-5][0-9]{2}", zone} | counter | requests | [0, …) | ?"#),
        (r#"requests_total{zone="a"}"#,
         r#"{__name__="requests_total", instance="web:1", job="web", method=~"GET|POST", status=~"[1-5][0-9]{2}", zone="a"} | counter | requests | [0, …) | 30"#),
        (r#"requests_total{zone=""}"#,
         r#"{__name__="requests_total", instance=~"api:1|api:2", job="api", method=~"GET|POST", status=~"[1-5][0-9]{2}"} | counter | requests | [0, …) | 60"#),
        (r#"requests_total{zone!=""}"#,
         r#"{__name__="requests_total", instance="web:1", job="web", method=~"GET|POST", status=~"[1-5][0-9]{2}", zone} | counter | requests | [0, …) | ?"#),
        (r#"requests_total{method=~"GET|PUT"}"#,
         r#"{__name__="requests_total", instance=~"api:1|api:2|web:1", job=~"api|web", method="GET", status=~"[1-5][0-9]{2}", zone?} | counter | requests | [0, …) | ?"#),
        (r#"requests_total{method!="GET"}"#,
         r#"{__name__="requests_total", instance=~"api:1|api:2|web:1", job=~"api|web", method="POST", status=~"[1-5][0-9]{2}", zone?} | counter | requests | [0, …) | ?"#),
        (r#"requests_total{status=~"5..",job="api"}"#,
         r#"{__name__="requests_total", instance=~"api:1|api:2", job="api", method=~"GET|POST", status=~"[1-5][0-9]{2}"} | counter | requests | [0, …) | 60"#),
        (r#"requests_total{status="abc"}"#,
         r#"{__name__="requests_total", instance=~"api:1|api:2|web:1", job=~"api|web", method=~"GET|POST", status=~"[1-5][0-9]{2}", zone?} | counter | requests | [0, …) | ? | empty"#),
        (r#"requests_total{nope="x"}"#,
         r#"{__name__="requests_total", instance=~"api:1|api:2|web:1", job=~"api|web", method=~"GET|POST", status=~"[1-5][0-9]{2}", zone?} | counter | requests | [0, …) | ? | empty"#),
        (r#"requests_total{nope!="x"}"#,
         r#"{__name__="requests_total", instance=~"api:1|api:2|web:1", job=~"api|web", method=~"GET|POST", status=~"[1-5][0-9]{2}", zone?} | counter | requests | [0, …) | ?"#),
        (r#"requests_total{method="GET",method="POST"}"#,
         r#"{__name__="requests_total", instance=~"api:1|api:2|web:1", job=~"api|web", method="GET", status=~"[1-5][0-9]{2}", zone?} | counter | requests | [0, …) | ? | empty"#),
        ("up",
         r#"{__name__="up", instance=~"api:1|api:2|web:1", job=~"api|web"} | gauge | ratio | [0, 1] | 3"#),
        (r#"up{job=~"a.*"}"#,
         r#"{__name__="up", instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 2"#),
        ("nothing_known",
         r#"{__name__="nothing_known", …} | unknown | ? | (…, …) or NaN | ? | empty"#),
        (r#"{__name__=~"latency_seconds_(sum|count)"}"#,
         r#"{__name__=~"latency_seconds_count|latency_seconds_sum", instance=~"api:1|api:2", job="api", method=~"GET|POST"} | counter | ? | (…, …) or NaN | 8"#),
        (r#"{__name__=~"latency_seconds_sum|latency_seconds_count"}"#,
         r#"{__name__=~"latency_seconds_count|latency_seconds_sum", instance=~"api:1|api:2", job="api", method=~"GET|POST"} | counter | ? | (…, …) or NaN | 8"#),
        (r#"{job="api"}"#,
         r#"{job="api", …} | unknown | ? | (…, …) or NaN | ?"#),
        ("latency_seconds_bucket",
         r#"{__name__="latency_seconds_bucket", instance=~"api:1|api:2", job="api", le=~"+Inf|0.1|0.5|1.0", method=~"GET|POST"} | histogram buckets | observations | [0, …) | 16"#),
        (r#"latency_seconds_bucket{le="0.5"}"#,
         r#"{__name__="latency_seconds_bucket", instance=~"api:1|api:2", job="api", le="0.5", method=~"GET|POST"} | histogram buckets | observations | [0, …) | 4"#),
        (r#"latency_seconds_bucket{le="1"}"#,
         r#"{__name__="latency_seconds_bucket", instance=~"api:1|api:2", job="api", le="1", method=~"GET|POST"} | histogram buckets | observations | [0, …) | 4"#),
        ("latency_seconds_sum",
         r#"{__name__="latency_seconds_sum", instance=~"api:1|api:2", job="api", method=~"GET|POST"} | counter | seconds | (…, …) or NaN | 4"#),
        ("wait_seconds",
         r#"{__name__="wait_seconds", instance="web:1", job="web", quantile=~"0.5|0.9"} | summary quantile | seconds | (…, …) or NaN | 2"#),
        ("size_bytes",
         r#"{__name__="size_bytes", instance=~"api:1|api:2", job="api"} | native histogram | bytes | (…, …) or NaN | 2"#),
        ("build_info",
         r#"{__name__="build_info", instance=~"api:1|api:2", job="api", version} | info | ? | [1, 1] | ?"#),
        ("ALERTS",
         r#"{__name__="ALERTS", alertname, alertstate=~"firing|pending", …} | gauge | ? | [1, 1] | ?"#),
        (r#"ALERTS{alertstate="firing"}"#,
         r#"{__name__="ALERTS", alertname, alertstate="firing", …} | gauge | ? | [1, 1] | ?"#),
    ]);
}

#[test]
#[rustfmt::skip]
fn ranges() {
    check(&[
        ("rate(requests_total[5m])",
         r#"{instance=~"api:1|api:2|web:1", job=~"api|web", method=~"GET|POST", status=~"[1-5][0-9]{2}", zone?} | rate | requests/second | [0, …) | ?"#),
        (r#"increase(requests_total{job="api"}[1h])"#,
         r#"{instance=~"api:1|api:2", job="api", method=~"GET|POST", status=~"[1-5][0-9]{2}"} | increase | requests | [0, …) | 60"#),
        ("irate(latency_seconds_bucket[5m])",
         r#"{instance=~"api:1|api:2", job="api", le=~"+Inf|0.1|0.5|1.0", method=~"GET|POST"} | growth of histogram buckets | observations/second | [0, …) | 16"#),
        ("rate(latency_seconds_sum[5m]) / rate(latency_seconds_count[5m])",
         r#"{instance=~"api:1|api:2", job="api", method=~"GET|POST"} | gauge | seconds | (…, …) or NaN | 4"#),
        ("delta(busy[5m])",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [-3.2, 3.2] | 16"#),
        ("idelta(busy[5m])",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [-1, 1] | 16"#),
        ("deriv(memory_bytes[5m])",
         r#"{instance=~"api:1|api:2", job="api", state=~"free|used"} | gauge | bytes/second | (…, …) or NaN | 4"#),
        ("avg_over_time(busy[5m])",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 16"#),
        ("max_over_time(busy[5m])",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 16"#),
        ("sum_over_time(busy[5m])",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, …) | 16"#),
        ("count_over_time(busy[5m])",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ? | [1, …) | 16"#),
        ("quantile_over_time(0.5, busy[5m])",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 16"#),
        ("stddev_over_time(busy[5m])",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, …) or NaN | 16"#),
        ("last_over_time(busy[5m])",
         r#"{__name__="busy", gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 16"#),
        ("present_over_time(busy[5m])",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | boolean | ? | [1, 1] | 16"#),
        ("changes(busy[5m])",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ? | [0, …) | 16"#),
    ]);
}

#[test]
#[rustfmt::skip]
fn absence() {
    check(&[
        (r#"absent(busy{gpu="0",job="api"})"#,
         r#"{gpu="0", job="api"} | boolean | any | [1, 1] | 1"#),
        (r#"absent(busy{gpu=~"0|1",job="api"})"#,
         r#"{job="api"} | boolean | any | [1, 1] | 1"#),
        ("absent(sum(busy))",
         "{} | boolean | any | [1, 1] | 1"),
        (r#"absent_over_time(busy{gpu="0"}[5m])"#,
         r#"{gpu="0"} | boolean | any | [1, 1] | 1"#),
    ]);
}

#[test]
#[rustfmt::skip]
fn aggregations() {
    check(&[
        ("sum(requests_total)",
         "{} | aggregated counter | requests | [0, …) | 1"),
        ("sum by (job) (rate(requests_total[5m]))",
         r#"{job=~"api|web"} | rate | requests/second | [0, …) | 2"#),
        ("sum by (job, method) (rate(requests_total[5m]))",
         r#"{job=~"api|web", method=~"GET|POST"} | rate | requests/second | [0, …) | 4"#),
        ("sum by (zone) (rate(requests_total[5m]))",
         "{zone?} | rate | requests/second | [0, …) | ?"),
        ("sum by (service) (rate(requests_total[5m]))",
         "{} | rate | requests/second | [0, …) | 1"),
        ("sum without (status, instance) (rate(requests_total[5m]))",
         r#"{job=~"api|web", method=~"GET|POST", zone?} | rate | requests/second | [0, …) | ?"#),
        ("sum without (nope) (busy)",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 16] | 16"#),
        ("avg by (job) (busy)",
         r#"{job="api"} | gauge | ratio | [0, 1] | 1"#),
        ("max(busy)",
         "{} | gauge | ratio | [0, 1] | 1"),
        ("min without (gpu) (busy)",
         r#"{instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 16"#),
        ("count(busy)",
         "{} | gauge | series | [1, 16] | 1"),
        ("count by (version) (build_info)",
         "{version} | gauge | series | [1, …) | ?"),
        ("group by (job) (up)",
         r#"{job=~"api|web"} | gauge | ? | [1, 1] | 2"#),
        ("stddev(busy)",
         "{} | gauge | ratio | [0, …) | 1"),
        ("quantile(0.9, busy)",
         "{} | gauge | ratio | [0, 1] | 1"),
        ("quantile(2, busy)",
         "{} | gauge | ratio | [inf, …) | 1"),
        ("topk(3, busy)",
         r#"{__name__="busy", gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 3"#),
        ("topk by (job) (1, busy)",
         r#"{__name__="busy", gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 1"#),
        ("bottomk(1, sum by (gpu) (busy))",
         "{gpu} | gauge | ratio | [0, 16] | 1"),
        (r#"count_values("value", busy)"#,
         "{value} | gauge | ? | [1, 16] | ?"),
        (r#"count_values by (job) ("value", busy)"#,
         r#"{job="api", value} | gauge | ? | [1, 16] | ?"#),
        ("limitk(2, up)",
         r#"{__name__="up", instance=~"api:1|api:2|web:1", job=~"api|web"} | gauge | ratio | [0, 1] | 2"#),
        ("limit_ratio(0.5, up)",
         r#"{__name__="up", instance=~"api:1|api:2|web:1", job=~"api|web"} | gauge | ratio | [0, 1] | 3"#),
    ]);
}

#[test]
#[rustfmt::skip]
fn histograms() {
    check(&[
        ("histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[5m])))",
         "{} | gauge | seconds | [0, 1] or NaN | 1"),
        ("histogram_quantile(0.9, sum by (job, le) (rate(latency_seconds_bucket[5m])))",
         r#"{job="api"} | gauge | seconds | [0, 1] or NaN | 1"#),
        ("histogram_quantile(0.9, rate(latency_seconds_bucket[5m]))",
         r#"{instance=~"api:1|api:2", job="api", method=~"GET|POST"} | gauge | seconds | [0, 1] or NaN | 4"#),
        ("histogram_quantile(0.9, rate(size_bytes[5m]))",
         r#"{instance=~"api:1|api:2", job="api"} | gauge | bytes | (…, …) or NaN | 2"#),
        ("histogram_quantile(1.5, sum by (le) (rate(latency_seconds_bucket[5m])))",
         "{} | gauge | seconds | [inf, …) or NaN | 1"),
        ("histogram_fraction(0, 0.1, rate(latency_seconds_bucket[5m]))",
         r#"{instance=~"api:1|api:2", job="api", method=~"GET|POST"} | gauge | ratio | [0, 1] or NaN | 4"#),
        ("histogram_avg(rate(size_bytes[5m]))",
         r#"{instance=~"api:1|api:2", job="api"} | gauge | bytes | (…, …) or NaN | 2"#),
        ("histogram_sum(rate(size_bytes[5m]))",
         r#"{instance=~"api:1|api:2", job="api"} | gauge | bytes/second | (…, …) or NaN | 2"#),
        ("histogram_count(size_bytes)",
         r#"{instance=~"api:1|api:2", job="api"} | gauge | ? | (…, …) or NaN | 2"#),
    ]);
}

#[test]
#[rustfmt::skip]
fn labels_that_functions_set() {
    check(&[
        (r#"label_replace(up, "host", "$1", "instance", "(.*):.*")"#,
         r#"{__name__="up", host?, instance=~"api:1|api:2|web:1", job=~"api|web"} | gauge | ratio | [0, 1] | 3"#),
        (r#"label_replace(up, "host", "x", "instance", ".*")"#,
         r#"{__name__="up", host="x", instance=~"api:1|api:2|web:1", job=~"api|web"} | gauge | ratio | [0, 1] | 3"#),
        (r#"label_replace(up, "host", "x", "instance", "api.*")"#,
         r#"{__name__="up", host?="x", instance=~"api:1|api:2|web:1", job=~"api|web"} | gauge | ratio | [0, 1] | 3"#),
        (r#"label_replace(up, "host", "x", "job", "db")"#,
         r#"{__name__="up", instance=~"api:1|api:2|web:1", job=~"api|web"} | gauge | ratio | [0, 1] | 3"#),
        (r#"label_replace(up, "copy", "$1", "job", "(.*)")"#,
         r#"{__name__="up", copy=~"api|web", instance=~"api:1|api:2|web:1", job=~"api|web"} | gauge | ratio | [0, 1] | 3"#),
        (r#"label_replace(up, "instance", "", "job", "api")"#,
         r#"{__name__="up", instance?=~"api:1|api:2|web:1", job=~"api|web"} | gauge | ratio | [0, 1] | 3"#),
        (r#"label_join(up, "both", "-", "job", "instance")"#,
         r#"{__name__="up", both, instance=~"api:1|api:2|web:1", job=~"api|web"} | gauge | ratio | [0, 1] | 3"#),
        (r#"label_join(up{job="web"}, "both", "-", "job", "instance")"#,
         r#"{__name__="up", both="web-web:1", instance="web:1", job="web"} | gauge | ratio | [0, 1] | 1"#),
        (r#"label_join(up, "none", ",", "nope")"#,
         r#"{__name__="up", instance=~"api:1|api:2|web:1", job=~"api|web"} | gauge | ratio | [0, 1] | 3"#),
        ("info(up)",
         r#"{__name__="up", instance=~"api:1|api:2|web:1", job=~"api|web", …} | gauge | ratio | [0, 1] | 3"#),
        (r#"info(up, {version=~".+"})"#,
         r#"{__name__="up", instance=~"api:1|api:2|web:1", job=~"api|web", version?} | gauge | ratio | [0, 1] | 3"#),
    ]);
}

#[test]
#[rustfmt::skip]
fn times_and_math() {
    check(&[
        ("vector(1)",
         "{} | constant | any | [1, 1] | 1"),
        ("vector(time())",
         "{} | timestamp | seconds | (…, …) | 1"),
        ("scalar(busy)",
         "{} | gauge | ratio | [0, 1] or NaN | 1"),
        ("time()",
         "{} | timestamp | seconds | (…, …) | 1"),
        ("time() - start_time_seconds",
         r#"{instance=~"api:1|api:2", job="api"} | gauge | seconds | (…, …) or NaN | 2"#),
        ("timestamp(up)",
         r#"{instance=~"api:1|api:2|web:1", job=~"api|web"} | timestamp | seconds | (…, …) | 3"#),
        ("hour()",
         "{} | gauge | ? | [0, 23] | 1"),
        ("day_of_week(start_time_seconds)",
         r#"{instance=~"api:1|api:2", job="api"} | gauge | ? | [0, 6] | 2"#),
        ("year()",
         "{} | gauge | ? | (…, …) | 1"),
        ("abs(busy - 1)",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 16"#),
        ("ceil(busy * 10)",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ? | [0, 10] | 16"#),
        ("round(busy, 0.1)",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 16"#),
        ("clamp(memory_bytes, 0, 100)",
         r#"{instance=~"api:1|api:2", job="api", state=~"free|used"} | gauge | bytes | [0, 100] or NaN | 4"#),
        ("clamp_max(busy, 0.5)",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 0.5] | 16"#),
        ("clamp_min(memory_bytes, 1)",
         r#"{instance=~"api:1|api:2", job="api", state=~"free|used"} | gauge | bytes | [1, …) or NaN | 4"#),
        ("sgn(memory_bytes)",
         r#"{instance=~"api:1|api:2", job="api", state=~"free|used"} | gauge | ? | [-1, 1] or NaN | 4"#),
        ("sqrt(busy)",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ? | [0, 1] | 16"#),
        ("ln(busy)",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ? | (…, 0] | 16"#),
        ("exp(busy)",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ? | [1, 2.718281828459045] | 16"#),
        ("sin(busy)",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ? | [-1, 1] | 16"#),
        ("sort_desc(busy)",
         r#"{__name__="busy", gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 16"#),
        ("pi() * 2",
         "{} | constant | any | [6.283185307179586, 6.283185307179586] | 1"),
        ("1 + 2 * 3",
         "{} | constant | any | [7, 7] | 1"),
        ("1 > bool 2",
         "{} | constant | any | [0, 0] | 1"),
    ]);
}

#[test]
#[rustfmt::skip]
fn arithmetic_and_comparisons() {
    check(&[
        ("-busy",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [-1, 0] | 16"#),
        ("+busy",
         r#"{__name__="busy", gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 16"#),
        ("busy * 100",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | percent | [0, 100] | 16"#),
        ("100 - busy * 100",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | percent | [0, 100] | 16"#),
        ("1 - busy",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 16"#),
        ("memory_bytes / 1024 / 1024",
         r#"{instance=~"api:1|api:2", job="api", state=~"free|used"} | gauge | mebibytes | (…, …) or NaN | 4"#),
        ("rate(requests_total[5m]) * 60",
         r#"{instance=~"api:1|api:2|web:1", job=~"api|web", method=~"GET|POST", status=~"[1-5][0-9]{2}", zone?} | rate | requests/minute | [0, …) | ?"#),
        ("rate(requests_total[5m]) * 3600",
         r#"{instance=~"api:1|api:2|web:1", job=~"api|web", method=~"GET|POST", status=~"[1-5][0-9]{2}", zone?} | rate | requests/hour | [0, …) | ?"#),
        ("busy > 0.5",
         r#"{__name__="busy", gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | (0.5, 1] | 16"#),
        ("busy > 2",
         r#"{__name__="busy", gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | nothing | 16 | empty"#),
        ("busy >= 1",
         r#"{__name__="busy", gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [1, 1] | 16"#),
        ("0.5 < busy",
         r#"{__name__="busy", gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | (0.5, 1] | 16"#),
        ("busy > bool 0.5",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | boolean | any | [0, 1] | 16"#),
        ("busy == 1",
         r#"{__name__="busy", gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [1, 1] | 16"#),
        ("busy != 0",
         r#"{__name__="busy", gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | (0, 1] | 16"#),
        ("up == 0",
         r#"{__name__="up", instance=~"api:1|api:2|web:1", job=~"api|web"} | gauge | ratio | [0, 0] | 3"#),
    ]);
}

#[test]
#[rustfmt::skip]
fn shares_and_matching() {
    check(&[
        ("sum(up == bool 1) / count(up)",
         "{} | gauge | ratio | [0, 1] | 1"),
        (r#"memory_bytes{state="used"} / memory_bytes{state="free"}"#,
         r#"{instance=~"api:1|api:2", job="api", state=~""} | gauge | ratio | (…, …) or NaN | 2 | empty"#),
        (r#"memory_bytes{state="used"} / ignoring (state) memory_bytes{state="free"}"#,
         r#"{instance=~"api:1|api:2", job="api"} | gauge | ratio | (…, …) or NaN | 2"#),
        (r#"sum without (state) (memory_bytes{state="used"}) / sum without (state) (memory_bytes)"#,
         r#"{instance=~"api:1|api:2", job="api"} | gauge | ratio | (…, …) or NaN | 2"#),
        (r#"sum by (job) (rate(requests_total{status=~"5.."}[5m])) / sum by (job) (rate(requests_total[5m]))"#,
         r#"{job=~"api|web"} | gauge | ratio | [0, 1] or NaN | 2"#),
        ("sum by (job, method) (rate(requests_total[5m])) / on (job) group_left sum by (job) (rate(requests_total[5m]))",
         r#"{job=~"api|web", method=~"GET|POST"} | gauge | ratio | [0, 1] or NaN | 4"#),
        (r#"sum by (job) (rate(requests_total{status=~"5.."}[5m])) / sum by (job) (rate(requests_total[1m]))"#,
         r#"{job=~"api|web"} | gauge | ratio | [0, …) or NaN | 2"#),
        (r#"100 * sum(rate(requests_total{status=~"5.."}[5m])) / sum(rate(requests_total[5m]))"#,
         "{} | gauge | percent | [0, 100] or NaN | 1"),
        (r#"1 - sum(rate(requests_total{status=~"5.."}[5m])) / sum(rate(requests_total[5m]))"#,
         "{} | gauge | ratio | [0, 1] or NaN | 1"),
        (r#"sum(rate(latency_seconds_bucket{le="0.5"}[5m])) / sum(rate(latency_seconds_count[5m]))"#,
         "{} | gauge | ratio | [0, 1] or NaN | 1"),
        ("count(busy > 0.5) / count(busy)",
         "{} | gauge | ratio | [0.0625, 1] | 1"),
        ("rate(requests_total[5m]) * on (job, instance) group_left (version) build_info",
         r#"{instance=~"api:1|api:2", job="api", method=~"GET|POST", status=~"[1-5][0-9]{2}", version, zone?} | gauge | ? | [0, …) | ?"#),
        ("build_info * on (job, instance) group_right (version) busy",
         r#"{gpu, instance=~"api:1|api:2", job="api", version} | gauge | ? | [0, 1] | 16"#),
        ("up and on (job) build_info",
         r#"{__name__="up", instance=~"api:1|api:2|web:1", job="api"} | gauge | ratio | [0, 1] | 3"#),
        ("up unless on (job) build_info",
         r#"{__name__="up", instance=~"api:1|api:2|web:1", job=~"api|web"} | gauge | ratio | [0, 1] | 3"#),
        ("up or busy",
         r#"{__name__=~"busy|up", gpu?, instance=~"api:1|api:2|web:1", job=~"api|web"} | gauge | ratio | [0, 1] | 19"#),
        ("sum(rate(requests_total[5m])) or vector(0)",
         "{} | rate | requests/second | [0, …) | 1"),
        ("busy and memory_bytes",
         r#"{__name__="busy", instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 16 | empty"#),
        ("busy and on (nope) memory_bytes",
         r#"{__name__="busy", gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 16"#),
        (r#"up{job="api"} * on (job) up{job="web"}"#,
         r#"{job=~""} | gauge | ratio | [0, 1] | 1 | empty"#),
        (r#"busy + fill (0) busy{gpu="1"}"#,
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 2] | 18"#),
        ("sum(rate(requests_total[5m]))[1h:1m]",
         "{} | rate | requests/second | [0, …) | 1"),
        ("max_over_time(sum(rate(requests_total[5m]))[1h:1m])",
         "{} | rate | requests/second | [0, …) | 1"),
    ]);
}

#[test]
#[rustfmt::skip]
fn modifiers_and_variables() {
    check(&[
        ("busy offset 5m",
         r#"{__name__="busy", gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 16"#),
        ("busy @ end()",
         r#"{__name__="busy", gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 16"#),
        (r#"busy{gpu="$gpu"}"#,
         r#"{__name__="busy", gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 16"#),
        (r#"busy{gpu=~"$gpu"}"#,
         r#"{__name__="busy", gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 16"#),
        ("sum by ($label) (busy)",
         r#"{__name__?="busy", gpu?, instance?=~"api:1|api:2", job?="api"} | gauge | ratio | [0, 16] | 16"#),
        ("$metric",
         "{…} | unknown | ? | (…, …) or NaN | ?"),
        ("rate($metric[5m])",
         "{…} | unknown | ? | (…, …) or NaN | ?"),
        (r#"$metric{job="api"}"#,
         r#"{job="api", …} | unknown | ? | (…, …) or NaN | ?"#),
    ]);
}

#[test]
#[rustfmt::skip]
fn the_rest_of_the_operators() {
    check(&[
        ("busy % 0.3",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 0.3] | 16"#),
        ("busy ^ 2",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ? | [0, 1] | 16"#),
        ("busy atan2 busy",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ? | [-3.141592653589793, 3.141592653589793] | 16"#),
        ("predict_linear(busy[1h], 3600)",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | (…, …) or NaN | 16"#),
        ("size_bytes </ 5",
         r#"{__name__="size_bytes", instance=~"api:1|api:2", job="api"} | native histogram | bytes | (…, …) or NaN | 2"#),
        ("timestamp(up) - timestamp(up offset 5m)",
         r#"{instance=~"api:1|api:2|web:1", job=~"api|web"} | gauge | seconds | (…, …) | 3"#),
        ("min_of(1, 2) * busy",
         r#"{gpu, instance=~"api:1|api:2", job="api"} | gauge | ratio | [0, 1] | 16"#),
        ("avg(up == bool 1)",
         "{} | gauge | ratio | [0, 1] | 1"),
        ("sum(memory_bytes) / count(memory_bytes)",
         "{} | gauge | bytes | (…, …) or NaN | 1"),
        ("sum(up) / count(up)",
         "{} | gauge | ratio | [0, 1] | 1"),
        ("avg(up)",
         "{} | gauge | ratio | [0, 1] | 1"),
    ]);
}

/// Each of these once claimed what a real server contradicted.
#[test]
#[rustfmt::skip]
fn contradicted_by_a_server() {
    check(&[
        (r#"label_replace(changes(busy[5m]), "__name__", "$1", "instance", "(.*)")"#,
         r#"{__name__=~"api:1|api:2", gpu, instance=~"api:1|api:2", job="api"} | gauge | ? | [0, …) | 16"#),
        (r#"count_values without (job, instance) ("job", up)"#,
         r#"{} | gauge | ? | [1, 3] | ?"#),
        (r#"absent_over_time(busy{gpu!~"1",gpu="0"}[5m])"#,
         r#"{gpu?} | boolean | any | [1, 1] | 1"#),
        (r#"count_values without () ("job", limitk by (job) (1, up))"#,
         r#"{instance=~"api:1|api:2|web:1", job} | gauge | ? | [1, 2] | ?"#),
        ("clamp_min(memory_bytes, NaN)",
         "{instance=~\"api:1|api:2\", job=\"api\", state=~\"free|used\"} | gauge | bytes | [inf, …) or NaN | 4"),
        ("clamp(busy, Inf, NaN)",
         "{gpu, instance=~\"api:1|api:2\", job=\"api\"} | gauge | ratio | [inf, …) or NaN | 16"),
    ]);
}

/// What samples are, and what it means that a series is there, once claimed more than a real server kept.
#[test]
fn computed_values_are_of_another_kind() {
    let facts = |text: &str| {
        let inference = infer_with(text, &catalog(), Purpose::Query);
        (inference.facts().samples, inference.facts().condition)
    };
    let samples = |text: &str| facts(text).0;
    // A boolean stays one only where its values do.
    assert_eq!(facts("busy > bool 0.5"), (SampleKind::Boolean, Condition::Boolean));
    assert_eq!(facts("(busy > bool 0.5) * (busy < bool 0.9)"), (SampleKind::Boolean, Condition::Boolean));
    assert_eq!(facts("max_over_time((busy > bool 0.5)[5m:1m])"), (SampleKind::Boolean, Condition::Boolean));
    for text in [
        "cos(busy > bool 0.5)",
        "-(busy > bool 0.5)",
        "(busy > bool 0.5) * 3",
        "(busy > bool 0.5) - (busy < bool 0.9)",
        "busy * (busy > bool 0.5)",
        "clamp(busy > bool 0.5, 0, 0.3)",
        "round(busy > bool 0.5, 0.9)",
        "avg_over_time((busy > bool 0.5)[5m:1m])",
        "quantile_over_time(2, (busy > bool 0.5)[5m:1m])",
        "quantile(2, busy > bool 0.5)",
        "(busy > bool 0.5) * fill (7) (busy < bool 0.9)",
    ] {
        let (samples, condition) = facts(text);
        assert!(samples != SampleKind::Boolean && condition == Condition::Value, "{text}: {samples:?} {condition:?}");
    }
    assert_eq!(samples("(busy > bool 0.5) or vector(0)"), SampleKind::Boolean);
    assert_eq!(samples("(busy > bool 0.5) or vector(5)"), SampleKind::Gauge);
    assert_eq!(facts("vector(5) or (busy > bool 0.5)"), (SampleKind::Gauge, Condition::Value));
    assert_eq!(samples("requests_total or vector(0)"), SampleKind::Counter);
    assert_eq!(samples("requests_total or vector(-1)"), SampleKind::Mixed);
    assert_eq!(samples("scalar(absent(busy))"), SampleKind::Gauge);
    assert_eq!(samples("build_info or vector(0)"), SampleKind::Gauge);
    assert_eq!(samples("quantile_over_time(2, build_info[5m])"), SampleKind::Gauge);
    // Differences and sums of native histograms are native histograms.
    for text in ["delta(size_bytes[5m])", "idelta(size_bytes[5m])", "sum_over_time(size_bytes[5m])", "increase(size_bytes[5m])"] {
        assert_eq!(samples(text), SampleKind::NativeHistogram, "{text}");
    }
    assert_eq!(samples(r#"rate({__name__=~"size_bytes|requests_total"}[5m])"#), SampleKind::Mixed);
    assert_eq!(samples("size_bytes or vector(0)"), SampleKind::Mixed);
    assert_eq!(samples("size_bytes == fill (0) size_bytes"), SampleKind::Mixed);
    assert_eq!(samples("scalar(size_bytes)"), SampleKind::Gauge);
    // A counter below a bound is none.
    assert_eq!(samples("clamp_max(requests_total, -1)"), SampleKind::AggregatedCounter);
    assert_eq!(samples("clamp_max(requests_total, 5)"), SampleKind::Counter);
    // What falls counts as reset, and so what is added up knows no bound.
    let growth = infer_with("increase(temperature[5m])", &declared("temperature", -40.0, 120.0), Purpose::Query);
    assert_eq!(growth.facts().range.interval, Interval::ALL);
}

/// A catalog of one gauge with this range.
fn declared(name: &str, lo: f64, hi: f64) -> MapCatalog {
    let mut gauge = family(&job("api", &["api:1"]), name, MetricType::Gauge, &[]);
    gauge.range = Some(Interval::new(lo, hi));
    let mut catalog = MapCatalog::new(Completeness::Closed, Server::default());
    catalog.add_family(&gauge);
    catalog
}

/// A label of the target is one on all series of a target, or on none.
#[test]
fn labels_of_targets() {
    let mut catalog = MapCatalog::new(Completeness::Closed, Server::default());
    for (name, env) in [("api", None), ("web", Some("prod"))] {
        let mut job = job(name, &[&*format!("{name}:1")]);
        job.labels.extend(env.map(|env| ("env".into(), LabelDomain::closed([env]).of_target())));
        catalog.add_family(&family(&job, "load", MetricType::Gauge, &[]));
    }
    let of_target = |text: &str| {
        let inference = infer_with(text, &catalog, Purpose::Query);
        inference.facts().labels.get(&"env".into()).target
    };
    assert!(of_target("load"));
    assert!(of_target("load > 1"));
    assert!(!of_target("load or sum by (job, instance) (load)"));
    assert!(!of_target("load + on (job, instance) group_left () fill (0) sum by (job, instance) (load)"));
}

/// What identifies a series.
#[track_caller]
fn unique(text: &str) -> Option<Vec<String>> {
    let inference = infer_with(text, &catalog(), Purpose::Query);
    inference.facts().labels.unique().map(|names| names.iter().map(ToString::to_string).collect())
}

#[test]
fn what_identifies_a_series() {
    let some = |names: &[&str]| Some(names.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(unique("up"), some(&["instance", "job"]));
    assert_eq!(unique(r#"up{instance="web:1",job="web"}"#), some(&[]));
    assert_eq!(unique("sum by (job) (up)"), some(&["job"]));
    assert_eq!(unique("sum(up)"), some(&[]));
    assert_eq!(unique("topk by (job) (1, up)"), some(&["job"]));
    assert_eq!(unique("topk(2, up)"), some(&["instance", "job"]));
    assert_eq!(unique("busy * on (instance) group_left (version) build_info"), some(&["gpu", "instance"]));
    // Over time another series of the group, or another version, can take its place.
    assert_eq!(unique("max_over_time(topk by (job) (1, up)[1h:])"), None);
    assert_eq!(unique("max_over_time((busy * on (instance) group_left (version) build_info)[1h:])"), None);
    assert_eq!(unique(r#"label_replace(up, "instance", "x", "job", ".*")"#), None);
}
