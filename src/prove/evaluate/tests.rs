use super::*;
use crate::promql::{self, Dialect};

/// Labels and samples.
type Written<'t> = (&'t [(&'t str, &'t str)], &'t [f64]);

fn store(step: i64, series: &[Written<'_>]) -> Store {
    let mut store = Store::new(step);
    for (labels, samples) in series {
        let labels = labels.iter().map(|(name, value)| (Name::from(*name), Name::from(*value))).collect();
        store.add(Series { labels, samples: samples.iter().map(|value| Sample::Value(*value)).collect() });
    }
    store
}

fn values(store: &Store, left_open: bool, text: &str, ts: i64) -> Result<Vec<f64>, Refusal> {
    let expr = promql::parse(text, Dialect::Prometheus).expr;
    match (Evaluator { store, left_open }).at(&expr, ts)? {
        Value::Vector(points) => Ok(points.iter().map(|point| point.value).collect()),
        Value::Scalar(value) => Ok(vec![value]),
        Value::Text(_) => Ok(Vec::new()),
    }
}

#[test]
fn ranges_leave_out_their_left_border_from_version_3_on() {
    let store = store(60_000, &[(&[(NAME, "x")], &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0])]);
    assert_eq!(values(&store, true, "count_over_time(x[5m])", 300_000), Ok(vec![5.0]));
    assert_eq!(values(&store, false, "count_over_time(x[5m])", 300_000), Ok(vec![6.0]));
    assert_eq!(values(&store, false, "increase(x[5m])", 300_000), Ok(vec![5.0]));
    // Extrapolated by 240/180, which no float is: the last digits are those of the server.
    assert_eq!(values(&store, true, "rate(x[4m])", 300_000), Ok(vec![3.0 * ((180.0 + 60.0) / 180.0 / 240.0)]));
    assert_eq!(values(&store, true, "x", 600_000), Ok(vec![]));
    assert_eq!(values(&store, false, "x", 600_000), Ok(vec![5.0]));
}

#[test]
fn operators_match_and_filter() {
    let store = store(
        60_000,
        &[
            (&[(NAME, "a"), ("job", "x"), ("mode", "1")], &[1.0]),
            (&[(NAME, "a"), ("job", "x"), ("mode", "2")], &[3.0]),
            (&[(NAME, "b"), ("job", "x"), ("version", "7")], &[2.0]),
        ],
    );
    let on = |text: &str| values(&store, true, text, 0);
    assert_eq!(on("a * on (job) group_left (version) b"), Ok(vec![2.0, 6.0]));
    assert_eq!(on("sum by (job) (a) / on (job) b"), Ok(vec![2.0]));
    assert_eq!(on("a > 2"), Ok(vec![3.0]));
    assert_eq!(on("a > bool 2"), Ok(vec![0.0, 1.0]));
    assert_eq!(on("a and on (job) b"), Ok(vec![1.0, 3.0]));
    assert_eq!(on("a unless on (job) b"), Ok(vec![]));
    assert_eq!(on("absent(c{job=\"x\"}) or a"), Ok(vec![1.0, 1.0, 3.0]));
    assert_eq!(on("count(a) + 1"), Ok(vec![3.0]));
    assert!(on("a / on (job) b").is_err());
    assert!(on("mystery(a)").is_err());
}

#[test]
fn quantiles_of_histograms() {
    let bucket = |le: &'static str, count: f64| -> ([(&'static str, &'static str); 2], [f64; 1]) {
        ([(NAME, "h_bucket"), ("le", le)], [count])
    };
    let all = [bucket("1", 0.0), bucket("2", 95.0), bucket("4", 100.0), bucket("+Inf", 100.0)];
    let series: Vec<Written<'_>> = all.iter().map(|(labels, samples)| (&labels[..], &samples[..])).collect();
    let store = store(60_000, &series);
    assert_eq!(values(&store, true, "histogram_quantile(0.95, h_bucket)", 0), Ok(vec![2.0]));
    assert_eq!(values(&store, true, "histogram_quantile(0.5, h_bucket)", 0), Ok(vec![1.0 + 47.5_f64.mul_add(0.0, 50.0) / 95.0]));
}
