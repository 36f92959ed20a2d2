//! Vector matching: which series of two sides meet, and the labels of what they make.

use std::sync::Arc;

use smallvec::SmallVec;

use super::events::EventKind;
use super::facts::{Cause, Facts, Reason, SampleKind};
use super::labels::{LabelFact, LabelSet, Labels, METRIC_NAME, metric_name};
use super::notes::Notes;
use crate::promql::ast::{Binary, GroupSide, Label};
use crate::promql::catalog::{Name, Presence};
use crate::promql::span::Span;

/// The labels on which series must agree.
pub(super) struct Key<'a> {
    on: bool,
    labels: SmallVec<[&'a str; 4]>,
    /// A variable stands for some of them.
    hidden: bool,
    span: Span,
}

impl<'a> Key<'a> {
    pub(super) fn new(binary: &'a Binary) -> Self {
        let Some(matching) = &binary.matching else {
            return Self { on: false, labels: SmallVec::new(), hidden: false, span: binary.op_span };
        };
        let labels: SmallVec<[&str; 4]> = matching.labels.iter().filter_map(|label| label.name.as_plain()).collect();
        let hidden = labels.len() < matching.labels.len();
        Self { on: matching.on, labels, hidden, span: matching.span }
    }

    /// Whether a label is part of the key.
    fn has(&self, name: &str) -> bool {
        if self.on { self.labels.contains(&name) } else { name != METRIC_NAME && !self.labels.contains(&name) }
    }

    /// The labels of the key of which something is known on either side.
    fn listed(&self, left: &Labels, right: &Labels) -> SmallVec<[Name; 8]> {
        if self.on {
            return self.labels.iter().map(|name| Name::from(*name)).collect();
        }
        let of_left = left.iter().map(|fact| &fact.name);
        let of_right = right.iter().map(|fact| &fact.name).filter(|name| left.listed(name).is_none());
        of_left.chain(of_right).filter(|name| self.has(name)).cloned().collect()
    }
}

/// A pairing of two vectors.
pub(super) struct Pairing<'a> {
    pub(super) binary: &'a Binary,
    pub(super) left: &'a Facts,
    pub(super) right: &'a Facts,
    pub(super) key: Key<'a>,
}

impl<'a> Pairing<'a> {
    pub(super) fn new(binary: &'a Binary, left: &'a Facts, right: &'a Facts) -> Self {
        Self { binary, left, right, key: Key::new(binary) }
    }

    fn group(&self) -> Option<GroupSide> {
        self.binary.matching.as_ref().and_then(|matching| matching.group.as_ref()).map(|group| group.side)
    }

    fn include(&self) -> &'a [Label] {
        self.binary.matching.as_ref().and_then(|matching| matching.group.as_ref()).map_or(&[], |group| &group.include)
    }

    fn is_filled(&self) -> bool {
        self.binary.fill.left.is_some() || self.binary.fill.right.is_some()
    }

    /// Notes what the match needs of its sides.
    pub(super) fn needs(&self, notes: &mut Notes<'_>) {
        let named = self.binary.matching.as_ref().map_or(&[][..], |matching| &matching.labels);
        for label in named.iter().chain(self.include()) {
            if let Some(name) = label.name.as_plain()
                && (self.key.on || self.include().contains(label))
            {
                notes.needs(name);
            }
        }
    }

    /// Notes `on` over labels that neither side has, and copies of labels that the other side lacks.
    pub(super) fn check_labels(&self, notes: &mut Notes<'_>) {
        let (left, right) = (&self.left.labels, &self.right.labels);
        let absent =
            |labels: &Labels, name: &str| (labels.presence(name) == Presence::Absent).then(|| labels.reason(name).clone());
        if self.left.empty.is_some() || self.right.empty.is_some() {
            return;
        }
        if let Some(matching) = self.binary.matching.as_ref().filter(|matching| matching.on) {
            for label in &matching.labels {
                let Some(name) = label.name.as_plain() else { continue };
                let (of_left, of_right) = (absent(left, name), absent(right, name));
                if of_left.is_some() && of_right.is_some() {
                    let kind =
                        EventKind::MatchingOnAbsentLabel { label: name.into(), left: of_left, right: of_right, include: false };
                    notes.event(label.span, kind);
                }
            }
        }
        let one = if self.group() == Some(GroupSide::Right) { left } else { right };
        for label in self.include() {
            let Some(name) = label.name.as_plain() else { continue };
            if let Some(reason) = absent(one, name) {
                let (of_left, of_right) =
                    if self.group() == Some(GroupSide::Right) { (Some(reason), None) } else { (None, Some(reason)) };
                let kind = EventKind::MatchingOnAbsentLabel { label: name.into(), left: of_left, right: of_right, include: true };
                notes.event(label.span, kind);
            }
        }
    }

    /// The labels on which the two sides can never agree.
    pub(super) fn differing(&self) -> Vec<(LabelFact, LabelFact)> {
        let (left, right) = (&self.left.labels, &self.right.labels);
        let mut differing = Vec::new();
        let mut look = |name: &Name| {
            let differs = match (left.listed(name), right.listed(name)) {
                (Some(a), Some(b)) => a.never_equals(b),
                (Some(only), None) => only.presence == Presence::Present && right.others() == Presence::Absent,
                (None, Some(only)) => only.presence == Presence::Present && left.others() == Presence::Absent,
                (None, None) => false,
            };
            if differs {
                differing.push((left.get(name), right.get(name)));
            }
        };
        if self.key.hidden && !self.key.on {
            return differing;
        }
        if self.key.on {
            self.key.labels.iter().for_each(|name| look(&Name::from(*name)));
        } else {
            for fact in left.iter().filter(|fact| self.key.has(&fact.name)) {
                look(&fact.name);
            }
            for fact in right.iter().filter(|fact| self.key.has(&fact.name) && left.listed(&fact.name).is_none()) {
                look(&fact.name);
            }
        }
        differing
    }

    /// Notes a match that never happens; whether it is so.
    pub(super) fn check_match(&self, notes: &mut Notes<'_>) -> bool {
        if self.is_filled() || self.left.empty.is_some() || self.right.empty.is_some() {
            return false;
        }
        let differing = self.differing();
        if differing.is_empty() {
            return false;
        }
        let (left, right) = (Arc::clone(&self.left.labels), Arc::clone(&self.right.labels));
        notes.event(self.binary.op_span, EventKind::MatchNeverMatches { op: self.binary.op, left, right, differing });
        true
    }

    /// Notes sides that must have one series for each match and have several.
    pub(super) fn check_cardinality(&self, notes: &mut Notes<'_>) {
        if self.key.hidden || self.left.empty.is_some() || self.right.empty.is_some() {
            return;
        }
        let in_key = |name: &str| self.key.has(name);
        let unique = |facts: &Facts| facts.bound == Some(1) || facts.labels.is_unique_by(in_key);
        let sides: &[GroupSide] = match self.group() {
            None => &[GroupSide::Left, GroupSide::Right],
            Some(GroupSide::Left) => &[GroupSide::Right],
            Some(GroupSide::Right) => &[GroupSide::Left],
        };
        let both = (unique(self.left), unique(self.right));
        for side in sides {
            let (facts, is_unique, other_unique) = match side {
                GroupSide::Left => (self.left, both.0, both.1),
                GroupSide::Right => (self.right, both.1, both.0),
            };
            if is_unique || facts.labels.others() != Presence::Absent {
                continue;
            }
            let outside: Vec<&LabelFact> = facts
                .labels
                .iter()
                .filter(|fact| {
                    fact.presence != Presence::Absent && !fact.is_fixed() && !in_key(&fact.name) && &*fact.name != METRIC_NAME
                })
                .collect();
            let varying: Vec<LabelFact> =
                outside.iter().filter(|fact| self.certainly_varies(fact, facts)).map(|fact| (*fact).clone()).collect();
            let proved = !varying.is_empty();
            // A label of which nothing is declared may well be settled by the others.
            let several = |fact: &&LabelFact| fact.size().is_some_and(|size| size > 1);
            let labels = if proved { varying } else { outside.into_iter().filter(several).cloned().collect() };
            // One target has one info series at a time, whatever its labels say.
            if labels.is_empty() || (!proved && facts.samples == SampleKind::Info) {
                continue;
            }
            let grouping_would_help = self.group().is_none() && other_unique;
            let kind = EventKind::ManyToMany { op: self.binary.op, side: *side, labels, proved, grouping_would_help };
            notes.event(self.key.span, kind);
        }
    }

    /// Whether a label takes several values for one and the same key: those of a target that are all there, or several targets of one job.
    fn certainly_varies(&self, fact: &LabelFact, facts: &Facts) -> bool {
        if !facts.labels.varies(fact) {
            return false;
        }
        if &*fact.name == "instance" {
            return !self.key.has("job") || facts.labels.listed("job").is_some_and(LabelFact::is_fixed);
        }
        !fact.target
    }

    /// The labels of the pairs, before the metric's name is dropped.
    pub(super) fn labels(&self) -> Labels {
        let cause = if self.key.on { Cause::On } else { Cause::Ignoring };
        let reason = Reason::new(self.key.span, cause);
        let (left, right) = (&*self.left.labels, &*self.right.labels);
        if self.key.hidden {
            return Labels::unknown(Reason::new(self.key.span, Cause::Hidden));
        }
        match self.group() {
            None if self.key.on => {
                let facts = self.key.labels.iter().map(|name| self.meeting(&Name::from(*name))).collect();
                let mut labels = Labels::new(facts, Presence::Absent, reason, None);
                let unique = labels.iter().filter(|fact| !fact.is_fixed()).map(|fact| fact.name.clone()).collect::<LabelSet>();
                labels.set_unique(if self.is_filled() { None } else { Some(unique) });
                labels
            }
            None => {
                let mut facts: Vec<LabelFact> = self.key.listed(left, right).iter().map(|name| self.meeting(name)).collect();
                let ignored = self.key.labels.iter().filter(|name| **name != METRIC_NAME);
                facts.extend(ignored.map(|name| LabelFact::absent((*name).into(), reason.clone())));
                let name = left.get(&metric_name());
                facts.push(if self.key.labels.contains(&METRIC_NAME) {
                    LabelFact::absent(name.name, reason.clone())
                } else if self.is_filled() {
                    LabelFact { presence: Presence::Perhaps, ..name }
                } else {
                    name
                });
                let closed = [left, right].into_iter().find(|labels| labels.others() == Presence::Absent);
                let (others, others_reason) = match closed {
                    Some(labels) if !self.is_filled() => (Presence::Absent, labels.others_reason().clone()),
                    _ if left.others() == Presence::Absent && right.others() == Presence::Absent => {
                        (Presence::Absent, left.others_reason().clone())
                    }
                    _ => (Presence::Perhaps, left.others_reason().clone()),
                };
                let unique = [left, right]
                    .into_iter()
                    .filter_map(Labels::unique)
                    .find(|unique| unique.iter().all(|name| self.key.has(name)));
                let unique = if self.is_filled() { None } else { unique.map(LabelSet::from) };
                Labels::new(facts, others, others_reason, unique)
            }
            Some(side) => self.grouped(side),
        }
    }

    /// What is known of a label of the key where the sides agree on it, or where a missing side is filled.
    fn meeting(&self, name: &Name) -> LabelFact {
        let (left, right) = (self.left.labels.get(name), self.right.labels.get(name));
        if self.is_filled() { left.join(&right) } else { left.meet(&right) }
    }

    /// The labels of the side with many series, with those that are copied from the other.
    fn grouped(&self, side: GroupSide) -> Labels {
        let (many, one) = match side {
            GroupSide::Left => (&*self.left.labels, &*self.right.labels),
            GroupSide::Right => (&*self.right.labels, &*self.left.labels),
        };
        let mut labels = if self.is_filled() {
            let mut joined = many.join(one, &Reason::new(self.key.span, Cause::Fill));
            joined.weaken(&Reason::new(self.key.span, Cause::Fill));
            joined
        } else {
            let mut labels = many.clone();
            for name in self.key.listed(many, one) {
                labels.set(many.get(&name).meet(&one.get(&name)));
            }
            labels
        };
        if !self.key.on && !self.is_filled() && one.others() == Presence::Absent {
            labels.close(one.others_reason(), &self.key.labels);
        }
        let reason = Reason::new(self.key.span, Cause::Group);
        for label in self.include() {
            match label.name.as_plain() {
                Some(name) => {
                    let name = Name::from(name);
                    let mut fact = LabelFact { varies: false, target: false, ..one.get(&name) };
                    if self.is_filled() {
                        fact = LabelFact { presence: Presence::Perhaps, ..LabelFact::unknown(name.clone(), reason.clone()) };
                    }
                    let identified = labels.unique().is_some_and(|unique| unique.contains(&name));
                    labels.set(fact);
                    if identified {
                        labels.set_unique(None);
                    }
                }
                None => {
                    labels.forget(&Reason::new(label.span, Cause::Hidden));
                    break;
                }
            }
        }
        labels
    }

    /// How many pairs there are at most.
    pub(super) fn bound(&self) -> Option<u64> {
        let (left, right) = (self.left.bound, self.right.bound);
        if self.is_filled() {
            return Some(left?.saturating_add(right?));
        }
        match self.group() {
            Some(GroupSide::Left) => left,
            Some(GroupSide::Right) => right,
            None => match (left, right) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
        }
    }

    /// The labels of the left side's series for which the right side has one that agrees.
    pub(super) fn filtered(&self) -> Labels {
        let (left, right) = (&*self.left.labels, &*self.right.labels);
        let mut labels = left.clone();
        labels.forget_variation();
        if self.key.hidden {
            return labels;
        }
        for name in self.key.listed(left, right) {
            labels.set(LabelFact { reason: left.reason(&name).clone(), ..left.get(&name).meet(&right.get(&name)) });
        }
        if !self.key.on && right.others() == Presence::Absent {
            labels.close(right.others_reason(), &self.key.labels);
        }
        labels
    }
}
