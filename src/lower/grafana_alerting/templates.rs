//! Labels and annotations from Prometheus' templates to Grafana's: both expand with the same code, but the value of an alert has another name.

use crate::diagnostic::Diagnostic;
use crate::lower::grafana_alerting::UNSUPPORTED;
use crate::spec::decode::Text;
use crate::template::{self, Dialect, TextSpan, UseKind};

/// The value of the query in Grafana's templates. `$value` is a text there that holds all values and labels.
const VALUE: &str = "$values.A.Value";

/// The value as a field of what a template gets.
const FIELDS: [&str; 2] = [".Value", "$.Value"];

/// The value as a variable.
const VARIABLE: &str = "$value";

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
    let mut places = variables(written);
    let before = diagnostics.len();
    for used in template::uses(&parsed.template) {
        match used.kind {
            UseKind::Value if FIELDS.contains(&used.span.of(written)) => places.push(used.span),
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
    if !errors.is_empty() && diagnostics.len() == before {
        let message = format!("Grafana cannot expand this text of `{alert}`");
        diagnostics.push(
            Diagnostic::error(UNSUPPORTED, text.span, message)
                .help("use what both servers know: $labels, $value and their functions"),
        );
    }
    translated
}

/// Where the actions of a template without errors name the value; what stands in strings and comments is no name.
fn variables(text: &str) -> Vec<TextSpan> {
    let mut found = Vec::new();
    let mut rest = text.char_indices().peekable();
    let mut inside = false;
    while let Some((at, c)) = rest.next() {
        let here = text.get(at..).unwrap_or_default();
        match c {
            '{' if !inside && here.starts_with("{{") => inside = true,
            '}' if inside && here.starts_with("}}") => inside = false,
            '"' | '\'' | '`' if inside => {
                // To the end of the string; a backslash takes the next character with it, but for raw strings.
                while let Some((_, next)) = rest.next() {
                    if next == '\\' && c != '`' {
                        rest.next();
                    } else if next == c {
                        break;
                    }
                }
            }
            '/' if inside && here.starts_with("/*") => {
                let end = here.find("*/").map_or(text.len(), |end| at + end + 2);
                while rest.next_if(|(next, _)| *next < end).is_some() {}
            }
            '$' if inside && here.starts_with(VARIABLE) => {
                let end = at + VARIABLE.len();
                let next = text.get(end..).and_then(|after| after.chars().next());
                if next.is_none_or(|next| !next.is_alphanumeric() && next != '_') {
                    found.push(TextSpan::new(at, end));
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<usize> {
        variables(text).iter().map(|span| span.start).collect()
    }

    #[test]
    fn names_of_the_value_are_found_in_actions_alone() {
        assert_eq!(found("$value {{ $value }} {{$value|humanize}} $value"), [10, 22]);
        assert_eq!(found("{{ $values }}{{ $value2 }}{{ $valué }}{{ $value_ }}"), [0usize; 0]);
        assert_eq!(found(r#"{{ printf "$value \" $value" $value }}"#), [29]);
        assert_eq!(found("{{ `$value \\` }}{{ $value }}"), [19]);
        assert_eq!(found("{{/* $value */}}{{ '$' }}{{ $value.x }}"), [28]);
        assert_eq!(found("{{ \""), [0usize; 0]);
    }
}
