//! The names of spec items, as reports and the manifest say them.

use std::fmt;

use crate::source::Span;

/// The kinds of thing that a spec names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemKind {
    /// `stack`
    Stack,
    /// `services`
    Service,
    /// `exporters`
    Exporter,
    /// `gpu_targets`
    GpuTarget,
    /// `probes`
    Probe,
    /// `queries`
    Query,
    /// `recording_rules`
    RecordingRule,
    /// `alerts`
    Alert,
    /// `dashboards`
    Dashboard,
    /// `notifications`
    Notifications,
    /// `scenarios`
    Scenario,
}

impl ItemKind {
    /// The top-level key of the spec under which such things stand.
    pub fn key(self) -> &'static str {
        match self {
            Self::Stack => "stack",
            Self::Service => "services",
            Self::Exporter => "exporters",
            Self::GpuTarget => "gpu_targets",
            Self::Probe => "probes",
            Self::Query => "queries",
            Self::RecordingRule => "recording_rules",
            Self::Alert => "alerts",
            Self::Dashboard => "dashboards",
            Self::Notifications => "notifications",
            Self::Scenario => "scenarios",
        }
    }

    /// As a sentence says it: "service", "GPU pool".
    pub fn noun(self) -> &'static str {
        match self {
            Self::Stack => "stack",
            Self::Service => "service",
            Self::Exporter => "exporter",
            Self::GpuTarget => "GPU pool",
            Self::Probe => "probe",
            Self::Query => "query",
            Self::RecordingRule => "recording rule",
            Self::Alert => "alert",
            Self::Dashboard => "dashboard",
            Self::Notifications => "notifications",
            Self::Scenario => "scenario",
        }
    }
}

/// A named thing of the spec with the place of its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// What kind.
    pub kind: ItemKind,
    /// Its name; empty for `stack` and `notifications`.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
}

impl Item {
    /// A named thing.
    pub fn new(kind: ItemKind, name: impl Into<String>, span: Span) -> Self {
        Self { kind, name: name.into(), span }
    }
}

impl fmt::Display for Item {
    /// `alerts.HighErrorRate`, `stack`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.key())?;
        if self.name.is_empty() { Ok(()) } else { write!(f, ".{}", self.name) }
    }
}
