//! What is demanded of the labels of a result.

use std::collections::BTreeMap;

use crate::promql::ast::{Binary, GroupSide, Matching};
use crate::promql::catalog::Name;
use crate::prove::series::{LabelSet, NAME};

/// What is demanded of the labels of a result.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Bind {
    /// Labels with the values that they must have; an empty one must not be there.
    pub(crate) fixed: BTreeMap<Name, Name>,
    /// Where it is set, no labels may be there but these and the fixed ones.
    pub(crate) only: Option<Vec<Name>>,
}

impl Bind {
    /// The value that a label must have, when that is said.
    pub(crate) fn wanted(&self, label: &str) -> Option<&str> {
        match self.fixed.get(label) {
            Some(value) => Some(value),
            None if self.only.as_ref().is_some_and(|free| !free.iter().any(|name| **name == *label)) => Some(""),
            None => None,
        }
    }

    /// Whether a series with these labels is as demanded.
    pub(crate) fn admits(&self, labels: &LabelSet) -> bool {
        self.fixed.iter().all(|(name, value)| labels.get(name) == &**value)
            && (self.only.is_none()
                || labels
                    .iter()
                    .all(|(name, value)| &**name == NAME || self.wanted(name).is_none_or(|wanted| *wanted == **value)))
    }

    /// What the other side of an operator must look like to meet a series with these labels.
    pub(crate) fn meeting(labels: &LabelSet, matching: Option<&Matching>) -> Self {
        let named = |matching: &Matching| -> Vec<Name> {
            matching.labels.iter().filter_map(|label| label.name.as_plain()).map(Name::from).collect()
        };
        let all =
            || labels.iter().filter(|(name, _)| &***name != NAME).map(|(name, value)| (Name::clone(name), Name::clone(value)));
        match matching {
            None => Self { fixed: all().collect(), only: Some(Vec::new()) },
            Some(matching) if matching.on => {
                let value = |name: Name| {
                    let value = Name::from(labels.get(&name));
                    (name, value)
                };
                Self { fixed: named(matching).into_iter().map(value).collect(), only: None }
            }
            Some(matching) => {
                let free = named(matching);
                Self { fixed: all().filter(|(name, _)| !free.contains(name)).collect(), only: Some(free) }
            }
        }
    }

    /// Splits what is demanded of an operator's result: the many side, and labels that come from the one side. `None` when the result
    /// cannot have these labels.
    pub(crate) fn split(&self, binary: &Binary) -> Option<(Self, Self)> {
        let Some(matching) = &binary.matching else { return Some((self.clone(), Self::default())) };
        let named = |name: &str| matching.labels.iter().any(|label| label.name.as_plain() == Some(name));
        let mut many = Self { fixed: BTreeMap::new(), only: None };
        let mut one = Self::default();
        for (name, value) in &self.fixed {
            let included = matching
                .group
                .as_ref()
                .is_some_and(|group| group.include.iter().any(|label| label.name.as_plain() == Some(&**name)));
            let survives = matching.group.is_some() || named(name) == matching.on;
            if included {
                one.fixed.insert(Name::clone(name), Name::clone(value));
            } else if survives {
                many.fixed.insert(Name::clone(name), Name::clone(value));
            } else if !value.is_empty() {
                return None;
            }
        }
        if matching.group.is_some() {
            many.only.clone_from(&self.only);
        }
        Some((many, one))
    }

    /// Both demands together; `None` when they contradict each other.
    pub(crate) fn and(&self, other: &Self) -> Option<Self> {
        let mut both = self.clone();
        for (name, value) in &other.fixed {
            if self.wanted(name).is_some_and(|wanted| *wanted != **value) {
                return None;
            }
            both.fixed.insert(Name::clone(name), Name::clone(value));
        }
        if both.only.is_none() {
            both.only.clone_from(&other.only);
        }
        Some(both)
    }
}

/// Whether the many side of an operator is its right one.
pub(crate) fn many_is_right(binary: &Binary) -> bool {
    let group = binary.matching.as_ref().and_then(|matching| matching.group.as_ref());
    group.is_some_and(|group| group.side == GroupSide::Right)
}
