//! What is known of the labels of a vector's series.

use std::fmt;
use std::sync::{Arc, LazyLock};

use super::facts::Reason;
use crate::promql::catalog::{Name, Presence, Values};

/// The label that holds the metric's name.
pub const METRIC_NAME: &str = "__name__";

/// What is known of one label.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelFact {
    /// Its name.
    pub name: Name,
    /// Whether the series carry it.
    pub presence: Presence,
    /// Its values where it is present; meaningless where it is absent.
    pub values: Values,
    /// A bound on the number of its values.
    pub max: Option<u64>,
    /// The value that is the sum of the others.
    pub total: Option<Name>,
    /// Whether `job` and `instance` determine it.
    pub target: bool,
    /// Whether it is declared with several values for one and the same target, all of which are there.
    pub varies: bool,
    /// Why.
    pub reason: Reason,
}

impl LabelFact {
    /// A label that no series carries.
    pub fn absent(name: Name, reason: Reason) -> Self {
        Self {
            name,
            presence: Presence::Absent,
            values: Values::none(),
            max: None,
            total: None,
            target: false,
            varies: false,
            reason,
        }
    }

    /// A label of which nothing is known.
    pub fn unknown(name: Name, reason: Reason) -> Self {
        Self {
            name,
            presence: Presence::Perhaps,
            values: Values::Any,
            max: None,
            total: None,
            target: false,
            varies: false,
            reason,
        }
    }

    /// A label that all series carry.
    pub fn present(name: Name, values: Values, reason: Reason) -> Self {
        Self { name, presence: Presence::Present, values, max: None, total: None, target: false, varies: false, reason }
    }

    /// Whether all series agree on it.
    pub fn is_fixed(&self) -> bool {
        match self.presence {
            Presence::Absent => true,
            Presence::Present => self.values.single().is_some() || self.max == Some(1),
            Presence::Perhaps => false,
        }
    }

    /// How many values it takes at most, the lack of a value included.
    pub fn size(&self) -> Option<u64> {
        if self.presence == Presence::Absent {
            return Some(1);
        }
        let values = match (self.values.len(), self.max) {
            (Some(closed), Some(max)) => closed.min(max),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => return None,
        };
        Some(values.saturating_add(u64::from(self.presence == Presence::Perhaps)))
    }

    /// What is known where the series are those of either.
    #[must_use]
    pub(crate) fn join(&self, other: &Self) -> Self {
        if self.presence == Presence::Absent && other.presence == Presence::Absent {
            return self.clone();
        }
        let (first, second) = if self.presence == Presence::Absent { (other, self) } else { (self, other) };
        let values = if second.presence == Presence::Absent { first.values.clone() } else { first.values.union(&second.values) };
        Self {
            name: first.name.clone(),
            presence: first.presence.join(second.presence),
            values,
            max: first.max.zip(second.max).map(|(a, b)| a.saturating_add(b)),
            total: if second.presence == Presence::Absent || first.total == second.total { first.total.clone() } else { None },
            // A series of one and a series of the other can be of the same target.
            target: first.target && second.target,
            varies: first.varies || second.varies,
            reason: first.reason.clone(),
        }
    }

    /// What is known where a series of each agree on it, a missing label being an empty value. Without agreement the label is absent.
    #[must_use]
    pub(crate) fn meet(&self, other: &Self) -> Self {
        let (presence, keep) = match (self.presence, other.presence) {
            (Presence::Absent, _) => (Presence::Absent, self),
            (_, Presence::Absent) => (Presence::Absent, other),
            (Presence::Present, _) | (Presence::Perhaps, Presence::Perhaps) => (self.presence, self),
            (Presence::Perhaps, Presence::Present) => (Presence::Present, other),
        };
        Self {
            name: self.name.clone(),
            presence,
            values: self.values.intersection(&other.values),
            max: match (self.max, other.max) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
            total: self.total.clone(),
            target: self.target,
            varies: false,
            reason: keep.reason.clone(),
        }
    }

    /// Whether certainly no series of one has the same value as a series of the other, where a missing label is an empty value.
    pub fn never_equals(&self, other: &Self) -> bool {
        match (self.presence, other.presence) {
            (Presence::Absent, presence) | (presence, Presence::Absent) => presence == Presence::Present,
            (Presence::Perhaps, Presence::Perhaps) => false,
            _ => self.values.is_disjoint(&other.values),
        }
    }
}

/// A set of label names.
pub type LabelSet = Arc<[Name]>;

static NAME_OF_METRIC_NAME: LazyLock<Name> = LazyLock::new(|| METRIC_NAME.into());

/// `__name__`, without making a new one.
pub(crate) fn metric_name() -> Name {
    Name::clone(&NAME_OF_METRIC_NAME)
}

/// What is known of the labels of a vector's series. `__name__` is a label like the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Labels {
    /// What is known of the metric's name, apart from the others because most functions drop it and keep those.
    name: Option<LabelFact>,
    /// What is known by name of other labels; sorted.
    facts: Arc<Vec<LabelFact>>,
    /// Whether series can carry labels that are not in the list; never [`Presence::Present`].
    others: Presence,
    /// Why.
    others_reason: Reason,
    /// Labels that identify a series: no two series of one result agree on all of them. `None` when only all labels together do.
    unique: Option<LabelSet>,
    /// Whether the metric's name is to be dropped, at the latest at the end.
    name_dropped: bool,
    /// Whether some of the series that are declared may be missing.
    filtered: bool,
}

impl Labels {
    /// No labels at all.
    pub fn none(reason: Reason) -> Self {
        let unique = Some(LabelSet::default());
        Self { unique, ..Self::new(Vec::new(), Presence::Absent, reason, None) }
    }

    /// Any labels.
    pub fn unknown(reason: Reason) -> Self {
        Self::new(Vec::new(), Presence::Perhaps, reason, None)
    }

    /// From parts; the list is sorted here.
    pub(crate) fn new(mut facts: Vec<LabelFact>, others: Presence, others_reason: Reason, unique: Option<LabelSet>) -> Self {
        if !facts.is_sorted_by(|a, b| a.name < b.name) {
            facts.sort_by(|a, b| a.name.cmp(&b.name));
            facts.dedup_by(|a, b| a.name == b.name);
        }
        let name = facts.iter().position(|fact| &*fact.name == METRIC_NAME).map(|index| facts.remove(index));
        Self { name, facts: Arc::new(facts), others, others_reason, unique, name_dropped: false, filtered: false }
    }

    /// What is known by name: `__name__` first, then the others sorted; a label that is not here is as [`Labels::others`] says.
    pub fn iter(&self) -> impl Iterator<Item = &LabelFact> {
        self.name.iter().chain(self.facts.iter())
    }

    /// Whether labels that are not listed can occur.
    pub fn others(&self) -> Presence {
        self.others
    }

    /// Why labels that are not listed can or cannot occur.
    pub fn others_reason(&self) -> &Reason {
        &self.others_reason
    }

    /// Labels that identify a series; `None` when only all labels together do. The empty set: there is at most one series.
    pub fn unique(&self) -> Option<&[Name]> {
        self.unique.as_deref()
    }

    /// What is listed of a label.
    pub(crate) fn listed(&self, name: &str) -> Option<&LabelFact> {
        if name == METRIC_NAME {
            return self.name.as_ref();
        }
        if self.facts.len() <= 8 {
            return self.facts.iter().find(|fact| &*fact.name == name);
        }
        self.facts.binary_search_by(|fact| (*fact.name).cmp(name)).ok().map(|index| &self.facts[index])
    }

    /// What is known of a label.
    pub fn get(&self, name: &Name) -> LabelFact {
        match self.listed(name) {
            Some(fact) => fact.clone(),
            None if self.others == Presence::Absent => LabelFact::absent(name.clone(), self.others_reason.clone()),
            None => LabelFact::unknown(name.clone(), self.others_reason.clone()),
        }
    }

    /// Whether the series carry a label.
    pub fn presence(&self, name: &str) -> Presence {
        self.listed(name).map_or(self.others, |fact| fact.presence)
    }

    /// Why they do or do not.
    pub fn reason(&self, name: &str) -> &Reason {
        self.listed(name).map_or(&self.others_reason, |fact| &fact.reason)
    }

    /// Whether no two series agree on all labels for which `in_key` holds.
    pub(crate) fn is_unique_by(&self, in_key: impl Fn(&str) -> bool) -> bool {
        match &self.unique {
            Some(unique) => unique.iter().all(|name| in_key(name)),
            None => self.others == Presence::Absent && self.iter().all(|fact| fact.is_fixed() || in_key(&fact.name)),
        }
    }

    /// Puts a fact in the list.
    pub(crate) fn set(&mut self, fact: LabelFact) {
        if &*fact.name == METRIC_NAME {
            self.name = Some(fact);
            return;
        }
        let facts = Arc::make_mut(&mut self.facts);
        match facts.binary_search_by(|mine| mine.name.cmp(&fact.name)) {
            Ok(index) => facts[index] = fact,
            Err(index) => facts.insert(index, fact),
        }
    }

    /// Whether the metric's name is dropped, at the latest at the end.
    pub(crate) fn name_is_dropped(&self) -> bool {
        self.name_dropped
    }

    /// Says that the metric's name is dropped, at the latest at the end.
    pub(crate) fn mark_name_dropped(&mut self) {
        self.name_dropped = true;
    }

    /// Says that what was declared of several values need not hold for these series.
    pub(crate) fn forget_variation(&mut self) {
        self.filtered = true;
    }

    /// Whether a label has several values that are all there.
    pub(crate) fn varies(&self, fact: &LabelFact) -> bool {
        fact.varies && !self.filtered
    }

    /// Says that any of the labels may be missing.
    pub(crate) fn weaken(&mut self, reason: &Reason) {
        let facts = Arc::make_mut(&mut self.facts).iter_mut().chain(&mut self.name);
        for fact in facts.filter(|fact| fact.presence == Presence::Present) {
            fact.presence = Presence::Perhaps;
            fact.reason = reason.clone();
        }
        self.unique = None;
    }

    /// Says that nothing is known but the metric's name.
    pub(crate) fn forget(&mut self, reason: &Reason) {
        self.facts = Arc::default();
        self.open(reason);
        self.unique = None;
    }

    /// Says that no other labels are there, but perhaps for some exceptions.
    pub(crate) fn close(&mut self, reason: &Reason, except: &[&str]) {
        if self.others == Presence::Absent {
            return;
        }
        for name in except.iter().chain(&[METRIC_NAME]) {
            if self.listed(name).is_none() {
                let fact = LabelFact::unknown((*name).into(), self.others_reason.clone());
                self.set(fact);
            }
        }
        self.others = Presence::Absent;
        self.others_reason = reason.clone();
    }

    /// Says that other labels may be there.
    pub(crate) fn open(&mut self, reason: &Reason) {
        self.others = Presence::Perhaps;
        self.others_reason = reason.clone();
    }

    /// Says that the metric's name, which was to be dropped, may stay after all.
    pub(crate) fn keep_name(&mut self, reason: &Reason) {
        self.name_dropped = false;
        self.set(LabelFact::unknown(metric_name(), reason.clone()));
    }

    /// Says which labels identify a series.
    pub(crate) fn set_unique(&mut self, unique: Option<LabelSet>) {
        self.unique = unique;
    }

    /// The same without a label.
    pub(crate) fn drop_label(&mut self, name: &str, reason: &Reason) {
        let presence = self.presence(name);
        if presence != Presence::Absent {
            let name = self.listed(name).map_or_else(|| name.into(), |fact| fact.name.clone());
            self.set(LabelFact::absent(name, reason.clone()));
        }
        if self.unique.as_ref().is_some_and(|unique| unique.iter().any(|mine| &**mine == name)) {
            self.unique = None;
        }
    }

    /// What is known of the series of either. A series of the union is identified by nothing less than all labels.
    #[must_use]
    pub(crate) fn join(&self, other: &Self, reason: &Reason) -> Self {
        let mut facts = Vec::with_capacity(self.facts.len().max(other.facts.len()) + 1);
        let (mut left, mut right) = (self.facts.iter().peekable(), other.facts.iter().peekable());
        let name = metric_name();
        let name = (self.name.is_some() || other.name.is_some()).then(|| self.get(&name).join(&other.get(&name)));
        loop {
            match (left.peek(), right.peek()) {
                (Some(a), Some(b)) if a.name == b.name => {
                    facts.push(a.join(b));
                    left.next();
                    right.next();
                }
                (Some(a), b) if b.is_none_or(|b| a.name < b.name) => {
                    facts.push(a.join(&other.get(&a.name)));
                    left.next();
                }
                (_, Some(b)) => {
                    facts.push(self.get(&b.name).join(b));
                    right.next();
                }
                (_, None) => break,
            }
        }
        let others = self.others.join(other.others);
        let others_reason = if others == self.others { self.others_reason.clone() } else { other.others_reason.clone() };
        let mut joined = Self {
            name,
            facts: Arc::new(facts),
            others,
            others_reason,
            unique: None,
            name_dropped: self.name_dropped && other.name_dropped,
            filtered: self.filtered || other.filtered,
        };
        if joined.others == Presence::Perhaps && self.others != other.others {
            joined.others_reason = reason.clone();
        }
        joined
    }

    /// How many combinations of values the labels of `names` take at most.
    pub(crate) fn combinations<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Option<u64> {
        names.into_iter().try_fold(1u64, |product, name| {
            let size = match self.listed(name) {
                Some(fact) => fact.size(),
                None if self.others == Presence::Absent => Some(1),
                None => None,
            };
            Some(product.saturating_mul(size?))
        })
    }
}

impl fmt::Display for Labels {
    /// `{instance, job="api", status?, …}`: `?` marks what is not on every series, `…` that there may be more.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        let mut first = true;
        for fact in self.iter().filter(|fact| fact.presence != Presence::Absent) {
            if !std::mem::take(&mut first) {
                f.write_str(", ")?;
            }
            f.write_str(&fact.name)?;
            if fact.presence == Presence::Perhaps {
                f.write_str("?")?;
            }
            match &fact.values {
                Values::Any => {}
                Values::Pattern(pattern) => write!(f, "=~{:?}", pattern.source())?,
                Values::Closed(list) if list.len() == 1 => write!(f, "={:?}", &*list[0])?,
                Values::Closed(list) => write!(f, "=~{:?}", list.iter().map(|value| &**value).collect::<Vec<_>>().join("|"))?,
            }
        }
        if self.others == Presence::Perhaps {
            f.write_str(if first { "…" } else { ", …" })?;
        }
        f.write_str("}")
    }
}
