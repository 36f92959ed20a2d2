//! Series of the raw metrics: which labels they carry.

use std::sync::Arc;

use super::pattern::examples;
use super::{Bind, Leaf, Level, MOST_LEAVES, Solver, Why};
use crate::promql::ast::VectorSelector;
use crate::promql::catalog::{Catalog, LabelDomain, MetricType, Name, Presence, Status, Values, Variant};
use crate::prove::evaluate::Filter;
use crate::prove::series::{LabelSet, NAME};

/// How many values of a label are thought of.
const MOST_VALUES: usize = 24;

/// What the labels of a new series must be like.
pub(crate) struct Wish<'w> {
    /// What the selector admits.
    pub(crate) filter: &'w Filter,
    /// What is demanded.
    pub(crate) bind: &'w Bind,
    /// Values to take where they fit.
    pub(crate) like: Option<&'w LabelSet>,
    /// Selectors that must not admit it.
    pub(crate) avoid: &'w [Filter],
}

impl<'a> Solver<'a, '_> {
    /// One series of a metric.
    pub(super) fn leaf(&mut self, selector: &'a VectorSelector, bind: &Bind, level: Level) -> Result<LabelSet, Why> {
        let filter = Filter::of(selector)?;
        let name = selector.metric_name().ok_or("a selector names no metric")?;
        let fits = |leaf: &&Leaf| {
            leaf.shift == self.shift
                && (level == Level::Any || leaf.level == level || self.question.loose.is_some())
                && filter.admits(&leaf.labels)
                && bind.admits(&leaf.labels)
                && !self.avoid.iter().any(|avoid| avoid.admits(&leaf.labels))
        };
        if let Some(known) = self.leaves.iter().find(fits) {
            return Ok(known.labels.clone());
        }
        if self.leaves.len() >= MOST_LEAVES {
            return Err("it takes too many series".to_owned());
        }
        let wish = Wish { filter: &filter, bind, like: None, avoid: &self.avoid };
        let mut why = format!("`{name}` does not exist");
        let mut found: Vec<(LabelSet, &Variant)> = Vec::new();
        for variant in self.ground.catalog.variants(name) {
            if matches!(variant.status, Status::Planned(_)) {
                why = format!("`{name}` is only planned");
                continue;
            }
            match labels_of(name, variant, &wish) {
                Ok(labels) => found.push((labels, variant)),
                Err(reason) => why = format!("`{name}` {reason}"),
            }
        }
        let way = if found.len() > 1 { self.way(found.len().min(4), false) } else { 0 };
        let Some((labels, variant)) = found.into_iter().nth(way) else { return Err(why) };
        possible(name, variant, level)?;
        let level = if level == Level::Any { natural(variant) } else { level };
        let same = |leaf: &&mut Leaf| leaf.shift == self.shift && leaf.labels == labels;
        match self.leaves.iter_mut().find(same) {
            Some(known) if known.level == level || self.question.loose.is_some() => {}
            Some(_) => return Err(format!("one series of `{name}` would need two values at once")),
            None => self.leaves.push(Leaf {
                labels: labels.clone(),
                shift: self.shift,
                level,
                filter,
                direct: !self.in_record,
                window: self.window,
            }),
        }
        Ok(labels)
    }
}

/// The value of a series of which none is demanded.
fn natural(variant: &Variant) -> Level {
    if matches!(variant.metric_type, MetricType::Counter | MetricType::Histogram) {
        return Level::Growth(1.0);
    }
    let value = match &variant.range {
        Some(range) if range.contains(1.0) => 1.0,
        Some(range) if range.lo.is_finite() => range.lo,
        _ => 1.0,
    };
    Level::Value(super::Line::flat(value))
}

/// Whether a metric can have such samples.
pub(crate) fn possible(name: &str, variant: &Variant, level: Level) -> Result<(), Why> {
    match level {
        Level::Value(line) => {
            let Some(value) = line.value() else { return Ok(()) };
            if let Some(range) = &variant.range
                && !range.contains(value)
            {
                return Err(format!("`{name}` is never {value}"));
            }
            let counts = matches!(variant.metric_type, MetricType::Counter | MetricType::Histogram);
            if counts && value < 0.0 {
                return Err(format!("`{name}` is never below 0"));
            }
            if name == "up" && value != 0.0 && value != 1.0 {
                return Err("`up` is 0 or 1".to_owned());
            }
            Ok(())
        }
        Level::Growth(growth) if growth < 0.0 && variant.metric_type != MetricType::Gauge => Err(format!("`{name}` never falls")),
        Level::Growth(growth) if !growth.is_finite() => Err(format!("`{name}` would have to grow without bound")),
        _ => Ok(()),
    }
}

/// Labels of a series of a variant.
pub(crate) fn labels_of(name: &str, variant: &Variant, wish: &Wish<'_>) -> Result<LabelSet, Why> {
    let mut labels = LabelSet::default();
    labels.set(&Name::from(NAME), &Name::from(name));
    for (label, domain) in &variant.labels {
        let value = value_of(label, domain, wish)?;
        labels.set(label, &value);
    }
    let unlisted = |label: &str| variant.label(label).is_none() && label != NAME;
    for label in wish.filter.labels().filter(|label| unlisted(label)) {
        let wanted = wish.bind.wanted(label).unwrap_or_default();
        if wish.filter.admits_value(label, wanted) {
            continue;
        }
        let chosen = wish.filter.examples(label).into_iter().find(|value| wish.filter.admits_value(label, value));
        match chosen.filter(|_| variant.open_labels && wish.bind.wanted(label).is_none()) {
            Some(value) => labels.set(label, &value),
            None => return Err(format!("has no such `{label}`")),
        }
    }
    for (label, value) in wish.bind.fixed.iter().filter(|(label, value)| unlisted(label) && !value.is_empty()) {
        if !variant.open_labels || !wish.filter.admits_value(label, value) {
            return Err(format!("has no label `{label}`"));
        }
        labels.set(label, value);
    }
    for avoid in wish.avoid {
        if avoid.admits(&labels) {
            step_aside(variant, wish, avoid, &mut labels)?;
        }
    }
    Ok(labels)
}

/// Changes one label so that a selector no longer admits the series.
fn step_aside(variant: &Variant, wish: &Wish<'_>, avoid: &Filter, labels: &mut LabelSet) -> Result<(), Why> {
    for label in avoid.labels() {
        let Some(domain) = variant.label(label) else { continue };
        if wish.bind.wanted(label).is_some() {
            continue;
        }
        for value in values_of(label, domain, wish) {
            let mut other = labels.clone();
            other.set(label, &value);
            if !wish.avoid.iter().any(|avoid| avoid.admits(&other)) {
                *labels = other;
                return Ok(());
            }
        }
    }
    Err("has no further series".to_owned())
}

/// The value that a label gets; empty where it is left out.
fn value_of(label: &Name, domain: &LabelDomain, wish: &Wish<'_>) -> Result<Name, Why> {
    let nothing = || Name::from("");
    let admits = |value: &str| wish.filter.admits_value(label, value);
    if let Some(wanted) = wish.bind.wanted(label) {
        let may_be = if wanted.is_empty() {
            domain.presence != Presence::Present
        } else {
            domain.presence != Presence::Absent && may_be(label, domain, wanted)
        };
        return if may_be && admits(wanted) { Ok(Name::from(wanted)) } else { Err(format!("has no such `{label}`")) };
    }
    if domain.presence != Presence::Present && admits("") && wish.like.is_none_or(|like| like.get(label).is_empty()) {
        return Ok(nothing());
    }
    let values = values_of(label, domain, wish);
    let like = wish.like.map(|like| like.get(label)).filter(|value| values.iter().any(|known| **known == **value));
    match like {
        Some(value) => Ok(Name::from(value)),
        None => values.into_iter().next().ok_or_else(|| format!("has no such `{label}`")),
    }
}

/// Whether a label can have a value. Bounds of buckets are numbers, which are spelt in several ways.
fn may_be(label: &str, domain: &LabelDomain, value: &str) -> bool {
    // Another exporter of the same histogram may have other buckets; a test needs whole ones.
    domain.values.may_be(value) || label == "le"
}

/// Values of a label that the selector admits, the likeliest first.
pub(crate) fn values_of(label: &Name, domain: &LabelDomain, wish: &Wish<'_>) -> Vec<Name> {
    let mut values: Vec<Name> = match &domain.values {
        Values::Closed(list) => list.iter().cloned().collect(),
        Values::Any | Values::Pattern(_) => {
            let mut values = wish.filter.examples(label);
            values.extend(wish.like.map(|like| Name::from(like.get(label))).filter(|value| !value.is_empty()));
            if let Values::Pattern(pattern) = &domain.values {
                values.extend(examples(pattern).into_iter().map(Name::from));
                values.extend(["200", "404", "500", "0", "1"].map(Name::from));
            }
            values.extend((1..=MOST_VALUES).map(|number| Name::from(format!("{label}-{number}"))));
            values
        }
    };
    values.retain(|value| !value.is_empty() && may_be(label, domain, value) && wish.filter.admits_value(label, value));
    let mut seen: Vec<Name> = Vec::new();
    for value in values {
        if seen.len() >= MOST_VALUES.max(4) {
            break;
        }
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

/// Series that are like one that a selector admits but for one matcher, which does not admit them. They show whether the matcher does anything.
pub(crate) fn neighbours(variants: &[Arc<Variant>], leaf: &Leaf) -> Vec<LabelSet> {
    let name = leaf.labels.get(NAME);
    let mut found = Vec::new();
    let mut bind = Bind::default();
    let bound = leaf.labels.get("le");
    if !bound.is_empty() {
        bind.fixed.insert(Name::from("le"), Name::from(bound));
    }
    for filter in leaf.filter.each_negated() {
        let wish = Wish { filter: &filter, bind: &bind, like: Some(&leaf.labels), avoid: &[] };
        let live = variants.iter().filter(|variant| !matches!(variant.status, Status::Planned(_)));
        let mut all: Vec<LabelSet> = live.filter_map(|variant| labels_of(name, variant, &wish).ok()).collect();
        // The one that differs least.
        let differences = |labels: &LabelSet| labels.iter().filter(|(name, value)| leaf.labels.get(name) != &***value).count();
        all.sort_by_key(differences);
        found.extend(all.into_iter().next());
    }
    found
}
