//! `verify`, `apply` and `backup` against servers that run: real Prometheus and Alertmanager, and a stub of Grafana.
//!
//! `scripts/tools.sh` installs the tools. A tool that is not there is a skip with its reason, and with `CI=true` a failure.

// These tests start real programs on real files, and a panic is how a test fails: the rules of the product are not for them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic)]

mod alertmanager;
mod grafana;
mod https;
mod prometheus;
mod reach;
mod stage;
#[allow(dead_code)]
#[path = "../real/tool.rs"]
mod tool;
mod web;
