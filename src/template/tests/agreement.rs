//! What Go's own parser says of the same text.
//!
//! `testdata/go.jsonl` was written by `text/template/parse` of Go 1.26 with the functions of Prometheus and the four variables that
//! it declares before each text: a line has the text and either the error or the tree in the form of `dump`.

use super::dump::dump;
use crate::template::{Dialect, UseKind, inspect, parse, parse_as};

#[derive(serde::Deserialize)]
struct Case {
    text: String,
    tree: Option<String>,
    error: Option<String>,
}

#[test]
fn go_parses_the_same_texts_into_the_same_trees() {
    let mut trees = 0;
    for line in include_str!("../testdata/go.jsonl").lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        let parsed = parse(&case.text);
        let ours = parsed.errors.is_empty().then(|| dump(&parsed.template, &case.text));
        assert_eq!(ours, case.tree, "{:?}: Go says {:?}, errors are {:?}", case.text, case.error, parsed.errors);
        trees += usize::from(case.tree.is_some());
    }
    assert!(trees > 250);
}

#[test]
fn every_function_of_the_server_is_known() {
    for function in Dialect::PrometheusAlert.functions() {
        assert_eq!(parse(&format!("{{{{ {} }}}}", function.name)).errors, []);
    }
    let names: Vec<_> = Dialect::PrometheusAlert.functions().map(|function| function.name).collect();
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), names.len());
    assert_eq!(Dialect::PrometheusAlert.function("urlQueryEscape").unwrap().since, Some((3, 8)));
}

#[test]
fn notification_templates_have_their_own_functions_and_no_labels_variable() {
    let text = "{{ range .Alerts.Firing }}{{ .Labels.alertname | toUpper }}{{ .StartsAt | since | humanizeDuration }}{{ end }}";
    assert_eq!(parse_as(text, Dialect::Alertmanager).errors, []);
    assert_eq!(parse_as("{{ $labels.job }}", Dialect::Alertmanager).errors.len(), 1);
    assert_eq!(parse_as("{{ query \"up\" }}", Dialect::Alertmanager).errors.len(), 1);
    assert_eq!(parse_as("{{ template \"slack.text\" . }}{{ join \",\" .GroupLabels.Values }}", Dialect::Alertmanager).errors, []);
}

#[test]
fn alerts_of_grafana_have_values_and_no_external_labels() {
    let text = "{{ $values.A.Value | humanize }}{{ (removeLabels $labels \"pod\").job }}{{ .Values.B }}{{ .Labels.job }}";
    let parsed = parse_as(text, Dialect::GrafanaAlert);
    assert_eq!(parsed.errors, []);
    let inspected = inspect(&parsed.template, Dialect::GrafanaAlert);
    assert_eq!(inspected.failures, []);
    let names: Vec<_> = inspected.uses.iter().map(|found| (found.kind, found.name.as_deref())).collect();
    assert_eq!(names, [(UseKind::Label, None), (UseKind::Label, Some("job"))]);
    assert_eq!(parse_as("{{ $externalLabels.a }}", Dialect::GrafanaAlert).errors.len(), 1);
    let wrong = parse_as("{{ .ExternalURL }}", Dialect::GrafanaAlert);
    assert_eq!(inspect(&wrong.template, Dialect::GrafanaAlert).failures.len(), 1);
}
