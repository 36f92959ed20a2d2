//! The stack of `specs/` from end to end: simulated services, a real Prometheus with the generated rules, a real Alertmanager with the generated
//! routes, and somebody who listens at every receiver.
//!
//! Times are short: `for` and the waits of Alertmanager are seconds. Windows such as `[5m]` stay as they are: the simulation says what the past
//! would have been, and promtool makes a database of it.

// These tests start real programs on real files, and a panic is how a test fails: the rules of the product are not for them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command;
mod dashboards;
mod exporters;
mod live;
mod many;
mod scenarios;
mod servers;
mod stack;
mod webhook;

// Each test program uses a part of these.
#[allow(dead_code)]
#[path = "../real/server.rs"]
mod server;
#[allow(dead_code)]
#[path = "../real/tool.rs"]
mod tool;
