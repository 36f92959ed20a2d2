//! A compiler for a monitoring stack.
//!
//! Five phases, each a function from one type to the next:
//!
//! | phase | from | to | where |
//! |---|---|---|---|
//! | load | text | `Spec`, as written, every value with its place | `load`, `spec` |
//! | resolve | `Spec` | `Model`: names bound, every expression in its final form, parsed and inferred | `resolve`, `model`, `promql` |
//! | lint | `Model` | diagnostics | `lint` |
//! | lower | `Model` | `Plan`: one sub-plan per target, everything decided | `lower`, `plan` |
//! | emit | `Plan` | artifacts: paths and bytes; one place writes them | `emit` |

pub mod apply;
pub mod backtest;
pub mod backup;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod commands;
pub mod convert;
pub mod diagnostic;
pub mod diff;
pub mod dsl;
pub mod emit;
pub mod explain;
pub mod fix;
pub mod foreign;
pub mod format;
pub mod graph;
pub mod init;
pub mod jsonnet;
pub mod lint;
pub mod load;
pub mod lower;
pub mod model;
pub mod packs;
pub mod pipeline;
pub mod plan;
pub mod promql;
pub mod prove;
pub mod resolve;
pub mod server;
pub mod simulate;
pub mod source;
pub mod spec;
pub mod template;
pub mod unit;
pub mod verify;
pub mod world;
