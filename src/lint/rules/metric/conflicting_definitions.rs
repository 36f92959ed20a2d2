//! `metric/conflicting-definitions`

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Check, Rule, rule};
use crate::lint::subject::Stack;
use crate::model::job::{DeclaredBy, Exposed, Job};
use crate::spec::metric::MetricType;

/// The rule.
pub const RULE: Rule = rule!(
    "metric/conflicting-definitions",
    Error,
    "A metric is declared in two ways that cannot both be right",
    "conflicting_definitions.md",
    Check::Stack(check)
);

fn check(_: &Context<'_>, stack: &Stack<'_>, findings: &mut Findings) {
    let mut seen: BTreeMap<&str, Vec<(&Job, &Exposed)>> = BTreeMap::new();
    for job in stack.jobs {
        for (name, exposed) in &job.exposes {
            seen.entry(name).or_default().push((job, exposed));
            report_taken(job, name, exposed, findings);
        }
    }
    for (name, all) in seen {
        let Some(((_, first), others)) = all.split_first() else { continue };
        for (_, other) in others {
            let (spoken, earlier) = if other.by == DeclaredBy::Spec { (other, first) } else { (first, other) };
            if spoken.by != DeclaredBy::Spec || spoken.declared == earlier.declared {
                continue;
            }
            if let Some(diagnostic) = conflict(name, spoken, earlier) {
                findings.push_about(spoken.declared, diagnostic);
            }
        }
    }
}

fn conflict(name: &str, spoken: &Exposed, earlier: &Exposed) -> Option<Diagnostic> {
    let (a, b) = (&spoken.metric, &earlier.metric);
    let (kind, other) = (a.kind.value, b.kind.value);
    // What a pack says is not the user's to change, and queries mostly choose one of the two by its job.
    let severity = if earlier.by == DeclaredBy::Spec { Severity::Error } else { Severity::Warning };
    let unknown = kind == MetricType::Unknown || other == MetricType::Unknown;
    if kind != other && !unknown {
        let message = format!("`{name}` is a {} here and a {} elsewhere", kind.word(), other.word());
        let diagnostic =
            RULE.weaker(severity, a.kind.span, message).label(b.kind.span, format!("declared as a {} here", other.word()));
        return Some(diagnostic.help("give one of them another name: a query reads both"));
    }
    if let (Some(unit), Some(other)) = (&a.unit, &b.unit)
        && !unit.value.same(&other.value)
    {
        let message = format!("`{name}` is in {} here and in {} elsewhere", unit.value, other.value);
        let diagnostic = RULE.weaker(severity, unit.span, message).label(other.span, format!("declared in {} here", other.value));
        return Some(diagnostic.help("let both expose the same unit: a query reads both"));
    }
    if let (Some(buckets), Some(other)) = (&a.buckets, &b.buckets) {
        let bounds =
            |all: &[crate::spec::decode::Spanned<f64>]| all.iter().map(|bound| bound.value.to_bits()).collect::<Vec<_>>();
        if earlier.by == DeclaredBy::Spec && bounds(&buckets.value) != bounds(&other.value) {
            let message = format!("the histogram `{name}` has other buckets here than elsewhere: their sum makes no sense");
            let diagnostic = RULE.weaker(Severity::Warning, buckets.span, message).label(other.span, "other buckets here");
            return Some(diagnostic.help("use the same buckets everywhere"));
        }
    }
    None
}

/// A metric with the name of a series that another metric of the same target has.
fn report_taken(job: &Job, name: &str, exposed: &Exposed, findings: &mut Findings) {
    if exposed.by != DeclaredBy::Spec {
        return;
    }
    for suffix in ["_bucket", "_sum", "_count"] {
        let Some(stem) = name.strip_suffix(suffix) else { continue };
        let Some(other) = job.exposes.get(stem) else { continue };
        let has_it = match other.metric.kind.value {
            MetricType::Histogram => true,
            MetricType::Summary => suffix != "_bucket",
            _ => false,
        };
        if has_it {
            let kind = other.metric.kind.value.word();
            let message = format!("`{name}` is also a series of the {kind} `{stem}`");
            let diagnostic = RULE.at(exposed.declared, message).label(other.declared, format!("the {kind} is declared here"));
            findings.push_about(exposed.declared, diagnostic.help("take it out, or give it another name"));
        }
    }
}
