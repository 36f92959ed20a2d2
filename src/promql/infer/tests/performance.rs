use std::time::Instant;

use super::*;

/// Distinct expressions of the shapes that rules and panels have.
fn expressions(count: usize) -> Vec<String> {
    (0..count)
        .map(|n| {
            let (window, threshold) = (1 + n % 59, n);
            match n % 8 {
                0 => format!(r#"up{{job="api",instance!="x{n}"}} == 0"#),
                1 => format!("sum by (job, method) (rate(requests_total{{status=~\"5..\"}}[{window}m])) > {threshold}"),
                2 => format!(
                    "sum by (job) (rate(requests_total{{status=~\"5..\"}}[{window}m])) / sum by (job) (rate(requests_total[{window}m])) > 0.{n}"
                ),
                3 => format!(
                    "histogram_quantile(0.95, sum by (job, le) (rate(latency_seconds_bucket{{method=\"GET\"}}[{window}m]))) > 0.{n}"
                ),
                4 => format!("memory_bytes{{state=\"used\"}} / ignoring (state) memory_bytes{{state=\"free\"}} > {threshold}"),
                5 => format!("avg_over_time(busy{{gpu=~\"{n}|a\"}}[{window}m]) > 0.9 and on (job, instance) up == 1"),
                6 => format!("(time() - start_time_seconds) / 3600 > {threshold} unless on (job) absent(up{{job=\"n{n}\"}})"),
                _ => format!("100 * (1 - sum(rate(requests_total{{job=\"api\",status!~\"5..\"}}[{window}m])) / sum(rate(requests_total[{window}m]))) > {threshold}"),
            }
        })
        .collect()
}

/// Parses and infers a few thousand expressions; with more in the environment of a release build it is the benchmark.
#[test]
fn many_distinct_expressions() {
    let count = option_env!("OPTIINFRA_EXPRESSIONS").and_then(|count| count.parse().ok()).unwrap_or(2000);
    let catalog = catalog();
    let texts = expressions(count);
    let context = Context::default();
    let start = Instant::now();
    let parsed: Vec<_> = texts.iter().map(|text| parse(text, Dialect::Prometheus)).collect();
    let parsing = start.elapsed();
    assert!(parsed.iter().all(|parsed| parsed.errors.is_empty()));
    let start = Instant::now();
    let mut nodes = 0;
    for parsed in &parsed {
        nodes += infer(&parsed.expr, &catalog, &context).nodes.len();
    }
    let inference = start.elapsed();
    println!("{count} expressions, {nodes} nodes: parsed in {parsing:?}, inferred in {inference:?}");
    assert!(nodes > 5 * count);
}
