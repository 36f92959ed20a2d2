//! The PromQL parser against a real server, hostile input, and its own printing.

// These tests start a real program, and a panic is how a test fails: the rules of the product are not for them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod differential;
mod generator;
mod hostile;
mod messages;
mod random;
mod roundtrip;
mod server;
mod verdict;
mod words;
