//! How long parsing takes. Run with `cargo test --release --test promql -- --ignored --nocapture speed`.

use std::time::{Duration, Instant};

use optiinfra_gen::promql::{Dialect, parse};

/// Shapes of expressions as rule files have them; `{}` makes each distinct.
const SHAPES: [&str; 5] = [
    "sum by (cluster, namespace, service) (rate(http_requests_total{job=\"api-{}\",status=~\"5..\"}[5m])) / \
     sum by (cluster, namespace, service) (rate(http_requests_total{job=\"api-{}\"}[5m])) > 0.05",
    "histogram_quantile(0.99, sum by (le, job) (rate(request_duration_seconds_bucket{job=~\"svc-{}|other\"}[10m]))) > 1.5",
    "(node_filesystem_avail_bytes{job=\"node-{}\",fstype!=\"\"} / node_filesystem_size_bytes{job=\"node-{}\",fstype!=\"\"} * 100 < 40 \
     and predict_linear(node_filesystem_avail_bytes{job=\"node-{}\",fstype!=\"\"}[6h], 24*60*60) < 0)",
    "kube_pod_status_phase{phase=~\"Pending|Unknown\",pod=\"p-{}\"} * on (namespace, pod) group_left (owner_kind) \
     topk by (namespace, pod) (1, max by (namespace, pod, owner_kind) (kube_pod_owner{owner_kind!=\"Job\"})) > 0",
    "up{job=\"exporter-{}\"} == 0 unless on (instance) maintenance_mode offset 5m == 1",
];

#[test]
#[ignore = "a measurement, of the optimized program only"]
fn a_hundred_thousand_rules_parse_in_less_than_a_second() {
    let texts: Vec<String> = (0..100_000).map(|n| SHAPES[n % SHAPES.len()].replace("{}", &n.to_string())).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    let begin = Instant::now();
    let errors: usize = texts.iter().map(|text| parse(text, Dialect::Prometheus).errors.len()).sum();
    let parsing = begin.elapsed();
    let trees: Vec<_> = texts.iter().map(|text| parse(text, Dialect::Prometheus).expr).collect();
    let begin = Instant::now();
    let printed: usize = trees.iter().map(|expr| expr.to_string().len()).sum();
    println!(
        "{} expressions, {bytes} bytes: parsed in {parsing:?}, printed ({printed} bytes) in {:?}",
        texts.len(),
        begin.elapsed()
    );
    assert_eq!(errors, 0);
    assert!(parsing < Duration::from_secs(1), "{parsing:?}");
}
