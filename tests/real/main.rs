//! The real tools over every generated tree: what Prometheus, Alertmanager and Compose refuse, this repository does not ship.
//!
//! `scripts/tools.sh` installs the tools. A tool that is not there is a skip with its reason, and with `CI=true` a failure.

// These tests start real programs on real files, and a panic is how a test fails: the rules of the product are not for them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic)]

mod action;
mod alertmanager;
mod backtest;
mod compose;
mod defects;
mod grafana;
mod pre_commit;
mod prometheus;
mod prove;
mod refused;
mod scratch;
mod server;
mod tool;
mod tree;
