//! Inference: what a PromQL expression returns, node by node.
//!
//! [`infer()`] walks an expression once and computes for every node its [`Facts`]: kind, labels, what identifies a series, unit, range and size,
//! each with the reason for it. Everything is three-valued; what is not known stays unknown. On the way it notes [`Event`]s, which
//! lint rules word.
//!
//! A fact about a vector holds for every series that the node can return on a server whose series are as the [`Catalog`] says: a label that is
//! [`Presence::Present`] is on each of them, one that is [`Presence::Absent`] on none, and no float sample leaves the range.
//!
//! [`Catalog`]: super::catalog::Catalog
//! [`Presence::Present`]: super::catalog::Presence::Present
//! [`Presence::Absent`]: super::catalog::Presence::Absent

mod aggregate;
mod arithmetic;
mod binary;
mod derive;
mod events;
mod facts;
mod functions;
mod histograms;
mod inference;
mod label_functions;
mod labels;
mod matchers;
mod matching;
mod math;
mod notes;
mod over_time;
mod range;
mod record;
mod regexes;
mod selector;
mod set_operators;
mod share;
mod units;
mod walk;

pub use events::{ComparisonFinding, Consumer, Event, EventKind, Redundancy, Smell, UnitDifference};
pub use facts::{Cause, Condition, Facts, MetricUse, RangeFact, Reason, SampleKind, UnitFact, UnitKnowledge};
pub use inference::{Context, Inference, Node, Purpose, VariableValues};
pub use labels::{LabelFact, LabelSet, Labels, METRIC_NAME};
pub use range::Interval;
pub use record::variant_from;
pub use walk::{infer, infer_root};

#[cfg(test)]
mod tests;
