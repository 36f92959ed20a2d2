//! `metric/invalid-name`

use crate::diagnostic::Severity;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Declared;
use crate::promql::Version;
use crate::promql::catalog::Catalog as _;
use crate::spec::metric::MetricType;

/// The rule.
pub const RULE: Rule = rule!(
    "metric/invalid-name",
    Error,
    "A metric or a label has a name that cannot be used",
    "invalid_name.md",
    Check::Metric(check)
);

/// The first version that takes any UTF-8 text as a name.
const TAKES_ANY: Version = Version(3, 0);

fn check(cx: &Context<'_>, declared: &Declared<'_>, findings: &mut Findings) {
    let server = cx.subject.catalog.server().version;
    let takes_any = server.is_none_or(|version| version >= TAKES_ANY);
    let name = declared.name;
    // Colons are for recorded series, but exporters use them too.
    if !is_plain(name, ":_") {
        let (severity, message) = match takes_any {
            _ if name.is_empty() => (Severity::Error, "a metric has no name".to_owned()),
            true => (Severity::Warning, format!("`{name}` must be quoted wherever it is used")),
            false => (Severity::Error, format!("`{name}` is not the name of a metric")),
        };
        let help = "use letters, digits and `_`, and no digit at the start";
        findings.push(RULE.weaker(severity, declared.span, message).help(help));
    }
    for (label, entry) in declared.metric.labels.iter() {
        let taken = match declared.metric.kind.value {
            MetricType::Histogram => label == "le",
            MetricType::Summary => label == "quantile",
            _ => false,
        };
        let (severity, message) = if taken {
            (Severity::Error, format!("`{label}` is the label that a {} adds itself", declared.metric.kind.value.word()))
        } else if label.starts_with("__") {
            (Severity::Error, format!("`{label}`: labels that begin with `__` are Prometheus' own"))
        } else if !is_plain(label, "_") {
            let severity = if takes_any && !label.is_empty() { Severity::Warning } else { Severity::Error };
            (severity, format!("`{label}` is not a name that queries can use without quotes"))
        } else {
            continue;
        };
        findings.push(RULE.weaker(severity, entry.key, message).help("give the label another name"));
    }
}

/// Letters, digits and some others; no digit at the start.
fn is_plain(name: &str, others: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}
