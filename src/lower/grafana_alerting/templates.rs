//! Labels and annotations from Prometheus' templates to Grafana's: both expand with the same code, but the value of an alert has another name.

use crate::diagnostic::Diagnostic;
use crate::lower::grafana_alerting::UNSUPPORTED;
use crate::spec::decode::Text;
use crate::template::{self, Dialect, UseKind};

/// The value of the query in Grafana's templates. `$value` is a text there that holds all values and labels.
const VALUE: &str = "$values.A.Value";

/// The ways in which a template names the value of its alert.
const OWN_VALUE: [&str; 3] = ["$value", ".Value", "$.Value"];

/// The text as Grafana expands it.
pub(super) fn translate(text: &Text, alert: &str, diagnostics: &mut Vec<Diagnostic>) -> String {
    let written = text.value.trim_end();
    if !written.contains("{{") {
        return written.to_owned();
    }
    let parsed = template::parse(written);
    if !parsed.errors.is_empty() {
        // What the template says is wrong is reported where templates are looked at.
        return written.to_owned();
    }
    let mut places = Vec::new();
    for used in template::uses(&parsed.template) {
        match used.kind {
            UseKind::Value if OWN_VALUE.contains(&used.span.of(written)) => places.push(used.span),
            UseKind::ExternalLabel | UseKind::ExternalUrl | UseKind::Query => {
                let what = used.span.of(written);
                let message = format!("Grafana knows no `{what}` in the templates of `{alert}`");
                diagnostics.push(
                    Diagnostic::error(UNSUPPORTED, text.span, message).help("write the value itself, or use `via: alertmanager`"),
                );
            }
            _ => {}
        }
    }
    places.sort();
    places.dedup();
    let mut translated = String::with_capacity(written.len());
    let mut done = 0;
    for place in places {
        if place.start < done {
            continue;
        }
        translated.push_str(written.get(done..place.start).unwrap_or_default());
        translated.push_str(VALUE);
        done = place.end;
    }
    translated.push_str(written.get(done..).unwrap_or_default());
    let errors = template::parse_as(&translated, Dialect::GrafanaAlert).errors;
    if !errors.is_empty() {
        let message = format!("Grafana cannot expand this text of `{alert}`");
        diagnostics.push(
            Diagnostic::error(UNSUPPORTED, text.span, message)
                .help("use what both servers know: $labels, $value and their functions"),
        );
    }
    translated
}
