//! How findings say facts: which labels a metric has and where it is declared, what drops a label, where a unit comes from.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::subject::Use;
use crate::promql::catalog::{Presence, SeriesRole, Values, Variant};
use crate::promql::infer::{Cause, Interval, LabelFact, METRIC_NAME, Reason};
use crate::source::Span;
use crate::spec::quantity::Duration;

/// More names than these are not listed.
const MOST: usize = 10;

/// At most this many declarations are shown.
const MOST_PLACES: usize = 3;

/// `a, b and c`; of many the first ones and how many more there are.
pub fn list<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let names: Vec<S> = names.into_iter().collect();
    let shown: Vec<&str> = names.iter().take(MOST).map(AsRef::as_ref).collect();
    if names.len() > MOST {
        return format!("{} and {} more", shown.join(", "), names.len() - MOST);
    }
    match shown.split_last() {
        None => "none".to_owned(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// `` `a`, `b` and `c` ``.
pub fn quoted<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    list(names.into_iter().map(|name| format!("`{}`", name.as_ref())))
}

/// The name of the series of a variant: that of its family with the suffix of its role.
pub fn series_name(variant: &Variant) -> String {
    let suffix = match variant.role {
        SeriesRole::Bucket => "_bucket",
        SeriesRole::Sum => "_sum",
        SeriesRole::Count => "_count",
        SeriesRole::Created => "_created",
        SeriesRole::Value | SeriesRole::QuantileValue | SeriesRole::NativeHistogram => "",
    };
    format!("{}{suffix}", variant.family)
}

/// "declared here with endpoint, method and status".
pub fn declared_with(variant: &Variant) -> String {
    let names = |target: bool| {
        variant
            .labels
            .iter()
            .filter(move |(name, domain)| {
                domain.target == target && domain.presence != Presence::Absent && **name != *METRIC_NAME
            })
            .map(|(name, _)| name.clone())
    };
    let (own, of_target) = (list(names(false)), list(names(true)));
    match (own.as_str(), of_target.as_str()) {
        ("none", "none") => "declared here without labels".to_owned(),
        ("none", of_target) => format!("declared here without labels; its targets add {of_target}"),
        (own, "none") => format!("declared here with {own}"),
        (own, of_target) => format!("declared here with {own}; its targets add {of_target}"),
    }
}

/// Adds the places where metrics are declared, each with what `say` says of it.
pub fn declarations(mut diagnostic: Diagnostic, variants: &[Arc<Variant>], say: impl Fn(&Variant) -> String) -> Diagnostic {
    let mut shown: Vec<Span> = Vec::new();
    for variant in variants {
        let Some(span) = variant.declared_at else { continue };
        if shown.len() < MOST_PLACES && !shown.contains(&span) {
            shown.push(span);
            diagnostic = diagnostic.label(span, say(variant));
        }
    }
    diagnostic
}

/// The names of all labels that some variant has, sorted.
pub fn labels_of(variants: &[Arc<Variant>]) -> Vec<&str> {
    let mut names: Vec<&str> = variants
        .iter()
        .flat_map(|variant| variant.labels.iter())
        .filter(|(name, domain)| domain.presence != Presence::Absent && **name != *METRIC_NAME)
        .map(|(name, _)| &**name)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Why a label is not there, with the place that makes it so.
pub fn why_absent(cx: &Context<'_>, used: &Use<'_>, label: &str, reason: &Reason) -> Option<(Span, String)> {
    let here = || cx.place(used, reason.span);
    let said = match &reason.cause {
        Cause::NotDeclared(variant) | Cause::Declared(variant) => {
            return Some((variant.declared_at?, format!("`{}` is {}", series_name(variant), declared_with(variant))));
        }
        Cause::Grouping(op) => format!("this `{}` drops `{label}`", op.name()),
        Cause::Without(op) => format!("this `{}` takes `{label}` out", op.name()),
        Cause::Aggregation(op) => format!("this `{}` has no `{label}`", op.name()),
        Cause::Function(name) => format!("`{name}` gives no `{label}`"),
        Cause::On => format!("the match keeps the labels of its `on`, `{label}` is not among them"),
        Cause::Ignoring => format!("the match drops `{label}`, which it ignores"),
        Cause::Matcher => format!("the matcher admits only series without `{label}`"),
        Cause::NameDropped => "this drops the metric's name".to_owned(),
        Cause::Operator(op) | Cause::Comparison(op) => format!("`{}` gives no `{label}`", op.symbol()),
        Cause::Literal => "a number has no labels".to_owned(),
        Cause::Group
        | Cause::MetricName
        | Cause::UnknownMetric
        | Cause::Hidden
        | Cause::NoSeries
        | Cause::NoMatch
        | Cause::Union
        | Cause::Fill => return None,
    };
    Some((here(), said))
}

/// Where a unit or a range of values comes from, with `what` it is.
pub fn why_value(cx: &Context<'_>, used: &Use<'_>, what: &str, reason: &Reason) -> (Span, String) {
    let here = cx.place(used, reason.span);
    match &reason.cause {
        Cause::Declared(variant) | Cause::NotDeclared(variant) => match variant.declared_at {
            Some(span) => (span, format!("`{}` is declared here: {what}", series_name(variant))),
            None => (here, format!("`{}`: {what}", series_name(variant))),
        },
        Cause::Function(name) => (here, format!("`{name}` gives {what}")),
        Cause::Aggregation(op) => (here, format!("`{}` gives {what}", op.name())),
        _ => (here, format!("this is {what}")),
    }
}

/// Adds a fact with its place, unless it would stand where the finding itself does and say nothing new.
pub fn add(diagnostic: Diagnostic, fact: Option<(Span, String)>) -> Diagnostic {
    match fact {
        Some((span, message)) => diagnostic.label(span, message),
        None => diagnostic,
    }
}

/// What a label's values are: `one of GET and POST`, `a value like [0-9]+`.
pub fn values(values: &Values) -> String {
    match values {
        Values::Any => "anything".to_owned(),
        Values::Pattern(pattern) => format!("a value like `{}`", pattern.source()),
        Values::Closed(list) => match &**list {
            [] => "nothing".to_owned(),
            [only] => format!("`{only}`"),
            all => format!("one of {}", self::list(all.iter().map(|value| format!("`{value}`")))),
        },
    }
}

/// What is known of a label of one side of a match: `` `job` is `api` ``.
pub fn label_fact(fact: &LabelFact) -> String {
    match fact.presence {
        Presence::Absent => format!("there is no `{}`", fact.name),
        Presence::Present if fact.values == Values::Any => format!("every series has a `{}`", fact.name),
        Presence::Present => format!("`{}` is {}", fact.name, values(&fact.values)),
        Presence::Perhaps => format!("`{}` may be {}", fact.name, values(&fact.values)),
    }
}

/// Seconds as Prometheus writes them: `1m30s`.
pub fn seconds(seconds: f64) -> String {
    let millis = (seconds * 1000.0).round();
    if millis.is_finite() && millis.abs() < 1e15 {
        Duration::from_millis(millis as i64).to_string()
    } else {
        format!("{seconds}s")
    }
}

/// What an interval of values is: `never above 1`, `at least 0`, `from 0 to 1`.
pub fn interval(interval: &Interval) -> String {
    match (interval.is_unbounded_below(), interval.is_unbounded_above()) {
        _ if interval.lo.to_bits() == interval.hi.to_bits() => format!("always {}", interval.lo),
        (true, true) => "any number".to_owned(),
        (false, true) if interval.lo_open => format!("greater than {}", interval.lo),
        (false, true) => format!("at least {}", interval.lo),
        (true, false) if interval.hi_open => format!("less than {}", interval.hi),
        (true, false) => format!("at most {}", interval.hi),
        (false, false) => format!("from {} to {}", interval.lo, interval.hi),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        assert_eq!(list(Vec::<&str>::new()), "none");
        assert_eq!(list(["a"]), "a");
        assert_eq!(list(["a", "b"]), "a and b");
        assert_eq!(quoted(["a", "b", "c"]), "`a`, `b` and `c`");
        let many: Vec<String> = (0..12).map(|n| n.to_string()).collect();
        assert_eq!(list(many), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more");
    }

    #[test]
    fn numbers() {
        assert_eq!(seconds(90.0), "1m30s");
        assert_eq!(seconds(f64::INFINITY), "infs");
        assert_eq!(interval(&Interval::new(0.0, 1.0)), "from 0 to 1");
        assert_eq!(interval(&Interval::non_negative()), "at least 0");
        assert_eq!(interval(&Interval::exactly(3.0)), "always 3");
        assert_eq!(interval(&Interval::ALL), "any number");
    }
}
