//! One change.

/// What a change is about, in the order in which people want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An alert.
    Alert,
    /// A metric.
    Metric,
    /// A recording rule.
    Record,
    /// A dashboard.
    Dashboard,
    /// A panel.
    Panel,
    /// A service.
    Service,
    /// An exporter.
    Exporter,
    /// A pool of GPUs.
    Pool,
    /// A probe.
    Probe,
    /// A server of the stack.
    Server,
    /// A receiver.
    Receiver,
    /// A route.
    Route,
    /// An inhibition.
    Inhibition,
    /// Times at which routes are quiet.
    MuteTiming,
    /// A container of the Compose file.
    Container,
    /// What holds for the whole stack.
    Setting,
}

impl Subject {
    /// As programs read it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Pool => "pool",
            Self::MuteTiming => "mute-timing",
            other => other.noun(),
        }
    }

    /// As a sentence says one.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Metric => "metric",
            Self::Record => "recording rule",
            Self::Dashboard => "dashboard",
            Self::Panel => "panel",
            Self::Service => "service",
            Self::Exporter => "exporter",
            Self::Pool => "GPU pool",
            Self::Probe => "probe",
            Self::Server => "server",
            Self::Receiver => "receiver",
            Self::Route => "route",
            Self::Inhibition => "inhibition",
            Self::MuteTiming => "mute timing",
            Self::Container => "container",
            Self::Setting => "setting",
        }
    }

    /// As a sentence says several.
    pub fn plural(self) -> String {
        format!("{}s", self.noun())
    }

    /// As a heading.
    pub fn heading(self) -> String {
        let plural = self.plural();
        let mut letters = plural.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }
}

/// What happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// It is gone.
    Removed,
    /// It has another name.
    Renamed,
    /// It fires later, less often, or tells fewer people.
    Loosened,
    /// It fires earlier, more often, or tells more people.
    Tightened,
    /// It is something else than before.
    Changed,
    /// It is new.
    Added,
}

impl Verb {
    /// As a sentence says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Renamed => "renamed",
            Self::Loosened => "loosened",
            Self::Tightened => "tightened",
            Self::Changed => "changed",
            Self::Added => "added",
        }
    }
}

/// Which way a detail moves an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Later, less often, fewer people.
    Loosened,
    /// Earlier, more often, more people.
    Tightened,
    /// What it says, not when.
    Words,
    /// Neither: it is another question now.
    Other,
}

/// One thing about it that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// What: `threshold`, `for`, `label status`.
    pub what: String,
    /// Before; nothing when it was not there.
    pub before: Option<String>,
    /// After; nothing when it is gone.
    pub after: Option<String>,
    /// Which way it moves an alert.
    pub effect: Effect,
}

impl Detail {
    /// Something that differs.
    pub fn new(what: impl Into<String>, before: Option<String>, after: Option<String>) -> Self {
        Self { what: what.into(), before, after, effect: Effect::Other }
    }

    /// Something that differs, with which way it moves an alert.
    #[must_use]
    pub fn effect(self, effect: Effect) -> Self {
        Self { effect, ..self }
    }

    /// A detail when two texts differ.
    pub(super) fn of<T: PartialEq + ToString>(what: &str, before: Option<T>, after: Option<T>) -> Option<Self> {
        (before != after).then(|| Self::new(what, before.map(|it| it.to_string()), after.map(|it| it.to_string())))
    }
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A query of the new spec that no longer works.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Broken {
    /// What asks it, as a sentence says its kind: `alert`, `panel`.
    pub noun: &'static str,
    /// The name of what asks it.
    pub name: String,
    /// Where.
    pub place: Option<Place>,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What it is about.
    pub subject: Subject,
    /// The name of that.
    pub name: String,
    /// What happened.
    pub verb: Verb,
    /// What differs.
    pub details: Vec<Detail>,
    /// What breaks by it.
    pub breaks: Vec<Broken>,
    /// Where it is declared: in the old spec when it is gone, else in the new one.
    pub place: Option<Place>,
}

impl Change {
    /// A change without details.
    pub(super) fn new(subject: Subject, name: impl Into<String>, verb: Verb, place: Option<Place>) -> Self {
        Self { subject, name: name.into(), verb, details: Vec::new(), breaks: Vec::new(), place }
    }

    /// The same with details.
    #[must_use]
    pub(super) fn with(self, details: Vec<Detail>) -> Self {
        Self { details, ..self }
    }
}
