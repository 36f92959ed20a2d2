//! The values that a label can take.

use std::sync::Arc;

use smol_str::SmolStr;

use super::pattern::Pattern;

/// A name or a label value: cheap to copy, as facts copy them at every node.
pub type Name = SmolStr;

/// Whether series carry a label. An empty value is the same as no label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Presence {
    /// Every series carries it.
    Present,
    /// No series carries it.
    Absent,
    /// Not known, or some do.
    Perhaps,
}

impl Presence {
    /// What is known of the union of two sets of series.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        if self == other { self } else { Self::Perhaps }
    }
}

/// The values that a label takes where it is present: a set that holds all of them. The empty value is never among them.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Anything.
    Any,
    /// One of these; sorted, no two alike.
    Closed(Arc<[Name]>),
    /// What an anchored regular expression matches.
    Pattern(Arc<Pattern>),
}

impl Values {
    /// A closed list; empty values and repetitions are dropped.
    pub fn closed<N: Into<Name>>(values: impl IntoIterator<Item = N>) -> Self {
        let mut values: Vec<Name> = values.into_iter().map(Into::into).filter(|value: &Name| !value.is_empty()).collect();
        values.sort_unstable();
        values.dedup();
        Self::Closed(values.into())
    }

    /// A single value.
    pub fn only(value: impl Into<Name>) -> Self {
        Self::Closed(Arc::from([value.into()]))
    }

    /// No value at all.
    pub fn none() -> Self {
        Self::Closed(Arc::from([]))
    }

    /// What an anchored regular expression matches; a closed list where it is plain alternatives.
    pub fn matching(pattern: &str) -> Self {
        Self::of_pattern(&Pattern::new(pattern))
    }

    /// What a compiled pattern matches.
    pub(crate) fn of_pattern(pattern: &Arc<Pattern>) -> Self {
        match pattern.literals() {
            Some(values) => Self::closed(values.iter().cloned()),
            None => Self::Pattern(Arc::clone(pattern)),
        }
    }

    /// The values, where there is a list.
    pub fn list(&self) -> Option<&[Name]> {
        match self {
            Self::Closed(values) => Some(values),
            Self::Any | Self::Pattern(_) => None,
        }
    }

    /// How many there are, where there is a list.
    pub fn len(&self) -> Option<u64> {
        self.list().map(|values| u64::try_from(values.len()).unwrap_or(u64::MAX))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list().is_some_and(<[Name]>::is_empty)
    }

    /// The one value, when there is exactly one.
    pub fn single(&self) -> Option<&Name> {
        match self.list() {
            Some([only]) => Some(only),
            _ => None,
        }
    }

    /// Whether the label can take this value: `false` is certain.
    pub fn may_be(&self, value: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Closed(values) => values.binary_search_by(|mine| (**mine).cmp(value)).is_ok(),
            Self::Pattern(pattern) => pattern.is_match(value) != Some(false),
        }
    }

    /// All values of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Closed(a), Self::Closed(b)) if Arc::ptr_eq(a, b) || a == b || b.is_empty() => self.clone(),
            (Self::Closed(a), _) if a.is_empty() => other.clone(),
            (_, Self::Closed(b)) if b.is_empty() => self.clone(),
            (Self::Closed(a), Self::Closed(b)) => Self::closed(a.iter().chain(b.iter()).cloned()),
            (Self::Pattern(a), Self::Pattern(b)) if a.source() == b.source() => self.clone(),
            (Self::Pattern(pattern), Self::Closed(list)) | (Self::Closed(list), Self::Pattern(pattern))
                if list.iter().all(|value| pattern.is_match(value) == Some(true)) =>
            {
                Self::Pattern(Arc::clone(pattern))
            }
            _ => Self::Any,
        }
    }

    /// A set that holds every value in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Any, set) | (set, Self::Any) => set.clone(),
            (Self::Closed(a), Self::Closed(b)) if Arc::ptr_eq(a, b) => self.clone(),
            (Self::Closed(list), set) | (set, Self::Closed(list)) => {
                if list.iter().all(|value| set.may_be(value)) {
                    Self::Closed(Arc::clone(list))
                } else {
                    Self::Closed(list.iter().filter(|value| set.may_be(value)).cloned().collect())
                }
            }
            (Self::Pattern(_), Self::Pattern(_)) => self.clone(),
        }
    }

    /// Whether certainly no value is in both.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Closed(list), set) | (set, Self::Closed(list)) => !list.iter().any(|value| set.may_be(value)),
            _ => false,
        }
    }

    /// The values of a closed list for which `keep` does not say no.
    #[must_use]
    pub(crate) fn retain(&self, keep: impl Fn(&str) -> bool) -> Self {
        match self {
            Self::Closed(list) if !list.iter().all(|value| keep(value)) => {
                Self::Closed(list.iter().filter(|value| keep(value)).cloned().collect())
            }
            _ => self.clone(),
        }
    }
}
