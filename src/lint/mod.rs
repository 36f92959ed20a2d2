//! Phase 3: rules that read what was inferred and report what is wrong. Nothing is written and nothing inferred here.
//!
//! # How to add a rule
//!
//! A rule is two files: `rules/FAMILY/NAME.rs` and its page `NAME.md` beside it. The id is `FAMILY/NAME` with hyphens.
//!
//! 1. Write the page first: what is reported, what happens at three in the morning because of it, an example that fires and the same example
//!    mended. The fenced blocks ` ```yaml fires ` and ` ```yaml clean ` are whole specs; a comment of `^` below a line marks the place of
//!    the finding. The line `Severity: ...` and the title are checked.
//! 2. Declare `RULE` with the macro `rule!` and choose a [`Check`](rule::Check): the engine calls the function with everything of that
//!    kind, once. A rule on PromQL reads [events](crate::promql::infer::EventKind); what it needs and no event says belongs into inference.
//! 3. Word the finding: one sentence that names the thing, labels for the facts with their places, the cure as help, and a fix where it is
//!    plain. Say nothing where you are not sure.
//! 4. Add it to the list in [`registry`]. `cargo test --test rules` runs the page.

pub mod branches;
pub mod constants;
pub mod context;
pub mod dashboards;
pub mod date;
pub mod delivery;
pub mod expressions;
pub mod finding;
pub mod grafana;
pub mod outline;
pub mod registry;
pub mod rule;
pub mod rules;
pub mod settings;
pub mod subject;
pub mod suppress;
pub mod template_queries;
pub mod words;
pub mod workloads;

mod run;

pub use context::Disk;
pub use date::Date;
pub use outline::AlertOutline;
pub use run::{Outside, Suggested, of_alerts_alone, run, run_on};
pub use settings::{Level, LintSettings};
pub use subject::Subject;
