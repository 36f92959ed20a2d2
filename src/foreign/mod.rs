//! Rule files, configurations of Prometheus and dashboards that were written elsewhere: from the files straight to what is linted, without a spec.
//!
//! | step | what it does |
//! |---|---|
//! | [`detect`] | tells by what a document says what it is |
//! | [`collect`] | reads the documents of all files: [`rules`], [`prometheus`], [`dashboard`]s, within resources of Kubernetes too |
//! | [`catalog`] | joins what `--catalog` names: specs, packs, texts in the [`exposition`] format |
//! | [`resolve`] | infers recording rules in the order of their dependencies, then alerts and dashboards |
//!
//! Nothing is concluded from what is not known: without a catalog a name that no recording rule makes may be anything.

pub mod catalog;
pub mod collect;
pub mod dashboard;
pub mod detect;
pub mod exposition;
pub mod prometheus;
pub mod resolve;
pub mod rule;
pub mod rules;

mod fields;
mod paths;

pub use catalog::Known;
pub use collect::Collected;
pub use resolve::Foreign;
