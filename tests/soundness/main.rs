//! The inference against real servers: what is inferred of an expression holds for every series that they return.

// These tests start real programs, and a panic is how a test fails: the rules of the product are not for them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod check;
mod expression;
mod native;
mod planted;
#[path = "../promql/random.rs"]
mod random;
mod run;
#[path = "../promql/server.rs"]
mod server;
mod simulation;
mod stage;
