//! A Go template, read and inspected as each server would.

use optiinfra_gen::template::{Dialect, TextSpan, inspect, parse_as};

/// The input is the template.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let inside = |span: TextSpan| assert!(text.get(span.start..span.end).is_some(), "{span:?} is no place in {text:?}");
    for dialect in [Dialect::PrometheusAlert, Dialect::GrafanaAlert, Dialect::Alertmanager] {
        let parsed = parse_as(&text, dialect);
        let inspected = inspect(&parsed.template, dialect);
        for error in parsed.errors.iter().chain(&inspected.failures) {
            inside(error.span);
            error.labels.iter().for_each(|label| inside(label.span));
            assert!(!error.message.is_empty());
        }
        for found in &inspected.uses {
            inside(found.span);
            inside(found.name_span);
            found.query.into_iter().for_each(inside);
        }
    }
}
