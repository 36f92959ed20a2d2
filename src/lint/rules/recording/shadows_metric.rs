//! `recording/shadows-metric`

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::promql::catalog::{Catalog as _, Completeness};
use crate::source::Span;

/// The rule.
pub const RULE: Rule = rule!(
    "recording/shadows-metric",
    Error,
    "A recording rule has the name of a metric that is exposed",
    "shadows_metric.md",
    Check::Whole(check)
);

fn check(cx: &Context<'_>, findings: &mut Findings) {
    let recorded: BTreeSet<Span> = cx.subject.records.iter().map(|record| record.item.span).collect();
    for record in cx.subject.records {
        let variants = cx.subject.catalog.variants(&record.name);
        let exposed = variants.iter().find_map(|variant| variant.declared_at.filter(|span| !recorded.contains(span)));
        if let Some(span) = exposed {
            let message = format!("`{}` is also a metric that is exposed: queries get both", record.name);
            // A capture may be of another version than the one that these rules are for: that is what rules with the names of metrics do.
            let severity = match cx.subject.catalog.completeness() {
                Completeness::Closed => Severity::Error,
                Completeness::Open | Completeness::Nothing => Severity::Warning,
            };
            let diagnostic = RULE.weaker(severity, record.item.span, message).label(span, "the metric is declared here");
            findings.push_about(record.item.span, diagnostic.help("give the recorded series a name of its own, with colons"));
        }
    }
}
