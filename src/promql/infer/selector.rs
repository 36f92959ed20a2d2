//! Selectors: which variants of a metric the matchers admit, and what is known of their series.

use std::collections::BTreeMap;
use std::sync::Arc;

use smallvec::SmallVec;

use super::events::EventKind;
use super::facts::{Cause, Condition, Facts, MetricUse, RangeFact, Reason, SampleKind, UnitFact, UnitKnowledge};
use super::labels::{LabelFact, LabelSet, Labels, METRIC_NAME, metric_name};
use super::matchers::Test;
use super::notes::Notes;
use super::range::Interval;
use super::regexes;
use crate::promql::ast::{ValueType, VectorSelector};
use crate::promql::catalog::{Completeness, MetricType, Name, Pattern, Presence, SeriesRole, Status, Values, Variant};
use crate::promql::operators::MatchOp;
use crate::promql::span::Span;

/// More names than this behind one selector are not looked at one by one.
const MOST_NAMES: usize = 64;

/// The metrics that a selector names.
enum Names<'a> {
    /// One name.
    One(&'a str),
    /// All of them, from a closed catalog.
    Several(Vec<Name>),
    /// A variable, or no name at all.
    Hidden,
}

/// What a selector returns.
pub(super) fn facts(notes: &mut Notes<'_>, selector: &VectorSelector, span: Span, under_absent: bool) -> Facts {
    let context = notes.context;
    let tests: SmallVec<[Test<'_>; 4]> = selector.matchers.iter().filter_map(|matcher| Test::new(matcher, context)).collect();
    for test in &tests {
        regexes::check(notes, test);
    }
    let name_span = selector.name_span().unwrap_or(span);
    let wanted = names(notes, selector, &tests);
    let catalog = notes.catalog;
    let names: SmallVec<[Name; 1]> = match &wanted {
        Names::One(name) => SmallVec::from_iter([Name::from(*name)]),
        Names::Several(all) => all.iter().filter(|name| !catalog.variants(name).is_empty()).cloned().collect(),
        Names::Hidden => SmallVec::new(),
    };
    let candidates: Candidates<'_> = names
        .iter()
        .enumerate()
        .flat_map(|(index, name)| catalog.variants(name).iter().map(move |variant| (index, variant)))
        .collect();
    let contradiction = contradiction(notes, &tests);
    if candidates.is_empty() {
        let facts = unknown(notes, &wanted, &tests, span, name_span, under_absent);
        return empty_if(facts, contradiction);
    }
    let admitted = admitted(notes, &tests, &candidates, contradiction.is_some());
    for (index, name) in names.iter().enumerate() {
        let of_name = admitted.iter().filter(|(mine, _)| *mine == index);
        let variants: Vec<Arc<Variant>> = of_name.map(|(_, variant)| Arc::clone(variant)).collect();
        statuses(notes, name, name_span, &variants);
        notes.metrics.push(MetricUse { node: notes.node, name: name.clone(), span: name_span, variants });
    }
    let nothing = (admitted.is_empty() && contradiction.is_none()).then(|| Reason::new(span, Cause::NoSeries));
    let used = if admitted.is_empty() { &candidates } else { &admitted };
    let mut facts = known(&names, used, span, name_span);
    // A matcher whose label or value a variable hides only takes series away; no label appears or vanishes for certain.
    let labels = Arc::make_mut(&mut facts.labels);
    narrow(labels, &tests, METRIC_NAME);
    identify(labels, used);
    facts.bound = bound(labels, used);
    empty_if(facts, contradiction.or(nothing))
}

/// Variants, each with the index of the name that it was found under.
type Candidates<'a> = SmallVec<[(usize, &'a Arc<Variant>); 4]>;

fn empty_if(mut facts: Facts, reason: Option<Reason>) -> Facts {
    if reason.is_some() {
        facts.empty = reason;
    }
    facts
}

fn names<'a>(notes: &Notes<'_>, selector: &'a VectorSelector, tests: &[Test<'_>]) -> Names<'a> {
    if let Some(name) = selector.metric_name() {
        return Names::One(name);
    }
    let of_name = tests.iter().find(|test| test.label == METRIC_NAME && test.matcher.op == MatchOp::Regex);
    let (Some(pattern), None, Completeness::Closed) =
        (of_name.and_then(Test::pattern), &selector.name, notes.catalog.completeness())
    else {
        return Names::Hidden;
    };
    matching_names(notes, pattern).map_or(Names::Hidden, Names::Several)
}

fn matching_names(notes: &Notes<'_>, pattern: &Pattern) -> Option<Vec<Name>> {
    if let Some(literals) = pattern.literals() {
        return Some(literals.to_vec());
    }
    let mut found = Vec::new();
    for name in notes.catalog.names() {
        if pattern.is_match(name)? {
            found.push(Name::from(name));
        }
        if found.len() > MOST_NAMES {
            return None;
        }
    }
    Some(found)
}

/// Two matchers on one label that exclude each other, whatever is declared.
fn contradiction(notes: &mut Notes<'_>, tests: &[Test<'_>]) -> Option<Reason> {
    /// What the matchers on a label leave of it so far, `None` once they exclude each other, and where the last of them is.
    struct Left {
        fact: Option<LabelFact>,
        last: Span,
    }
    let alone = |index: usize, test: &Test<'_>| tests[..index].iter().all(|before| before.label != test.label);
    if tests.iter().enumerate().all(|(index, test)| alone(index, test)) {
        return None;
    }
    let mut found = None;
    let mut labels: BTreeMap<&str, Left> = BTreeMap::new();
    for test in tests {
        let second = test.matcher.span();
        let mut is_first = false;
        let left = labels.entry(test.label).or_insert_with(|| {
            is_first = true;
            let fact = LabelFact::unknown(test.label.into(), Reason::new(Span::default(), Cause::Matcher));
            Left { fact: Some(fact), last: second }
        });
        let first = std::mem::replace(&mut left.last, second);
        let passes = left.fact.as_mut().is_none_or(|fact| test.narrow(fact));
        if !passes {
            left.fact = None;
            // A matcher that nothing can pass by itself contradicts no other.
            if !is_first {
                notes.event(second, EventKind::ContradictoryMatchers { label: test.label.into(), first, second });
                found = Some(Reason::new(second, Cause::NoSeries));
            }
        }
    }
    found
}

/// The variants that all matchers admit. A matcher that leaves none is reported and then passed over.
fn admitted<'a>(
    notes: &mut Notes<'_>,
    tests: &[Test<'_>],
    candidates: &[(usize, &'a Arc<Variant>)],
    contradicted: bool,
) -> Candidates<'a> {
    let mut alive: Candidates<'_> = candidates.iter().copied().collect();
    let mut nothing = false;
    let is_target = |test: &Test<'_>| matches!(test.label, "job" | "instance");
    // Which targets are meant decides which labels there are, so those come first.
    let ordered = tests.iter().filter(|test| is_target(test)).chain(tests.iter().filter(|test| !is_target(test)));
    for test in ordered.filter(|test| test.label != METRIC_NAME) {
        let admits = |variant: &Variant| match variant.label(test.label) {
            Some(domain) => test.admits_domain(domain),
            None => variant.open_labels || test.admits_empty(),
        };
        if alive.iter().all(|(_, variant)| admits(variant)) {
            continue;
        }
        let left: Candidates<'_> = alive.iter().filter(|(_, variant)| admits(variant)).copied().collect();
        if left.is_empty() {
            nothing = true;
            if !contradicted {
                refused(notes, test, &alive);
            }
        } else {
            alive = left;
        }
    }
    if nothing { Candidates::new() } else { alive }
}

/// Says why a matcher admits none of the variants.
fn refused(notes: &mut Notes<'_>, test: &Test<'_>, variants: &[(usize, &Arc<Variant>)]) {
    let matcher = test.matcher.span();
    let having: Vec<&(usize, &Arc<Variant>)> =
        variants.iter().filter(|(_, variant)| variant.label(test.label).is_some()).collect();
    let Some((_, first)) = having.first() else {
        let variants = variants.iter().map(|(_, variant)| Arc::clone(variant)).collect();
        notes.event(test.matcher.label.span, EventKind::UnknownLabel { label: test.label.into(), variants, matcher });
        return;
    };
    let concerned: Vec<Arc<Variant>> = having.iter().map(|(_, variant)| Arc::clone(variant)).collect();
    let mut buckets: Vec<f64> = concerned.iter().flat_map(|variant| variant.buckets.iter().copied()).collect();
    if test.label == "le" && !buckets.is_empty() && test.misses_bounds(&buckets) {
        buckets.sort_by(f64::total_cmp);
        buckets.dedup();
        let kind = EventKind::BucketBoundaryMissing { value: test.written(), buckets, variants: concerned, matcher };
        notes.event(test.matcher.value_span, kind);
        return;
    }
    let allowed = having
        .iter()
        .filter_map(|(_, variant)| variant.label(test.label))
        .map(|domain| domain.values.clone())
        .reduce(|a, b| a.union(&b))
        .unwrap_or(Values::Any);
    notes.event(
        test.matcher.value_span,
        EventKind::ImpossibleLabelValue {
            label: test.label.into(),
            op: test.matcher.op,
            value: test.written(),
            allowed,
            reason: Reason::new(matcher, Cause::Declared(Arc::clone(first))),
            variants: concerned,
            matcher,
        },
    );
}

fn statuses(notes: &mut Notes<'_>, name: &Name, span: Span, variants: &[Arc<Variant>]) {
    let mut say = |holds: &dyn Fn(&Variant) -> bool, kind: &dyn Fn(Arc<Variant>, bool) -> EventKind| {
        if let Some(variant) = variants.iter().find(|variant| holds(variant)) {
            let all = variants.iter().all(|variant| holds(variant));
            notes.event(span, kind(Arc::clone(variant), all));
        }
    };
    let named = || name.clone();
    say(&|variant| variant.deprecated.is_some(), &|variant, all| EventKind::Deprecated { name: named(), variant, all });
    say(&|variant| matches!(variant.status, Status::Planned(_)), &|variant, all| EventKind::Planned {
        name: named(),
        variant,
        all,
    });
    say(&|variant| matches!(variant.status, Status::NotScraped(_)), &|variant, all| EventKind::NotScraped {
        name: named(),
        variant,
        all,
    });
}

/// A metric of which only the selector tells something.
fn unknown(
    notes: &mut Notes<'_>,
    names: &Names<'_>,
    tests: &[Test<'_>],
    span: Span,
    name_span: Span,
    under_absent: bool,
) -> Facts {
    let cause = if matches!(names, Names::Hidden) { Cause::Hidden } else { Cause::UnknownMetric };
    let reason = Reason::new(name_span, cause);
    let mut labels = Labels::unknown(reason.clone());
    let mut condition = Condition::Value;
    let mut empty = None;
    match names {
        Names::One(name) => {
            let name = Name::from(*name);
            labels.set(LabelFact::present(metric_name(), Values::only(name.clone()), Reason::new(name_span, Cause::MetricName)));
            condition = if name.ends_with("_info") || is_alerts(&name) { Condition::Info } else { Condition::Value };
            let completeness = notes.catalog.completeness_of(&name);
            if completeness != Completeness::Nothing {
                notes.event(name_span, EventKind::UnknownMetric { name: name.clone(), catalog: completeness, under_absent });
            }
            if completeness == Completeness::Closed {
                empty = Some(reason.clone());
            }
            notes.metrics.push(MetricUse { node: notes.node, name, span: name_span, variants: Vec::new() });
        }
        Names::Several(_) => empty = Some(reason.clone()),
        Names::Hidden => condition = Condition::Unknown,
    }
    narrow(&mut labels, tests, "");
    Facts {
        kind: Some(ValueType::InstantVector),
        samples: SampleKind::Unknown,
        condition,
        labels: Arc::new(labels),
        unit: UnitFact { unit: UnitKnowledge::Unknown, reason: reason.clone() },
        observed: None,
        range: RangeFact { interval: Interval::ALL, only_declared: false, reason: Reason::new(span, reason.cause) },
        bound: None,
        empty,
    }
}

/// Applies the matchers to what is known of their labels, but for the label `except`.
fn narrow(labels: &mut Labels, tests: &[Test<'_>], except: &str) {
    for test in tests.iter().filter(|test| test.label != except) {
        let mut fact = match labels.listed(test.label) {
            Some(fact) => fact.clone(),
            None => labels.get(&test.label.into()),
        };
        let before = fact.presence;
        if before != Presence::Absent && fact.values.list().is_none() {
            // Which combinations of values exist is only known of closed lists.
            labels.forget_variation();
        }
        // Where nothing can pass the selector is empty, and any fact is as good as another.
        if test.narrow(&mut fact) && (before != Presence::Absent || fact.presence != Presence::Absent) {
            labels.set(fact);
        }
    }
}

/// The facts of variants, joined, before the matchers are applied.
fn known(names: &[Name], used: &[(usize, &Arc<Variant>)], span: Span, name_span: Span) -> Facts {
    let declared = |variant: &Arc<Variant>| Reason::new(name_span, Cause::Declared(Arc::clone(variant)));
    let (_, first) = &used[0];
    let mut labels = labels_of(first, name_span);
    for (_, variant) in &used[1..] {
        if Arc::ptr_eq(first, variant) {
            continue;
        }
        labels = labels.join(&labels_of(variant, name_span), &declared(first));
    }
    // Each target has series of one variant, so a label that some variants lack is its target's all the same.
    let of_some = |fact: &&LabelFact| {
        let follows = |variant: &Variant| !variant.open_labels && variant.label(&fact.name).is_none_or(|domain| domain.target);
        !fact.target && used.iter().all(|(_, variant)| follows(variant))
    };
    let of_targets: Vec<LabelFact> = labels.iter().filter(of_some).cloned().collect();
    of_targets.into_iter().for_each(|fact| labels.set(LabelFact { target: true, ..fact }));
    let mut named: SmallVec<[usize; 2]> = used.iter().map(|(index, _)| *index).collect();
    named.dedup();
    let named = Values::closed(named.iter().filter_map(|index| names.get(*index)).cloned());
    labels.set(LabelFact::present(metric_name(), named, Reason::new(name_span, Cause::MetricName)));
    let mut samples = sample_kind(first);
    let mut interval = interval_of(first);
    let mut only_declared = first.range.is_some() && first.range_only_declared;
    let (mut unit, mut observed) = (first.unit.as_ref(), first.observed.as_ref());
    for (_, variant) in &used[1..] {
        samples = samples.join(sample_kind(variant));
        interval = interval.union(interval_of(variant));
        only_declared |= variant.range.is_some() && variant.range_only_declared;
        unit = unit.filter(|unit| variant.unit.as_ref().is_some_and(|other| unit.same(other)));
        observed = observed.filter(|unit| variant.observed.as_ref().is_some_and(|other| unit.same(other)));
    }
    let info = samples == SampleKind::Info || names.iter().all(|name| is_alerts(name));
    Facts {
        kind: Some(ValueType::InstantVector),
        samples,
        condition: if info { Condition::Info } else { Condition::Value },
        labels: Arc::new(labels),
        unit: UnitFact { unit: unit.cloned().map_or(UnitKnowledge::Unknown, UnitKnowledge::Known), reason: declared(first) },
        observed: observed.cloned(),
        range: RangeFact { interval, only_declared, reason: Reason { span, ..declared(first) } },
        bound: None,
        empty: None,
    }
}

fn is_alerts(name: &str) -> bool {
    matches!(name, "ALERTS" | "ALERTS_FOR_STATE")
}

fn labels_of(variant: &Arc<Variant>, span: Span) -> Labels {
    let reason = Reason::new(span, Cause::Declared(Arc::clone(variant)));
    let several_targets = variant.instances.map_or_else(
        || variant.label("instance").is_some_and(|domain| domain.values.len().is_some_and(|count| count > 1)),
        |count| count > 1,
    );
    let facts = variant.labels.iter().map(|(name, domain)| {
        let several = if domain.target {
            &**name == "instance" && several_targets
        } else {
            domain.values.len().is_some_and(|count| count > 1)
        };
        LabelFact {
            name: name.clone(),
            presence: domain.presence,
            values: domain.values.clone(),
            max: domain.max,
            total: domain.total.clone(),
            target: domain.target,
            // An expression may have let only some of the values through.
            varies: several && domain.presence == Presence::Present && variant.recorded.is_none(),
            reason: reason.clone(),
        }
    });
    let others = if variant.open_labels { Presence::Perhaps } else { Presence::Absent };
    let missing =
        if variant.open_labels { Cause::Declared(Arc::clone(variant)) } else { Cause::NotDeclared(Arc::clone(variant)) };
    let mut all = Vec::with_capacity(variant.labels.len() + 2);
    all.extend(facts);
    Labels::new(all, others, Reason::new(span, missing), None)
}

fn sample_kind(variant: &Variant) -> SampleKind {
    if let Some(samples) = variant.recorded {
        return samples;
    }
    match (variant.role, variant.metric_type) {
        (SeriesRole::Bucket, _) => SampleKind::Buckets,
        (SeriesRole::Sum | SeriesRole::Count, _) | (SeriesRole::Value, MetricType::Counter) => SampleKind::Counter,
        (SeriesRole::Created, _) => SampleKind::Timestamp,
        (SeriesRole::QuantileValue, _) => SampleKind::SummaryQuantile,
        (SeriesRole::NativeHistogram, _) => SampleKind::NativeHistogram,
        (SeriesRole::Value, MetricType::Gauge) => SampleKind::Gauge,
        (SeriesRole::Value, MetricType::Info) => SampleKind::Info,
        (SeriesRole::Value, _) => SampleKind::Unknown,
    }
}

fn interval_of(variant: &Variant) -> Interval {
    if let Some(range) = variant.range {
        return range;
    }
    match (variant.role, variant.metric_type) {
        (SeriesRole::Bucket | SeriesRole::Count | SeriesRole::Created, _) | (SeriesRole::Value, MetricType::Counter) => {
            Interval::non_negative()
        }
        (SeriesRole::Value, MetricType::Info) => Interval::exactly(1.0),
        _ => Interval::ALL,
    }
}

/// Finds the labels that identify a series: `job` and `instance`, and what is not the target's.
fn identify(labels: &mut Labels, used: &[(usize, &Arc<Variant>)]) {
    if labels.others() != Presence::Absent {
        return;
    }
    let of_target = |name: &str| {
        used.iter()
            .all(|(_, variant)| variant.label(name).is_some_and(|domain| domain.target && domain.presence == Presence::Present))
    };
    let has_target = of_target("job") && of_target("instance");
    let unique: LabelSet = labels
        .iter()
        .filter(|fact| !fact.is_fixed())
        // The other labels of a target follow from these two.
        .filter(|fact| !has_target || !fact.target || matches!(&*fact.name, "job" | "instance"))
        .map(|fact| fact.name.clone())
        .collect();
    labels.set_unique(Some(unique));
}

/// How many series there are: the combinations of what identifies them, or the targets times what each of them has.
fn bound(labels: &Labels, used: &[(usize, &Arc<Variant>)]) -> Option<u64> {
    let unique = labels.unique()?;
    let combined = labels.combinations(unique.iter().map(|name| &**name));
    let targets = used.iter().try_fold(0u64, |sum, (_, variant)| Some(sum.saturating_add(variant.instances?)));
    let of_target = |name: &str| labels.listed(name).is_some_and(|fact| fact.target);
    let each = labels.combinations(unique.iter().map(|name| &**name).filter(|name| !of_target(name) && *name != METRIC_NAME));
    match (combined, targets.zip(each).map(|(targets, each)| targets.saturating_mul(each))) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
