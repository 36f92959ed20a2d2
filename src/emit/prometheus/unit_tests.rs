//! Files of promtool's unit tests.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::emit::yaml;
use crate::plan::prometheus::{UnitTest, UnitTestFile};
use crate::prove::{Check, Expected};
use crate::spec::quantity::Duration;

#[derive(Serialize)]
struct File<'p> {
    rule_files: &'p [String],
    evaluation_interval: String,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    group_eval_order: &'p [String],
    tests: Vec<Test<'p>>,
}

#[derive(Serialize)]
struct Test<'p> {
    name: &'p str,
    interval: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    external_labels: &'p BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    input_series: Vec<Series<'p>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alert_rule_test: Vec<AlertTest<'p>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    promql_expr_test: Vec<QueryTest>,
}

#[derive(Serialize)]
struct Series<'p> {
    series: &'p str,
    values: &'p str,
}

#[derive(Serialize)]
struct AlertTest<'p> {
    eval_time: String,
    alertname: &'p str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exp_alerts: Vec<Alert<'p>>,
}

#[derive(Serialize)]
struct Alert<'p> {
    exp_labels: &'p BTreeMap<String, String>,
    exp_annotations: &'p BTreeMap<String, String>,
}

#[derive(Serialize)]
struct QueryTest {
    expr: String,
    eval_time: String,
    exp_samples: Vec<Sample>,
}

#[derive(Serialize)]
struct Sample {
    labels: String,
    value: u8,
}

/// A file of unit tests.
pub(super) fn yaml(file: &UnitTestFile) -> Vec<u8> {
    yaml::to_yaml(&File {
        rule_files: &file.rule_files,
        evaluation_interval: time(file.step),
        group_eval_order: &file.group_order,
        tests: file.tests.iter().map(|(alert, test)| self::test(alert, test, file)).collect(),
    })
}

fn time(millis: i64) -> String {
    Duration::from_millis(millis).to_string()
}

fn test<'p>(alert: &'p str, test: &'p UnitTest, file: &'p UnitTestFile) -> Test<'p> {
    let (known, unknown): (Vec<&Check>, Vec<&Check>) =
        test.checks.iter().partition(|check| !check.any && check.alerts.iter().all(|alert| alert.annotations.is_some()));
    Test {
        name: &test.name,
        interval: time(test.step),
        external_labels: &file.external_labels,
        input_series: test.series.iter().map(|(series, values)| Series { series, values }).collect(),
        alert_rule_test: known
            .into_iter()
            .map(|check| AlertTest {
                eval_time: time(check.at),
                alertname: alert,
                exp_alerts: check
                    .alerts
                    .iter()
                    .filter_map(|one| Some(Alert { exp_labels: &one.labels, exp_annotations: one.annotations.as_ref()? }))
                    .collect(),
            })
            .collect(),
        promql_expr_test: unknown.into_iter().map(|check| query(alert, check)).collect(),
    }
}

/// Asks for the series that Prometheus makes of alerts that fire, where their texts are not known.
fn query(alert: &str, check: &Check) -> QueryTest {
    let firing = format!("ALERTS{{alertname=\"{alert}\",alertstate=\"firing\"}}");
    let eval_time = time(check.at);
    if check.any {
        let one = vec![Sample { labels: "{}".to_owned(), value: 1 }];
        return QueryTest { expr: format!("group({firing})"), eval_time, exp_samples: one };
    }
    let exp_samples = check.alerts.iter().map(|one| Sample { labels: series(alert, one), value: 1 }).collect();
    QueryTest { expr: firing, eval_time, exp_samples }
}

/// The series that Prometheus makes of an alert that fires.
fn series(alert: &str, expected: &Expected) -> String {
    let own = [("alertname", alert), ("alertstate", "firing")].into_iter();
    let labels = own.chain(expected.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let quoted = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let labels: Vec<String> = labels.map(|(name, value)| format!("{name}=\"{}\"", quoted(value))).collect();
    format!("ALERTS{{{}}}", labels.join(","))
}
