//! A spec in Rust, for people who want the compiler's help.
//!
//! The builders make the same tree that the loader makes of YAML, so everything after it is the same: the checker, the rules, the files that
//! come out. What the types can know is refused by the Rust compiler, before anything runs:
//!
//! | what | where it is in the types |
//! |---|---|
//! | the kind of a metric | [`rate()`] takes a counter, [`histogram_quantile()`] the buckets of a histogram, [`sum`] a value at an instant |
//! | the unit of a value | [`Vector<Seconds>`](Vector) follows `rate`, sums, quotients; [`percent(5)`](percent()) is no threshold for it |
//! | the name of a label | [`label!`] compiles for a name that Prometheus accepts |
//! | what a thing cannot do without | an [`Alert`] has a severity and a summary, a [`Route`] leads to a [`Receiver`] that is there |
//!
//! What they cannot know (whether a metric has a label, whether two sides of an operator find each other) is found by the checker, whose
//! diagnostics lead to the line of Rust that made the value. What has no word here is set with `set`, which every builder has, or is an
//! [`item`] of its section.
//!
//! ```
//! use std::path::Path;
//! use optiinfra_gen::dsl::*;
//! use optiinfra_gen::pipeline::{self, CheckOptions};
//! use optiinfra_gen::world::MemoryWorld;
//!
//! labels! { STATUS = "status"; }
//! metrics! {
//!     /// What the checkout exposes.
//!     pub struct Checkout {
//!         checkout_orders_total: Counter<Requests> = counter("Orders taken.").label(STATUS, values(["paid", "refused"])),
//!     }
//! }
//!
//! let checkout = Checkout::new();
//! let orders = &checkout.checkout_orders_total;
//! let refused = sum(rate(orders.is(STATUS, "refused").over(minutes(5)))).by(JOB) / sum(rate(orders.over(minutes(5)))).by(JOB);
//! let team = Receiver::new("team", Way::slack("#shop", Secret::env("SLACK_WEBHOOK_URL")));
//!
//! let spec = Spec::new(
//!     Stack::new("shop", Servers::new("3.5", "0.28", "11.6")).grafana(Grafana::new(Secret::env("GRAFANA_ADMIN_PASSWORD"))),
//! )
//! .with(Service::new("checkout", Language::Go, 9000).health("/healthz").metrics(&checkout))
//! .with(Alert::new("OrdersRefused", refused.above(percent(5)).severity(CRITICAL), "Too many orders are refused").hold(minutes(5)))
//! .with(Notifications::new(Route::to(&team).group_by([ALERTNAME, JOB]), [&team]));
//!
//! let checked = spec.check(&MemoryWorld::default(), Path::new("/"), &CheckOptions::default()).unwrap();
//! assert!(!checked.has_errors());
//! let (plan, _) = pipeline::plan(&checked.model.unwrap(), &checked.sources);
//! let files = pipeline::emit(&plan).unwrap();
//! assert!(files.iter().any(|file| file.path == "prometheus/alerts.yml"));
//! ```
//!
//! A finding of the checker, here a label that the metric does not have, shows the line:
//!
//! ```
//! # use std::path::Path;
//! # use optiinfra_gen::dsl::*;
//! # use optiinfra_gen::pipeline::CheckOptions;
//! # use optiinfra_gen::world::MemoryWorld;
//! let orders = Counter::<Requests>::new("orders_total", "Orders taken.");
//! let spec = Spec::new(Stack::new("shop", Servers::new("3.5", "0.28", "11.6")))
//!     .with(Service::new("checkout", Language::Go, 9000).metrics(&orders))
//!     .with(Recorded::new("job:refused:rate5m", rate(orders.is(label!("status"), "refused").over(minutes(5))))); // this line
//! let line = line!() - 1;
//!
//! let checked = spec.check(&MemoryWorld::default(), Path::new("/"), &CheckOptions::default()).unwrap();
//! let finding = checked.diagnostics.iter().find(|finding| finding.rule == "promql/unknown-label").unwrap();
//! assert_eq!(checked.sources.position(finding.span.unwrap()).line, line);
//! ```

mod aggregate;
mod alert;
mod builder;
mod built;
mod dashboard;
mod data;
mod expr;
mod function;
mod label;
mod metric;
mod notify;
mod operator;
mod panel;
mod place;
mod quantity;
mod query;
mod selector;
mod service;
mod spec;
mod stack;
#[cfg(test)]
mod tests;
mod unit;

pub use aggregate::*;
pub use alert::*;
pub use dashboard::*;
pub use data::{Data, Map, map};
pub use expr::*;
pub use function::*;
pub use label::*;
pub use metric::*;
pub use notify::*;
pub use operator::*;
pub use panel::*;
pub use quantity::*;
pub use query::*;
pub use selector::*;
pub use service::*;
pub use spec::*;
pub use stack::*;
pub use unit::*;

/// The page for users, whose examples run too.
#[cfg(doctest)]
#[doc = include_str!("../../docs/rust-dsl.md")]
struct Page;

#[doc(inline)]
pub use crate::{label, labels, metrics, units};
